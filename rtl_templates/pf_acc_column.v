// Accumulator column: adds partial sums of successive tiles row by row.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : acc[row] = psum (first tile) or acc[row] + psum, in a buffer of ROWS_M rows; a second reader drains it.
// Latency   : req_* comes one cycle before psum_i (the read of the old sum); the sum is written at the end of the
//             cycle of psum_i. Two updates of one row must be two or more cycles apart.
// Handshake : none; the drain may read only while no update of a later tile is under way.
// Parameters:
//   PSUM_W    width of a partial sum, signed
//   ACC_W     width of the sum, signed, >= PSUM_W
//   ROWS_M    rows, >= 1
//   SATURATE  1: the sum saturates and sat_o marks it; 0: ACC_W holds every sum
`default_nettype none

module pf_acc_column #(
    parameter PSUM_W   = 19,
    parameter ACC_W    = 27,
    parameter ROWS_M   = 256,
    parameter SATURATE = 0
) (
    input  wire                                           clk_i,
    input  wire                                           rst_ni,
    input  wire                                           req_valid_i,
    input  wire                                           req_first_i,
    input  wire [((ROWS_M > 1) ? $clog2(ROWS_M) : 1)-1:0] req_row_i,
    input  wire [PSUM_W-1:0]                              psum_i,
    input  wire                                           rd_en_i,
    input  wire [((ROWS_M > 1) ? $clog2(ROWS_M) : 1)-1:0] rd_addr_i,
    output wire [ACC_W-1:0]                               rd_data_o,
    output wire                                           sat_o
);

    localparam ADDR_W = (ROWS_M > 1) ? $clog2(ROWS_M) : 1;

    reg              valid_q;
    reg              first_q;
    reg [ADDR_W-1:0] row_q;

    always @(posedge clk_i) begin
        if (!rst_ni) valid_q <= 1'b0;
        else valid_q <= req_valid_i;
    end

    always @(posedge clk_i) begin
        first_q <= req_first_i;
        row_q   <= req_row_i;
    end

    wire              update_read = req_valid_i & ~req_first_i;
    wire [ACC_W-1:0]  old         = rd_data_o & {ACC_W{~first_q}};
    wire [ACC_W:0]    sum         = {old[ACC_W-1], old} + {{(ACC_W+1-PSUM_W){psum_i[PSUM_W-1]}}, psum_i};
    wire              overflow    = (sum[ACC_W] != sum[ACC_W-1]);
    wire [ACC_W-1:0]  write_data;

    generate
        if (SATURATE != 0) begin : gen_saturate
            assign write_data = overflow ? {sum[ACC_W], {(ACC_W-1){~sum[ACC_W]}}} : sum[ACC_W-1:0];
            assign sat_o      = valid_q & overflow;
        end else begin : gen_exact
            wire unused_overflow = overflow;
            assign write_data = sum[ACC_W-1:0];
            assign sat_o      = 1'b0;
        end
    endgenerate

    pf_memory #(
        .WIDTH(ACC_W),
        .DEPTH(ROWS_M)
    ) u_memory (
        .clk_i  (clk_i),
        .we_i   (valid_q),
        .waddr_i(row_q),
        .wdata_i(write_data),
        .re_i   (update_read | rd_en_i),
        .raddr_i(update_read ? req_row_i : rd_addr_i),
        .rdata_o(rd_data_o)
    );

endmodule

`default_nettype wire
