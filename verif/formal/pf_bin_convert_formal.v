// pf_bin_convert against the definition: psum_o is the weighted sum of the bins of the cycle before.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = sum over f of T[f] * bin f modulo 2^PSUM_W, bins signed, for every value of every bin; T by its definition
//             with integer powers. The script's TABLE must be that T, or the proof fails.
`default_nettype none

module pf_bin_convert_formal #(
    parameter F      = 1,
    parameter M      = 4,
    parameter TABLE  = 752,
    parameter BIN_W  = 8,
    parameter PSUM_W = 12
) (
    input wire                    clk_i,
    input wire [(BIN_W << F)-1:0] bins_i
);

    localparam [((M+1) << F)-1:0] WORDS = TABLE;
    wire [PSUM_W-1:0] psum;
    pf_bin_convert #(
        .F     (F),
        .M     (M),
        .TABLE (WORDS),
        .BIN_W (BIN_W),
        .PSUM_W(PSUM_W)
    ) u_dut (
        .clk_i (clk_i),
        .bins_i(bins_i),
        .psum_o(psum)
    );

    // T[f] = round(2^(f/2^F) * 2^M): the largest t with t - 1/2 <= that, both sides raised to the power 2^F.
    function [15:0] table_entry(input integer f);
        integer        t, s;
        reg    [255:0] power;
        reg    [255:0] bound;
        begin
            bound       = 256'd1 << (f + (M + 1) * (1 << F));
            table_entry = 16'd0;
            for (t = 1 << M; t <= (2 << M); t = t + 1) begin
                power = 2 * t - 1;
                for (s = 0; s < F; s = s + 1) power = power * power;
                if (power <= bound) table_entry = t;
            end
        end
    endfunction

    wire [(PSUM_W << F)-1:0] product;
    genvar f;
    generate
        for (f = 0; f < (1 << F); f = f + 1) begin : gen_bin
            localparam [15:0]        ENTRY  = table_entry(f);
            localparam [PSUM_W-1:0]  FACTOR = ENTRY;
            wire signed [BIN_W-1:0]  bin    = bins_i[f*BIN_W +: BIN_W];
            wire signed [PSUM_W-1:0] wide   = bin;
            assign product[f*PSUM_W +: PSUM_W] = wide * FACTOR;
        end
    endgenerate

    reg [PSUM_W-1:0] want;
    reg [PSUM_W-1:0] want_q;
    reg              known_q = 1'b0;
    integer          i;
    always @* begin
        want = {PSUM_W{1'b0}};
        for (i = 0; i < (1 << F); i = i + 1) want = want + product[i*PSUM_W +: PSUM_W];
    end
    always @(posedge clk_i) begin
        want_q  <= want;
        known_q <= 1'b1;
    end
    always @* begin
        if (known_q) assert (psum == want_q);
        cover (known_q && psum[PSUM_W-1] && psum[M]);
    end

endmodule

`default_nettype wire
