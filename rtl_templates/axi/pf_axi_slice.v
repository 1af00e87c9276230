// Register slice: two places between a source and a sink, every output a register.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : cuts all combinational paths between two sides of a stream; a beat passes in every cycle.
// Latency   : 1 cycle.
// Handshake : in_valid_i/in_ready_o, out_valid_o/out_ready_i; valid never waits for ready, data is stable while stalled,
//             neither ready nor valid depends combinationally on anything from outside.
// Parameters:
//   WIDTH  bits of a beat, >= 1
`default_nettype none

module pf_axi_slice #(
    parameter WIDTH = 8
) (
    input  wire             clk_i,
    input  wire             rst_ni,
    input  wire             in_valid_i,
    output wire             in_ready_o,
    input  wire [WIDTH-1:0] in_data_i,
    output wire             out_valid_o,
    input  wire             out_ready_i,
    output wire [WIDTH-1:0] out_data_o
);

    reg             ready_q;   // the spare place is empty, out of reset
    reg             spare_q;   // it holds a beat
    reg             valid_q;
    reg [WIDTH-1:0] data_q;
    reg [WIDTH-1:0] spare_data_q;

    wire push  = in_valid_i & ready_q;
    wire move  = ~valid_q | out_ready_i;
    wire spare = ~move & (spare_q | push);

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            ready_q <= 1'b0;
            spare_q <= 1'b0;
            valid_q <= 1'b0;
        end else begin
            ready_q <= ~spare;
            spare_q <= spare;
            if (move) valid_q <= spare_q | push;
        end
    end

    always @(posedge clk_i) begin
        if (move) data_q <= spare_q ? spare_data_q : in_data_i;
        if (push) spare_data_q <= in_data_i;
    end

    assign in_ready_o  = ready_q;
    assign out_valid_o = valid_q;
    assign out_data_o  = data_q;

endmodule

`default_nettype wire
