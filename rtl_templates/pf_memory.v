// Memory wrapper: one read and one write port. This body is for simulation and for memories of flip-flops.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : storage behind one interface; synthesis flows treat it as a black box and count its bits. `peforge generate`
//             writes other bodies of the same module into memories/: latch, fpga, macro.
// Latency   : read data one cycle after re_i, held until the next read.
// Collision : a read of the address that is written in the same cycle returns the old word. No array reads a word in the
//             cycle of its write, so a body may return anything then.
// Handshake : none.
// Parameters:
//   WIDTH  word width, >= 1
//   DEPTH  number of words, >= 1
`default_nettype none

module pf_memory #(
    parameter WIDTH = 32,
    parameter DEPTH = 256
) (
    input  wire                                         clk_i,
    input  wire                                         we_i,
    input  wire [((DEPTH > 1) ? $clog2(DEPTH) : 1)-1:0] waddr_i,
    input  wire [WIDTH-1:0]                             wdata_i,
    input  wire                                         re_i,
    input  wire [((DEPTH > 1) ? $clog2(DEPTH) : 1)-1:0] raddr_i,
    output wire [WIDTH-1:0]                             rdata_o
);

    reg [WIDTH-1:0] mem_q [0:DEPTH-1];
    reg [WIDTH-1:0] rdata_q;

    always @(posedge clk_i) begin
        if (we_i) mem_q[waddr_i] <= wdata_i;
        if (re_i) rdata_q <= mem_q[raddr_i];
    end

    assign rdata_o = rdata_q;

endmodule

`default_nettype wire
