// Table of the log-to-linear conversion: 2^(f / 2^4) with 7 mantissa bits.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : value_o = round_half_even(2^(frac_i / 2^4) * 2^7).
// Latency   : combinational.
`default_nettype none

module pf_log2lin (
    input  wire [3:0] frac_i,
    output reg  [7:0] value_o
);

    always @* begin
        case (frac_i)
            4'd0: value_o = 8'd128;
            4'd1: value_o = 8'd134;
            4'd2: value_o = 8'd140;
            4'd3: value_o = 8'd146;
            4'd4: value_o = 8'd152;
            4'd5: value_o = 8'd159;
            4'd6: value_o = 8'd166;
            4'd7: value_o = 8'd173;
            4'd8: value_o = 8'd181;
            4'd9: value_o = 8'd189;
            4'd10: value_o = 8'd197;
            4'd11: value_o = 8'd206;
            4'd12: value_o = 8'd215;
            4'd13: value_o = 8'd225;
            4'd14: value_o = 8'd235;
            default: value_o = 8'd245;
        endcase
    end

endmodule

`default_nettype wire
