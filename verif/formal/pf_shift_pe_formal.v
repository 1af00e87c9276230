// Equality of pf_shift_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the terms of a cycle are the sum of +-act * 2^shift over the lanes + LANES * 2^(ACT_W + 2^SHIFT_W - 2 - HAS_ZERO)
//             modulo 2^PSUM_W; with HAS_ZERO a shift of all ones is zero; pf_pe_check has the rest.
// Assumes   : a weight of zero has neg 0 (pf_pot_decode).
// Probes    : x_weight is the DUT's active weight, x_sum what it adds the terms to.
`default_nettype none

module pf_shift_pe_formal #(
    parameter ACT_W       = 8,
    parameter SHIFT_W     = 3,
    parameter HAS_ZERO    = 1,
    parameter LANES       = 1,
    parameter PIPELINE    = 1,
    parameter ZERO_GATING = 1,
    parameter PSUM_W      = 18,
    parameter SUM_STAYS   = 0
) (
    input wire               clk_i,
    input wire               swap_i,
    input wire [LANES*(ACT_W)-1:0] act_i,
    input wire               shift_i,
    input wire [LANES*(SHIFT_W + 1)-1:0] wgt_i,
    input wire [PSUM_W-1:0]  psum_i
);

    localparam OPA_W = ACT_W;
    localparam OPW_W = SHIFT_W + 1;
    wire                   swap;
    wire [LANES*OPA_W-1:0] act;
    wire [LANES*OPW_W-1:0] wgt;
    wire [PSUM_W-1:0]      psum;
    pf_shift_pe #(
        .ACT_W      (ACT_W),
        .SHIFT_W    (SHIFT_W),
        .HAS_ZERO   (HAS_ZERO),
        .LANES      (LANES),
        .PIPELINE   (PIPELINE),
        .ZERO_GATING(ZERO_GATING),
        .PSUM_W     (PSUM_W),
        .SUM_STAYS  (SUM_STAYS)
    ) u_dut (
        .clk_i      (clk_i),
        .swap_i     (swap_i),
        .swap_o     (swap),
        .act_i      (act_i),
        .act_o      (act),
        .shift_i    (shift_i),
        .wgt_i      (wgt_i),
        .wgt_o      (wgt),
        .psum_i     (psum_i),
        .psum_o     (psum)
    );
    wire [LANES*OPW_W-1:0] x_weight;
    wire [PSUM_W-1:0]       x_sum;

    reg        [PSUM_W-1:0] terms;
    reg signed [ACT_W-1:0]  a;
    reg signed [31:0]       product;
    reg        [31:0]       shift;
    reg                     zero;
    integer                 l;
    always @* begin
        terms = {PSUM_W{1'b0}};
        for (l = 0; l < LANES; l = l + 1) begin
            a       = act_i[l*ACT_W +: ACT_W];
            shift   = (x_weight >> (l*OPW_W)) & ((32'd1 << SHIFT_W) - 32'd1);
            zero    = HAS_ZERO != 0 && shift == (32'd1 << SHIFT_W) - 32'd1;
            product = a;
            product = zero ? 32'sd0 : (product <<< shift);
            if (x_weight[l*OPW_W + SHIFT_W]) product = -product;
            terms   = terms + product[PSUM_W-1:0] + (64'd1 << (ACT_W + (1 << SHIFT_W) - 2 - HAS_ZERO));
            if (zero) assume (!x_weight[l*OPW_W + SHIFT_W]);
        end
    end

    pf_pe_check #(
        .ACT_W(LANES*OPA_W), .WGT_W(LANES*OPW_W), .PSUM_W(PSUM_W), .PIPELINE(PIPELINE), .SUM_STAYS(SUM_STAYS)
    ) u_check (
        .clk_i(clk_i), .swap_i(swap_i), .act_i(act_i), .shift_i(shift_i), .wgt_i(wgt_i), .psum_i(psum_i), .terms_i(terms),
        .swap(swap), .act(act), .wgt(wgt), .psum(psum), .weight(x_weight), .sum(x_sum)
    );

endmodule

`default_nettype wire
