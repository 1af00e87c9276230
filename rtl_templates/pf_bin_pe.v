// Logarithmic processing element with a sum for each fraction (bin), weight-stationary.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : bin f of psum_o = bin f of psum_i + sum over the lanes whose product has the fraction f of +-2^(I + A), and
//             + LANES * OFFSET, modulo 2^BIN_W. Operands are {neg, log}, each log with its own fraction bits; the most
//             negative log, with neg 0, is zero. L = log of weight + log of act with F = max(ACT_F, WGT_F) fraction
//             bits, I = floor(L / 2^F), f = L mod 2^F. A product of I + A < 0 adds nothing. Bin f is
//             psum[f*BIN_W +: BIN_W]; pf_bin_convert below the column makes one number of them.
//             One lane: the bin of the product is selected, a chain of carries, or of borrows, flips its bits from the
//             product's place on up to the first that ends it, and the others pass. OFFSET = 0.
//             Several lanes: a term for each lane and bin, 0 where the bin is another; minus is one's complement and
//             carry in. The sign bit is added inverted: OFFSET = 2^(I_MAX + A + 1), I_MAX the largest I.
// Latency   : psum_o follows psum_i by one cycle. With PIPELINE = 2 it adds the products of the operands of the cycle
//             before. act_o and swap_o follow by one cycle.
// Handshake : none; see pf_pe_regs for swap_i and shift_i.
// Parameters:
//   ACT_LOG_W    width of an activation's log, signed; -2^(ACT_LOG_W-1) is zero
//   WGT_LOG_W    width of a weight's log, signed; -2^(WGT_LOG_W-1) is zero
//   ACT_F, WGT_F fraction bits of the logs, 0..6
//   ACT_LOG_MIN  smallest log of a nonzero activation, ACT_F fraction bits
//   WGT_LOG_MIN  smallest log of a nonzero weight, WGT_F fraction bits
//   LOG_MAX      largest L, F fraction bits
//   A            fraction bits of a bin, may be negative; I_MAX + A >= 0
//   LANES        products per cycle, >= 1
//   PIPELINE     1: product and sum in one cycle; 2: a register behind the sum of the logs
//   ZERO_GATING  1: a zero operand holds the adder of the logs still; 0: it only masks the product
//   BIN_W        width of a bin, >= I_MAX + A + 2 + ceil(log2(LANES))
`default_nettype none

module pf_bin_pe #(
    parameter ACT_LOG_W   = 5,
    parameter WGT_LOG_W   = 5,
    parameter ACT_F       = 1,
    parameter WGT_F       = 1,
    parameter ACT_LOG_MIN = -7,
    parameter WGT_LOG_MIN = -7,
    parameter LOG_MAX     = 14,
    parameter A           = 7,
    parameter LANES       = 1,
    parameter PIPELINE    = 1,
    parameter ZERO_GATING = 1,
    parameter BIN_W       = 19
) (
    input  wire                                                     clk_i,
    input  wire                                                     swap_i,
    output wire                                                     swap_o,
    input  wire [LANES*(ACT_LOG_W+1)-1:0]                           act_i,
    output wire [LANES*(ACT_LOG_W+1)-1:0]                           act_o,
    input  wire                                                     shift_i,
    input  wire [LANES*(WGT_LOG_W+1)-1:0]                           wgt_i,
    output wire [LANES*(WGT_LOG_W+1)-1:0]                           wgt_o,
    input  wire [(BIN_W << ((ACT_F > WGT_F) ? ACT_F : WGT_F))-1:0]  psum_i,
    output wire [(BIN_W << ((ACT_F > WGT_F) ? ACT_F : WGT_F))-1:0]  psum_o
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
    localparam BINS     = 1 << F;
    localparam ACT_UP   = F - ACT_F;
    localparam WGT_UP   = F - WGT_F;
    localparam L_W      = ((ACT_LOG_W + ACT_UP > WGT_LOG_W + WGT_UP) ? ACT_LOG_W + ACT_UP : WGT_LOG_W + WGT_UP) + 1;
    localparam I_W      = L_W - F;                     // integer part of L
    localparam I_MIN    = (ACT_LOG_MIN * (1 << ACT_UP) + WGT_LOG_MIN * (1 << WGT_UP)) >>> F;
    localparam I_MAX    = LOG_MAX >>> F;
    localparam HOT_W    = I_MAX + A + 1;               // places of a product in its bin
    localparam TERM_W   = HOT_W + 1;

    wire [LANES*WGT_W-1:0] weight;
    wire [BINS*BIN_W-1:0]  psum;
    wire [BINS*BIN_W-1:0]  total;
    wire [LANES*HOT_W-1:0] hot;   // the product's place, one-hot; no bit where it adds nothing
    wire [LANES*BINS-1:0]  sel;   // its bin, one-hot
    wire [LANES-1:0]       neg;

    pf_pe_regs #(
        .ACT_W   (LANES*ACT_W),
        .WGT_W   (LANES*WGT_W),
        .PSUM_W  (BINS*BIN_W),
        .PIPELINE(PIPELINE)
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

    genvar l, b, k;
    generate
        if (ACT_LOG_MIN <= -(1 << (ACT_LOG_W-1)) || WGT_LOG_MIN <= -(1 << (WGT_LOG_W-1))) begin : gen_bad_log_w
            pf_bin_pe_error_log_w_leaves_no_pattern_for_zero u_error ();
        end
        if (BIN_W < TERM_W + $clog2(LANES)) begin : gen_bad_bin_w
            pf_bin_pe_error_bin_w_is_below_the_sum_of_a_cycle u_error ();
        end

        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            localparam [ACT_ZERO-1:0] ACT_CODE = {ACT_ZERO{1'b1}} << (ACT_ZERO - 1);
            localparam [WGT_ZERO-1:0] WGT_CODE = {WGT_ZERO{1'b1}} << (WGT_ZERO - 1);

            wire [ACT_LOG_W-1:0] act_log = act_i[l*ACT_W +: ACT_LOG_W];
            wire [WGT_LOG_W-1:0] wgt_log = weight[l*WGT_W +: WGT_LOG_W];
            wire                 some    = (act_log[ACT_LOG_W-1 -: ACT_ZERO] != ACT_CODE)
                                         & (wgt_log[WGT_LOG_W-1 -: WGT_ZERO] != WGT_CODE);
            wire                 minus   = act_i[l*ACT_W + ACT_LOG_W] ^ weight[l*WGT_W + WGT_LOG_W];

            // Product: the logs add.
            wire [ACT_LOG_W-1:0] act_used;
            if (ZERO_GATING != 0) begin : gen_gated
                assign act_used = act_log & {ACT_LOG_W{some}};
            end else begin : gen_plain
                assign act_used = act_log;
            end
            wire [L_W-1:0] act_wide = {{(L_W-ACT_LOG_W){act_used[ACT_LOG_W-1]}}, act_used};
            wire [L_W-1:0] wgt_wide = {{(L_W-WGT_LOG_W){wgt_log[WGT_LOG_W-1]}}, wgt_log};
            wire [L_W-1:0] log_sum  = (act_wide << ACT_UP) + (wgt_wide << WGT_UP);

            wire [L_W-1:0] log;
            wire           nonzero;
            if (PIPELINE == 2) begin : gen_register
                reg [L_W-1:0] log_q;
                reg           nonzero_q;
                reg           neg_q;
                always @(posedge clk_i) begin
                    log_q     <= log_sum;
                    nonzero_q <= some;
                    neg_q     <= minus;
                end
                assign log     = log_q;
                assign nonzero = nonzero_q;
                assign neg[l]  = neg_q;
            end else begin : gen_direct
                assign log     = log_sum;
                assign nonzero = some;
                assign neg[l]  = minus;
            end

            // A power of two at its place: a mantissa of one bit.
            wire [TERM_W-1:0] placed;
            wire              no_carry;
            wire              unused_placed = placed[TERM_W-1] ^ no_carry;  // constants: never negative
            pf_place #(
                .MANT_W   (1),
                .PLACE_W  (I_W),
                .PLACE_MIN(I_MIN),
                .PLACE_MAX(I_MAX),
                .POS      (A),
                .TERM_W   (TERM_W)
            ) u_place (
                .mantissa_i(1'b1),
                .place_i   (log[L_W-1:F]),
                .nonzero_i (nonzero),
                .neg_i     (1'b0),
                .operand_o (placed),
                .carry_o   (no_carry)
            );
            assign hot[l*HOT_W +: HOT_W] = placed[HOT_W-1:0];

            for (b = 0; b < BINS; b = b + 1) begin : gen_sel
                if (F == 0) begin : gen_only
                    assign sel[l*BINS + b] = 1'b1;
                end else begin : gen_one_of
                    localparam [31:0] INDEX = b;
                    assign sel[l*BINS + b] = (log[F-1:0] == INDEX[F-1:0]);
                end
            end
        end

        if (LANES == 1) begin : gen_chain
            // A bit flips where the product is, or where the flip of the bit below carries (or borrows) on.
            for (k = 0; k < BIN_W; k = k + 1) begin : gen_bit
                wire [BINS-1:0] bits;   // of this place, from every bin
                wire            bit_in;
                wire            start;
                wire            flip;
                wire            on = flip & (bit_in ^ neg);
                if (F == 0) begin : gen_only
                    assign bit_in = bits;
                end else begin : gen_choice
                    assign bit_in = bits[gen_lane[0].log[F-1:0]];
                end
                if (k < HOT_W) begin : gen_place
                    assign start = hot[k];
                end else begin : gen_above
                    assign start = 1'b0;
                end
                if (k == 0) begin : gen_first
                    assign flip = start;
                end else begin : gen_next
                    assign flip = start | gen_bit[k-1].on;
                end
                for (b = 0; b < BINS; b = b + 1) begin : gen_bin
                    assign bits[b] = psum[b*BIN_W + k];
                    assign total[b*BIN_W + k] = sel[b] ? bit_in ^ flip : bits[b];
                end
                if (k == BIN_W - 1) begin : gen_last
                    wire unused_on = on;
                end
            end
        end else begin : gen_sums
            // Plain sums in a row: synthesis merges them into carry-save adders and one carry-propagate adder a bin.
            for (b = 0; b < BINS; b = b + 1) begin : gen_bin
                for (l = 0; l < LANES; l = l + 1) begin : gen_term
                    wire              minus   = neg[l] & sel[l*BINS + b];
                    wire [HOT_W-1:0]  power   = hot[l*HOT_W +: HOT_W] & {HOT_W{sel[l*BINS + b]}};
                    wire [TERM_W-1:0] operand = {~minus, power ^ {HOT_W{minus}}};
                    wire [BIN_W-1:0]  sum_in;
                    wire [BIN_W-1:0]  sum = sum_in + {{(BIN_W-TERM_W){1'b0}}, operand} + {{(BIN_W-1){1'b0}}, minus};
                    if (l == 0) begin : gen_first
                        assign sum_in = psum[b*BIN_W +: BIN_W];
                    end else begin : gen_next
                        assign sum_in = gen_term[l-1].sum;
                    end
                end
                assign total[b*BIN_W +: BIN_W] = gen_term[LANES-1].sum;
            end
        end
    endgenerate

endmodule

`default_nettype wire
