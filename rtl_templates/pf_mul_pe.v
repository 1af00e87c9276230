// Multiplying processing element.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : total = sum + sum over lanes of weight * act + LANES * OFFSET, modulo 2^PSUM_W. The weight is recoded
//             into radix-4 digits -2..2 (Booth) and each digit adds one row to the partial sum: row by row
//             in one lane, by carry-save adders in several. The rows' sign bits are added inverted, which stands for a
//             constant and saves the sign extension:
//             OFFSET = sum of 2^(ACT_W+2i) over the digits i = 0..ceil(WGT_W/2)-1; 0 with USE_DSP.
//             The array takes the offsets back: at the top of every column, or where a finished sum leaves it.
//             Weight-stationary: sum is psum_i and total becomes psum_o. Output-stationary: sum and total are the PE's
//             own register, sum is 0 where a token passes, and psum_i, psum_o are the column's chain of results.
// Latency   : total is registered. With PIPELINE = 2 it adds the products of the operands of the cycle before. act_o and
//             swap_o follow by one cycle.
// Handshake : none; see pf_pe_regs for swap_i and shift_i.
// Parameters:
//   ACT_W        activation width, signed, 2..8
//   WGT_W        weight width, signed, 2..8
//   LANES        products per cycle, >= 1
//   PIPELINE     1: product and sum in one cycle; 2: a register between them
//   ZERO_GATING  1: a zero digit also holds the activation's inverters and the carry in still; 0: only its row is held
//   PSUM_W       partial sum width, >= ACT_W + WGT_W + ceil(log2(LANES))
//   USE_DSP      1: leave the product to the tool's `*` (FPGA multiplier blocks); 0: rows as above
//   SUM_STAYS    0: weight-stationary; 1: output-stationary
`default_nettype none

module pf_mul_pe #(
    parameter ACT_W       = 8,
    parameter WGT_W       = 8,
    parameter LANES       = 1,
    parameter PIPELINE    = 1,
    parameter ZERO_GATING = 1,
    parameter PSUM_W      = 19,
    parameter USE_DSP     = 0,
    parameter SUM_STAYS   = 0
) (
    input  wire                   clk_i,
    input  wire                   swap_i,
    output wire                   swap_o,
    input  wire [LANES*ACT_W-1:0] act_i,
    output wire [LANES*ACT_W-1:0] act_o,
    input  wire                   shift_i,
    input  wire [LANES*WGT_W-1:0] wgt_i,
    output wire [LANES*WGT_W-1:0] wgt_o,
    input  wire [PSUM_W-1:0]      psum_i,
    output wire [PSUM_W-1:0]      psum_o
);

    localparam DIGITS = (WGT_W + 1) / 2;
    localparam ROW_W  = ACT_W + 1;                  // of one digit's row, for digits up to 2
    localparam PROD_W = ACT_W + 2 * DIGITS;         // of the rows' sum; their inverted signs keep it unsigned
    localparam TREE_W    = (PIPELINE == 2) ? PROD_W + $clog2(LANES) : PSUM_W;
    localparam TREE_ROWS = LANES * (DIGITS + 1) + ((PIPELINE == 2) ? 0 : 1);

    // Of a tree's rows, lane by lane: one for each digit, one for their carries in; then the partial sum.
    function [TREE_ROWS*TREE_W-1:0] used_bits(input integer rows);
        integer row, digit, k;
        begin
            used_bits = {(TREE_ROWS*TREE_W){1'b0}};
            for (row = 0; row < rows; row = row + 1) begin
                digit = row % (DIGITS + 1);
                for (k = 0; k < TREE_W; k = k + 1) begin
                    if (row == LANES * (DIGITS + 1)) used_bits[row*TREE_W + k] = 1'b1;
                    else if (digit == DIGITS) used_bits[row*TREE_W + k] = (k % 2 == 0 && k < 2 * DIGITS);
                    else used_bits[row*TREE_W + k] = (k >= 2 * digit && k < 2 * digit + ROW_W);
                end
            end
        end
    endfunction

    wire [LANES*WGT_W-1:0] weight;
    wire [PSUM_W-1:0]      psum;
    wire [PSUM_W-1:0]      total;

    pf_pe_regs #(
        .ACT_W    (LANES*ACT_W),
        .WGT_W    (LANES*WGT_W),
        .PSUM_W   (PSUM_W),
        .PIPELINE (PIPELINE),
        .SUM_STAYS(SUM_STAYS)
    ) u_regs (
        .clk_i   (clk_i),
        .swap_i  (swap_i),
        .swap_o  (swap_o),
        .act_i   (act_i),
        .act_o   (act_o),
        .shift_i (shift_i),
        .wgt_i   (wgt_i),
        .wgt_o   (wgt_o),
        .psum_i  (psum_i),
        .psum_o  (psum_o),
        .weight_o(weight),
        .sum_o   (psum),
        .total_i (total)
    );

    genvar l, i;
    generate
        if (PSUM_W < ACT_W + WGT_W + $clog2(LANES)) begin : gen_bad_psum_w
            pf_mul_pe_error_psum_w_is_below_the_product u_error ();
        end

        if (USE_DSP != 0) begin : gen_dsp
            for (l = 0; l < LANES; l = l + 1) begin : gen_lane
                wire signed [ACT_W-1:0]       act     = $signed(act_i[l*ACT_W +: ACT_W]);
                wire signed [WGT_W-1:0]       wgt     = $signed(weight[l*WGT_W +: WGT_W]);
                wire signed [ACT_W+WGT_W-1:0] product = act * wgt;
                wire        [PSUM_W-1:0]      term;
                wire        [PSUM_W-1:0]      sum;
                if (PSUM_W > ACT_W + WGT_W) begin : gen_extend
                    wire [PSUM_W-ACT_W-WGT_W-1:0] sign = {(PSUM_W-ACT_W-WGT_W){product[ACT_W+WGT_W-1]}};
                    assign term = {sign, product};
                end else begin : gen_fit
                    assign term = product;
                end
                if (PIPELINE == 2) begin : gen_register
                    reg [PSUM_W-1:0] term_q;
                    always @(posedge clk_i) term_q <= term;
                    if (l == 0) begin : gen_first
                        assign sum = psum + term_q;
                    end else begin : gen_next
                        assign sum = gen_lane[l-1].sum + term_q;
                    end
                end else begin : gen_direct
                    if (l == 0) begin : gen_first
                        assign sum = psum + term;
                    end else begin : gen_next
                        assign sum = gen_lane[l-1].sum + term;
                    end
                end
            end
            assign total = gen_lane[LANES-1].sum;
        end else begin : gen_booth
            for (l = 0; l < LANES; l = l + 1) begin : gen_lane
                wire [ACT_W-1:0]    act   = act_i[l*ACT_W +: ACT_W];
                wire [ROW_W-1:0]    once  = {act[ACT_W-1], act};
                wire [WGT_W+1:0]    wgt   = {weight[l*WGT_W+WGT_W-1], weight[l*WGT_W +: WGT_W], 1'b0};
                wire                unused_sign = wgt[WGT_W+1]; // of an even width
                for (i = 0; i < DIGITS; i = i + 1) begin : gen_digit
                    // Digit = -2*high + middle + low.
                    wire high   = wgt[2*i+2];
                    wire middle = wgt[2*i+1];
                    wire low    = wgt[2*i];
                    wire one    = middle ^ low;
                    wire two    = (high & ~middle & ~low) | (~high & middle & low);
                    wire neg    = (ZERO_GATING != 0) ? high & ~(middle & low) : high & (one | two);
                    // One's complement and carry in for minus, before the choice of the multiple: the multiples share the
                    // inverters, and a digit of zero needs no mask of its own. The top bit inverted.
                    wire [ROW_W:0]   signed_act = {once, 1'b0} ^ {(ROW_W+1){neg}};
                    wire [ROW_W-1:0] row        = (signed_act[ROW_W:1] & {ROW_W{one}})
                                                | (signed_act[ROW_W-1:0] & {ROW_W{two}});
                    wire [ROW_W-1:0] addend     = row ^ {1'b1, {ACT_W{1'b0}}};
                end
            end

            if (LANES > 1) begin : gen_tree
                // All rows of all lanes at once, with the partial sum or with a register in front of it.
                wire [TREE_ROWS*TREE_W-1:0] rows;
                wire [TREE_W-1:0]           sum;
                for (l = 0; l < LANES; l = l + 1) begin : gen_place
                    wire [2*DIGITS-1:0]        negs;
                    wire [TREE_W+2*DIGITS-1:0] carries = {{TREE_W{1'b0}}, negs};
                    wire                       unused_carries = &{1'b0, carries[TREE_W +: 2*DIGITS]};
                    for (i = 0; i < DIGITS; i = i + 1) begin : gen_row
                        wire [TREE_W+PROD_W-1:0] addend = {{(TREE_W+PROD_W-ROW_W){1'b0}}, gen_lane[l].gen_digit[i].addend} << (2*i);
                        wire                     unused_addend = &{1'b0, addend[TREE_W +: PROD_W]};
                        assign rows[(l*(DIGITS+1)+i)*TREE_W +: TREE_W] = addend[TREE_W-1:0];
                        assign negs[2*i +: 2] = {1'b0, gen_lane[l].gen_digit[i].neg};
                    end
                    assign rows[(l*(DIGITS+1)+DIGITS)*TREE_W +: TREE_W] = carries[TREE_W-1:0];
                end
                pf_row_sum #(
                    .ROWS(TREE_ROWS),
                    .W   (TREE_W),
                    .USED(used_bits(TREE_ROWS))
                ) u_row_sum (
                    .rows_i(rows),
                    .sum_o (sum)
                );
                if (PIPELINE == 2) begin : gen_split
                    reg  [TREE_W-1:0]        sum_q;
                    wire [PSUM_W+TREE_W-1:0] wide = {{PSUM_W{1'b0}}, sum_q};
                    wire                     unused_wide = &{1'b0, wide[PSUM_W +: TREE_W]};
                    always @(posedge clk_i) sum_q <= sum;
                    assign total = psum + wide[PSUM_W-1:0];
                end else begin : gen_merged
                    assign rows[(TREE_ROWS-1)*TREE_W +: TREE_W] = psum;
                    assign total = sum;
                end
            end else if (PIPELINE == 2) begin : gen_split
                for (i = 0; i < DIGITS; i = i + 1) begin : gen_row
                    // All rows so far, less than 2^(ACT_W+2i+2).
                    wire [ACT_W+2*i+1:0] part;
                    wire [ACT_W+1:0]     sum;
                    if (i == 0) begin : gen_first
                        assign sum = {1'b0, gen_lane[0].gen_digit[i].addend}
                                   + {{ROW_W{1'b0}}, gen_lane[0].gen_digit[i].neg};
                        assign part = sum;
                    end else begin : gen_next
                        assign sum = {2'b00, gen_row[i-1].part[ACT_W+2*i-1:2*i]}
                                   + {1'b0, gen_lane[0].gen_digit[i].addend}
                                   + {{ROW_W{1'b0}}, gen_lane[0].gen_digit[i].neg};
                        assign part = {sum, gen_row[i-1].part[2*i-1:0]};
                    end
                end
                reg  [PROD_W-1:0]        sum_q;
                wire [PSUM_W+PROD_W-1:0] wide = {{PSUM_W{1'b0}}, sum_q};
                always @(posedge clk_i) sum_q <= gen_row[DIGITS-1].part;
                assign total = psum + wide[PSUM_W-1:0];
                wire unused_wide = &{1'b0, wide[PSUM_W+PROD_W-1:PSUM_W]};
            end else begin : gen_merged
                // The partial sum with one spare bit at each end, so that no part is ever empty. A row changes ROW_W bits of
                // it; its carry out waits for the end.
                for (i = 0; i < DIGITS; i = i + 1) begin : gen_row
                    wire [PSUM_W+1:0] sum_in;
                    wire [PSUM_W:0]   carries_in;
                    wire [ROW_W:0]    added = {1'b0, sum_in[2*i+1 +: ROW_W]}
                                            + {1'b0, gen_lane[0].gen_digit[i].addend}
                                            + {{ROW_W{1'b0}}, gen_lane[0].gen_digit[i].neg};
                    wire [PSUM_W+1:0] sum_out = {sum_in[PSUM_W+1:2*i+1+ROW_W], added[ROW_W-1:0], sum_in[2*i:0]};
                    wire [PSUM_W:0]   carries = carries_in | ({{PSUM_W{1'b0}}, added[ROW_W]} << (2*i+ROW_W));
                    if (i == 0) begin : gen_first
                        assign sum_in     = {1'b0, psum, 1'b0};
                        assign carries_in = {(PSUM_W+1){1'b0}};
                    end else begin : gen_next
                        assign sum_in     = gen_row[i-1].sum_out;
                        assign carries_in = gen_row[i-1].carries;
                    end
                end
                wire [PSUM_W+1:0] rows    = gen_row[DIGITS-1].sum_out;
                wire [PSUM_W:0]   carries = gen_row[DIGITS-1].carries;
                assign total = {rows[PSUM_W:ROW_W+1] + carries[PSUM_W-1:ROW_W], rows[ROW_W:1]};
                wire unused_ends = &{1'b0, rows[PSUM_W+1], rows[0], carries[PSUM_W], carries[ROW_W-1:0]};
            end
        end
    endgenerate

endmodule

`default_nettype wire
