// Decoder of a word of Logarithmic Posit activations for pf_log_mix_pe.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : one 8-bit code (mode 0), two of 8 bits (1) or four of 4 bits (2), the first in the lowest bits, become the operand of
//             pf_log_mix_pe, which describes its fields. The formats are <8,1,3> and <4,1,2>.
// Latency   : combinational.
// Parameters:
//   SHIFT_2  added to a 4-bit activation's integer in products 0 and 1: fraction bits of mode 2's accumulator (3) less those of
//            mode 0's, -3..0
`default_nettype none

module pf_lp_mix_act #(
    parameter SHIFT_2 = -2
) (
    input  wire [1:0]  mode_i,
    input  wire [15:0] word_i,
    output wire [17:0] operand_o
);
    localparam [31:0] UP = SHIFT_2;

    wire [1:0]  neg_8;
    wire [15:0] log_8;
    wire [3:0]  neg_4, zero_4;
    wire [11:0] log_4;
    genvar l;
    generate
        for (l = 0; l < 2; l = l + 1) begin : gen_8
            wire unused_zero, unused_nar;
            pf_lp_decode #(.N(8), .ES(1), .RS(3), .F(4), .LOG_W(8)) u_decode (
                .code_i(word_i[8*l +: 8]),
                .zero_o(unused_zero),
                .nar_o (unused_nar),
                .neg_o (neg_8[l]),
                .log_o (log_8[8*l +: 8])
            );
        end
        for (l = 0; l < 4; l = l + 1) begin : gen_4
            wire unused_nar;
            pf_lp_decode #(.N(4), .ES(1), .RS(2), .F(0), .LOG_W(3)) u_decode (
                .code_i(word_i[4*l +: 4]),
                .zero_o(zero_4[l]),
                .nar_o (unused_nar),
                .neg_o (neg_4[l]),
                .log_o (log_4[3*l +: 3])
            );
        end
        for (l = 0; l < 2; l = l + 1) begin : gen_operand
            wire [3:0] integer_4 = zero_4[l] ? 4'b1000 : {log_4[3*l+2], log_4[3*l +: 3]} + UP[3:0];
            // -3..3 and zero (-4): the exponent of the products that are powers of two, 7 for zero.
            wire [2:0] exp = log_4[3*l+6 +: 3] + 3'd3;
            wire [8:0] second = (mode_i == 2'd0 && l == 1) ? 9'b0_1000_0000 : {neg_8[l], log_8[8*l +: 8]};
            assign operand_o[9*l +: 9] = mode_i[1] ? {neg_4[l], integer_4, neg_4[l+2], exp} : second;
        end
    endgenerate

    wire unused_bits = &{1'b0, zero_4[3:2]};

endmodule

`default_nettype wire
