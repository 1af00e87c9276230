// log2 of a positive Logarithmic Posit, read bit by bit as the definition does; of a posit, its exponent and fraction.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : a regime run of at most rs_i bits (a run of rs_i has no terminator; rs_i >= N: there always is one), up to es_i exponent
//             bits, then fraction bits; missing bits are zero. log2|x| = 2^es * k + ulfx, k = m-1 for a run of m ones, -m for
//             zeros. With F = 6 no code of up to eight bits has a bit below the last place.
// Parameters:
//   N  code width
//   F  fraction bits of log_o
`default_nettype none

module pf_lp_log2 #(
    parameter N = 8,
    parameter F = 6
) (
    input  wire        [N-2:0] bits_i,    // behind the sign
    input  wire signed [7:0]   es_i,
    input  wire signed [7:0]   rs_i,
    output reg  signed [15:0]  log_o
);

    reg                 in_run;
    reg signed [7:0]    run;
    reg signed [7:0]    place;     // of the next exponent or fraction bit, as a power of two times 2^F
    reg signed [15:0]   ulfx;
    integer             b;
    always @* begin
        in_run = 1'b1;
        run    = 8'sd0;
        place  = es_i - 8'sd1 + F;
        ulfx   = 16'sd0;
        for (b = N - 2; b >= 0; b = b - 1) begin
            if (in_run && bits_i[b] == bits_i[N-2] && run < rs_i) begin
                run = run + 8'sd1;
            end else if (in_run && run < rs_i) begin
                in_run = 1'b0;     // the terminator
            end else begin
                in_run = 1'b0;
                if (place >= 0 && bits_i[b]) ulfx = ulfx + (16'sd1 <<< place);
                place = place - 8'sd1;
            end
        end
        log_o = ((bits_i[N-2] ? run - 8'sd1 : -run) <<< (es_i + F)) + ulfx;
    end

endmodule

`default_nettype wire
