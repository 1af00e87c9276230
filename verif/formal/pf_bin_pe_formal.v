// Equality of pf_bin_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : what a cycle adds to bin f is the sum over the lanes whose product has the fraction f of +-2^(I + A), nothing where
//             I + A < 0, and with several lanes + LANES * 2^(I_MAX + A + 1), modulo 2^BIN_W; pf_pe_check has the rest.
// Assumes   : operands are zero (most negative log, neg 0) or lie between the parameters' smallest and largest logs.
// Probes    : x_weight is the DUT's active weight, x_sum what it adds the terms to.
`default_nettype none

module pf_bin_pe_formal #(
    parameter ACT_LOG_W   = 4,
    parameter WGT_LOG_W   = 4,
    parameter ACT_F       = 1,
    parameter WGT_F       = 1,
    parameter ACT_LOW     = 7,     // minus the smallest logs: the script sets no negative parameters
    parameter WGT_LOW     = 7,
    parameter LOG_MAX     = 14,
    parameter A           = 3,
    parameter LANES       = 1,
    parameter PIPELINE    = 1,
    parameter ZERO_GATING = 1,
    parameter BIN_W       = 14,
    parameter BINS        = 2      // 2^max(ACT_F, WGT_F)
) (
    input wire                             clk_i,
    input wire                             swap_i,
    input wire [LANES*(ACT_LOG_W + 1)-1:0] act_i,
    input wire                             shift_i,
    input wire [LANES*(WGT_LOG_W + 1)-1:0] wgt_i,
    input wire [BINS*BIN_W-1:0]            psum_i
);

    // Parameters that the script sets come unsigned.
    localparam signed [31:0] ACT_MIN = 0 - ACT_LOW;
    localparam signed [31:0] WGT_MIN = 0 - WGT_LOW;
    localparam signed [31:0] SUM_MAX = LOG_MAX;
    localparam signed [31:0] FRAC    = A;
    localparam OPA_W = ACT_LOG_W + 1;
    localparam OPW_W = WGT_LOG_W + 1;
    localparam F     = (ACT_F > WGT_F) ? ACT_F : WGT_F;
    localparam [63:0] OFFSETS = LANES << (LOG_MAX / BINS + A + 1);
    wire                   swap;
    wire [LANES*OPA_W-1:0] act;
    wire [LANES*OPW_W-1:0] wgt;
    wire [BINS*BIN_W-1:0]  psum;
    pf_bin_pe #(
        .ACT_LOG_W  (ACT_LOG_W),
        .WGT_LOG_W  (WGT_LOG_W),
        .ACT_F      (ACT_F),
        .WGT_F      (WGT_F),
        .ACT_LOG_MIN(ACT_MIN),
        .WGT_LOG_MIN(WGT_MIN),
        .LOG_MAX    (SUM_MAX),
        .A          (FRAC),
        .LANES      (LANES),
        .PIPELINE   (PIPELINE),
        .ZERO_GATING(ZERO_GATING),
        .BIN_W      (BIN_W)
    ) u_dut (
        .clk_i  (clk_i),
        .swap_i (swap_i),
        .swap_o (swap),
        .act_i  (act_i),
        .act_o  (act),
        .shift_i(shift_i),
        .wgt_i  (wgt_i),
        .wgt_o  (wgt),
        .psum_i (psum_i),
        .psum_o (psum)
    );
    wire [LANES*OPW_W-1:0] x_weight;
    wire [BINS*BIN_W-1:0]   x_sum;

    // What each bin gains, from the definition.
    reg [BINS*BIN_W-1:0]       terms;
    reg [BIN_W-1:0]            power;
    reg signed [ACT_LOG_W-1:0] la;
    reg signed [WGT_LOG_W-1:0] lw;
    reg signed [15:0]          sum;
    reg signed [15:0]          move;
    reg                        none;
    reg                        neg;
    integer                    l, b;
    always @* begin
        terms = (LANES > 1) ? {BINS{OFFSETS[BIN_W-1:0]}} : {(BINS*BIN_W){1'b0}};
        for (l = 0; l < LANES; l = l + 1) begin
            la    = act_i[l*OPA_W +: ACT_LOG_W];
            lw    = x_weight[l*OPW_W +: WGT_LOG_W];
            none  = (la == -(1 <<< (ACT_LOG_W - 1))) || (lw == -(1 <<< (WGT_LOG_W - 1)));
            neg   = act_i[l*OPA_W + ACT_LOG_W] ^ x_weight[l*OPW_W + WGT_LOG_W];
            sum   = (la <<< (F - ACT_F)) + (lw <<< (F - WGT_F));
            move  = (sum >>> F) + FRAC;
            power = (none || move < 0) ? {BIN_W{1'b0}} : ({{(BIN_W-1){1'b0}}, 1'b1} << move);
            for (b = 0; b < BINS; b = b + 1) begin
                if ((sum & (BINS - 1)) == b) begin
                    terms[b*BIN_W +: BIN_W] = neg ? terms[b*BIN_W +: BIN_W] - power : terms[b*BIN_W +: BIN_W] + power;
                end
            end
            assume (la >= ACT_MIN || (la == -(1 <<< (ACT_LOG_W - 1)) && !act_i[l*OPA_W + ACT_LOG_W]));
            assume (lw >= WGT_MIN || (lw == -(1 <<< (WGT_LOG_W - 1)) && !x_weight[l*OPW_W + WGT_LOG_W]));
            assume (none || sum <= SUM_MAX);
        end
    end

    pf_pe_check #(
        .ACT_W(LANES*OPA_W), .WGT_W(LANES*OPW_W), .PSUM_W(BIN_W), .BINS(BINS), .PIPELINE(PIPELINE)
    ) u_check (
        .clk_i(clk_i), .swap_i(swap_i), .act_i(act_i), .shift_i(shift_i), .wgt_i(wgt_i), .psum_i(psum_i), .terms_i(terms),
        .swap(swap), .act(act), .wgt(wgt), .psum(psum), .weight(x_weight), .sum(x_sum)
    );

endmodule

`default_nettype wire
