// Mode controller: gives the array of mixed precision the mode of the job that it works on.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the grid has one mode at a time. A job of another mode than the present one waits, with its weights outside,
//             until the sums of all jobs before it are complete. Jobs of a mode that does not exist are refused.
// Latency   : an idle array takes the mode with the job; otherwise hold_o falls two cycles after done_i.
// Handshake : job_start_i and done_i are pulses; at most seven jobs are under way. hold_o keeps weights out of the array.
// Parameters:
//   MODES   modes, >= 2
//   MODE_W  width of a mode, ceil(log2(MODES))
`default_nettype none

module pf_mode_ctrl #(
    parameter MODES  = 3,
    parameter MODE_W = 2
) (
    input  wire              clk_i,
    input  wire              rst_ni,
    input  wire [MODE_W-1:0] job_mode_i,
    output wire              job_bad_o,     // no such mode
    input  wire              job_start_i,   // a job of job_mode_i was accepted
    input  wire              done_i,        // the last sum of the oldest job is complete
    output wire              hold_o,
    output wire [MODE_W-1:0] mode_o
);

    reg [MODE_W-1:0] mode_q;
    reg [MODE_W-1:0] wanted_q;
    reg              waits_q;
    reg [2:0]        jobs_q;    // accepted, their sums not complete

    wire idle   = (jobs_q == 3'd0);
    wire alone  = (jobs_q == 3'd1);    // the waiting job itself
    wire turn = waits_q & alone;

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            mode_q  <= {MODE_W{1'b0}};
            waits_q <= 1'b0;
            jobs_q  <= 3'd0;
        end else begin
            if (job_start_i & idle) mode_q <= job_mode_i;
            else if (turn) mode_q <= wanted_q;
            if (job_start_i) waits_q <= ~idle & (job_mode_i != mode_q);
            else if (turn) waits_q <= 1'b0;
            if (job_start_i & ~done_i) jobs_q <= jobs_q + 3'd1;
            else if (done_i & ~job_start_i) jobs_q <= jobs_q - 3'd1;
        end
    end

    always @(posedge clk_i) if (job_start_i) wanted_q <= job_mode_i;

    generate
        if (MODES == (1 << MODE_W)) begin : gen_every_mode
            assign job_bad_o = 1'b0;
        end else begin : gen_some_modes
            localparam [31:0] LAST = MODES - 1;
            assign job_bad_o = (job_mode_i > LAST[MODE_W-1:0]);
        end
    endgenerate

    assign hold_o = waits_q;
    assign mode_o = mode_q;

endmodule

`default_nettype wire
