// Registers of a processing element: operands, sum and the token that separates two of their uses.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : what a dataflow keeps in a PE, so that the PE itself only says total = sum + terms(act_i, weight_o).
//             Weight-stationary: the weight is double-buffered. The shadow weights of a column form a shift chain; the
//             active weight takes the shadow one when the token passes. The partial sum moves down.
//             Output-stationary: weights move down, the sum stays. The token marks the first products of a sum: the
//             sum starts from them, and what was there moves into the result register. The result registers of a
//             column form a shift chain.
// Latency   : act_o and swap_o follow by one cycle. Weight-stationary: weight_o changes in the cycle after swap_i,
//             psum_o follows total_i by one cycle. Output-stationary: wgt_o follows by one cycle; psum_o shows the
//             finished sum PIPELINE cycles after swap_i.
//             No reset: a token that is under way when the array is reset leaves it ahead of the first new one, which
//             sets every weight, or starts every sum, that is used afterwards.
// Handshake : none; shift_i enables the shift chain (shadow weights, or results), nothing else ever stalls. A result that
//             a token brings has precedence.
// Parameters:
//   ACT_W      width of all activations of a PE, >= 1
//   WGT_W      width of all weights of a PE, >= 1
//   PSUM_W     width of the sum, >= 1
//   PIPELINE   1: total_i holds the terms of this cycle's operands; 2: of those of the cycle before
//   SUM_STAYS  0: weight-stationary; 1: output-stationary
`default_nettype none

module pf_pe_regs #(
    parameter ACT_W     = 8,
    parameter WGT_W     = 8,
    parameter PSUM_W    = 19,
    parameter PIPELINE  = 1,
    parameter SUM_STAYS = 0
) (
    input  wire              clk_i,
    input  wire              swap_i,
    output wire              swap_o,
    input  wire [ACT_W-1:0]  act_i,
    output wire [ACT_W-1:0]  act_o,
    input  wire              shift_i,
    input  wire [WGT_W-1:0]  wgt_i,
    output wire [WGT_W-1:0]  wgt_o,
    input  wire [PSUM_W-1:0] psum_i,
    output wire [PSUM_W-1:0] psum_o,
    output wire [WGT_W-1:0]  weight_o,   // the weight of this cycle's products
    output wire [PSUM_W-1:0] sum_o,      // what they are added to
    input  wire [PSUM_W-1:0] total_i     // the sum with them
);

    reg              swap_q;
    reg [ACT_W-1:0]  act_q;
    reg [WGT_W-1:0]  shadow_q;
    reg [PSUM_W-1:0] psum_q;

    always @(posedge clk_i) begin
        swap_q <= swap_i;
        act_q  <= act_i;
    end
    assign swap_o = swap_q;
    assign act_o  = act_q;
    assign wgt_o  = shadow_q;
    assign psum_o = psum_q;

    generate
        if (SUM_STAYS != 0) begin : gen_sum_stays
            reg  [PSUM_W-1:0] sum_q;
            wire              first = (PIPELINE == 2) ? swap_q : swap_i;
            always @(posedge clk_i) begin
                shadow_q <= wgt_i;
                sum_q    <= total_i;
                if (first) psum_q <= sum_q;
                else if (shift_i) psum_q <= psum_i;
            end
            assign weight_o = wgt_i;
            assign sum_o    = sum_q & {PSUM_W{~first}};
        end else begin : gen_weight_stays
            reg [WGT_W-1:0] active_q;
            always @(posedge clk_i) begin
                if (shift_i) shadow_q <= wgt_i;
                if (swap_i) active_q <= shadow_q;
                psum_q <= total_i;
            end
            assign weight_o = active_q;
            assign sum_o    = psum_i;
        end
    endgenerate

endmodule

`default_nettype wire
