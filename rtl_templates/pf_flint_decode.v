// Decoder of ANT's float-int numbers.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : exponent and fraction as one signed fixed-point number with N-3 fraction bits. Behind the sign, the first
//             bit tells numbers below one (integers, exponent -1-z) from the others (exponent z), z the number of zeros
//             before the next one. Zero takes the most negative number, which no other code has.
// Latency   : combinational.
// Parameters:
//   N      code width, 3..8
//   LOG_W  width of log_o; -2^(LOG_W-1) must lie below the smallest number
`default_nettype none

module pf_flint_decode #(
    parameter N     = 4,
    parameter LOG_W = 4
) (
    input  wire             [N-1:0] code_i,
    output wire                     zero_o,
    output wire                     nar_o,
    output wire                     neg_o,
    output wire signed  [LOG_W-1:0] log_o
);

    localparam B     = N - 1;
    localparam REST  = B - 1;
    localparam F     = B - 2;
    localparam EXP_W = LOG_W - F;
    localparam ZW    = EXP_W - 1;

    wire            high = code_i[B-1];
    wire [REST-1:0] rest = code_i[REST-1:0];

    generate
        if ((1 << ZW) < B) begin : gen_bad_log_w
            pf_flint_decode_error_log_w_leaves_no_pattern_for_zero u_error ();
        end
    endgenerate

    // {z, what stands behind the leading one}; without a one z = B-1.
    genvar z;
    generate
        for (z = 0; z <= REST; z = z + 1) begin : gen_zeros
            localparam [31:0]  COUNT = z;
            wire               sel;
            wire [REST:0]      moved = {rest, 1'b0} << (z + 1);
            wire [ZW+REST-1:0] merged;
            wire               unused_moved = moved[0];
            if (z == 0) begin : gen_first
                assign sel    = rest[REST-1];
                assign merged = {COUNT[ZW-1:0], moved[REST:1]} & {(ZW+REST){sel}};
            end else begin : gen_next
                if (z == REST) begin : gen_none
                    assign sel = ~|rest;
                end else begin : gen_one
                    assign sel = rest[REST-1-z] & ~|rest[REST-1 -: z];
                end
                assign merged = gen_zeros[z-1].merged | ({COUNT[ZW-1:0], moved[REST:1]} & {(ZW+REST){sel}});
            end
        end
    endgenerate
    wire [ZW+REST-1:0] found    = gen_zeros[REST].merged;
    wire [EXP_W-1:0]   exponent = {~high, found[ZW+REST-1:REST] ^ {ZW{~high}}};
    wire [LOG_W:0]     fields   = {exponent, found[REST-1 -: F+1]};   // one spare bit, so that no part is ever empty

    assign zero_o = ~|code_i[B-1:0];
    assign nar_o  = 1'b0;
    assign neg_o  = code_i[N-1] & ~zero_o;
    assign log_o  = $signed(zero_o ? {1'b1, {(LOG_W-1){1'b0}}} : fields[LOG_W:1]);

    wire unused_bit = fields[0];

endmodule

`default_nettype wire
