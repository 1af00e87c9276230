// Properties of pf_result_ctrl.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : when a group of a row is taken, its columns have shifted exactly as often as there are rows before it; nothing shifts
//             behind the last row or between jobs; parameters are taken once a job and under no row; a row's last flag and ReLU
//             bit; timing of the header; no deadlock.
// Assumes   : start_i only while free_o, done_i LATENCY cycles behind it; prm_full_i falls only after prm_take_o; post-processing
//             takes the groups of a row one after the other.
// Probes    : x_* are the DUT's registers, for the induction invariants.
`default_nettype none

module pf_result_ctrl_formal #(
    parameter ROWS       = 3,
    parameter COLS       = 3,
    parameter POST_LANES = 1,
    parameter LATENCY    = 2,
    parameter INDUCTION  = 1    // 0: without the invariants
) (
    input wire       clk_i,
    input wire       rst_ni,
    input wire       end_i,        // a job ends as soon as it may
    input wire [3:0] new_m_i,
    input wire       new_relu_i,
    input wire       prm_full_i,
    input wire       en_i,         // post-processing goes on
    input wire [3:0] column_i      // the column that is looked at
);

    localparam M_W    = $clog2(ROWS + 1);
    localparam GROUPS = (COLS + POST_LANES - 1) / POST_LANES;
    localparam BOUND  = LATENCY + GROUPS + 4;

    reg               past_q = 1'b0;
    reg [GROUPS-1:0]  group_q;
    reg [LATENCY-1:0] done_line_q;
    wire              free;
    wire              start = end_i & free & past_q & rst_ni;
    wire              prm_take;
    wire              row_valid;
    wire              row_last;
    wire              row_relu;
    wire [COLS-1:0]   shift;
    wire              row_ready = en_i & group_q[GROUPS-1];
    wire              taken     = en_i & row_valid;
    wire [3:0]        last_row  = new_m_i - 4'd1;
    pf_result_ctrl #(
        .ROWS      (ROWS),
        .COLS      (COLS),
        .POST_LANES(POST_LANES)
    ) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .start_i    (start),
        .end_row_i  (last_row[M_W-1:0]),
        .relu_i     (new_relu_i),
        .free_o     (free),
        .done_i     (done_line_q[LATENCY-1]),
        .prm_full_i (prm_full_i),
        .prm_take_o (prm_take),
        .row_valid_o(row_valid),
        .row_ready_i(row_ready),
        .row_last_o (row_last),
        .row_relu_o (row_relu),
        .taken_i    (taken),
        .select_i   (group_q),
        .shift_o    (shift)
    );
    wire           x_busy;
    wire           x_done;
    wire           x_run;
    wire [M_W-1:0] x_row;
    wire [M_W-1:0] x_end;
    wire           x_relu;

    // The finished job.
    reg       open_q;        // its rows are not all taken
    reg       done_q;        // its results are there
    reg       took_q;        // its column parameters are active
    reg [3:0] end_m_q;
    reg       relu_q;
    reg [3:0] row_q;         // rows taken
    reg [3:0] shifts_q;      // of the column
    reg       turn_q;        // the column's group was taken in the cycle before, a row behind it
    reg [3:0] column_q;
    reg       prm_q;
    reg       gap_q;
    reg [7:0] wait_q;
    reg [2:0] jobs_q;
    wire [3:0] mine_wide = column_i / POST_LANES;
    wire       mine      = group_q[mine_wide];
    wire       row_taken = row_valid & row_ready;

    always @(posedge clk_i) begin
        past_q      <= 1'b1;
        column_q    <= column_i;
        prm_q       <= prm_full_i & ~prm_take & rst_ni & past_q;
        done_line_q <= rst_ni ? {done_line_q, start} : {LATENCY{1'b0}};
        if (!rst_ni) begin
            group_q  <= {{(GROUPS-1){1'b0}}, 1'b1};
            open_q   <= 1'b0;
            done_q   <= 1'b0;
            took_q   <= 1'b0;
            turn_q   <= 1'b0;
            gap_q    <= 1'b0;
            wait_q   <= 8'd0;
            jobs_q   <= 3'd0;
        end else begin
            if (taken) group_q <= (group_q << 1) | (group_q >> (GROUPS - 1));
            gap_q  <= row_taken;
            turn_q <= taken && mine && !row_last;
            if (start) begin
                open_q   <= 1'b1;
                done_q   <= 1'b0;
                took_q   <= 1'b0;
                end_m_q  <= new_m_i;
                relu_q   <= new_relu_i;
                row_q    <= 4'd0;
                shifts_q <= 4'd0;
            end else begin
                if (done_line_q[LATENCY-1]) done_q <= 1'b1;
                if (prm_take) took_q <= 1'b1;
                if (row_taken) row_q <= row_q + 4'd1;
                if (row_taken && row_last) open_q <= 1'b0;
                if (shift[column_i]) shifts_q <= shifts_q + 4'd1;
            end
            wait_q <= (!(end_i && prm_full_i && en_i) || row_taken) ? 8'd0 : wait_q + 8'd1;
            if (row_taken && row_last && jobs_q != 3'd7) jobs_q <= jobs_q + 3'd1;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (new_m_i >= 4'd1 && new_m_i <= ROWS);
        assume (column_i < COLS);
        if (past_q) assume (column_i == column_q);
        if (prm_q) assume (prm_full_i);
    end

    always @* if (past_q && rst_ni) begin
        assert (free == !open_q);
        if (prm_take) assert (open_q && done_q && !took_q && prm_full_i && !row_valid);
        if (row_valid) assert (open_q && took_q);
        if (row_valid) assert (row_last == (row_q == end_m_q - 4'd1) && row_relu == relu_q);
        // The column shows the row whose turn it is, and holds still for what comes behind the last one.
        if (taken && mine) assert (shifts_q == row_q && !shift[column_i]);
        if (shift[column_i]) assert (turn_q && open_q && shifts_q < end_m_q - 4'd1);
        // Timing.
        if (open_q && done_q && !took_q && prm_full_i) assert (prm_take);
        if (open_q && took_q && !(GROUPS == 1 && gap_q)) assert (row_valid);
        assert (wait_q <= BOUND);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (open_q == x_busy && x_run == (open_q && took_q) && x_done == (open_q && done_q && !took_q));
        if (open_q) assert (x_row == row_q && x_end == end_m_q - 4'd1 && x_relu == relu_q && row_q < end_m_q && end_m_q <= ROWS);
        assert (group_q != {GROUPS{1'b0}} && (group_q & (group_q - 1)) == {GROUPS{1'b0}});
        if (!open_q || !took_q) assert (group_q[0] && !turn_q);
        if (open_q && !took_q) assert (row_q == 4'd0 && shifts_q == 4'd0);
        assert (shift[column_i] == turn_q);
        // Groups before the present one have been taken in this row.
        if (open_q && took_q) assert (shifts_q + {3'd0, turn_q} == row_q + ((group_q > (1 << mine_wide) && !row_last) ? 4'd1 : 4'd0));
        if (turn_q) assert (GROUPS == 1 ? gap_q : (group_q == ((1 << mine_wide) << 1) || (group_q[0] && mine_wide == GROUPS - 1 && gap_q)));
        if (gap_q) assert (group_q[0]);
        if (!open_q) assert (done_line_q == {LATENCY{1'b0}});
        assert ((done_line_q & (done_line_q - 1)) == {LATENCY{1'b0}});
        if (open_q) assert (done_q == (done_line_q == {LATENCY{1'b0}}));
        if (open_q && took_q) assert (done_q);
    end

    always @* begin
        cover (past_q && rst_ni && jobs_q == 3'd2 && row_taken && row_last);
        cover (past_q && rst_ni && start && jobs_q == 3'd1);
    end
    generate
        if (ROWS > 1) begin : gen_shift
            always @* cover (past_q && rst_ni && shift[column_i] && jobs_q == 3'd1);
            always @* cover (past_q && rst_ni && open_q && took_q && row_valid && !en_i && row_q != 4'd0);
        end
    endgenerate

endmodule

`default_nettype wire
