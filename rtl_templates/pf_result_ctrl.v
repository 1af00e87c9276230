// Result controller: hands the finished rows of an output-stationary array to post-processing.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the results of a job stand in the array's result registers, row 0 at the bottom of each column. Post-
//             processing takes the bottom row in groups of columns; behind each group its columns shift down by one.
//             A column therefore has the next row before its group's turn comes again, and no row is copied.
// Latency   : the first row is valid two cycles after done_i, or one after prm_full_i when that comes later. Rows then
//             follow each other without a gap; with a single group, in every other cycle. free_o rises in the cycle
//             after the last row was taken.
// Handshake : row_valid_o/row_ready_i; taken_i says that the group select_i was taken. start_i only while free_o, done_i
//             once behind it.
// Parameters:
//   ROWS        rows of the array, >= 1
//   COLS        columns of the array, >= 1
//   POST_LANES  columns of a group, 1..COLS
`default_nettype none

module pf_result_ctrl #(
    parameter ROWS       = 8,
    parameter COLS       = 8,
    parameter POST_LANES = 1
) (
    input  wire                                        clk_i,
    input  wire                                        rst_ni,

    input  wire                                        start_i,    // a job's last step was admitted
    input  wire [$clog2(ROWS+1)-1:0]                   end_row_i,  // its last row
    input  wire                                        relu_i,
    output wire                                        free_o,     // no row of a job is in the array

    input  wire                                        done_i,     // its results will be there in time
    input  wire                                        prm_full_i, // its column parameters are loaded
    output wire                                        prm_take_o, // make them the active ones

    output wire                                        row_valid_o,
    input  wire                                        row_ready_i,
    output wire                                        row_last_o,
    output wire                                        row_relu_o,

    input  wire                                        taken_i,
    input  wire [(COLS+POST_LANES-1)/POST_LANES-1:0]   select_i,
    output wire [COLS-1:0]                             shift_o     // columns that shift down
);

    localparam M_W    = $clog2(ROWS + 1);
    localparam GROUPS = (COLS + POST_LANES - 1) / POST_LANES;

    reg           busy_q;
    reg           done_q;
    reg           run_q;
    reg [M_W-1:0] row_q;
    reg [M_W-1:0] end_q;
    reg           relu_q;

    wire last     = (row_q == end_q);
    wire row_done = row_valid_o & row_ready_i;

    assign free_o     = ~busy_q;
    assign prm_take_o = done_q & ~run_q & prm_full_i;
    assign row_last_o = last;
    assign row_relu_o = relu_q;

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            busy_q <= 1'b0;
            done_q <= 1'b0;
            run_q  <= 1'b0;
        end else begin
            if (start_i) busy_q <= 1'b1;
            else if (row_done & last) busy_q <= 1'b0;

            if (done_i) done_q <= 1'b1;
            else if (prm_take_o) done_q <= 1'b0;

            if (prm_take_o) run_q <= 1'b1;
            else if (row_done & last) run_q <= 1'b0;
        end
    end

    always @(posedge clk_i) begin
        if (start_i) begin
            row_q  <= {M_W{1'b0}};
            end_q  <= end_row_i;
            relu_q <= relu_i;
        end else if (row_done) begin
            row_q <= row_q + {{(M_W-1){1'b0}}, 1'b1};
        end
    end

    genvar c;
    generate
        if (GROUPS == 1) begin : gen_alternate
            // The next row is there when the columns have shifted.
            reg shifting_q;
            always @(posedge clk_i) begin
                if (!rst_ni) shifting_q <= 1'b0;
                else shifting_q <= row_done;
            end
            assign row_valid_o = run_q & ~shifting_q;
        end else begin : gen_stream
            assign row_valid_o = run_q;
        end
        // A register per column, so that no net drives every PE. Nothing is left to shift behind the last row.
        for (c = 0; c < COLS; c = c + 1) begin : gen_column
            reg shift_q;
            always @(posedge clk_i) begin
                if (!rst_ni) shift_q <= 1'b0;
                else shift_q <= taken_i & select_i[c/POST_LANES] & ~last;
            end
            assign shift_o[c] = shift_q;
        end
    endgenerate

endmodule

`default_nettype wire
