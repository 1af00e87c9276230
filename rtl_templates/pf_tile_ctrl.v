// Tile controller: takes jobs, admits weight beats and rows, and issues the swap token.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : sequences a job of `m` rows through `tiles` weight tiles. The shadow weights of the next tile load
//             while rows stream against the active ones; the swap token exchanges them and travels with the data.
// Latency   : the swap is issued in the cycle of the last row of the previous tile when the next tile is loaded, so
//             that rows stream without a gap; a job of one row leaves one cycle between tiles (the accumulator
//             needs it to write before it reads the row again).
// Handshake : job, weight and activation streams are valid/ready; ready never depends on valid. `hold_wgt_i` and
//             `row_ok_i` are register-driven and withhold ready. At most one further job is accepted while one runs.
// Parameters:
//   TILE_BEATS  weight beats of a tile, >= 1
//   WAVE        cycles from a swap until the shadow weights may be overwritten, >= 1
//   ROWS_M      largest number of rows of a job, >= 1
//   TILES_W     width of the tile count, >= 1
`default_nettype none

module pf_tile_ctrl #(
    parameter TILE_BEATS = 8,
    parameter WAVE       = 14,
    parameter ROWS_M     = 256,
    parameter TILES_W    = 8
) (
    input  wire                        clk_i,
    input  wire                        rst_ni,

    input  wire                        job_valid_i,
    output wire                        job_ready_o,
    input  wire [$clog2(ROWS_M+1)-1:0] job_m_i,
    input  wire [TILES_W-1:0]          job_tiles_i,
    input  wire                        job_relu_i,
    input  wire                        job_refuse_i,  // this job cannot be done

    input  wire                        wgt_valid_i,
    output wire                        wgt_ready_o,
    input  wire                        wgt_last_i,
    input  wire                        hold_wgt_i,
    output wire                        wgt_fire_o,

    input  wire                        act_valid_i,
    output wire                        act_ready_o,
    input  wire                        act_last_i,
    input  wire                        row_ok_i,
    output wire                        act_fire_o,

    output wire                        swap_o,
    output wire                        job_start_o,   // a job was accepted
    output wire                        first_o,       // the row that act_fire_o admits belongs to the job's first tile
    output wire                        last_o,        // it belongs to the job's last tile
    output wire                        tile_end_o,    // it is the last row of its tile
    output wire                        relu_o,        // the job's ReLU bit
    output wire                        error_o        // bad job, or a last flag in the wrong place
);

    localparam M_W    = $clog2(ROWS_M + 1);
    localparam BEAT_W = (TILE_BEATS > 1) ? $clog2(TILE_BEATS) : 1;
    localparam WAVE_W = (WAVE > 1) ? $clog2(WAVE) : 1;
    localparam [BEAT_W-1:0] LAST_BEAT = TILE_BEATS[BEAT_W-1:0] - {{(BEAT_W-1){1'b0}}, 1'b1};
    localparam [WAVE_W-1:0] WAVE_LOAD = WAVE[WAVE_W-1:0] - {{(WAVE_W-1){1'b0}}, 1'b1};
    localparam [TILES_W-1:0] ONE_TILE = {{(TILES_W-1){1'b0}}, 1'b1};
    localparam [M_W-1:0]     ONE_ROW  = {{(M_W-1){1'b0}}, 1'b1};

    // Weight side: tiles still to load, shadow occupancy, and the wave of the last swap.
    reg  [TILES_W-1:0] load_left_q;
    reg  [BEAT_W-1:0]  beat_q;
    reg                shadow_full_q;
    reg  [WAVE_W-1:0]  wave_q;

    // The next job and the one whose rows are being admitted.
    reg                nxt_valid_q;
    reg  [M_W-1:0]     nxt_end_q;
    reg  [TILES_W-1:0] nxt_tiles_q;
    reg                nxt_relu_q;
    reg                cur_valid_q;
    reg  [M_W-1:0]     cur_end_q;     // m - 1
    reg  [TILES_W-1:0] cur_left_q;    // tiles left, the present one included
    reg                cur_relu_q;
    reg                first_q;
    reg  [M_W-1:0]     row_q;
    reg                active_q;      // the present tile's weights are swapped in

    wire job_fire = job_valid_i & job_ready_o;
    wire too_many;
    generate
        if (ROWS_M == (1 << M_W) - 1) begin : gen_every_count_fits
            assign too_many = 1'b0;
        end else begin : gen_limit
            localparam [M_W-1:0] MAX_M = ROWS_M[M_W-1:0];
            assign too_many = (job_m_i > MAX_M);
        end
    endgenerate
    wire job_bad  = (job_m_i == {M_W{1'b0}}) | too_many | (job_tiles_i == {TILES_W{1'b0}}) | job_refuse_i;

    assign job_ready_o = (load_left_q == {TILES_W{1'b0}}) & ~nxt_valid_q;
    assign job_start_o = job_fire & ~job_bad;

    assign wgt_ready_o = (load_left_q != {TILES_W{1'b0}}) & ~shadow_full_q & (wave_q == {WAVE_W{1'b0}}) & ~hold_wgt_i;
    assign wgt_fire_o  = wgt_valid_i & wgt_ready_o;
    wire   tile_loaded = wgt_fire_o & (beat_q == LAST_BEAT);

    assign act_ready_o = active_q & row_ok_i;
    assign act_fire_o  = act_valid_i & act_ready_o;
    assign first_o     = first_q;
    assign tile_end_o  = (row_q == cur_end_q);
    assign last_o      = (cur_left_q == ONE_TILE);
    assign relu_o      = cur_relu_q;

    wire tile_done = act_fire_o & tile_end_o;
    wire job_done  = tile_done & last_o;
    wire more      = ~last_o | nxt_valid_q;
    wire swap_now  = tile_done & more & (cur_end_q != {M_W{1'b0}});
    assign swap_o  = shadow_full_q & (active_q ? swap_now : cur_valid_q);

    assign error_o = (job_fire & job_bad) | (wgt_fire_o & (wgt_last_i != (beat_q == LAST_BEAT))) |
                     (act_fire_o & (act_last_i != tile_end_o));

    wire take_nxt = nxt_valid_q & (~cur_valid_q | job_done);

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            load_left_q   <= {TILES_W{1'b0}};
            beat_q        <= {BEAT_W{1'b0}};
            shadow_full_q <= 1'b0;
            wave_q        <= {WAVE_W{1'b0}};
        end else begin
            if (job_start_o) load_left_q <= job_tiles_i;
            else if (tile_loaded) load_left_q <= load_left_q - ONE_TILE;

            if (tile_loaded) beat_q <= {BEAT_W{1'b0}};
            else if (wgt_fire_o) beat_q <= beat_q + {{(BEAT_W-1){1'b0}}, 1'b1};

            if (tile_loaded) shadow_full_q <= 1'b1;
            else if (swap_o) shadow_full_q <= 1'b0;

            if (swap_o) wave_q <= WAVE_LOAD;
            else if (wave_q != {WAVE_W{1'b0}}) wave_q <= wave_q - {{(WAVE_W-1){1'b0}}, 1'b1};
        end
    end

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            nxt_valid_q <= 1'b0;
            cur_valid_q <= 1'b0;
            first_q     <= 1'b1;
            row_q       <= {M_W{1'b0}};
            active_q    <= 1'b0;
        end else begin
            if (job_start_o) nxt_valid_q <= 1'b1;
            else if (take_nxt) nxt_valid_q <= 1'b0;

            if (take_nxt) cur_valid_q <= 1'b1;
            else if (job_done) cur_valid_q <= 1'b0;

            if (take_nxt | job_done) first_q <= 1'b1;
            else if (tile_done) first_q <= 1'b0;

            if (tile_done) row_q <= {M_W{1'b0}};
            else if (act_fire_o) row_q <= row_q + ONE_ROW;

            if (swap_o) active_q <= 1'b1;
            else if (tile_done) active_q <= 1'b0;
        end
    end

    always @(posedge clk_i) begin
        if (job_start_o) begin
            nxt_end_q   <= job_m_i - ONE_ROW;
            nxt_tiles_q <= job_tiles_i;
            nxt_relu_q  <= job_relu_i;
        end
        if (take_nxt) begin
            cur_end_q  <= nxt_end_q;
            cur_left_q <= nxt_tiles_q;
            cur_relu_q <= nxt_relu_q;
        end else if (tile_done) begin
            cur_left_q <= cur_left_q - ONE_TILE;
        end
    end

endmodule

`default_nettype wire
