// Decoder of ANT's three types of numbers: int, flint and powers of two of the same width.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : exponent and fraction as one signed fixed-point number with N-2 fraction bits, in units of the type's
//             smallest number, so that all numbers are integers and exponents begin at 0. The exponent is biased by
//             2^(EXP_W-1) - 1; zero takes the most negative number, which no other code has. Types are 0 int, 1 flint,
//             2 power of two; the last one needs N <= 5, and a job of any other type does not get here.
//             The leading one of a magnitude at bit p is the exponent p, and what follows it the fraction. A flint
//             with its first bit set holds z zeros and a one behind it, exponent N-2+z; a power of two is its exponent.
// Latency   : combinational.
// Parameters:
//   N      code width, 3..8
//   LOG_W  width of log_o; N-2 less is EXP_W, at least N-1 for N <= 5 and 4 above
`default_nettype none

module pf_ant_decode #(
    parameter N     = 4,
    parameter LOG_W = 5
) (
    input  wire             [N-1:0] code_i,
    input  wire               [1:0] type_i,
    output wire                     neg_o,
    output wire signed  [LOG_W-1:0] log_o
);

    localparam B     = N - 1;         // bits behind the sign
    localparam F     = N - 2;
    localparam EXP_W = LOG_W - F;

    generate
        if ((1 << EXP_W) < ((N > 5) ? 2 * B : (1 << B))) begin : gen_bad_log_w
            pf_ant_decode_error_log_w_leaves_no_pattern_for_zero u_error ();
        end
    endgenerate

    wire         is_int    = (type_i == 2'd0);
    wire [B-1:0] bits      = code_i[B-1:0];
    wire         minus     = code_i[N-1] & is_int;
    wire [B:0]   magnitude = {1'b0, bits ^ {B{minus}}} + {{B{1'b0}}, minus};
    // Set: a flint's float half, whose first bit is not part of the number.
    wire         high      = ~is_int & bits[B-1];
    wire [B:0]   word      = {magnitude[B], magnitude[B-1] & ~high, magnitude[B-2:0]};

    // {exponent + 1, fraction} of the leading one; without one the exponent of a flint's largest number, or zero.
    genvar p;
    generate
        for (p = 0; p <= B; p = p + 1) begin : gen_place
            localparam [31:0] LOW_EXP  = p + 1;
            localparam [31:0] HIGH_EXP = 2 * B - 2 - p;
            wire             sel;
            wire [EXP_W-1:0] exponent;
            wire [F-1:0]     fraction;
            wire [LOG_W-1:0] merged;
            if (p == B) begin : gen_top
                // The one number that has this bit is -2^B.
                assign sel      = word[B];
                assign exponent = LOW_EXP[EXP_W-1:0];
                assign fraction = {F{1'b0}};
            end else begin : gen_bit
                assign sel = word[p] & ~|word[B:p+1];
                if (p == B - 1) begin : gen_int
                    assign exponent = LOW_EXP[EXP_W-1:0];
                end else begin : gen_both
                    assign exponent = high ? HIGH_EXP[EXP_W-1:0] : LOW_EXP[EXP_W-1:0];
                end
                if (p == 0) begin : gen_one
                    assign fraction = {F{1'b0}};
                end else if (p == F) begin : gen_whole
                    assign fraction = word[F-1:0];
                end else begin : gen_part
                    assign fraction = {word[p-1:0], {(F-p){1'b0}}};
                end
            end
            if (p == 0) begin : gen_first
                localparam [31:0] LARGEST = 2 * B - 1;
                assign merged = ({exponent, fraction} & {LOG_W{sel}})
                              | {LARGEST[EXP_W-1:0] & {EXP_W{high & ~|word}}, {F{1'b0}}};
            end else begin : gen_next
                assign merged = gen_place[p-1].merged | ({exponent, fraction} & {LOG_W{sel}});
            end
        end
    endgenerate

    // The most negative number has all other bits clear: exponent + 1 with its first bit inverted is biased.
    wire [LOG_W-1:0] found;
    generate
        if (N <= 5) begin : gen_pot
            wire [EXP_W:0]   power = {{(EXP_W-B+1){1'b0}}, bits};   // one spare bit, so that no part is ever empty
            wire             unused_power = power[EXP_W];
            assign found = type_i[1] ? {power[EXP_W-1:0], {F{1'b0}}} : gen_place[B].merged;
        end else begin : gen_no_pot
            wire unused_type = type_i[1];
            assign found = gen_place[B].merged;
        end
    endgenerate

    assign log_o = $signed(found ^ {1'b1, {(LOG_W-1){1'b0}}});
    assign neg_o = code_i[N-1] & (is_int | (|bits));

endmodule

`default_nettype wire
