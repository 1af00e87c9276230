// Equality of pf_mul_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the terms of a cycle are the sum of weight * act over the lanes + LANES * OFFSET modulo 2^PSUM_W, OFFSET = sum of
//             2^(ACT_W+2i) over the weight's radix-4 digits; pf_pe_check has the rest.
// Probes    : x_weight is the DUT's active weight, x_sum what it adds the terms to.
`default_nettype none

module pf_mul_pe_formal #(
    parameter ACT_W       = 4,
    parameter WGT_W       = 4,
    parameter LANES       = 1,
    parameter PIPELINE    = 1,
    parameter ZERO_GATING = 1,
    parameter PSUM_W      = 10,
    parameter SUM_STAYS   = 0
) (
    input wire               clk_i,
    input wire               swap_i,
    input wire [LANES*(ACT_W)-1:0] act_i,
    input wire               shift_i,
    input wire [LANES*(WGT_W)-1:0] wgt_i,
    input wire [PSUM_W-1:0]  psum_i
);

    localparam OPA_W = ACT_W;
    localparam OPW_W = WGT_W;
    wire                   swap;
    wire [LANES*OPA_W-1:0] act;
    wire [LANES*OPW_W-1:0] wgt;
    wire [PSUM_W-1:0]      psum;
    pf_mul_pe #(
        .ACT_W      (ACT_W),
        .WGT_W      (WGT_W),
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
    reg signed [WGT_W-1:0]  w;
    reg signed [31:0]       product;
    integer                 l, i;
    always @* begin
        terms = {PSUM_W{1'b0}};
        for (l = 0; l < LANES; l = l + 1) begin
            a       = act_i[l*ACT_W +: ACT_W];
            w       = x_weight[l*WGT_W +: WGT_W];
            product = a * w;
            terms   = terms + product[PSUM_W-1:0];
            for (i = 0; i < (WGT_W + 1) / 2; i = i + 1) terms = terms + (64'd1 << (ACT_W + 2 * i));
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
