// Bare floor of a processing element: what no number format can lower.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : total = sum + operand, with the registers of a PE (pf_pe_regs) and one adder of the partial sum's width. The
//             operand is as wide as the PE's summed products and made of the bits of weights and activations as they are,
//             so that no logic stands between the registers and the adder. Weights beyond the operand leave by weight_o, so
//             that their registers stay. Synthesis measures it; no array is built of it.
// Latency   : as that of the PE.
// Handshake : none; see pf_pe_regs.
// Parameters:
//   ACT_W      width of all activations of a PE, >= 1
//   WGT_W      width of all weights of a PE, >= 1
//   SUM_W      width of the sum of a cycle's products, 1..PSUM_W
//   PSUM_W     width of the partial sum, >= 1
//   PIPELINE   1: the operand is added at once; 2: it has a register in front of the adder
//   SUM_STAYS  0: weight-stationary; 1: output-stationary
`default_nettype none

module pf_floor_pe #(
    parameter ACT_W     = 8,
    parameter WGT_W     = 8,
    parameter SUM_W     = 16,
    parameter PSUM_W    = 19,
    parameter PIPELINE  = 1,
    parameter SUM_STAYS = 0
) (
    input  wire              clk_i,
    input  wire              swap_i,
    output wire              swap_o,
    input  wire [ACT_W-1:0]  act_i,
    output wire [ACT_W-1:0]  act_o,
    input  wire              shift_i,
    input  wire [WGT_W-1:0]  wgt_i,
    output wire [WGT_W-1:0]  wgt_o,
    input  wire [PSUM_W-1:0] psum_i,
    output wire [PSUM_W-1:0] psum_o,
    output wire [WGT_W-1:0]  weight_o
);

    wire [WGT_W-1:0]  weight;
    wire [PSUM_W-1:0] sum;
    wire [PSUM_W-1:0] total;

    // Weights and activations bit by bit in turn, again from the first when they end.
    wire [SUM_W-1:0] bits;
    wire [SUM_W-1:0] operand;

    pf_pe_regs #(
        .ACT_W    (ACT_W),
        .WGT_W    (WGT_W),
        .PSUM_W   (PSUM_W),
        .PIPELINE (PIPELINE),
        .SUM_STAYS(SUM_STAYS)
    ) u_regs (
        .clk_i   (clk_i),
        .swap_i  (swap_i),
        .swap_o  (swap_o),
        .act_i   (act_i),
        .act_o   (act_o),
        .shift_i (shift_i),
        .wgt_i   (wgt_i),
        .wgt_o   (wgt_o),
        .psum_i  (psum_i),
        .psum_o  (psum_o),
        .weight_o(weight),
        .sum_o   (sum),
        .total_i (total)
    );
    assign weight_o = weight;

    genvar i;
    generate
        for (i = 0; i < SUM_W; i = i + 1) begin : gen_bit
            if (i % 2 == 0) begin : gen_weight
                assign bits[i] = weight[(i / 2) % WGT_W];
            end else begin : gen_act
                assign bits[i] = act_i[(i / 2) % ACT_W];
            end
        end
        if (PIPELINE == 2) begin : gen_register
            reg [SUM_W-1:0] bits_q;
            always @(posedge clk_i) bits_q <= bits;
            assign operand = bits_q;
        end else begin : gen_direct
            assign operand = bits;
        end
    endgenerate

    wire [PSUM_W:0] wide = {{(PSUM_W+1-SUM_W){1'b0}}, operand};
    wire            unused_wide = wide[PSUM_W];
    assign total = sum + wide[PSUM_W-1:0];

endmodule

`default_nettype wire
