// Properties of pf_load_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : a job is taken when the one before is loaded, and exactly those that the header allows: sizes within the
//             array's, indices reused by the job behind one that keeps them, of the same sizes, and by no other. A job takes
//             IMMS*CENTROIDS beats per tile and no more, none into a full bank, and those of a job that encodes none while the
//             shadow registers are in use; each is counted to its row, unit and encoder. A refused job changes nothing.
// Assumes   : nothing but the reset of the first cycle; bad jobs and wrong last flags are offered too.
// Probes    : x_* are the DUT's registers, for the induction invariants.
`default_nettype none

module pf_load_ctrl_formal #(
    parameter CENTROIDS  = 3,
    parameter CCUS       = 1,
    parameter IMMS       = 2,
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
    input wire                        wgt_last_i,
    input wire                        bank_full_i,
    input wire                        shadow_free_i
);

    wire                         job_ready;
    wire                         job_start;
    wire                         wgt_ready;
    wire                         wgt_fire;
    wire                         encode;
    wire [$clog2(CENTROIDS)-1:0] entry;
    wire [IMMS-1:0]              imm;
    wire [CCUS-1:0]              ccu;
    wire                         pass_loaded;
    wire                         tile_loaded;
    wire                         error;
    pf_load_ctrl #(
        .CENTROIDS (CENTROIDS),
        .CCUS      (CCUS),
        .IMMS      (IMMS),
        .ROWS_M    (ROWS_M),
        .TILES_W   (TILES_W),
        .KEPT_TILES(KEPT_TILES)
    ) u_dut (
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
        .wgt_last_i   (wgt_last_i),
        .wgt_fire_o   (wgt_fire),
        .encode_o     (encode),
        .entry_o      (entry),
        .imm_o        (imm),
        .ccu_o        (ccu),
        .pass_loaded_o(pass_loaded),
        .tile_loaded_o(tile_loaded),
        .bank_full_i  (bank_full_i),
        .shadow_free_i(shadow_free_i),
        .error_o      (error)
    );
    wire [TILES_W-1:0]           x_left;
    wire [$clog2(CENTROIDS)-1:0] x_entry;
    wire                         x_kept;     // these four where jobs can keep indices
    wire                         x_encode;
    wire [$clog2(ROWS_M+1)-1:0]  x_m;
    wire [TILES_W-1:0]           x_tiles;

    // Model.
    reg        past_q = 1'b0;
    reg [7:0]  owed_q;         // tiles of the job that loads
    reg [7:0]  unit_q;         // subspace of its tile
    reg [7:0]  beat_q;         // of the subspace
    reg        reuse_q;        // the job that loads reuses indices
    reg        kept_q;         // the job before keeps them
    reg [7:0]  m_q;            // its sizes
    reg [7:0]  tiles_q;
    reg        refused_q;      // a job was refused in the cycle before, and nothing else happened
    reg [15:0] before_q;
    reg [2:0]  jobs_q;         // loaded, for the covers
    wire fits      = (job_m_i >= 1) & (job_m_i <= ROWS_M) & (job_tiles_i != 0);
    wire in_turn   = kept_q ? (job_reuse_i & (job_m_i == m_q) & (job_tiles_i == tiles_q)) : ~job_reuse_i;
    wire keeps     = job_keep_i & (job_tiles_i > KEPT_TILES);
    wire good      = fits & ((KEPT_TILES == 0) | (in_turn & ~keeps));
    wire offered   = job_valid_i & job_ready;
    wire accept    = offered & good;
    wire take      = wgt_valid_i & wgt_ready;
    wire encodes   = (KEPT_TILES == 0) | ~reuse_q;
    wire last_beat = (beat_q == CENTROIDS - 1);
    wire last_unit = (unit_q == IMMS - 1);
    wire tile_over = take & last_beat & last_unit;

    always @(posedge clk_i) begin
        past_q   <= 1'b1;
        before_q <= {encode, entry, imm, job_ready};
        if (!rst_ni) begin
            owed_q    <= 8'd0;
            unit_q    <= 8'd0;
            beat_q    <= 8'd0;
            kept_q    <= 1'b0;
            refused_q <= 1'b0;
            jobs_q    <= 3'd0;
        end else begin
            owed_q <= owed_q + (accept ? {{(8-TILES_W){1'b0}}, job_tiles_i} : 8'd0) - {7'd0, tile_over};
            if (take) beat_q <= last_beat ? 8'd0 : beat_q + 8'd1;
            if (take & last_beat) unit_q <= last_unit ? 8'd0 : unit_q + 8'd1;
            if (accept) begin
                reuse_q <= job_reuse_i;
                kept_q  <= job_keep_i;
                m_q     <= job_m_i;
                tiles_q <= job_tiles_i;
            end
            refused_q <= offered & ~good & ~take;
            if (tile_over && owed_q == 8'd1 && jobs_q != 3'd7) jobs_q <= jobs_q + 3'd1;
        end
    end

    always @* if (!past_q) assume (!rst_ni);

    always @* if (past_q) begin
        // Jobs.
        assert (job_ready == (owed_q == 8'd0));
        assert (job_start == accept);
        if (refused_q) assert (before_q[IMMS+$clog2(CENTROIDS)+1:0] == {encode, entry, imm, job_ready});
        // Beats.
        assert (wgt_ready == (owed_q != 8'd0 && !bank_full_i && (!encodes || shadow_free_i)));
        assert (wgt_fire == take);
        if (owed_q != 8'd0) assert (encode == encodes);
        assert (entry == CENTROIDS - 1 - beat_q);
        assert (imm == 1 << unit_q);
        assert (ccu == 1 << (unit_q % CCUS));
        assert (pass_loaded == (take && last_beat && unit_q % CCUS == CCUS - 1 && encodes));
        assert (tile_loaded == tile_over);
        assert (error == ((offered && !good) || (take && wgt_last_i != (last_beat && last_unit))));
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (x_left == owed_q && x_entry == CENTROIDS - 1 - beat_q);
        assert (beat_q < CENTROIDS && unit_q < IMMS);
        if (owed_q == 8'd0) assert (beat_q == 8'd0 && unit_q == 8'd0);
        if (KEPT_TILES > 0) begin
            assert (x_kept == kept_q);
            if (kept_q) assert (x_m == m_q && x_tiles == tiles_q);
            if (owed_q != 8'd0) assert (x_encode == ~reuse_q);
        end
    end

    always @* begin
        cover (past_q && rst_ni && jobs_q == 3'd1 && tile_over && owed_q == 8'd1 && !error);
        cover (past_q && rst_ni && refused_q && accept);
        cover (past_q && rst_ni && wgt_valid_i && owed_q != 8'd0 && beat_q != 8'd0 && (bank_full_i || !shadow_free_i));
    end
    generate
        if (KEPT_TILES > 0) begin : gen_reuse
            always @* cover (past_q && rst_ni && jobs_q == 3'd1 && reuse_q && take && !shadow_free_i);
            always @* cover (past_q && rst_ni && kept_q && reuse_q && owed_q != 8'd0);
        end
        if (KEPT_TILES > 0 && KEPT_TILES < (1 << TILES_W) - 1) begin : gen_too_long
            always @* cover (past_q && rst_ni && offered && fits && in_turn && !accept);
        end
    endgenerate

endmodule

`default_nettype wire
