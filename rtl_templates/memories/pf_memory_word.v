// Word of latches with its own gated enable.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : one word of the latch body of the memory wrapper. The enable passes a latch that is open while the clock is
//             low, so it stands still while the clock is high: what a clock-gating cell does, without one.
// Latency   : en_i counts at the rising edge; data_i passes in the high phase behind it and is held from the falling edge on.
// Handshake : data_i comes from flip-flops of clk_i: it changes half a cycle before the latches close.
// Parameters:
//   WIDTH  word width, >= 1
`default_nettype none

module pf_memory_word #(
    parameter WIDTH = 32
) (
    input  wire             clk_i,
    input  wire             en_i,
    input  wire [WIDTH-1:0] data_i,
    output wire [WIDTH-1:0] data_o
);

    reg             en_q;
    reg [WIDTH-1:0] word_q;

    // Combinational form: explicit sensitivity lists would each be an event of its own to a simulator.
    always @(*) begin
        case (clk_i)
            1'b0: en_q = en_i;
            default: en_q = en_q;
        endcase
    end

    wire open = clk_i & en_q;

    always @(*) begin
        case (open)
            1'b1: word_q = data_i;
            default: word_q = word_q;
        endcase
    end

    assign data_o = word_q;

endmodule

`default_nettype wire
