// Control of the column parameters: counts the words of the shadow chain.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : lets COLS words, column COLS-1 first, into the chain of pf_prm_column shadows and stops when it is full.
// Latency   : full_o is high the cycle after the last word; take_i frees the chain in one cycle.
// Handshake : prm_valid_i/prm_ready_o; ready while the chain is not full. take_i only while full_o.
// Parameters:
//   COLS  columns, >= 1
`default_nettype none

module pf_prm_ctrl #(
    parameter COLS = 8
) (
    input  wire clk_i,
    input  wire rst_ni,
    input  wire prm_valid_i,
    output wire prm_ready_o,
    output wire shift_o,
    output wire full_o,
    input  wire take_i
);

    localparam COUNT_W = $clog2(COLS + 1);
    localparam [COUNT_W-1:0] ALL = COLS[COUNT_W-1:0];

    reg [COUNT_W-1:0] count_q;

    assign full_o      = (count_q == ALL);
    assign prm_ready_o = ~full_o;
    assign shift_o     = prm_valid_i & prm_ready_o;

    always @(posedge clk_i) begin
        if (!rst_ni) count_q <= {COUNT_W{1'b0}};
        else if (take_i) count_q <= {COUNT_W{1'b0}};
        else if (shift_o) count_q <= count_q + {{(COUNT_W-1){1'b0}}, 1'b1};
    end

endmodule

`default_nettype wire
