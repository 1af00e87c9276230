// Sum of a processing element: the partial sum and the terms of all lanes.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : total_o = psum_i + sum over lanes of (operand + carry), modulo 2^PSUM_W; operands are unsigned (a sign bit
//             that was inverted is a constant more, see the PEs).
// Latency   : combinational from psum_i; the terms as well with PIPELINE = 1, one cycle later with PIPELINE = 2.
// Handshake : none.
// Parameters:
//   TERM_W         width of an operand, >= 1
//   LANES          terms per cycle, >= 1
//   PIPELINE       1: one sum; 2: a register between the terms and the partial sum
//   CARRY_IS_SIGN  1: a carry is the inverse of its operand's top bit, which saves its register; 0: it may be anything
//   PSUM_W         partial sum width, >= TERM_W + ceil(log2(LANES))
`default_nettype none

module pf_term_sum #(
    parameter TERM_W        = 18,
    parameter LANES         = 1,
    parameter PIPELINE      = 1,
    parameter CARRY_IS_SIGN = 0,
    parameter PSUM_W        = 21
) (
    input  wire                    clk_i,
    input  wire [LANES*TERM_W-1:0] operand_i,
    input  wire [LANES-1:0]        carry_i,
    input  wire [PSUM_W-1:0]       psum_i,
    output wire [PSUM_W-1:0]       total_o
);

    localparam SUM_W = TERM_W + $clog2(LANES);

    genvar l;
    generate
        if (PSUM_W < SUM_W) begin : gen_bad_psum_w
            pf_term_sum_error_psum_w_is_below_the_term u_error ();
        end

        if (PIPELINE != 2) begin : gen_no_register
            wire unused_clk = clk_i;
        end

        // Plain sums in a row: synthesis merges them into carry-save adders and one carry-propagate adder.
        if (PIPELINE == 2 && LANES > 1) begin : gen_summed
            for (l = 0; l < LANES; l = l + 1) begin : gen_term
                wire [SUM_W-1:0] sum_in;
                wire [SUM_W-1:0] sum = sum_in + {{(SUM_W-TERM_W){1'b0}}, operand_i[l*TERM_W +: TERM_W]}
                                              + {{(SUM_W-1){1'b0}}, carry_i[l]};
                if (l == 0) begin : gen_first
                    assign sum_in = {SUM_W{1'b0}};
                end else begin : gen_next
                    assign sum_in = gen_term[l-1].sum;
                end
            end
            reg  [SUM_W-1:0] sum_q;
            wire [PSUM_W:0]  wide = {{(PSUM_W-SUM_W+1){1'b0}}, sum_q};
            wire             unused_wide = wide[PSUM_W];
            always @(posedge clk_i) sum_q <= gen_term[LANES-1].sum;
            assign total_o = psum_i + wide[PSUM_W-1:0];
        end else begin : gen_chained
            for (l = 0; l < LANES; l = l + 1) begin : gen_term
                wire [TERM_W-1:0] operand;
                wire              carry;
                wire [PSUM_W-1:0] sum_in;
                wire [PSUM_W:0]   wide = {{(PSUM_W-TERM_W+1){1'b0}}, operand};
                wire [PSUM_W-1:0] sum  = sum_in + wide[PSUM_W-1:0] + {{(PSUM_W-1){1'b0}}, carry};
                wire              unused_wide = wide[PSUM_W];
                if (PIPELINE == 2) begin : gen_register
                    reg [TERM_W-1:0] operand_q;
                    always @(posedge clk_i) operand_q <= operand_i[l*TERM_W +: TERM_W];
                    assign operand = operand_q;
                    if (CARRY_IS_SIGN != 0) begin : gen_sign
                        wire unused_carry = carry_i[l];
                        assign carry = ~operand_q[TERM_W-1];
                    end else begin : gen_carry
                        reg carry_q;
                        always @(posedge clk_i) carry_q <= carry_i[l];
                        assign carry = carry_q;
                    end
                end else begin : gen_direct
                    assign operand = operand_i[l*TERM_W +: TERM_W];
                    assign carry   = carry_i[l];
                end
                if (l == 0) begin : gen_first
                    assign sum_in = psum_i;
                end else begin : gen_next
                    assign sum_in = gen_term[l-1].sum;
                end
            end
            assign total_o = gen_term[LANES-1].sum;
        end
    endgenerate

endmodule

`default_nettype wire
