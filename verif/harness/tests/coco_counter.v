// SPDX-License-Identifier: Apache-2.0
// Counter with enable, a comparison, a divided clock, and a wide register: the harness's own test
// object. Latency: 1 cycle. Handshake: none.
`default_nettype none
module coco_counter (
    input  wire         clk_i,
    input  wire         rst_ni,
    input  wire         en_i,
    input  wire [  7:0] limit_i,
    input  wire [ 99:0] wide_i,
    output wire [ 31:0] count_o,
    output wire         below_o,
    output wire         half_clk_o,
    output wire [ 99:0] wide_o
);
    reg [31:0] count_q;
    reg        half_q;
    reg [99:0] wide_q;

    always @(posedge clk_i) begin
        wide_q <= wide_i;
        if (!rst_ni) begin
            count_q <= 32'd0;
            half_q  <= 1'b0;
        end else begin
            if (en_i) count_q <= count_q + 32'd1;
            half_q <= ~half_q;
        end
    end

    assign count_o    = count_q;
    assign below_o    = count_q < {24'd0, limit_i};
    assign half_clk_o = half_q;
    assign wide_o     = wide_q;
endmodule
`default_nettype wire
