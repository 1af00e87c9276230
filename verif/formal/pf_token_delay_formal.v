// Properties of pf_token_delay.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the output is the input DEPTH cycles ago; a reset on the way clears it.
`default_nettype none

module pf_token_delay_formal #(
    parameter WIDTH = 1,
    parameter DEPTH = 3
) (
    input wire             clk_i,
    input wire             rst_ni,
    input wire [WIDTH-1:0] token_i
);

    wire [WIDTH-1:0] token;
    pf_token_delay #(
        .WIDTH(WIDTH),
        .DEPTH(DEPTH)
    ) u_dut (
        .clk_i  (clk_i),
        .rst_ni (rst_ni),
        .token_i(token_i),
        .token_o(token)
    );

    reg                        past_q = 1'b0;
    reg  [(DEPTH+1)*WIDTH-1:0] history_q;
    wire [(DEPTH+1)*WIDTH-1:0] history = {history_q, token_i};
    reg                        reset_seen_q = 1'b0;  // a reset after the first
    always @(posedge clk_i) begin
        past_q       <= 1'b1;
        history_q    <= rst_ni ? history : {((DEPTH+1)*WIDTH){1'b0}};
        reset_seen_q <= reset_seen_q | (past_q & ~rst_ni);
    end

    always @* begin
        if (!past_q) assume (!rst_ni);
        if (past_q) assert (token == history[DEPTH*WIDTH +: WIDTH]);
        cover (past_q && rst_ni && reset_seen_q && token == {WIDTH{1'b1}});
    end

endmodule

`default_nettype wire
