// Load controller of a lookup-table array: takes jobs, fills table banks and codebooks.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : checks and accepts jobs, and leads the wgt stream of a job, tile by tile, into the tables of the bank that is
//             free and into the encoders' shadow registers. A tile has IMMS subspaces of CENTROIDS beats, the last
//             centroid first; a job that reuses indices fills tables alone. A job that keeps its indices must be followed
//             by one of the same rows and tiles that reuses them.
// Latency   : none: a beat is written in the cycle of its handshake.
// Handshake : job and weight streams are valid/ready; ready never depends on valid. The next job is taken when all tiles
//             of the one before are loaded, so at most three jobs are accepted and not looked up.
// Parameters:
//   CENTROIDS   table rows of a subspace, 2..64
//   CCUS        encoders, divides IMMS
//   IMMS        subspaces of a tile, >= 1
//   ROWS_M      largest number of rows of a job, >= 1
//   TILES_W     width of the tile count, >= 1
//   KEPT_TILES  most tiles of a job that keeps its indices; 0: none can
`default_nettype none

module pf_load_ctrl #(
    parameter CENTROIDS  = 16,
    parameter CCUS       = 1,
    parameter IMMS       = 1,
    parameter ROWS_M     = 256,
    parameter TILES_W    = 8,
    parameter KEPT_TILES = 8
) (
    input  wire                         clk_i,
    input  wire                         rst_ni,

    input  wire                         job_valid_i,
    output wire                         job_ready_o,
    input  wire [$clog2(ROWS_M+1)-1:0]  job_m_i,
    input  wire [TILES_W-1:0]           job_tiles_i,
    input  wire                         job_keep_i,
    input  wire                         job_reuse_i,
    output wire                         job_start_o,     // a job was accepted

    input  wire                         wgt_valid_i,
    output wire                         wgt_ready_o,
    input  wire                         wgt_last_i,
    output wire                         wgt_fire_o,
    output wire                         encode_o,        // the beats are those of a job that encodes
    output wire [$clog2(CENTROIDS)-1:0] entry_o,         // table row of the beat
    output wire [IMMS-1:0]              imm_o,           // its subspace, one-hot
    output wire [CCUS-1:0]              ccu_o,           // its encoder, one-hot
    output wire                         pass_loaded_o,   // the encoders have all they need for a pass
    output wire                         tile_loaded_o,   // the bank is full

    input  wire                         bank_full_i,     // the bank to be filled still is
    input  wire                         shadow_free_i,   // the encoders' shadow registers may be written
    output wire                         error_o          // bad job, or a last flag in the wrong place
);

    localparam M_W     = $clog2(ROWS_M + 1);
    localparam INDEX_W = $clog2(CENTROIDS);
    localparam [INDEX_W-1:0] TOP_ENTRY = CENTROIDS[INDEX_W-1:0] - {{(INDEX_W-1){1'b0}}, 1'b1};
    localparam [TILES_W-1:0] ONE_TILE  = {{(TILES_W-1){1'b0}}, 1'b1};

    reg  [TILES_W-1:0] left_q;     // tiles of the job still to load
    reg  [INDEX_W-1:0] entry_q;

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

    wire bad_reuse;
    generate
        if (KEPT_TILES > 0) begin : gen_reuse
            reg               encode_q;
            reg               kept_q;      // the job before keeps its indices
            reg [M_W-1:0]     m_q;
            reg [TILES_W-1:0] tiles_q;
            wire too_long;
            if (KEPT_TILES >= (1 << TILES_W) - 1) begin : gen_all_fit
                assign too_long = 1'b0;
            end else begin : gen_most
                localparam [TILES_W-1:0] MAX_TILES = KEPT_TILES[TILES_W-1:0];
                assign too_long = job_keep_i & (job_tiles_i > MAX_TILES);
            end
            wire differs = (job_m_i != m_q) | (job_tiles_i != tiles_q);
            assign bad_reuse = (job_reuse_i != kept_q) | (kept_q & differs) | too_long;
            assign encode_o  = encode_q;
            always @(posedge clk_i) begin
                if (!rst_ni) kept_q <= 1'b0;
                else if (job_start_o) kept_q <= job_keep_i;
            end
            always @(posedge clk_i) begin
                if (job_start_o) begin
                    encode_q <= ~job_reuse_i;
                    m_q      <= job_m_i;
                    tiles_q  <= job_tiles_i;
                end
            end
        end else begin : gen_encode
            wire unused_keep = job_keep_i | job_reuse_i;
            assign bad_reuse = 1'b0;
            assign encode_o  = 1'b1;
        end
    endgenerate
    wire job_bad = (job_m_i == {M_W{1'b0}}) | too_many | (job_tiles_i == {TILES_W{1'b0}}) | bad_reuse;

    assign job_ready_o = (left_q == {TILES_W{1'b0}});
    assign job_start_o = job_fire & ~job_bad;

    assign wgt_ready_o = (left_q != {TILES_W{1'b0}}) & ~bank_full_i & (~encode_o | shadow_free_i);
    assign wgt_fire_o  = wgt_valid_i & wgt_ready_o;
    wire   table_done  = wgt_fire_o & (entry_q == {INDEX_W{1'b0}});

    // The unit that a beat belongs to.
    generate
        if (IMMS > 1) begin : gen_imms
            reg [IMMS-1:0] imm_q;
            always @(posedge clk_i) begin
                if (!rst_ni) imm_q <= {{(IMMS-1){1'b0}}, 1'b1};
                else if (table_done) imm_q <= {imm_q[IMMS-2:0], imm_q[IMMS-1]};
            end
            assign imm_o = imm_q;
        end else begin : gen_imm
            assign imm_o = 1'b1;
        end
        if (CCUS > 1) begin : gen_ccus
            reg [CCUS-1:0] ccu_q;
            always @(posedge clk_i) begin
                if (!rst_ni) ccu_q <= {{(CCUS-1){1'b0}}, 1'b1};
                else if (table_done) ccu_q <= {ccu_q[CCUS-2:0], ccu_q[CCUS-1]};
            end
            assign ccu_o = ccu_q;
        end else begin : gen_ccu
            assign ccu_o = 1'b1;
        end
    endgenerate

    wire last_beat = (entry_q == {INDEX_W{1'b0}}) & imm_o[IMMS-1];
    assign entry_o       = entry_q;
    assign pass_loaded_o = table_done & ccu_o[CCUS-1] & encode_o;
    assign tile_loaded_o = wgt_fire_o & last_beat;
    assign error_o       = (job_fire & job_bad) | (wgt_fire_o & (wgt_last_i != last_beat));

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            left_q  <= {TILES_W{1'b0}};
            entry_q <= TOP_ENTRY;
        end else begin
            if (job_start_o) left_q <= job_tiles_i;
            else if (tile_loaded_o) left_q <= left_q - ONE_TILE;

            if (table_done) entry_q <= TOP_ENTRY;
            else if (wgt_fire_o) entry_q <= entry_q - {{(INDEX_W-1){1'b0}}, 1'b1};
        end
    end

endmodule

`default_nettype wire
