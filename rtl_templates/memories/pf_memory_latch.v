// Memory wrapper, body of latches: for ASIC flows of one clock edge.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the storage of rtl/ in latches. Data to be written is registered at the rising edge and passes into its word
//             in the high phase behind it; the word closes at the falling edge. A read that is sampled at the next rising
//             edge sees it. No clock-gating cell is needed. Words stand in groups of 16: only the group that is written sees
//             clock and data, only the group that is read drives its outputs (docs/power.md has what that saves).
// Use       : ASICs whose timing analysis knows latches and gated enables; everything is launched and sampled at rising
//             edges. The data register has half a cycle to reach the words. Latches are not in a scan chain. Not for FPGAs.
// Latency   : read data one cycle after re_i, held until the next read.
// Collision : a read of the address that is written in the same cycle returns the old word in hardware, in simulation
//             anything. No array does that.
// Handshake : none.
// Parameters:
//   WIDTH  word width, >= 1
//   DEPTH  number of words, 1..1024; more stop elaboration: use macros
`default_nettype none

module pf_memory #(
    parameter WIDTH = 32,
    parameter DEPTH = 256
) (
    input  wire                                         clk_i,
    input  wire                                         we_i,
    input  wire [((DEPTH > 1) ? $clog2(DEPTH) : 1)-1:0] waddr_i,
    input  wire [WIDTH-1:0]                             wdata_i,
    input  wire                                         re_i,
    input  wire [((DEPTH > 1) ? $clog2(DEPTH) : 1)-1:0] raddr_i,
    output wire [WIDTH-1:0]                             rdata_o
);

    localparam ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1;
    localparam LOW_W  = (ADDR_W > 4) ? 4 : ADDR_W;
    localparam GROUP  = 1 << LOW_W;
    localparam FIRST  = (DEPTH < GROUP) ? DEPTH : GROUP;  // words of the first group
    localparam GROUPS = (DEPTH > 1024) ? 1 : (DEPTH + GROUP - 1) / GROUP;

    reg [WIDTH-1:0] wdata_q;
    reg [WIDTH-1:0] rdata_q;
    always @(posedge clk_i) begin
        if (we_i) wdata_q <= wdata_i;
    end

    // Stands still while the clock is high.
    reg [LOW_W-1:0] low_q;
    always @(*) begin
        case (clk_i)
            1'b0: low_q = waddr_i[LOW_W-1:0];
            default: low_q = low_q;
        endcase
    end
    wire [FIRST-1:0] wword;
    wire [FIRST-1:0] rword;

    genvar g, w;
    generate
        if (DEPTH > 1024) begin : gen_too_deep
            error_memory_of_latches_has_more_than_1024_words u_error ();
        end
        for (w = 0; w < FIRST; w = w + 1) begin : gen_place
            localparam [LOW_W-1:0] PLACE = w;
            assign wword[w] = low_q == PLACE;
            assign rword[w] = raddr_i[LOW_W-1:0] == PLACE;
        end
        if (ADDR_W > LOW_W) begin : gen_high
            reg [ADDR_W-LOW_W-1:0] high_q;  // group of wdata_q
            always @(posedge clk_i) begin
                if (we_i) high_q <= waddr_i[ADDR_W-1:LOW_W];
            end
        end
        for (g = 0; g < GROUPS; g = g + 1) begin : gen_group
            localparam WORDS = (DEPTH - g * GROUP < GROUP) ? DEPTH - g * GROUP : GROUP;
            wire             we;
            wire             mine;
            wire             re;
            wire [WIDTH-1:0] word;
            wire [WIDTH-1:0] sum;
            if (ADDR_W > LOW_W) begin : gen_some
                localparam [ADDR_W-LOW_W-1:0] PLACE = g;
                assign we   = we_i & (waddr_i[ADDR_W-1:LOW_W] == PLACE);
                assign mine = gen_high.high_q == PLACE;
                assign re   = raddr_i[ADDR_W-1:LOW_W] == PLACE;
            end else begin : gen_all
                assign we   = we_i;
                assign mine = 1'b1;
                assign re   = 1'b1;
            end
            pf_memory_group #(
                .WIDTH(WIDTH),
                .WORDS(WORDS)
            ) u_group (
                .clk_i  (clk_i),
                .we_i   (we),
                .wword_i(wword[WORDS-1:0]),
                .data_i (wdata_q & {WIDTH{mine}}),
                .re_i   (re),
                .rword_i(rword[WORDS-1:0]),
                .data_o (word)
            );
            if (g == 0) begin : gen_first
                assign sum = word;
            end else begin : gen_next
                assign sum = gen_group[g-1].sum | word;
            end
        end
    endgenerate

    always @(posedge clk_i) begin
        if (re_i) rdata_q <= gen_group[GROUPS-1].sum;
    end

    assign rdata_o = rdata_q;

endmodule

`default_nettype wire
