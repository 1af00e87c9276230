// Correction: the constant that the sums of an output-stationary array have gained.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : every PE adds OFFSET too much in each cycle of a sum, idle ones included, and all PEs have the same number
//             of cycles. correction_o is what a finished sum needs added, modulo 2^ACC_W.
// Latency   : the correction of a sum is there in the cycle after finish_i and stays until the next one.
// Handshake : none; start_i and finish_i accompany the operands that enter the array: start_i the first ones of a sum,
//             finish_i those behind its last.
// Parameters:
//   ACC_W   width of a sum, >= 1
//   OFFSET  what a PE adds too much in a cycle, unsigned
`default_nettype none

module pf_correction #(
    parameter         ACC_W  = 28,
    parameter [63:0]  OFFSET = 64'd21760
) (
    input  wire             clk_i,
    input  wire             start_i,
    input  wire             finish_i,
    output wire [ACC_W-1:0] correction_o
);

    localparam [63:0] STEP = ~OFFSET + 64'd1;

    reg [ACC_W-1:0] sum_q;
    reg [ACC_W-1:0] correction_q;

    always @(posedge clk_i) begin
        sum_q <= (sum_q & {ACC_W{~start_i}}) + STEP[ACC_W-1:0];
        if (finish_i) correction_q <= sum_q;
    end
    assign correction_o = correction_q;

endmodule

`default_nettype wire
