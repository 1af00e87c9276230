// Shifting processing element.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : total = sum + sum over lanes of +-(act << shift) + LANES * OFFSET, modulo 2^PSUM_W. A weight is
//             {neg, shift}; with HAS_ZERO a shift of all ones, with neg 0, is zero. Minus is one's complement and carry
//             in. The sign bit is added inverted, which stands for a constant and saves the sign extension:
//             OFFSET = 2^(ACT_W + 2^SHIFT_W - 2 - HAS_ZERO).
//             The array takes the offsets back: at the top of every column, or where a finished sum leaves it.
//             Weight-stationary: sum is psum_i and total becomes psum_o. Output-stationary: sum and total are the PE's
//             own register, sum is 0 where a token passes, and psum_i, psum_o are the column's chain of results.
// Latency   : total is registered. With PIPELINE = 2 it adds the products of the operands of the cycle before. act_o and
//             swap_o follow by one cycle.
// Handshake : none; see pf_pe_regs for swap_i and shift_i.
// Parameters:
//   ACT_W        activation width, signed, 2..8
//   SHIFT_W      width of a weight's shift, 1..4; without zero 0..4
//   HAS_ZERO     1: a shift of all ones is zero; 0: it is the largest shift
//   LANES        products per cycle, >= 1
//   PIPELINE     1: product and sum in one cycle; 2: a register between them
//   ZERO_GATING  1: a zero weight holds the shifter's input at zero; 0: it masks the shifter's output
//   PSUM_W       partial sum width, >= ACT_W + 2^SHIFT_W - HAS_ZERO + ceil(log2(LANES))
//   SUM_STAYS    0: weight-stationary; 1: output-stationary
`default_nettype none

module pf_shift_pe #(
    parameter ACT_W       = 8,
    parameter SHIFT_W     = 3,
    parameter HAS_ZERO    = 1,
    parameter LANES       = 1,
    parameter PIPELINE    = 1,
    parameter ZERO_GATING = 1,
    parameter PSUM_W      = 18,
    parameter SUM_STAYS   = 0
) (
    input  wire                         clk_i,
    input  wire                         swap_i,
    output wire                         swap_o,
    input  wire [LANES*ACT_W-1:0]       act_i,
    output wire [LANES*ACT_W-1:0]       act_o,
    input  wire                         shift_i,
    input  wire [LANES*(SHIFT_W+1)-1:0] wgt_i,
    output wire [LANES*(SHIFT_W+1)-1:0] wgt_o,
    input  wire [PSUM_W-1:0]            psum_i,
    output wire [PSUM_W-1:0]            psum_o
);

    localparam WGT_W  = SHIFT_W + 1;
    localparam ONES   = (1 << SHIFT_W) - 1;           // a shift of all ones
    localparam OPER_W = ACT_W + ONES - HAS_ZERO;      // of act << largest shift
    localparam TERM_W = OPER_W + 1;                   // minus the most negative one carries out
    localparam WIDE_W = ACT_W + ONES;
    localparam [OPER_W-1:0] TOP_BIT = {1'b1, {(OPER_W-1){1'b0}}};

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
            wire [ACT_W-1:0] act = act_i[l*ACT_W +: ACT_W];
            wire             neg = weight[l*WGT_W + SHIFT_W];
            if (SHIFT_W == 0) begin : gen_sign
                assign operand[l*TERM_W +: TERM_W] = {1'b0, act ^ {ACT_W{neg}} ^ TOP_BIT};
            end else begin : gen_shift
                wire [SHIFT_W-1:0] shift = weight[l*WGT_W +: SHIFT_W];
                wire               zero;
                if (HAS_ZERO != 0) begin : gen_zero
                    assign zero = &shift;
                end else begin : gen_no_zero
                    assign zero = 1'b0;
                end
                // From the top of a wide word downwards, with complemented zeros behind: the first stages of the shifter
                // only see the few bits that differ, so that it is no larger than one written out bit by bit.
                wire [WIDE_W-1:0]  wide    = {act, {ONES{1'b0}}};
                wire [WIDE_W-1:0]  flipped = neg ? ~wide : wide;
                wire signed [WIDE_W-1:0] top;
                if (ZERO_GATING != 0) begin : gen_gated
                    assign top = $signed(zero ? {WIDE_W{1'b0}} : flipped);
                end else begin : gen_plain
                    assign top = $signed(flipped);
                end
                wire signed [WIDE_W-1:0] moved   = top >>> (~shift);
                wire        [OPER_W-1:0] shifted = moved[OPER_W-1:0];
                if (HAS_ZERO != 0) begin : gen_top
                    // All ones never shifts, so the top bit only repeats the sign.
                    wire unused_top = moved[OPER_W];
                end
                if (ZERO_GATING != 0) begin : gen_operand
                    assign operand[l*TERM_W +: TERM_W] = {1'b0, shifted ^ TOP_BIT};
                end else begin : gen_masked
                    assign operand[l*TERM_W +: TERM_W] = {1'b0, (shifted & {OPER_W{~zero}}) ^ TOP_BIT};
                end
            end
            assign carry[l] = neg;
        end
    endgenerate

    pf_term_sum #(
        .TERM_W  (TERM_W),
        .LANES   (LANES),
        .PIPELINE(PIPELINE),
        .PSUM_W  (PSUM_W)
    ) u_sum (
        .clk_i    (clk_i),
        .operand_i(operand),
        .carry_i  (carry),
        .psum_i   (psum),
        .total_o  (total)
    );

endmodule

`default_nettype wire
