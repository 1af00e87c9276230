// Equality of pf_log_mix_pe and its behavioural reference, one step from any state, for all operands of all modes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the terms of a cycle are the mode's products and 2^TERM_W + 2^8, modulo 2^PSUM_W; pf_pe_check has the rest.
//             Products 0 and 1 are +-T[f] << (I + A - M), truncated, T from its definition (pf_log2lin.v: F = 4, M = 7); products
//             2 and 3 are powers of two, in mode 2 alone. In steps, since a solver does not see through all sums at once: each
//             addend is its product and its offset; the terms are the addends.
// Assumes   : operands are zero or in the range of the formats (pf_lp_mix_wgt, pf_lp_mix_act); in mode 0 activation 1 is zero.
// Probes    : x_weight is the DUT's active weight, x_sum what it adds the terms to; the others are addends and their carries.
`default_nettype none

module pf_log_mix_pe_formal #(
    parameter M         = 7,
    parameter A         = 5,
    parameter I_LOW     = 12,    // minus I_MIN: the script sets no negative parameters
    parameter I_MAX     = 11,
    parameter TERM_W    = 18,
    parameter PIPELINE  = 1,
    parameter PSUM_W    = 22,
    parameter INDUCTION = 1      // 0: without the steps, the products alone
) (
    input wire              clk_i,
    input wire [1:0]        mode_i,
    input wire              swap_i,
    input wire [17:0]       act_i,
    input wire              shift_i,
    input wire [8:0]        wgt_i,
    input wire [PSUM_W-1:0] psum_i
);

    // Parameters that the script sets come unsigned.
    localparam signed [31:0] INT_MIN = 0 - I_LOW;
    localparam signed [31:0] INT_MAX = I_MAX;
    localparam signed [31:0] UP      = A - M;
    wire              swap;
    wire [17:0]       act;
    wire [8:0]        wgt;
    wire [PSUM_W-1:0] psum;
    pf_log_mix_pe #(
        .M       (M),
        .A       (A),
        .I_MIN   (INT_MIN),
        .I_MAX   (INT_MAX),
        .TERM_W  (TERM_W),
        .PIPELINE(PIPELINE),
        .PSUM_W  (PSUM_W)
    ) u_dut (
        .clk_i  (clk_i),
        .mode_i (mode_i),
        .swap_i (swap_i),
        .swap_o (swap),
        .act_i  (act_i),
        .act_o  (act),
        .shift_i(shift_i),
        .wgt_i  (wgt_i),
        .wgt_o  (wgt),
        .psum_i (psum_i),
        .psum_o (psum)
    );
    wire [8:0]        x_weight;
    wire [PSUM_W-1:0] x_sum;
    wire [TERM_W-1:0] x_term_0, x_term_1;
    wire [7:0]        x_term_2, x_term_3;
    wire              x_carry_0, x_carry_1, x_carry_2, x_carry_3;

    wire [255:0] table_words;
    pf_log2lin_words #(.F(4), .M(M)) u_words (.words_o(table_words));

    // Fields of the operands by mode: logs with four fraction bits, signs, which products are zero.
    reg signed [9:0] log_a [0:1];
    reg signed [9:0] log_w [0:1];
    reg        [2:0] power [2:3];
    reg        [3:0] neg;
    reg        [3:0] none;
    reg              zero_a0, zero_a1;
    always @* begin
        zero_a0 = (act_i[7:4] == 4'b1000);
        zero_a1 = (act_i[16:13] == 4'b1000);
        power[2] = act_i[2:0];
        power[3] = act_i[11:9];
        case (mode_i)
            2'd0: begin
                log_a[0] = $signed(act_i[7:0]);
                log_w[0] = $signed(x_weight[7:0]);
                log_a[1] = 10'sd0;
                log_w[1] = 10'sd0;
                neg      = {3'b000, act_i[8] ^ x_weight[8]};
                none     = {3'b111, zero_a0 | (x_weight[7:4] == 4'b1000)};
            end
            2'd1: begin
                log_a[0] = $signed(act_i[7:0]);
                log_w[0] = $signed({x_weight[7:4], 4'd0});
                log_a[1] = $signed(act_i[16:9]);
                log_w[1] = {3'd0, x_weight[2:0], 4'd0};
                neg      = {2'b00, act_i[17] ^ x_weight[3], act_i[8] ^ x_weight[8]};
                none     = {2'b11, zero_a1 | (x_weight[2:0] == 3'd7), zero_a0 | (x_weight[7:4] == 4'b1000)};
            end
            default: begin
                log_a[0] = $signed({act_i[7:4], 4'd0});
                log_w[0] = 10'sd0;
                log_a[1] = $signed({act_i[16:13], 4'd0});
                log_w[1] = 10'sd0;
                neg      = {act_i[12] ^ x_weight[4], act_i[3] ^ x_weight[6], act_i[17] ^ x_weight[3], act_i[8] ^ x_weight[8]};
                none     = {x_weight[1] | (power[3] == 3'd7), x_weight[5] | (power[2] == 3'd7), x_weight[2] | zero_a1,
                            x_weight[7] | zero_a0};
            end
        endcase
        assume (mode_i != 2'd3);
        assume (act_i[7:4] != 4'b1001 && act_i[16:13] != 4'b1001 && (mode_i == 2'd2 || x_weight[7:4] != 4'b1001));
        assume (mode_i != 2'd0 || zero_a1);
    end

    // The products, in units of 2^-A, and those that the DUT adds, in the width in which it does: four addends of TERM_W bits
    // and their carries fit into TERM_W + 2.
    localparam SUM_W = (PIPELINE == 2) ? TERM_W + 2 : PSUM_W;
    wire [PSUM_W-1:0] all_terms = terms;
    reg signed [9:0]        log;
    reg signed [9:0]        move;
    reg        [63:0]       wide;       // the magnitude with 32 bits below the unit
    reg signed [31:0]       product;
    reg        [SUM_W-1:0]  addend;
    reg        [SUM_W-1:0]  terms;
    integer                 p;
    always @* begin
        terms = {SUM_W{1'b0}};
        for (p = 0; p < 2; p = p + 1) begin
            log     = log_a[p] + log_w[p];
            move    = (log >>> 4) + UP + 32;
            wide    = {48'd0, table_words[16*log[3:0] +: 16]} << move;
            product = none[p] ? 32'sd0 : neg[p] ? -wide[63:32] : wide[63:32];
            addend  = product + (32'sd1 <<< (TERM_W - 1));
            if (INDUCTION != 0) begin
                assert (addend == ((p == 0) ? x_term_0 : x_term_1) + {31'd0, (p == 0) ? x_carry_0 : x_carry_1});
                addend = ((p == 0) ? x_term_0 : x_term_1) + {31'd0, (p == 0) ? x_carry_0 : x_carry_1};
            end
            assume (none[p] || ((log >>> 4) >= INT_MIN && (log >>> 4) <= INT_MAX));
            terms = terms + addend;
        end
        for (p = 2; p < 4; p = p + 1) begin
            product = none[p] ? 32'sd0 : neg[p] ? -(32'sd1 <<< power[p]) : (32'sd1 <<< power[p]);
            addend  = product + 32'sd128;
            if (INDUCTION != 0) begin
                assert (addend == ((p == 2) ? x_term_2 : x_term_3) + {31'd0, (p == 2) ? x_carry_2 : x_carry_3});
                addend = ((p == 2) ? x_term_2 : x_term_3) + {31'd0, (p == 2) ? x_carry_2 : x_carry_3};
            end
            terms = terms + addend;
        end
    end
    always @* begin
        cover (mode_i == 2'd0 && !none[0] && log_a[0][3:0] != 0 && log_w[0][3:0] != 0);
        cover (mode_i == 2'd1 && none[1:0] == 2'b00 && neg[1:0] == 2'b01);
        cover (mode_i == 2'd2 && none == 4'b0000 && neg == 4'b0101);
    end

    pf_pe_check #(
        .ACT_W(18), .WGT_W(9), .PSUM_W(PSUM_W), .PIPELINE(PIPELINE)
    ) u_check (
        .clk_i(clk_i), .swap_i(swap_i), .act_i(act_i), .shift_i(shift_i), .wgt_i(wgt_i), .psum_i(psum_i), .terms_i(all_terms),
        .swap(swap), .act(act), .wgt(wgt), .psum(psum), .weight(x_weight), .sum(x_sum)
    );

endmodule

`default_nettype wire
