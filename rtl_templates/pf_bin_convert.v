// Conversion of bins: one number of the sums that a column of processing elements has kept for each fraction.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = sum over f of T[f] * bin f, bin f = bins_i[f*BIN_W +: BIN_W], signed. T is constant: a
//             product is a few shifted rows, one for each digit 1 or -1 of T[f], and all rows are one sum.
// Latency   : psum_o follows bins_i by one cycle.
// Handshake : none.
// Parameters:
//   F       fraction bits of the logs: 2^F bins, 0..2
//   M       mantissa bits of the table, >= 0
//   TABLE   T[f] = round_half_even(2^(f / 2^F) * 2^M), M + 1 bits at f*(M+1)
//   BIN_W   width of a bin
//   PSUM_W  width that holds the sum, signed, >= BIN_W + M
`default_nettype none

module pf_bin_convert #(
    parameter                    F      = 1,
    parameter                    M      = 4,
    parameter [((M+1) << F)-1:0] TABLE  = 10'd752,
    parameter                    BIN_W  = 19,
    parameter                    PSUM_W = 23
) (
    input  wire                    clk_i,
    input  wire [(BIN_W << F)-1:0] bins_i,
    output wire [PSUM_W-1:0]       psum_o
);

    localparam BINS = 1 << F;

    reg [PSUM_W-1:0] psum_q;

    genvar f, k;
    generate
        if (PSUM_W < BIN_W + M) begin : gen_bad_psum_w
            pf_bin_convert_error_psum_w_is_below_the_sum u_error ();
        end
        for (f = 0; f < BINS; f = f + 1) begin : gen_bin
            // T[f] = PLUS - MINUS, its digits 1, 0, -1 of which no two neighbours differ from 0.
            localparam [M+2:0] ENTRY = {2'b00, TABLE[f*(M+1) +: M+1]};
            localparam [M+2:0] HALF  = ENTRY >> 1;
            localparam [M+2:0] MORE  = ENTRY + HALF;
            localparam [M+2:0] PLUS  = MORE & (MORE ^ HALF);
            localparam [M+2:0] MINUS = HALF & (MORE ^ HALF);
            // Rows are unsigned: the sign bit enters inverted, and minus is one's complement. What that adds:
            localparam [63:0] FACTOR = {{(61-M){1'b0}}, ENTRY};
            localparam [63:0] TAKEN  = {{(61-M){1'b0}}, MINUS};
            localparam [63:0] EXTRA  = (FACTOR << (BIN_W - 1)) + (TAKEN << BIN_W) - TAKEN;
            localparam [63:0] BACK   = ~EXTRA + 64'd1;

            wire [BIN_W-1:0]  bin = bins_i[f*BIN_W +: BIN_W];
            wire [BIN_W-1:0]  row = {~bin[BIN_W-1], bin[BIN_W-2:0]};
            wire [PSUM_W-1:0] sum_in;
            for (k = 0; k <= M + 2; k = k + 1) begin : gen_digit
                wire [PSUM_W-1:0] so_far;
                wire [PSUM_W-1:0] sum;
                if (k == 0) begin : gen_first
                    assign so_far = sum_in + BACK[PSUM_W-1:0];
                end else begin : gen_next
                    assign so_far = gen_digit[k-1].sum;
                end
                if (PLUS[k]) begin : gen_plus
                    wire [PSUM_W:0] wide = {{(PSUM_W-BIN_W+1){1'b0}}, row};
                    wire            unused_wide = wide[PSUM_W];
                    assign sum = so_far + (wide[PSUM_W-1:0] << k);
                end else if (MINUS[k]) begin : gen_minus
                    wire [PSUM_W:0] wide = {{(PSUM_W-BIN_W+1){1'b0}}, ~row};
                    wire            unused_wide = wide[PSUM_W];
                    assign sum = so_far + (wide[PSUM_W-1:0] << k);
                end else begin : gen_none
                    assign sum = so_far;
                end
            end
            if (f == 0) begin : gen_start
                assign sum_in = {PSUM_W{1'b0}};
            end else begin : gen_follow
                assign sum_in = gen_bin[f-1].gen_digit[M+2].sum;
            end
        end
    endgenerate

    always @(posedge clk_i) psum_q <= gen_bin[BINS-1].gen_digit[M+2].sum;
    assign psum_o = psum_q;

endmodule

`default_nettype wire
