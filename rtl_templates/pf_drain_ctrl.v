// Drain controller: hands finished rows to post-processing while the array goes on.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the sums of a job's last tile go into a buffer of RESULTS rows, where nothing of the next job touches them.
//             This module owns its places: a row of a last tile is admitted against a credit, is read when its sum is
//             in the last column's buffer, in order, and returns the credit. A job's column parameters become the
//             active ones when the last row of the job before has been taken.
// Latency   : a row is read one cycle after done_i and handed on in the next; then one row per cycle while the consumer
//             is ready, with one cycle between two jobs.
// Handshake : row_valid_o/row_ready_i; the buffers' outputs hold the row while it waits. row_ok_o and row_valid_o do not
//             depend combinationally on any handshake.
// Parameters:
//   RESULTS  rows of the buffer, >= 1
`default_nettype none

module pf_drain_ctrl #(
    parameter RESULTS = 21
) (
    input  wire                                             clk_i,
    input  wire                                             rst_ni,

    // Admission.
    input  wire                                             last_i,     // the row asked for belongs to its job's last tile
    output wire                                             row_ok_o,
    input  wire                                             admit_i,    // a row of a last tile was admitted

    // Its sum is being written, in the last column.
    input  wire                                             done_i,
    input  wire                                             done_end_i, // it is its job's last row
    input  wire                                             done_relu_i,

    input  wire                                             prm_full_i, // the next job's column parameters are loaded
    output wire                                             prm_take_o, // make them the active ones

    output wire                                             rd_en_o,
    output wire [((RESULTS > 1) ? $clog2(RESULTS) : 1)-1:0] rd_slot_o,

    output wire                                             row_valid_o,
    input  wire                                             row_ready_i,
    output wire                                             row_last_o,
    output wire                                             row_relu_o
);

    localparam SLOT_W   = (RESULTS > 1) ? $clog2(RESULTS) : 1;
    localparam CREDIT_W = $clog2(RESULTS + 1);
    localparam [31:0]         TOP    = RESULTS - 1;
    localparam [CREDIT_W-1:0] ALL    = RESULTS[CREDIT_W-1:0];
    localparam [CREDIT_W-1:0] CREDIT = {{(CREDIT_W-1){1'b0}}, 1'b1};

    reg [CREDIT_W-1:0] credit_q;
    reg [SLOT_W-1:0]   slot_q;     // the place that is read next
    reg                loaded_q;   // the buffers' outputs hold a row
    reg                open_q;     // the parameters of its job are active
    reg                last_q;
    reg                relu_q;

    wire written;
    wire written_end;
    wire written_relu;
    pf_fifo #(
        .WIDTH(2),
        .DEPTH((RESULTS > 1) ? RESULTS : 2)
    ) u_written (
        .clk_i  (clk_i),
        .rst_ni (rst_ni),
        .push_i (done_i),
        .data_i ({done_end_i, done_relu_i}),
        .valid_o(written),
        .pop_i  (rd_en_o),
        .data_o ({written_end, written_relu})
    );

    wire taken = row_valid_o & row_ready_i;

    assign row_ok_o    = ~last_i | (credit_q != {CREDIT_W{1'b0}});
    assign prm_take_o  = ~open_q & prm_full_i;
    assign rd_en_o     = written & (~loaded_q | taken);
    assign rd_slot_o   = slot_q;
    assign row_valid_o = loaded_q & open_q;
    assign row_last_o  = last_q;
    assign row_relu_o  = relu_q;

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            credit_q <= ALL;
            slot_q   <= {SLOT_W{1'b0}};
            loaded_q <= 1'b0;
            open_q   <= 1'b0;
        end else begin
            if (admit_i & ~rd_en_o) credit_q <= credit_q - CREDIT;
            else if (rd_en_o & ~admit_i) credit_q <= credit_q + CREDIT;

            if (rd_en_o) slot_q <= (slot_q == TOP[SLOT_W-1:0]) ? {SLOT_W{1'b0}} : slot_q + {{(SLOT_W-1){1'b0}}, 1'b1};

            if (rd_en_o) loaded_q <= 1'b1;
            else if (taken) loaded_q <= 1'b0;

            if (prm_take_o) open_q <= 1'b1;
            else if (taken & last_q) open_q <= 1'b0;
        end
    end

    always @(posedge clk_i) begin
        if (rd_en_o) begin
            last_q <= written_end;
            relu_q <= written_relu;
        end
    end

endmodule

`default_nettype wire
