// Equality of the log-to-linear table and its definition, for all fractions.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : value_o = v exactly when (2v-1)^(2^F) <= 2^(f + (M+1)*2^F) < (2v+1)^(2^F): 2^(f/2^F) * 2^M to nearest (no ties:
//             it is irrational for f > 0). F = 4, M = 7 are those of pf_log2lin.v.
`default_nettype none

module pf_log2lin_formal #(
    parameter F = 4,
    parameter M = 7
) (
    input wire [F-1:0] frac_i
);

    wire [M:0] value;
    pf_log2lin u_dut (
        .frac_i (frac_i),
        .value_o(value)
    );

    // Every entry, from its own constant fraction, so that the powers are of one input only.
    genvar f;
    generate
        for (f = 0; f < (1 << F); f = f + 1) begin : gen_entry
            wire [M:0]   entry;
            localparam [F-1:0] FRACTION = f;
            pf_log2lin u_entry (
                .frac_i (FRACTION),
                .value_o(entry)
            );
            reg [255:0] low;
            reg [255:0] high;
            integer     s;
            always @* begin
                low  = 2 * entry - 1;
                high = 2 * entry + 1;
                for (s = 0; s < F; s = s + 1) begin
                    low  = low * low;
                    high = high * high;
                end
                assert (low <= (256'd1 << (f + (M + 1) * (1 << F))));
                assert (high > (256'd1 << (f + (M + 1) * (1 << F))));
                if (frac_i == FRACTION) assert (value == entry);
            end
        end
    endgenerate
    always @* cover (value == (1 << M));

endmodule

`default_nettype wire
