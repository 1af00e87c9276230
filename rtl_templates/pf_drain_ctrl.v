// Drain controller: reads a finished job's accumulator rows and hands them to post-processing.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : after the last update of a job has been written, reads its rows in order. It also guards the buffer:
//             a row of the next job may be admitted only once the same row of the finished job has been read.
// Latency   : first read two cycles after done_i, or one after prm_full_i when that comes later; then one row per cycle
//             while the consumer is ready.
// Handshake : row_valid_o/row_ready_i; the memories hold the row while it waits.
// Parameters:
//   ROWS_M  rows of the accumulator buffer, >= 1
`default_nettype none

module pf_drain_ctrl #(
    parameter ROWS_M = 256
) (
    input  wire                                           clk_i,
    input  wire                                           rst_ni,

    // The row that asks for admission, and the job's end.
    input  wire [$clog2(ROWS_M+1)-1:0]                    row_i,
    input  wire                                           first_i,
    input  wire                                           job_end_i,
    output wire                                           row_ok_o,
    input  wire                                           start_i,    // the job's last row was admitted
    input  wire                                           relu_i,

    input  wire                                           done_i,     // its last update is being written
    input  wire                                           prm_full_i, // its column parameters are loaded
    output wire                                           prm_take_o, // make them the active ones

    output wire                                           rd_en_o,
    output wire [((ROWS_M > 1) ? $clog2(ROWS_M) : 1)-1:0] rd_addr_o,

    output wire                                           row_valid_o,
    input  wire                                           row_ready_i,
    output wire                                           row_last_o,
    output wire                                           row_relu_o
);

    localparam M_W    = $clog2(ROWS_M + 1);
    localparam ADDR_W = (ROWS_M > 1) ? $clog2(ROWS_M) : 1;

    reg           busy_q;   // a finished job's rows are not all read
    reg           done_q;
    reg           run_q;
    reg [M_W-1:0] count_q;  // rows read
    reg [M_W-1:0] end_q;    // last row
    reg           relu_q;
    reg           row_valid_q;
    reg           row_last_q;
    reg           row_relu_q;

    // Rows of a job's first tile need no read, so they may pass behind the reader. Later tiles read, and the memories'
    // outputs hold a row until it is taken.
    assign row_ok_o   = busy_q ? (first_i & ~job_end_i & (row_i < count_q)) : (first_i | ~row_valid_q);
    assign prm_take_o = busy_q & done_q & ~run_q & prm_full_i & ~row_valid_q;
    assign rd_en_o    = run_q & (~row_valid_q | row_ready_i);
    assign rd_addr_o  = count_q[ADDR_W-1:0];

    wire last_read = rd_en_o & (count_q == end_q);

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            busy_q      <= 1'b0;
            done_q      <= 1'b0;
            run_q       <= 1'b0;
            row_valid_q <= 1'b0;
        end else begin
            if (start_i) busy_q <= 1'b1;
            else if (last_read) busy_q <= 1'b0;

            if (done_i) done_q <= 1'b1;
            else if (prm_take_o) done_q <= 1'b0;

            if (prm_take_o) run_q <= 1'b1;
            else if (last_read) run_q <= 1'b0;

            if (rd_en_o) row_valid_q <= 1'b1;
            else if (row_ready_i) row_valid_q <= 1'b0;
        end
    end

    always @(posedge clk_i) begin
        if (start_i) begin
            count_q <= {M_W{1'b0}};
            end_q   <= row_i;
            relu_q  <= relu_i;
        end else if (rd_en_o) begin
            count_q <= count_q + {{(M_W-1){1'b0}}, 1'b1};
        end
        if (rd_en_o) begin
            row_last_q <= (count_q == end_q);
            row_relu_q <= relu_q;
        end
    end

    assign row_valid_o = row_valid_q;
    assign row_last_o  = row_last_q;
    assign row_relu_o  = row_relu_q;

endmodule

`default_nettype wire
