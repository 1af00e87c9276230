// FIFO: first-word fall-through, for a source that never overfills it.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : decouples two stages; the source keeps credits, so there is no ready.
// Latency   : a word pushed in one cycle can be popped in the next.
// Handshake : push_i; valid_o/pop_i. Pushing into a full FIFO or popping an empty one is not allowed.
// Parameters:
//   WIDTH  word width, >= 1
//   DEPTH  words, >= 2
`default_nettype none

module pf_fifo #(
    parameter WIDTH = 8,
    parameter DEPTH = 20
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             push_i,
    input  wire [WIDTH-1:0] data_i,
    output wire             valid_o,
    input  wire             pop_i,
    output wire [WIDTH-1:0] data_o
);

    localparam PTR_W   = $clog2(DEPTH);
    localparam COUNT_W = $clog2(DEPTH + 1);
    localparam [PTR_W-1:0]   LAST = DEPTH[PTR_W-1:0] - {{(PTR_W-1){1'b0}}, 1'b1};
    localparam [COUNT_W-1:0] ONE  = {{(COUNT_W-1){1'b0}}, 1'b1};

    reg [WIDTH-1:0]   mem_q [0:DEPTH-1];
    reg [PTR_W-1:0]   wr_q;
    reg [PTR_W-1:0]   rd_q;
    reg [COUNT_W-1:0] count_q;

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            wr_q    <= {PTR_W{1'b0}};
            rd_q    <= {PTR_W{1'b0}};
            count_q <= {COUNT_W{1'b0}};
        end else begin
            if (push_i) wr_q <= (wr_q == LAST) ? {PTR_W{1'b0}} : wr_q + {{(PTR_W-1){1'b0}}, 1'b1};
            if (pop_i) rd_q <= (rd_q == LAST) ? {PTR_W{1'b0}} : rd_q + {{(PTR_W-1){1'b0}}, 1'b1};
            if (push_i & ~pop_i) count_q <= count_q + ONE;
            else if (pop_i & ~push_i) count_q <= count_q - ONE;
        end
    end

    always @(posedge clk_i) if (push_i) mem_q[wr_q] <= data_i;

    assign valid_o = (count_q != {COUNT_W{1'b0}});
    assign data_o  = mem_q[rd_q];

endmodule

`default_nettype wire
