// Equality of pf_fp8_decode and the definition of eight-bit floats, for all codes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : sign, E exponent bits X, M mantissa bits Y, bias 2^(E-1) - 1: +-2^(X - bias) * (1 + Y / 2^M), with X = 0
//             +-2^(1 - bias) * Y / 2^M. E = 5: no number where X is all ones; otherwise only where all bits behind the sign are.
//             The operand stands for +-2^exponent * (1 + fraction / 2^M).
`default_nettype none

module pf_fp8_decode_formal #(
    parameter E     = 4,
    parameter M     = 3,
    parameter LOG_W = 8
) (
    input wire [E+M:0] code_i
);

    wire                    zero;
    wire                    nar;
    wire                    neg;
    wire signed [LOG_W-1:0] log;
    pf_fp8_decode #(
        .E    (E),
        .M    (M),
        .LOG_W(LOG_W)
    ) u_dut (
        .code_i(code_i),
        .zero_o(zero),
        .nar_o (nar),
        .neg_o (neg),
        .log_o (log)
    );

    localparam signed [31:0] BIAS = (1 << (E - 1)) - 1;    // signed, whatever sets the parameters
    localparam signed [31:0] BITS = M;
    reg        [63:0] value;       // in units of 2^(1 - bias - M), the smallest number
    reg        [63:0] operand;     // in units of that times 2^-M
    reg signed [7:0]  exponent;
    reg               number;
    integer           x, y;
    always @* begin
        x        = (code_i >> M) % (1 << E);
        y        = code_i % (1 << M);
        value    = (x == 0) ? y : (y + (64'd1 << M)) << (x - 1);
        number   = (x != (1 << E) - 1) || (E != 5 && y != (1 << M) - 1);
        exponent = log >>> M;
        operand  = ((log & ((1 << M) - 1)) + (64'd1 << M)) << (exponent + BIAS - 1 + BITS);
        assert (zero == (value == 0));
        assert (nar == !number);
        assert (neg == (code_i[E+M] && number && value != 0));
        if (value == 0 || !number) assert (log == -(1 <<< (LOG_W - 1)));
        else assert (operand == value << M && exponent >= 1 - BIAS - BITS && log != -(1 <<< (LOG_W - 1)));
        cover (nar && code_i[E+M]);
        cover (zero && code_i != 0);
        cover (neg && value == 1);
        cover (!neg && !nar && x == (1 << E) - ((E == 5) ? 2 : 1));
    end

endmodule

`default_nettype wire
