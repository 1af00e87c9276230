// Properties of pf_mode_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the mode does not change while sums of accepted jobs are under way; unless the newest job waits, the mode is its
//             own; a job that waits is let in once all before it are done.
// Assumes   : no job is accepted while one waits (its weights are outside), at most seven are under way, done_i ends one that
//             does not wait, jobs of a mode that does not exist are not accepted.
// Probes    : x_jobs and x_wanted are the DUT's job count and the waiting job's mode.
`default_nettype none

module pf_mode_ctrl_formal #(
    parameter MODES     = 3,
    parameter MODE_W    = 2,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire              clk_i,
    input wire              rst_ni,
    input wire [MODE_W-1:0] job_mode_i,
    input wire              job_start_i,
    input wire              done_i
);

    wire              bad;
    wire              hold;
    wire [MODE_W-1:0] mode;
    pf_mode_ctrl #(
        .MODES (MODES),
        .MODE_W(MODE_W)
    ) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .job_mode_i (job_mode_i),
        .job_bad_o  (bad),
        .job_start_i(job_start_i),
        .done_i     (done_i),
        .hold_o     (hold),
        .mode_o     (mode)
    );

    wire [2:0]        x_jobs;
    wire [MODE_W-1:0] x_wanted;

    reg              past_q = 1'b0;
    reg              ran_q;        // not in reset in the cycle before
    reg [2:0]        jobs_q;       // under way, the waiting one included
    reg              any_q;        // a job was accepted
    reg [MODE_W-1:0] newest_q;
    reg [MODE_W-1:0] mode_q;
    reg              busy_q;       // jobs before the waiting one were under way
    reg              alone_q;      // the waiting job was alone
    wire [2:0]       summing = jobs_q - {2'd0, hold};
    always @(posedge clk_i) begin
        past_q  <= 1'b1;
        ran_q   <= rst_ni;
        mode_q  <= mode;
        busy_q  <= (summing != 3'd0);
        alone_q <= hold & (jobs_q == 3'd1);
        if (job_start_i) newest_q <= job_mode_i;
        if (!rst_ni) begin
            jobs_q <= 3'd0;
            any_q  <= 1'b0;
        end else begin
            jobs_q <= jobs_q + {2'd0, job_start_i} - {2'd0, done_i};
            if (job_start_i) any_q <= 1'b1;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q && rst_ni) begin
            if (job_start_i) assume (!hold && !bad && jobs_q < 3'd7);
            if (done_i) assume (summing != 3'd0);
        end
        if (!rst_ni) assume (!job_start_i && !done_i);
    end

    always @* begin
        assert (bad == (job_mode_i >= MODES));
        if (past_q && rst_ni && ran_q) begin
            if (busy_q && summing != 3'd0) assert (mode == mode_q);
            if (any_q && !hold) assert (mode == newest_q);
            if (alone_q) assert (!hold);
        end
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q && ran_q) begin
        assert (x_jobs == jobs_q);
        if (hold) assert (jobs_q != 3'd0 && any_q && x_wanted == newest_q);
        if (jobs_q != 3'd0) assert (any_q);
    end

    always @* begin
        cover (past_q && rst_ni && hold && jobs_q == 3'd3);
        cover (past_q && rst_ni && alone_q && mode != mode_q);
    end

endmodule

`default_nettype wire
