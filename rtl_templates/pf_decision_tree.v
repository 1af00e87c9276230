// Decision-tree encoder: one element of the vector is compared at each level (MADDNESS).
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : from node 1 on, node j leads to node 2j, or to node 2j + 1 when the level's element is not below the
//             node's threshold; node LEAVES + i is leaf i. All nodes of a level look at the same element.
// Latency   : 1 + log2 LEAVES cycles from vec_valid_i to index_o: vector, then one level a cycle.
// Handshake : none. A vector every cycle; swap_i makes the shadow nodes active behind the vector of the same cycle.
//             Word j, {element, threshold} of node j, is written with node_i = j when log2 LEAVES cycles have passed since
//             a swap; the element of a level is that of its first node. Word 0 belongs to no node.
// Parameters:
//   SUBVECTOR  elements of a vector, 1..16
//   LEAVES     a power of two, 2..64
//   ACT_W      width of an element and of a threshold, signed, 2..8
`default_nettype none

module pf_decision_tree #(
    parameter SUBVECTOR = 4,
    parameter LEAVES    = 16,
    parameter ACT_W     = 8
) (
    input  wire                                                            clk_i,
    input  wire                                                            rst_ni,
    input  wire                                                            swap_i,
    input  wire                                                            load_i,
    input  wire [$clog2(LEAVES)-1:0]                                       node_i,
    input  wire [((SUBVECTOR > 1) ? $clog2(SUBVECTOR) : 1)+ACT_W-1:0]      word_i,
    input  wire                                                            vec_valid_i,
    input  wire [SUBVECTOR*ACT_W-1:0]                                      vec_i,
    output wire [$clog2(LEAVES)-1:0]                                       index_o
);

    localparam LEVELS  = $clog2(LEAVES);
    localparam SPLIT_W = (SUBVECTOR > 1) ? $clog2(SUBVECTOR) : 1;

    reg [SUBVECTOR*ACT_W-1:0] vec_q;
    reg                       swap_q;
    // A vector that is not there enters as zero, so that an idle unit sees no activity.
    always @(posedge clk_i) vec_q <= vec_i & {(SUBVECTOR*ACT_W){vec_valid_i}};
    always @(posedge clk_i) begin
        if (!rst_ni) swap_q <= 1'b0;
        else swap_q <= swap_i;
    end

    genvar k, j;
    generate
        if (LEAVES < 2 || LEAVES != (1 << LEVELS)) begin : gen_bad_leaves
            pf_decision_tree_error_leaves_must_be_a_power_of_two u_error ();
        end
        for (k = 0; k < LEVELS; k = k + 1) begin : gen_level
            localparam NODES = 1 << k;
            wire                       swap_in;
            wire [SUBVECTOR*ACT_W-1:0] vec;
            wire [NODES*ACT_W-1:0]     thresholds;
            reg  [SPLIT_W-1:0]         shadow_split_q;
            reg  [SPLIT_W-1:0]         split_q;
            always @(posedge clk_i) begin
                if (load_i & (node_i == NODES[LEVELS-1:0])) shadow_split_q <= word_i[ACT_W +: SPLIT_W];
                if (swap_in) split_q <= shadow_split_q;
            end
            for (j = 0; j < NODES; j = j + 1) begin : gen_node
                localparam [31:0] OWN = NODES + j;
                reg [ACT_W-1:0] shadow_q;
                reg [ACT_W-1:0] threshold_q;
                always @(posedge clk_i) begin
                    if (load_i & (node_i == OWN[LEVELS-1:0])) shadow_q <= word_i[ACT_W-1:0];
                    if (swap_in) threshold_q <= shadow_q;
                end
                assign thresholds[j*ACT_W +: ACT_W] = threshold_q;
            end

            wire signed [ACT_W-1:0] element;
            wire signed [ACT_W-1:0] threshold;
            if (SUBVECTOR > 1) begin : gen_choose
                assign element = vec[split_q*ACT_W +: ACT_W];
            end else begin : gen_only
                wire unused_split = ^split_q;
                assign element = vec;
            end
            wire right = (element >= threshold);

            // The path so far, the root's decision in the highest bit.
            reg [k:0] path_q;
            if (k == 0) begin : gen_root
                assign swap_in   = swap_q;
                assign vec       = vec_q;
                assign threshold = thresholds;
                always @(posedge clk_i) path_q <= right;
            end else begin : gen_below
                reg                       below_swap_q;
                reg [SUBVECTOR*ACT_W-1:0] below_vec_q;
                always @(posedge clk_i) begin
                    if (!rst_ni) below_swap_q <= 1'b0;
                    else below_swap_q <= gen_level[k-1].swap_in;
                end
                always @(posedge clk_i) begin
                    below_vec_q <= gen_level[k-1].vec;
                    path_q      <= {gen_level[k-1].path_q, right};
                end
                assign swap_in   = below_swap_q;
                assign vec       = below_vec_q;
                assign threshold = thresholds[gen_level[k-1].path_q*ACT_W +: ACT_W];
            end
        end
    endgenerate

    assign index_o = gen_level[LEVELS-1].path_q;

endmodule

`default_nettype wire
