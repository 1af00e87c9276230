// AXI4-Lite port: one write and one read at a time, as plain register accesses.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : takes address and data of a write in any order; gives each access to the registers for one cycle and their
//             answer back as OKAY or SLVERR. Reads and writes do not wait for each other.
// Latency   : an access two cycles after the last handshake of its address and data, its answer a cycle later.
// Handshake : the five channels of AXI4-Lite, every output a register. write_o and read_o are pulses; what the registers
//             answer (write_error_i, read_data_i, read_error_i) belongs to the same cycle.
// Parameters:
//   ADDR_W  bits of an address, >= 3
`default_nettype none

module pf_axi_lite #(
    parameter ADDR_W = 12
) (
    input  wire              aclk,
    input  wire              aresetn,

    input  wire              s_axil_awvalid,
    output wire              s_axil_awready,
    input  wire [ADDR_W-1:0] s_axil_awaddr,
    input  wire [2:0]        s_axil_awprot,
    input  wire              s_axil_wvalid,
    output wire              s_axil_wready,
    input  wire [31:0]       s_axil_wdata,
    input  wire [3:0]        s_axil_wstrb,
    output wire              s_axil_bvalid,
    input  wire              s_axil_bready,
    output wire [1:0]        s_axil_bresp,

    input  wire              s_axil_arvalid,
    output wire              s_axil_arready,
    input  wire [ADDR_W-1:0] s_axil_araddr,
    input  wire [2:0]        s_axil_arprot,
    output wire              s_axil_rvalid,
    input  wire              s_axil_rready,
    output wire [31:0]       s_axil_rdata,
    output wire [1:0]        s_axil_rresp,

    output wire              write_o,
    output wire [ADDR_W-3:0] write_word_o,    // address of a word
    output wire [31:0]       write_data_o,
    output wire [3:0]        write_strobe_o,  // a bit per byte
    input  wire              write_error_i,
    output wire              read_o,
    output wire [ADDR_W-3:0] read_word_o,
    input  wire [31:0]       read_data_i,
    input  wire              read_error_i
);

    // A read and a write have whole words: the byte in a word is told by the strobes. No access is privileged.
    wire unused = ^{s_axil_awaddr[1:0], s_axil_araddr[1:0], s_axil_awprot, s_axil_arprot};

    // Writes ----------------------------------------------------------------------------------------------------------
    reg              aw_ready_q;
    reg              aw_held_q;
    reg [ADDR_W-3:0] aw_word_q;
    reg              w_ready_q;
    reg              w_held_q;
    reg [31:0]       w_data_q;
    reg [3:0]        w_strobe_q;
    reg              b_valid_q;
    reg              b_error_q;

    wire aw_take = s_axil_awvalid & aw_ready_q;
    wire w_take  = s_axil_wvalid & w_ready_q;
    wire write   = aw_held_q & w_held_q & ~b_valid_q;
    wire aw_next = aw_take | (aw_held_q & ~write);
    wire w_next  = w_take | (w_held_q & ~write);

    always @(posedge aclk) begin
        if (!aresetn) begin
            aw_ready_q <= 1'b0;
            aw_held_q  <= 1'b0;
            w_ready_q  <= 1'b0;
            w_held_q   <= 1'b0;
            b_valid_q  <= 1'b0;
        end else begin
            aw_ready_q <= ~aw_next;
            aw_held_q  <= aw_next;
            w_ready_q  <= ~w_next;
            w_held_q   <= w_next;
            if (write) b_valid_q <= 1'b1;
            else if (s_axil_bready) b_valid_q <= 1'b0;
        end
    end

    always @(posedge aclk) begin
        if (aw_take) aw_word_q <= s_axil_awaddr[ADDR_W-1:2];
        if (w_take) begin
            w_data_q   <= s_axil_wdata;
            w_strobe_q <= s_axil_wstrb;
        end
        if (write) b_error_q <= write_error_i;
    end

    assign s_axil_awready = aw_ready_q;
    assign s_axil_wready  = w_ready_q;
    assign s_axil_bvalid  = b_valid_q;
    assign s_axil_bresp   = {b_error_q, 1'b0};
    assign write_o        = write;
    assign write_word_o   = aw_word_q;
    assign write_data_o   = w_data_q;
    assign write_strobe_o = w_strobe_q;

    // Reads -----------------------------------------------------------------------------------------------------------
    reg              ar_ready_q;
    reg              ar_held_q;
    reg [ADDR_W-3:0] ar_word_q;
    reg              r_valid_q;
    reg              r_error_q;
    reg [31:0]       r_data_q;

    wire ar_take = s_axil_arvalid & ar_ready_q;
    wire read    = ar_held_q & ~r_valid_q;
    wire ar_next = ar_take | (ar_held_q & ~read);

    always @(posedge aclk) begin
        if (!aresetn) begin
            ar_ready_q <= 1'b0;
            ar_held_q  <= 1'b0;
            r_valid_q  <= 1'b0;
        end else begin
            ar_ready_q <= ~ar_next;
            ar_held_q  <= ar_next;
            if (read) r_valid_q <= 1'b1;
            else if (s_axil_rready) r_valid_q <= 1'b0;
        end
    end

    always @(posedge aclk) begin
        if (ar_take) ar_word_q <= s_axil_araddr[ADDR_W-1:2];
        if (read) begin
            r_data_q  <= read_data_i;
            r_error_q <= read_error_i;
        end
    end

    assign s_axil_arready = ar_ready_q;
    assign s_axil_rvalid  = r_valid_q;
    assign s_axil_rdata   = r_data_q;
    assign s_axil_rresp   = {r_error_q, 1'b0};
    assign read_o         = read;
    assign read_word_o    = ar_word_q;

endmodule

`default_nettype wire
