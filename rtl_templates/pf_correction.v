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

    // Zeros below the offset's lowest one; ACC_W when nothing of it is left.
    function integer zeros(input [63:0] offset);
        integer place;
        begin
            zeros = ACC_W;
            for (place = ACC_W - 1; place >= 0; place = place - 1) begin
                if (offset[place]) zeros = place;
            end
        end
    endfunction

    localparam        LOW  = zeros(OFFSET);
    localparam [63:0] STEP = ~OFFSET + 64'd1;

    generate
        if (LOW == ACC_W) begin : gen_none
            wire unused_inputs = &{1'b0, clk_i, start_i, finish_i};
            assign correction_o = {ACC_W{1'b0}};
        end else begin : gen_sum
            reg [ACC_W-1:LOW] sum_q;
            reg [ACC_W-1:LOW] correction_q;
            always @(posedge clk_i) begin
                sum_q <= (sum_q & {(ACC_W-LOW){~start_i}}) + STEP[ACC_W-1:LOW];
                if (finish_i) correction_q <= sum_q;
            end
            if (LOW == 0) begin : gen_whole
                assign correction_o = correction_q;
            end else begin : gen_padded
                assign correction_o = {correction_q, {LOW{1'b0}}};
            end
        end
    endgenerate

endmodule

`default_nettype wire
