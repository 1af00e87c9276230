// Memory wrapper, body of latches: for ASIC flows of one clock edge.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the storage of rtl/ in latches. Data to be written is registered at the rising edge and passes into its word
//             in the high phase behind it; the word closes at the falling edge, while the data stands still. A read that is
//             sampled at the next rising edge sees it. No clock-gating cell is needed.
// Use       : ASICs whose timing analysis knows latches and gated enables; everything is launched and sampled at rising
//             edges. The data register has half a cycle to reach the words. Latches are not in a scan chain. Not for FPGAs.
// Latency   : read data one cycle after re_i, held until the next read.
// Collision : a read of the address that is written in the same cycle returns the old word in hardware, in simulation
//             anything. No array does that.
// Handshake : none.
// Parameters:
//   WIDTH  word width, >= 1
//   DEPTH  number of words, 1..1024; more stop elaboration: use macros
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

    localparam ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1;
    localparam TREE_W = (DEPTH > 1024) ? 1 : ADDR_W;  // too many words end in a name, not in an endless loop

    reg [WIDTH-1:0] wdata_q;
    reg [WIDTH-1:0] rdata_q;

    always @(posedge clk_i) begin
        if (we_i) wdata_q <= wdata_i;
    end

    // A tree of selects: level l has 2^(TREE_W-l) words, chosen by the address bits below l.
    genvar i, l;
    generate
        if (DEPTH > 1024) begin : gen_too_deep
            error_memory_of_latches_has_more_than_1024_words u_error ();
        end
        for (l = 0; l <= TREE_W; l = l + 1) begin : gen_level
            for (i = 0; i < (1 << (TREE_W-l)); i = i + 1) begin : gen_node
                wire [WIDTH-1:0] word;
                if (l > 0) begin : gen_select
                    assign word = raddr_i[l-1] ? gen_level[l-1].gen_node[2*i+1].word : gen_level[l-1].gen_node[2*i].word;
                end else if (i < DEPTH) begin : gen_latches
                    localparam [ADDR_W-1:0] PLACE = i;
                    pf_memory_word #(
                        .WIDTH(WIDTH)
                    ) u_word (
                        .clk_i (clk_i),
                        .en_i  (we_i & (waddr_i == PLACE)),
                        .data_i(wdata_q),
                        .data_o(word)
                    );
                end else begin : gen_nothing
                    assign word = {WIDTH{1'b0}};
                end
            end
        end
    endgenerate

    always @(posedge clk_i) begin
        if (re_i) rdata_q <= gen_level[TREE_W].gen_node[0].word;
    end

    assign rdata_o = rdata_q;

endmodule

`default_nettype wire
