// Floating-point processing element with a fixed-point sum.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : total = sum + sum over lanes of term + LANES * OFFSET, modulo 2^PSUM_W. Operands are {neg, exponent,
//             fraction} = +-2^exponent * (1 + fraction / 2^F); the most negative exponent and fraction, with neg 0, are
//             zero. The mantissas multiply, the exponents add and place the product:
//             term = +-((2^ACT_F + act fraction) * (2^WGT_F + wgt fraction) << (act exponent + wgt exponent + A - ACT_F
//             - WGT_F)), in units of 2^-A; a shift to the right drops bits of the magnitude.
//             Minus is one's complement and carry in. The sign bit is added inverted, which stands for a constant and
//             saves the sign extension: OFFSET = 2^(TERM_W-1).
//             The array takes the offsets back: at the top of every column, or where a finished sum leaves it.
//             Weight-stationary: sum is psum_i and total becomes psum_o. Output-stationary: sum and total are the PE's
//             own register, sum is 0 where a token passes, and psum_i, psum_o are the column's chain of results.
// Latency   : total is registered. With PIPELINE = 2 it adds the products of the operands of the cycle before. act_o and
//             swap_o follow by one cycle.
// Handshake : none; see pf_pe_regs for swap_i and shift_i.
// Parameters:
//   ACT_EXP_W      width of an activation's exponent, signed, >= 2; all sign bits with fraction 0 are zero
//   WGT_EXP_W      width of a weight's exponent, signed, >= 2
//   ACT_F, WGT_F   fraction bits, >= 0
//   EXP_MIN        smallest sum of two nonzero operands' exponents
//   EXP_MAX        largest one
//   A              fraction bits of the partial sum, may be negative
//   ROUND_NEAREST  0: truncate the magnitude; 1: round it to nearest, ties to even
//   TERM_W         width that holds every term, signed
//   LANES          products per cycle, >= 1
//   PIPELINE       1: product and sum in one cycle; 2: a register between them
//   ZERO_GATING    1: a zero operand holds the multiplier still; 0: it only masks the term
//   PSUM_W         partial sum width, >= TERM_W + ceil(log2(LANES))
//   SUM_STAYS      0: weight-stationary; 1: output-stationary
`default_nettype none

module pf_float_pe #(
    parameter ACT_EXP_W     = 5,
    parameter WGT_EXP_W     = 5,
    parameter ACT_F         = 3,
    parameter WGT_F         = 3,
    parameter EXP_MIN       = -18,
    parameter EXP_MAX       = 16,
    parameter A             = 7,
    parameter ROUND_NEAREST = 0,
    parameter TERM_W        = 26,
    parameter LANES         = 1,
    parameter PIPELINE      = 1,
    parameter ZERO_GATING   = 1,
    parameter PSUM_W        = 29,
    parameter SUM_STAYS     = 0
) (
    input  wire                                 clk_i,
    input  wire                                 swap_i,
    output wire                                 swap_o,
    input  wire [LANES*(ACT_EXP_W+ACT_F+1)-1:0] act_i,
    output wire [LANES*(ACT_EXP_W+ACT_F+1)-1:0] act_o,
    input  wire                                 shift_i,
    input  wire [LANES*(WGT_EXP_W+WGT_F+1)-1:0] wgt_i,
    output wire [LANES*(WGT_EXP_W+WGT_F+1)-1:0] wgt_o,
    input  wire [PSUM_W-1:0]                    psum_i,
    output wire [PSUM_W-1:0]                    psum_o
);

    localparam ACT_W   = ACT_EXP_W + ACT_F + 1;
    localparam WGT_W   = WGT_EXP_W + WGT_F + 1;
    localparam PLACE_W = ((ACT_EXP_W > WGT_EXP_W) ? ACT_EXP_W : WGT_EXP_W) + 1;
    localparam MANT_W  = ACT_F + WGT_F + 2;

    wire [LANES*WGT_W-1:0]  weight;
    wire [LANES*TERM_W-1:0] operand;
    wire [LANES-1:0]        carry;
    wire [PSUM_W-1:0]       psum;
    wire [PSUM_W-1:0]       total;

    pf_pe_regs #(
        .ACT_W    (LANES*ACT_W),
        .WGT_W    (LANES*WGT_W),
        .PSUM_W   (PSUM_W),
        .PIPELINE (PIPELINE),
        .SUM_STAYS(SUM_STAYS)
    ) u_regs (
        .clk_i   (clk_i),
        .swap_i  (swap_i),
        .swap_o  (swap_o),
        .act_i   (act_i),
        .act_o   (act_o),
        .shift_i (shift_i),
        .wgt_i   (wgt_i),
        .wgt_o   (wgt_o),
        .psum_i  (psum_i),
        .psum_o  (psum_o),
        .weight_o(weight),
        .sum_o   (psum),
        .total_i (total)
    );

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            localparam [ACT_W-2:0] ACT_ZERO = {1'b1, {(ACT_W-2){1'b0}}};
            localparam [WGT_W-2:0] WGT_ZERO = {1'b1, {(WGT_W-2){1'b0}}};

            wire [ACT_W-1:0] act     = act_i[l*ACT_W +: ACT_W];
            wire [WGT_W-1:0] wgt     = weight[l*WGT_W +: WGT_W];
            wire             nonzero = (act[ACT_W-2:0] != ACT_ZERO) & (wgt[WGT_W-2:0] != WGT_ZERO);
            wire             minus   = act[ACT_W-1] ^ wgt[WGT_W-1];
            wire             neg;
            wire [ACT_W-2:0] used;
            if (ZERO_GATING != 0) begin : gen_gated
                assign used = act[ACT_W-2:0] & {(ACT_W-1){nonzero}};
                assign neg  = minus & nonzero;
            end else begin : gen_plain
                assign used = act[ACT_W-2:0];
                assign neg  = minus; // -0 is 0
            end

            wire [PLACE_W-1:0] act_exp = {{(PLACE_W-ACT_EXP_W){used[ACT_W-2]}}, used[ACT_W-2:ACT_F]};
            wire [PLACE_W-1:0] wgt_exp = {{(PLACE_W-WGT_EXP_W){wgt[WGT_W-2]}}, wgt[WGT_W-2:WGT_F]};
            wire [PLACE_W-1:0] place   = act_exp + wgt_exp;

            // Mantissas 1.f; a format without fraction leaves the other one as it is.
            wire [MANT_W-1:0] mantissa;
            if (ACT_F == 0 && WGT_F == 0) begin : gen_one
                assign mantissa = {{(MANT_W-1){1'b0}}, 1'b1};
            end else if (ACT_F == 0) begin : gen_weight
                assign mantissa = {2'b01, wgt[WGT_F-1:0]};
            end else if (WGT_F == 0) begin : gen_activation
                assign mantissa = {2'b01, used[ACT_F-1:0]};
            end else begin : gen_product
                wire [MANT_W-1:0] act_mantissa = {{(MANT_W-ACT_F-1){1'b0}}, 1'b1, used[ACT_F-1:0]};
                wire [MANT_W-1:0] wgt_mantissa = {{(MANT_W-WGT_F-1){1'b0}}, 1'b1, wgt[WGT_F-1:0]};
                assign mantissa = act_mantissa * wgt_mantissa;
            end

            pf_place #(
                .MANT_W       (MANT_W),
                .PLACE_W      (PLACE_W),
                .PLACE_MIN    (EXP_MIN),
                .PLACE_MAX    (EXP_MAX),
                .POS          (A - ACT_F - WGT_F),
                .ROUND_NEAREST(ROUND_NEAREST),
                .TERM_W       (TERM_W)
            ) u_place (
                .mantissa_i(mantissa),
                .place_i   (place),
                .nonzero_i (nonzero),
                .neg_i     (neg),
                .operand_o (operand[l*TERM_W +: TERM_W]),
                .carry_o   (carry[l])
            );
        end
    endgenerate

    pf_term_sum #(
        .TERM_W       (TERM_W),
        .LANES        (LANES),
        .PIPELINE     (PIPELINE),
        .CARRY_IS_SIGN((ROUND_NEAREST != 0) ? 0 : 1),
        .PSUM_W       (PSUM_W)
    ) u_sum (
        .clk_i    (clk_i),
        .operand_i(operand),
        .carry_i  (carry),
        .psum_i   (psum),
        .total_o  (total)
    );

endmodule

`default_nettype wire
