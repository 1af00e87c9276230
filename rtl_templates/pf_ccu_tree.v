// Closest-centroid unit: distance PEs side by side and a tree of comparators.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : index of the centroid closest to a vector; ties go to the lowest index, because the left side of every
//             comparator, which has the lower indices, wins a tie.
// Latency   : 2 + ceil(log2 CENTROIDS) cycles from vec_valid_i to index_o: vector, distances, one level a cycle.
// Handshake : none. A vector every cycle; swap_i makes the shadow centroids active behind the vector of the same cycle.
//             Centroids are shifted in, the last one first, from the cycle after a swap on.
// Parameters:
//   SUBVECTOR  elements of a vector, 1..16
//   CENTROIDS  2..64
//   ACT_W      element width of the vector, signed, 2..8
//   CENT_W     element width of a centroid, signed, 2..8
//   DIST_W     distance width, unsigned, holds every distance
//   METRIC     0: L1, 1: L2 squared, 2: Chebyshev
`default_nettype none

module pf_ccu_tree #(
    parameter SUBVECTOR = 4,
    parameter CENTROIDS = 16,
    parameter ACT_W     = 8,
    parameter CENT_W    = 8,
    parameter DIST_W    = 10,
    parameter METRIC    = 0
) (
    input  wire                         clk_i,
    input  wire                         rst_ni,
    input  wire                         swap_i,
    input  wire                         load_i,
    input  wire [SUBVECTOR*CENT_W-1:0]  word_i,
    input  wire                         vec_valid_i,
    input  wire [SUBVECTOR*ACT_W-1:0]   vec_i,
    output wire [$clog2(CENTROIDS)-1:0] index_o
);

    localparam LEVELS  = $clog2(CENTROIDS);
    localparam INDEX_W = LEVELS;

    reg [SUBVECTOR*ACT_W-1:0] vec_q;
    reg                       swap_q;
    // A vector that is not there enters as zero, so that an idle unit sees no activity.
    always @(posedge clk_i) vec_q <= vec_i & {(SUBVECTOR*ACT_W){vec_valid_i}};
    always @(posedge clk_i) begin
        if (!rst_ni) swap_q <= 1'b0;
        else swap_q <= swap_i;
    end

    genvar g, k;
    generate
        for (g = 0; g < CENTROIDS; g = g + 1) begin : gen_dpe
            wire [SUBVECTOR*CENT_W-1:0] word;
            if (g == 0) begin : gen_head
                assign word = word_i;
            end else begin : gen_link
                assign word = gen_dpe[g-1].word_out;
            end
            wire [SUBVECTOR*CENT_W-1:0] word_out;
            wire [DIST_W-1:0]           near;
            pf_tree_dpe #(
                .SUBVECTOR(SUBVECTOR),
                .ACT_W    (ACT_W),
                .CENT_W   (CENT_W),
                .DIST_W   (DIST_W),
                .METRIC   (METRIC)
            ) u_dpe (
                .clk_i       (clk_i),
                .swap_i      (swap_q),
                .vec_i       (vec_q),
                .cent_shift_i(load_i),
                .cent_i      (word),
                .cent_o      (word_out),
                .dist_o      (near)
            );
            if (g == CENTROIDS - 1) begin : gen_tail
                wire unused_word = ^word_out;
            end
        end
    endgenerate

    // Level k halves the candidates; a candidate without a partner goes on as it is.
    generate
        for (k = 0; k <= LEVELS; k = k + 1) begin : gen_level
            localparam COUNT = (CENTROIDS + (1 << k) - 1) >> k;
            wire [COUNT*DIST_W-1:0]  near;
            wire [COUNT*INDEX_W-1:0] index;
            for (g = 0; g < COUNT; g = g + 1) begin : gen_candidate
                if (k == 0) begin : gen_leaf
                    localparam [31:0] OWN = g;
                    assign near[g*DIST_W +: DIST_W]    = gen_dpe[g].near;
                    assign index[g*INDEX_W +: INDEX_W] = OWN[INDEX_W-1:0];
                end else begin : gen_node
                    localparam BELOW = (CENTROIDS + (1 << (k - 1)) - 1) >> (k - 1);
                    reg [DIST_W-1:0]  dist_q;
                    reg [INDEX_W-1:0] index_q;
                    if (2 * g + 1 < BELOW) begin : gen_pair
                        wire [DIST_W-1:0] left  = gen_level[k-1].near[2*g*DIST_W +: DIST_W];
                        wire [DIST_W-1:0] right = gen_level[k-1].near[(2*g+1)*DIST_W +: DIST_W];
                        wire              take  = (right < left);
                        always @(posedge clk_i) begin
                            dist_q  <= take ? right : left;
                            index_q <= take ? gen_level[k-1].index[(2*g+1)*INDEX_W +: INDEX_W]
                                            : gen_level[k-1].index[2*g*INDEX_W +: INDEX_W];
                        end
                    end else begin : gen_single
                        always @(posedge clk_i) begin
                            dist_q  <= gen_level[k-1].near[2*g*DIST_W +: DIST_W];
                            index_q <= gen_level[k-1].index[2*g*INDEX_W +: INDEX_W];
                        end
                    end
                    assign near[g*DIST_W +: DIST_W]    = dist_q;
                    assign index[g*INDEX_W +: INDEX_W] = index_q;
                end
            end
        end
    endgenerate

    wire unused_dist = ^gen_level[LEVELS].near;
    assign index_o = gen_level[LEVELS].index;

endmodule

`default_nettype wire
