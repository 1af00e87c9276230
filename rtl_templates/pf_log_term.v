// Linear term of one product in the log domain.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : magnitude = T[frac_i] << (place_i + A - M), bits below 1 dropped, 0 unless nonzero_i. term_o is it, complemented where
//             neg_i, with the sign bit inverted: term_o + neg_i = +-magnitude + 2^(TERM_W-1).
// Latency   : combinational.
// Parameters:
//   F             fraction bits, 1..6; T is the table of pf_log2lin
//   I_W           width of place_i, signed, >= 2
//   I_MIN, I_MAX  smallest and largest place of a nonzero product
//   M             mantissa bits of the table T, >= 0
//   A             fraction bits of the partial sum
//   TERM_W        width that holds every term, signed
`default_nettype none

module pf_log_term #(
    parameter F      = 4,
    parameter I_W    = 5,
    parameter I_MIN  = -12,
    parameter I_MAX  = 11,
    parameter M      = 7,
    parameter A      = 5,
    parameter TERM_W = 18
) (
    input  wire              nonzero_i,
    input  wire              neg_i,
    input  wire [I_W-1:0]    place_i,
    input  wire [F-1:0]      frac_i,
    output wire [TERM_W-1:0] term_o
);

    localparam MAG_W  = TERM_W - 1;
    localparam LOW_W  = (I_W > 2) ? 2 : I_W - 1;     // low bits of the place that shift before the rest selects a group
    localparam MANT_W = M + (1 << LOW_W);
    localparam G_W    = I_W - LOW_W;
    localparam G_MIN  = I_MIN >>> LOW_W;
    localparam G_MAX  = I_MAX >>> LOW_W;
    localparam GROUPS = G_MAX - G_MIN + 1;

    wire [M:0] mantissa;
    pf_log2lin u_log2lin (
        .frac_i (frac_i),
        .value_o(mantissa)
    );

    genvar s, g;
    generate
        for (s = 0; s < LOW_W; s = s + 1) begin : gen_stage
            wire [M+(1<<s)-1:0]     in;
            wire [M+(1<<(s+1))-1:0] out = place_i[s] ? {in, {(1<<s){1'b0}}} : {{(1<<s){1'b0}}, in};
            if (s == 0) begin : gen_first
                assign in = mantissa;
            end else begin : gen_next
                assign in = gen_stage[s-1].out;
            end
        end
        for (g = 0; g < GROUPS; g = g + 1) begin : gen_place
            localparam signed [31:0] G   = G_MIN + g;
            localparam signed [31:0] POS = G * (1 << LOW_W) + A - M;
            wire [MAG_W+MANT_W-1:0] wide = {{MAG_W{1'b0}}, gen_stage[LOW_W-1].out};
            wire [MAG_W+MANT_W-1:0] placed;
            wire [MAG_W-1:0]        merged_in;
            wire                    sel    = nonzero_i & (place_i[I_W-1:LOW_W] == G[G_W-1:0]);
            wire [MAG_W-1:0]        merged = merged_in | (placed[MAG_W-1:0] & {MAG_W{sel}});
            wire                    unused_placed = &{1'b0, placed[MAG_W+MANT_W-1:MAG_W]};
            if (POS >= 0) begin : gen_left
                assign placed = wide << POS;
            end else begin : gen_right
                assign placed = wide >> (-POS);
            end
            if (g == 0) begin : gen_first
                assign merged_in = {MAG_W{1'b0}};
            end else begin : gen_next
                assign merged_in = gen_place[g-1].merged;
            end
        end
    endgenerate

    assign term_o = {~neg_i, gen_place[GROUPS-1].merged ^ {MAG_W{neg_i}}};

endmodule

`default_nettype wire
