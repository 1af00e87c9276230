// Delay line: a word DEPTH cycles later.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : skews a stream against its neighbours. Data is not reset.
// Latency   : DEPTH cycles, 0 is a wire.
// Handshake : none.
// Parameters:
//   WIDTH  word width, >= 1
//   DEPTH  cycles, >= 0
`default_nettype none

module pf_delay #(
    parameter WIDTH = 8,
    parameter DEPTH = 3
) (
    input  wire             clk_i,
    input  wire [WIDTH-1:0] data_i,
    output wire [WIDTH-1:0] data_o
);

    genvar d;
    generate
        if (DEPTH == 0) begin : gen_wire
            wire unused_clk = clk_i;
            assign data_o = data_i;
        end else begin : gen_line
            for (d = 0; d < DEPTH; d = d + 1) begin : gen_stage
                reg [WIDTH-1:0] data_q;
                if (d == 0) begin : gen_first
                    always @(posedge clk_i) data_q <= data_i;
                end else begin : gen_next
                    always @(posedge clk_i) data_q <= gen_stage[d-1].data_q;
                end
            end
            assign data_o = gen_stage[DEPTH-1].data_q;
        end
    endgenerate

endmodule

`default_nettype wire
