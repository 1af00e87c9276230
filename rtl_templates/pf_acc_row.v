// Accumulators of columns that are updated together: adds the sums of successive tiles row by row.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : in every column sum = psum (first tile) or acc[row] + psum. The sums go back into a buffer of ROWS_M rows, or,
//             when the tile is the job's last one, into a buffer of RESULTS finished rows, which a second reader empties.
//             A row is one word of memory.
// Latency   : req_* comes one cycle before psum_i (the read of the old sums); the sums are written at the end of the
//             cycle of psum_i. Two updates of one row must be two or more cycles apart.
// Handshake : none; the controllers see to it that a finished row is read before its place is written again.
// Parameters:
//   COLS      columns, >= 1
//   PSUM_W    width of a partial sum, signed
//   ACC_W     width of a sum, signed, >= PSUM_W
//   ROWS_M    rows, >= 1
//   RESULTS   finished rows, >= 1
//   SATURATE  1: a sum saturates and its bit of sat_o marks it; 0: ACC_W holds every sum
`default_nettype none

module pf_acc_row #(
    parameter COLS     = 32,
    parameter PSUM_W   = 8,
    parameter ACC_W    = 17,
    parameter ROWS_M   = 256,
    parameter RESULTS  = 3,
    parameter SATURATE = 0
) (
    input  wire                                             clk_i,
    input  wire                                             rst_ni,
    input  wire                                             req_valid_i,
    input  wire                                             req_first_i,
    input  wire                                             req_last_i,
    input  wire [((ROWS_M > 1) ? $clog2(ROWS_M) : 1)-1:0]   req_row_i,
    input  wire [((RESULTS > 1) ? $clog2(RESULTS) : 1)-1:0] req_slot_i,   // place of the finished row
    input  wire [COLS*PSUM_W-1:0]                           psum_i,
    input  wire                                             rd_en_i,
    input  wire [((RESULTS > 1) ? $clog2(RESULTS) : 1)-1:0] rd_slot_i,
    output wire [COLS*ACC_W-1:0]                            rd_data_o,
    output wire [COLS-1:0]                                  sat_o
);

    localparam ADDR_W = (ROWS_M > 1) ? $clog2(ROWS_M) : 1;
    localparam SLOT_W = (RESULTS > 1) ? $clog2(RESULTS) : 1;

    reg              valid_q;
    reg              first_q;
    reg              last_q;
    reg [ADDR_W-1:0] row_q;
    reg [SLOT_W-1:0] slot_q;

    always @(posedge clk_i) begin
        if (!rst_ni) valid_q <= 1'b0;
        else valid_q <= req_valid_i;
    end

    always @(posedge clk_i) begin
        first_q <= req_first_i;
        last_q  <= req_last_i;
        row_q   <= req_row_i;
        slot_q  <= req_slot_i;
    end

    wire [COLS*ACC_W-1:0] stored;
    wire [COLS*ACC_W-1:0] write_data;

    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : gen_column
            wire [PSUM_W-1:0] psum     = psum_i[c*PSUM_W +: PSUM_W];
            wire [ACC_W-1:0]  old      = stored[c*ACC_W +: ACC_W] & {ACC_W{~first_q}};
            wire [ACC_W:0]    sum      = {old[ACC_W-1], old} + {{(ACC_W+1-PSUM_W){psum[PSUM_W-1]}}, psum};
            wire              overflow = (sum[ACC_W] != sum[ACC_W-1]);
            if (SATURATE != 0) begin : gen_saturate
                assign write_data[c*ACC_W +: ACC_W] = overflow ? {sum[ACC_W], {(ACC_W-1){~sum[ACC_W]}}} : sum[ACC_W-1:0];
                assign sat_o[c] = valid_q & overflow;
            end else begin : gen_exact
                wire unused_overflow = overflow;
                assign write_data[c*ACC_W +: ACC_W] = sum[ACC_W-1:0];
                assign sat_o[c] = 1'b0;
            end
        end
    endgenerate

    pf_memory #(
        .WIDTH(COLS * ACC_W),
        .DEPTH(ROWS_M)
    ) u_memory (
        .clk_i  (clk_i),
        .we_i   (valid_q & ~last_q),
        .waddr_i(row_q),
        .wdata_i(write_data),
        .re_i   (req_valid_i & ~req_first_i),
        .raddr_i(req_row_i),
        .rdata_o(stored)
    );

    pf_memory #(
        .WIDTH(COLS * ACC_W),
        .DEPTH(RESULTS)
    ) u_results (
        .clk_i  (clk_i),
        .we_i   (valid_q & last_q),
        .waddr_i(slot_q),
        .wdata_i(write_data),
        .re_i   (rd_en_i),
        .raddr_i(rd_slot_i),
        .rdata_o(rd_data_o)
    );

endmodule

`default_nettype wire
