// Properties of pf_fifo.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : occupancy, order and contents against a count of pushes and pops and one tracked word, chosen freely.
// Assumes   : no push into a full FIFO, no pop of an empty one (the module's contract).
// Probes    : x_* are the DUT's pointers, count and words; only the induction invariants read them.
`default_nettype none

module pf_fifo_formal #(
    parameter WIDTH = 2,
    parameter DEPTH = 3,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire             clk_i,
    input wire             rst_ni,
    input wire             push_i,
    input wire [WIDTH-1:0] data_i,
    input wire             pop_i,
    input wire             pick_i    // track the word that is pushed now
);

    wire             valid;
    wire [WIDTH-1:0] data;
    pf_fifo #(
        .WIDTH(WIDTH),
        .DEPTH(DEPTH)
    ) u_dut (
        .clk_i  (clk_i),
        .rst_ni (rst_ni),
        .push_i (push_i),
        .data_i (data_i),
        .valid_o(valid),
        .pop_i  (pop_i),
        .data_o (data)
    );

    localparam PTR_W   = $clog2(DEPTH);
    localparam COUNT_W = $clog2(DEPTH + 1);
    wire [PTR_W-1:0]       x_wr;
    wire [PTR_W-1:0]       x_rd;
    wire [COUNT_W-1:0]     x_count;
    wire [DEPTH*WIDTH-1:0] words;
    genvar g;
    generate
        for (g = 0; g < DEPTH; g = g + 1) begin : gen_word
            wire [WIDTH-1:0] x_word;
            assign words[g*WIDTH +: WIDTH] = x_word;
        end
    endgenerate

    reg             past_q = 1'b0;
    reg [7:0]       level_q;          // pushes less pops
    reg             tracked_q;
    reg [7:0]       ahead_q;          // words in front of the tracked one
    reg [WIDTH-1:0] word_q;
    reg             held_q;           // a word was offered and not taken
    reg [WIDTH-1:0] offered_q;
    reg             wrapped_q;

    always @(posedge clk_i) begin
        past_q    <= 1'b1;
        held_q    <= rst_ni & past_q & valid & ~pop_i;
        offered_q <= data;
        if (!rst_ni) begin
            level_q   <= 8'd0;
            tracked_q <= 1'b0;
            wrapped_q <= 1'b0;
        end else begin
            level_q <= level_q + {7'd0, push_i} - {7'd0, pop_i};
            if (tracked_q & pop_i) begin
                tracked_q <= (ahead_q != 8'd0);
                ahead_q   <= ahead_q - 8'd1;
            end else if (~tracked_q & push_i & pick_i) begin
                tracked_q <= 1'b1;
                ahead_q   <= level_q - {7'd0, pop_i};
                word_q    <= data_i;
            end
            if (tracked_q & pop_i & ahead_q == 8'd0 & x_rd == DEPTH - 1) wrapped_q <= 1'b1;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (rst_ni) begin
            assume (!(push_i && level_q == DEPTH));
            assume (!(pop_i && level_q == 8'd0));
        end
    end

    wire [8:0] end_at   = {1'b0, level_q} + x_rd;
    wire [8:0] track_at = {1'b0, ahead_q} + x_rd;
    wire [8:0] end_mod  = (end_at >= DEPTH) ? end_at - DEPTH : end_at;
    wire [8:0] track_mod = (track_at >= DEPTH) ? track_at - DEPTH : track_at;

    always @* if (past_q) begin
        assert (valid == (level_q != 8'd0));
        assert (level_q <= DEPTH);
        if (tracked_q) assert (ahead_q < level_q);
        if (tracked_q && ahead_q == 8'd0) assert (data == word_q);
        if (held_q) assert (valid && data == offered_q);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (x_count == level_q);
        assert (x_wr < DEPTH && x_rd < DEPTH);
        assert (x_wr == end_mod);
        if (tracked_q) assert (words[track_mod*WIDTH +: WIDTH] == word_q);
    end

    always @* begin
        cover (past_q && rst_ni && level_q == DEPTH && pop_i);
        cover (past_q && rst_ni && wrapped_q && push_i && pop_i && level_q == 8'd1);
        cover (past_q && rst_ni && tracked_q && ahead_q == 8'd0 && pop_i && word_q == {WIDTH{1'b1}});
    end

endmodule

`default_nettype wire
