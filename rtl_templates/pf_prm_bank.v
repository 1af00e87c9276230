// Column parameters: bias, scale and shift of each column, double-buffered.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : takes COLS words, column COLS-1 first, into a shadow bank while the active one is in use.
// Latency   : COLS beats fill the shadow; take_i makes it active in one cycle and frees the shadow.
// Handshake : prm_valid_i/prm_ready_o; ready while the shadow is not full.
// Parameters:
//   COLS  columns, >= 1
//   W     width of a column's word, >= 1
`default_nettype none

module pf_prm_bank #(
    parameter COLS = 8,
    parameter W    = 49
) (
    input  wire              clk_i,
    input  wire              rst_ni,
    input  wire              prm_valid_i,
    output wire              prm_ready_o,
    input  wire [W-1:0]      prm_data_i,
    output wire              full_o,
    input  wire              take_i,
    output wire [COLS*W-1:0] active_o
);

    localparam COUNT_W = $clog2(COLS + 1);
    localparam [COUNT_W-1:0] ALL = COLS[COUNT_W-1:0];

    reg  [COUNT_W-1:0] count_q;
    wire               fire = prm_valid_i & prm_ready_o;

    assign full_o      = (count_q == ALL);
    assign prm_ready_o = ~full_o;

    always @(posedge clk_i) begin
        if (!rst_ni) count_q <= {COUNT_W{1'b0}};
        else if (take_i) count_q <= {COUNT_W{1'b0}};
        else if (fire) count_q <= count_q + {{(COUNT_W-1){1'b0}}, 1'b1};
    end

    // A shift chain: the first word in ends in column COLS-1.
    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : gen_col
            reg [W-1:0] shadow_q;
            reg [W-1:0] active_q;
            if (c == 0) begin : gen_head
                always @(posedge clk_i) if (fire) shadow_q <= prm_data_i;
            end else begin : gen_tail
                always @(posedge clk_i) if (fire) shadow_q <= gen_col[c-1].shadow_q;
            end
            always @(posedge clk_i) if (take_i) active_q <= shadow_q;
            assign active_o[c*W +: W] = active_q;
        end
    endgenerate

endmodule

`default_nettype wire
