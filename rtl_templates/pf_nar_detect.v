// NaR detector: marks the NaR codes of a beat.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : nar_o[w] is high when word w is the code 10..0.
// Latency   : combinational.
// Handshake : none.
// Parameters:
//   N      code width, >= 2
//   WORDS  codes of a beat, >= 1
`default_nettype none

module pf_nar_detect #(
    parameter N     = 8,
    parameter WORDS = 8
) (
    input  wire [WORDS*N-1:0] data_i,
    output wire [WORDS-1:0]   nar_o
);

    localparam [N-1:0] NAR = {1'b1, {(N-1){1'b0}}};

    genvar w;
    generate
        for (w = 0; w < WORDS; w = w + 1) begin : gen_word
            assign nar_o[w] = (data_i[w*N +: N] == NAR);
        end
    endgenerate

endmodule

`default_nettype wire
