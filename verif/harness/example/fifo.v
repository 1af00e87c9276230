// SPDX-License-Identifier: Apache-2.0
// FIFO of eight bytes. A write when full and a read when empty are ignored. data_o is the oldest
// byte while empty_o is 0. Latency: 1 cycle from write to read.
`default_nettype none
module fifo (
    input  wire       clk_i,
    input  wire       rst_ni,
    input  wire       write_i,
    input  wire [7:0] data_i,
    input  wire       read_i,
    output wire [7:0] data_o,
    output wire       full_o,
    output wire       empty_o
);
    reg [7:0] memory_q [0:7];
    reg [3:0] head_q;
    reg [3:0] tail_q;

    assign empty_o = head_q == tail_q;
    assign full_o  = head_q == {~tail_q[3], tail_q[2:0]};
    assign data_o  = memory_q[tail_q[2:0]];

    always @(posedge clk_i) begin
        if (write_i && !full_o) memory_q[head_q[2:0]] <= data_i;
        if (!rst_ni) begin
            head_q <= 4'd0;
            tail_q <= 4'd0;
        end else begin
            if (write_i && !full_o) head_q <= head_q + 4'd1;
            if (read_i && !empty_o) tail_q <= tail_q + 4'd1;
        end
    end
endmodule
`default_nettype wire
