// Properties of pf_drain_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : no more rows of last tiles are admitted than the buffer holds; a tracked row, chosen freely, is read from the
//             place that it was written to before that is written again, in its turn, and handed on once with its own
//             flags; parameters are taken once a job, never under a row of the job before; timing of the header; no
//             deadlock.
// Assumes   : done_i comes LATENCY cycles after a row's admission, with its flags; prm_full_i falls only after prm_take_o.
// Probes    : x_* are the DUT's registers, for the induction invariants.
`default_nettype none

module pf_drain_ctrl_formal #(
    parameter RESULTS   = 3,
    parameter LATENCY   = 2,   // cycles from a row's admission to its last sum's write, >= 1
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire clk_i,
    input wire rst_ni,
    input wire last_i,
    input wire act_valid_i,    // a row asks for admission
    input wire end_i,          // it is its job's last
    input wire relu_i,
    input wire pick_i,         // track the row that is admitted now
    input wire prm_full_i,
    input wire row_ready_i
);

    localparam SLOT_W  = (RESULTS > 1) ? $clog2(RESULTS) : 1;
    localparam DEPTH   = (RESULTS > 1) ? RESULTS : 2;
    localparam BOUND   = LATENCY + 4;
    localparam integer CREDIT_W = $clog2(RESULTS + 1);

    reg  past_q = 1'b0;
    wire row_ok;
    wire admit = act_valid_i & last_i & row_ok & past_q & rst_ni;

    // Rows on their way to their sums; the oldest is at the top.
    reg  [LATENCY-1:0] line_q;
    reg  [LATENCY-1:0] line_end_q;
    reg  [LATENCY-1:0] line_relu_q;
    reg  [LATENCY-1:0] line_track_q;
    wire               done       = line_q[LATENCY-1];
    wire               done_track = line_track_q[LATENCY-1];

    wire              prm_take;
    wire              rd_en;
    wire [SLOT_W-1:0] rd_slot;
    wire              row_valid;
    wire              row_last;
    wire              row_relu;
    pf_drain_ctrl #(
        .RESULTS(RESULTS)
    ) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .last_i     (last_i),
        .row_ok_o   (row_ok),
        .admit_i    (admit),
        .done_i     (done),
        .done_end_i (line_end_q[LATENCY-1]),
        .done_relu_i(line_relu_q[LATENCY-1]),
        .prm_full_i (prm_full_i),
        .prm_take_o (prm_take),
        .rd_en_o    (rd_en),
        .rd_slot_o  (rd_slot),
        .row_valid_o(row_valid),
        .row_ready_i(row_ready_i),
        .row_last_o (row_last),
        .row_relu_o (row_relu)
    );
    wire [CREDIT_W-1:0]        x_credit;
    wire                       x_loaded;
    wire                       x_open;
    wire                       x_last;
    wire                       x_relu;
    wire [SLOT_W-1:0]          x_slot;
    wire [$clog2(DEPTH)-1:0]   x_wr;
    wire [$clog2(DEPTH)-1:0]   x_rd;
    wire [$clog2(DEPTH+1)-1:0] x_count;
    wire [2*DEPTH-1:0]         words;
    genvar g;
    generate
        for (g = 0; g < DEPTH; g = g + 1) begin : gen_word
            wire [1:0] x_word;
            assign words[2*g +: 2] = x_word;
        end
    endgenerate

    // Model.
    reg  [7:0] held_q;        // rows admitted and not read
    reg  [7:0] written_q;     // of them, rows whose sums are there
    reg  [7:0] place_q;       // where the next sum is written
    reg        loaded_q;      // a row was read and not handed on
    reg        open_q;        // parameters taken, the job's last row not handed on
    reg        full_q;        // parameters were loaded and not taken
    reg  [7:0] wait_q;
    reg  [2:0] ends_q;        // jobs handed on, for the covers
    // The tracked row: none, on its way, written, read.
    reg        tracked_q;
    reg        there_q;
    reg        read_q;
    reg  [7:0] ahead_q;       // rows to be read before it
    reg  [7:0] its_place_q;
    reg        its_end_q;
    reg        its_relu_q;
    wire       taken     = row_valid & row_ready_i;
    wire       its_read  = rd_en & tracked_q & there_q & ~read_q & (ahead_q == 8'd0);
    wire       pick      = admit & pick_i & ~tracked_q;
    wire [7:0] next_place = (place_q == RESULTS - 1) ? 8'd0 : place_q + 8'd1;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        full_q <= prm_full_i & ~prm_take & rst_ni & past_q;
        if (!rst_ni) begin
            line_q       <= {LATENCY{1'b0}};
            line_track_q <= {LATENCY{1'b0}};
            held_q       <= 8'd0;
            written_q    <= 8'd0;
            place_q      <= 8'd0;
            loaded_q     <= 1'b0;
            open_q       <= 1'b0;
            wait_q       <= 8'd0;
            ends_q       <= 3'd0;
            tracked_q    <= 1'b0;
        end else begin
            line_q       <= {line_q, admit};
            line_track_q <= {line_track_q, pick};
            held_q       <= held_q + {7'd0, admit} - {7'd0, rd_en};
            written_q    <= written_q + {7'd0, done} - {7'd0, rd_en};
            if (done) place_q <= next_place;
            loaded_q <= rd_en | (loaded_q & ~taken);
            open_q   <= prm_take | (open_q & ~(taken & row_last));
            wait_q   <= (!(act_valid_i && last_i && prm_full_i && row_ready_i) || admit) ? 8'd0 : wait_q + 8'd1;
            if (taken && row_last && ends_q != 3'd7) ends_q <= ends_q + 3'd1;
            if (pick) begin
                tracked_q  <= 1'b1;
                there_q    <= 1'b0;
                read_q     <= 1'b0;
                its_end_q  <= end_i;
                its_relu_q <= relu_i;
                ahead_q    <= held_q - {7'd0, rd_en};
            end else if (tracked_q) begin
                if (rd_en && ahead_q != 8'd0) ahead_q <= ahead_q - 8'd1;
                if (done_track) begin
                    there_q     <= 1'b1;
                    its_place_q <= place_q;
                end
                if (its_read) read_q <= 1'b1;
                if (read_q && taken) tracked_q <= 1'b0;
            end
        end
        line_end_q  <= {line_end_q, end_i};
        line_relu_q <= {line_relu_q, relu_i};
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (full_q) assume (prm_full_i);
    end

    always @* if (past_q && rst_ni) begin
        // Admission.
        assert (row_ok == (!last_i || held_q < RESULTS));
        assert (held_q <= RESULTS);
        // Reads: what is there, into a free output, as soon as possible.
        assert (rd_en == (written_q != 8'd0 && (!loaded_q || taken)));
        // The tracked row.
        if (tracked_q && there_q && !read_q) begin
            assert (!(done && place_q == its_place_q));
            assert (rd_en == 1'b0 || (rd_slot == its_place_q) == (ahead_q == 8'd0));
        end
        if (tracked_q && read_q && row_valid) assert (row_last == its_end_q && row_relu == its_relu_q);
        if (tracked_q && read_q) assert (loaded_q);
        // Column parameters.
        assert (prm_take == (!open_q && prm_full_i));
        assert (row_valid == (loaded_q && open_q));
        assert (wait_q <= BOUND);
    end
    // Induction.
    wire [7:0] rd_at    = {{(8-$clog2(DEPTH)){1'b0}}, x_rd};
    wire [7:0] slot_at  = {{(8-SLOT_W){1'b0}}, x_slot};
    wire [7:0] wr_sum   = rd_at + written_q;
    wire [7:0] word_sum = rd_at + ahead_q;
    wire [7:0] end_sum  = slot_at + written_q;
    wire [7:0] its_sum  = slot_at + ahead_q;
    wire [7:0] word_at  = (word_sum >= DEPTH) ? word_sum - DEPTH : word_sum;
    wire [1:0] its_word = words[2*word_at +: 2];
    reg  [7:0] flying;        // rows on their way
    reg  [7:0] before;        // of them, older than the tracked one
    reg        its_end_flies;
    reg        its_relu_flies;
    reg  [7:0] tracks;
    reg        seen;
    integer i;
    always @* begin
        flying = 8'd0;
        before = 8'd0;
        tracks = 8'd0;
        seen   = 1'b0;
        its_end_flies  = 1'b0;
        its_relu_flies = 1'b0;
        for (i = LATENCY - 1; i >= 0; i = i - 1) begin
            flying = flying + {7'd0, line_q[i]};
            if (line_track_q[i]) begin
                seen   = 1'b1;
                tracks = tracks + 8'd1;
                its_end_flies  = line_end_q[i];
                its_relu_flies = line_relu_q[i];
            end
            if (!seen) before = before + {7'd0, line_q[i]};
        end
    end
    always @* if (INDUCTION != 0 && past_q) begin
        assert (held_q == flying + written_q && x_credit + held_q == RESULTS);
        assert (x_loaded == loaded_q && x_open == open_q);
        assert (x_count == written_q && written_q <= RESULTS && x_rd < DEPTH && x_slot < RESULTS && place_q < RESULTS);
        assert (x_wr == ((wr_sum >= DEPTH) ? wr_sum - DEPTH : wr_sum));
        assert (place_q == ((end_sum >= RESULTS) ? end_sum - RESULTS : end_sum));
        assert ((line_track_q & ~line_q) == {LATENCY{1'b0}});
        assert (tracks == ((tracked_q && !there_q) ? 8'd1 : 8'd0));
        if (tracked_q && !there_q) assert (!read_q && ahead_q == written_q + before && its_end_flies == its_end_q && its_relu_flies == its_relu_q);
        if (tracked_q && there_q && !read_q) begin
            assert (ahead_q < written_q && its_word == {its_end_q, its_relu_q});
            assert (its_place_q == ((its_sum >= RESULTS) ? its_sum - RESULTS : its_sum));
        end
        if (tracked_q && read_q) assert (there_q && loaded_q && x_last == its_end_q && x_relu == its_relu_q);
        if (act_valid_i && last_i && wait_q != 8'd0) assert (held_q == RESULTS || wait_q <= BOUND);
    end

    always @* begin
        cover (past_q && rst_ni && ends_q == 3'd2 && tracked_q && read_q && row_last && taken);
        cover (past_q && rst_ni && held_q == RESULTS && last_i && act_valid_i && written_q == RESULTS);
        cover (past_q && rst_ni && loaded_q && !open_q && written_q != 8'd0);
    end

endmodule

`default_nettype wire
