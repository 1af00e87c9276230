// Group of words of the latch body of the memory wrapper, with its own gated enable.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : up to 16 words of latches that stand still, clock and data pins as well, unless the group is written, and
//             whose outputs are zero unless the group is read. The enable passes a latch that is open while the clock is
//             low, so it stands still while the clock is high: what a clock-gating cell does, without one.
// Latency   : we_i counts at the rising edge; data_i passes into the word of wword_i in the high phase behind it and is held
//             from the falling edge on. data_o is combinational.
// Handshake : data_i comes from flip-flops of clk_i and stands still at the falling edge. wword_i comes from latches that are
//             open while the clock is low and may change behind it: as any gated clock, the gates of `open` want a hold
//             check there.
// Parameters:
//   WIDTH  word width, >= 1
//   WORDS  words of the group, 1..16
`default_nettype none

module pf_memory_group #(
    parameter WIDTH = 32,
    parameter WORDS = 16
) (
    input  wire             clk_i,
    input  wire             we_i,     // a word of this group is written
    input  wire [WORDS-1:0] wword_i,  // which one, one-hot
    input  wire [WIDTH-1:0] data_i,
    input  wire             re_i,     // a word of this group is addressed
    input  wire [WORDS-1:0] rword_i,  // which one, one-hot
    output wire [WIDTH-1:0] data_o
);

    // Combinational forms: explicit sensitivity lists would each be an event of its own to a simulator.
    reg en_q;
    always @(*) begin
        case (clk_i)
            1'b0: en_q = we_i;
            default: en_q = en_q;
        endcase
    end

    wire group_clk = clk_i & en_q;

    genvar w;
    generate
        for (w = 0; w < WORDS; w = w + 1) begin : gen_word
            reg  [WIDTH-1:0] word_q;
            wire [WIDTH-1:0] sum;
            wire             open   = group_clk & wword_i[w];
            wire             chosen = re_i & rword_i[w];
            always @(*) begin
                case (open)
                    1'b1: word_q = data_i;
                    default: word_q = word_q;
                endcase
            end
            if (w == 0) begin : gen_first
                assign sum = word_q & {WIDTH{chosen}};
            end else begin : gen_next
                assign sum = gen_word[w-1].sum | (word_q & {WIDTH{chosen}});
            end
        end
    endgenerate

    assign data_o = gen_word[WORDS-1].sum;

endmodule

`default_nettype wire
