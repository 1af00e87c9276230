// Equality of pf_ant_decode and the definitions of int, flint and powers of two, for all codes and types.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the integer of a code by each type's definition (docs/number_formats.md), a flint read bit by bit, against
//             2^exponent * (1 + fraction) of the decoder. Zero is its own pattern.
`default_nettype none

module pf_ant_decode_formal #(
    parameter N     = 4,
    parameter LOG_W = 5
) (
    input wire [N-1:0] code_i,
    input wire   [1:0] type_i
);

    localparam B     = N - 1;
    localparam F     = N - 2;
    localparam EXP_W = LOG_W - F;

    wire             neg;
    wire [LOG_W-1:0] log;
    pf_ant_decode #(.N(N), .LOG_W(LOG_W)) u_decode (.code_i(code_i), .type_i(type_i), .neg_o(neg), .log_o(log));

    wire [B-1:0] word = code_i[B-1:0];

    // 1 0..0 1 t with z zeros is 2^(B-1+z) + t * 2^(2z+1); 1 0..0 is 2^(2B-2).
    reg          seen;
    reg [31:0]   zeros;
    reg [31:0]   t;
    reg [31:0]   flint;
    integer      b;
    always @* begin
        seen  = 1'b0;
        zeros = 32'd0;
        t     = 32'd0;
        for (b = B - 2; b >= 0; b = b - 1) begin
            if (seen) t = 2 * t + {31'd0, word[b]};
            else if (word[b]) seen = 1'b1;
            else zeros = zeros + 32'd1;
        end
        if (!word[B-1]) flint = {{(32-B){1'b0}}, word};
        else if (!seen) flint = 32'd1 << (2 * B - 2);
        else flint = (32'd1 << (B - 1 + zeros)) + (t << (2 * zeros + 1));
    end

    reg        bad;
    reg        minus;
    reg [31:0] magnitude;
    reg [31:0] exponent;
    reg [31:0] mantissa;
    always @* begin
        bad       = (type_i == 2'd3) || (type_i == 2'd2 && N > 5);
        minus     = code_i[N-1] && (type_i == 2'd0 || word != 0);
        magnitude = (type_i == 2'd0) ? (code_i[N-1] ? (32'd1 << B) - word : word)
                  : (type_i == 2'd1) ? flint
                  : (word == 0) ? 32'd0 : (32'd1 << (word - 1));
        exponent  = {{(32-EXP_W){log[LOG_W-1]}}, log[LOG_W-1:F]} + (32'd1 << (EXP_W - 1)) - 32'd1;
        mantissa  = (32'd1 << F) + log[F-1:0];
        if (!bad) begin
            assert ((log == {1'b1, {(LOG_W-1){1'b0}}}) == (magnitude == 0));
            assert (neg == minus);
            if (magnitude != 0) begin
                assert (exponent < 32'd16);
                assert ((mantissa << exponent) == (magnitude << F));
            end
            cover (type_i == 2'd0 && neg && word == 0);
            cover (type_i == 2'd1 && word[B-1] && !seen);
            cover (type_i == 2'd1 && word[B-1] && (zeros != 0 && t != 0 || N < 6));
            cover (type_i == 2'd2 && neg && exponent == (32'd1 << B) - 2 || N > 5);
        end
    end

endmodule

`default_nettype wire
