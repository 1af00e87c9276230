// The table T of the log datapath by its definition.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : T[f] = round(2^(f/2^F) * 2^M) is the largest t with t - 1/2 <= that, both sides raised to the power 2^F. The only
//             value with a fraction of exactly one half would be rational; 2^(f/2^F) is irrational for f > 0.
//             Entry f is words_o[16*f +: 16].
`default_nettype none

module pf_log2lin_words #(
    parameter F = 4,
    parameter M = 7
) (
    output wire [16*(1<<F)-1:0] words_o
);

    function [15:0] entry(input integer f);
        integer        t, s;
        reg    [255:0] power;
        reg    [255:0] bound;
        begin
            bound = 256'd1 << (f + (M + 1) * (1 << F));
            entry = 16'd0;
            for (t = 1 << M; t <= (2 << M); t = t + 1) begin
                power = 2 * t - 1;
                for (s = 0; s < F; s = s + 1) power = power * power;
                if (power <= bound) entry = t;
            end
        end
    endfunction

    genvar f;
    generate
        for (f = 0; f < (1 << F); f = f + 1) begin : gen_entry
            localparam [15:0] ENTRY = entry(f);
            assign words_o[16*f +: 16] = ENTRY;
        end
    endgenerate

endmodule

`default_nettype wire
