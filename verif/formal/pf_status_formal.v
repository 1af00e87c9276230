// Properties of pf_status.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : busy exactly while a job is under way; counters and sticky flags hold the events since the last clear.
// Assumes   : at most JOBS jobs under way, no end without a job.
// Probes    : x_jobs is the DUT's job count.
`default_nettype none

module pf_status_formal #(
    parameter JOBS  = 5,
    parameter SAT_W = 2,
    parameter NAR_W = 2,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire             clk_i,
    input wire             rst_ni,
    input wire             clear_i,
    input wire             job_start_i,
    input wire             job_end_i,
    input wire [SAT_W-1:0] sat_i,
    input wire [NAR_W-1:0] nar_i,
    input wire             error_i
);

    wire        busy;
    wire [31:0] cycles;
    wire [31:0] saturations;
    wire        nar;
    wire [31:0] nar_count;
    wire        error;
    pf_status #(
        .JOBS (JOBS),
        .SAT_W(SAT_W),
        .NAR_W(NAR_W)
    ) u_dut (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .clear_i      (clear_i),
        .job_start_i  (job_start_i),
        .job_end_i    (job_end_i),
        .sat_i        (sat_i),
        .nar_i        (nar_i),
        .error_i      (error_i),
        .busy_o       (busy),
        .cycles_o     (cycles),
        .saturations_o(saturations),
        .nar_o        (nar),
        .nar_count_o  (nar_count),
        .error_o      (error)
    );
    wire [$clog2(JOBS+1)-1:0] x_jobs;

    reg        past_q = 1'b0;
    reg [15:0] jobs_q;
    reg [31:0] busy_cycles_q;
    reg [31:0] sat_sum_q;
    reg [31:0] nar_sum_q;
    reg        nar_seen_q;
    reg        error_seen_q;
    always @(posedge clk_i) begin
        past_q <= 1'b1;
        jobs_q <= rst_ni ? jobs_q + {15'd0, job_start_i} - {15'd0, job_end_i} : 16'd0;
        if (!rst_ni || clear_i) begin
            busy_cycles_q <= 32'd0;
            sat_sum_q     <= 32'd0;
            nar_sum_q     <= 32'd0;
            nar_seen_q    <= 1'b0;
            error_seen_q  <= 1'b0;
        end else begin
            if (jobs_q > 16'd0) busy_cycles_q <= busy_cycles_q + 32'd1;
            sat_sum_q <= sat_sum_q + sat_i;
            nar_sum_q <= nar_sum_q + nar_i;
            if (nar_i != 0) nar_seen_q <= 1'b1;
            if (error_i) error_seen_q <= 1'b1;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (jobs_q == 16'd0) assume (!job_end_i);
        if (jobs_q == JOBS) assume (!job_start_i);
    end

    always @* if (past_q) begin
        assert (busy == (jobs_q != 16'd0));
        assert (cycles == busy_cycles_q);
        assert (saturations == sat_sum_q);
        assert (nar_count == nar_sum_q);
        assert (nar == nar_seen_q);
        assert (error == error_seen_q);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (jobs_q <= JOBS && x_jobs == jobs_q);
    end

    always @* begin
        cover (past_q && rst_ni && jobs_q == 16'd3 && cycles > 32'd4 && saturations > 32'd2 && nar && error);
        cover (past_q && rst_ni && !busy && cycles == 32'd3 && !nar && !error);
    end

endmodule

`default_nettype wire
