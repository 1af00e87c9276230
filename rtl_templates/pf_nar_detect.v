// NaR detector: marks the NaR codes of a beat.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : nar_o[w] is high when word w is the code 10..0, or, of a float, infinity or NaN.
// Latency   : combinational.
// Handshake : none.
// Parameters:
//   N          code width, >= 2
//   FLOAT_TOP  0: the code 10..0; otherwise as many bits behind the sign are all ones, <= N-1
//   WORDS      codes of a beat, >= 1
`default_nettype none

module pf_nar_detect #(
    parameter N         = 8,
    parameter FLOAT_TOP = 0,
    parameter WORDS     = 8
) (
    input  wire [WORDS*N-1:0] data_i,
    output wire [WORDS-1:0]   nar_o
);

    localparam [N-1:0] NAR = {1'b1, {(N-1){1'b0}}};

    genvar w;
    generate
        if (FLOAT_TOP >= N) begin : gen_bad_float_top
            pf_nar_detect_error_float_top_is_above_the_magnitude u_error ();
        end
        for (w = 0; w < WORDS; w = w + 1) begin : gen_word
            if (FLOAT_TOP == 0) begin : gen_posit
                assign nar_o[w] = (data_i[w*N +: N] == NAR);
            end else begin : gen_float
                wire unused_bits = &{1'b0, data_i[w*N +: N]};
                assign nar_o[w] = &data_i[w*N+N-2 -: FLOAT_TOP];
            end
        end
    endgenerate

endmodule

`default_nettype wire
