// What every PE does with its operands and terms, one step from any state.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the part of a PE's wrapper that is the same for all. act and swap follow by one cycle; each sum grows by the terms
//             of the operands, PIPELINE cycles after them.
//             Weight-stationary: a weight is active once it was loaded and swapped, psum is psum_i with the terms.
//             Output-stationary: weights follow by one cycle, a sum begins with the terms of its token and stays; a token
//             makes it the result, which holds still but for shifts; a token has precedence over a shift.
//             Terms are those of the weight that the DUT says it uses; that this is the right one is asserted as well.
// Parameters:
//   ACT_W, WGT_W   all activations and weights of a PE
//   PSUM_W         one sum
//   BINS           sums side by side
//   PIPELINE, SUM_STAYS  as in pf_pe_regs
`default_nettype none

module pf_pe_check #(
    parameter ACT_W     = 8,
    parameter WGT_W     = 8,
    parameter PSUM_W    = 19,
    parameter BINS      = 1,
    parameter PIPELINE  = 1,
    parameter SUM_STAYS = 0
) (
    input wire                   clk_i,
    input wire                   swap_i,
    input wire [ACT_W-1:0]       act_i,
    input wire                   shift_i,
    input wire [WGT_W-1:0]       wgt_i,
    input wire [BINS*PSUM_W-1:0] psum_i,
    input wire [BINS*PSUM_W-1:0] terms_i,    // of act_i and the weight in use
    // What the DUT has for it; weight and sum are its wires of these names, the weight in use and what the terms are added to.
    input wire                   swap,
    input wire [ACT_W-1:0]       act,
    input wire [WGT_W-1:0]       wgt,
    input wire [BINS*PSUM_W-1:0] psum,
    input wire [WGT_W-1:0]       weight,
    input wire [BINS*PSUM_W-1:0] sum
);

    reg [1:0]       age_q = 2'd0;    // cycles gone by, up to 3
    reg             past_swap_q;
    reg [ACT_W-1:0] past_act_q;
    always @(posedge clk_i) begin
        if (age_q != 2'd3) age_q <= age_q + 2'd1;
        past_swap_q <= swap_i;
        past_act_q  <= act_i;
    end
    always @* begin
        if (age_q != 2'd0) assert (swap == past_swap_q && act == past_act_q);
    end

    // Sums, each from the cycle on in which it is known.
    wire                   ready = (PIPELINE != 2) || (age_q != 2'd0);
    wire                   first = (PIPELINE != 2) ? swap_i : past_swap_q & (age_q != 2'd0);
    wire [BINS*PSUM_W-1:0] added;
    wire [BINS*PSUM_W-1:0] base;
    wire [BINS*PSUM_W-1:0] total;
    reg  [BINS*PSUM_W-1:0] terms_q;
    reg  [BINS*PSUM_W-1:0] sum_q;
    reg                    known_q = 1'b0;
    assign added = (PIPELINE != 2) ? terms_i : terms_q;
    genvar b;
    generate
        for (b = 0; b < BINS; b = b + 1) begin : gen_bin
            assign total[b*PSUM_W +: PSUM_W] = base[b*PSUM_W +: PSUM_W] + added[b*PSUM_W +: PSUM_W];
        end
    endgenerate
    always @(posedge clk_i) begin
        terms_q <= terms_i;
        sum_q   <= total;
    end

    generate
        if (SUM_STAYS == 0) begin : gen_weight_stays
            reg             shadow_known_q = 1'b0;
            reg [WGT_W-1:0] shadow_q;
            reg             active_known_q = 1'b0;
            reg [WGT_W-1:0] active_q;
            always @(posedge clk_i) begin
                known_q <= ready;
                if (shift_i) begin
                    shadow_q       <= wgt_i;
                    shadow_known_q <= 1'b1;
                end
                if (swap_i) begin
                    active_q       <= shadow_q;
                    active_known_q <= shadow_known_q;
                end
            end
            assign base = psum_i;
            always @* begin
                if (shadow_known_q) assert (wgt == shadow_q);
                if (active_known_q) assert (weight == active_q);
                if (known_q) assert (psum == sum_q);
                cover (age_q == 2'd3 && active_known_q && psum == sum_q && terms_q != 0 && weight != 0 && past_act_q != 0);
                cover (age_q == 2'd3 && active_known_q && past_swap_q && active_q != shadow_q);
            end
        end else begin : gen_sum_stays
            reg [WGT_W-1:0]       past_wgt_q;
            reg                   result_known_q = 1'b0;
            reg                   shifted_q = 1'b0;
            reg [BINS*PSUM_W-1:0] result_q;
            always @(posedge clk_i) begin
                known_q    <= known_q | first;
                past_wgt_q <= wgt_i;
                shifted_q  <= shift_i;
                if (first) begin
                    result_q       <= sum_q;
                    result_known_q <= known_q;
                end else if (shift_i) begin
                    result_q       <= psum_i;
                    result_known_q <= ready;
                end
            end
            assign base = first ? {(BINS*PSUM_W){1'b0}} : sum_q;
            always @* begin
                assert (weight == wgt_i);
                if (age_q != 2'd0) assert (wgt == past_wgt_q);
                else assert (!known_q && !result_known_q);
                if (known_q) assert (sum == base);
                if (result_known_q) assert (psum == result_q);
                cover (age_q == 2'd3 && known_q && result_known_q && !shifted_q && result_q != 0 && past_act_q != 0);
                cover (age_q == 2'd3 && known_q && result_known_q && shifted_q && result_q != 0);
            end
        end
    endgenerate

endmodule

`default_nettype wire
