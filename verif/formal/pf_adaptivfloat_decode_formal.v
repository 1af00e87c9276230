// Equality of pf_adaptivfloat_decode and the definition of AdaptivFloat numbers, for all codes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : sign, E exponent bits X and N-1-E mantissa bits M are +-2^(X - 2^(E-1)) * (1 + M / 2^(N-1-E)), but X = M = 0 is zero.
//             The operand stands for +-2^exponent * (1 + fraction / 2^(N-1-E)).
`default_nettype none

module pf_adaptivfloat_decode_formal #(
    parameter N = 8,
    parameter E = 4
) (
    input wire [N-1:0] code_i
);

    wire                zero;
    wire                nar;
    wire                neg;
    wire signed [N-2:0] log;
    pf_adaptivfloat_decode #(
        .N    (N),
        .LOG_W(N - 1)
    ) u_dut (
        .code_i(code_i),
        .zero_o(zero),
        .nar_o (nar),
        .neg_o (neg),
        .log_o (log)
    );

    localparam signed [31:0] M = N - 1 - E;    // signed, whatever sets the parameters
    localparam signed [31:0] HALF = 1 << (E - 1);
    reg        [63:0] value;       // both in units of 2^-(2^(E-1)) * 2^-M
    reg        [63:0] operand;
    reg signed [7:0]  exponent;
    integer           x, m;
    always @* begin
        x        = (code_i >> M) % (1 << E);
        m        = code_i % (1 << M);
        value    = (x == 0 && m == 0) ? 64'd0 : (m + (64'd1 << M)) << x;
        exponent = log >>> M;
        operand  = ((log & ((1 << M) - 1)) + (64'd1 << M)) << (exponent + HALF);
        assert (zero == (value == 0));
        assert (!nar);
        assert (neg == (code_i[N-1] && value != 0));
        if (value == 0) assert (log == -(1 <<< (N - 2)));
        else assert (operand == value && log != -(1 <<< (N - 2)));
        cover (neg && code_i[0]);
        cover (zero && code_i != 0);
        cover (!neg && exponent > 0 || E == 1);
    end

endmodule

`default_nettype wire
