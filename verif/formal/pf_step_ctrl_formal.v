// Properties of pf_step_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : a job is exactly its number of steps, in order, with its own last row and ReLU bit (a tracked job); a step takes
//             one beat of each stream; a sum starts clean, is not disturbed and becomes a result once, over no result that
//             is still there; error flag exact; steps without a gap; no deadlock.
// Assumes   : free_i falls in the cycle after a job's last step and rises at some time behind it.
// Probes    : x_* are the DUT's registers, for the induction invariants.
`default_nettype none

module pf_step_ctrl_formal #(
    parameter ROWS      = 3,
    parameter TILES_W   = 2,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire                      clk_i,
    input wire                      rst_ni,
    input wire                      job_valid_i,
    input wire [$clog2(ROWS+1)-1:0] job_m_i,
    input wire [TILES_W-1:0]        job_tiles_i,
    input wire                      job_relu_i,
    input wire                      wgt_valid_i,
    input wire                      wgt_last_i,
    input wire                      act_valid_i,
    input wire                      act_last_i,
    input wire                      release_i,    // the results have left
    input wire                      pick_i        // track the job that is accepted
);

    localparam M_W = $clog2(ROWS + 1);
    localparam S_W = TILES_W + 1;

    reg  past_q = 1'b0;
    reg  results_q;          // results are in the array
    wire free = ~results_q;

    wire           job_ready;
    wire           wgt_ready;
    wire           wgt_fire;
    wire           act_ready;
    wire           act_fire;
    wire           step;
    wire           swap;
    wire           job_start;
    wire           job_end;
    wire           finish;
    wire [M_W-1:0] end_row;
    wire           relu;
    wire           error;
    pf_step_ctrl #(
        .ROWS   (ROWS),
        .TILES_W(TILES_W)
    ) u_dut (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .job_valid_i  (job_valid_i),
        .job_ready_o  (job_ready),
        .job_m_i      (job_m_i),
        .job_tiles_i  (job_tiles_i),
        .job_relu_i   (job_relu_i),
        .wgt_valid_i  (wgt_valid_i),
        .wgt_ready_o  (wgt_ready),
        .wgt_last_i   (wgt_last_i),
        .wgt_fire_o   (wgt_fire),
        .act_valid_i  (act_valid_i),
        .act_ready_o  (act_ready),
        .act_last_i   (act_last_i),
        .act_fire_o   (act_fire),
        .free_i       (free),
        .step_o       (step),
        .swap_o       (swap),
        .job_start_o  (job_start),
        .job_end_o    (job_end),
        .finish_o     (finish),
        .job_end_row_o(end_row),
        .relu_o       (relu),
        .error_o      (error)
    );
    wire               x_wgt_full;
    wire               x_wgt_last;
    wire               x_act_full;
    wire               x_act_last;
    wire               x_nxt_valid;
    wire [M_W-1:0]     x_nxt_end;
    wire [TILES_W-1:0] x_nxt_steps;
    wire               x_nxt_relu;
    wire               x_cur_valid;
    wire [M_W-1:0]     x_cur_end;
    wire [TILES_W-1:0] x_cur_left;
    wire               x_cur_relu;
    wire               x_first;

    wire good = (job_m_i != {M_W{1'b0}}) && (job_m_i <= ROWS) && (job_tiles_i != {TILES_W{1'b0}});

    // Beats that wait, and the last flags they came with.
    reg wgt_q;
    reg wgt_last_q;
    reg act_q;
    reg act_last_q;
    // Jobs inside, steps of the oldest, and the tracked job.
    reg [1:0]         inside_q;
    reg [S_W-1:0]     steps_q;
    reg               tracked_q;
    reg [1:0]         ahead_q;
    reg [M_W-1:0]     m_q;
    reg [TILES_W-1:0] tiles_q;
    reg               relu_q;
    // What a PE's sum holds: products, or what stood there before the reset.
    reg               dirty_q;
    reg               end_q;        // the job's last step was in the cycle before
    reg [3:0]         wait_q;
    reg               flow_q;       // a step was admitted, and beats for the next one came
    reg [2:0]         jobs_q;       // jobs whose last step was admitted, for the covers
    reg               across_q;     // steps of two jobs in two cycles running
    wire              mine = tracked_q && ahead_q == 2'd0;

    always @(posedge clk_i) begin
        past_q <= 1'b1;
        if (wgt_fire) wgt_last_q <= wgt_last_i;
        if (act_fire) act_last_q <= act_last_i;
        if (!rst_ni) begin
            results_q <= 1'b0;
            wgt_q     <= 1'b0;
            act_q     <= 1'b0;
            inside_q  <= 2'd0;
            steps_q   <= {S_W{1'b0}};
            tracked_q <= 1'b0;
            dirty_q   <= 1'b1;
            end_q     <= 1'b0;
            wait_q    <= 4'd0;
            flow_q    <= 1'b0;
            jobs_q    <= 3'd0;
            across_q  <= 1'b0;
        end else begin
            if (job_end) results_q <= 1'b1;
            else if (release_i) results_q <= 1'b0;
            wgt_q    <= wgt_fire | (wgt_q & ~step);
            act_q    <= act_fire | (act_q & ~step);
            inside_q <= inside_q + {1'b0, job_start} - {1'b0, job_end};
            if (job_end) steps_q <= {S_W{1'b0}};
            else if (step) steps_q <= steps_q + {{(S_W-1){1'b0}}, 1'b1};
            if (tracked_q && job_end) begin
                tracked_q <= (ahead_q != 2'd0);
                ahead_q   <= ahead_q - 2'd1;
            end else if (!tracked_q && job_start && pick_i) begin
                tracked_q <= 1'b1;
                ahead_q   <= inside_q - {1'b0, job_end};
                m_q       <= job_m_i;
                tiles_q   <= job_tiles_i;
                relu_q    <= job_relu_i;
            end
            dirty_q  <= step | (dirty_q & ~swap);
            end_q    <= job_end;
            wait_q   <= (!(job_valid_i && good && wgt_valid_i && act_valid_i && free) || step) ? 4'd0 : wait_q + 4'd1;
            flow_q   <= step && !job_end && wgt_valid_i && act_valid_i;
            if (job_end && jobs_q != 3'd7) jobs_q <= jobs_q + 3'd1;
            if (step && end_q) across_q <= 1'b1;
        end
    end

    always @* if (!past_q) assume (!rst_ni);

    always @* if (past_q && rst_ni) begin
        // Jobs.
        assert (job_start == (job_valid_i && job_ready && good));
        assert (inside_q <= 2'd2);
        if (job_end) assert (step);
        if (step) assert (inside_q != 2'd0);
        if (mine && step) assert (job_end == (steps_q == tiles_q - 1));
        if (mine && job_end) assert (end_row == m_q - 1 && relu == relu_q);
        // Beats: one of each a step, none lost.
        assert (wgt_fire == (wgt_valid_i && wgt_ready) && act_fire == (act_valid_i && act_ready));
        if (step) assert (wgt_q && act_q);
        if (wgt_ready) assert (!wgt_q || step);
        if (act_ready) assert (!act_q || step);
        assert (error == ((job_valid_i && job_ready && !good) || (step && (wgt_last_q != job_end || act_last_q != job_end))));
        // Sums and results.
        if (job_end) assert (free);
        assert (finish == end_q);
        if (finish) assert (swap);
        if (swap && !finish) assert (free);
        if (steps_q != {S_W{1'b0}}) assert (!swap);
        if (step && steps_q == {S_W{1'b0}}) assert (swap || !dirty_q);
        // No gap between steps, no deadlock.
        if (flow_q && free) assert (step);
        assert (wait_q <= 4'd3);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (inside_q == {1'b0, x_nxt_valid} + {1'b0, x_cur_valid});
        assert (x_wgt_full == wgt_q && x_act_full == act_q);
        if (wgt_q) assert (x_wgt_last == wgt_last_q);
        if (act_q) assert (x_act_last == act_last_q);
        if (tracked_q) assert (ahead_q < inside_q && tiles_q != {TILES_W{1'b0}});
        if (mine && x_cur_valid) assert (x_cur_left == tiles_q - steps_q && x_cur_end == m_q - 1 && x_cur_relu == relu_q && steps_q < tiles_q);
        if (tracked_q && !(mine && x_cur_valid)) assert (x_nxt_valid && x_nxt_steps == tiles_q && x_nxt_end == m_q - 1 && x_nxt_relu == relu_q);
        if (!x_cur_valid) assert (steps_q == {S_W{1'b0}});
        if (x_cur_valid) assert (x_cur_left != {TILES_W{1'b0}} && {1'b0, x_cur_left} + steps_q < (1 << TILES_W));
        if (x_nxt_valid) assert (x_nxt_steps != {TILES_W{1'b0}});
        assert (x_first == (steps_q == {S_W{1'b0}}));
        if (x_first && dirty_q) assert (end_q || free);
        if (end_q) assert (x_first && results_q);
        if (flow_q) assert (x_cur_valid && wgt_q && act_q);
        if (wait_q >= 4'd1) assert (inside_q != 2'd0 && wgt_q && act_q);
        if (wait_q >= 4'd2) assert (x_cur_valid);
    end

    always @* begin
        cover (past_q && rst_ni && jobs_q == 3'd3 && mine && job_end && m_q == ROWS);
        cover (past_q && rst_ni && inside_q == 2'd2 && wgt_q && act_q && !step && !free);
        cover (past_q && rst_ni && wgt_q && !act_q && act_valid_i && inside_q != 2'd0 && !wgt_ready);
    end
    generate
        if (TILES_W > 1) begin : gen_several_steps
            always @* begin
                cover (past_q && rst_ni && jobs_q == 3'd3 && step && !job_end && !free);
                cover (past_q && rst_ni && across_q && mine && job_end);
                cover (past_q && rst_ni && wgt_q && act_q && !step && !free && steps_q != {S_W{1'b0}});
            end
        end
    endgenerate

endmodule

`default_nettype wire
