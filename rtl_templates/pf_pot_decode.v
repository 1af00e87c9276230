// Decoder of signed powers of two.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : a code is {sign, c}; c = 0 is zero with either sign, otherwise the value is +-2^(c-1) units. The shift is
//             c - 1; zero takes the one pattern that is left over, all ones, so that an operand {neg, shift} needs no
//             zero bit in the array's registers.
// Latency   : combinational.
// Parameters:
//   N  code width, 2..5
`default_nettype none

module pf_pot_decode #(
    parameter N = 4
) (
    input  wire [N-1:0] code_i,
    output wire         zero_o,
    output wire         neg_o,
    output wire [N-2:0] shift_o
);

    assign zero_o  = ~|code_i[N-2:0];
    assign neg_o   = code_i[N-1] & ~zero_o;
    assign shift_o = code_i[N-2:0] + {(N-1){1'b1}};

endmodule

`default_nettype wire
