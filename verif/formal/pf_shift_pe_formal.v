// Equality of pf_shift_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = psum_i + sum of +-act * 2^shift over the lanes + LANES * 2^(ACT_W + 2^SHIFT_W - 2 - HAS_ZERO) modulo
//             2^PSUM_W; with HAS_ZERO a shift of all ones is zero; weights become active as loaded and swapped.
// Assumes   : a weight of zero has neg 0 (pf_pot_decode).
// Probes    : x_weight is the DUT's active weight.
`default_nettype none

module pf_shift_pe_formal #(
    parameter ACT_W       = 8,
    parameter SHIFT_W     = 3,
    parameter HAS_ZERO    = 1,
    parameter LANES       = 1,
    parameter PIPELINE    = 1,
    parameter ZERO_GATING = 1,
    parameter PSUM_W      = 18
) (
    input wire               clk_i,
    input wire               swap_i,
    input wire [LANES*(ACT_W)-1:0] act_i,
    input wire               wgt_shift_i,
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
