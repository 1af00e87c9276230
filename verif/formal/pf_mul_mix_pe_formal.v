// Equality of pf_mul_mix_pe and its behavioural reference, one step from any state, for all operands of a mode.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the terms of a cycle are the sum of the mode's products of signed integers + the mode's OFFSET, modulo 2^PSUM_W;
//             pf_pe_check has the rest. In steps, since eight products are too many for a solver: each unit's sum is its product
//             and offset; the terms are those sums at their places; the halves that the units multiply make up the operands.
// Assumes   : copies of operands are equal (pf_mul_mix_wgt, pf_mul_mix_act).
// Probes    : x_weight is the DUT's active weight, x_sum what it adds the terms to, x_unit_* the sums of the units.
`default_nettype none

module pf_mul_mix_pe_formal #(
    parameter MODE      = 0,
    parameter PSUM_W    = 19,
    parameter INDUCTION = 1    // 0: without the steps, the units' products alone
) (
    input wire              clk_i,
    input wire              swap_i,
    input wire [31:0]       act_i,
    input wire              shift_i,
    input wire [15:0]       wgt_i,
    input wire [PSUM_W-1:0] psum_i
);

    wire              swap;
    wire [31:0]       act;
    wire [15:0]       wgt;
    wire [PSUM_W-1:0] psum;
    pf_mul_mix_pe #(
        .PSUM_W(PSUM_W)
    ) u_dut (
        .clk_i  (clk_i),
        .mode_i (MODE[1:0]),
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
    wire [15:0]       x_weight;
    wire [PSUM_W-1:0] x_sum;

    // Operands of products 0 and 1; the other modes' products are those of a unit.
    wire signed [7:0] w_0 = {x_weight[11:8], x_weight[3:0]};
    wire signed [7:0] a_0 = {act_i[11:8], act_i[3:0]};
    wire signed [7:0] a_1 = {act_i[27:24], act_i[19:16]};

    // A unit multiplies one half of a weight by one of an activation, or whole ones, or in mode 3 two pairs. The lower half of
    // a weight is read as signed, and the upper half has one more where that made it negative.
    wire        [8:0] x_unit_0, x_unit_1, x_unit_2, x_unit_3;
    wire       [35:0] unit_sums = {x_unit_3, x_unit_2, x_unit_1, x_unit_0};
    reg signed  [9:0] w_half [0:3];
    reg signed  [9:0] a_half [0:3];
    reg signed  [9:0] unit;
    reg signed  [1:0] w_low, w_high;
    reg signed  [3:0] a_low, a_high;
    reg        [31:0] sum;         // of all units, each at its place
    reg        [31:0] offset;      // what that is above the products
    reg         [9:0] unit_offset;
    reg        [31:0] unit_sum;
    reg         [4:0] up_act, up_wgt;
    reg        [31:0] pair;
    integer           u, d;
    always @* begin
        sum    = 32'd0;
        offset = 32'd0;
        for (u = 0; u < 4; u = u + 1) begin
            {w_high, w_low} = x_weight[4*u +: 4];
            {a_high, a_low} = act_i[8*u +: 8];
            w_half[u] = $signed(x_weight[4*u +: 4]);
            if (MODE == 0 && u >= 2 && x_weight[3]) w_half[u] = w_half[u] + 10'sd1;
            a_half[u] = a_low;
            if (MODE <= 1 && u % 2 == 0) a_half[u] = {6'd0, a_low};
            unit        = (MODE == 3) ? w_low * a_low + w_high * a_high : w_half[u] * a_half[u];
            unit_offset = ((u % 2 == 0) ? 32 : 16) * ((MODE == 3) ? 2 : 5);
            up_act      = (MODE <= 1) ? 4 * (u % 2) : 0;
            up_wgt      = (MODE == 0) ? 4 * (u / 2) : 0;
            unit_sum    = {22'd0, unit + unit_offset};
            if (INDUCTION != 0) begin
                assert ({23'd0, unit_sums[9*u +: 9]} == unit_sum);
                unit_sum = {23'd0, unit_sums[9*u +: 9]};
            end
            // By pairs, as the DUT adds: other orders are as right and harder to compare.
            if (u % 2 == 0) pair = unit_sum;
            else sum = sum + ((pair + (unit_sum << up_act)) << up_wgt);
            offset      = offset + (unit_offset << (up_act + up_wgt));
        end
        assert (offset == ((MODE == 0) ? 24480 : (MODE == 1) ? 2880 : (MODE == 2) ? 480 : 192));
        // So the units' products, each at its place, add up to w * a.
        if (MODE == 0) begin
            assert (w_0 == w_half[0] + 16 * w_half[2] && w_half[1] == w_half[0] && w_half[3] == w_half[2]);
            assert (a_0 == a_half[0] + 16 * a_half[1] && a_half[2] == a_half[0] && a_half[3] == a_half[1]);
        end
        if (MODE == 1) begin
            assert (w_half[0] == w_half[1] && a_0 == a_half[0] + 16 * a_half[1]);
            assert (w_half[2] == w_half[3] && a_1 == a_half[2] + 16 * a_half[3]);
        end
        for (d = 0; d < 8; d = d + 1) begin
            assume (act_i[4*d +: 4] == act_i[4*(d & ((MODE == 0) ? 2 : (MODE == 3) ? 7 : 6)) +: 4]);
            assume (x_weight[2*d +: 2] == x_weight[2*(d & ((MODE <= 1) ? 5 : 7)) +: 2]);
        end
    end

    pf_pe_check #(
        .ACT_W(32), .WGT_W(16), .PSUM_W(PSUM_W)
    ) u_check (
        .clk_i(clk_i), .swap_i(swap_i), .act_i(act_i), .shift_i(shift_i), .wgt_i(wgt_i), .psum_i(psum_i), .terms_i(sum[PSUM_W-1:0]),
        .swap(swap), .act(act), .wgt(wgt), .psum(psum), .weight(x_weight), .sum(x_sum)
    );

endmodule

`default_nettype wire
