// Properties of pf_index_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : a tracked word, chosen freely when it is taken: all its passes are written to one place, nothing else is written
//             there until the last fetch that needs it, every fetch whose turn it is reads that place, after the last pass, and
//             no other fetch does. Words are first fetched in the order in which they were taken; the n-th fetch of a job that
//             reuses indices is the n-th word of the job that kept them. Never more words are taken than there are.
// Assumes   : take_i needs room_o; a first pass writes words that were taken, the others as many as the first; fetch_i needs
//             ready_o or fetch_reuse_i; fetch_start_i at a job's first word, fetch_keep_i and fetch_reuse_i the same for
//             all its words; a job behind one that keeps reuses and has as many words, no other reuses (pf_load_ctrl).
// Probes    : x_* are the DUT's registers, for the induction invariants.
`default_nettype none

module pf_index_ctrl_formal #(
    parameter WORDS     = 3,
    parameter PASSES    = 1,
    parameter REUSE     = 1,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire       clk_i,
    input wire       rst_ni,
    input wire       take_i,
    input wire       pick_i,         // track the word that is taken now
    input wire       write_i,
    input wire       write_end_i,
    input wire       fetch_i,
    input wire       job_end_i,      // the fetched word is the job's last; of a job that does not reuse
    input wire       job_keep_i      // the job that starts keeps its words
);

    localparam ADDR_W  = $clog2(WORDS);
    localparam COUNT_W = $clog2(WORDS + 1);

    wire              room;
    wire [PASSES-1:0] we;
    wire [ADDR_W-1:0] waddr;
    wire              ready;
    wire [ADDR_W-1:0] raddr;
    wire              start;
    wire              keep;
    wire              reuse;
    pf_index_ctrl #(
        .WORDS (WORDS),
        .PASSES(PASSES),
        .REUSE (REUSE)
    ) u_dut (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .room_o       (room),
        .take_i       (take_i),
        .write_i      (write_i),
        .write_end_i  (write_end_i),
        .we_o         (we),
        .waddr_o      (waddr),
        .ready_o      (ready),
        .fetch_i      (fetch_i),
        .fetch_start_i(start),
        .fetch_keep_i (keep),
        .fetch_reuse_i(reuse),
        .raddr_o      (raddr)
    );
    wire [ADDR_W-1:0]  x_waddr;
    wire [ADDR_W-1:0]  x_raddr;
    wire [COUNT_W-1:0] x_free;
    wire [COUNT_W-1:0] x_ready;
    wire [PASSES-1:0]  x_pass;     // where there are several
    wire [ADDR_W-1:0]  x_tile;
    wire [ADDR_W-1:0]  x_kept;     // where indices are kept

    // Model ------------------------------------------------------------------------------------------------------------
    // Words that are taken, in order: kept, complete, not complete.
    reg       past_q = 1'b0;
    reg [3:0] kept_q;
    reg [3:0] ready_q;
    reg [3:0] open_q;
    reg [3:0] pass_q;       // that is written
    reg [3:0] row_q;        // rows of it
    reg [3:0] rows_q;       // of the first pass
    // The job whose words are fetched.
    reg       begun_q;
    reg       keep_q;
    reg       reuse_q;      // the present or, between jobs, the next one
    reg [3:0] done_q;       // its words fetched
    reg [3:0] words_q;      // of the job that keeps
    // The tracked word.
    reg       tracked_q;
    reg [3:0] offset_q;     // words taken before it and not released
    reg       placed_q;     // its first pass was written
    reg [3:0] written_q;    // its passes
    reg [ADDR_W-1:0] place_q;
    reg       fetched_q;    // for the first time
    reg [3:0] turn_q;       // its number in the job that keeps it
    reg [2:0] again_q;      // further fetches, for the covers

    wire [5:0] held      = kept_q + ready_q + open_q;
    assign     start     = ~begun_q;
    assign     reuse     = reuse_q;
    assign     keep      = begun_q ? keep_q : (job_keep_i & (REUSE != 0));
    wire       closing   = (pass_q == PASSES - 1);
    wire       complete  = write_i & closing;
    wire       release_w = fetch_i & ~keep;
    wire       over      = fetch_i & (reuse ? (done_q == words_q - 4'd1) : job_end_i);
    wire [3:0] writes    = kept_q + ready_q + (closing ? 4'd0 : row_q);     // the word that is written
    wire [3:0] fetches   = reuse ? (keep ? done_q : 4'd0) : kept_q;       // the word that is fetched
    wire       its_write = write_i & tracked_q & (writes == offset_q);
    wire       its_fetch = fetch_i & tracked_q & (fetches == offset_q);

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (!rst_ni) begin
            kept_q    <= 4'd0;
            ready_q   <= 4'd0;
            open_q    <= 4'd0;
            pass_q    <= 4'd0;
            row_q     <= 4'd0;
            begun_q   <= 1'b0;
            reuse_q   <= 1'b0;
            done_q    <= 4'd0;
            tracked_q <= 1'b0;
        end else begin
            kept_q  <= kept_q + {3'd0, fetch_i & keep & ~reuse} - {3'd0, fetch_i & reuse & ~keep};
            ready_q <= ready_q + {3'd0, complete} - {3'd0, fetch_i & ~reuse};
            open_q  <= open_q + {3'd0, take_i} - {3'd0, complete};
            if (write_i) begin
                row_q <= (write_end_i || PASSES == 1) ? 4'd0 : row_q + 4'd1;    // of a single pass it does not matter
                if (write_end_i) pass_q <= closing ? 4'd0 : pass_q + 4'd1;
                if (write_end_i && pass_q == 4'd0) rows_q <= row_q + 4'd1;
            end
            if (fetch_i) begin
                begun_q <= ~over;
                done_q  <= over ? 4'd0 : (done_q != 4'd15) ? done_q + 4'd1 : 4'd15;
                keep_q  <= keep;
                if (over) begin
                    reuse_q <= keep;
                    words_q <= done_q + 4'd1;
                end
            end
            if (!tracked_q) begin
                if (take_i & pick_i) begin
                    tracked_q <= 1'b1;
                    offset_q  <= held - {3'd0, release_w};
                    placed_q  <= 1'b0;
                    written_q <= 4'd0;
                    fetched_q <= 1'b0;
                    again_q   <= 3'd0;
                end
            end else begin
                if (its_write) begin
                    placed_q  <= 1'b1;
                    place_q   <= placed_q ? place_q : waddr;
                    written_q <= written_q + 4'd1;
                end
                if (its_fetch) begin
                    fetched_q <= 1'b1;
                    turn_q    <= fetched_q ? turn_q : done_q;
                    if (fetched_q && again_q != 3'd7) again_q <= again_q + 3'd1;
                end
                if (release_w) begin
                    if (offset_q == 4'd0) tracked_q <= 1'b0;
                    else offset_q <= offset_q - 4'd1;
                end
            end
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q && rst_ni) begin
            if (take_i) assume (held < WORDS);
            if (write_i && pass_q == 4'd0) assume (row_q < open_q);
            if (write_i && pass_q != 4'd0) assume (write_end_i == (row_q == rows_q - 4'd1));
            if (fetch_i) assume (ready_q != 4'd0 || reuse);
        end
        if (!rst_ni) assume (!take_i && !write_i && !fetch_i);
    end

    always @* if (past_q) begin
        assert (room == (held < WORDS));
        assert (ready == (ready_q != 4'd0));
        assert (held <= WORDS);
        assert (we == (write_i ? 1 << pass_q : 0));
        // The place that the passes are written to is the word's own until its last fetch.
        if (tracked_q && placed_q && write_i) assert (its_write == (waddr == place_q));
        if (its_write) assert (written_q == pass_q && !fetched_q);
        // Fetches.
        if (tracked_q && fetch_i) assert (its_fetch == (placed_q && raddr == place_q) || !placed_q);
        if (its_fetch) assert (placed_q && written_q == PASSES && raddr == place_q);
        if (its_fetch && fetched_q) assert (reuse && done_q == turn_q);
        if (tracked_q && fetched_q && fetch_i && reuse && done_q == turn_q) assert (its_fetch);
        if (its_fetch && !fetched_q) assert (!reuse);
    end
    // Induction. `first_q` is the place of the oldest word.
    reg  [3:0] first_q;
    always @(posedge clk_i) begin
        if (!rst_ni) first_q <= 4'd0;
        else if (release_w) first_q <= (first_q == WORDS - 1) ? 4'd0 : first_q + 4'd1;
    end
    wire [4:0] complete_at = first_q + kept_q + ready_q;
    wire [4:0] write_at    = first_q + writes;
    wire [4:0] fetch_at    = first_q + fetches;
    wire [4:0] its_at      = first_q + offset_q;
    wire [4:0] next_at     = first_q + kept_q;
    always @* if (INDUCTION != 0 && past_q) begin
        assert (first_q < WORDS && x_free == WORDS - held && x_ready == ready_q);
        assert (kept_q <= WORDS && ready_q <= WORDS && open_q <= WORDS);
        assert (x_waddr == write_at % WORDS);
        assert (pass_q < PASSES && row_q <= WORDS);
        if (pass_q == 4'd0) assert (row_q <= open_q);
        else assert (rows_q >= 4'd1 && rows_q <= WORDS && row_q < rows_q && rows_q <= open_q + (closing ? row_q : 4'd0));
        if (PASSES > 1) begin
            assert (x_pass == 1 << pass_q);
            if (!closing) assert (x_tile == complete_at % WORDS);
        end
        // Jobs: kept words are those of the present job, or those that the next one reuses.
        if (REUSE == 0) assert (!reuse_q && (!begun_q || !keep_q) && kept_q == 4'd0);
        if (!begun_q) assert (done_q == 4'd0);
        else assert (done_q != 4'd0);
        if (!reuse_q) assert (kept_q == ((begun_q && keep_q) ? done_q : 4'd0));
        else begin
            assert (words_q >= 4'd1 && words_q <= WORDS && done_q < words_q);
            assert (kept_q == ((begun_q && !keep_q) ? words_q - done_q : words_q));
        end
        if (REUSE != 0 && (reuse_q ? (!begun_q || keep_q) : (begun_q && keep_q))) assert (x_kept == first_q);
        if (begun_q && reuse_q) assert (x_raddr == fetch_at % WORDS);
        if (!reuse_q) assert (x_raddr == next_at % WORDS);
        // The tracked word.
        if (tracked_q) begin
            assert (offset_q < held);
            assert (fetched_q == (offset_q < kept_q));
            assert (written_q == ((offset_q < kept_q + ready_q) ? PASSES :
                                  (closing && offset_q - (kept_q + ready_q) < rows_q - row_q) ? PASSES - 1 :
                                  (closing) ? 0 :
                                  (offset_q - (kept_q + ready_q) < row_q) ? pass_q + 1 :
                                  (pass_q != 4'd0 && offset_q - (kept_q + ready_q) < rows_q) ? pass_q : 0) || PASSES == 1);
            if (PASSES == 1) assert (written_q == ((offset_q < kept_q + ready_q) ? 1 : 0));
            assert (placed_q == (written_q != 4'd0));
            if (placed_q) assert (place_q == its_at % WORDS);
            // Its turn counts from the first word of its job.
            if (fetched_q) assert (turn_q == offset_q + ((reuse_q && begun_q && !keep_q) ? done_q : 4'd0));
        end
    end

    always @* begin
        cover (past_q && rst_ni && held == WORDS && complete && fetch_i);
        cover (past_q && rst_ni && tracked_q && its_fetch && place_q == 0 && first_q == 0 && fetches == 0 && done_q == 4'd1);
    end
    generate
        if (REUSE != 0) begin : gen_reuse
            always @* cover (past_q && rst_ni && its_fetch && !keep && again_q == 3'd1 && turn_q == 4'd1 && write_i);
            always @* cover (past_q && rst_ni && kept_q == WORDS && fetch_i && reuse && keep);
        end
        if (PASSES > 1) begin : gen_passes
            always @* cover (past_q && rst_ni && its_fetch && rows_q == 4'd2 && write_i);
        end
    endgenerate

endmodule

`default_nettype wire
