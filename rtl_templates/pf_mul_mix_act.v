// Edge of pf_mul_mix_pe: copies of a word of integer activations for the digits that share them.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : word_i holds one 8-bit activation (mode 0), two of 8 bits (1), four of 4 bits (2) or eight of 4 bits (3), the first in
//             the lowest bits; operand_o is what pf_mul_mix_pe wants.
// Latency   : combinational.
`default_nettype none

module pf_mul_mix_act (
    input  wire [1:0]  mode_i,
    input  wire [31:0] word_i,
    output wire [31:0] operand_o
);

    genvar d;
    generate
        for (d = 0; d < 8; d = d + 1) begin : gen_digit
            localparam UNIT = d / 2;
            assign operand_o[4*d +: 4] = (mode_i == 2'd3) ? word_i[4*d +: 4]
                                       : (mode_i == 2'd0) ? word_i[4*(UNIT%2) +: 4]
                                       :                    word_i[4*UNIT +: 4];
        end
    endgenerate

endmodule

`default_nettype wire
