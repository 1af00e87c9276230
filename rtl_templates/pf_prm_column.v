// Parameters of one column: a link of the shadow chain and the active word.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : holds the word in use while the next one moves through the shadow chain.
// Latency   : one cycle per link while shift_i; take_i makes the shadow active in one cycle.
// Handshake : none; pf_prm_ctrl drives shift_i and take_i.
// Parameters:
//   W  width of a column's word, >= 1
`default_nettype none

module pf_prm_column #(
    parameter W = 49
) (
    input  wire         clk_i,
    input  wire         shift_i,
    input  wire [W-1:0] word_i,
    output wire [W-1:0] word_o,
    input  wire         take_i,
    output wire [W-1:0] active_o
);

    reg [W-1:0] shadow_q;
    reg [W-1:0] active_q;

    always @(posedge clk_i) begin
        if (shift_i) shadow_q <= word_i;
        if (take_i) active_q <= shadow_q;
    end

    assign word_o   = shadow_q;
    assign active_o = active_q;

endmodule

`default_nettype wire
