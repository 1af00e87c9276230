// Decoder of Logarithmic Posits whose fields are chosen at run time.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : log2|x| = 2^es * k + ulfx of a capped format, plus add_i, as a signed number of INT_W integer bits and
//             max(0, N-2) fraction bits. Zero, NaR and numbers whose integer is below INT_MIN take the most negative
//             pattern with neg_o 0; the former are too small for any product to be seen (INT_MIN).
// Latency   : combinational.
// Parameters:
//   N        code width, 2..8
//   ES_W     width of es_i; es is at most 3
//   INT_W    integer bits of log_o, at most ADD_W
//   INT_MIN  smallest integer that is kept, above -2^(INT_W-1)
//   ADD_W    width of add_i, signed, see pf_lp_fields; holds every sum, 2^es * k + add_i
`default_nettype none

module pf_lp_fields_decode #(
    parameter N       = 8,
    parameter ES_W    = 2,
    parameter INT_W   = 5,
    parameter INT_MIN = -10,
    parameter ADD_W   = 8,
    // Derived.
    parameter F       = (N > 2) ? N - 2 : 0,
    parameter LONG_W  = (N > 2) ? N - 2 : 1
) (
    input  wire [N-1:0]       code_i,
    input  wire [ES_W-1:0]    es_i,
    input  wire [LONG_W-1:0]  longest_i,   // bit m-1: a run of m bits is of full length
    input  wire [ADD_W-1:0]   add_i,
    output wire               neg_o,
    output wire [INT_W+F-1:0] log_o
);

    localparam B   = N - 1;           // bits behind the sign
    localparam K_W = 4;               // regime value, -7..6
    localparam P_W = K_W - 1 + B;     // m - 1, and what follows the regime

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

    // sel of m: the run has m bits, the longest there are or ended by another bit. shift of m: so many bits are the
    // regime's field, which is one more than the run where another bit ends it.
    wire         first = body[B-1];
    wire [B-1:0] same  = ~(body ^ {B{first}});
    genvar m;
    generate
        for (m = 1; m <= B; m = m + 1) begin : gen_run
            localparam [31:0] RUN_LESS_1 = m - 1;
            wire           run;
            wire           full;
            wire           sel;
            wire           ended;
            wire           shift;
            wire [P_W-1:0] pattern;
            wire [B+B-1:0] moved = {body, {B{1'b0}}} << m;
            if (m == 1) begin : gen_head
                assign run   = 1'b1;
                assign shift = full;
            end else begin : gen_tail
                assign run   = &same[B-1 -: m] & ~longest_i[m-2];
                assign shift = full | gen_run[m-1].ended;
            end
            if (m == B) begin : gen_whole
                wire unused_longest = &{1'b0, longest_i};
                assign full  = run;
                assign ended = 1'b0;
                assign sel   = run;
            end else begin : gen_part
                assign full  = run & longest_i[m-1];
                assign ended = run & ~longest_i[m-1] & ~same[B-1-m];
                assign sel   = full | ended;
            end
            wire [P_W-1:0] mine = {RUN_LESS_1[K_W-2:0] & {(K_W-1){sel}}, moved[B+B-1:B] & {B{shift}}};
            if (m == 1) begin : gen_first
                assign pattern = mine;
            end else begin : gen_or
                assign pattern = gen_run[m-1].pattern | mine;
            end
            wire unused_moved = &{1'b0, ended, moved[B-1:0]};
        end
    endgenerate

    // k = m - 1 for a run of ones, -m = ~(m - 1) for zeros; {k, ulfx / 2^es} moves up by es.
    wire [P_W-1:0]       found  = gen_run[B].pattern;
    wire [K_W-1:0]       k      = {~first, found[P_W-1:B] ^ {(K_W-1){~first}}};
    wire [ADD_W+B-1:0]   fields = {{(ADD_W-K_W){k[K_W-1]}}, k, found[B-1:0]} << es_i;
    wire [ADD_W-1:0]     sum    = fields[ADD_W+B-1:B] + add_i;

    localparam signed [31:0] LOW = INT_MIN;
    wire below = ($signed(sum) < $signed(LOW[ADD_W-1:0]));
    wire zero  = none | below;

    assign neg_o  = code_i[N-1] & ~zero;
    generate
        if (F > 0) begin : gen_fraction
            assign log_o = {zero, {(INT_W+F-1){1'b0}}} | ({sum[INT_W-1:0], fields[B-1 -: F]} & {(INT_W+F){~zero}});
        end else begin : gen_integer
            assign log_o = {zero, {(INT_W-1){1'b0}}} | (sum[INT_W-1:0] & {INT_W{~zero}});
        end
    endgenerate
    wire unused_bits = &{1'b0, same[B-1], sum, fields[0]};

endmodule

`default_nettype wire
