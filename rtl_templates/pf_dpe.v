// Distance PE: one centroid of a closest-centroid chain.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : compares the distance of the passing vector to its centroid with the smallest so far; strictly smaller
//             wins, so that ties go to the lowest index. Distances are exact.
// Latency   : one cycle: vector, minimum and index leave together.
// Handshake : none inside the chain. swap_i makes the shadow centroid active at the end of the cycle, behind the last
//             vector of the old one.
// Parameters:
//   SUBVECTOR  elements of a vector, 1..16
//   ACT_W      element width of the vector, signed, 2..8
//   CENT_W     element width of the centroid, signed, 2..8
//   DIST_W     distance width, unsigned, holds every distance
//   INDEX_W    index width
//   METRIC     0: L1, 1: L2 squared, 2: Chebyshev
`default_nettype none

module pf_dpe #(
    parameter SUBVECTOR = 4,
    parameter ACT_W     = 8,
    parameter CENT_W    = 8,
    parameter DIST_W    = 10,
    parameter INDEX_W   = 4,
    parameter METRIC    = 0
) (
    input  wire                        clk_i,
    input  wire                        rst_ni,
    input  wire                        swap_i,
    output wire                        swap_o,
    input  wire [SUBVECTOR*ACT_W-1:0]  vec_i,
    output wire [SUBVECTOR*ACT_W-1:0]  vec_o,
    input  wire                        cent_shift_i,
    input  wire [SUBVECTOR*CENT_W-1:0] cent_i,
    output wire [SUBVECTOR*CENT_W-1:0] cent_o,
    input  wire [INDEX_W-1:0]          own_index_i,   // constant: this PE's place in the chain
    input  wire [DIST_W-1:0]           dist_i,        // all ones at the head of the chain
    input  wire [INDEX_W-1:0]          index_i,       // 0 at the head of the chain
    output wire [DIST_W-1:0]           dist_o,
    output wire [INDEX_W-1:0]          index_o
);

    localparam MAX_W  = (ACT_W > CENT_W) ? ACT_W : CENT_W;
    localparam DIFF_W = MAX_W + 1;

    reg                        swap_q;
    reg [SUBVECTOR*ACT_W-1:0]  vec_q;
    reg [SUBVECTOR*CENT_W-1:0] shadow_q;
    reg [SUBVECTOR*CENT_W-1:0] cent_q;
    reg [DIST_W-1:0]           dist_q;
    reg [INDEX_W-1:0]          index_q;

    always @(posedge clk_i) begin
        if (!rst_ni) swap_q <= 1'b0;
        else swap_q <= swap_i;
    end

    always @(posedge clk_i) begin
        vec_q <= vec_i;
        if (cent_shift_i) shadow_q <= cent_i;
        if (swap_i) cent_q <= shadow_q;
    end

    // Distance over the elements, as a chain of partial results.
    genvar t;
    generate
        for (t = 0; t < SUBVECTOR; t = t + 1) begin : gen_element
            wire signed [DIFF_W-1:0] act  = {{(DIFF_W-ACT_W){vec_i[t*ACT_W + ACT_W-1]}}, vec_i[t*ACT_W +: ACT_W]};
            wire signed [DIFF_W-1:0] cent = {{(DIFF_W-CENT_W){cent_q[t*CENT_W + CENT_W-1]}}, cent_q[t*CENT_W +: CENT_W]};
            wire signed [DIFF_W-1:0] diff = act - cent;
            wire        [MAX_W-1:0]  mag  = diff[DIFF_W-1] ? (~diff[MAX_W-1:0] + {{(MAX_W-1){1'b0}}, 1'b1}) : diff[MAX_W-1:0];
            wire        [DIST_W-1:0] part;
            wire        [DIST_W-1:0] total;
            if (METRIC == 1) begin : gen_square
                wire [2*MAX_W-1:0] square = {{MAX_W{1'b0}}, mag} * {{MAX_W{1'b0}}, mag};
                if (DIST_W >= 2 * MAX_W) begin : gen_extend
                    assign part = {{(DIST_W-2*MAX_W){1'b0}}, square};
                end else begin : gen_fit
                    wire unused_square = ^square[2*MAX_W-1:DIST_W];
                    assign part = square[DIST_W-1:0];
                end
            end else begin : gen_magnitude
                assign part = {{(DIST_W-MAX_W){1'b0}}, mag};
            end
            if (t == 0) begin : gen_first
                assign total = part;
            end else if (METRIC == 2) begin : gen_max
                assign total = (part > gen_element[t-1].total) ? part : gen_element[t-1].total;
            end else begin : gen_sum
                assign total = gen_element[t-1].total + part;
            end
        end
    endgenerate

    wire [DIST_W-1:0] distance = gen_element[SUBVECTOR-1].total;

    // At the head, a distance of all ones loses to the seed, which has index 0 as well.
    wire closer = (distance < dist_i);
    always @(posedge clk_i) begin
        dist_q  <= closer ? distance : dist_i;
        index_q <= closer ? own_index_i : index_i;
    end

    assign swap_o  = swap_q;
    assign vec_o   = vec_q;
    assign cent_o  = shadow_q;
    assign dist_o  = dist_q;
    assign index_o = index_q;

endmodule

`default_nettype wire
