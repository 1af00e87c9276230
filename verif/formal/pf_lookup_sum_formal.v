// Equality of pf_lookup_sum and the sum of the cycle before.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : sum of entry * 2^shift over the units, in integers wide enough for any.
`default_nettype none

module pf_lookup_sum_formal #(
    parameter IMMS    = 2,
    parameter ENTRY_W = 4,
    parameter SHIFT_W = 2,
    parameter SUM_W   = 8
) (
    input wire                                          clk_i,
    input wire [IMMS*ENTRY_W-1:0]                       entries_i,
    input wire [IMMS*((SHIFT_W > 0) ? SHIFT_W : 1)-1:0] shifts_i
);

    localparam LEVEL_W = (SHIFT_W > 0) ? SHIFT_W : 1;
    wire signed [SUM_W-1:0] sum;
    pf_lookup_sum #(
        .IMMS   (IMMS),
        .ENTRY_W(ENTRY_W),
        .SHIFT_W(SHIFT_W),
        .SUM_W  (SUM_W)
    ) u_dut (
        .clk_i    (clk_i),
        .entries_i(entries_i),
        .shifts_i (shifts_i),
        .sum_o    (sum)
    );

    reg                       past_q = 1'b0;
    reg signed [31:0]         want_q;
    reg signed [31:0]         want;
    reg signed [ENTRY_W-1:0]  entry;
    integer                   i, k;
    always @* begin
        want = 32'sd0;
        for (i = 0; i < IMMS; i = i + 1) begin
            entry = entries_i[i*ENTRY_W +: ENTRY_W];
            for (k = 0; k < (1 << SHIFT_W); k = k + 1) begin
                if (SHIFT_W == 0 || k == shifts_i[i*LEVEL_W +: LEVEL_W]) want = want + entry * (1 << k);
            end
        end
    end
    always @(posedge clk_i) begin
        past_q <= 1'b1;
        want_q <= want;
    end

    always @* if (past_q) assert (sum == want_q);
    always @* begin
        cover (past_q && want_q == -(IMMS << (ENTRY_W - 1 + ((SHIFT_W > 0) ? (1 << SHIFT_W) - 1 : 0))));
        cover (past_q && want_q == 32'sd3);
    end

endmodule

`default_nettype wire
