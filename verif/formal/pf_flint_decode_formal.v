// Equality of pf_flint_decode and the definition of ANT's float-int numbers, for all codes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : B = N-1 bits behind the sign, in units of 2^-(B-1): 0x is the integer x; 1 0..0 1 t with z zeros is 2^(B-1+z) *
//             (1 + t / 2^(B-2-z)); 10..0 is 2^(2B-2). The operand stands for +-2^exponent * (1 + fraction / 2^(B-2)).
`default_nettype none

module pf_flint_decode_formal #(
    parameter N     = 4,
    parameter LOG_W = 4
) (
    input wire [N-1:0] code_i
);

    wire                    zero;
    wire                    nar;
    wire                    neg;
    wire signed [LOG_W-1:0] log;
    pf_flint_decode #(
        .N    (N),
        .LOG_W(LOG_W)
    ) u_dut (
        .code_i(code_i),
        .zero_o(zero),
        .nar_o (nar),
        .neg_o (neg),
        .log_o (log)
    );

    localparam signed [31:0] B = N - 1;    // signed, whatever sets the parameter
    reg        [31:0] value;       // in units of 2^-(B-1)
    reg        [31:0] operand;     // in units of 2^-(B-1) * 2^-(B-2)
    reg signed [7:0]  exponent;
    reg               in_zeros;
    integer           z, b;
    always @* begin
        value    = 32'd0;
        in_zeros = code_i[B-1];
        z        = 0;
        if (!code_i[B-1]) value = code_i[B-2:0];
        else begin
            for (b = B - 2; b >= 0; b = b - 1) begin
                if (in_zeros && code_i[b]) begin
                    // The ones and zeros left, 1 t, are 2^(B-2-z) + t.
                    value    = ((code_i & ((1 << b) - 1)) + (1 << b)) << (B - 1 + z - b);
                    in_zeros = 1'b0;
                end
                z = z + 1;
            end
            if (in_zeros) value = 32'd1 << (2 * B - 2);
        end
        exponent = log >>> (B - 2);
        operand  = ((log & ((1 << (B - 2)) - 1)) + (32'd1 << (B - 2))) << (exponent + B - 1);
        assert (zero == (value == 0));
        assert (!nar);
        assert (neg == (code_i[N-1] && value != 0));
        if (value == 0) assert (log == -(1 <<< (LOG_W - 1)));
        else assert (operand == value << (B - 2) && exponent >= 1 - B && log != -(1 <<< (LOG_W - 1)));
        cover (neg && value == 1);
        cover (!neg && value == (32'd1 << (2 * B - 2)));
        cover (zero && code_i != 0);
        cover (value == (32'd3 << (B - 2)) || N == 3);
    end

endmodule

`default_nettype wire
