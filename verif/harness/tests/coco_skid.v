// SPDX-License-Identifier: Apache-2.0
// AXI-Stream skid buffer: registered outputs and a registered ready. Latency: 1 cycle, full rate.
`default_nettype none
module coco_skid (
    input  wire        clk_i,
    input  wire        rst_ni,
    input  wire [31:0] s_tdata_i,
    input  wire [ 3:0] s_tkeep_i,
    input  wire        s_tlast_i,
    input  wire [ 1:0] s_tid_i,
    input  wire [ 2:0] s_tdest_i,
    input  wire [ 4:0] s_tuser_i,
    input  wire        s_tvalid_i,
    output wire        s_tready_o,
    output wire [31:0] m_tdata_o,
    output wire [ 3:0] m_tkeep_o,
    output wire        m_tlast_o,
    output wire [ 1:0] m_tid_o,
    output wire [ 2:0] m_tdest_o,
    output wire [ 4:0] m_tuser_o,
    output wire        m_tvalid_o,
    input  wire        m_tready_i
);
    wire [46:0] in = {s_tdata_i, s_tkeep_i, s_tlast_i, s_tid_i, s_tdest_i, s_tuser_i};

    reg [46:0] out_q;
    reg [46:0] skid_q;
    reg        out_valid_q;
    reg        skid_valid_q;

    wire out_free = !out_valid_q || m_tready_i;

    always @(posedge clk_i) begin
        if (out_free) out_q <= skid_valid_q ? skid_q : in;
        if (!skid_valid_q) skid_q <= in;
        if (!rst_ni) begin
            out_valid_q  <= 1'b0;
            skid_valid_q <= 1'b0;
        end else begin
            if (out_free) out_valid_q <= skid_valid_q || s_tvalid_i;
            skid_valid_q <= !out_free && (skid_valid_q || s_tvalid_i);
        end
    end

    assign s_tready_o = !skid_valid_q;
    assign m_tvalid_o = out_valid_q;
    assign {m_tdata_o, m_tkeep_o, m_tlast_o, m_tid_o, m_tdest_o, m_tuser_o} = out_q;
endmodule
`default_nettype wire
