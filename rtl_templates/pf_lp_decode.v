// Decoder of Logarithmic Posits.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : log2|x| = 2^ES * k + ulfx as a signed fixed-point number. Zero and NaR take the most negative log, which
//             no other code has, so that an operand {neg, log} needs no zero bit in the array's registers.
// Latency   : combinational.
// Parameters:
//   N           code width, 2..8
//   ES          exponent bits, 0..N-2 (0 for N = 2)
//   RS          longest regime run, 1..N-1
//   TERMINATED  0: a run of RS bits has no terminator; 1: plain posit fields, RS is not looked at
//   F           fraction bits of log_o, at least the format's own max(0, N-3-ES) (RS = 1 capped: max(0, N-2-ES))
//   LOG_W       width of log_o; -2^(LOG_W-1) must lie below the smallest log of a nonzero code
`default_nettype none

module pf_lp_decode #(
    parameter N          = 8,
    parameter ES         = 1,
    parameter RS         = 3,
    parameter TERMINATED = 0,
    parameter F          = 4,
    parameter LOG_W      = 8
) (
    input  wire                    [N-1:0] code_i,
    output wire                            zero_o,
    output wire                            nar_o,
    output wire                            neg_o,
    output wire signed [LOG_W-1:0]         log_o
);

    localparam B       = N - 1;                           // bits behind the sign
    localparam LONGEST = (TERMINATED != 0) ? N - 1 : RS;  // longest regime run that is counted
    localparam K_W     = 4;                               // regime value, -7..6
    localparam U_W     = ES + F;                          // exponent and fraction
    localparam P_W     = K_W + U_W + 1;                   // with one spare bit, so that no part is ever empty

    // Magnitude; only zero and NaR have nothing behind the sign.
    wire         none = ~|code_i[B-1:0];
    wire [B-1:0] body;
    generate
        if (B == 1) begin : gen_one_bit
            assign body = code_i[B-1:0];
        end else begin : gen_magnitude
            assign body = (code_i[B-1:0] ^ {B{code_i[N-1]}}) + {{(B-1){1'b0}}, code_i[N-1]};
        end
    endgenerate

    // A run of m bits is told by the first m + 1; its field and what follows then stand at fixed places.
    wire             first = body[B-1];
    wire [B-1:0]     same  = ~(body ^ {B{first}});
    wire [B+U_W:0]   wide  = {body, {(U_W+1){1'b0}}};

    genvar m;
    generate
        for (m = 1; m <= LONGEST; m = m + 1) begin : gen_run
            localparam FIELD = (m == LONGEST) ? m : m + 1;
            localparam REST  = B - FIELD;
            localparam [K_W-1:0] RUN_LESS_1 = m - 1;
            wire           sel;
            wire [P_W-1:0] pattern;
            if (m == LONGEST) begin : gen_full
                assign sel = &same[B-1 -: m];
            end else begin : gen_ended
                assign sel = &same[B-1 -: m] & ~same[B-1-m];
            end
            if (REST > U_W) begin : gen_bad_f
                pf_lp_decode_error_f_is_below_the_formats_own u_error ();
            end
            if (m == 1) begin : gen_head
                assign pattern = {RUN_LESS_1, wide[REST +: U_W+1]} & {P_W{sel}};
            end else begin : gen_or
                assign pattern = gen_run[m-1].pattern | ({RUN_LESS_1, wide[REST +: U_W+1]} & {P_W{sel}});
            end
        end
    endgenerate

    // k = m - 1 for a run of ones, -m = ~(m - 1) for zeros.
    wire [P_W-1:0]     found  = gen_run[LONGEST].pattern;
    wire [P_W-2:0]     fields = found[P_W-1:1] ^ {{K_W{~first}}, {(P_W-1-K_W){1'b0}}};
    wire [LOG_W+P_W:0] log    = {{(LOG_W+2){fields[P_W-2]}}, fields};

    assign zero_o = none;
    assign nar_o  = none & code_i[N-1];
    assign neg_o  = ~none & code_i[N-1];
    assign log_o  = $signed((log[LOG_W-1:0] & {LOG_W{~none}}) | {none, {(LOG_W-1){1'b0}}});

    wire unused_bits = &{1'b0, same, wide, found[0], log[LOG_W+P_W:LOG_W]};

endmodule

`default_nettype wire
