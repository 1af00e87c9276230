// Equality of pf_log_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the terms of a cycle are +-(T[f] << (I + A - M)) for each lane, + LANES * 2^(TERM_W-1), modulo 2^PSUM_W; a shift to the
//             right truncates or rounds to nearest even; T from its definition; pf_pe_check has the rest. T is the table of
//             pf_log2lin.v: F = 4, M = 7.
// Assumes   : operands are zero (most negative log, neg 0) or lie between the parameters' smallest and largest logs.
// Probes    : x_weight is the DUT's active weight, x_sum what it adds the terms to.
`default_nettype none

module pf_log_pe_formal #(
    parameter ACT_LOG_W     = 8,
    parameter WGT_LOG_W     = 8,
    parameter ACT_F         = 4,
    parameter WGT_F         = 4,
    parameter ACT_LOW       = 94,    // minus the smallest logs: the script sets no negative parameters
    parameter WGT_LOW       = 94,
    parameter LOG_MAX       = 188,
    parameter M             = 7,
    parameter A             = 5,
    parameter ROUND_NEAREST = 0,
    parameter TERM_W        = 18,
    parameter LANES         = 1,
    parameter PIPELINE      = 1,
    parameter ZERO_GATING   = 1,
    parameter PSUM_W        = 21,
    parameter SUM_STAYS     = 0
) (
    input wire               clk_i,
    input wire               swap_i,
    input wire [LANES*(ACT_LOG_W + 1)-1:0] act_i,
    input wire               shift_i,
    input wire [LANES*(WGT_LOG_W + 1)-1:0] wgt_i,
    input wire [PSUM_W-1:0]  psum_i
);

    // Parameters that the script sets come unsigned.
    localparam signed [31:0] ACT_MIN = 0 - ACT_LOW;
    localparam signed [31:0] WGT_MIN = 0 - WGT_LOW;
    localparam signed [31:0] SUM_MAX = LOG_MAX;
    localparam OPA_W = ACT_LOG_W + 1;
    localparam OPW_W = WGT_LOG_W + 1;
    wire                   swap;
    wire [LANES*OPA_W-1:0] act;
    wire [LANES*OPW_W-1:0] wgt;
    wire [PSUM_W-1:0]      psum;
    pf_log_pe #(
        .ACT_LOG_W    (ACT_LOG_W),
        .WGT_LOG_W    (WGT_LOG_W),
        .ACT_F        (ACT_F),
        .WGT_F        (WGT_F),
        .ACT_LOG_MIN  (ACT_MIN),
        .WGT_LOG_MIN  (WGT_MIN),
        .LOG_MAX      (SUM_MAX),
        .M            (M),
        .A            (A),
        .ROUND_NEAREST(ROUND_NEAREST),
        .TERM_W       (TERM_W),
        .LANES        (LANES),
        .PIPELINE     (PIPELINE),
        .ZERO_GATING  (ZERO_GATING),
        .PSUM_W       (PSUM_W),
        .SUM_STAYS    (SUM_STAYS)
    ) u_dut (
        .clk_i      (clk_i),
        .swap_i     (swap_i),
        .swap_o     (swap),
        .act_i      (act_i),
        .act_o      (act),
        .shift_i    (shift_i),
        .wgt_i      (wgt_i),
        .wgt_o      (wgt),
        .psum_i     (psum_i),
        .psum_o     (psum)
    );
    wire [LANES*OPW_W-1:0] x_weight;
    wire [PSUM_W-1:0]       x_sum;

    localparam F = (ACT_F > WGT_F) ? ACT_F : WGT_F;
    wire [16*(1<<F)-1:0] table_words;
    pf_log2lin_words #(.F(F), .M(M)) u_words (.words_o(table_words));

    reg        [PSUM_W-1:0]    terms;
    reg signed [ACT_LOG_W-1:0] la;
    reg signed [WGT_LOG_W-1:0] lw;
    reg signed [15:0]          sum;
    reg signed [15:0]          move;
    reg        [63:0]          wide;       // the magnitude with 40 bits below the unit
    reg        [23:0]          magnitude;
    reg                        none;
    reg                        neg;
    integer                    l;
    always @* begin
        terms = {PSUM_W{1'b0}};
        for (l = 0; l < LANES; l = l + 1) begin
            la   = act_i[l*OPA_W +: ACT_LOG_W];
            lw   = x_weight[l*OPW_W +: WGT_LOG_W];
            none = (la == -(1 <<< (ACT_LOG_W - 1))) || (lw == -(1 <<< (WGT_LOG_W - 1)));
            neg  = act_i[l*OPA_W + ACT_LOG_W] ^ x_weight[l*OPW_W + WGT_LOG_W];
            sum  = (la <<< (F - ACT_F)) + (lw <<< (F - WGT_F));
            move = (sum >>> F) + A - M + 40;
            wide = {48'd0, table_words[16*(sum & ((1 << F) - 1)) +: 16]};
            wide = (move >= 0) ? wide << move : wide >> -move;
            magnitude = wide[63:40];
            if (ROUND_NEAREST != 0 && wide[39] && (wide[38:0] != 0 || wide[40])) magnitude = magnitude + 24'd1;
            if (none) magnitude = 24'd0;
            terms = terms + (neg ? -{40'd0, magnitude} : {40'd0, magnitude}) + (64'd1 << (TERM_W - 1));
            assume (la >= ACT_MIN || (la == -(1 <<< (ACT_LOG_W - 1)) && !act_i[l*OPA_W + ACT_LOG_W]));
            assume (lw >= WGT_MIN || (lw == -(1 <<< (WGT_LOG_W - 1)) && !x_weight[l*OPW_W + WGT_LOG_W]));
            assume (none || sum <= SUM_MAX);
        end
    end

    pf_pe_check #(
        .ACT_W(LANES*OPA_W), .WGT_W(LANES*OPW_W), .PSUM_W(PSUM_W), .PIPELINE(PIPELINE), .SUM_STAYS(SUM_STAYS)
    ) u_check (
        .clk_i(clk_i), .swap_i(swap_i), .act_i(act_i), .shift_i(shift_i), .wgt_i(wgt_i), .psum_i(psum_i), .terms_i(terms),
        .swap(swap), .act(act), .wgt(wgt), .psum(psum), .weight(x_weight), .sum(x_sum)
    );

endmodule

`default_nettype wire
