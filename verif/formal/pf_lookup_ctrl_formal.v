// Properties of pf_lookup_ctrl behind pf_load_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : against a queue of the accepted jobs: the words of every row of every tile are fetched once and in order, with
//             their job's flags, and looked up in the same order; tile n is written to bank n mod 2 and read there; no beat
//             enters a full bank, none is read that is not, and a bank is free again behind the last row of its tile;
//             two lookups of one row are at least two cycles apart; a word is fetched and looked up as soon as all that
//             allows; never more than three jobs are accepted and not looked up.
// Assumes   : nothing but the reset of the first cycle; words are ready, rows allowed and shadow registers free at will.
// Probes    : x_* are the DUT's registers and the loader's tiles, for the induction invariants.
`default_nettype none

module pf_lookup_ctrl_formal #(
    parameter CENTROIDS  = 2,
    parameter IMMS       = 1,
    parameter ROWS_M     = 2,
    parameter TILES_W    = 2,
    parameter KEPT_TILES = 2,
    parameter INDUCTION  = 1    // 0: without the invariants
) (
    input wire                        clk_i,
    input wire                        rst_ni,
    input wire                        job_valid_i,
    input wire [$clog2(ROWS_M+1)-1:0] job_m_i,
    input wire [TILES_W-1:0]          job_tiles_i,
    input wire                        job_relu_i,
    input wire                        job_keep_i,
    input wire                        job_reuse_i,
    input wire                        wgt_valid_i,
    input wire                        shadow_free_i,
    input wire                        word_ready_i,
    input wire                        row_ok_i
);

    localparam M_W    = $clog2(ROWS_M + 1);
    localparam ADDR_W = (ROWS_M > 1) ? $clog2(ROWS_M) : 1;
    localparam FIFO_W = M_W + TILES_W + 3;
    localparam JOB_W  = 19;    // {rows, tiles, relu, keep, reuse}

    wire              job_ready;
    wire              job_start;
    wire              wgt_ready;
    wire              wgt_fire;
    wire              tile_loaded;
    wire              hold_wgt;
    wire              write_bank;
    wire              fetch;
    wire              fetch_start;
    wire              fetch_keep;
    wire              fetch_reuse;
    wire              pop;
    wire              read_bank;
    wire [ADDR_W-1:0] row;
    wire              first;
    wire              last;
    wire              tile_end;
    wire              relu;
    wire [IMMS+1+$clog2(CENTROIDS):0] unused_load;
    wire              unused_error;
    pf_load_ctrl #(
        .CENTROIDS (CENTROIDS),
        .CCUS      (1),
        .IMMS      (IMMS),
        .ROWS_M    (ROWS_M),
        .TILES_W   (TILES_W),
        .KEPT_TILES(KEPT_TILES)
    ) u_load (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .job_valid_i  (job_valid_i),
        .job_ready_o  (job_ready),
        .job_m_i      (job_m_i),
        .job_tiles_i  (job_tiles_i),
        .job_keep_i   (job_keep_i),
        .job_reuse_i  (job_reuse_i),
        .job_start_o  (job_start),
        .wgt_valid_i  (wgt_valid_i),
        .wgt_ready_o  (wgt_ready),
        .wgt_last_i   (1'b0),
        .wgt_fire_o   (wgt_fire),
        .encode_o     (unused_load[0]),
        .entry_o      (unused_load[1 +: $clog2(CENTROIDS)]),
        .imm_o        (unused_load[1+$clog2(CENTROIDS) +: IMMS]),
        .ccu_o        (unused_load[IMMS+1+$clog2(CENTROIDS)]),
        .pass_loaded_o(),
        .tile_loaded_o(tile_loaded),
        .bank_full_i  (hold_wgt),
        .shadow_free_i(shadow_free_i),
        .error_o      (unused_error)
    );
    wire keep  = job_keep_i & (KEPT_TILES != 0);
    wire reuse = job_reuse_i & (KEPT_TILES != 0);
    pf_lookup_ctrl #(
        .ROWS_M (ROWS_M),
        .TILES_W(TILES_W)
    ) u_dut (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .job_start_i  (job_start),
        .job_m_i      (job_m_i),
        .job_tiles_i  (job_tiles_i),
        .job_relu_i   (job_relu_i),
        .job_keep_i   (keep),
        .job_reuse_i  (reuse),
        .tile_loaded_i(tile_loaded),
        .hold_wgt_o   (hold_wgt),
        .write_bank_o (write_bank),
        .word_ready_i (word_ready_i),
        .fetch_o      (fetch),
        .fetch_start_o(fetch_start),
        .fetch_keep_o (fetch_keep),
        .fetch_reuse_o(fetch_reuse),
        .row_ok_i     (row_ok_i),
        .pop_o        (pop),
        .read_bank_o  (read_bank),
        .row_o        (row),
        .first_o      (first),
        .last_o       (last),
        .tile_end_o   (tile_end),
        .relu_o       (relu)
    );
    wire [TILES_W-1:0] x_left;
    wire [M_W-1:0]     x_fetch_row;
    wire [TILES_W-1:0] x_fetch_tile;
    wire               x_valid;
    wire [1:0]         x_full;
    wire               x_write_bank;
    wire               x_read_bank;
    wire               x_hold;
    wire [1:0]         x_wr;
    wire [1:0]         x_rd;
    wire [1:0]         x_count;
    wire [FIFO_W-1:0]  x_word0;
    wire [FIFO_W-1:0]  x_word1;
    wire [FIFO_W-1:0]  x_word2;

    // Model ------------------------------------------------------------------------------------------------------------
    reg             past_q = 1'b0;
    reg [1:0]       jobs_q;          // whose words are not all fetched, the oldest in the lowest bits
    reg [3*JOB_W-1:0] queue_q;
    reg [7:0]       row_q;           // of the next word
    reg [7:0]       tile_q;
    reg             held_q;          // a word was fetched and not looked up
    reg [7:0]       its_row_q;
    reg             its_first_q, its_last_q, its_end_q, its_relu_q;
    reg [1:0]       full_q;          // tiles loaded and not finished
    reg             loads_q, ends_q; // such tiles so far, modulo 2
    reg             popped_q;        // in the cycle before
    reg             popped_end_q;
    reg [7:0]       popped_row_q;
    reg [1:0]       waiting_q;       // jobs accepted and not looked up
    reg [2:0]       finished_q;      // jobs, for the covers

    wire [7:0] head_m     = queue_q[11 +: 8];
    wire [7:0] head_tiles = queue_q[3 +: 8];
    wire       last_row   = (row_q == head_m - 8'd1);
    wire       last_tile  = (tile_q == head_tiles - 8'd1);
    wire       job_over   = fetch & last_row & last_tile;
    wire       tile_over  = pop & its_end_q;
    wire       looked_up  = tile_over & its_last_q;
    wire       short      = popped_q & popped_end_q & (popped_row_q == 8'd0);
    wire [JOB_W-1:0] job  = {{(8-M_W){1'b0}}, job_m_i, {(8-TILES_W){1'b0}}, job_tiles_i, job_relu_i, keep, reuse};
    wire [1:0] left       = jobs_q - {1'b0, job_over};

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni) begin
            jobs_q     <= 2'd0;
            row_q      <= 8'd0;
            tile_q     <= 8'd0;
            held_q     <= 1'b0;
            full_q     <= 2'd0;
            loads_q    <= 1'b0;
            ends_q     <= 1'b0;
            popped_q   <= 1'b0;
            waiting_q  <= 2'd0;
            finished_q <= 3'd0;
        end else begin
            jobs_q <= left + {1'b0, job_start};
            if (job_over) queue_q[2*JOB_W-1:0] <= queue_q[3*JOB_W-1:JOB_W];
            if (job_start) queue_q[left*JOB_W +: JOB_W] <= job;
            if (fetch) row_q <= last_row ? 8'd0 : row_q + 8'd1;
            if (fetch & last_row) tile_q <= last_tile ? 8'd0 : tile_q + 8'd1;
            held_q    <= fetch | (held_q & ~pop);
            full_q    <= full_q + {1'b0, tile_loaded} - {1'b0, tile_over};
            loads_q   <= loads_q ^ tile_loaded;
            ends_q    <= ends_q ^ tile_over;
            popped_q  <= pop;
            waiting_q <= waiting_q + {1'b0, job_start} - {1'b0, looked_up};
            if (looked_up && finished_q != 3'd7) finished_q <= finished_q + 3'd1;
        end
        if (fetch) begin
            its_row_q   <= row_q;
            its_first_q <= (tile_q == 8'd0);
            its_last_q  <= last_tile;
            its_end_q   <= last_row;
            its_relu_q  <= queue_q[2];
        end
        popped_end_q <= its_end_q;
        popped_row_q <= its_row_q;
    end

    always @* if (!past_q) assume (!rst_ni);

    always @* if (past_q) begin
        // Jobs.
        assert (waiting_q == jobs_q + {1'b0, held_q & its_end_q & its_last_q});
        if (job_start) assert (waiting_q < 2'd3);
        // Banks.
        assert (hold_wgt == (full_q == 2'd2));
        assert (write_bank == loads_q && read_bank == ends_q);
        if (wgt_fire) assert (full_q < 2'd2);
        if (pop) assert (full_q != 2'd0);
        if (pop && wgt_fire) assert (read_bank != write_bank);
        // Words.
        assert (fetch == (jobs_q != 2'd0 && (word_ready_i || queue_q[0]) && (!held_q || pop)));
        if (jobs_q != 2'd0) assert (fetch_start == (row_q == 8'd0 && tile_q == 8'd0) && fetch_keep == queue_q[1] && fetch_reuse == queue_q[0]);
        // Lookups.
        assert (pop == (held_q && full_q != 2'd0 && row_ok_i && !short));
        if (held_q) assert (row == its_row_q && first == its_first_q && last == its_last_q && tile_end == its_end_q && relu == its_relu_q);
        if (pop && popped_q) assert (its_row_q != popped_row_q);
    end
    // Induction. Tiles that are not looked up are in a bank or still to load, so that few jobs wait.
    wire [FIFO_W*3-1:0] words = {x_word2, x_word1, x_word0};
    reg  [7:0]          tiles;
    reg  [7:0]          at;
    reg  [FIFO_W-1:0]   word;
    reg  [JOB_W-1:0]    its;
    integer             i;
    always @* if (INDUCTION != 0 && past_q) begin
        tiles = {7'd0, held_q & its_end_q} - tile_q;
        for (i = 0; i < 3; i = i + 1) begin
            its = queue_q[i*JOB_W +: JOB_W];
            if (i < jobs_q) tiles = tiles + its[10:3];
        end
        assert (full_q <= 2'd2 && tiles == full_q + x_left);
        assert (x_count == jobs_q && x_rd < 2'd3 && x_wr == (x_rd + jobs_q) % 3);
        for (i = 0; i < 3; i = i + 1) begin
            its  = queue_q[i*JOB_W +: JOB_W];
            at   = (x_rd + i) % 3;
            word = words[at*FIFO_W +: FIFO_W];
            if (i < jobs_q) begin
                assert (its[18:11] >= 8'd1 && its[18:11] <= ROWS_M && its[10:3] >= 8'd1 && its[10:3] < (1 << TILES_W));
                assert (word[FIFO_W-1 -: M_W] == its[18:11] - 8'd1 && word[3 +: TILES_W] == its[10:3] - 8'd1 && word[2:0] == its[2:0]);
            end
        end
        assert (x_fetch_row == row_q && row_q < ROWS_M && x_fetch_tile == tile_q && tile_q < (1 << TILES_W));
        if (jobs_q != 2'd0) assert (row_q < head_m && tile_q < head_tiles);
        else assert (row_q == 8'd0 && tile_q == 8'd0);
        assert (x_valid == held_q && x_write_bank == loads_q && x_read_bank == ends_q && x_hold == short);
        assert (x_full[ends_q] == (full_q != 2'd0) && x_full[~ends_q] == (full_q == 2'd2));
        assert ((loads_q ^ ends_q) == full_q[0]);
        if (held_q) assert (its_row_q < ROWS_M && row_q == (its_end_q ? 8'd0 : its_row_q + 8'd1));
        if (popped_q && held_q) assert (its_row_q == (popped_end_q ? 8'd0 : popped_row_q + 8'd1));
        if (popped_q) assert (popped_row_q < ROWS_M);
        if (held_q && its_end_q && its_last_q) assert (row_q == 8'd0 && tile_q == 8'd0);
    end

    always @* begin
        cover (past_q && rst_ni && waiting_q == 2'd3 && full_q == 2'd2 && looked_up);
        cover (past_q && rst_ni && jobs_q == 2'd3);
        cover (past_q && rst_ni && pop && wgt_fire && fetch);
        cover (past_q && rst_ni && finished_q == 3'd1 && looked_up && !its_first_q);
        cover (past_q && rst_ni && held_q && short && full_q != 2'd0 && row_ok_i);
    end
    generate
        if (KEPT_TILES > 0) begin : gen_reuse
            always @* cover (past_q && rst_ni && fetch && fetch_reuse && !word_ready_i && !fetch_keep);
        end
    endgenerate

endmodule

`default_nettype wire
