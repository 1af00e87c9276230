// Decoder of AdaptivFloat numbers.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : exponent and fraction of a sign-magnitude float without denormals as one signed fixed-point number, the
//             exponent counted from the middle of its range. The magnitude 0 is zero and takes the most negative
//             number, which no other code has.
// Latency   : combinational.
// Parameters:
//   N      code width, 3..8
//   LOG_W  width of log_o, N-1
`default_nettype none

module pf_adaptivfloat_decode #(
    parameter N     = 8,
    parameter LOG_W = 7
) (
    input  wire             [N-1:0] code_i,
    output wire                     zero_o,
    output wire                     nar_o,
    output wire                     neg_o,
    output wire signed  [LOG_W-1:0] log_o
);

    generate
        if (LOG_W != N - 1) begin : gen_bad_log_w
            pf_adaptivfloat_decode_error_log_w_is_not_n_less_one u_error ();
        end
    endgenerate

    assign zero_o = ~|code_i[N-2:0];
    assign nar_o  = 1'b0;
    assign neg_o  = code_i[N-1] & ~zero_o;
    assign log_o  = $signed({~code_i[N-2], code_i[N-3:0]});

endmodule

`default_nettype wire
