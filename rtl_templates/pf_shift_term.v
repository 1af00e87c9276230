// One power of two of a weight, times the activation: a term of pf_terms_pe.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : operand_o + carry_o = +-(act << shift of the code) + 2^(OPER_W-1), OPER_W = ACT_W + LARGEST; where the code
//             selects nothing, 2^(OPER_W-1). Minus is one's complement, before the shift, and carry in. The sign bit is
//             inverted, which stands for the constant. The shift is a choice among at most four places.
// Latency   : combinational.
// Parameters:
//   ACT_W    activation width, signed, 2..8
//   CODE_W   width of the code, 1..2
//   SHIFTS   a hexadecimal digit for each code, the first the lowest: its shift, 0..LARGEST, or f for none
//   LARGEST  largest shift
`default_nettype none

module pf_shift_term #(
    parameter        ACT_W   = 8,
    parameter        CODE_W  = 2,
    parameter [15:0] SHIFTS  = 16'h32f0,
    parameter        LARGEST = 3
) (
    input  wire [ACT_W-1:0]         act_i,
    input  wire                     neg_i,
    input  wire [CODE_W-1:0]        code_i,
    output wire                     used_o,
    output wire [ACT_W+LARGEST-1:0] operand_o,
    output wire                     carry_o
);

    localparam CODES  = 1 << CODE_W;
    localparam OPER_W = ACT_W + LARGEST;

    // The complement between its sign and complemented zeros, one more of each so that no part is empty.
    wire [ACT_W-1:0]             flipped     = act_i ^ {ACT_W{neg_i}};
    wire [ACT_W+2*LARGEST+1:0]   wide        = {{(LARGEST+1){flipped[ACT_W-1]}}, flipped, {(LARGEST+1){neg_i}}};
    wire                         unused_wide = ^wide;

    wire [CODES-1:0] selected;

    genvar c;
    generate
        for (c = 0; c < CODES; c = c + 1) begin : gen_code
            wire [OPER_W-1:0] sum;
            wire [OPER_W-1:0] sum_in;
            if (c == 0) begin : gen_first
                assign sum_in = {OPER_W{1'b0}};
            end else begin : gen_next
                assign sum_in = gen_code[c-1].sum;
            end
            if (SHIFTS[4*c +: 4] == 4'hf) begin : gen_none
                assign selected[c] = 1'b0;
                assign sum         = sum_in;
            end else begin : gen_shift
                assign selected[c] = code_i == c[CODE_W-1:0];
                assign sum         = sum_in | (wide[LARGEST + 1 - {28'd0, SHIFTS[4*c +: 4]} +: OPER_W] & {OPER_W{selected[c]}});
            end
        end
    endgenerate

    assign used_o    = |selected;
    assign operand_o = gen_code[CODES-1].sum ^ {1'b1, {(OPER_W-1){1'b0}}};
    assign carry_o   = neg_i & used_o;

endmodule

`default_nettype wire
