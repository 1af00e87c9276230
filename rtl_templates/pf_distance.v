// Distance between a vector and a centroid.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : sum of |a - c| (L1), sum of (a - c)^2 (L2 squared) or largest |a - c| (Chebyshev) over the elements. Exact.
// Latency   : combinational.
// Handshake : none.
// Parameters:
//   SUBVECTOR  elements of a vector, 1..16
//   ACT_W      element width of the vector, signed, 2..8
//   CENT_W     element width of the centroid, signed, 2..8
//   DIST_W     distance width, unsigned, holds every distance
//   METRIC     0: L1, 1: L2 squared, 2: Chebyshev
`default_nettype none

module pf_distance #(
    parameter SUBVECTOR = 4,
    parameter ACT_W     = 8,
    parameter CENT_W    = 8,
    parameter DIST_W    = 10,
    parameter METRIC    = 0
) (
    input  wire [SUBVECTOR*ACT_W-1:0]  vec_i,
    input  wire [SUBVECTOR*CENT_W-1:0] cent_i,
    output wire [DIST_W-1:0]           distance_o
);

    localparam MAX_W  = (ACT_W > CENT_W) ? ACT_W : CENT_W;
    localparam DIFF_W = MAX_W + 1;

    // Partial results pass from element to element.
    genvar t, i;
    generate
        for (t = 0; t < SUBVECTOR; t = t + 1) begin : gen_element
            wire signed [DIFF_W-1:0] act  = {{(DIFF_W-ACT_W){vec_i[t*ACT_W + ACT_W-1]}}, vec_i[t*ACT_W +: ACT_W]};
            wire signed [DIFF_W-1:0] cent = {{(DIFF_W-CENT_W){cent_i[t*CENT_W + CENT_W-1]}}, cent_i[t*CENT_W +: CENT_W]};
            wire signed [DIFF_W-1:0] diff = act - cent;
            wire        [MAX_W-1:0]  mag  = diff[DIFF_W-1] ? (~diff[MAX_W-1:0] + {{(MAX_W-1){1'b0}}, 1'b1}) : diff[MAX_W-1:0];
            wire        [DIST_W-1:0] total;
            if (METRIC == 1) begin : gen_square
                // A row for each bit x_i of mag, half as many bits as a product has: x_i 4^i and, for each lower x_j,
                // x_i x_j 2^(i+j+1). The two at 4^i become one: x_i + x_i x_(i-1) = 2 x_i x_(i-1) + x_i ~x_(i-1).
                // Plain sums of all rows: synthesis merges them into carry-save adders and one carry-propagate adder.
                for (i = 0; i < MAX_W; i = i + 1) begin : gen_row
                    wire [DIST_W+2*MAX_W-1:0] row;
                    wire [DIST_W-1:0]         sum_in;
                    wire [DIST_W-1:0]         sum        = sum_in + row[DIST_W-1:0];
                    wire                      unused_row = |row[DIST_W+2*MAX_W-1:DIST_W];
                    if (i == 0) begin : gen_lowest
                        if (t == 0) begin : gen_zero
                            assign sum_in = {DIST_W{1'b0}};
                        end else begin : gen_total
                            assign sum_in = gen_element[t-1].total;
                        end
                        assign row    = {{(DIST_W+2*MAX_W-1){1'b0}}, mag[0]};
                    end else if (i == 1) begin : gen_second
                        assign sum_in = gen_row[0].sum;
                        assign row    = {{(DIST_W+2*MAX_W-2){1'b0}}, {mag[0], ~mag[0]} & {2{mag[1]}}} << 2;
                    end else begin : gen_upper
                        assign sum_in = gen_row[i-1].sum;
                        assign row    = {{(DIST_W+2*MAX_W-1-i){1'b0}},
                                         {mag[i-1], ~mag[i-1], mag[i-2:0]} & {(i+1){mag[i]}}} << (i + 1);
                    end
                end
                assign total = gen_row[MAX_W-1].sum;
            end else begin : gen_magnitude
                wire [DIST_W-1:0] part = {{(DIST_W-MAX_W){1'b0}}, mag};
                if (t == 0) begin : gen_first
                    assign total = part;
                end else if (METRIC == 2) begin : gen_max
                    assign total = (part > gen_element[t-1].total) ? part : gen_element[t-1].total;
                end else begin : gen_sum
                    assign total = gen_element[t-1].total + part;
                end
            end
        end
    endgenerate

    assign distance_o = gen_element[SUBVECTOR-1].total;

endmodule

`default_nettype wire
