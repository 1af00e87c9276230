// Equality of pf_decision_tree and the path through its nodes, with nodes loading and swapping meanwhile.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the index of every vector, in the cycle that the header gives, is the leaf that the nodes' decisions lead to, with
//             the nodes that were loaded before the last swap before the vector.
// Assumes   : all nodes are loaded between swaps, from log2 LEAVES cycles after the last one on, last node first; elements are
//             those of a vector (the header's contract). Bounded: from reset, for as many cycles as the plan says.
`default_nettype none

module pf_decision_tree_formal #(
    parameter SUBVECTOR = 2,
    parameter LEAVES    = 4,
    parameter ACT_W     = 2
) (
    input wire                                                       clk_i,
    input wire                                                       rst_ni,
    input wire                                                       swap_i,
    input wire                                                       load_i,
    input wire [((SUBVECTOR > 1) ? $clog2(SUBVECTOR) : 1)+ACT_W-1:0] word_i,
    input wire                                                       vec_valid_i,
    input wire [SUBVECTOR*ACT_W-1:0]                                 vec_i
);

    localparam LEVELS  = $clog2(LEAVES);
    localparam SPLIT_W = (SUBVECTOR > 1) ? $clog2(SUBVECTOR) : 1;
    localparam LATENCY = 1 + LEVELS;
    localparam WORD_W  = SPLIT_W + ACT_W;

    reg  [7:0]        loaded_q;
    wire [LEVELS-1:0] node = LEAVES - 1 - loaded_q;
    wire [LEVELS-1:0] index;
    pf_decision_tree #(
        .SUBVECTOR(SUBVECTOR),
        .LEAVES   (LEAVES),
        .ACT_W    (ACT_W)
    ) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .swap_i     (swap_i),
        .load_i     (load_i),
        .node_i     (node),
        .word_i     (word_i),
        .vec_valid_i(vec_valid_i),
        .vec_i      (vec_i),
        .index_o    (index)
    );

    // Model: word j is node j's.
    reg                      past_q = 1'b0;
    reg [LEAVES*WORD_W-1:0]  shadow_q;
    reg [LEAVES*WORD_W-1:0]  active_q;
    reg [7:0]                since_q;     // cycles since the last swap, up to LEVELS
    reg [7:0]                swaps_q;
    reg [LATENCY-1:0]        line_q;      // vectors on their way; the oldest is at the top
    reg [LATENCY*LEVELS-1:0] want_q;

    integer                  k;
    reg [7:0]                at;
    reg [SPLIT_W-1:0]        split;
    reg signed [ACT_W-1:0]   element;
    reg signed [ACT_W-1:0]   threshold;
    always @* begin
        at = 8'd1;
        for (k = 0; k < LEVELS; k = k + 1) begin
            split     = active_q[(1<<k)*WORD_W+ACT_W +: SPLIT_W];
            element   = vec_i[((SUBVECTOR > 1) ? split : 0)*ACT_W +: ACT_W];
            threshold = active_q[at*WORD_W +: ACT_W];
            at        = 2 * at + ((element >= threshold) ? 1 : 0);
        end
    end

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (load_i) shadow_q[node*WORD_W +: WORD_W] <= word_i;
        if (swap_i) active_q <= shadow_q;
        want_q <= {want_q, at[LEVELS-1:0]};
        if (!rst_ni) begin
            loaded_q <= 8'd0;
            since_q  <= LEVELS;
            swaps_q  <= 8'd0;
            line_q   <= {LATENCY{1'b0}};
        end else begin
            loaded_q <= swap_i ? 8'd0 : loaded_q + {7'd0, load_i};
            since_q  <= swap_i ? 8'd1 : (since_q < LEVELS) ? since_q + 8'd1 : since_q;
            swaps_q  <= swaps_q + {7'd0, swap_i};
            line_q   <= {line_q, vec_valid_i};
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q) assume (rst_ni);
        if (!rst_ni) assume (!swap_i && !load_i && !vec_valid_i);
        if (past_q) begin
            if (load_i) assume (since_q >= LEVELS && loaded_q < LEAVES && word_i[ACT_W +: SPLIT_W] < SUBVECTOR);
            if (swap_i) assume (loaded_q == LEAVES);
            if (vec_valid_i) assume (swaps_q != 8'd0);
        end
    end

    always @* if (past_q && line_q[LATENCY-1]) assert (index == want_q[LATENCY*LEVELS-1 -: LEVELS]);

    always @* begin
        cover (past_q && line_q[LATENCY-1] && swaps_q == 8'd2 && index == LEAVES - 1);
        cover (past_q && swap_i && vec_valid_i && swaps_q == 8'd1);
    end

endmodule

`default_nettype wire
