// Equality of pf_terms_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the terms of a cycle are the sum of (+-act * 2^a +-act * 2^b + 2^(ACT_W + A_TOP - 1) + 2^(ACT_W + B_TOP - 1)) over
//             the lanes, modulo 2^PSUM_W; a and b are digits of A_SHIFTS and B_SHIFTS, f is no term; pf_pe_check has the rest.
// Probes    : x_weight is the DUT's active weight, x_sum what it adds the terms to.
`default_nettype none

module pf_terms_pe_formal #(
    parameter        ACT_W       = 8,
    parameter        A_W         = 2,
    parameter [15:0] A_SHIFTS    = 16'h32f0,
    parameter        A_TOP       = 3,
    parameter        B_W         = 1,
    parameter [15:0] B_SHIFTS    = 16'hff1f,
    parameter        B_TOP       = 1,
    parameter        OWN_SIGNS   = 0,
    parameter        LANES       = 1,
    parameter        PIPELINE    = 1,
    parameter        ZERO_GATING = 1,
    parameter        PSUM_W      = 15,
    parameter        SUM_STAYS   = 0
) (
    input wire               clk_i,
    input wire               swap_i,
    input wire [LANES*(ACT_W)-1:0] act_i,
    input wire               shift_i,
    input wire [LANES*(A_W+B_W+OWN_SIGNS+1)-1:0] wgt_i,
    input wire [PSUM_W-1:0]  psum_i
);

    localparam OPA_W = ACT_W;
    localparam OPW_W = A_W + B_W + OWN_SIGNS + 1;
    wire                   swap;
    wire [LANES*OPA_W-1:0] act;
    wire [LANES*OPW_W-1:0] wgt;
    wire [PSUM_W-1:0]      psum;
    pf_terms_pe #(
        .ACT_W      (ACT_W),
        .A_W        (A_W),
        .A_SHIFTS   (A_SHIFTS),
        .B_W        (B_W),
        .B_SHIFTS   (B_SHIFTS),
        .OWN_SIGNS  (OWN_SIGNS),
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
    reg signed [31:0]       wide;
    reg signed [31:0]       part;
    reg signed [31:0]       product;
    reg [OPW_W-1:0]         w;
    reg [3:0]               shift;
    integer                 l;
    always @* begin
        terms = {PSUM_W{1'b0}};
        for (l = 0; l < LANES; l = l + 1) begin
            a       = act_i[l*ACT_W +: ACT_W];
            wide    = a;
            w       = x_weight[l*OPW_W +: OPW_W];
            shift   = A_SHIFTS >> {w[B_W+OWN_SIGNS +: A_W], 2'b00};
            part    = (shift == 4'hf) ? 32'sd0 : (wide <<< shift);
            product = w[OPW_W-1] ? -part : part;
            shift   = B_SHIFTS >> {w[0 +: B_W], 2'b00};
            part    = (shift == 4'hf) ? 32'sd0 : (wide <<< shift);
            product = product + (w[(OWN_SIGNS != 0) ? B_W : OPW_W-1] ? -part : part);
            terms   = terms + product[PSUM_W-1:0] + (64'd1 << (ACT_W + A_TOP - 1)) + (64'd1 << (ACT_W + B_TOP - 1));
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
