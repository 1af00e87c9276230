// Decoder of eight-bit floats.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : exponent and fraction as one signed fixed-point number with M fraction bits; subnormal numbers are
//             normalised. Zero, infinity and NaN take the most negative number, which no other code has.
// Latency   : combinational.
// Parameters:
//   E      exponent bits, 2..5; with 5 the top exponent holds infinity and NaN (E5M2), otherwise one magnitude is NaN
//   M      mantissa bits, 7-E
//   LOG_W  width of log_o; -2^(LOG_W-1) must lie below the smallest number
`default_nettype none

module pf_fp8_decode #(
    parameter E     = 4,
    parameter M     = 3,
    parameter LOG_W = 8
) (
    input  wire             [E+M:0] code_i,
    output wire                     zero_o,
    output wire                     nar_o,
    output wire                     neg_o,
    output wire signed  [LOG_W-1:0] log_o
);

    localparam                  BIAS  = (1 << (E - 1)) - 1;
    localparam                  EXP_W = LOG_W - M;
    localparam                  TOP   = (E == 5) ? E : E + M;      // leading ones of a magnitude that is not a number

    wire [E-1:0] exponent = code_i[E+M-1:M];
    wire [M-1:0] mantissa = code_i[M-1:0];
    wire         tiny     = ~|exponent;
    wire         none     = zero_o | nar_o;

    generate
        if (E + M != 7 || EXP_W <= E) begin : gen_bad_widths
            pf_fp8_decode_error_widths_do_not_fit u_error ();
        end
    endgenerate

    // A subnormal number's leading one tells its exponent; a mantissa of zero leaves all fields zero.
    genvar s;
    generate
        for (s = 0; s < M; s = s + 1) begin : gen_place
            localparam signed [31:0] EXPONENT = -BIAS - s;
            wire                 sel;
            wire [M-1:0]         moved = mantissa << (s + 1);
            wire [EXP_W+M-1:0]   merged;
            if (s == 0) begin : gen_first
                assign sel    = mantissa[M-1];
                assign merged = {EXPONENT[EXP_W-1:0], moved} & {(EXP_W+M){sel}};
            end else begin : gen_next
                assign sel    = mantissa[M-1-s] & ~|mantissa[M-1 -: s];
                assign merged = gen_place[s-1].merged | ({EXPONENT[EXP_W-1:0], moved} & {(EXP_W+M){sel}});
            end
        end
    endgenerate
    wire [EXP_W-1:0] normal = {{(EXP_W-E){1'b0}}, exponent} - BIAS[EXP_W-1:0];
    wire [LOG_W-1:0] fields = tiny ? gen_place[M-1].merged : {normal, mantissa};

    assign zero_o = ~|code_i[E+M-1:0];
    assign nar_o  = &code_i[E+M-1 -: TOP];
    assign neg_o  = code_i[E+M] & ~none;
    assign log_o  = $signed(none ? {1'b1, {(LOG_W-1){1'b0}}} : fields);

endmodule

`default_nettype wire
