// Properties of pf_drain_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : every row of a finished job is read once and in order and handed on once; no row is overwritten before it
//             was read; the memories' output is not disturbed while a row waits; reads follow the last update; timing of
//             the header; no deadlock.
// Assumes   : rows are admitted as jobs of 1..ROWS_M rows and one or more tiles; done_i comes LATENCY cycles after start_i;
//             prm_full_i falls only after prm_take_o.
// Probes    : x_* are the DUT's registers, for the induction invariants.
`default_nettype none

module pf_drain_ctrl_formal #(
    parameter ROWS_M  = 3,
    parameter LATENCY = 2,  // cycles from a row's admission to its update, >= 1
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire       clk_i,
    input wire       rst_ni,
    input wire       act_valid_i,
    input wire [3:0] new_m_i,       // rows and tiles of the next job
    input wire [1:0] new_tiles_i,
    input wire       new_relu_i,
    input wire       prm_full_i,
    input wire       row_ready_i
);

    localparam M_W    = $clog2(ROWS_M + 1);
    localparam ADDR_W = (ROWS_M > 1) ? $clog2(ROWS_M) : 1;
    localparam BOUND  = LATENCY + ROWS_M + 6;

    // The job that is admitted.
    reg  past_q = 1'b0;
    reg  [3:0] m_q;
    reg  [1:0] tiles_q;     // tiles left
    reg        relu_q;
    reg  [3:0] row_q;
    reg        first_q;
    wire       tile_end = (row_q == m_q - 4'd1);
    wire       job_end  = tile_end & (tiles_q == 2'd1);
    wire       row_ok;
    wire       fire  = act_valid_i & row_ok & past_q & rst_ni;
    wire       start = fire & job_end;
    reg  [LATENCY-1:0] done_line_q;
    reg  [LATENCY-1:0] update_line_q;       // updates of later tiles under way
    wire               done = done_line_q[LATENCY-1];

    wire              prm_take;
    wire              rd_en;
    wire [ADDR_W-1:0] rd_addr;
    wire              row_valid;
    wire              row_last;
    wire              row_relu;
    pf_drain_ctrl #(
        .ROWS_M(ROWS_M)
    ) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .row_i      (row_q[M_W-1:0]),
        .first_i    (first_q),
        .job_end_i  (job_end),
        .row_ok_o   (row_ok),
        .start_i    (start),
        .relu_i     (relu_q),
        .done_i     (done),
        .prm_full_i (prm_full_i),
        .prm_take_o (prm_take),
        .rd_en_o    (rd_en),
        .rd_addr_o  (rd_addr),
        .row_valid_o(row_valid),
        .row_ready_i(row_ready_i),
        .row_last_o (row_last),
        .row_relu_o (row_relu)
    );
    wire           x_busy;
    wire           x_done;
    wire           x_run;
    wire [M_W-1:0] x_count;
    wire [M_W-1:0] x_end;
    wire           x_relu;

    // Model of the finished job.
    reg       open_q;      // its rows are not all read
    reg       done_q;      // its last update was written
    reg       took_q;      // its column parameters are active
    reg [3:0] end_m_q;
    reg       end_relu_q;
    reg [3:0] reads_q;
    reg       waiting_q;   // a row was read and not handed on
    reg       waiting_last_q;
    reg       waiting_relu_q;
    reg       prm_q;       // parameters were full and not taken
    reg [7:0] wait_q;
    reg [3:0] drained_q;
    reg       passed_q;    // a row of the next job passed behind the reader
    wire      last_read = rd_en & (reads_q == end_m_q - 4'd1);

    always @(posedge clk_i) begin
        past_q        <= 1'b1;
        prm_q         <= prm_full_i & ~prm_take & rst_ni & past_q;
        done_line_q   <= rst_ni ? {done_line_q, start} : {LATENCY{1'b0}};
        update_line_q <= rst_ni ? {update_line_q, fire & ~first_q} : {LATENCY{1'b0}};
        if (!rst_ni || start) begin
            m_q     <= new_m_i;
            tiles_q <= new_tiles_i;
            relu_q  <= new_relu_i;
            row_q   <= 4'd0;
            first_q <= 1'b1;
        end else if (fire) begin
            row_q <= tile_end ? 4'd0 : row_q + 4'd1;
            if (tile_end) begin
                first_q <= 1'b0;
                tiles_q <= tiles_q - 2'd1;
            end
        end
        if (!rst_ni) begin
            open_q    <= 1'b0;
            done_q    <= 1'b0;
            took_q    <= 1'b0;
            waiting_q <= 1'b0;
            wait_q    <= 8'd0;
            drained_q <= 4'd0;
            passed_q  <= 1'b0;
        end else begin
            if (start) begin
                open_q     <= 1'b1;
                done_q     <= 1'b0;
                took_q     <= 1'b0;
                end_m_q    <= m_q;
                end_relu_q <= relu_q;
                reads_q    <= 4'd0;
            end else begin
                if (last_read) open_q <= 1'b0;
                if (done) done_q <= 1'b1;
                if (prm_take) took_q <= 1'b1;
                if (rd_en) reads_q <= reads_q + 4'd1;
            end
            waiting_q <= rd_en | (waiting_q & ~row_ready_i);
            if (rd_en) begin
                waiting_last_q <= (reads_q == end_m_q - 4'd1);
                waiting_relu_q <= end_relu_q;
            end
            wait_q <= (!(act_valid_i && prm_full_i && row_ready_i) || fire) ? 8'd0 : wait_q + 8'd1;
            if (waiting_q && waiting_last_q && row_ready_i && drained_q != 4'd15) drained_q <= drained_q + 4'd1;
            if (fire && open_q) passed_q <= 1'b1;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (new_m_i >= 4'd1 && new_m_i <= ROWS_M && new_tiles_i != 2'd0);
        if (prm_q) assume (prm_full_i);
    end

    always @* if (past_q && rst_ni) begin
        // Guard of the buffer.
        if (start) assert (!open_q);
        if (fire && open_q) assert (first_q && row_q < reads_q);
        if (fire && !first_q) assert (!row_valid && !rd_en);
        if (rd_en) assert (update_line_q == {LATENCY{1'b0}});
        // Column parameters: once a job, behind its last update, and not under a row that waits.
        if (prm_take) assert (open_q && done_q && !took_q && prm_full_i && !row_valid);
        // Reads: in order, once, into a free output.
        if (rd_en) assert (open_q && took_q && rd_addr == reads_q && reads_q < end_m_q);
        if (rd_en) assert (!row_valid || row_ready_i);
        // Rows handed on.
        assert (row_valid == waiting_q);
        if (row_valid) assert (row_last == waiting_last_q && row_relu == waiting_relu_q);
        // Timing: the take in the cycle after the later of done and full, the first read in the next, then one a cycle.
        if (open_q && done_q && !took_q && prm_full_i && !row_valid) assert (prm_take);
        if (open_q && took_q && (!row_valid || row_ready_i)) assert (rd_en);
        assert (wait_q <= BOUND);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (m_q >= 4'd1 && m_q <= ROWS_M && tiles_q != 2'd0 && row_q < m_q);
        assert (open_q == x_busy && x_run == (open_q && took_q) && x_done == (open_q && done_q && !took_q));
        if (open_q) assert (x_count == reads_q && x_end == end_m_q - 4'd1 && x_relu == end_relu_q);
        if (open_q) assert (end_m_q >= 4'd1 && end_m_q <= ROWS_M && reads_q < end_m_q);
        if (!open_q) assert (done_line_q == {LATENCY{1'b0}});
        assert ((done_line_q & (done_line_q - 1)) == {LATENCY{1'b0}});
        if (open_q) assert (done_q == (done_line_q == {LATENCY{1'b0}}));
        if (took_q && open_q) assert (done_q);
        if (open_q && reads_q != 4'd0) assert (took_q);
        if (open_q && !took_q) assert (reads_q == 4'd0);
        if (open_q && !first_q) assert (row_q == 4'd0);
        if (open_q && done_q) assert (update_line_q == {LATENCY{1'b0}});
        if (open_q) assert (row_q <= reads_q);
        // The last update is never younger than the job's end.
        if (open_q) assert (update_line_q == {LATENCY{1'b0}} || (update_line_q >= done_line_q && done_line_q != {LATENCY{1'b0}}
                            && ((done_line_q - 1) & update_line_q) == {LATENCY{1'b0}}));
        if (waiting_q && !open_q) assert (waiting_last_q);
        if (waiting_q && open_q && !took_q) assert (waiting_last_q);
        if (waiting_q && open_q && took_q) assert (!waiting_last_q && reads_q != 4'd0);
        if (waiting_q) assert (update_line_q == {LATENCY{1'b0}});
    end

    always @* begin
        cover (past_q && rst_ni && drained_q == 4'd2 && row_valid && row_last && row_ready_i);
        cover (past_q && rst_ni && start && m_q == ROWS_M && !first_q);
    end
    generate
        if (ROWS_M > 1) begin : gen_pass
            always @* cover (past_q && rst_ni && passed_q && drained_q == 4'd1);
            always @* cover (past_q && rst_ni && open_q && took_q && row_valid && !row_ready_i && act_valid_i && !row_ok);
        end
    endgenerate

endmodule

`default_nettype wire
