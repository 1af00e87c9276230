// SPDX-License-Identifier: Apache-2.0
// Four 32-bit registers behind AXI4-Lite; other addresses answer SLVERR. Address and data of a
// write may come in any order.
`default_nettype none
module coco_regs (
    input  wire        clk_i,
    input  wire        rst_ni,
    input  wire        awvalid_i,
    output wire        awready_o,
    input  wire [ 7:0] awaddr_i,
    input  wire        wvalid_i,
    output wire        wready_o,
    input  wire [31:0] wdata_i,
    input  wire [ 3:0] wstrb_i,
    output wire        bvalid_o,
    input  wire        bready_i,
    output wire [ 1:0] bresp_o,
    input  wire        arvalid_i,
    output wire        arready_o,
    input  wire [ 7:0] araddr_i,
    output wire        rvalid_o,
    input  wire        rready_i,
    output wire [31:0] rdata_o,
    output wire [ 1:0] rresp_o
);
    reg [31:0] regs_q   [0:3];
    reg [ 7:0] awaddr_q;
    reg [31:0] wdata_q;
    reg [ 3:0] wstrb_q;
    reg        aw_q;
    reg        w_q;
    reg        bvalid_q;
    reg [ 1:0] bresp_q;
    reg        rvalid_q;
    reg [31:0] rdata_q;
    reg [ 1:0] rresp_q;

    assign awready_o = !aw_q;
    assign wready_o  = !w_q;
    assign bvalid_o  = bvalid_q;
    assign bresp_o   = bresp_q;
    assign arready_o = !rvalid_q;
    assign rvalid_o  = rvalid_q;
    assign rdata_o   = rdata_q;
    assign rresp_o   = rresp_q;

    wire write = aw_q && w_q && !bvalid_q;

    always @(posedge clk_i) begin
        if (awvalid_i && awready_o) awaddr_q <= awaddr_i;
        if (wvalid_i && wready_o) begin
            wdata_q <= wdata_i;
            wstrb_q <= wstrb_i;
        end
        if (arvalid_i && arready_o) begin
            rdata_q <= regs_q[araddr_i[3:2]];
            rresp_q <= araddr_i[7:4] == 4'd0 && araddr_i[1:0] == 2'd0 ? 2'b00 : 2'b10;
        end
        if (write) begin
            bresp_q <= awaddr_q[7:4] == 4'd0 && awaddr_q[1:0] == 2'd0 ? 2'b00 : 2'b10;
            if (awaddr_q[7:4] == 4'd0) begin
                if (wstrb_q[0]) regs_q[awaddr_q[3:2]][7:0] <= wdata_q[7:0];
                if (wstrb_q[1]) regs_q[awaddr_q[3:2]][15:8] <= wdata_q[15:8];
                if (wstrb_q[2]) regs_q[awaddr_q[3:2]][23:16] <= wdata_q[23:16];
                if (wstrb_q[3]) regs_q[awaddr_q[3:2]][31:24] <= wdata_q[31:24];
            end
        end
        if (!rst_ni) begin
            aw_q     <= 1'b0;
            w_q      <= 1'b0;
            bvalid_q <= 1'b0;
            rvalid_q <= 1'b0;
        end else begin
            aw_q     <= (aw_q || awvalid_i) && !write;
            w_q      <= (w_q || wvalid_i) && !write;
            bvalid_q <= write || (bvalid_q && !bready_i);
            rvalid_q <= (arvalid_i && arready_o) || (rvalid_q && !rready_i);
        end
    end
endmodule
`default_nettype wire
