// Match controller of a lookup-table array: admits rows to the encoders, pass by pass.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the rows of a job pass the encoders PASSES times for each tile, with other subspaces each time. A swap gives
//             the encoders the codebooks of the next pass behind the last row of the pass before.
// Latency   : a pass follows another without a gap when its codebooks are loaded.
// Handshake : activations are valid/ready; ready depends on registers alone. A row of a tile's first pass needs a word of
//             the index buffer (room_i, register-driven); the other passes fill the same words.
// Parameters:
//   PASSES   passes of a tile, >= 1
//   FOLD     cycles from a row or a swap to the next row, >= 1
//   WAVE     cycles from a swap until the shadow registers may be written, >= 1
//   ROWS_M   largest number of rows of a job, >= 1
//   TILES_W  width of the tile count, >= 1
`default_nettype none

module pf_match_ctrl #(
    parameter PASSES  = 1,
    parameter FOLD    = 1,
    parameter WAVE    = 16,
    parameter ROWS_M  = 256,
    parameter TILES_W = 8
) (
    input  wire                        clk_i,
    input  wire                        rst_ni,

    input  wire                        job_start_i,   // of a job that encodes
    input  wire [$clog2(ROWS_M+1)-1:0] job_m_i,
    input  wire [TILES_W-1:0]          job_tiles_i,

    input  wire                        pass_loaded_i,
    output wire                        shadow_free_o,
    output wire                        swap_o,

    input  wire                        act_valid_i,
    output wire                        act_ready_o,
    input  wire                        act_last_i,
    output wire                        act_fire_o,
    output wire                        pass_end_o,    // the row is the last one of its pass
    input  wire                        room_i,
    output wire                        word_o,        // the row takes a word of the index buffer
    output wire                        error_o        // a last flag in the wrong place
);

    localparam M_W    = $clog2(ROWS_M + 1);
    localparam WAVE_W = (WAVE > 1) ? $clog2(WAVE) : 1;
    localparam [WAVE_W-1:0]  WAVE_LOAD = WAVE[WAVE_W-1:0] - {{(WAVE_W-1){1'b0}}, 1'b1};
    localparam [M_W-1:0]     ONE_ROW   = {{(M_W-1){1'b0}}, 1'b1};
    localparam [TILES_W-1:0] ONE_TILE  = {{(TILES_W-1){1'b0}}, 1'b1};

    reg               shadow_full_q;
    reg               active_q;      // the encoders have the codebooks of the present pass
    reg [WAVE_W-1:0]  wave_q;
    reg [M_W-1:0]     row_q;
    reg [TILES_W-1:0] tile_q;

    // Jobs whose rows are not all admitted: one that passes, one in the shadow registers, one that loads.
    wire               job_valid;
    wire               job_pop;
    wire [M_W-1:0]     m_end;
    wire [TILES_W-1:0] tiles_end;
    pf_fifo #(
        .WIDTH(M_W + TILES_W),
        .DEPTH(3)
    ) u_jobs (
        .clk_i  (clk_i),
        .rst_ni (rst_ni),
        .push_i (job_start_i),
        .data_i ({job_m_i - ONE_ROW, job_tiles_i - ONE_TILE}),
        .valid_o(job_valid),
        .pop_i  (job_pop),
        .data_o ({m_end, tiles_end})
    );
    // A codebook in the shadow registers is that of a job in the queue.
    wire unused_valid = job_valid;

    // The first and the last pass of a tile.
    wire pass_done;
    wire pass_first;
    wire pass_last;
    generate
        if (PASSES > 1) begin : gen_passes
            reg [PASSES-1:0] pass_q;
            always @(posedge clk_i) begin
                if (!rst_ni) pass_q <= {{(PASSES-1){1'b0}}, 1'b1};
                else if (pass_done) pass_q <= {pass_q[PASSES-2:0], pass_q[PASSES-1]};
            end
            assign pass_first = pass_q[0];
            assign pass_last  = pass_q[PASSES-1];
        end else begin : gen_pass
            assign pass_first = 1'b1;
            assign pass_last  = 1'b1;
        end
    endgenerate

    // A row occupies the encoders for FOLD cycles, and so does a swap.
    wire idle;
    generate
        if (FOLD > 1) begin : gen_fold
            localparam FOLD_W = $clog2(FOLD);
            localparam [FOLD_W-1:0] FOLD_LOAD = FOLD[FOLD_W-1:0] - {{(FOLD_W-1){1'b0}}, 1'b1};
            reg [FOLD_W-1:0] fold_q;
            always @(posedge clk_i) begin
                if (!rst_ni) fold_q <= {FOLD_W{1'b0}};
                else if (act_fire_o | swap_o) fold_q <= FOLD_LOAD;
                else if (!idle) fold_q <= fold_q - {{(FOLD_W-1){1'b0}}, 1'b1};
            end
            assign idle = (fold_q == {FOLD_W{1'b0}});
        end else begin : gen_single
            assign idle = 1'b1;
        end
    endgenerate

    assign act_ready_o   = active_q & idle & (room_i | ~pass_first);
    assign act_fire_o    = act_valid_i & act_ready_o;
    assign pass_end_o    = (row_q == m_end);
    assign word_o        = act_fire_o & pass_first;
    assign pass_done     = act_fire_o & pass_end_o;
    assign job_pop       = pass_done & pass_last & (tile_q == tiles_end);
    assign swap_o        = shadow_full_q & (~active_q | pass_done);
    assign shadow_free_o = ~shadow_full_q & (wave_q == {WAVE_W{1'b0}});
    assign error_o       = act_fire_o & (act_last_i != pass_end_o);

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            shadow_full_q <= 1'b0;
            active_q      <= 1'b0;
            wave_q        <= {WAVE_W{1'b0}};
            row_q         <= {M_W{1'b0}};
            tile_q        <= {TILES_W{1'b0}};
        end else begin
            if (pass_loaded_i) shadow_full_q <= 1'b1;
            else if (swap_o) shadow_full_q <= 1'b0;

            if (swap_o) active_q <= 1'b1;
            else if (pass_done) active_q <= 1'b0;

            if (swap_o) wave_q <= WAVE_LOAD;
            else if (wave_q != {WAVE_W{1'b0}}) wave_q <= wave_q - {{(WAVE_W-1){1'b0}}, 1'b1};

            if (pass_done) row_q <= {M_W{1'b0}};
            else if (act_fire_o) row_q <= row_q + ONE_ROW;

            if (job_pop) tile_q <= {TILES_W{1'b0}};
            else if (pass_done & pass_last) tile_q <= tile_q + ONE_TILE;
        end
    end

endmodule

`default_nettype wire
