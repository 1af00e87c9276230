// Properties of pf_delay.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the output is the input DEPTH cycles ago, once DEPTH cycles have gone by.
`default_nettype none

module pf_delay_formal #(
    parameter WIDTH = 2,
    parameter DEPTH = 3
) (
    input wire             clk_i,
    input wire [WIDTH-1:0] data_i
);

    wire [WIDTH-1:0] data;
    pf_delay #(
        .WIDTH(WIDTH),
        .DEPTH(DEPTH)
    ) u_dut (
        .clk_i (clk_i),
        .data_i(data_i),
        .data_o(data)
    );

    reg [7:0]                   age_q = 8'd0;   // cycles gone by, up to DEPTH
    reg [(DEPTH+1)*WIDTH-1:0]   history_q;
    wire [(DEPTH+1)*WIDTH-1:0]  history = {history_q, data_i};   // word d is the input d cycles ago
    always @(posedge clk_i) begin
        history_q <= history;
        if (age_q < DEPTH) age_q <= age_q + 8'd1;
    end

    always @* begin
        if (age_q == DEPTH) assert (data == history[DEPTH*WIDTH +: WIDTH]);
        cover (age_q == DEPTH && data == {WIDTH{1'b1}} && data_i == {WIDTH{1'b0}} | DEPTH == 0);
    end

endmodule

`default_nettype wire
