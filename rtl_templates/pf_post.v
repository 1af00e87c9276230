// Post-processing: accumulator rows to output codes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : code[c] = encode(saturate(relu(round((acc[c] + bias[c]) * scale[c] / 2^shift[c])))) for every column c of
//             a row, LANES columns per cycle. The caller holds the row: select_o tells, one-hot, which group of LANES
//             columns it must show on acc_i, bias_i, scale_i and shift_i in this cycle, taken_o that it was taken; lane
//             l of group g is column g*LANES + l, and what stands in a lane beyond the last column does not matter.
// Latency   : a row occupies G = ceil(COLS/LANES) cycles and is taken (in_ready_o) in the last of them; rows can follow
//             every G cycles. out_valid_o is high 5 cycles after in_valid_i & in_ready_o, G + 4 cycles after a row
//             first meets an idle unit, when out_ready_i is high.
// Handshake : valid/ready on both sides; the row, relu_i, last_i and the column parameters must be stable from
//             in_valid_i until the row is taken, and may change then (columns of a group also when it was taken). select_o does not depend combinationally on any
//             input. The output buffer holds two rows, so that
//             in_ready_o does not depend combinationally on out_ready_i.
// Parameters:
//   COLS           columns of a row, >= 1
//   LANES          columns per cycle, 1..COLS
//   ACC_W          accumulator and bias width, signed, >= 2
//   SCALE_W        scale width, unsigned, >= 1
//   SHIFT_W        shift width, unsigned, 1..6
//   HAS_BIAS       0: bias_i is not looked at
//   HAS_RELU       0: relu_i is not looked at
//   ROUND_NEAREST  0: towards minus infinity; 1: to nearest, ties to even
//   Z_W            width of the encoder's input, signed
//   OUT_W          output code width
//   USE_DSP        1: leave the products to the tool's `*` (FPGA multiplier blocks)
`default_nettype none

module pf_post #(
    parameter COLS          = 8,
    parameter LANES         = 8,
    parameter ACC_W         = 28,
    parameter SCALE_W       = 16,
    parameter SHIFT_W       = 6,
    parameter HAS_BIAS      = 1,
    parameter HAS_RELU      = 1,
    parameter ROUND_NEAREST = 1,
    parameter Z_W           = 8,
    parameter OUT_W         = 8,
    parameter USE_DSP       = 0
) (
    input  wire                              clk_i,
    input  wire                              rst_ni,

    input  wire                              in_valid_i,
    output wire                              in_ready_o,
    output wire [(COLS+LANES-1)/LANES-1:0]   select_o,
    output wire                              taken_o,
    input  wire [LANES*ACC_W-1:0]            acc_i,
    input  wire                              relu_i,
    input  wire                              last_i,
    input  wire [LANES*ACC_W-1:0]            bias_i,
    input  wire [LANES*SCALE_W-1:0]          scale_i,
    input  wire [LANES*SHIFT_W-1:0]          shift_i,

    output wire                              out_valid_o,
    input  wire                              out_ready_i,
    output wire [COLS*OUT_W-1:0]             code_o,
    output wire                              last_o
);

    localparam GROUPS = (COLS + LANES - 1) / LANES;

    // Control: one token per group, valid bits and the flags that belong to them.
    reg  [4:1] valid_q;
    reg  [2:1] relu_q;
    reg  [4:1] last_q;
    reg  [1:0] count_q;      // rows in the output buffer
    reg        write_q;      // entry that is being filled
    reg        read_q;
    wire       full  = count_q[1];
    wire       en    = ~(valid_q[4] & full);
    wire       store = valid_q[4] & ~full;
    wire       pop   = out_valid_o & out_ready_i;
    wire       push;

    // Position of the group that enters and of the group that leaves, one-hot.
    wire [GROUPS-1:0] group;
    wire [GROUPS-1:0] slot;
    generate
        if (GROUPS == 1) begin : gen_single
            assign group = 1'b1;
            assign slot  = 1'b1;
        end else begin : gen_ring
            reg [GROUPS-1:0] group_q;
            reg [GROUPS-1:0] slot_q;
            always @(posedge clk_i) begin
                if (!rst_ni) begin
                    group_q <= {{(GROUPS-1){1'b0}}, 1'b1};
                    slot_q  <= {{(GROUPS-1){1'b0}}, 1'b1};
                end else begin
                    if (taken_o) group_q <= {group_q[GROUPS-2:0], group_q[GROUPS-1]};
                    if (store) slot_q <= {slot_q[GROUPS-2:0], slot_q[GROUPS-1]};
                end
            end
            assign group = group_q;
            assign slot  = slot_q;
        end
    endgenerate

    assign in_ready_o  = en & group[GROUPS-1];
    assign taken_o     = in_valid_i & en;
    assign push        = store & slot[GROUPS-1];
    assign out_valid_o = (count_q != 2'd0);

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            valid_q <= 4'd0;
            count_q <= 2'd0;
            write_q <= 1'b0;
            read_q  <= 1'b0;
        end else begin
            if (en) valid_q <= {valid_q[3:1], in_valid_i};
            if (push & ~pop) count_q <= count_q + 2'd1;
            else if (pop & ~push) count_q <= count_q - 2'd1;
            if (push) write_q <= ~write_q;
            if (pop) read_q <= ~read_q;
        end
    end

    always @(posedge clk_i) begin
        if (en) begin
            relu_q <= {relu_q[1], relu_i};
            last_q <= {last_q[3:1], last_i};
        end
    end

    assign select_o = group;

    wire [LANES*OUT_W-1:0] lane_code;
    genvar l, c;
    generate
        if (LANES < 1 || LANES > COLS) begin : gen_bad_lanes
            pf_post_error_lanes_must_be_1_to_cols u_error ();
        end
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            pf_post_lane #(
                .ACC_W        (ACC_W),
                .SCALE_W      (SCALE_W),
                .SHIFT_W      (SHIFT_W),
                .HAS_BIAS     (HAS_BIAS),
                .HAS_RELU     (HAS_RELU),
                .ROUND_NEAREST(ROUND_NEAREST),
                .Z_W          (Z_W),
                .OUT_W        (OUT_W),
                .USE_DSP      (USE_DSP)
            ) u_lane (
                .clk_i  (clk_i),
                .en_i   (en),
                .acc_i  (acc_i[l*ACC_W +: ACC_W]),
                .bias_i (bias_i[l*ACC_W +: ACC_W]),
                .scale_i(scale_i[l*SCALE_W +: SCALE_W]),
                .shift_i(shift_i[l*SHIFT_W +: SHIFT_W]),
                .relu_i (relu_q[2]),
                .code_o (lane_code[l*OUT_W +: OUT_W])
            );
        end

        // Output buffer: two rows, filled group by group.
        for (c = 0; c < COLS; c = c + 1) begin : gen_out
            wire            write = store & slot[c/LANES];
            reg [OUT_W-1:0] code0_q;
            reg [OUT_W-1:0] code1_q;
            always @(posedge clk_i) begin
                if (write & ~write_q) code0_q <= lane_code[(c%LANES)*OUT_W +: OUT_W];
                if (write & write_q) code1_q <= lane_code[(c%LANES)*OUT_W +: OUT_W];
            end
            assign code_o[c*OUT_W +: OUT_W] = read_q ? code1_q : code0_q;
        end
    endgenerate

    reg last0_q;
    reg last1_q;
    always @(posedge clk_i) begin
        if (push & ~write_q) last0_q <= last_q[4];
        if (push & write_q) last1_q <= last_q[4];
    end
    assign last_o = read_q ? last1_q : last0_q;

endmodule

`default_nettype wire
