// Properties of pf_axi_lite.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : against a model of one access under way in each direction: an access happens once, with the address and data
//             that were taken last, and when its answer has room; the answer is what the registers said; answers stay until
//             they are taken; no second address or data is taken before the access.
// Assumes   : nothing: a master may withdraw what it shows.
// Probes    : x_* are the DUT's registers; only the induction invariants read them.
`default_nettype none

module pf_axi_lite_formal #(
    parameter ADDR_W = 4,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire              clk_i,
    input wire              rst_ni,
    input wire              awvalid_i,
    input wire [ADDR_W-1:0] awaddr_i,
    input wire              wvalid_i,
    input wire [31:0]       wdata_i,
    input wire [3:0]        wstrb_i,
    input wire              bready_i,
    input wire              arvalid_i,
    input wire [ADDR_W-1:0] araddr_i,
    input wire              rready_i,
    input wire              write_error_i,
    input wire [31:0]       read_data_i,
    input wire              read_error_i
);

    wire              awready;
    wire              wready;
    wire              bvalid;
    wire [1:0]        bresp;
    wire              arready;
    wire              rvalid;
    wire [31:0]       rdata;
    wire [1:0]        rresp;
    wire              write;
    wire [ADDR_W-3:0] write_word;
    wire [31:0]       write_data;
    wire [3:0]        write_strobe;
    wire              read;
    wire [ADDR_W-3:0] read_word;
    pf_axi_lite #(.ADDR_W(ADDR_W)) u_dut (
        .aclk          (clk_i),
        .aresetn       (rst_ni),
        .s_axil_awvalid(awvalid_i),
        .s_axil_awready(awready),
        .s_axil_awaddr (awaddr_i),
        .s_axil_awprot (3'd0),
        .s_axil_wvalid (wvalid_i),
        .s_axil_wready (wready),
        .s_axil_wdata  (wdata_i),
        .s_axil_wstrb  (wstrb_i),
        .s_axil_bvalid (bvalid),
        .s_axil_bready (bready_i),
        .s_axil_bresp  (bresp),
        .s_axil_arvalid(arvalid_i),
        .s_axil_arready(arready),
        .s_axil_araddr (araddr_i),
        .s_axil_arprot (3'd0),
        .s_axil_rvalid (rvalid),
        .s_axil_rready (rready_i),
        .s_axil_rdata  (rdata),
        .s_axil_rresp  (rresp),
        .write_o       (write),
        .write_word_o  (write_word),
        .write_data_o  (write_data),
        .write_strobe_o(write_strobe),
        .write_error_i (write_error_i),
        .read_o        (read),
        .read_word_o   (read_word),
        .read_data_i   (read_data_i),
        .read_error_i  (read_error_i)
    );

    wire x_aw_held;
    wire x_w_held;
    wire x_ar_held;
    wire x_aw_ready;
    wire x_w_ready;
    wire x_ar_ready;

    reg              past_q = 1'b0;
    reg              aw_q;        // an address was taken, its access has not happened
    reg [ADDR_W-3:0] aw_word_q;
    reg              w_q;
    reg [35:0]       w_data_q;
    reg              b_q;         // an access happened, its answer was not taken
    reg              b_error_q;
    reg              ar_q;
    reg [ADDR_W-3:0] ar_word_q;
    reg              r_q;
    reg [32:0]       r_data_q;
    reg [1:0]        writes_q;    // answered, up to three
    reg [1:0]        reads_q;
    reg              data_first_q;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni) begin
            aw_q         <= 1'b0;
            w_q          <= 1'b0;
            b_q          <= 1'b0;
            ar_q         <= 1'b0;
            r_q          <= 1'b0;
            writes_q     <= 2'd0;
            reads_q      <= 2'd0;
            data_first_q <= 1'b0;
        end else begin
            if (awvalid_i & awready) aw_q <= 1'b1;
            else if (write) aw_q <= 1'b0;
            if (wvalid_i & wready) w_q <= 1'b1;
            else if (write) w_q <= 1'b0;
            if (write) b_q <= 1'b1;
            else if (bready_i) b_q <= 1'b0;
            if (arvalid_i & arready) ar_q <= 1'b1;
            else if (read) ar_q <= 1'b0;
            if (read) r_q <= 1'b1;
            else if (rready_i) r_q <= 1'b0;
            if (bvalid & bready_i & writes_q != 2'd3) writes_q <= writes_q + 2'd1;
            if (rvalid & rready_i & reads_q != 2'd3) reads_q <= reads_q + 2'd1;
            if (w_q & ~aw_q & awvalid_i & awready) data_first_q <= 1'b1;
        end
        if (awvalid_i & awready) aw_word_q <= awaddr_i[ADDR_W-1:2];
        if (wvalid_i & wready) w_data_q <= {wstrb_i, wdata_i};
        if (write) b_error_q <= write_error_i;
        if (arvalid_i & arready) ar_word_q <= araddr_i[ADDR_W-1:2];
        if (read) r_data_q <= {read_error_i, read_data_i};
    end

    always @* if (!past_q) assume (!rst_ni);

    always @* if (past_q) begin
        assert (write == (aw_q && w_q && !b_q));
        if (write) assert (write_word == aw_word_q && {write_strobe, write_data} == w_data_q);
        assert (bvalid == b_q);
        if (bvalid) assert (bresp == {b_error_q, 1'b0});
        if (awready) assert (!aw_q);
        if (wready) assert (!w_q);
        assert (read == (ar_q && !r_q));
        if (read) assert (read_word == ar_word_q);
        assert (rvalid == r_q);
        if (rvalid) assert ({rresp, rdata} == {r_data_q[32], 1'b0, r_data_q[31:0]});
        if (arready) assert (!ar_q);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (x_aw_held == aw_q && x_w_held == w_q && x_ar_held == ar_q);
        assert (!(x_aw_ready && aw_q) && !(x_w_ready && w_q) && !(x_ar_ready && ar_q));
        if (aw_q) assert (write_word == aw_word_q);
        if (w_q) assert ({write_strobe, write_data} == w_data_q);
        if (ar_q) assert (read_word == ar_word_q);
    end

    always @* begin
        cover (past_q && rst_ni && writes_q == 2'd3 && data_first_q && bvalid && bresp == 2'b10);
        cover (past_q && rst_ni && reads_q == 2'd3 && rvalid && rresp == 2'b00);
        cover (past_q && rst_ni && write && read);
    end

endmodule

`default_nettype wire
