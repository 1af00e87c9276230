// Properties of pf_tile_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : against a queue of the accepted jobs: every row of every tile once and in order, each against its own tile's
//             weights; every tile's weight beats once, never into shadow weights in use; swaps, flags, errors; no gap
//             and no deadlock.
// Assumes   : nothing but the reset of the first cycle; bad jobs and wrong last flags are offered too.
// Probes    : x_* are the DUT's registers, for the induction invariants.
`default_nettype none

module pf_tile_ctrl_formal #(
    parameter TILE_BEATS = 2,
    parameter WAVE       = 2,
    parameter ROWS_M     = 2,
    parameter TILES_W    = 2,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire                        clk_i,
    input wire                        rst_ni,
    input wire                        job_valid_i,
    input wire [$clog2(ROWS_M+1)-1:0] job_m_i,
    input wire [TILES_W-1:0]          job_tiles_i,
    input wire                        job_relu_i,
    input wire                        wgt_valid_i,
    input wire                        wgt_last_i,
    input wire                        hold_wgt_i,
    input wire                        act_valid_i,
    input wire                        act_last_i,
    input wire                        row_ok_i
);

    localparam M_W    = $clog2(ROWS_M + 1);
    localparam BEAT_W = (TILE_BEATS > 1) ? $clog2(TILE_BEATS) : 1;
    localparam WAVE_W = (WAVE > 1) ? $clog2(WAVE) : 1;
    localparam BOUND  = TILE_BEATS + WAVE + 4;   // cycles without an event while everything is offered

    wire           job_ready;
    wire           wgt_ready;
    wire           wgt_fire;
    wire           act_ready;
    wire           act_fire;
    wire           swap;
    wire           job_start;
    wire           first;
    wire           tile_end;
    wire           last;
    wire           relu;
    wire           error;
    pf_tile_ctrl #(
        .TILE_BEATS(TILE_BEATS),
        .WAVE      (WAVE),
        .ROWS_M    (ROWS_M),
        .TILES_W   (TILES_W)
    ) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .job_valid_i(job_valid_i),
        .job_ready_o(job_ready),
        .job_m_i    (job_m_i),
        .job_tiles_i(job_tiles_i),
        .job_relu_i (job_relu_i),
        .job_refuse_i(1'b0),
        .wgt_valid_i(wgt_valid_i),
        .wgt_ready_o(wgt_ready),
        .wgt_last_i (wgt_last_i),
        .hold_wgt_i (hold_wgt_i),
        .wgt_fire_o (wgt_fire),
        .act_valid_i(act_valid_i),
        .act_ready_o(act_ready),
        .act_last_i (act_last_i),
        .row_ok_i   (row_ok_i),
        .act_fire_o (act_fire),
        .swap_o     (swap),
        .job_start_o(job_start),
        .first_o    (first),
        .last_o     (last),
        .tile_end_o (tile_end),
        .relu_o     (relu),
        .error_o    (error)
    );

    wire [TILES_W-1:0] x_load_left;
    wire [BEAT_W-1:0]  x_beat;
    wire               x_shadow_full;
    wire [WAVE_W-1:0]  x_wave;
    wire               x_nxt_valid;
    wire [M_W-1:0]     x_nxt_end;
    wire [TILES_W-1:0] x_nxt_tiles;
    wire               x_nxt_relu;
    wire               x_cur_valid;
    wire [M_W-1:0]     x_cur_end;
    wire [TILES_W-1:0] x_cur_left;
    wire               x_cur_relu;
    wire               x_active;
    wire [M_W-1:0]     x_row;

    // Model ------------------------------------------------------------------------------------------------------------
    reg        past_q = 1'b0;
    reg [1:0]  jobs_q;                 // accepted and not finished
    reg [7:0]  m0_q, m1_q;             // of the older and the newer of them
    reg [7:0]  tiles0_q, tiles1_q;
    reg        relu0_q, relu1_q;
    reg [7:0]  row_q;                  // rows of the present tile that were admitted
    reg [7:0]  tile_q;                 // tiles of the present job that are finished
    reg [7:0]  owed_q;                 // tiles of accepted jobs that are not loaded
    reg [7:0]  beat_q;                 // beats of the tile that loads
    reg        loaded_q;               // a tile stands in the shadow weights
    reg        active_q;               // the present tile stands in the active weights
    reg [7:0]  since_q;                // cycles since the last swap, up to WAVE
    reg        fired_q;                // a row was admitted in the cycle before
    reg [7:0]  fired_row_q;
    reg        no_gap_q;               // and a row can be admitted now
    reg [7:0]  wait_q;                 // cycles of everything offered and nothing done
    reg [3:0]  finished_q;             // jobs, for the covers

    wire good      = job_valid_i & (job_m_i >= 1) & (job_m_i <= ROWS_M) & (job_tiles_i != 0);
    wire accept    = good & job_ready;
    wire take_wgt  = wgt_valid_i & wgt_ready;
    wire take_act  = act_valid_i & act_ready;
    wire last_beat = (beat_q == TILE_BEATS - 1);
    wire last_row  = (row_q == m0_q - 8'd1);
    wire last_tile = (tile_q == tiles0_q - 8'd1);
    wire tile_over = take_act & last_row;
    wire job_over  = tile_over & last_tile;
    wire offered   = good & wgt_valid_i & act_valid_i & row_ok_i & ~hold_wgt_i;

    always @(posedge clk_i) begin
        past_q      <= 1'b1;
        fired_row_q <= row_q;
        if (!rst_ni) begin
            jobs_q     <= 2'd0;
            row_q      <= 8'd0;
            tile_q     <= 8'd0;
            owed_q     <= 8'd0;
            beat_q     <= 8'd0;
            loaded_q   <= 1'b0;
            active_q   <= 1'b0;
            since_q    <= WAVE;
            fired_q    <= 1'b0;
            no_gap_q   <= 1'b0;
            wait_q     <= 8'd0;
            finished_q <= 4'd0;
        end else begin
            jobs_q <= jobs_q + {1'b0, accept} - {1'b0, job_over};
            if (job_over) begin
                m0_q     <= m1_q;
                tiles0_q <= tiles1_q;
                relu0_q  <= relu1_q;
            end
            if (accept) begin
                if (jobs_q == 2'd0 || (jobs_q == 2'd1 && job_over)) begin
                    m0_q     <= job_m_i;
                    tiles0_q <= job_tiles_i;
                    relu0_q  <= job_relu_i;
                end else begin
                    m1_q     <= job_m_i;
                    tiles1_q <= job_tiles_i;
                    relu1_q  <= job_relu_i;
                end
            end
            if (take_act) row_q <= last_row ? 8'd0 : row_q + 8'd1;
            if (tile_over) tile_q <= last_tile ? 8'd0 : tile_q + 8'd1;
            owed_q <= owed_q + (accept ? job_tiles_i : 8'd0) - {7'd0, take_wgt & last_beat};
            if (take_wgt) beat_q <= last_beat ? 8'd0 : beat_q + 8'd1;
            loaded_q <= (take_wgt & last_beat) | (loaded_q & ~swap);
            active_q <= swap | (active_q & ~tile_over);
            since_q  <= swap ? 8'd1 : (since_q < WAVE) ? since_q + 8'd1 : WAVE;
            fired_q  <= take_act;
            no_gap_q <= tile_over & loaded_q & (m0_q != 8'd1);
            wait_q   <= (!offered || take_act || accept) ? 8'd0 : wait_q + 8'd1;
            if (job_over && finished_q != 4'd15) finished_q <= finished_q + 4'd1;
        end
    end

    always @* if (!past_q) assume (!rst_ni);

    wire [7:0] left0 = (jobs_q != 2'd0) ? tiles0_q - tile_q : 8'd0;
    wire [7:0] left1 = (jobs_q == 2'd2) ? tiles1_q : 8'd0;
    always @* if (past_q) begin
        // Handshake.
        assert (job_start == accept);
        assert (wgt_fire == take_wgt);
        assert (act_fire == take_act);
        if (hold_wgt_i) assert (!wgt_ready);
        assert (act_ready == (active_q && row_ok_i));
        // Jobs: one runs, at most one more waits.
        assert (jobs_q <= 2'd2);
        if (job_ready) assert (jobs_q < 2'd2);
        if (jobs_q == 2'd0) assert (job_ready);
        // Weights: only what a job needs, and never over weights in use.
        if (wgt_ready) assert (owed_q != 8'd0 && !loaded_q && since_q >= WAVE);
        if (swap) assert (loaded_q && (!active_q || tile_over));
        // Rows.
        if (act_ready) assert (jobs_q != 2'd0);
        if (act_ready) begin
            assert (row_q < m0_q);
            assert (first == (tile_q == 8'd0));
            assert (tile_end == last_row);
            assert (last == last_tile);
            assert (relu == relu0_q);
        end
        if (fired_q && take_act) assert (row_q != fired_row_q);
        if (no_gap_q) assert (active_q);
        assert (error == ((job_valid_i && job_ready && !good) || (take_wgt && wgt_last_i != last_beat) ||
                          (take_act && act_last_i != last_row)));
        assert (wait_q <= BOUND);
    end
    // Induction: the model's tiles add up, and the DUT's registers say the same as the model.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (left0 + left1 == owed_q + loaded_q + active_q);
        if (jobs_q == 2'd2) assert (owed_q <= tiles1_q);
        if (jobs_q != 2'd0) assert (m0_q >= 8'd1 && m0_q <= ROWS_M && tile_q < tiles0_q && row_q < m0_q);
        if (jobs_q != 2'd0) assert (tiles0_q < (1 << TILES_W));
        if (jobs_q == 2'd2) assert (m1_q >= 8'd1 && m1_q <= ROWS_M && tiles1_q >= 8'd1 && tiles1_q < (1 << TILES_W));
        if (jobs_q == 2'd0) assert (row_q == 8'd0 && tile_q == 8'd0);
        if (!active_q) assert (row_q == 8'd0);
        assert (beat_q < TILE_BEATS && since_q <= WAVE && (beat_q == 8'd0 || (owed_q != 8'd0 && !loaded_q)));
        assert (beat_q == 8'd0 || since_q >= WAVE);
        assert (owed_q == x_load_left && beat_q == x_beat && loaded_q == x_shadow_full);
        assert (x_wave == WAVE - since_q);
        assert (active_q == x_active && row_q == x_row && first == (tile_q == 8'd0));
        assert (jobs_q == {1'b0, x_nxt_valid} + {1'b0, x_cur_valid});
        if (x_active) assert (x_cur_valid);
        if (x_cur_valid) assert (m0_q == x_cur_end + 1 && left0 == x_cur_left && relu0_q == x_cur_relu);
        if (x_nxt_valid && x_cur_valid) assert (m1_q == x_nxt_end + 1 && tiles1_q == x_nxt_tiles && relu1_q == x_nxt_relu);
        if (x_nxt_valid && !x_cur_valid) begin
            assert (m0_q == x_nxt_end + 1 && tiles0_q == x_nxt_tiles && relu0_q == x_nxt_relu && tile_q == 8'd0);
        end
    end

    always @* begin
        cover (past_q && rst_ni && finished_q == 4'd1 && job_over && !error);
        cover (past_q && rst_ni && jobs_q == 2'd2 && loaded_q && active_q && wgt_valid_i && !wgt_ready);
    end
    generate
        if (ROWS_M > 1) begin : gen_no_gap
            always @* cover (past_q && rst_ni && no_gap_q && take_act);
        end
        if (TILES_W > 1) begin : gen_tiles
            always @* cover (past_q && rst_ni && tile_q == 8'd1 && job_over);
        end
    endgenerate

endmodule

`default_nettype wire
