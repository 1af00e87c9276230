// Population count.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : number of ones of a vector.
// Latency   : combinational.
// Handshake : none.
// Parameters:
//   WIDTH  bits, >= 1
`default_nettype none

module pf_popcount #(
    parameter WIDTH = 8
) (
    input  wire [WIDTH-1:0]           bits_i,
    output wire [$clog2(WIDTH+1)-1:0] count_o
);

    localparam COUNT_W = $clog2(WIDTH + 1);

    genvar b;
    generate
        for (b = 0; b < WIDTH; b = b + 1) begin : gen_bit
            wire [COUNT_W-1:0] sum;
            if (b == 0) begin : gen_first
                assign sum = {{(COUNT_W-1){1'b0}}, bits_i[0]};
            end else begin : gen_next
                assign sum = gen_bit[b-1].sum + {{(COUNT_W-1){1'b0}}, bits_i[b]};
            end
        end
    endgenerate

    assign count_o = gen_bit[WIDTH-1].sum;

endmodule

`default_nettype wire
