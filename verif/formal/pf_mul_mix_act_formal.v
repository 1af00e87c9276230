// Equality of pf_mul_mix_act and the packing of words of activations, for all words.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : code p of the word, the first in the lowest bits, stands where pf_mul_mix_pe_formal reads activation p, and in every
//             copy of it that is assumed there: in mode 0 the halves in the digits of two units each, in mode 1 in those of one,
//             in mode 2 a code in both digits of a unit.
`default_nettype none

module pf_mul_mix_act_formal (
    input wire [1:0]  mode_i,
    input wire [31:0] word_i
);

    wire [31:0] operand;
    pf_mul_mix_act u_dut (
        .mode_i   (mode_i),
        .word_i   (word_i),
        .operand_o(operand)
    );

    integer p;
    always @* begin
        case (mode_i)
            2'd0: assert (operand == {2{{2{word_i[7:4]}}, {2{word_i[3:0]}}}});
            2'd1: for (p = 0; p < 2; p = p + 1) assert (operand[16*p +: 16] == {{2{word_i[8*p+4 +: 4]}}, {2{word_i[8*p +: 4]}}});
            2'd2: for (p = 0; p < 4; p = p + 1) assert (operand[8*p +: 8] == {2{word_i[4*p +: 4]}});
            default: for (p = 0; p < 8; p = p + 1) assert (operand[4*p +: 4] == word_i[4*p +: 4]);
        endcase
        cover (mode_i == 2'd1 && operand == 32'haa553300);
    end

endmodule

`default_nettype wire
