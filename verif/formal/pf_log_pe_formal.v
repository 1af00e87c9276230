// Equality of pf_log_pe and its behavioural reference, one step from any state, for all operands.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : psum_o = psum_i + sum of the terms over the lanes + LANES * 2^(TERM_W-1) modulo 2^PSUM_W, each term
//             +-(T[f] << (I + A - M)) with a shift to the right truncating or rounding to nearest even; T from its definition;
//             weights become active as loaded and swapped. T is the table of pf_log2lin.v: F = 4, M = 7.
// Assumes   : operands are zero (most negative log, neg 0) or lie between the parameters' smallest and largest logs.
// Probes    : x_weight is the DUT's active weight.
`default_nettype none

module pf_log_pe_formal #(
    parameter ACT_LOG_W     = 8,
    parameter WGT_LOG_W     = 8,
    parameter ACT_F         = 4,
    parameter WGT_F         = 4,
    parameter ACT_LOW       = 94,    // minus the smallest logs: the script sets no negative parameters
    parameter WGT_LOW       = 94,
    parameter LOG_MAX       = 188,
    parameter M             = 7,
    parameter A             = 5,
    parameter ROUND_NEAREST = 0,
    parameter TERM_W        = 18,
    parameter LANES         = 1,
    parameter PIPELINE      = 1,
    parameter ZERO_GATING   = 1,
    parameter PSUM_W        = 21
) (
    input wire               clk_i,
    input wire               swap_i,
    input wire [LANES*(ACT_LOG_W + 1)-1:0] act_i,
    input wire               wgt_shift_i,
    input wire [LANES*(WGT_LOG_W + 1)-1:0] wgt_i,
    input wire [PSUM_W-1:0]  psum_i
);

    // Parameters that the script sets come unsigned.
    localparam signed [31:0] ACT_MIN = 0 - ACT_LOW;
    localparam signed [31:0] WGT_MIN = 0 - WGT_LOW;
    localparam signed [31:0] SUM_MAX = LOG_MAX;
    localparam OPA_W = ACT_LOG_W + 1;
    localparam OPW_W = WGT_LOG_W + 1;
    wire                   swap;
    wire [LANES*OPA_W-1:0] act;
    wire [LANES*OPW_W-1:0] wgt;
    wire [PSUM_W-1:0]      psum;
    pf_log_pe #(
        .ACT_LOG_W    (ACT_LOG_W),
        .WGT_LOG_W    (WGT_LOG_W),
        .ACT_F        (ACT_F),
        .WGT_F        (WGT_F),
        .ACT_LOG_MIN  (ACT_MIN),
        .WGT_LOG_MIN  (WGT_MIN),
        .LOG_MAX      (SUM_MAX),
        .M            (M),
        .A            (A),
        .ROUND_NEAREST(ROUND_NEAREST),
        .TERM_W       (TERM_W),
        .LANES        (LANES),
        .PIPELINE     (PIPELINE),
        .ZERO_GATING  (ZERO_GATING),
        .PSUM_W       (PSUM_W)
    ) u_dut (
        .clk_i      (clk_i),
        .swap_i     (swap_i),
        .swap_o     (swap),
        .act_i      (act_i),
        .act_o      (act),
        .shift_i    (wgt_shift_i),
        .wgt_i      (wgt_i),
        .wgt_o      (wgt),
        .psum_i     (psum_i),
        .psum_o     (psum)
    );
    wire [LANES*OPW_W-1:0] x_weight;

    // Registers: shadow and active weights as loaded and swapped, once they are known.
    reg [1:0]             age_q = 2'd0;    // cycles gone by, up to 3
    reg                   past_swap_q;
    reg [LANES*OPA_W-1:0] past_act_q;
    reg                   shadow_known_q = 1'b0;
    reg [LANES*OPW_W-1:0] shadow_q;
    reg                   active_known_q = 1'b0;
    reg [LANES*OPW_W-1:0] active_q;
    always @(posedge clk_i) begin
        if (age_q != 2'd3) age_q <= age_q + 2'd1;
        past_swap_q <= swap_i;
        past_act_q  <= act_i;
        if (wgt_shift_i) begin
            shadow_q       <= wgt_i;
            shadow_known_q <= 1'b1;
        end
        if (swap_i) begin
            active_q       <= shadow_q;
            active_known_q <= shadow_known_q;
        end
    end
    always @* begin
        if (age_q != 2'd0) assert (swap == past_swap_q && act == past_act_q);
        if (shadow_known_q) assert (wgt == shadow_q);
        if (active_known_q) assert (x_weight == active_q);
    end

    localparam F = (ACT_F > WGT_F) ? ACT_F : WGT_F;

    // T[f] = round(2^(f/2^F) * 2^M): the largest t with t - 1/2 <= that, both sides raised to the power 2^F. The only value
    // with a fraction of exactly one half would be rational; 2^(f/2^F) is irrational for f > 0.
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
    wire [16*(1<<F)-1:0] table_words;
    genvar f;
    generate
        for (f = 0; f < (1 << F); f = f + 1) begin : gen_table
            localparam [15:0] ENTRY = table_entry(f);
            assign table_words[16*f +: 16] = ENTRY;
        end
    endgenerate

    reg        [PSUM_W-1:0]    terms;
    reg signed [ACT_LOG_W-1:0] la;
    reg signed [WGT_LOG_W-1:0] lw;
    reg signed [15:0]          sum;
    reg signed [15:0]          move;
    reg        [63:0]          wide;       // the magnitude with 40 bits below the unit
    reg        [23:0]          magnitude;
    reg                        none;
    reg                        neg;
    integer                    l;
    always @* begin
        terms = {PSUM_W{1'b0}};
        for (l = 0; l < LANES; l = l + 1) begin
            la   = act_i[l*OPA_W +: ACT_LOG_W];
            lw   = x_weight[l*OPW_W +: WGT_LOG_W];
            none = (la == -(1 <<< (ACT_LOG_W - 1))) || (lw == -(1 <<< (WGT_LOG_W - 1)));
            neg  = act_i[l*OPA_W + ACT_LOG_W] ^ x_weight[l*OPW_W + WGT_LOG_W];
            sum  = (la <<< (F - ACT_F)) + (lw <<< (F - WGT_F));
            move = (sum >>> F) + A - M + 40;
            wide = {48'd0, table_words[16*(sum & ((1 << F) - 1)) +: 16]};
            wide = (move >= 0) ? wide << move : wide >> -move;
            magnitude = wide[63:40];
            if (ROUND_NEAREST != 0 && wide[39] && (wide[38:0] != 0 || wide[40])) magnitude = magnitude + 24'd1;
            if (none) magnitude = 24'd0;
            terms = terms + (neg ? -{40'd0, magnitude} : {40'd0, magnitude}) + (64'd1 << (TERM_W - 1));
            assume (la >= ACT_MIN || (la == -(1 <<< (ACT_LOG_W - 1)) && !act_i[l*OPA_W + ACT_LOG_W]));
            assume (lw >= WGT_MIN || (lw == -(1 <<< (WGT_LOG_W - 1)) && !x_weight[l*OPW_W + WGT_LOG_W]));
            assume (none || sum <= SUM_MAX);
        end
    end

    // What the operands of this cycle add; with PIPELINE 2 it is added one cycle later.
    reg [PSUM_W-1:0] terms_q;
    reg [PSUM_W-1:0] want_q;
    always @(posedge clk_i) begin
        terms_q <= terms;
        want_q  <= psum_i + ((PIPELINE == 2) ? terms_q : terms);
    end
    always @* begin
        if (age_q >= PIPELINE) assert (psum == want_q);
    end
    always @* begin
        cover (age_q == 2'd3 && active_known_q && psum == want_q && terms_q != 0 && x_weight != 0 && past_act_q != 0);
        cover (age_q == 2'd3 && active_known_q && past_swap_q && active_q != shadow_q);
    end

endmodule

`default_nettype wire
