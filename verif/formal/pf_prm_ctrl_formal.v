// Properties of pf_prm_ctrl with its chain of pf_prm_column.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the first word of a set reaches column COLS-1 and the last one column 0; a take makes the whole set active,
//             and it stays active until the next take. One column, chosen freely, is tracked.
// Assumes   : take_i only while full_o (the module's contract).
// Probes    : x_count is the DUT's word count.
`default_nettype none

module pf_prm_ctrl_formal #(
    parameter COLS = 3,
    parameter W    = 2,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire         clk_i,
    input wire         rst_ni,
    input wire         prm_valid_i,
    input wire [W-1:0] word_i,
    input wire         take_i,
    input wire [3:0]   column_i      // the tracked column, the same in every cycle
);

    wire            ready;
    wire            shift;
    wire            full;
    pf_prm_ctrl #(
        .COLS(COLS)
    ) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .prm_valid_i(prm_valid_i),
        .prm_ready_o(ready),
        .shift_o    (shift),
        .full_o     (full),
        .take_i     (take_i)
    );

    wire [(COLS+1)*W-1:0] chain;    // word c enters column c
    wire [COLS*W-1:0]     active;
    assign chain[W-1:0] = word_i;
    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : gen_column
            pf_prm_column #(.W(W)) u_column (
                .clk_i   (clk_i),
                .shift_i (shift),
                .word_i  (chain[c*W +: W]),
                .word_o  (chain[(c+1)*W +: W]),
                .take_i  (take_i),
                .active_o(active[c*W +: W])
            );
        end
    endgenerate

    wire [$clog2(COLS+1)-1:0] x_count;

    reg         past_q = 1'b0;
    reg [3:0]   column_q;
    reg [7:0]   words_q;       // words of the set that is being loaded
    reg [W-1:0] next_q;        // the tracked column's word in it
    reg         known_q;       // a set was taken
    reg [W-1:0] want_q;        // the tracked column's word in the last one taken
    reg         again_q;       // a second set was taken
    wire        fire = prm_valid_i & ready;
    wire [7:0]  place = COLS - 1 - column_i;   // of the tracked column's word in a set
    always @(posedge clk_i) begin
        past_q   <= 1'b1;
        column_q <= column_i;
        if (fire && words_q == place) next_q <= word_i;
        if (!rst_ni) begin
            words_q <= 8'd0;
            known_q <= 1'b0;
            again_q <= 1'b0;
        end else begin
            if (take_i) words_q <= 8'd0;
            else if (fire) words_q <= words_q + 8'd1;
            if (take_i) begin
                known_q <= 1'b1;
                again_q <= known_q;
                want_q  <= next_q;
            end
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q) assume (column_i == column_q);
        assume (column_i < COLS);
        if (past_q) assume (!take_i || full);
        // A take during reset moves the active words of columns that are not in use.
        if (!rst_ni) assume (!take_i);
    end

    wire [7:0] link = words_q - 8'd1 - place;   // where the tracked word stands
    always @* if (past_q) begin
        assert (full == (words_q == COLS));
        assert (ready == (words_q != COLS));
        assert (shift == fire);
        if (known_q) assert (active[column_i*W +: W] == want_q);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (words_q <= COLS && x_count == words_q);
        if (words_q > place) assert (chain[(link+1)*W +: W] == next_q);
    end

    always @* begin
        cover (past_q && rst_ni && again_q && want_q == {W{1'b1}} && full && next_q == {W{1'b0}});
        cover (past_q && rst_ni && full && prm_valid_i && take_i);
    end

endmodule

`default_nettype wire
