// Multiplying processing element of mixed precision, weight-stationary: 1, 2, 4 or 8 products of one column a cycle.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = psum_i + sum of the mode's products + OFFSET of the mode, modulo 2^PSUM_W. Eight radix-4 digits (Booth) of the
//             weights, one for each 2 bits of wgt_i, each multiply 4 bits of an activation, act_i[4*d +: 4] for digit d. Digits
//             2u and 2u+1 belong to unit u. Sums of units are put together by mode. act_i and wgt_i hold copies where a product
//             spans units (pf_mul_mix_wgt, pf_mul_mix_act):
//               mode 0 (8x8 x1)  units {3, 2, 1, 0}: {w high, w high, w low, w low} with {a high, a low, a high, a low}
//               mode 1 (4x8 x2)  {w1, w1, w0, w0} with {a1 high, a1 low, a0 high, a0 low}
//               mode 2 (4x4 x4)  {w3, w2, w1, w0} with {a3, a2, a1, a0}
//               mode 3 (2x4 x8)  digit d is weight d, with activation d
//             In modes 0 to 2 both digits of a unit have the same 4 bits of activation. Rows are added with the sign bit
//             inverted: OFFSET is the sum of (32 for units 0 and 2, 16 for 1 and 3) over all digits, each moved as its digit:
//             24480 in mode 0, 2880 in mode 1, 480 in mode 2, 192 in mode 3.
// Latency   : psum_o follows psum_i by one cycle; act_o and swap_o follow by one cycle.
// Handshake : none; wgt_shift_i enables the shadow weights, swap_i makes them active from the next cycle on. mode_i is
//             constant while anything is in the array.
// Parameters:
//   PSUM_W  partial sum width, >= 17
`default_nettype none

module pf_mul_mix_pe #(
    parameter PSUM_W = 19
) (
    input  wire              clk_i,
    input  wire [1:0]        mode_i,
    input  wire              swap_i,
    output wire              swap_o,
    input  wire [31:0]       act_i,
    output wire [31:0]       act_o,
    input  wire              wgt_shift_i,
    input  wire [15:0]       wgt_i,
    output wire [15:0]       wgt_o,
    input  wire [PSUM_W-1:0] psum_i,
    output wire [PSUM_W-1:0] psum_o
);

    wire [15:0]       weight;
    reg  [PSUM_W-1:0] psum_q;
    wire [PSUM_W-1:0] total;

    pf_pe_regs #(
        .ACT_W(32),
        .WGT_W(16)
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

    wire pairs  = ~(mode_i[1] & mode_i[0]);     // the digits of a unit are one weight's
    wire halves = ~mode_i[1];                   // activations have two halves
    wire whole  = ~mode_i[1] & ~mode_i[0];      // so have weights

    genvar u, j;
    generate
        for (u = 0; u < 4; u = u + 1) begin : gen_unit
            for (j = 0; j < 2; j = j + 1) begin : gen_digit
                wire [3:0] act    = act_i[4*(2*u+j) +: 4];
                wire       high   = weight[4*u + 2*j + 1];
                wire       middle = weight[4*u + 2*j];
                wire       low;
                wire       one    = middle ^ low;
                wire       two    = (high & ~middle & ~low) | (~high & middle & low);
                wire       neg    = high & ~(middle & low);
                wire [5:0] row;    // with the sign bit inverted, so never negative
                if (j == 1) begin : gen_second
                    assign low = weight[4*u + 1] & pairs;
                end else if (u >= 2) begin : gen_upper
                    assign low = weight[4*u - 5] & whole;
                end else begin : gen_lowest
                    assign low = 1'b0;
                end
                if (u % 2 == 0) begin : gen_low_half
                    wire [6:0] moved = {{2{act[3] & ~halves}}, act, 1'b0} ^ {7{neg}};
                    assign row = ((moved[6:1] & {6{one}}) | (moved[5:0] & {6{two}})) ^ 6'b100000;
                end else begin : gen_high_half
                    wire [5:0] moved = {act[3], act, 1'b0} ^ {6{neg}};
                    assign row = {1'b0, ((moved[5:1] & {5{one}}) | (moved[4:0] & {5{two}})) ^ 5'b10000};
                end
            end
            wire [5:0] upper = gen_digit[1].row;
            // A moved digit brings ones below it: they carry its own carry in up.
            wire [1:0] below = {2{gen_digit[1].neg}};
            wire [8:0] sum   = {3'd0, gen_digit[0].row} + (pairs ? {1'b0, upper, below} : {3'd0, upper})
                             + {8'd0, gen_digit[0].neg} + {8'd0, gen_digit[1].neg};
        end
    endgenerate

    // Sums of the halves of the activations, then of the weights.
    wire [12:0] lower = {4'd0, gen_unit[0].sum} + (halves ? {gen_unit[1].sum, 4'd0} : {4'd0, gen_unit[1].sum});
    wire [12:0] upper = {4'd0, gen_unit[2].sum} + (halves ? {gen_unit[3].sum, 4'd0} : {4'd0, gen_unit[3].sum});
    assign total = psum_i + {{(PSUM_W-13){1'b0}}, lower}
                 + (whole ? {{(PSUM_W-17){1'b0}}, upper, 4'd0} : {{(PSUM_W-13){1'b0}}, upper});

endmodule

`default_nettype wire
