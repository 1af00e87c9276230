// Logarithmic processing element.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : total = sum + sum over lanes of term + LANES * OFFSET, modulo 2^PSUM_W. Operands are {neg, log}, each
//             log with its own fraction bits; the most negative log, with neg 0, is zero. L = log of weight + log of
//             act with F = max(ACT_F, WGT_F) fraction bits, I = floor(L / 2^F), f = L mod 2^F,
//             term = +-(T[f] << (I + A - M)), in units of 2^-A; a shift to the right drops bits of the magnitude.
//             Minus is one's complement and carry in. The sign bit is added inverted, which stands for a constant and
//             saves the sign extension: OFFSET = 2^(TERM_W-1).
//             The array takes the offsets back: at the top of every column, or where a finished sum leaves it.
//             Weight-stationary: sum is psum_i and total becomes psum_o. Output-stationary: sum and total are the PE's
//             own register, sum is 0 where a token passes, and psum_i, psum_o are the column's chain of results.
// Latency   : total is registered. With PIPELINE = 2 it adds the products of the operands of the cycle before. act_o and
//             swap_o follow by one cycle.
// Handshake : none; see pf_pe_regs for swap_i and shift_i.
// Parameters:
//   ACT_LOG_W      width of an activation's log, signed; -2^(ACT_LOG_W-1) is zero
//   WGT_LOG_W      width of a weight's log, signed; -2^(WGT_LOG_W-1) is zero
//   ACT_F, WGT_F   fraction bits of the logs, 0..6
//   ACT_LOG_MIN    smallest log of a nonzero activation, ACT_F fraction bits
//   WGT_LOG_MIN    smallest log of a nonzero weight, WGT_F fraction bits
//   LOG_MAX        largest L, F fraction bits
//   M              mantissa bits of the table T, >= 0
//   A              fraction bits of the partial sum, may be negative
//   ROUND_NEAREST  0: truncate the magnitude; 1: round it to nearest, ties to even
//   TERM_W         width that holds every term, signed
//   LANES          products per cycle, >= 1
//   PIPELINE       1: product and sum in one cycle; 2: a register between them
//   ZERO_GATING    1: a zero operand holds the adder of the logs still; 0: it only masks the term
//   PSUM_W         partial sum width, >= TERM_W + ceil(log2(LANES))
//   SUM_STAYS      0: weight-stationary; 1: output-stationary
`default_nettype none

module pf_log_pe #(
    parameter ACT_LOG_W     = 8,
    parameter WGT_LOG_W     = 8,
    parameter ACT_F         = 4,
    parameter WGT_F         = 4,
    parameter ACT_LOG_MIN   = -94,
    parameter WGT_LOG_MIN   = -94,
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
    input  wire                           clk_i,
    input  wire                           swap_i,
    output wire                           swap_o,
    input  wire [LANES*(ACT_LOG_W+1)-1:0] act_i,
    output wire [LANES*(ACT_LOG_W+1)-1:0] act_o,
    input  wire                           shift_i,
    input  wire [LANES*(WGT_LOG_W+1)-1:0] wgt_i,
    output wire [LANES*(WGT_LOG_W+1)-1:0] wgt_o,
    input  wire [PSUM_W-1:0]              psum_i,
    output wire [PSUM_W-1:0]              psum_o
);

    // Leading bits 10..0 that tell zero from every log >= low.
    function integer zero_bits(input integer width, input integer low);
        integer bits;
        begin
            zero_bits = width;
            for (bits = width; bits >= 1; bits = bits - 1) begin
                if (low >= -(1 << (width - 1)) + (1 << (width - bits))) zero_bits = bits;
            end
        end
    endfunction

    localparam ACT_W    = ACT_LOG_W + 1;
    localparam WGT_W    = WGT_LOG_W + 1;
    localparam ACT_ZERO = zero_bits(ACT_LOG_W, ACT_LOG_MIN);
    localparam WGT_ZERO = zero_bits(WGT_LOG_W, WGT_LOG_MIN);
    localparam F        = (ACT_F > WGT_F) ? ACT_F : WGT_F;
    localparam ACT_UP   = F - ACT_F;
    localparam WGT_UP   = F - WGT_F;
    localparam L_W      = ((ACT_LOG_W + ACT_UP > WGT_LOG_W + WGT_UP) ? ACT_LOG_W + ACT_UP : WGT_LOG_W + WGT_UP) + 1;
    localparam I_W      = L_W - F;                     // integer part of L
    localparam I_MIN    = (ACT_LOG_MIN * (1 << ACT_UP) + WGT_LOG_MIN * (1 << WGT_UP)) >>> F;
    localparam I_MAX    = LOG_MAX >>> F;

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
        if (ACT_LOG_MIN <= -(1 << (ACT_LOG_W-1)) || WGT_LOG_MIN <= -(1 << (WGT_LOG_W-1))) begin : gen_bad_log_w
            pf_log_pe_error_log_w_leaves_no_pattern_for_zero u_error ();
        end

        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            localparam [ACT_ZERO-1:0] ACT_CODE = {ACT_ZERO{1'b1}} << (ACT_ZERO - 1);
            localparam [WGT_ZERO-1:0] WGT_CODE = {WGT_ZERO{1'b1}} << (WGT_ZERO - 1);

            wire [ACT_LOG_W-1:0] act_log = act_i[l*ACT_W +: ACT_LOG_W];
            wire [WGT_LOG_W-1:0] wgt_log = weight[l*WGT_W +: WGT_LOG_W];
            wire                 nonzero = (act_log[ACT_LOG_W-1 -: ACT_ZERO] != ACT_CODE)
                                         & (wgt_log[WGT_LOG_W-1 -: WGT_ZERO] != WGT_CODE);
            wire                 minus   = act_i[l*ACT_W + ACT_LOG_W] ^ weight[l*WGT_W + WGT_LOG_W];
            wire                 neg;

            // Product: the logs add.
            wire [ACT_LOG_W-1:0] act_used;
            if (ZERO_GATING != 0) begin : gen_gated
                assign act_used = act_log & {ACT_LOG_W{nonzero}};
                assign neg      = minus & nonzero;
            end else begin : gen_plain
                assign act_used = act_log;
                assign neg      = minus; // -0 is 0
            end
            wire [L_W-1:0] act_wide = {{(L_W-ACT_LOG_W){act_used[ACT_LOG_W-1]}}, act_used};
            wire [L_W-1:0] wgt_wide = {{(L_W-WGT_LOG_W){wgt_log[WGT_LOG_W-1]}}, wgt_log};
            wire [L_W-1:0] log_sum  = (act_wide << ACT_UP) + (wgt_wide << WGT_UP);
            wire [I_W-1:0] place    = log_sum[L_W-1:F];

            // Log to linear, then to its place.
            wire [M:0] mantissa;
            if (F == 0) begin : gen_table
                pf_log2lin u_log2lin (
                    .frac_i (1'b0),
                    .value_o(mantissa)
                );
            end else begin : gen_table
                pf_log2lin u_log2lin (
                    .frac_i (log_sum[F-1:0]),
                    .value_o(mantissa)
                );
            end

            pf_place #(
                .MANT_W       (M + 1),
                .PLACE_W      (I_W),
                .PLACE_MIN    (I_MIN),
                .PLACE_MAX    (I_MAX),
                .POS          (A - M),
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
        .CARRY_IS_SIGN((ROUND_NEAREST != 0 && I_MIN + A < M) ? 0 : 1),
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
