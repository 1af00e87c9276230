// Logarithmic processing element, weight-stationary.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = psum_i + sum over lanes of term + LANES * OFFSET, modulo 2^PSUM_W. Operands are {neg, log}, each
//             log with its own fraction bits; the most negative log, with neg 0, is zero. L = log of weight + log of
//             act with F = max(ACT_F, WGT_F) fraction bits, I = floor(L / 2^F), f = L mod 2^F,
//             term = +-(T[f] << (I + A - M)), in units of 2^-A; a shift to the right drops bits of the magnitude.
//             Minus is one's complement and carry in. The sign bit is added inverted, which stands for a constant and
//             saves the sign extension: OFFSET = 2^(TERM_W-1).
//             The array feeds -ROWS*LANES*OFFSET into the top of every column.
// Latency   : psum_o follows psum_i by one cycle. With PIPELINE = 2 it adds the products of the activations of the
//             cycle before. act_o and swap_o follow by one cycle.
// Handshake : none; wgt_shift_i enables the shadow weights, swap_i makes them active from the next cycle on.
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
    parameter PSUM_W        = 21
) (
    input  wire                           clk_i,
    input  wire                           swap_i,
    output wire                           swap_o,
    input  wire [LANES*(ACT_LOG_W+1)-1:0] act_i,
    output wire [LANES*(ACT_LOG_W+1)-1:0] act_o,
    input  wire                           wgt_shift_i,
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
    localparam MAG_W    = TERM_W - 1;
    localparam ROUND    = (ROUND_NEAREST != 0 && I_MIN + A < M) ? 1 : 0;
    localparam EXTRA    = (ROUND != 0) ? M + 2 : 0;    // bits kept below the magnitude for rounding
    localparam OUT_W    = MAG_W + EXTRA;
    localparam LOW_W    = (I_W > 2) ? 2 : I_W - 1;     // low bits of I that shift before the rest selects a place
    localparam MANT_W   = M + (1 << LOW_W);
    localparam G_W      = I_W - LOW_W;
    localparam G_MIN    = I_MIN >>> LOW_W;
    localparam G_MAX    = I_MAX >>> LOW_W;
    localparam GROUPS   = G_MAX - G_MIN + 1;
    localparam SUM_W    = TERM_W + $clog2(LANES);

    wire [LANES*WGT_W-1:0] weight;
    reg  [PSUM_W-1:0]      psum_q;
    wire [PSUM_W-1:0]      total;

    pf_pe_regs #(
        .ACT_W(LANES*ACT_W),
        .WGT_W(LANES*WGT_W)
    ) u_regs (
        .clk_i      (clk_i),
        .swap_i     (swap_i),
        .swap_o     (swap_o),
        .act_i      (act_i),
        .act_o      (act_o),
        .wgt_shift_i(wgt_shift_i),
        .wgt_i      (wgt_i),
        .wgt_o      (wgt_o),
        .weight_o   (weight)
    );

    always @(posedge clk_i) psum_q <= total;
    assign psum_o = psum_q;

    genvar l, s, g;
    generate
        if (PSUM_W < SUM_W) begin : gen_bad_psum_w
            pf_log_pe_error_psum_w_is_below_the_term u_error ();
        end
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

            // Log to linear, then to its place: short shifts first, where the mantissa is still narrow; the rest of the
            // integer part selects one of the few places that reach the partial sum.
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
            for (s = 0; s < LOW_W; s = s + 1) begin : gen_stage
                wire [M+(1<<s)-1:0]     in;
                wire [M+(1<<(s+1))-1:0] out = place[s] ? {in, {(1<<s){1'b0}}} : {{(1<<s){1'b0}}, in};
                if (s == 0) begin : gen_first
                    assign in = mantissa;
                end else begin : gen_next
                    assign in = gen_stage[s-1].out;
                end
            end
            for (g = 0; g < GROUPS; g = g + 1) begin : gen_place
                localparam signed [31:0] G   = G_MIN + g;
                localparam signed [31:0] POS = G * (1 << LOW_W) + A - M + EXTRA;
                wire [OUT_W+MANT_W-1:0] wide = {{OUT_W{1'b0}}, gen_stage[LOW_W-1].out};
                wire [OUT_W+MANT_W-1:0] placed;
                wire [OUT_W-1:0]        merged_in;
                wire [OUT_W-1:0]        merged;
                wire                    sel;
                wire                    unused_placed = &{1'b0, placed[OUT_W+MANT_W-1:OUT_W]};
                if (GROUPS == 1) begin : gen_only
                    wire unused_place = &{1'b0, place};
                    assign sel = nonzero;
                end else begin : gen_select
                    assign sel = nonzero & (place[I_W-1:LOW_W] == G[G_W-1:0]);
                end
                if (POS >= 0) begin : gen_left
                    assign placed = wide << POS;
                end else begin : gen_right
                    assign placed = wide >> (-POS);
                end
                if (g == 0) begin : gen_first
                    assign merged_in = {OUT_W{1'b0}};
                end else begin : gen_next
                    assign merged_in = gen_place[g-1].merged;
                end
                assign merged = merged_in | (placed[OUT_W-1:0] & {OUT_W{sel}});
            end

            wire [OUT_W-1:0]  magnitude = gen_place[GROUPS-1].merged;
            wire [TERM_W-1:0] operand   = {~neg, magnitude[OUT_W-1:EXTRA] ^ {MAG_W{neg}}};
            wire              carry;
            if (ROUND != 0) begin : gen_round
                // -(x + 1) = ~x: a magnitude that is rounded up needs no carry when it is complemented.
                wire up = magnitude[EXTRA-1] & (magnitude[EXTRA] | (|magnitude[EXTRA-2:0]));
                assign carry = neg ^ up;
            end else begin : gen_truncate
                assign carry = neg;
            end
        end

        // Plain sums in a row: synthesis merges them into carry-save adders and one carry-propagate adder.
        if (PIPELINE == 2 && LANES > 1) begin : gen_summed
            for (l = 0; l < LANES; l = l + 1) begin : gen_term
                wire [SUM_W-1:0] sum_in;
                wire [SUM_W-1:0] sum = sum_in + {{(SUM_W-TERM_W){1'b0}}, gen_lane[l].operand}
                                              + {{(SUM_W-1){1'b0}}, gen_lane[l].carry};
                if (l == 0) begin : gen_first
                    assign sum_in = {SUM_W{1'b0}};
                end else begin : gen_next
                    assign sum_in = gen_term[l-1].sum;
                end
            end
            reg  [SUM_W-1:0]  sum_q;
            wire [PSUM_W:0]   wide = {{(PSUM_W-SUM_W+1){1'b0}}, sum_q};
            wire              unused_wide = wide[PSUM_W];
            always @(posedge clk_i) sum_q <= gen_term[LANES-1].sum;
            assign total = psum_i + wide[PSUM_W-1:0];
        end else begin : gen_chained
            for (l = 0; l < LANES; l = l + 1) begin : gen_term
                wire [TERM_W:0]   term;   // {operand, carry in}
                wire [PSUM_W-1:0] sum_in;
                wire [PSUM_W-1:0] sum = sum_in + {{(PSUM_W-TERM_W){1'b0}}, term[TERM_W:1]}
                                               + {{(PSUM_W-1){1'b0}}, term[0]};
                if (PIPELINE != 2) begin : gen_direct
                    assign term = {gen_lane[l].operand, gen_lane[l].carry};
                end else begin : gen_register
                    reg [TERM_W-1:0] operand_q;
                    always @(posedge clk_i) operand_q <= gen_lane[l].operand;
                    if (ROUND != 0) begin : gen_carry
                        reg carry_q;
                        always @(posedge clk_i) carry_q <= gen_lane[l].carry;
                        assign term = {operand_q, carry_q};
                    end else begin : gen_sign
                        wire unused_carry = gen_lane[l].carry;
                        assign term = {operand_q, ~operand_q[TERM_W-1]};
                    end
                end
                if (l == 0) begin : gen_first
                    assign sum_in = psum_i;
                end else begin : gen_next
                    assign sum_in = gen_term[l-1].sum;
                end
            end
            assign total = gen_term[LANES-1].sum;
        end
    endgenerate

endmodule

`default_nettype wire
