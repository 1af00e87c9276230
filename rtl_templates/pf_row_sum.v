// Sum of many rows: carry-save adders in Dadda's order, then one carry-propagate adder.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : sum_o = sum of the ROWS words of rows_i, modulo 2^W. Each step reduces the height of every column to the next lower of
//             2, 3, 4, 6, 9, 13, ... with as few full and half adders as that takes; column 0 ends with three bits, the third
//             being the carry in of the last adder. Bits outside USED are not looked at and cost nothing.
// Latency   : combinational.
// Parameters:
//   ROWS  number of rows, 1..127
//   W     width of a row and of the sum, >= 2
//   USED  bits of rows_i that may be one, row r at r*W
`default_nettype none

module pf_row_sum #(
    parameter              ROWS = 6,
    parameter              W    = 19,
    parameter [ROWS*W-1:0] USED = {(ROWS*W){1'b1}}
) (
    input  wire [ROWS*W-1:0] rows_i,
    output wire [W-1:0]      sum_o
);

    // Used bits of a column in the rows below `row`.
    function integer rank(input integer row, input integer column);
        integer r;
        begin
            rank = 0;
            for (r = 0; r < row; r = r + 1) if (USED[r*W + column]) rank = rank + 1;
        end
    endfunction

    // Height of the highest column, the spare bit of column 0 not counted; at least 2.
    function integer highest(input integer width);
        integer c, height;
        begin
            highest = 2;
            for (c = 0; c < width; c = c + 1) begin
                height = rank(ROWS, c);
                if (c == 0) height = height - 1;
                if (height > highest) highest = height;
            end
        end
    endfunction

    // Height to reach with `left` steps left.
    function integer goal(input integer left);
        integer i;
        begin
            goal = 2;
            for (i = 0; i < left; i = i + 1) goal = (3 * goal) / 2;
        end
    endfunction

    function integer steps(input integer height);
        begin
            steps = 0;
            while (goal(steps) < height) steps = steps + 1;
        end
    endfunction

    localparam HEIGHT = highest(W);
    localparam STEPS  = steps(HEIGHT);
    localparam H      = HEIGHT + 1;     // places per column

    // A step's {height before it, half adders, full adders} for every column, 8 bits each. No adders in step STEPS.
    function [24*W-1:0] plan(input integer step);
        integer s, c, height, want, full, half, carries;
        begin
            plan = {(24*W){1'b0}};
            for (s = 0; s <= step; s = s + 1) begin
                carries = 0;
                for (c = 0; c < W; c = c + 1) begin
                    full   = {24'd0, plan[24*c +: 8]};
                    half   = {24'd0, plan[24*c + 8 +: 8]};
                    height = {24'd0, plan[24*c + 16 +: 8]} - 2 * full - half + carries;
                    if (s == 0) height = rank(ROWS, c);
                    carries = full + half;
                    plan[24*c + 16 +: 8] = height[7:0];
                end
                carries = 0;
                for (c = 0; c < W; c = c + 1) begin
                    want   = goal(STEPS - 1 - s);
                    if (c == 0) want = want + 1;
                    height = {24'd0, plan[24*c + 16 +: 8]} + carries;
                    full   = 0;
                    half   = 0;
                    if (s < STEPS && height > want) begin
                        full = (height - want) / 2;
                        half = (height - want) % 2;
                    end
                    carries = full + half;
                    plan[24*c +: 8]     = full[7:0];
                    plan[24*c + 8 +: 8] = half[7:0];
                end
            end
        end
    endfunction

    genvar s, c, r, k;
    generate
        for (s = 0; s <= STEPS; s = s + 1) begin : gen_step
            localparam [24*W-1:0] PLAN = plan(s);
            wire [W*H-1:0] dots;    // column c at c*H
            if (s == 0) begin : gen_first
                for (c = 0; c < W; c = c + 1) begin : gen_column
                    for (r = 0; r < ROWS; r = r + 1) begin : gen_row
                        if (USED[r*W + c]) begin : gen_used
                            assign dots[c*H + rank(r, c)] = rows_i[r*W + c];
                        end else begin : gen_unused
                            wire unused_bit = rows_i[r*W + c];
                        end
                    end
                    for (k = rank(ROWS, c); k < H; k = k + 1) begin : gen_none
                        assign dots[c*H + k] = 1'b0;
                    end
                end
            end else begin : gen_next
                assign dots = gen_step[s-1].gen_adders.left;
            end
            if (s < STEPS) begin : gen_adders
                wire [W*H-1:0]     left;      // for the next step
                wire [(W+1)*H-1:0] carries;   // into column c at c*H
                wire               unused_carries = &{1'b0, carries};
                wire               unused_dots    = &{1'b0, dots};
                for (c = 0; c < W; c = c + 1) begin : gen_column
                    localparam integer FULL = {24'd0, PLAN[24*c +: 8]};
                    localparam integer HALF = {24'd0, PLAN[24*c + 8 +: 8]};
                    localparam integer DOTS = {24'd0, PLAN[24*c + 16 +: 8]};
                    localparam integer LESS = (c == 0) ? 0 : c - 1;
                    localparam integer IN   = (c == 0) ? 0 : {24'd0, PLAN[24*LESS +: 8]} + {24'd0, PLAN[24*LESS + 8 +: 8]};
                    localparam integer KEPT = DOTS - 2 * FULL - HALF;
                    for (k = 0; k < H; k = k + 1) begin : gen_place
                        if (k < FULL) begin : gen_full
                            wire x = dots[c*H + 3*k];
                            wire y = dots[c*H + 3*k + 1];
                            wire z = dots[c*H + 3*k + 2];
                            assign left[c*H + k]        = x ^ y ^ z;
                            assign carries[(c+1)*H + k] = (x & y) | (z & (x ^ y));
                        end else if (k < FULL + HALF) begin : gen_half
                            wire x = dots[c*H + FULL + 2*k];
                            wire y = dots[c*H + FULL + 2*k + 1];
                            assign left[c*H + k]        = x ^ y;
                            assign carries[(c+1)*H + k] = x & y;
                        end else begin : gen_pass
                            assign carries[(c+1)*H + k] = 1'b0;
                            if (k < KEPT) begin : gen_dot
                                assign left[c*H + k] = dots[c*H + 2*FULL + HALF + k];
                            end else if (k < KEPT + IN) begin : gen_carry
                                assign left[c*H + k] = carries[c*H + k - KEPT];
                            end else begin : gen_none
                                assign left[c*H + k] = 1'b0;
                            end
                        end
                    end
                end
                for (k = 0; k < H; k = k + 1) begin : gen_no_carry
                    assign carries[k] = 1'b0;
                end
            end
        end

        wire [W-1:0] first;
        wire [W-1:0] second;
        for (c = 0; c < W; c = c + 1) begin : gen_last
            assign first[c]  = gen_step[STEPS].dots[c*H];
            assign second[c] = gen_step[STEPS].dots[c*H + 1];
        end
    endgenerate

    // The added one makes the lowest bit pass the carry in on.
    wire [W:0] added = {first, 1'b1} + {second, gen_step[STEPS].dots[2]};
    assign sum_o = added[W:1];
    wire unused_ends = &{1'b0, added[0], gen_step[STEPS].dots};

endmodule

`default_nettype wire
