// Lookup controller of a lookup-table array: fetches index words, owns the table banks, and paces the accumulators.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : goes through the rows and tiles of each job, fetches the index word of each, and pairs it with the bank of
//             its tile. One bank is read while the other fills (ping-pong); a bank is free again when the last row of its
//             tile has been looked up.
// Latency   : a word is looked up in the cycle after its fetch at the earliest; table read and accumulator request
//             start in that cycle.
// Handshake : word_ready_i/fetch_o towards the index buffer; its output holds the word until the next fetch. hold_wgt_o
//             withholds the table stream while both banks are in use.
// Parameters:
//   ROWS_M   largest number of rows of a job, >= 1
//   TILES_W  width of the tile count, >= 1
`default_nettype none

module pf_lookup_ctrl #(
    parameter ROWS_M  = 256,
    parameter TILES_W = 8
) (
    input  wire                                           clk_i,
    input  wire                                           rst_ni,

    input  wire                                           job_start_i,
    input  wire [$clog2(ROWS_M+1)-1:0]                    job_m_i,
    input  wire [TILES_W-1:0]                             job_tiles_i,
    input  wire                                           job_relu_i,
    input  wire                                           job_keep_i,
    input  wire                                           job_reuse_i,

    input  wire                                           tile_loaded_i,
    output wire                                           hold_wgt_o,
    output wire                                           write_bank_o,

    input  wire                                           word_ready_i,
    output wire                                           fetch_o,
    output wire                                           fetch_start_o,   // the first word of a job
    output wire                                           fetch_keep_o,
    output wire                                           fetch_reuse_o,

    input  wire                                           row_ok_i,
    output wire                                           pop_o,           // the fetched word is looked up
    output wire                                           read_bank_o,
    output wire [((ROWS_M > 1) ? $clog2(ROWS_M) : 1)-1:0] row_o,
    output wire                                           first_o,         // of its job's first tile
    output wire                                           last_o,          // of its job's last tile
    output wire                                           tile_end_o,      // the last row of its tile
    output wire                                           relu_o
);

    localparam M_W    = $clog2(ROWS_M + 1);
    localparam ADDR_W = (ROWS_M > 1) ? $clog2(ROWS_M) : 1;
    localparam [M_W-1:0]     ONE_ROW  = {{(M_W-1){1'b0}}, 1'b1};
    localparam [TILES_W-1:0] ONE_TILE = {{(TILES_W-1){1'b0}}, 1'b1};

    // Jobs whose words are not all fetched: one in each bank, one that loads.
    wire               job_valid;
    wire               job_pop;
    wire [M_W-1:0]     m_end;
    wire [TILES_W-1:0] tiles_end;
    wire               relu;
    pf_fifo #(
        .WIDTH(M_W + TILES_W + 3),
        .DEPTH(3)
    ) u_jobs (
        .clk_i  (clk_i),
        .rst_ni (rst_ni),
        .push_i (job_start_i),
        .data_i ({job_m_i - ONE_ROW, job_tiles_i - ONE_TILE, job_relu_i, job_keep_i, job_reuse_i}),
        .valid_o(job_valid),
        .pop_i  (job_pop),
        .data_o ({m_end, tiles_end, relu, fetch_keep_o, fetch_reuse_o})
    );

    // Fetch.
    reg  [M_W-1:0]     fetch_row_q;
    reg  [TILES_W-1:0] fetch_tile_q;
    reg                valid_q;       // a word was fetched
    wire               first     = (fetch_tile_q == {TILES_W{1'b0}});
    wire               last      = (fetch_tile_q == tiles_end);
    wire               tile_end  = (fetch_row_q == m_end);
    wire               tile_next = fetch_o & tile_end;

    assign fetch_o       = job_valid & (word_ready_i | fetch_reuse_o) & (~valid_q | pop_o);
    assign fetch_start_o = first & (fetch_row_q == {M_W{1'b0}});
    assign job_pop       = tile_next & last;

    // Lookup.
    reg [1:0]        full_q;
    reg              write_bank_q;
    reg              read_bank_q;
    reg              hold_q;          // one cycle between two updates of the same row
    reg [ADDR_W-1:0] row_q;
    reg              first_q;
    reg              last_q;
    reg              tile_end_q;
    reg              relu_q;
    wire             tile_done = pop_o & tile_end_q;

    assign pop_o        = valid_q & full_q[read_bank_q] & row_ok_i & ~hold_q;
    assign hold_wgt_o   = full_q[write_bank_q];
    assign write_bank_o = write_bank_q;
    assign read_bank_o  = read_bank_q;
    assign row_o        = row_q;
    assign first_o      = first_q;
    assign last_o       = last_q;
    assign tile_end_o   = tile_end_q;
    assign relu_o       = relu_q;

    wire [1:0] set_full   = {tile_loaded_i & write_bank_q, tile_loaded_i & ~write_bank_q};
    wire [1:0] clear_full = {tile_done & read_bank_q, tile_done & ~read_bank_q};

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            fetch_row_q  <= {M_W{1'b0}};
            fetch_tile_q <= {TILES_W{1'b0}};
            valid_q      <= 1'b0;
            full_q       <= 2'b00;
            write_bank_q <= 1'b0;
            read_bank_q  <= 1'b0;
            hold_q       <= 1'b0;
        end else begin
            if (tile_next) fetch_row_q <= {M_W{1'b0}};
            else if (fetch_o) fetch_row_q <= fetch_row_q + ONE_ROW;

            if (job_pop) fetch_tile_q <= {TILES_W{1'b0}};
            else if (tile_next) fetch_tile_q <= fetch_tile_q + ONE_TILE;

            if (fetch_o) valid_q <= 1'b1;
            else if (pop_o) valid_q <= 1'b0;

            full_q <= (full_q | set_full) & ~clear_full;
            if (tile_loaded_i) write_bank_q <= ~write_bank_q;
            if (tile_done) read_bank_q <= ~read_bank_q;

            hold_q <= tile_done & (row_q == {ADDR_W{1'b0}});
        end
    end

    always @(posedge clk_i) begin
        if (fetch_o) begin
            row_q      <= fetch_row_q[ADDR_W-1:0];
            first_q    <= first;
            last_q     <= last;
            tile_end_q <= tile_end;
            relu_q     <= relu;
        end
    end

endmodule

`default_nettype wire
