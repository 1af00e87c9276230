// Index controller of a lookup-table array: addresses of the index buffer.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : the index buffer is a ring of WORDS words; a word has the indices of one row and one tile, written by PASSES
//             passes. Words are fetched in the order in which they were taken. Those of a job that keeps its indices stay
//             taken until a job that reuses them without keeping them fetches them again.
// Latency   : a word may be fetched in the cycle after its last pass was written, taken again in the cycle after its last
//             fetch.
// Handshake : room_o and ready_o depend on registers alone. take_i needs room_o; fetch_i needs ready_o or
//             fetch_reuse_i.
// Parameters:
//   WORDS   words of the buffer, >= 2
//   PASSES  passes that write a word, >= 1
//   REUSE   1: jobs may keep and reuse indices
`default_nettype none

module pf_index_ctrl #(
    parameter WORDS  = 2048,
    parameter PASSES = 1,
    parameter REUSE  = 1
) (
    input  wire                     clk_i,
    input  wire                     rst_ni,

    output wire                     room_o,         // a word is free
    input  wire                     take_i,

    input  wire                     write_i,        // indices of a row
    input  wire                     write_end_i,    // of the last row of a pass
    output wire [PASSES-1:0]        we_o,
    output wire [$clog2(WORDS)-1:0] waddr_o,

    output wire                     ready_o,        // a word is complete and was not fetched
    input  wire                     fetch_i,
    input  wire                     fetch_start_i,  // the first word of a job
    input  wire                     fetch_keep_i,
    input  wire                     fetch_reuse_i,
    output wire [$clog2(WORDS)-1:0] raddr_o
);

    localparam ADDR_W  = $clog2(WORDS);
    localparam COUNT_W = $clog2(WORDS + 1);
    localparam [31:0]        TOP  = WORDS - 1;
    localparam [COUNT_W-1:0] ALL  = WORDS[COUNT_W-1:0];
    localparam [COUNT_W-1:0] ONE  = {{(COUNT_W-1){1'b0}}, 1'b1};
    localparam [ADDR_W-1:0]  STEP = {{(ADDR_W-1){1'b0}}, 1'b1};

    reg [ADDR_W-1:0]  waddr_q;
    reg [ADDR_W-1:0]  raddr_q;
    reg [COUNT_W-1:0] free_q;
    reg [COUNT_W-1:0] ready_q;

    wire [ADDR_W-1:0] waddr_next = (waddr_q == TOP[ADDR_W-1:0]) ? {ADDR_W{1'b0}} : waddr_q + STEP;
    wire [ADDR_W-1:0] raddr_next = (raddr_o == TOP[ADDR_W-1:0]) ? {ADDR_W{1'b0}} : raddr_o + STEP;
    wire              complete;

    assign room_o  = (free_q != {COUNT_W{1'b0}});
    assign ready_o = (ready_q != {COUNT_W{1'b0}});
    assign waddr_o = waddr_q;

    generate
        if (PASSES > 1) begin : gen_passes
            // Each pass writes the words of the tile from its first one on.
            reg [PASSES-1:0] pass_q;
            reg [ADDR_W-1:0] tile_q;
            always @(posedge clk_i) begin
                if (!rst_ni) begin
                    pass_q  <= {{(PASSES-1){1'b0}}, 1'b1};
                    tile_q  <= {ADDR_W{1'b0}};
                    waddr_q <= {ADDR_W{1'b0}};
                end else begin
                    if (write_i & write_end_i) pass_q <= {pass_q[PASSES-2:0], pass_q[PASSES-1]};
                    if (complete & write_end_i) tile_q <= waddr_next;
                    if (write_i) waddr_q <= (write_end_i & ~pass_q[PASSES-1]) ? tile_q : waddr_next;
                end
            end
            assign we_o     = pass_q & {PASSES{write_i}};
            assign complete = write_i & pass_q[PASSES-1];
        end else begin : gen_pass
            wire unused_end = write_end_i;
            always @(posedge clk_i) begin
                if (!rst_ni) waddr_q <= {ADDR_W{1'b0}};
                else if (write_i) waddr_q <= waddr_next;
            end
            assign we_o     = write_i;
            assign complete = write_i;
        end
    endgenerate

    wire release_word;
    wire consume;
    generate
        if (REUSE != 0) begin : gen_reuse
            reg [ADDR_W-1:0] kept_q;   // first word of the last job that encoded
            always @(posedge clk_i) begin
                if (fetch_i & fetch_start_i) kept_q <= raddr_o;
            end
            assign raddr_o      = (fetch_start_i & fetch_reuse_i) ? kept_q : raddr_q;
            assign release_word = fetch_i & ~fetch_keep_i;
            assign consume      = fetch_i & ~fetch_reuse_i;
        end else begin : gen_stream
            wire unused_job = fetch_start_i | fetch_keep_i | fetch_reuse_i;
            assign raddr_o      = raddr_q;
            assign release_word = fetch_i;
            assign consume      = fetch_i;
        end
    endgenerate

    always @(posedge clk_i) begin
        if (!rst_ni) begin
            raddr_q <= {ADDR_W{1'b0}};
            free_q  <= ALL;
            ready_q <= {COUNT_W{1'b0}};
        end else begin
            if (fetch_i) raddr_q <= raddr_next;

            if (take_i & ~release_word) free_q <= free_q - ONE;
            else if (release_word & ~take_i) free_q <= free_q + ONE;

            if (complete & ~consume) ready_q <= ready_q + ONE;
            else if (consume & ~complete) ready_q <= ready_q - ONE;
        end
    end

endmodule

`default_nettype wire
