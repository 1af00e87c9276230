// Status: busy flag and event counters of an array.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : counts cycles while any job is under way, accumulator saturations and NaR operands; sticky NaR and
//             protocol-error flags.
// Latency   : counters show events one cycle later.
// Handshake : none; clear_i zeroes counters and flags.
// Parameters:
//   JOBS   jobs that can be under way, >= 1
//   SAT_W  width of the saturation events of a cycle, >= 1
//   NAR_W  width of the NaR events of a cycle, >= 1
`default_nettype none

module pf_status #(
    parameter JOBS  = 30,
    parameter SAT_W = 4,
    parameter NAR_W = 4
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             clear_i,
    input  wire             job_start_i,
    input  wire             job_end_i,    // the job's last output beat was taken
    input  wire [SAT_W-1:0] sat_i,
    input  wire [NAR_W-1:0] nar_i,
    input  wire             error_i,
    output wire             busy_o,
    output wire [31:0]      cycles_o,
    output wire [31:0]      saturations_o,
    output wire             nar_o,
    output wire [31:0]      nar_count_o,
    output wire             error_o
);

    localparam JOBS_W = $clog2(JOBS + 1);
    localparam [JOBS_W-1:0] ONE = {{(JOBS_W-1){1'b0}}, 1'b1};

    reg [JOBS_W-1:0] jobs_q;
    reg [31:0]       cycles_q;
    reg [31:0]       saturations_q;
    reg [31:0]       nar_count_q;
    reg              nar_q;
    reg              error_q;

    assign busy_o = (jobs_q != {JOBS_W{1'b0}});

    always @(posedge clk_i) begin
        if (!rst_ni) jobs_q <= {JOBS_W{1'b0}};
        else if (job_start_i & ~job_end_i) jobs_q <= jobs_q + ONE;
        else if (job_end_i & ~job_start_i) jobs_q <= jobs_q - ONE;
    end

    always @(posedge clk_i) begin
        if (!rst_ni | clear_i) begin
            cycles_q      <= 32'd0;
            saturations_q <= 32'd0;
            nar_count_q   <= 32'd0;
            nar_q         <= 1'b0;
            error_q       <= 1'b0;
        end else begin
            if (busy_o) cycles_q <= cycles_q + 32'd1;
            saturations_q <= saturations_q + {{(32-SAT_W){1'b0}}, sat_i};
            nar_count_q   <= nar_count_q + {{(32-NAR_W){1'b0}}, nar_i};
            nar_q         <= nar_q | (nar_i != {NAR_W{1'b0}});
            error_q       <= error_q | error_i;
        end
    end

    assign cycles_o      = cycles_q;
    assign saturations_o = saturations_q;
    assign nar_o         = nar_q;
    assign nar_count_o   = nar_count_q;
    assign error_o       = error_q;

endmodule

`default_nettype wire
