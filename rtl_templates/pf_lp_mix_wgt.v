// Decoder of a word of Logarithmic Posit weights for pf_log_mix_pe.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : one 8-bit code (mode 0), two of 4 bits (1) or four of 2 bits (2), the first in the lowest bits, become the operand of
//             pf_log_mix_pe, which describes its fields. The formats are <8,1,3>, <4,1,2> and <2,0,1>.
// Latency   : combinational.
// Parameters:
//   SHIFT_1  added to a 4-bit weight's integer: fraction bits of mode 1's accumulator less those of mode 0's, 3
`default_nettype none

module pf_lp_mix_wgt #(
    parameter SHIFT_1 = 3
) (
    input  wire [1:0] mode_i,
    input  wire [7:0] word_i,
    output wire [8:0] operand_o
);
    localparam [3:0] UP = SHIFT_1;

    wire       unused_zero, unused_nar, neg_8;
    wire [7:0] log_8;
    pf_lp_decode #(.N(8), .ES(1), .RS(3), .F(4), .LOG_W(8)) u_decode_8 (
        .code_i(word_i),
        .zero_o(unused_zero),
        .nar_o (unused_nar),
        .neg_o (neg_8),
        .log_o (log_8)
    );

    wire [1:0] zero_4, neg_4;
    wire [7:0] int_4;   // 1000 is zero
    wire [3:0] zero_2, neg_2;
    genvar l;
    generate
        for (l = 0; l < 2; l = l + 1) begin : gen_4
            wire [2:0] log;
            wire       unused_nar_4;
            pf_lp_decode #(.N(4), .ES(1), .RS(2), .F(0), .LOG_W(3)) u_decode (
                .code_i(word_i[4*l +: 4]),
                .zero_o(zero_4[l]),
                .nar_o (unused_nar_4),
                .neg_o (neg_4[l]),
                .log_o (log)
            );
            wire none = zero_4[l];
            assign int_4[4*l +: 4] = none ? 4'b1000 : {log[2], log} + UP;
        end
        for (l = 0; l < 4; l = l + 1) begin : gen_2
            assign zero_2[l] = ~word_i[2*l];
            assign neg_2[l]  = word_i[2*l] & word_i[2*l+1];
        end
    endgenerate

    wire [2:0] exp_1 = int_4[7] ? 3'd7 : int_4[6:4];
    assign operand_o = mode_i[1] ? {neg_2[0], zero_2[0], neg_2[2], zero_2[2], neg_2[3], neg_2[1], zero_2[1], zero_2[3], 1'b0}
                     : mode_i[0] ? {neg_4[0], int_4[3:0], neg_4[1], exp_1}
                     :             {neg_8, log_8};

endmodule

`default_nettype wire
