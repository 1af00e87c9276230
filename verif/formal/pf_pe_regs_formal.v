// Properties of pf_pe_regs whose sum stays, with pf_correction beside it.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : operands follow by one cycle; a sum holds the terms since its token and nothing else, once the correction is added;
//             a token makes it the result, which holds still but for shifts; a token has precedence over a shift.
// Assumes   : finish_i only with swap_i.
// Probes    : x_sum, x_corr are the registers of the two sums, x_hold the correction that is kept.
`default_nettype none

module pf_pe_regs_formal #(
    parameter PSUM_W    = 6,
    parameter PIPELINE  = 1,
    parameter OFFSET    = 5,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire              clk_i,
    input wire              swap_i,
    input wire              finish_i,
    input wire              shift_i,
    input wire [1:0]        act_i,
    input wire [1:0]        wgt_i,
    input wire [PSUM_W-1:0] psum_i,
    input wire [PSUM_W-1:0] term_i      // of this cycle's operands
);

    reg  [PSUM_W-1:0] term_q;
    reg               swap_q;
    reg               finish_q;
    reg               past_q = 1'b0;
    wire [PSUM_W-1:0] term   = (PIPELINE == 2) ? term_q : term_i;
    wire              first  = (PIPELINE == 2) ? swap_q & past_q : swap_i;
    wire              last   = (PIPELINE == 2) ? finish_q & past_q : finish_i;

    wire              swap;
    wire [1:0]        act;
    wire [1:0]        wgt;
    wire [1:0]        weight;
    wire [PSUM_W-1:0] psum;
    wire [PSUM_W-1:0] sum;
    pf_pe_regs #(
        .ACT_W    (2),
        .WGT_W    (2),
        .PSUM_W   (PSUM_W),
        .PIPELINE (PIPELINE),
        .SUM_STAYS(1)
    ) u_dut (
        .clk_i   (clk_i),
        .swap_i  (swap_i),
        .swap_o  (swap),
        .act_i   (act_i),
        .act_o   (act),
        .shift_i (shift_i),
        .wgt_i   (wgt_i),
        .wgt_o   (wgt),
        .psum_i  (psum_i),
        .psum_o  (psum),
        .weight_o(weight),
        .sum_o   (sum),
        .total_i (sum + term + OFFSET[PSUM_W-1:0])
    );

    wire [PSUM_W-1:0] correction;
    pf_correction #(
        .ACC_W (PSUM_W),
        .OFFSET(OFFSET)
    ) u_correction (
        .clk_i       (clk_i),
        .start_i     (first),
        .finish_i    (last),
        .correction_o(correction)
    );
    wire [PSUM_W-1:0] x_sum;
    wire [PSUM_W-1:0] x_corr;
    wire [PSUM_W-1:0] x_hold;

    // The terms of the present sum, and what the result register holds.
    reg               begun_q = 1'b0;
    reg  [PSUM_W-1:0] terms_q;
    reg               done_q = 1'b0;   // a finished sum stands in the result register
    reg  [PSUM_W-1:0] result_q;
    reg               moved_q = 1'b0;  // what shifted in stands there
    reg  [PSUM_W-1:0] above_q;
    reg  [1:0]        past_act_q;
    reg  [1:0]        past_wgt_q;
    reg  [2:0]        sums_q = 3'd0;
    always @(posedge clk_i) begin
        past_q     <= 1'b1;
        term_q     <= term_i;
        swap_q     <= swap_i;
        finish_q   <= finish_i;
        past_act_q <= act_i;
        past_wgt_q <= wgt_i;
        if (first) begun_q <= 1'b1;
        terms_q <= (first ? {PSUM_W{1'b0}} : terms_q) + term;
        if (first) begin
            done_q   <= last & begun_q;
            result_q <= terms_q;
            moved_q  <= 1'b0;
        end else if (shift_i && (past_q || PIPELINE != 2)) begin
            done_q  <= 1'b0;
            moved_q <= 1'b1;
            above_q <= psum_i;
        end
        if (last && begun_q && sums_q != 3'd7) sums_q <= sums_q + 3'd1;
    end

    always @* if (finish_i) assume (swap_i);

    always @* begin
        assert (weight == wgt_i);
        if (past_q) assert (swap == swap_q && act == past_act_q && wgt == past_wgt_q);
        if (done_q) assert (psum + correction == result_q);
        if (moved_q) assert (psum == above_q);
        if (first) assert (sum == {PSUM_W{1'b0}});
    end
    // Induction.
    always @* if (INDUCTION != 0) begin
        if (begun_q) assert (x_sum + x_corr == terms_q);
        if (done_q) assert (psum + x_hold == result_q && begun_q && past_q);
        if (begun_q || moved_q) assert (past_q || PIPELINE != 2);
    end

    always @* begin
        cover (done_q && sums_q == 3'd2 && result_q == 6'd21 && correction != {PSUM_W{1'b0}});
        cover (moved_q && sums_q == 3'd1);
    end

endmodule

`default_nettype wire
