// Lookup controller: pops indices, owns the table banks, and paces the accumulators.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : pairs each index with the bank of its subspace. One bank is read while the other fills (ping-pong); a bank
//             is free again when the last row of its subspace has been looked up.
// Latency   : an index may be popped in the cycle after its push; table read and accumulator request start in that
//             cycle.
// Handshake : index_valid_i/pop_o; hold_wgt_o withholds the table stream while both banks are in use.
// Parameters:
//   CENTROIDS  table rows of a bank, >= 2
//   INDEX_W    index width, ceil(log2 CENTROIDS)
//   ROWS_M     largest number of rows of a job, >= 1
`default_nettype none

module pf_lookup_ctrl #(
    parameter CENTROIDS = 16,
    parameter INDEX_W   = 4,
    parameter ROWS_M    = 256
) (
    input  wire                                                    clk_i,
    input  wire                                                    rst_ni,

    input  wire                                                    wgt_fire_i,
    output wire                                                    hold_wgt_o,
    output wire [INDEX_W:0]                                        table_waddr_o,   // bank, row; the last row comes first

    input  wire                                                    index_valid_i,
    input  wire [INDEX_W-1:0]                                      index_i,
    input  wire                                                    tile_end_i,
    output wire                                                    pop_o,
    output wire [INDEX_W:0]                                        table_raddr_o,
    output wire [((ROWS_M > 1) ? $clog2(ROWS_M) : 1)-1:0]          row_o,
    input  wire                                                    row_ok_i
);

    localparam ADDR_W = (ROWS_M > 1) ? $clog2(ROWS_M) : 1;
    localparam [INDEX_W-1:0] TOP_ROW = CENTROIDS[INDEX_W-1:0] - {{(INDEX_W-1){1'b0}}, 1'b1};

    reg [1:0]         full_q;
    reg               wr_bank_q;
    reg               rd_bank_q;
    reg [INDEX_W-1:0] wr_row_q;
    reg [ADDR_W-1:0]  row_q;
    reg               hold_q;   // one cycle between two updates of the same row

    wire bank_done = wgt_fire_i & (wr_row_q == {INDEX_W{1'b0}});
    wire tile_done = pop_o & tile_end_i;

    assign hold_wgt_o    = full_q[wr_bank_q];
    assign table_waddr_o = {wr_bank_q, wr_row_q};
    assign pop_o         = index_valid_i & full_q[rd_bank_q] & row_ok_i & ~hold_q;
    assign table_raddr_o = {rd_bank_q, index_i};
    assign row_o         = row_q;

    wire [1:0] set_full   = {bank_done & wr_bank_q, bank_done & ~wr_bank_q};
    wire [1:0] clear_full = {tile_done & rd_bank_q, tile_done & ~rd_bank_q};

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            full_q    <= 2'b00;
            wr_bank_q <= 1'b0;
            rd_bank_q <= 1'b0;
            wr_row_q  <= TOP_ROW;
            row_q     <= {ADDR_W{1'b0}};
            hold_q    <= 1'b0;
        end else begin
            full_q <= (full_q | set_full) & ~clear_full;
            if (bank_done) wr_bank_q <= ~wr_bank_q;
            if (tile_done) rd_bank_q <= ~rd_bank_q;

            if (bank_done) wr_row_q <= TOP_ROW;
            else if (wgt_fire_i) wr_row_q <= wr_row_q - {{(INDEX_W-1){1'b0}}, 1'b1};

            if (tile_done) row_q <= {ADDR_W{1'b0}};
            else if (pop_o) row_q <= row_q + {{(ADDR_W-1){1'b0}}, 1'b1};

            hold_q <= tile_done & (row_q == {ADDR_W{1'b0}});
        end
    end

endmodule

`default_nettype wire
