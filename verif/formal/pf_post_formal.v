// Properties of pf_post's control.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : every row comes out once, in order and whole (one tracked row, one column, both chosen freely), with its own
//             last flag and ReLU bit; outputs stable under back-pressure; the buffer never overflows; the header's
//             latency and rate; no deadlock. pf_post_lane is replaced by pf_post_lane_stub.v, which hands acc_i on.
// Assumes   : the caller holds a row, its ReLU bit and its last flag until the row is taken, and shows the group that
//             select_o names; lanes beyond the last column show anything.
// Probes    : x_* are the DUT's registers and the stub's, for the induction invariants.
`default_nettype none

module pf_post_formal #(
    parameter COLS  = 3,
    parameter LANES = 2,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire             clk_i,
    input wire             rst_ni,
    input wire             in_valid_i,
    input wire [COLS-1:0]  row_i,        // one bit per column
    input wire             relu_i,
    input wire             last_i,
    input wire [LANES-1:0] beyond_i,
    input wire             out_ready_i,
    input wire [3:0]       column_i,     // the tracked column, the same in every cycle
    input wire             pick_i        // track the row that is taken now
);

    localparam GROUPS = (COLS + LANES - 1) / LANES;
    localparam MOST   = 2 + 4 / GROUPS;   // rows inside

    wire              in_ready;
    wire [GROUPS-1:0] group;
    wire              taken;
    reg  [LANES-1:0]  shown;
    wire              out_valid;
    wire [COLS*2-1:0] code;
    wire              last;
    wire [2*LANES-1:0] acc;
    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : gen_acc
            assign acc[2*l +: 2] = {1'b0, shown[l]};
        end
    endgenerate
    integer g, c;
    always @* begin
        shown = beyond_i;
        for (g = 0; g < GROUPS; g = g + 1) begin
            for (c = 0; c < LANES; c = c + 1) begin
                if (group[g] && g * LANES + c < COLS) shown[c] = row_i[(g * LANES + c) % COLS];
            end
        end
    end

    pf_post #(
        .COLS   (COLS),
        .LANES  (LANES),
        .ACC_W  (2),
        .SCALE_W(1),
        .SHIFT_W(1),
        .Z_W    (2),
        .OUT_W  (2)
    ) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .in_valid_i (in_valid_i),
        .in_ready_o (in_ready),
        .select_o   (group),
        .taken_o    (taken),
        .acc_i      (acc),
        .relu_i     (relu_i),
        .last_i     (last_i),
        .bias_i     ({(2*LANES){1'b0}}),
        .scale_i    ({LANES{1'b0}}),
        .shift_i    ({LANES{1'b0}}),
        .out_valid_o(out_valid),
        .out_ready_i(out_ready_i),
        .code_o     (code),
        .last_o     (last)
    );

    reg            past_q = 1'b0;
    reg [3:0]      column_q;
    reg            offered_q;      // a row was offered and not taken
    reg [COLS-1:0] offered_row_q;
    reg [1:0]      offered_flags_q;
    reg            held_q;         // a row came out and was not taken
    reg [COLS*2:0] held_out_q;
    reg [3:0]      inside_q;       // rows taken and not come out
    reg            tracked_q;
    reg [3:0]      ahead_q;        // rows in front of the tracked one
    reg [1:0]      want_q;         // its code in the tracked column
    reg            want_last_q;
    reg [4:0]      calm_q;         // cycles of out_ready_i, up to 8
    reg [4:0]      taken_q;        // rows taken 1..5 cycles ago
    reg [3:0]      wait_q;         // cycles of a row offered, outputs taken, and nothing taken
    reg [4:0]      out_q;          // rows that came out, for the covers
    reg            full_q;         // the caller was held off by back-pressure
    reg [GROUPS-1:0] past_group_q;
    reg              past_taken_q;
    reg              past_run_q;
    wire [2*GROUPS-1:0] twice      = {past_group_q, past_group_q} << 1;
    wire [GROUPS-1:0]   next_group = twice[2*GROUPS-1:GROUPS];
    wire take = in_valid_i & in_ready;
    wire pop  = out_valid & out_ready_i;

    always @(posedge clk_i) begin
        past_q          <= 1'b1;
        column_q        <= column_i;
        past_group_q    <= group;
        past_taken_q    <= taken;
        past_run_q      <= past_q & rst_ni;
        offered_q       <= past_q & rst_ni & in_valid_i & ~in_ready;
        offered_row_q   <= row_i;
        offered_flags_q <= {relu_i, last_i};
        held_q          <= past_q & rst_ni & out_valid & ~out_ready_i;
        held_out_q      <= {code, last};
        if (!rst_ni) begin
            inside_q  <= 4'd0;
            tracked_q <= 1'b0;
            calm_q    <= 5'd0;
            taken_q   <= 5'd0;
            wait_q    <= 4'd0;
            out_q     <= 5'd0;
            full_q    <= 1'b0;
        end else begin
            inside_q <= inside_q + {3'd0, take} - {3'd0, pop};
            if (tracked_q && pop) begin
                tracked_q <= (ahead_q != 4'd0);
                ahead_q   <= ahead_q - 4'd1;
            end else if (!tracked_q && take && pick_i) begin
                tracked_q   <= 1'b1;
                ahead_q     <= inside_q - {3'd0, pop};
                want_q      <= {relu_i, row_i[column_i]};
                want_last_q <= last_i;
            end
            calm_q  <= !out_ready_i ? 5'd0 : (calm_q < 5'd8) ? calm_q + 5'd1 : calm_q;
            taken_q <= {taken_q[3:0], take};
            wait_q  <= (!in_valid_i || !out_ready_i || take) ? 4'd0 : wait_q + 4'd1;
            if (pop && out_q != 5'd31) out_q <= out_q + 5'd1;
            if (offered_q && group == past_group_q) full_q <= 1'b1;
        end
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        assume (column_i < COLS);
        if (past_q) assume (column_i == column_q);
        if (offered_q) assume (in_valid_i && row_i == offered_row_q && {relu_i, last_i} == offered_flags_q);
    end

    always @* if (past_q) begin
        // select_o is one-hot.
        assert (group != {GROUPS{1'b0}} && (group & (group - 1)) == {GROUPS{1'b0}});
        // It moves on behind a group that was taken, and only then; a row is taken with its last group.
        assert (!past_run_q || group == (past_taken_q ? next_group : past_group_q));
        assert (!in_ready || taken == in_valid_i);
        assert (!taken || in_valid_i);
        assert (take == (taken & group[GROUPS-1]));
        // No row out of nothing; the most that fits: two in the buffer and what four stages hold from a first group on.
        if (out_valid) assert (inside_q != 4'd0);
        assert (inside_q <= MOST);
        if (held_q) assert (out_valid && {code, last} == held_out_q);
        if (tracked_q) assert (ahead_q < inside_q);
        if (tracked_q && ahead_q == 4'd0 && out_valid) assert (code[2*column_i +: 2] == want_q && last == want_last_q);
        // Latency with outputs always taken.
        if (calm_q == 5'd8) assert (out_valid == taken_q[4]);
        assert (wait_q <= GROUPS);
    end

    // Induction: where the groups of the rows inside stand -------------------------------------------------------------
    wire [3:0]         x_valid;      // stages 1..4
    wire [3:0]         x_last;
    wire [1:0]         x_relu;
    wire [1:0]         x_count;
    wire               x_write;
    wire               x_read;
    wire [GROUPS-1:0]  x_slot;
    wire               x_last0;
    wire               x_last1;
    wire [COLS*2-1:0]  buffer0;
    wire [COLS*2-1:0]  buffer1;
    wire [LANES*4-1:0] data;         // of stages 1..4 of each lane
    wire [LANES*2-1:0] relu;         // as the lanes hold it in stages 3 and 4
    genvar i;
    generate
        for (i = 0; i < COLS; i = i + 1) begin : gen_buffer
            wire [1:0] x_code0;
            wire [1:0] x_code1;
            assign buffer0[2*i +: 2] = x_code0;
            assign buffer1[2*i +: 2] = x_code1;
        end
        for (i = 0; i < LANES; i = i + 1) begin : gen_stages
            wire       x_s1;
            wire       x_s2;
            wire [1:0] x_s3;
            wire [1:0] x_s4;
            assign data[4*i +: 4] = {x_s4[0], x_s3[0], x_s2, x_s1};
            assign relu[2*i +: 2] = {x_s4[1], x_s3[1]};
        end
    endgenerate

    // The tracked column of the tracked row, and of the row that is being offered.
    wire [3:0] column_group = column_i / LANES;
    wire [3:0] column_lane  = column_i % LANES;
    wire [1:0] entry_tracked = {1'b0, x_read} + ahead_q[1:0];   // bit 0 names the buffer entry
    reg  [3:0] slot;          // index of the group that leaves next
    reg  [3:0] entering;      // index of the group that enters next
    reg  [3:0] at;            // index of the group in a stage, oldest first
    reg  [3:0] rows;          // whole rows older than it in the pipeline
    reg        relu_there;
    integer    n;
    always @* begin
        slot     = 4'd0;
        entering = 4'd0;
        for (n = 0; n < GROUPS; n = n + 1) begin
            if (x_slot[n]) slot = n;
            if (group[n]) entering = n;
        end
        if (INDUCTION != 0 && past_q) begin
            assert (x_slot != {GROUPS{1'b0}} && (x_slot & (x_slot - 1)) == {GROUPS{1'b0}});
            assert (x_count <= 2'd2 && x_write == (x_read ^ x_count[0]));
            if (entering != 4'd0) assert (offered_q);
            // A row does not begin to leave while the buffer is full.
            if (x_count == 2'd2) assert (slot == 4'd0);
        end
        at   = slot;
        rows = 4'd0;
        // A group of the front row that has been stored.
        if (INDUCTION != 0 && past_q && column_group < slot) begin
            if (tracked_q && ahead_q == x_count) begin
                assert ((x_write ? buffer1[2*column_i +: 2] : buffer0[2*column_i +: 2]) == want_q);
            end
            if (offered_q && inside_q == x_count) begin
                assert ((x_write ? buffer1[2*column_i +: 2] : buffer0[2*column_i +: 2]) ==
                        {offered_flags_q[1], offered_row_q[column_i]});
            end
        end
        for (n = 3; n >= 0; n = n - 1) begin
            relu_there = (n >= 2) ? relu[2*column_lane + n - 2] : x_relu[n % 2];
            if (x_valid[n]) begin
                if (INDUCTION != 0 && past_q) begin
                    if (tracked_q && ahead_q == x_count + rows) begin
                        if (at == column_group) assert ({relu_there, data[4*column_lane + n]} == want_q);
                        if (at == GROUPS - 1) assert (x_last[n] == want_last_q);
                    end
                    if (offered_q && inside_q == x_count + rows && at == column_group) begin
                        assert ({relu_there, data[4*column_lane + n]} == {offered_flags_q[1], offered_row_q[column_i]});
                    end
                end
                if (at == GROUPS - 1) rows = rows + 4'd1;
                at = (at == GROUPS - 1) ? 4'd0 : at + 4'd1;
            end
        end
        if (INDUCTION != 0 && past_q) begin
            assert (at == entering);
            assert (inside_q == x_count + rows);
            if (tracked_q && ahead_q < x_count) begin
                assert ((entry_tracked[0] ? buffer1[2*column_i +: 2] : buffer0[2*column_i +: 2]) == want_q);
                assert ((entry_tracked[0] ? x_last1 : x_last0) == want_last_q);
            end
        end
    end

    always @* begin
        cover (past_q && rst_ni && tracked_q && ahead_q == MOST - 1 && want_q == 2'b11 && want_last_q && full_q);
        cover (past_q && rst_ni && out_q == 5'd1 && pop && full_q && tracked_q && ahead_q == 4'd0);
        cover (past_q && rst_ni && calm_q == 5'd8 && out_valid);
        cover (past_q && rst_ni && inside_q == MOST);
    end

endmodule

`default_nettype wire
