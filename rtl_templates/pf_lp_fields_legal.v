// Checks the fields of a Logarithmic Posit that come with a job.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : bad_o tells fields that words of N bits cannot have: es above min(3, N-2), rs outside of 1..N-1.
// Latency   : combinational.
// Parameters:
//   N     code width, 2..8
//   ES_W  width of es_i, ceil(log2(min(3, N-2) + 1)), at least 1
//   RS_W  width of rs_i, ceil(log2(N))
`default_nettype none

module pf_lp_fields_legal #(
    parameter N    = 8,
    parameter ES_W = 2,
    parameter RS_W = 3
) (
    input  wire [ES_W-1:0] es_i,
    input  wire [RS_W-1:0] rs_i,
    output wire            bad_o
);

    localparam [31:0] ES_MAX = (N > 4) ? 3 : (N > 2) ? N - 2 : 0;
    localparam [31:0] RS_MAX = N - 1;

    wire es_bad;
    wire rs_bad;
    generate
        if (ES_MAX + 1 == (1 << ES_W)) begin : gen_every_es
            wire unused_es = &{1'b0, es_i};
            assign es_bad = 1'b0;
        end else begin : gen_some_es
            assign es_bad = (es_i > ES_MAX[ES_W-1:0]);
        end
        if (RS_MAX + 1 == (1 << RS_W)) begin : gen_every_rs
            assign rs_bad = (rs_i == {RS_W{1'b0}});
        end else begin : gen_some_rs
            assign rs_bad = (rs_i == {RS_W{1'b0}}) | (rs_i > RS_MAX[RS_W-1:0]);
        end
    endgenerate
    assign bad_o = es_bad | rs_bad;

endmodule

`default_nettype wire
