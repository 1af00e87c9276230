// Properties of pf_match_ctrl behind pf_load_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : against a queue of the accepted jobs that encode: the rows of every pass of every tile are admitted once and in
//             order, against the codebooks of their own pass; no beat enters the shadow registers while they hold a pass or a
//             swap's wave goes by; a row of a first pass, and no other, takes a word and needs room; rows are FOLD cycles
//             apart and behind a swap, and admitted as soon as all that allows; never more than three jobs wait.
// Assumes   : nothing but the reset of the first cycle; banks and words are free at will.
// Probes    : x_* are the DUT's registers and the loader's tiles, for the induction invariants.
`default_nettype none

module pf_match_ctrl_formal #(
    parameter CENTROIDS  = 2,
    parameter CCUS       = 1,
    parameter PASSES     = 1,
    parameter FOLD       = 1,
    parameter WAVE       = 2,
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
    input wire                        job_keep_i,
    input wire                        job_reuse_i,
    input wire                        wgt_valid_i,
    input wire                        bank_full_i,
    input wire                        act_valid_i,
    input wire                        act_last_i,
    input wire                        room_i
);

    localparam IMMS   = CCUS * PASSES;
    localparam M_W    = $clog2(ROWS_M + 1);
    localparam FIFO_W = M_W + TILES_W;
    localparam WAVE_W = (WAVE > 1) ? $clog2(WAVE) : 1;

    wire                         job_start;
    wire                         wgt_fire;
    wire                         encode;
    wire [$clog2(CENTROIDS)-1:0] entry;
    wire [IMMS-1:0]              imm;
    wire [CCUS-1:0]              ccu;
    wire                         pass_loaded;
    wire                         tile_loaded;
    wire                         shadow_free;
    wire                         swap;
    wire                         act_ready;
    wire                         act_fire;
    wire                         pass_end;
    wire                         word;
    wire                         error;
    pf_load_ctrl #(
        .CENTROIDS (CENTROIDS),
        .CCUS      (CCUS),
        .IMMS      (IMMS),
        .ROWS_M    (ROWS_M),
        .TILES_W   (TILES_W),
        .KEPT_TILES(KEPT_TILES)
    ) u_load (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .job_valid_i  (job_valid_i),
        .job_ready_o  (),
        .job_m_i      (job_m_i),
        .job_tiles_i  (job_tiles_i),
        .job_keep_i   (job_keep_i),
        .job_reuse_i  (job_reuse_i),
        .job_start_o  (job_start),
        .wgt_valid_i  (wgt_valid_i),
        .wgt_ready_o  (),
        .wgt_last_i   (1'b0),
        .wgt_fire_o   (wgt_fire),
        .encode_o     (encode),
        .entry_o      (entry),
        .imm_o        (imm),
        .ccu_o        (ccu),
        .pass_loaded_o(pass_loaded),
        .tile_loaded_o(tile_loaded),
        .bank_full_i  (bank_full_i),
        .shadow_free_i(shadow_free),
        .error_o      ()
    );
    wire accept = job_start & ~((KEPT_TILES != 0) & job_reuse_i);
    pf_match_ctrl #(
        .PASSES (PASSES),
        .FOLD   (FOLD),
        .WAVE   (WAVE),
        .ROWS_M (ROWS_M),
        .TILES_W(TILES_W)
    ) u_dut (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .job_start_i  (accept),
        .job_m_i      (job_m_i),
        .job_tiles_i  (job_tiles_i),
        .pass_loaded_i(pass_loaded),
        .shadow_free_o(shadow_free),
        .swap_o       (swap),
        .act_valid_i  (act_valid_i),
        .act_ready_o  (act_ready),
        .act_last_i   (act_last_i),
        .act_fire_o   (act_fire),
        .pass_end_o   (pass_end),
        .room_i       (room_i),
        .word_o       (word),
        .error_o      (error)
    );
    wire [TILES_W-1:0] x_left;
    wire               x_shadow_full;
    wire               x_active;
    wire [WAVE_W-1:0]  x_wave;
    wire [M_W-1:0]     x_row;
    wire [TILES_W-1:0] x_tile;
    wire               x_idle;
    wire [PASSES-1:0]  x_pass;       // where there are several
    wire [1:0]         x_wr;
    wire [1:0]         x_rd;
    wire [FIFO_W-1:0]  x_word0;
    wire [FIFO_W-1:0]  x_word1;
    wire [FIFO_W-1:0]  x_word2;

    // Model ------------------------------------------------------------------------------------------------------------
    reg        past_q = 1'b0;
    reg [1:0]  jobs_q;          // whose rows are not all admitted, the oldest in the lowest bits
    reg [47:0] queue_q;         // {rows, tiles} of each
    reg [7:0]  row_q;           // of the present pass
    reg [7:0]  pass_q;
    reg [7:0]  tile_q;
    reg        shadow_q;        // a pass stands in the shadow registers
    reg        active_q;        // the present one in the active registers
    reg [7:0]  since_q;         // cycles since the last swap, up to WAVE
    reg [7:0]  gap_q;           // since the last row or swap, up to FOLD
    reg [7:0]  owed_q;          // passes of accepted jobs that are not loaded
    reg [7:0]  unit_q;          // of the tile that loads
    reg [2:0]  finished_q;      // jobs, for the covers

    wire [7:0] head_m     = queue_q[15:8];
    wire [7:0] head_tiles = queue_q[7:0];
    wire       take      = act_valid_i & act_ready;
    wire       last_row  = (row_q == head_m - 8'd1);
    wire       last_pass = (pass_q == PASSES - 1);
    wire       last_tile = (tile_q == head_tiles - 8'd1);
    wire       pass_over = take & last_row;
    wire       tile_over = pass_over & last_pass;
    wire       job_over  = tile_over & last_tile;
    wire [1:0] left      = jobs_q - {1'b0, job_over};
    wire [7:0] new_tiles = {{(8-TILES_W){1'b0}}, job_tiles_i};
    wire       unit_over = wgt_fire & (entry == 0);

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni) begin
            jobs_q     <= 2'd0;
            row_q      <= 8'd0;
            pass_q     <= 8'd0;
            tile_q     <= 8'd0;
            shadow_q   <= 1'b0;
            active_q   <= 1'b0;
            since_q    <= WAVE;
            gap_q      <= FOLD;
            owed_q     <= 8'd0;
            unit_q     <= 8'd0;
            finished_q <= 3'd0;
        end else begin
            jobs_q <= left + {1'b0, accept};
            if (job_over) queue_q[31:0] <= queue_q[47:16];
            if (accept) queue_q[left*16 +: 16] <= {{(8-M_W){1'b0}}, job_m_i, new_tiles};
            if (take) row_q <= last_row ? 8'd0 : row_q + 8'd1;
            if (pass_over) pass_q <= last_pass ? 8'd0 : pass_q + 8'd1;
            if (tile_over) tile_q <= last_tile ? 8'd0 : tile_q + 8'd1;
            shadow_q <= pass_loaded | (shadow_q & ~swap);
            active_q <= swap | (active_q & ~pass_over);
            since_q  <= swap ? 8'd1 : (since_q < WAVE) ? since_q + 8'd1 : WAVE;
            gap_q    <= (swap | take) ? 8'd1 : (gap_q < FOLD) ? gap_q + 8'd1 : FOLD;
            owed_q   <= owed_q + (accept ? new_tiles * PASSES : 8'd0) - {7'd0, pass_loaded};
            if (unit_over) unit_q <= (unit_q == IMMS - 1) ? 8'd0 : unit_q + 8'd1;
            if (job_over && finished_q != 3'd7) finished_q <= finished_q + 3'd1;
        end
    end

    always @* if (!past_q) assume (!rst_ni);

    // Passes of the queue's jobs that are not admitted.
    reg [7:0] passes;
    integer   k;
    always @* begin
        passes = 8'd0;
        for (k = 0; k < 3; k = k + 1) if (k < jobs_q) passes = passes + queue_q[16*k +: 8] * PASSES;
        passes = passes - tile_q * PASSES - pass_q;
    end

    always @* if (past_q) begin
        // Jobs.
        if (accept) assert (jobs_q < 2'd3);
        // Every pass that is not admitted is active, in the shadow registers or still to load.
        assert (passes == active_q + shadow_q + owed_q);
        // Codebooks.
        assert (shadow_free == (!shadow_q && since_q >= WAVE));
        if (wgt_fire && encode) assert (!shadow_q && since_q >= WAVE && owed_q != 8'd0);
        assert (swap == (shadow_q && (!active_q || pass_over)));
        // Rows.
        assert (act_ready == (active_q && gap_q >= FOLD && (room_i || pass_q != 8'd0)));
        assert (act_fire == take && word == (take && pass_q == 8'd0));
        if (active_q) assert (jobs_q != 2'd0 && row_q < head_m && tile_q < head_tiles);
        if (active_q) assert (pass_end == last_row);
        assert (error == (take && act_last_i != last_row));
    end
    // Induction.
    wire [FIFO_W*3-1:0] words = {x_word2, x_word1, x_word0};
    reg  [7:0]          at;
    reg  [FIFO_W-1:0]   its_word;
    reg  [15:0]         its;
    integer             i;
    always @* if (INDUCTION != 0 && past_q) begin
        assert (x_rd < 2'd3 && x_wr == (x_rd + jobs_q) % 3);
        for (i = 0; i < 3; i = i + 1) begin
            its      = queue_q[16*i +: 16];
            at       = (x_rd + i) % 3;
            its_word = words[at*FIFO_W +: FIFO_W];
            if (i < jobs_q) begin
                assert (its[15:8] >= 8'd1 && its[15:8] <= ROWS_M && its[7:0] >= 8'd1 && its[7:0] < (1 << TILES_W));
                assert (its_word == {its[8 +: M_W] - {{(M_W-1){1'b0}}, 1'b1}, its[0 +: TILES_W] - {{(TILES_W-1){1'b0}}, 1'b1}});
            end
        end
        assert (unit_q < IMMS && imm == 1 << unit_q && ccu == 1 << (unit_q % CCUS));
        assert (owed_q + ((unit_q / CCUS) & {8{encode}}) == ((x_left != 0 && encode) ? x_left * PASSES : 0) + ((x_left == 0) ? (unit_q / CCUS) & {8{encode}} : 8'd0));
        if (x_left == 0) assert (unit_q == 8'd0);
        assert (x_shadow_full == shadow_q && x_active == active_q);
        assert (since_q <= WAVE && since_q >= 8'd1 && x_wave == WAVE - since_q);
        assert (gap_q <= FOLD && gap_q >= 8'd1 && x_idle == (gap_q >= FOLD));
        assert (x_row == row_q && x_tile == tile_q && pass_q < PASSES);
        if (PASSES > 1) assert (x_pass == 1 << pass_q);
        if (jobs_q != 2'd0) assert (row_q < head_m && tile_q < head_tiles);
        else assert (row_q == 8'd0 && tile_q == 8'd0 && pass_q == 8'd0);
        if (!active_q) assert (row_q == 8'd0);
        // A job is loaded before the next one is accepted.
        if (owed_q != 8'd0) assert (jobs_q != 2'd0 && passes >= owed_q);
    end

    always @* begin
        // With several passes a job is not loaded before the one before is admitted but for its last pass.
        cover (past_q && rst_ni && jobs_q == ((PASSES > 1) ? 2'd2 : 2'd3) && swap);
        cover (past_q && rst_ni && job_over && ((TILES_W == 1 || PASSES > 1) ? finished_q == 3'd0 && head_m == ROWS_M
                                                                       : finished_q == 3'd1 && head_tiles == 8'd2));
        cover (past_q && rst_ni && swap && pass_over && gap_q == FOLD);
        cover (past_q && rst_ni && active_q && wgt_fire && encode && take);
        cover (past_q && rst_ni && active_q && act_valid_i && !room_i && gap_q == FOLD && !act_ready);
    end
    generate
        if (PASSES > 1) begin : gen_passes
            always @* cover (past_q && rst_ni && take && !room_i && head_m == 8'd2);
        end
        if (KEPT_TILES > 0) begin : gen_reuse
            always @* cover (past_q && rst_ni && wgt_fire && !encode && (shadow_q || since_q < WAVE));
        end
    endgenerate

endmodule

`default_nettype wire
