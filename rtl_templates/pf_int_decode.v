// Decoder of two's complement integers.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : value = code; a code of zero raises zero_o.
// Latency   : combinational.
// Parameters:
//   N  code width, 2..8
`default_nettype none

module pf_int_decode #(
    parameter N = 8
) (
    input  wire        [N-1:0] code_i,
    output wire                zero_o,
    output wire signed [N-1:0] value_o
);

    assign zero_o  = ~|code_i;
    assign value_o = $signed(code_i);

endmodule

`default_nettype wire
