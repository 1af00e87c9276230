// Equality of pf_ccu_chain and the closest centroid, with codebooks loading and swapping meanwhile.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the index of every vector, in the cycle that the header gives, is the lowest one of the centroids at the smallest
//             distance, of the codebook that was loaded before the last swap before the vector.
// Assumes   : vectors FOLD cycles apart and behind a swap; a whole codebook is loaded between swaps, from WAVE cycles after the
//             last one on (the header's contract). Bounded: from reset, for as many cycles as the plan says.
`default_nettype none

module pf_ccu_chain_formal #(
    parameter SUBVECTOR = 1,
    parameter CENTROIDS = 3,
    parameter ACT_W     = 2,
    parameter CENT_W    = 2,
    parameter DIST_W    = 2,
    parameter METRIC    = 0,
    parameter FOLD      = 1,
    parameter TREE      = 0    // 1: pf_ccu_tree
) (
    input wire                        clk_i,
    input wire                        rst_ni,
    input wire                        swap_i,
    input wire                        load_i,
    input wire [SUBVECTOR*CENT_W-1:0] word_i,
    input wire                        vec_valid_i,
    input wire [SUBVECTOR*ACT_W-1:0]  vec_i
);

    localparam INDEX_W = $clog2(CENTROIDS);
    localparam PES     = (CENTROIDS + FOLD - 1) / FOLD;
    localparam LATENCY = (TREE != 0) ? 2 + $clog2(CENTROIDS) : PES + FOLD;
    localparam WAVE    = (TREE != 0) ? 1 : PES + FOLD - 1;
    localparam WORD_W  = SUBVECTOR * CENT_W;

    wire [INDEX_W-1:0] index;
    generate
        if (TREE != 0) begin : gen_tree
            pf_ccu_tree #(
                .SUBVECTOR(SUBVECTOR),
                .CENTROIDS(CENTROIDS),
                .ACT_W    (ACT_W),
                .CENT_W   (CENT_W),
                .DIST_W   (DIST_W),
                .METRIC   (METRIC)
            ) u_dut (
                .clk_i      (clk_i),
                .rst_ni     (rst_ni),
                .swap_i     (swap_i),
                .load_i     (load_i),
                .word_i     (word_i),
                .vec_valid_i(vec_valid_i),
                .vec_i      (vec_i),
                .index_o    (index)
            );
        end else begin : gen_chain
            pf_ccu_chain #(
                .SUBVECTOR(SUBVECTOR),
                .CENTROIDS(CENTROIDS),
                .ACT_W    (ACT_W),
                .CENT_W   (CENT_W),
                .DIST_W   (DIST_W),
                .METRIC   (METRIC),
                .FOLD     (FOLD)
            ) u_dut (
                .clk_i      (clk_i),
                .rst_ni     (rst_ni),
                .swap_i     (swap_i),
                .load_i     (load_i),
                .word_i     (word_i),
                .vec_valid_i(vec_valid_i),
                .vec_i      (vec_i),
                .index_o    (index)
            );
        end
    endgenerate

    // Model. Centroid j stands at place j of a codebook.
    reg                        past_q = 1'b0;
    reg [CENTROIDS*WORD_W-1:0] shadow_q;
    reg [CENTROIDS*WORD_W-1:0] active_q;
    reg [7:0]                  loaded_q;    // words since the last swap
    reg [7:0]                  since_q;     // cycles since it, up to WAVE + FOLD
    reg [7:0]                  gap_q;       // since the last vector, up to FOLD
    reg [7:0]                  swaps_q;
    reg [LATENCY-1:0]          line_q;      // vectors on their way; the oldest is at the top
    reg [LATENCY*INDEX_W-1:0]  want_q;
    reg                        tie_q;       // the newest vector had several closest centroids

    integer      j, t;
    reg  [15:0]  sum, most, distance, best;
    reg  [15:0]  mag;
    reg  signed [15:0] diff;
    reg  [INDEX_W-1:0] want;
    reg          tie;
    always @* begin
        best = 16'hffff;
        want = {INDEX_W{1'b0}};
        tie  = 1'b0;
        for (j = 0; j < CENTROIDS; j = j + 1) begin
            sum  = 16'd0;
            most = 16'd0;
            for (t = 0; t < SUBVECTOR; t = t + 1) begin
                diff = $signed(vec_i[t*ACT_W +: ACT_W]) - $signed(active_q[j*WORD_W+t*CENT_W +: CENT_W]);
                mag  = (diff < 0) ? -diff : diff;
                sum  = sum + ((METRIC == 1) ? mag * mag : mag);
                most = (mag > most) ? mag : most;
            end
            distance = (METRIC == 2) ? most : sum;
            if (distance == best) tie = 1'b1;
            if (distance < best) begin
                best = distance;
                want = j;
                tie  = 1'b0;
            end
        end
    end

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (load_i) shadow_q <= {shadow_q, word_i};
        if (swap_i) active_q <= shadow_q;
        want_q <= {want_q, want};
        tie_q  <= tie & vec_valid_i;
        if (!rst_ni) begin
            loaded_q <= 8'd0;
            since_q  <= WAVE + FOLD;
            gap_q    <= FOLD;
            swaps_q  <= 8'd0;
            line_q   <= {LATENCY{1'b0}};
        end else begin
            loaded_q <= swap_i ? 8'd0 : loaded_q + {7'd0, load_i};
            since_q  <= swap_i ? 8'd1 : (since_q < WAVE + FOLD) ? since_q + 8'd1 : since_q;
            gap_q    <= vec_valid_i ? 8'd1 : (gap_q < FOLD) ? gap_q + 8'd1 : gap_q;
            swaps_q  <= swaps_q + {7'd0, swap_i};
            line_q   <= {line_q, vec_valid_i};
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q) assume (rst_ni);
        if (!rst_ni) assume (!swap_i && !load_i && !vec_valid_i);
        if (past_q) begin
            if (load_i) assume (since_q >= WAVE && loaded_q < CENTROIDS);
            if (swap_i) assume (loaded_q == CENTROIDS);
            if (vec_valid_i) assume (swaps_q != 8'd0 && since_q >= FOLD && gap_q >= FOLD);
        end
    end

    always @* if (past_q && line_q[LATENCY-1]) assert (index == want_q[LATENCY*INDEX_W-1 -: INDEX_W]);

    always @* begin
        cover (past_q && line_q[LATENCY-1] && swaps_q == 8'd2 && index == CENTROIDS - 1);
        cover (past_q && tie_q && swaps_q == 8'd1 && load_i);
        cover (past_q && swap_i && vec_valid_i && swaps_q == 8'd1 && gap_q == FOLD);
    end

endmodule

`default_nettype wire
