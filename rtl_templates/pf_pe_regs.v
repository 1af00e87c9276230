// Operand registers of a processing element.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : double-buffered weight, activation and swap token of a weight-stationary PE. The shadow weights of a
//             column form a shift chain; the active weight takes the shadow one when the token passes.
// Latency   : act_o and swap_o follow by one cycle. weight_o changes in the cycle after swap_i.
//             No reset: a token that is under way when the array is reset leaves it ahead of the first new one, which
//             sets every weight that is used afterwards.
// Handshake : none; wgt_shift_i enables the shadow register, nothing else ever stalls.
// Parameters:
//   ACT_W  width of all activations of a PE, >= 1
//   WGT_W  width of all weights of a PE, >= 1
`default_nettype none

module pf_pe_regs #(
    parameter ACT_W = 8,
    parameter WGT_W = 8
) (
    input  wire             clk_i,
    input  wire             swap_i,
    output wire             swap_o,
    input  wire [ACT_W-1:0] act_i,
    output wire [ACT_W-1:0] act_o,
    input  wire             wgt_shift_i,
    input  wire [WGT_W-1:0] wgt_i,
    output wire [WGT_W-1:0] wgt_o,
    output wire [WGT_W-1:0] weight_o
);

    reg             swap_q;
    reg [ACT_W-1:0] act_q;
    reg [WGT_W-1:0] shadow_q;
    reg [WGT_W-1:0] active_q;

    always @(posedge clk_i) begin
        swap_q <= swap_i;
        act_q  <= act_i;
        if (wgt_shift_i) shadow_q <= wgt_i;
        if (swap_i) active_q <= shadow_q;
    end

    assign swap_o   = swap_q;
    assign act_o    = act_q;
    assign wgt_o    = shadow_q;
    assign weight_o = active_q;

endmodule

`default_nettype wire
