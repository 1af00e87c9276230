// SPDX-License-Identifier: Apache-2.0
// Dot product of two vectors of eight unsigned bytes. Latency: 1 cycle. Handshake: none.
`default_nettype none
module coco_dot (
    input  wire        clk_i,
    input  wire [63:0] a_i,
    input  wire [63:0] b_i,
    output wire [18:0] y_o
);
    wire [18:0] sum;
    reg  [18:0] y_q;

    wire [15:0] product [0:7];
    genvar i;
    generate
        for (i = 0; i < 8; i = i + 1) begin : gen_lane
            assign product[i] = a_i[8*i +: 8] * b_i[8*i +: 8];
        end
    endgenerate

    assign sum = {3'd0, product[0]} + {3'd0, product[1]} + {3'd0, product[2]} + {3'd0, product[3]}
               + {3'd0, product[4]} + {3'd0, product[5]} + {3'd0, product[6]} + {3'd0, product[7]};

    always @(posedge clk_i) y_q <= sum;

    assign y_o = y_q;
endmodule
`default_nettype wire
