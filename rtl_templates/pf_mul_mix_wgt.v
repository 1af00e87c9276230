// Edge of pf_mul_mix_pe: copies of a word of integer weights for the units that share them.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : word_i holds one 8-bit weight (mode 0), two of 4 bits (1), four of 4 bits (2) or eight of 2 bits (3), the first in the
//             lowest bits; operand_o is what pf_mul_mix_pe wants.
// Latency   : combinational.
`default_nettype none

module pf_mul_mix_wgt (
    input  wire [1:0]  mode_i,
    input  wire [15:0] word_i,
    output wire [15:0] operand_o
);

    assign operand_o = mode_i[1] ? word_i : {{2{word_i[7:4]}}, {2{word_i[3:0]}}};
    wire unused_mode = mode_i[0];

endmodule

`default_nettype wire
