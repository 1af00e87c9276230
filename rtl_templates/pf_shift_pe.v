// Shifting processing element, weight-stationary.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = psum_i + sum over lanes of +-(act << shift) + LANES * OFFSET, modulo 2^PSUM_W. A weight is
//             {neg, shift}; a shift of all ones, with neg 0, is zero. Minus is one's complement and carry in. The sign
//             bit is added inverted, which stands for a constant and saves the sign extension:
//             OFFSET = 2^(ACT_W + 2^SHIFT_W - 3).
//             The array feeds -ROWS*LANES*OFFSET into the top of every column.
// Latency   : psum_o follows psum_i by one cycle. With PIPELINE = 2 it adds the products of the activations of the
//             cycle before. act_o and swap_o follow by one cycle.
// Handshake : none; wgt_shift_i enables the shadow weights, swap_i makes them active from the next cycle on.
// Parameters:
//   ACT_W        activation width, signed, 2..8
//   SHIFT_W      width of a weight's shift, 1..4
//   LANES        products per cycle, >= 1
//   PIPELINE     1: product and sum in one cycle; 2: a register between them
//   ZERO_GATING  1: a zero weight holds the shifter's input at zero; 0: it masks the shifter's output
//   PSUM_W       partial sum width, >= ACT_W + 2^SHIFT_W - 1 + ceil(log2(LANES))
`default_nettype none

module pf_shift_pe #(
    parameter ACT_W       = 8,
    parameter SHIFT_W     = 3,
    parameter LANES       = 1,
    parameter PIPELINE    = 1,
    parameter ZERO_GATING = 1,
    parameter PSUM_W      = 18
) (
    input  wire                         clk_i,
    input  wire                         swap_i,
    output wire                         swap_o,
    input  wire [LANES*ACT_W-1:0]       act_i,
    output wire [LANES*ACT_W-1:0]       act_o,
    input  wire                         wgt_shift_i,
    input  wire [LANES*(SHIFT_W+1)-1:0] wgt_i,
    output wire [LANES*(SHIFT_W+1)-1:0] wgt_o,
    input  wire [PSUM_W-1:0]            psum_i,
    output wire [PSUM_W-1:0]            psum_o
);

    localparam WGT_W  = SHIFT_W + 1;
    localparam OPER_W = ACT_W + (1 << SHIFT_W) - 2;   // of act << largest shift
    localparam SUM_W  = OPER_W + 1 + $clog2(LANES);
    localparam [OPER_W-1:0] TOP_BIT = {1'b1, {(OPER_W-1){1'b0}}};
    localparam MAX_SHIFT = (1 << SHIFT_W) - 1;
    localparam WIDE_W    = ACT_W + MAX_SHIFT;

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

    genvar l;
    generate
        if (PSUM_W < SUM_W) begin : gen_bad_psum_w
            pf_shift_pe_error_psum_w_is_below_the_product u_error ();
        end

        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            wire [ACT_W-1:0]   act   = act_i[l*ACT_W +: ACT_W];
            wire [SHIFT_W-1:0] shift = weight[l*WGT_W +: SHIFT_W];
            wire               neg   = weight[l*WGT_W + SHIFT_W];
            wire               zero  = &shift;
            // From the top of a wide word downwards, with complemented zeros behind: the first stages of the shifter only
            // see the few bits that differ, so that it is no larger than one written out bit by bit.
            wire [WIDE_W-1:0]  wide    = {act, {MAX_SHIFT{1'b0}}};
            wire [WIDE_W-1:0]  flipped = neg ? ~wide : wide;
            wire signed [WIDE_W-1:0] top;
            if (ZERO_GATING != 0) begin : gen_gated
                assign top = $signed(zero ? {WIDE_W{1'b0}} : flipped);
            end else begin : gen_plain
                assign top = $signed(flipped);
            end
            wire signed [WIDE_W-1:0] moved   = top >>> (~shift);
            // All ones never shifts, so the top bit only repeats the sign.
            wire        [OPER_W-1:0] shifted = moved[OPER_W-1:0];
            wire                     unused_top = moved[OPER_W];
            wire [OPER_W-1:0] operand;
            if (ZERO_GATING != 0) begin : gen_operand
                assign operand = shifted ^ TOP_BIT;
            end else begin : gen_masked
                assign operand = (shifted & {OPER_W{~zero}}) ^ TOP_BIT;
            end
        end

        // Plain sums in a row: synthesis merges them into carry-save adders and one carry-propagate adder.
        if (PIPELINE == 2 && LANES > 1) begin : gen_summed
            for (l = 0; l < LANES; l = l + 1) begin : gen_term
                wire [SUM_W-1:0] sum_in;
                wire [SUM_W-1:0] sum = sum_in + {{(SUM_W-OPER_W){1'b0}}, gen_lane[l].operand}
                                              + {{(SUM_W-1){1'b0}}, gen_lane[l].neg};
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
                wire [OPER_W:0]   term;   // {operand, carry in}
                wire [PSUM_W-1:0] sum_in;
                wire [PSUM_W-1:0] sum = sum_in + {{(PSUM_W-OPER_W){1'b0}}, term[OPER_W:1]}
                                               + {{(PSUM_W-1){1'b0}}, term[0]};
                if (PIPELINE == 2) begin : gen_register
                    reg [OPER_W:0] term_q;
                    always @(posedge clk_i) term_q <= {gen_lane[l].operand, gen_lane[l].neg};
                    assign term = term_q;
                end else begin : gen_direct
                    assign term = {gen_lane[l].operand, gen_lane[l].neg};
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
