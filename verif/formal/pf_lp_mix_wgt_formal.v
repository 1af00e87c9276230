// Equality of pf_lp_mix_wgt and the definition of Logarithmic Posits, for all words.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : code p of the word, the first in the lowest bits, is a weight of <8,1,3>, <4,1,2> or <2,0,1> by mode; what
//             pf_log_mix_pe_formal reads as weight p is its sign and its log2, that of 4 bits SHIFT_1 larger, or zero. An integer of
//             -7 is no operand's.
`default_nettype none

module pf_lp_mix_wgt_formal #(
    parameter SHIFT_1 = 3
) (
    input wire [1:0] mode_i,
    input wire [7:0] word_i
);

    wire [8:0] operand;
    pf_lp_mix_wgt #(
        .SHIFT_1(SHIFT_1)
    ) u_dut (
        .mode_i   (mode_i),
        .word_i   (word_i),
        .operand_o(operand)
    );

    localparam signed [15:0] UP = SHIFT_1;    // signed, whatever sets the parameter
    wire        [7:0]  word_8  = word_i[7] ? -word_i : word_i;
    wire        [3:0]  code_4_0 = word_i[3:0];
    wire        [3:0]  code_4_1 = word_i[7:4];
    wire        [3:0]  word_4_0 = code_4_0[3] ? -code_4_0 : code_4_0;
    wire        [3:0]  word_4_1 = code_4_1[3] ? -code_4_1 : code_4_1;
    wire signed [15:0] log_8, log_4_0, log_4_1;
    pf_lp_log2 #(.N(8), .F(6)) u_log_8 (.bits_i(word_8[6:0]), .es_i(8'sd1), .rs_i(8'sd3), .log_o(log_8));
    pf_lp_log2 #(.N(4), .F(6)) u_log_4_0 (.bits_i(word_4_0[2:0]), .es_i(8'sd1), .rs_i(8'sd2), .log_o(log_4_0));
    pf_lp_log2 #(.N(4), .F(6)) u_log_4_1 (.bits_i(word_4_1[2:0]), .es_i(8'sd1), .rs_i(8'sd2), .log_o(log_4_1));

    reg signed [15:0] got;
    reg         [3:0] neg, zero;
    integer           p;
    always @* begin
        got = 16'sd0;
        case (mode_i)
            2'd0: begin
                got = $signed(operand[7:0]);
                if (word_i[6:0] == 0) assert (operand[8:4] == 5'b01000);
                else assert (got <<< 2 == log_8 && operand[8] == word_i[7] && operand[7:5] != 3'b100);
            end
            2'd1: begin
                got = $signed(operand[7:4]);
                if (code_4_0[2:0] == 0) assert (operand[8:4] == 5'b01000);
                else assert (got <<< 6 == log_4_0 + (UP <<< 6) && operand[8] == code_4_0[3] && operand[7:5] != 3'b100);
                got = {13'd0, operand[2:0]};
                if (code_4_1[2:0] == 0) assert (operand[3:0] == 4'b0111);
                else assert (got <<< 6 == log_4_1 + (UP <<< 6) && operand[3] == code_4_1[3] && operand[2:0] != 3'd7);
            end
            2'd2: begin
                neg  = {operand[4], operand[6], operand[3], operand[8]};
                zero = {operand[1], operand[5], operand[2], operand[7]};
                for (p = 0; p < 4; p = p + 1) begin
                    case (word_i[2*p +: 2])
                        2'b01: assert (!zero[p] && !neg[p]);
                        2'b11: assert (!zero[p] && neg[p]);
                        default: assert (zero[p] && !neg[p]);
                    endcase
                end
            end
            default: ;
        endcase
        cover (mode_i == 2'd0 && got == -16'sd88);
        cover (mode_i == 2'd1 && got == 16'sd6 && operand[8:4] == 5'b01000);
        cover (mode_i == 2'd2 && operand[8:1] == 8'b10010010);
    end

endmodule

`default_nettype wire
