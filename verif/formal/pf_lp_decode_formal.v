// Equality of pf_lp_decode and the definition of Logarithmic Posits, for all codes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : reads the word bit by bit as the definition does: a regime run of at most RS bits (a run of RS has no
//             terminator; TERMINATED: no such limit), up to ES exponent bits, then fraction bits; missing bits are zero.
//             log2|x| = 2^ES * k + ulfx, k = m-1 for a run of m ones, -m for zeros.
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

    localparam LONGEST = (TERMINATED != 0) ? N : RS;
    reg [N-1:0]         word;
    reg                 in_run;
    reg signed [7:0]    run;
    reg signed [7:0]    place;     // of the next exponent or fraction bit, as a power of two times 2^F
    reg signed [15:0]   ulfx;
    reg signed [15:0]   want;
    integer             b;
    always @* begin
        word   = code_i[N-1] ? -code_i : code_i;
        in_run = 1'b1;
        run    = 8'sd0;
        place  = ES - 1 + F;
        ulfx   = 16'sd0;
        for (b = N - 2; b >= 0; b = b - 1) begin
            if (in_run && word[b] == word[N-2] && run < LONGEST) begin
                run = run + 8'sd1;
            end else if (in_run && run < LONGEST) begin
                in_run = 1'b0;     // the terminator
            end else begin
                in_run = 1'b0;
                // A format with too few bits for a fraction never gets here with a place below the last.
                assert (word[N-2:0] == 0 || place >= 0);
                if (place >= 0 && word[b]) ulfx = ulfx + (16'sd1 <<< place);
                place = place - 8'sd1;
            end
        end
        want = ((word[N-2] ? run - 8'sd1 : -run) <<< (ES + F)) + ulfx;
        if (word[N-2:0] == 0) want = -(1 <<< (LOG_W - 1));
        assert (log == want);
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
