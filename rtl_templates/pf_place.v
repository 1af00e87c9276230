// Places a mantissa by its exponent and gives it a sign.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : magnitude = mantissa_i * 2^(place_i + POS), bits below the unit dropped by the rounding, and from it the
//             addend {operand_o, carry_o} of +-magnitude: operand_o = magnitude or its one's complement behind the
//             inverted sign bit, so that operand_o + carry_o = +-magnitude + 2^(TERM_W-1).
//             Short shifts come first, where the mantissa is still narrow; the rest of the exponent selects one of the
//             few places that reach the term.
// Latency   : combinational.
// Handshake : none.
// Parameters:
//   MANT_W         mantissa width, unsigned, >= 1
//   PLACE_W        exponent width, signed, >= 2
//   PLACE_MIN      smallest exponent of a nonzero product
//   PLACE_MAX      largest exponent
//   POS            place of the mantissa's lowest bit for place_i = 0, may be negative
//   ROUND_NEAREST  0: truncate the magnitude; 1: round it to nearest, ties to even
//   TERM_W         width that holds every term, signed, >= 2
`default_nettype none

module pf_place #(
    parameter MANT_W        = 8,
    parameter PLACE_W       = 6,
    parameter PLACE_MIN     = -12,
    parameter PLACE_MAX     = 11,
    parameter POS           = -2,
    parameter ROUND_NEAREST = 0,
    parameter TERM_W        = 18
) (
    input  wire [MANT_W-1:0]  mantissa_i,
    input  wire [PLACE_W-1:0] place_i,
    input  wire               nonzero_i,
    input  wire               neg_i,
    output wire [TERM_W-1:0]  operand_o,
    output wire               carry_o
);

    localparam MAG_W   = TERM_W - 1;
    localparam ROUND   = (ROUND_NEAREST != 0 && PLACE_MIN + POS < 0) ? 1 : 0;
    localparam EXTRA   = (ROUND != 0) ? MANT_W + 1 : 0;  // bits kept below the magnitude for rounding
    localparam OUT_W   = MAG_W + EXTRA;
    localparam LOW_W   = (PLACE_W > 2) ? 2 : PLACE_W - 1;
    localparam WIDE_W  = MANT_W + (1 << LOW_W) - 1;      // behind the short shifts
    localparam GROUP_W = PLACE_W - LOW_W;
    localparam G_MIN   = PLACE_MIN >>> LOW_W;
    localparam G_MAX   = PLACE_MAX >>> LOW_W;
    localparam GROUPS  = G_MAX - G_MIN + 1;

    genvar s, g;
    generate
        for (s = 0; s < LOW_W; s = s + 1) begin : gen_stage
            wire [MANT_W+(1<<s)-2:0]     in;
            wire [MANT_W+(1<<(s+1))-2:0] out = place_i[s] ? {in, {(1<<s){1'b0}}} : {{(1<<s){1'b0}}, in};
            if (s == 0) begin : gen_first
                assign in = mantissa_i;
            end else begin : gen_next
                assign in = gen_stage[s-1].out;
            end
        end
        for (g = 0; g < GROUPS; g = g + 1) begin : gen_group
            localparam signed [31:0] G  = G_MIN + g;
            localparam signed [31:0] UP = G * (1 << LOW_W) + POS + EXTRA;
            wire [OUT_W+WIDE_W-1:0] wide = {{OUT_W{1'b0}}, gen_stage[LOW_W-1].out};
            wire [OUT_W+WIDE_W-1:0] placed;
            wire [OUT_W-1:0]        merged_in;
            wire [OUT_W-1:0]        merged;
            wire                    sel;
            wire                    unused_placed = &{1'b0, placed[OUT_W+WIDE_W-1:OUT_W]};
            if (GROUPS == 1) begin : gen_only
                wire unused_place = &{1'b0, place_i};
                assign sel = nonzero_i;
            end else begin : gen_select
                assign sel = nonzero_i & (place_i[PLACE_W-1:LOW_W] == G[GROUP_W-1:0]);
            end
            if (UP >= 0) begin : gen_left
                assign placed = wide << UP;
            end else begin : gen_right
                assign placed = wide >> (-UP);
            end
            if (g == 0) begin : gen_first
                assign merged_in = {OUT_W{1'b0}};
            end else begin : gen_next
                assign merged_in = gen_group[g-1].merged;
            end
            assign merged = merged_in | (placed[OUT_W-1:0] & {OUT_W{sel}});
        end
    endgenerate

    wire [OUT_W-1:0] magnitude = gen_group[GROUPS-1].merged;
    assign operand_o = {~neg_i, magnitude[OUT_W-1:EXTRA] ^ {MAG_W{neg_i}}};
    generate
        if (ROUND != 0) begin : gen_round
            // -(x + 1) = ~x: a magnitude that is rounded up needs no carry when it is complemented.
            wire up = magnitude[EXTRA-1] & (magnitude[EXTRA] | (|magnitude[EXTRA-2:0]));
            assign carry_o = neg_i ^ up;
        end else begin : gen_truncate
            assign carry_o = neg_i;
        end
    endgenerate

endmodule

`default_nettype wire
