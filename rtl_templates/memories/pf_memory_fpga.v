// Memory wrapper, body for FPGAs: inferred block RAM or LUT RAM.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the storage of rtl/ in a form that FPGA tools map to their RAM: registered read, no reset, no initial
//             contents. Small memories may become LUT RAM: ram_style is left to the tool.
// Latency   : read data one cycle after re_i, held until the next read.
// Collision : a read of the address that is written in the same cycle returns anything when EXACT is 0. No array does
//             that, and RAM without such a promise needs no logic around it.
// Handshake : none.
// Parameters:
//   WIDTH  word width, >= 1
//   DEPTH  number of words, >= 1
//   EXACT  1: such a read returns the old word; the tool adds a bypass where its RAM does not
`default_nettype none

module pf_memory #(
    parameter WIDTH = 32,
    parameter DEPTH = 256,
    parameter EXACT = 0
) (
    input  wire                                         clk_i,
    input  wire                                         we_i,
    input  wire [((DEPTH > 1) ? $clog2(DEPTH) : 1)-1:0] waddr_i,
    input  wire [WIDTH-1:0]                             wdata_i,
    input  wire                                         re_i,
    input  wire [((DEPTH > 1) ? $clog2(DEPTH) : 1)-1:0] raddr_i,
    output wire [WIDTH-1:0]                             rdata_o
);

    reg [WIDTH-1:0] rdata_q;

    generate
        if (EXACT != 0) begin : gen_exact
            (* ram_style = "auto" *) reg [WIDTH-1:0] mem_q [0:DEPTH-1];
            always @(posedge clk_i) begin
                if (we_i) mem_q[waddr_i] <= wdata_i;
            end
            always @(posedge clk_i) begin
                if (re_i) rdata_q <= mem_q[raddr_i];
            end
        end else begin : gen_plain
            (* ram_style = "auto", no_rw_check *) reg [WIDTH-1:0] mem_q [0:DEPTH-1];
            always @(posedge clk_i) begin
                if (we_i) mem_q[waddr_i] <= wdata_i;
            end
            always @(posedge clk_i) begin
                if (re_i) rdata_q <= mem_q[raddr_i];
            end
        end
    endgenerate

    assign rdata_o = rdata_q;

endmodule

`default_nettype wire
