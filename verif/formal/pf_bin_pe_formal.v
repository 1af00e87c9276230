// Equality of pf_bin_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : bin f of psum_o = bin f of psum_i + the sum over the lanes whose product has the fraction f of +-2^(I + A),
//             nothing where I + A < 0, and with several lanes + LANES * 2^(I_MAX + A + 1), modulo 2^BIN_W; weights become
//             active as loaded and swapped.
// Assumes   : operands are zero (most negative log, neg 0) or lie between the parameters' smallest and largest logs.
// Probes    : x_weight is the DUT's active weight.
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
    input wire                             wgt_shift_i,
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
        .shift_i(wgt_shift_i),
        .wgt_i  (wgt_i),
        .wgt_o  (wgt),
        .psum_i (psum_i),
        .psum_o (psum)
    );
    wire [LANES*OPW_W-1:0] x_weight;

    // Registers: shadow and active weights as loaded and swapped, once they are known.
    reg [1:0]             age_q = 2'd0;    // cycles gone by, up to 3
    reg                   past_swap_q;
    reg [LANES*OPA_W-1:0] past_act_q;
    reg                   shadow_known_q = 1'b0;
    reg [LANES*OPW_W-1:0] shadow_q;
    reg                   active_known_q = 1'b0;
    reg [LANES*OPW_W-1:0] active_q;
    always @(posedge clk_i) begin
        if (age_q != 2'd3) age_q <= age_q + 2'd1;
        past_swap_q <= swap_i;
        past_act_q  <= act_i;
        if (wgt_shift_i) begin
            shadow_q       <= wgt_i;
            shadow_known_q <= 1'b1;
        end
        if (swap_i) begin
            active_q       <= shadow_q;
            active_known_q <= shadow_known_q;
        end
    end
    always @* begin
        if (age_q != 2'd0) assert (swap == past_swap_q && act == past_act_q);
        if (shadow_known_q) assert (wgt == shadow_q);
        if (active_known_q) assert (x_weight == active_q);
    end

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

    // What the operands of this cycle add; with PIPELINE 2 it is added one cycle later.
    reg [BINS*BIN_W-1:0] terms_q;
    reg [BINS*BIN_W-1:0] want_q;
    always @(posedge clk_i) terms_q <= terms;
    genvar g;
    generate
        for (g = 0; g < BINS; g = g + 1) begin : gen_want
            always @(posedge clk_i) begin
                want_q[g*BIN_W +: BIN_W] <= psum_i[g*BIN_W +: BIN_W]
                                          + ((PIPELINE == 2) ? terms_q[g*BIN_W +: BIN_W] : terms[g*BIN_W +: BIN_W]);
            end
        end
    endgenerate
    always @* begin
        if (age_q >= PIPELINE) assert (psum == want_q);
    end
    always @* begin
        cover (age_q == 2'd3 && active_known_q && psum == want_q && terms_q != 0 && x_weight != 0 && past_act_q != 0);
        cover (age_q == 2'd3 && active_known_q && past_swap_q && active_q != shadow_q);
    end

endmodule

`default_nettype wire
