// Product of a signed and an unsigned number.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : product_o = a_i * b_i. b is recoded into radix-4 digits -2..2 (Booth); the rows are added in one sum,
//             which tools turn into a carry-save tree. Sign bits are added inverted and one constant makes up for it.
// Latency   : combinational.
// Parameters:
//   A_W      width of a_i, signed, >= 2
//   B_W      width of b_i, unsigned, >= 1
//   USE_DSP  1: leave the product to the tool's `*` (FPGA multiplier blocks); 0: rows as above
`default_nettype none

module pf_scale_mul #(
    parameter A_W     = 29,
    parameter B_W     = 16,
    parameter USE_DSP = 0
) (
    input  wire [A_W-1:0]     a_i,
    input  wire [B_W-1:0]     b_i,
    output wire [A_W+B_W-1:0] product_o
);

    localparam P_W    = A_W + B_W;
    localparam DIGITS = B_W / 2 + 1;   // an unsigned number needs a zero above its top bit

    genvar i;
    generate
        if (USE_DSP != 0) begin : gen_dsp
            wire signed [P_W-1:0] a = {{B_W{a_i[A_W-1]}}, a_i};
            wire signed [P_W-1:0] b = {{A_W{1'b0}}, b_i};
            assign product_o = a * b;
        end else begin : gen_booth
            wire [A_W:0]   once  = {a_i[A_W-1], a_i};
            wire [A_W:0]   twice = {a_i, 1'b0};
            wire [B_W+2:0] b     = {2'b00, b_i, 1'b0};
            wire           unused_top = b[B_W+2];
            for (i = 0; i < DIGITS; i = i + 1) begin : gen_digit
                wire high   = b[2*i+2];
                wire middle = b[2*i+1];
                wire low    = b[2*i];
                wire one    = middle ^ low;
                wire two    = (high & ~middle & ~low) | (~high & middle & low);
                wire [A_W:0]     row    = (once & {(A_W+1){one}}) | (twice & {(A_W+1){two}});
                wire [A_W:0]     addend = row ^ {~high, {A_W{high}}};
                wire [P_W:0]     wide   = {{B_W{1'b0}}, addend} << (2 * i);
                wire [P_W-1:0]   carry  = {{(P_W-1){1'b0}}, high} << (2 * i);
                wire [P_W-1:0]   offset = {{(P_W-1){1'b0}}, 1'b1} << (A_W + 2 * i);
                wire [P_W-1:0]   rows;
                wire [P_W-1:0]   carries;
                wire [P_W-1:0]   offsets;
                wire             unused_wide = wide[P_W];
                if (i == 0) begin : gen_first
                    assign rows    = wide[P_W-1:0];
                    assign carries = carry;
                    assign offsets = offset;
                end else begin : gen_next
                    assign rows    = gen_digit[i-1].rows + wide[P_W-1:0];
                    assign carries = gen_digit[i-1].carries | carry;
                    assign offsets = gen_digit[i-1].offsets | offset;
                end
            end
            assign product_o = gen_digit[DIGITS-1].rows + gen_digit[DIGITS-1].carries - gen_digit[DIGITS-1].offsets;
        end
    endgenerate

endmodule

`default_nettype wire
