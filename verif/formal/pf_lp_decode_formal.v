// Equality of pf_lp_decode and the definition of Logarithmic Posits and posits, for all codes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : pf_lp_log2 reads the word behind the sign. A posit has the same fields, and its exponent and fraction are what the
//             logarithm of the LP word is, so its decoder is the same.
`default_nettype none

module pf_lp_decode_formal #(
    parameter N          = 8,
    parameter ES         = 1,
    parameter RS         = 3,
    parameter TERMINATED = 0,
    parameter F          = 4,
    parameter LOG_W      = 8
) (
    input wire [N-1:0] code_i
);

    wire                    zero;
    wire                    nar;
    wire                    neg;
    wire signed [LOG_W-1:0] log;
    pf_lp_decode #(
        .N         (N),
        .ES        (ES),
        .RS        (RS),
        .TERMINATED(TERMINATED),
        .F         (F),
        .LOG_W     (LOG_W)
    ) u_dut (
        .code_i(code_i),
        .zero_o(zero),
        .nar_o (nar),
        .neg_o (neg),
        .log_o (log)
    );

    localparam signed [7:0] LONGEST = (TERMINATED != 0) ? N : RS;
    wire        [N-1:0]  word = code_i[N-1] ? -code_i : code_i;
    wire signed [7:0]    es   = ES;
    wire signed [15:0]   log2;
    pf_lp_log2 #(.N(N), .F(6)) u_log2 (.bits_i(word[N-2:0]), .es_i(es), .rs_i(LONGEST), .log_o(log2));

    reg signed [15:0] got, want;
    always @* begin
        got  = log;
        got  = got <<< (6 - F);
        want = log2;
        if (word[N-2:0] == 0) want = -(16'sd1 <<< (LOG_W - 1 + 6 - F));
        assert (got == want);
        assert (zero == (code_i[N-2:0] == 0));
        assert (nar == (code_i == (1 << (N - 1))));
        assert (neg == (code_i > (1 << (N - 1))));
        if (!zero) assert (log != -(1 <<< (LOG_W - 1)));
        cover (nar);
        cover (code_i == 0 && zero && !nar);
        cover (!zero && neg && (log < 0 || N == 2));
        cover (!zero && !neg && log >= 0 && (code_i[0] || N == 2));
    end

endmodule

`default_nettype wire
