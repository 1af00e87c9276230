// Properties of pf_lookup_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the table of tile n is written to bank n mod 2, last row first, and read there by the lookups of tile n and
//             no other; a bank is not written while lookups still need it; rows count up; two updates of one row are not
//             in adjacent cycles; an index is popped as soon as all that holds.
// Assumes   : no table beat while hold_wgt_o (pf_tile_ctrl); tile_end_i marks the last of at most ROWS_M rows.
// Probes    : x_* are the DUT's registers, for the induction invariants.
`default_nettype none

module pf_lookup_ctrl_formal #(
    parameter CENTROIDS = 3,
    parameter INDEX_W   = 2,
    parameter ROWS_M    = 3,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire               clk_i,
    input wire               rst_ni,
    input wire               wgt_fire_i,
    input wire               index_valid_i,
    input wire [INDEX_W-1:0] index_i,
    input wire               tile_end_i,
    input wire               row_ok_i
);

    localparam ADDR_W = (ROWS_M > 1) ? $clog2(ROWS_M) : 1;
    wire             hold_wgt;
    wire [INDEX_W:0] waddr;
    wire [INDEX_W:0] raddr;
    wire             pop;
    wire [ADDR_W-1:0] row;
    pf_lookup_ctrl #(
        .CENTROIDS(CENTROIDS),
        .INDEX_W  (INDEX_W),
        .ROWS_M   (ROWS_M)
    ) u_dut (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .wgt_fire_i   (wgt_fire_i),
        .hold_wgt_o   (hold_wgt),
        .table_waddr_o(waddr),
        .index_valid_i(index_valid_i),
        .index_i      (index_i),
        .tile_end_i   (tile_end_i),
        .pop_o        (pop),
        .table_raddr_o(raddr),
        .row_o        (row),
        .row_ok_i     (row_ok_i)
    );
    wire [1:0]         x_full;
    wire               x_wr_bank;
    wire               x_rd_bank;
    wire [INDEX_W-1:0] x_wr_row;
    wire               x_hold;

    reg       past_q = 1'b0;
    reg [1:0] ready_q;        // tables loaded and not finished
    reg       loads_q;        // tables loaded, modulo 2
    reg       frees_q;        // tables finished, modulo 2
    reg [7:0] beat_q;
    reg [7:0] row_q;
    reg       popped_q;
    reg [7:0] popped_row_q;
    reg       short_q;        // the cycle before popped the only row of a tile
    reg [3:0] tiles_q;
    wire      load = wgt_fire_i & (beat_q == CENTROIDS - 1);
    wire      free = pop & tile_end_i;

    always @(posedge clk_i) begin
        past_q       <= 1'b1;
        popped_row_q <= row_q;
        if (!rst_ni) begin
            ready_q  <= 2'd0;
            loads_q  <= 1'b0;
            frees_q  <= 1'b0;
            beat_q   <= 8'd0;
            row_q    <= 8'd0;
            popped_q <= 1'b0;
            short_q  <= 1'b0;
            tiles_q  <= 4'd0;
        end else begin
            ready_q <= ready_q + {1'b0, load} - {1'b0, free};
            loads_q <= loads_q ^ load;
            frees_q <= frees_q ^ free;
            if (wgt_fire_i) beat_q <= load ? 8'd0 : beat_q + 8'd1;
            if (pop) row_q <= tile_end_i ? 8'd0 : row_q + 8'd1;
            popped_q <= pop;
            short_q  <= free & (row_q == 8'd0);
            if (free && tiles_q != 4'd15) tiles_q <= tiles_q + 4'd1;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q) assume (!(wgt_fire_i && hold_wgt));
        if (row_q >= ROWS_M - 1) assume (tile_end_i);
        if (index_valid_i) assume (index_i < CENTROIDS);
    end

    always @* if (past_q) begin
        // Banks.
        assert (hold_wgt == (ready_q == 2'd2));
        assert (waddr == {loads_q, CENTROIDS[INDEX_W-1:0] - 1'b1 - beat_q[INDEX_W-1:0]});
        assert (raddr == {frees_q, index_i});
        if (pop) assert (ready_q != 2'd0);
        if (pop && wgt_fire_i) assert (waddr[INDEX_W] != raddr[INDEX_W]);
        // Lookups.
        assert (row == row_q);
        if (pop) assert (index_valid_i && row_ok_i);
        if (pop && popped_q) assert (row_q != popped_row_q);
        if (index_valid_i && row_ok_i && ready_q != 2'd0 && !short_q) assert (pop);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (ready_q <= 2'd2 && beat_q < CENTROIDS && row_q < ROWS_M);
        assert (x_wr_bank == loads_q && x_rd_bank == frees_q && x_hold == short_q);
        assert (x_wr_row == CENTROIDS - 1 - beat_q);
        assert (x_full[frees_q] == (ready_q != 2'd0) && x_full[~frees_q] == (ready_q == 2'd2));
        assert ((loads_q ^ frees_q) == ready_q[0]);
        if (popped_q && row_q == popped_row_q) assert (short_q);
        if (short_q) assert (popped_q && popped_row_q == 8'd0 && row_q == 8'd0);
        if (popped_q && row_q != 8'd0) assert (row_q == popped_row_q + 8'd1);
    end

    always @* begin
        cover (past_q && rst_ni && tiles_q == 4'd2 && free && row_q == ROWS_M - 1);
        cover (past_q && rst_ni && ready_q == 2'd2 && pop && tile_end_i);
        cover (past_q && rst_ni && pop && wgt_fire_i);
    end

endmodule

`default_nettype wire
