// Processing element for weights of two powers of two.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : total = sum + sum over lanes of (+-(act << a) +- (act << b)) + LANES * OFFSET, modulo 2^PSUM_W. A weight is
//             {neg, code of a, code of b}, or {neg of a, code of a, neg of b, code of b} with OWN_SIGNS; a code selects
//             one of at most four fixed shifts, or nothing. Both terms go into the sum (pf_shift_term): minus is one's
//             complement before the shifts, which both terms share where they share the sign, and a carry each. The
//             sign bits are added inverted, which stands for a constant and saves their extension:
//             OFFSET = 2^(ACT_W + largest a - 1) + 2^(ACT_W + largest b - 1).
//             The array takes the offsets back: at the top of every column, or where a finished sum leaves it.
//             Weight-stationary: sum is psum_i and total becomes psum_o. Output-stationary: sum and total are the PE's
//             own register, sum is 0 where a token passes, and psum_i, psum_o are the column's chain of results.
// Latency   : total is registered. With PIPELINE = 2 it adds the products of the operands of the cycle before. act_o and
//             swap_o follow by one cycle.
// Handshake : none; see pf_pe_regs for swap_i and shift_i.
// Parameters:
//   ACT_W        activation width, signed, 2..8
//   A_W, B_W     width of the codes of a and b, 1..2
//   A_SHIFTS     a hexadecimal digit for each code of a, the first the lowest: its shift, or f for none
//   B_SHIFTS     the same for b
//   OWN_SIGNS    0: both terms have the weight's sign; 1: each has its own
//   LANES        products per cycle, >= 1
//   PIPELINE     1: product and sum in one cycle; 2: a register between them
//   ZERO_GATING  1: a weight that selects nothing also holds the activation's inverters still; 0: only its terms
//   PSUM_W       partial sum width, >= what the sum of LANES products needs
//   SUM_STAYS    0: weight-stationary; 1: output-stationary
`default_nettype none

module pf_terms_pe #(
    parameter        ACT_W       = 8,
    parameter        A_W         = 2,
    parameter [15:0] A_SHIFTS    = 16'h32f0,
    parameter        B_W         = 1,
    parameter [15:0] B_SHIFTS    = 16'hff1f,
    parameter        OWN_SIGNS   = 0,
    parameter        LANES       = 1,
    parameter        PIPELINE    = 1,
    parameter        ZERO_GATING = 1,
    parameter        PSUM_W      = 15,
    parameter        SUM_STAYS   = 0
) (
    input  wire                                 clk_i,
    input  wire                                 swap_i,
    output wire                                 swap_o,
    input  wire [LANES*ACT_W-1:0]               act_i,
    output wire [LANES*ACT_W-1:0]               act_o,
    input  wire                                 shift_i,
    input  wire [LANES*(A_W+B_W+OWN_SIGNS+1)-1:0] wgt_i,
    output wire [LANES*(A_W+B_W+OWN_SIGNS+1)-1:0] wgt_o,
    input  wire [PSUM_W-1:0]                    psum_i,
    output wire [PSUM_W-1:0]                    psum_o
);

    localparam WGT_W = A_W + B_W + OWN_SIGNS + 1;

    // Largest shifts: none counts as 0.
    localparam A_0   = (A_SHIFTS[3:0]   == 4'hf) ? 0 : {28'd0, A_SHIFTS[3:0]};
    localparam A_1   = (A_SHIFTS[7:4]   == 4'hf) ? 0 : {28'd0, A_SHIFTS[7:4]};
    localparam A_2   = (A_SHIFTS[11:8]  == 4'hf) ? 0 : {28'd0, A_SHIFTS[11:8]};
    localparam A_3   = (A_SHIFTS[15:12] == 4'hf) ? 0 : {28'd0, A_SHIFTS[15:12]};
    localparam B_0   = (B_SHIFTS[3:0]   == 4'hf) ? 0 : {28'd0, B_SHIFTS[3:0]};
    localparam B_1   = (B_SHIFTS[7:4]   == 4'hf) ? 0 : {28'd0, B_SHIFTS[7:4]};
    localparam B_2   = (B_SHIFTS[11:8]  == 4'hf) ? 0 : {28'd0, B_SHIFTS[11:8]};
    localparam B_3   = (B_SHIFTS[15:12] == 4'hf) ? 0 : {28'd0, B_SHIFTS[15:12]};
    localparam A_01  = (A_0 > A_1) ? A_0 : A_1;
    localparam A_23  = (A_2 > A_3) ? A_2 : A_3;
    localparam B_01  = (B_0 > B_1) ? B_0 : B_1;
    localparam B_23  = (B_2 > B_3) ? B_2 : B_3;
    localparam A_TOP = (A_01 > A_23) ? A_01 : A_23;
    localparam B_TOP = (B_01 > B_23) ? B_01 : B_23;

    localparam A_OPER_W = ACT_W + A_TOP;
    localparam B_OPER_W = ACT_W + B_TOP;
    localparam OPER_W   = (A_OPER_W > B_OPER_W) ? A_OPER_W : B_OPER_W;
    // A term with its carry is at most 2^OPER_W.
    localparam SUM_W  = OPER_W + ((A_OPER_W == B_OPER_W) ? 2 : 1) + $clog2(LANES);
    localparam TREE_W = (PIPELINE == 2 && SUM_W < PSUM_W) ? SUM_W : PSUM_W;

    wire [LANES*WGT_W-1:0] weight;
    wire [PSUM_W-1:0]      psum;
    wire [PSUM_W-1:0]      total;

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
        if (PSUM_W < OPER_W + 1 + $clog2(LANES)) begin : gen_bad_psum_w
            pf_terms_pe_error_psum_w_is_below_the_product u_error ();
        end

        // Plain sums in a row: synthesis merges them into carry-save adders and one carry-propagate adder.
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            wire [WGT_W-1:0]    wgt   = weight[l*WGT_W +: WGT_W];
            wire                neg_a;
            wire                neg_b;
            wire [1:0]          used;
            wire [1:0]          carry;
            wire [ACT_W-1:0]    act;
            wire [A_OPER_W-1:0] oper_a;
            wire [B_OPER_W-1:0] oper_b;
            if (ZERO_GATING != 0) begin : gen_gated
                assign act   = act_i[l*ACT_W +: ACT_W] & {ACT_W{|used}};
                assign neg_a = wgt[WGT_W-1] & |used;
                assign neg_b = wgt[(OWN_SIGNS != 0) ? B_W : WGT_W-1] & |used;
            end else begin : gen_plain
                wire unused_used = |used;
                assign act   = act_i[l*ACT_W +: ACT_W];
                assign neg_a = wgt[WGT_W-1];
                assign neg_b = wgt[(OWN_SIGNS != 0) ? B_W : WGT_W-1];
            end

            pf_shift_term #(
                .ACT_W  (ACT_W),
                .CODE_W (A_W),
                .SHIFTS (A_SHIFTS),
                .LARGEST(A_TOP)
            ) u_term_a (
                .act_i    (act),
                .neg_i    (neg_a),
                .code_i   (wgt[B_W+OWN_SIGNS +: A_W]),
                .used_o   (used[1]),
                .operand_o(oper_a),
                .carry_o  (carry[1])
            );
            pf_shift_term #(
                .ACT_W  (ACT_W),
                .CODE_W (B_W),
                .SHIFTS (B_SHIFTS),
                .LARGEST(B_TOP)
            ) u_term_b (
                .act_i    (act),
                .neg_i    (neg_b),
                .code_i   (wgt[0 +: B_W]),
                .used_o   (used[0]),
                .operand_o(oper_b),
                .carry_o  (carry[0])
            );

            wire [TREE_W+OPER_W-1:0] wide_a = {{(TREE_W+OPER_W-A_OPER_W){1'b0}}, oper_a};
            wire [TREE_W+OPER_W-1:0] wide_b = {{(TREE_W+OPER_W-B_OPER_W){1'b0}}, oper_b};
            wire                     unused_wide = ^{wide_a[TREE_W +: OPER_W], wide_b[TREE_W +: OPER_W]};
            wire [TREE_W-1:0]        sum_in;
            wire [TREE_W-1:0]        sum = sum_in + wide_a[TREE_W-1:0] + {{(TREE_W-1){1'b0}}, carry[1]}
                                         + wide_b[TREE_W-1:0] + {{(TREE_W-1){1'b0}}, carry[0]};
            if (l > 0) begin : gen_next
                assign sum_in = gen_lane[l-1].sum;
            end else if (PIPELINE == 2) begin : gen_zero
                assign sum_in = {TREE_W{1'b0}};
            end else begin : gen_psum
                assign sum_in = psum;
            end
        end

        if (PIPELINE == 2) begin : gen_split
            reg  [TREE_W-1:0]        sum_q;
            wire [PSUM_W+TREE_W-1:0] wide = {{PSUM_W{1'b0}}, sum_q};
            wire                     unused_wide = ^wide[PSUM_W +: TREE_W];
            always @(posedge clk_i) sum_q <= gen_lane[LANES-1].sum;
            assign total = psum + wide[PSUM_W-1:0];
        end else begin : gen_merged
            assign total = gen_lane[LANES-1].sum;
        end
    endgenerate

endmodule

`default_nettype wire
