// Equality of pf_pot_decode and the definition of signed powers of two, for all codes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : code {sign, c}: c = 0 is zero with either sign, else +-2^(c-1) units; zero has a shift of all ones, sign 0.
`default_nettype none

module pf_pot_decode_formal #(
    parameter N = 4
) (
    input wire [N-1:0] code_i
);

    wire         zero;
    wire         neg;
    wire [N-2:0] shift;
    pf_pot_decode #(
        .N(N)
    ) u_dut (
        .code_i (code_i),
        .zero_o (zero),
        .neg_o  (neg),
        .shift_o(shift)
    );

    // Reference: the value in units of the smallest power, and the value that the operand {neg, shift} stands for.
    integer c, value, operand;
    always @* begin
        c       = code_i % (1 << (N - 1));
        value   = (c == 0) ? 0 : (1 << (c - 1));
        if (code_i >= (1 << (N - 1))) value = -value;
        operand = (shift == (1 << (N - 1)) - 1) ? 0 : (1 << shift);
        if (neg) operand = -operand;
        assert (value == operand);
        assert (zero == (value == 0));
        if (value == 0) assert (!neg);
        cover (value == 1 && code_i == 1);
        cover (neg && shift == (1 << (N - 1)) - 2);
        cover (zero && code_i != 0);
    end

endmodule

`default_nettype wire
