// Token delay line: a bit DEPTH cycles later, cleared by reset.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : carries a control token beside skewed data; after reset no token is under way.
// Latency   : DEPTH cycles, 0 is a wire.
// Handshake : none.
// Parameters:
//   WIDTH  token bits, >= 1
//   DEPTH  cycles, >= 0
`default_nettype none

module pf_token_delay #(
    parameter WIDTH = 1,
    parameter DEPTH = 3
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire [WIDTH-1:0] token_i,
    output wire [WIDTH-1:0] token_o
);

    genvar d;
    generate
        if (DEPTH == 0) begin : gen_wire
            wire unused_control = clk_i ^ rst_ni;
            assign token_o = token_i;
        end else begin : gen_line
            for (d = 0; d < DEPTH; d = d + 1) begin : gen_stage
                reg [WIDTH-1:0] token_q;
                if (d == 0) begin : gen_first
                    always @(posedge clk_i) begin
                        if (!rst_ni) token_q <= {WIDTH{1'b0}};
                        else token_q <= token_i;
                    end
                end else begin : gen_next
                    always @(posedge clk_i) begin
                        if (!rst_ni) token_q <= {WIDTH{1'b0}};
                        else token_q <= gen_stage[d-1].token_q;
                    end
                end
            end
            assign token_o = gen_stage[DEPTH-1].token_q;
        end
    endgenerate

endmodule

`default_nettype wire
