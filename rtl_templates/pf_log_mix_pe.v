// Logarithmic processing element of mixed precision, weight-stationary: 1, 2 or 4 products of one column a cycle.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = psum_i + sum of the mode's products + OFFSET, modulo 2^PSUM_W; OFFSET = 2^TERM_W + 2^8 in every mode.
//             Products 0 and 1 are +-T[f] << (I + A - M), truncated (pf_log_term); products 2 and 3 are powers of two, since the
//             2-bit weights are +-1. What a mode's accumulator has more or fewer fraction bits than A is in the operands'
//             integers, and operands that a mode does not use are zero (pf_lp_mix_wgt, pf_lp_mix_act), so that the PE looks at
//             the mode only where fields are shared.
//               mode 0 (W8A8 x1)  weight {neg, int4, frac4}; act {zero, {neg, int4, frac4}}
//               mode 1 (W4A8 x2)  weight {neg0, int4, neg1, exp1}; act {{neg, int4, frac4}, {neg, int4, frac4}}
//               mode 2 (W2A4 x4)  weight {neg0, zero0, neg2, zero2, neg3, neg1, zero1, zero3, -}, act {neg1, int4, neg3, exp3,
//                                 neg0, int4, neg2, exp2}
//             int4 = 1000 is zero, exp = 7 is zero; otherwise exp is 0..6.
// Latency   : psum_o follows psum_i by one cycle. With PIPELINE = 2 it adds the products of the activations of the
//             cycle before. act_o and swap_o follow by one cycle.
// Handshake : none; wgt_shift_i enables the shadow weights, swap_i makes them active from the next cycle on. mode_i is
//             constant while anything is in the array.
// Parameters:
//   M         mantissa bits of the table T for 4 fraction bits, >= 0
//   A         fraction bits of the partial sum in mode 0
//   I_MIN     smallest integer of a product's log, -16..-1
//   I_MAX     largest integer, 1..15
//   TERM_W    width that holds every term, signed, 9..
//   PIPELINE  1: products and sum in one cycle; 2: a register between them
//   PSUM_W    partial sum width, >= TERM_W + 2
`default_nettype none

module pf_log_mix_pe #(
    parameter M        = 7,
    parameter A        = 5,
    parameter I_MIN    = -12,
    parameter I_MAX    = 11,
    parameter TERM_W   = 18,
    parameter PIPELINE = 1,
    parameter PSUM_W   = 22
) (
    input  wire              clk_i,
    input  wire [1:0]        mode_i,
    input  wire              swap_i,
    output wire              swap_o,
    input  wire [17:0]       act_i,
    output wire [17:0]       act_o,
    input  wire              wgt_shift_i,
    input  wire [8:0]        wgt_i,
    output wire [8:0]        wgt_o,
    input  wire [PSUM_W-1:0] psum_i,
    output wire [PSUM_W-1:0] psum_o
);

    localparam SUM_W = TERM_W + 2;

    wire [8:0]        weight;
    reg  [PSUM_W-1:0] psum_q;
    wire [PSUM_W-1:0] total;

    pf_pe_regs #(
        .ACT_W(18),
        .WGT_W(9)
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

    // Fields that only one mode has.
    wire       four   = mode_i[1];
    wire       single = ~mode_i[1] & ~mode_i[0];
    wire [3:0] frac_a = act_i[3:0] & {4{~four}};
    wire [3:0] frac_b = act_i[12:9] & {4{~four}};
    wire [3:0] frac_w = weight[3:0] & {4{single}};
    wire [3:0] int_w  = {weight[7], weight[6:4] & {3{~four}}};
    wire       zero_b = four ? weight[2] : &weight[2:0];
    wire [2:0] exp_b  = weight[2:0] & {3{~four}};

    // Product 0: zero is an integer of -8, and -7 is no operand's either.
    wire       nonzero_0 = (act_i[7:5] != 3'b100) & ~(weight[7] & (four | ~(weight[6] | weight[5])));
    wire       neg_0     = act_i[8] ^ weight[8];
    wire [8:0] log_0     = {act_i[7], act_i[7:4], frac_a} + {int_w[3], int_w, frac_w};
    wire [TERM_W-1:0] term_0;
    pf_log_term #(.F(4), .I_W(5), .I_MIN(I_MIN), .I_MAX(I_MAX), .M(M), .A(A), .TERM_W(TERM_W)) u_term_0 (
        .nonzero_i(nonzero_0),
        .neg_i    (neg_0),
        .place_i  (log_0[8:4]),
        .frac_i   (log_0[3:0]),
        .term_o   (term_0)
    );

    // Product 1: the weight is a power of two.
    wire       nonzero_1 = (act_i[16:14] != 3'b100) & ~zero_b;
    wire       neg_1     = act_i[17] ^ weight[3];
    wire [4:0] place_1   = {act_i[16], act_i[16:13]} + {2'b00, exp_b};
    wire [TERM_W-1:0] term_1;
    pf_log_term #(.F(4), .I_W(5), .I_MIN(I_MIN), .I_MAX(I_MAX), .M(M), .A(A), .TERM_W(TERM_W)) u_term_1 (
        .nonzero_i(nonzero_1),
        .neg_i    (neg_1),
        .place_i  (place_1),
        .frac_i   (frac_b),
        .term_o   (term_1)
    );

    // Products 2 and 3: the activation or its negative; a shift by 7 leaves the 7 bits.
    wire       on_2    = four & ~weight[5];
    wire       on_3    = four & ~weight[1];
    wire       neg_2   = act_i[3] ^ weight[6];
    wire       neg_3   = act_i[12] ^ weight[4];
    wire [6:0] power_2 = {6'd0, on_2} << act_i[2:0];
    wire [6:0] power_3 = {6'd0, on_3} << act_i[11:9];
    wire [7:0] term_2  = {~neg_2, power_2 ^ {7{neg_2}}};
    wire [7:0] term_3  = {~neg_3, power_3 ^ {7{neg_3}}};

    // Plain sums in a row: synthesis merges them into carry-save adders and one carry-propagate adder.
    generate
        if (PIPELINE == 2) begin : gen_split
            reg  [SUM_W-1:0]        sum_q;
            wire [PSUM_W+SUM_W-1:0] wide = {{PSUM_W{1'b0}}, sum_q};
            wire                    unused_wide = &{1'b0, wide[PSUM_W +: SUM_W]};
            always @(posedge clk_i) begin
                sum_q <= {2'd0, term_0} + {2'd0, term_1} + {{(SUM_W-8){1'b0}}, term_2} + {{(SUM_W-8){1'b0}}, term_3}
                       + {{(SUM_W-1){1'b0}}, neg_0} + {{(SUM_W-1){1'b0}}, neg_1}
                       + {{(SUM_W-1){1'b0}}, neg_2} + {{(SUM_W-1){1'b0}}, neg_3};
            end
            assign total = psum_i + wide[PSUM_W-1:0];
        end else begin : gen_merged
            assign total = psum_i + {{(PSUM_W-TERM_W){1'b0}}, term_0} + {{(PSUM_W-TERM_W){1'b0}}, term_1}
                         + {{(PSUM_W-8){1'b0}}, term_2} + {{(PSUM_W-8){1'b0}}, term_3}
                         + {{(PSUM_W-1){1'b0}}, neg_0} + {{(PSUM_W-1){1'b0}}, neg_1}
                         + {{(PSUM_W-1){1'b0}}, neg_2} + {{(PSUM_W-1){1'b0}}, neg_3};
        end
    endgenerate

endmodule

`default_nettype wire
