// Equality of pf_float_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the terms of a cycle are +-2^(ea + ew) * (1 + fa / 2^ACT_F) * (1 + fw / 2^WGT_F) for each lane in units of 2^-A,
//             + LANES * 2^(TERM_W-1), modulo 2^PSUM_W; what lies below the unit is truncated or rounded to nearest even;
//             zero (10..0 behind the sign) with either sign; pf_pe_check has the rest.
// Assumes   : the exponents of two nonzero operands sum up to -EXP_LOW..EXP_MAX.
// Probes    : x_weight is the DUT's active weight, x_sum what it adds the terms to.
`default_nettype none

module pf_float_pe_formal #(
    parameter ACT_EXP_W     = 3,
    parameter WGT_EXP_W     = 3,
    parameter ACT_F         = 2,
    parameter WGT_F         = 2,
    parameter EXP_LOW       = 8,     // minus the smallest sum of exponents: the script sets no negative parameters
    parameter EXP_MAX       = 6,
    parameter A             = 3,
    parameter A_LOW         = 0,     // taken from A
    parameter ROUND_NEAREST = 0,
    parameter TERM_W        = 12,
    parameter LANES         = 1,
    parameter PIPELINE      = 1,
    parameter ZERO_GATING   = 1,
    parameter PSUM_W        = 14,
    parameter SUM_STAYS     = 0
) (
    input wire                                 clk_i,
    input wire                                 swap_i,
    input wire [LANES*(ACT_EXP_W+ACT_F+1)-1:0] act_i,
    input wire                                 shift_i,
    input wire [LANES*(WGT_EXP_W+WGT_F+1)-1:0] wgt_i,
    input wire [PSUM_W-1:0]                    psum_i
);

    // Parameters that the script sets come unsigned.
    localparam signed [31:0] SUM_MIN = 0 - EXP_LOW;
    localparam signed [31:0] SUM_MAX = EXP_MAX;
    localparam signed [31:0] FRAC    = A - A_LOW;
    localparam OPA_W = ACT_EXP_W + ACT_F + 1;
    localparam OPW_W = WGT_EXP_W + WGT_F + 1;
    wire                   swap;
    wire [LANES*OPA_W-1:0] act;
    wire [LANES*OPW_W-1:0] wgt;
    wire [PSUM_W-1:0]      psum;
    pf_float_pe #(
        .ACT_EXP_W    (ACT_EXP_W),
        .WGT_EXP_W    (WGT_EXP_W),
        .ACT_F        (ACT_F),
        .WGT_F        (WGT_F),
        .EXP_MIN      (SUM_MIN),
        .EXP_MAX      (SUM_MAX),
        .A            (FRAC),
        .ROUND_NEAREST(ROUND_NEAREST),
        .TERM_W       (TERM_W),
        .LANES        (LANES),
        .PIPELINE     (PIPELINE),
        .ZERO_GATING  (ZERO_GATING),
        .PSUM_W       (PSUM_W),
        .SUM_STAYS    (SUM_STAYS)
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
    wire [PSUM_W-1:0]      x_sum;

    reg        [PSUM_W-1:0]    terms;
    reg        [OPA_W-1:0]     a;
    reg        [OPW_W-1:0]     w;
    reg signed [ACT_EXP_W-1:0] ea;
    reg signed [WGT_EXP_W-1:0] ew;
    reg signed [15:0]          sum;
    reg signed [15:0]          move;
    reg        [7:0]           mantissa;
    reg        [63:0]          wide;       // the magnitude with 32 bits below the unit
    reg        [31:0]          magnitude;
    reg                        none;
    reg                        neg;
    integer                    l;
    always @* begin
        terms = {PSUM_W{1'b0}};
        for (l = 0; l < LANES; l = l + 1) begin
            a        = act_i[l*OPA_W +: OPA_W];
            w        = x_weight[l*OPW_W +: OPW_W];
            none     = (a[OPA_W-2:0] == (1 << (OPA_W - 2))) || (w[OPW_W-2:0] == (1 << (OPW_W - 2)));
            neg      = a[OPA_W-1] ^ w[OPW_W-1];
            ea       = a[OPA_W-2:ACT_F];
            ew       = w[OPW_W-2:WGT_F];
            sum      = ea + ew;
            mantissa = ((a & ((1 << ACT_F) - 1)) + (1 << ACT_F)) * ((w & ((1 << WGT_F) - 1)) + (1 << WGT_F));
            move     = sum + FRAC - ACT_F - WGT_F + 32;
            wide     = {56'd0, mantissa} << move;
            magnitude = wide[63:32];
            if (ROUND_NEAREST != 0 && wide[31] && (wide[30:0] != 0 || wide[32])) magnitude = magnitude + 32'd1;
            if (none) magnitude = 32'd0;
            terms    = terms + (neg ? -{32'd0, magnitude} : {32'd0, magnitude}) + (64'd1 << (TERM_W - 1));
            assume (none || (sum >= SUM_MIN && sum <= SUM_MAX));
        end
    end
    always @* cover (ROUND_NEAREST == 0 || (!none && wide[31:0] == 32'h80000000 && magnitude != wide[63:32]));

    pf_pe_check #(
        .ACT_W(LANES*OPA_W), .WGT_W(LANES*OPW_W), .PSUM_W(PSUM_W), .PIPELINE(PIPELINE), .SUM_STAYS(SUM_STAYS)
    ) u_check (
        .clk_i(clk_i), .swap_i(swap_i), .act_i(act_i), .shift_i(shift_i), .wgt_i(wgt_i), .psum_i(psum_i), .terms_i(terms),
        .swap(swap), .act(act), .wgt(wgt), .psum(psum), .weight(x_weight), .sum(x_sum)
    );

endmodule

`default_nettype wire
