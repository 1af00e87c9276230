// Sum of the table entries of one column that are looked up in a cycle.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : sum over the lookup units of entry << shift, exact.
// Latency   : one cycle.
// Handshake : none.
// Parameters:
//   IMMS     lookup units, >= 1
//   ENTRY_W  entry width, signed, >= 2
//   SHIFT_W  shift width, unsigned; 0: no shift
//   SUM_W    sum width, signed, holds every sum
`default_nettype none

module pf_lookup_sum #(
    parameter IMMS    = 2,
    parameter ENTRY_W = 8,
    parameter SHIFT_W = 0,
    parameter SUM_W   = 9
) (
    input  wire                                             clk_i,
    input  wire [IMMS*ENTRY_W-1:0]                          entries_i,
    input  wire [IMMS*((SHIFT_W > 0) ? SHIFT_W : 1)-1:0]    shifts_i,
    output wire [SUM_W-1:0]                                 sum_o
);

    genvar i;
    generate
        for (i = 0; i < IMMS; i = i + 1) begin : gen_imm
            wire [ENTRY_W-1:0] entry = entries_i[i*ENTRY_W +: ENTRY_W];
            wire [SUM_W-1:0]   wide;
            wire [SUM_W-1:0]   term;
            wire [SUM_W-1:0]   total;
            if (SUM_W > ENTRY_W) begin : gen_extend
                assign wide = {{(SUM_W-ENTRY_W){entry[ENTRY_W-1]}}, entry};
            end else begin : gen_fit
                assign wide = entry;
            end
            if (SHIFT_W > 0) begin : gen_shift
                assign term = wide << shifts_i[i*SHIFT_W +: SHIFT_W];
            end else begin : gen_plain
                wire unused_shift = shifts_i[i];
                assign term = wide;
            end
            if (i == 0) begin : gen_first
                assign total = term;
            end else begin : gen_add
                assign total = gen_imm[i-1].total + term;
            end
        end
    endgenerate

    reg [SUM_W-1:0] sum_q;
    always @(posedge clk_i) sum_q <= gen_imm[IMMS-1].total;
    assign sum_o = sum_q;

endmodule

`default_nettype wire
