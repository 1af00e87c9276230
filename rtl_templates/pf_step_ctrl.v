// Step controller: takes jobs, joins activation and weight beats into steps, and issues the token between two sums.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : sequences a job of `m` rows and `tiles` steps on an output-stationary array. Each stream has a register
//             of one beat outside this module, whose fill bit is here; a step is admitted when both are full. The
//             job's last step also waits until the results of the job before have left, since nothing can wait inside
//             the array: its sums are results in the cycle behind it.
// Latency   : a beat taken in one cycle can be admitted in the next; steps follow each other without a gap, also across
//             jobs. The token comes in the cycle after a job's last step, and in every cycle without a sum to keep
//             (reset, no step of the next job yet and no result to overwrite), so that idle sums stand still.
// Handshake : job, weight and activation streams are valid/ready; ready never depends on any valid. `free_i` is
//             register-driven. At most one further job is accepted while one runs.
// Parameters:
//   ROWS     largest number of rows of a job, >= 1
//   TILES_W  width of the step count, >= 1
`default_nettype none

module pf_step_ctrl #(
    parameter ROWS    = 8,
    parameter TILES_W = 8
) (
    input  wire                      clk_i,
    input  wire                      rst_ni,

    input  wire                      job_valid_i,
    output wire                      job_ready_o,
    input  wire [$clog2(ROWS+1)-1:0] job_m_i,
    input  wire [TILES_W-1:0]        job_tiles_i,
    input  wire                      job_relu_i,

    input  wire                      wgt_valid_i,
    output wire                      wgt_ready_o,
    input  wire                      wgt_last_i,
    output wire                      wgt_fire_o,

    input  wire                      act_valid_i,
    output wire                      act_ready_o,
    input  wire                      act_last_i,
    output wire                      act_fire_o,

    input  wire                      free_i,       // no result of an earlier job is in the array
    output wire                      step_o,       // the beats in the registers enter the array
    output wire                      swap_o,       // this cycle's products start new sums
    output wire                      job_start_o,  // a job was accepted
    output wire                      job_end_o,    // step_o is the job's last step
    output wire                      finish_o,     // the cycle after it: swap_o makes its sums results
    output wire [$clog2(ROWS+1)-1:0] job_end_row_o,// the job's last row
    output wire                      relu_o,       // the job's ReLU bit
    output wire                      error_o       // bad job, or a last flag in the wrong place
);

    localparam M_W = $clog2(ROWS + 1);
    localparam [TILES_W-1:0] ONE_STEP = {{(TILES_W-1){1'b0}}, 1'b1};
    localparam [M_W-1:0]     ONE_ROW  = {{(M_W-1){1'b0}}, 1'b1};

    // The beats that wait for admission.
    reg               wgt_full_q;
    reg               wgt_last_q;
    reg               act_full_q;
    reg               act_last_q;

    // The next job and the one whose steps are being admitted.
    reg               nxt_valid_q;
    reg [M_W-1:0]     nxt_end_q;
    reg [TILES_W-1:0] nxt_steps_q;
    reg               nxt_relu_q;
    reg               cur_valid_q;
    reg [M_W-1:0]     cur_end_q;     // m - 1
    reg [TILES_W-1:0] cur_left_q;    // steps left
    reg               cur_relu_q;
    reg               first_q;       // no step since the last token of a finished job
    reg               finish_q;

    wire job_fire = job_valid_i & job_ready_o;
    wire too_many;
    generate
        if (ROWS == (1 << M_W) - 1) begin : gen_every_count_fits
            assign too_many = 1'b0;
        end else begin : gen_limit
            localparam [M_W-1:0] MAX_M = ROWS[M_W-1:0];
            assign too_many = (job_m_i > MAX_M);
        end
    endgenerate
    wire job_bad = (job_m_i == {M_W{1'b0}}) | too_many | (job_tiles_i == {TILES_W{1'b0}});

    assign job_ready_o = ~nxt_valid_q;
    assign job_start_o = job_fire & ~job_bad;

    wire last = (cur_left_q == ONE_STEP);

    assign step_o        = cur_valid_q & wgt_full_q & act_full_q & (~last | free_i);
    assign job_end_o     = step_o & last;
    assign finish_o      = finish_q;
    assign swap_o        = finish_q | (first_q & free_i);
    assign job_end_row_o = cur_end_q;
    assign relu_o        = cur_relu_q;

    assign wgt_ready_o = ~wgt_full_q | step_o;
    assign act_ready_o = ~act_full_q | step_o;
    assign wgt_fire_o  = wgt_valid_i & wgt_ready_o;
    assign act_fire_o  = act_valid_i & act_ready_o;

    assign error_o = (job_fire & job_bad) | (step_o & ((wgt_last_q != last) | (act_last_q != last)));

    wire take_nxt = nxt_valid_q & (~cur_valid_q | job_end_o);

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            wgt_full_q  <= 1'b0;
            act_full_q  <= 1'b0;
            nxt_valid_q <= 1'b0;
            cur_valid_q <= 1'b0;
            first_q     <= 1'b1;
            finish_q    <= 1'b0;
        end else begin
            if (wgt_fire_o) wgt_full_q <= 1'b1;
            else if (step_o) wgt_full_q <= 1'b0;

            if (act_fire_o) act_full_q <= 1'b1;
            else if (step_o) act_full_q <= 1'b0;

            if (job_start_o) nxt_valid_q <= 1'b1;
            else if (take_nxt) nxt_valid_q <= 1'b0;

            if (take_nxt) cur_valid_q <= 1'b1;
            else if (job_end_o) cur_valid_q <= 1'b0;

            if (step_o) first_q <= last;

            finish_q <= job_end_o;
        end
    end

    always @(posedge clk_i) begin
        if (wgt_fire_o) wgt_last_q <= wgt_last_i;
        if (act_fire_o) act_last_q <= act_last_i;
        if (job_start_o) begin
            nxt_end_q   <= job_m_i - ONE_ROW;
            nxt_steps_q <= job_tiles_i;
            nxt_relu_q  <= job_relu_i;
        end
        if (take_nxt) begin
            cur_end_q  <= nxt_end_q;
            cur_left_q <= nxt_steps_q;
            cur_relu_q <= nxt_relu_q;
        end else if (step_o) begin
            cur_left_q <= cur_left_q - ONE_STEP;
        end
    end

endmodule

`default_nettype wire
