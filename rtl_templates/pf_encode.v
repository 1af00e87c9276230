// Encoder of two's complement integers.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : code_o = z_i; z is already rounded and saturated to the format's 8 bits.
// Latency   : combinational.
`default_nettype none

module pf_encode (
    input  wire signed [7:0] z_i,
    output wire        [7:0] code_o
);

    assign code_o = z_i;

endmodule

`default_nettype wire
