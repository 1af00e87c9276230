// Equality of pf_lp_mix_act and the definition of Logarithmic Posits, for all words.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : code p of the word, the first in the lowest bits, is an activation of <8,1,3> or, in mode 2, <4,1,2>; what
//             pf_log_mix_pe_formal reads as activation p is its sign and its log2, or zero. Of 4 bits it is DOWN_2 smaller in products
//             0 and 1, and 3 larger in 2 and 3. In mode 0 activation 1 is zero. An integer of -7 is no operand's.
`default_nettype none

module pf_lp_mix_act_formal #(
    parameter DOWN_2 = 2    // minus SHIFT_2: the script sets no negative parameters
) (
    input wire [1:0]  mode_i,
    input wire [15:0] word_i
);

    localparam signed [31:0] UP = 0 - DOWN_2;
    wire [17:0] operand;
    pf_lp_mix_act #(
        .SHIFT_2(UP)
    ) u_dut (
        .mode_i   (mode_i),
        .word_i   (word_i),
        .operand_o(operand)
    );

    wire [31:0] log_8;
    wire [63:0] log_4;
    genvar l;
    generate
        for (l = 0; l < 2; l = l + 1) begin : gen_8
            wire [7:0] code = word_i[8*l +: 8];
            wire [7:0] word = code[7] ? -code : code;
            pf_lp_log2 #(.N(8), .F(6)) u_log (.bits_i(word[6:0]), .es_i(8'sd1), .rs_i(8'sd3), .log_o(log_8[16*l +: 16]));
        end
        for (l = 0; l < 4; l = l + 1) begin : gen_4
            wire [3:0] code = word_i[4*l +: 4];
            wire [3:0] word = code[3] ? -code : code;
            pf_lp_log2 #(.N(4), .F(6)) u_log (.bits_i(word[2:0]), .es_i(8'sd1), .rs_i(8'sd2), .log_o(log_4[16*l +: 16]));
        end
    endgenerate

    reg signed [15:0] got, want;
    reg        [8:0]  half;
    integer           p;
    always @* begin
        got = 16'sd0;
        for (p = 0; p < 2; p = p + 1) begin
            half = operand[9*p +: 9];
            if (mode_i == 2'd2) begin
                got  = $signed(half[7:4]);
                want = log_4[16*p +: 16];
                if (word_i[4*p +: 3] == 0) assert (half[8:4] == 5'b01000);
                else assert (got <<< 6 == want + (UP <<< 6) && half[8] == word_i[4*p+3] && half[7:5] != 3'b100);
                got  = {13'd0, half[2:0]};
                want = log_4[16*p+32 +: 16];
                if (word_i[4*p+8 +: 3] == 0) assert (half[3:0] == 4'b0111);
                else assert (got <<< 6 == want + 16'sd192 && half[3] == word_i[4*p+11] && half[2:0] != 3'd7);
            end else if (mode_i == 2'd1 || (mode_i == 2'd0 && p == 0)) begin
                got  = $signed(half[7:0]);
                want = log_8[16*p +: 16];
                if (word_i[8*p +: 7] == 0) assert (half[8:4] == 5'b01000);
                else assert (got <<< 2 == want && half[8] == word_i[8*p+7] && half[7:5] != 3'b100);
            end else if (mode_i == 2'd0) begin
                assert (half[8:4] == 5'b01000);
            end
        end
        cover (mode_i == 2'd1 && got == -16'sd88);
        cover (mode_i == 2'd2 && got == 16'sd6 && operand[17:13] == 5'b01000);
    end

endmodule

`default_nettype wire
