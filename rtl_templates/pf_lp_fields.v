// What the decoders of Logarithmic Posits need to know of a job's fields.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : for words of N bits behind the sign B = N-1: longest_o tells which runs are of full length, bit m-1 that
//             rs <= m, m < B (a run of B is in any case); add_o is what makes a log2 relative to the largest product. With d = es + rs - B the largest
//             log2 is 2^es * rs - 2^d. Its octave is 2^es * rs - 1 with a fraction of 1 - 2^d for d < 0, and exact for
//             other d. Where both fractions are there the largest product is an octave above both, and activations take
//             one off for it. So the largest product of any fields is in octave 2 * BIAS of the decoders' logs.
// Latency   : combinational.
// Parameters:
//   WGT_N, ACT_N        code width of weights and of activations, 2..8
//   WGT_ES_W, ACT_ES_W  width of es, at least 1
//   WGT_RS_W, ACT_RS_W  width of rs, ceil(log2(N))
//   BIAS                octave of the largest number as the decoders give it
//   ADD_W               width of add_o, signed, holds BIAS - 49 and BIAS
`default_nettype none

module pf_lp_fields #(
    parameter WGT_N    = 8,
    parameter ACT_N    = 8,
    parameter WGT_ES_W = 2,
    parameter ACT_ES_W = 2,
    parameter WGT_RS_W = 3,
    parameter ACT_RS_W = 3,
    parameter BIAS     = 15,
    parameter ADD_W    = 8,
    // Derived.
    parameter WGT_LONG = (WGT_N > 2) ? WGT_N - 2 : 1,
    parameter ACT_LONG = (ACT_N > 2) ? ACT_N - 2 : 1
) (
    input  wire [WGT_ES_W-1:0] wgt_es_i,
    input  wire [WGT_RS_W-1:0] wgt_rs_i,
    input  wire [ACT_ES_W-1:0] act_es_i,
    input  wire [ACT_RS_W-1:0] act_rs_i,
    output wire [WGT_LONG-1:0] wgt_longest_o,
    output wire [ACT_LONG-1:0] act_longest_o,
    output wire [ADD_W-1:0]    wgt_add_o,
    output wire [ADD_W-1:0]    act_add_o
);

    localparam [31:0] BIAS_WIDE  = BIAS;
    localparam [31:0] WGT_B_WIDE = WGT_N - 1;
    localparam [31:0] ACT_B_WIDE = ACT_N - 1;
    localparam [3:0]  WGT_B      = WGT_B_WIDE[3:0];
    localparam [3:0]  ACT_B      = ACT_B_WIDE[3:0];

    wire [ADD_W-1:0] wgt_scaled = {{(ADD_W-WGT_RS_W){1'b0}}, wgt_rs_i} << wgt_es_i;
    wire [ADD_W-1:0] act_scaled = {{(ADD_W-ACT_RS_W){1'b0}}, act_rs_i} << act_es_i;
    wire [3:0]       wgt_sum    = {{(4-WGT_ES_W){1'b0}}, wgt_es_i} + {{(4-WGT_RS_W){1'b0}}, wgt_rs_i};
    wire [3:0]       act_sum    = {{(4-ACT_ES_W){1'b0}}, act_es_i} + {{(4-ACT_RS_W){1'b0}}, act_rs_i};
    wire             wgt_frac   = (wgt_sum < WGT_B);
    wire             act_frac   = (act_sum < ACT_B);
    // 2^d, d <= es <= 3; 1 stands for what is below.
    wire [3:0]       wgt_d      = wgt_sum - WGT_B;
    wire [3:0]       act_d      = act_sum - ACT_B;
    wire [ADD_W-1:0] wgt_last   = { {(ADD_W-1){1'b0}}, 1'b1} << (wgt_frac ? 2'd0 : wgt_d[1:0]);
    wire [ADD_W-1:0] act_last   = { {(ADD_W-1){1'b0}}, 1'b1} << (act_frac ? 2'd0 : act_d[1:0]);

    assign wgt_add_o = BIAS_WIDE[ADD_W-1:0] + wgt_last - wgt_scaled;
    assign act_add_o = BIAS_WIDE[ADD_W-1:0] + act_last - act_scaled - { {(ADD_W-1){1'b0}}, wgt_frac & act_frac};

    genvar m;
    generate
        for (m = 1; m <= WGT_LONG; m = m + 1) begin : gen_wgt
            localparam [31:0] RUN = m;
            if (WGT_N == 2) begin : gen_spare
                assign wgt_longest_o[m-1] = 1'b0;
            end else begin : gen_run
                assign wgt_longest_o[m-1] = (wgt_rs_i <= RUN[WGT_RS_W-1:0]);
            end
        end
        for (m = 1; m <= ACT_LONG; m = m + 1) begin : gen_act
            localparam [31:0] RUN = m;
            if (ACT_N == 2) begin : gen_spare
                assign act_longest_o[m-1] = 1'b0;
            end else begin : gen_run
                assign act_longest_o[m-1] = (act_rs_i <= RUN[ACT_RS_W-1:0]);
            end
        end
    endgenerate

    wire unused_bits = &{1'b0, wgt_d, act_d};

endmodule

`default_nettype wire
