// Stand-in for pf_post_lane in the proof of pf_post's control: the multiplier and the encoder are cut out.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : same ports and registers with en_i; the code is {relu_i as seen by the third stage, lowest bits of acc_i}.
`default_nettype none

module pf_post_lane #(
    parameter ACC_W         = 2,
    parameter SCALE_W       = 1,
    parameter SHIFT_W       = 1,
    parameter HAS_BIAS      = 1,
    parameter HAS_RELU      = 1,
    parameter ROUND_NEAREST = 1,
    parameter Z_W           = 2,
    parameter OUT_W         = 2,
    parameter USE_DSP       = 0
) (
    input  wire               clk_i,
    input  wire               en_i,
    input  wire [ACC_W-1:0]   acc_i,
    input  wire [ACC_W-1:0]   bias_i,
    input  wire [SCALE_W-1:0] scale_i,
    input  wire [SHIFT_W-1:0] shift_i,
    input  wire               relu_i,
    output wire [OUT_W-1:0]   code_o
);

    reg [OUT_W-2:0] s1_q;
    reg [OUT_W-2:0] s2_q;
    reg [OUT_W-1:0] s3_q;
    reg [OUT_W-1:0] s4_q;
    always @(posedge clk_i) begin
        if (en_i) begin
            s1_q <= acc_i[OUT_W-2:0];
            s2_q <= s1_q;
            s3_q <= {relu_i, s2_q};
            s4_q <= s3_q;
        end
    end
    assign code_o = s4_q;

endmodule

`default_nettype wire
