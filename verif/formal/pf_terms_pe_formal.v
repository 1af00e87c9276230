// Equality of pf_terms_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = psum_i + sum of (+-act * 2^a +-act * 2^b + 2^(ACT_W + A_TOP - 1) + 2^(ACT_W + B_TOP - 1)) over the lanes,
//             modulo 2^PSUM_W; a and b are digits of A_SHIFTS and B_SHIFTS, f is no term; weights become active as loaded
//             and swapped.
// Probes    : x_weight is the DUT's active weight.
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
    parameter        PSUM_W      = 15
) (
    input wire               clk_i,
    input wire               swap_i,
    input wire [LANES*(ACT_W)-1:0] act_i,
    input wire               wgt_shift_i,
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
        .PSUM_W     (PSUM_W)
    ) u_dut (
        .clk_i      (clk_i),
        .swap_i     (swap_i),
        .swap_o     (swap),
        .act_i      (act_i),
        .act_o      (act),
        .shift_i    (wgt_shift_i),
        .wgt_i      (wgt_i),
        .wgt_o      (wgt),
        .psum_i     (psum_i),
        .psum_o     (psum)
    );
    wire [LANES*OPW_W-1:0] x_weight;

    // Registers: shadow and active weights as loaded and swapped, once they are known.
    reg [1:0]             age_q = 2'd0;    // cycles gone by, up to 3
    reg                   past_swap_q;
    reg [LANES*OPA_W-1:0] past_act_q;
    reg                   shadow_known_q = 1'b0;
    reg [LANES*OPW_W-1:0] shadow_q;
    reg                   active_known_q = 1'b0;
    reg [LANES*OPW_W-1:0] active_q;
    always @(posedge clk_i) begin
        if (age_q != 2'd3) age_q <= age_q + 2'd1;
        past_swap_q <= swap_i;
        past_act_q  <= act_i;
        if (wgt_shift_i) begin
            shadow_q       <= wgt_i;
            shadow_known_q <= 1'b1;
        end
        if (swap_i) begin
            active_q       <= shadow_q;
            active_known_q <= shadow_known_q;
        end
    end
    always @* begin
        if (age_q != 2'd0) assert (swap == past_swap_q && act == past_act_q);
        if (shadow_known_q) assert (wgt == shadow_q);
        if (active_known_q) assert (x_weight == active_q);
    end

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

    // What the operands of this cycle add; with PIPELINE 2 it is added one cycle later.
    reg [PSUM_W-1:0] terms_q;
    reg [PSUM_W-1:0] want_q;
    always @(posedge clk_i) begin
        terms_q <= terms;
        want_q  <= psum_i + ((PIPELINE == 2) ? terms_q : terms);
    end
    always @* begin
        if (age_q >= PIPELINE) assert (psum == want_q);
    end
    always @* begin
        cover (age_q == 2'd3 && active_known_q && psum == want_q && terms_q != 0 && x_weight != 0 && past_act_q != 0);
        cover (age_q == 2'd3 && active_known_q && past_swap_q && active_q != shadow_q);
    end

endmodule

`default_nettype wire
