// Equality of pf_lp_fields, pf_lp_fields_decode and the definition of Logarithmic Posits, for all codes and fields.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : reads a weight and an activation bit by bit as the definition does (pf_lp_log2), with es and rs as
//             inputs. The largest numbers of the fields are read the same way, from the word 01..1. A decoded weight is its
//             log2 less the octave of the largest weight, an activation's less the octave of the largest product, plus that
//             of the largest weight; both plus BIAS. What falls below INT_MIN is zero. So largest products of all
//             fields fall in octave 2 * BIAS. pf_lp_fields_legal is asked as well.
`default_nettype none

module pf_lp_fields_decode_formal #(
    parameter WGT_N   = 4,
    parameter ACT_N   = 5,
    parameter INT_W   = 4,
    parameter BELOW   = 12,    // octaves kept below the largest
    parameter BIAS    = 7,
    parameter WGT_ES_W = 2,
    parameter WGT_RS_W = 2,
    parameter ACT_ES_W = 2,
    parameter ACT_RS_W = 3
) (
    input wire [WGT_N-1:0]    wgt_i,
    input wire [ACT_N-1:0]    act_i,
    input wire [WGT_ES_W-1:0] wgt_es_i,
    input wire [WGT_RS_W-1:0] wgt_rs_i,
    input wire [ACT_ES_W-1:0] act_es_i,
    input wire [ACT_RS_W-1:0] act_rs_i
);

    localparam signed [15:0] OCTAVE  = BIAS;          // signed, whatever sets the parameter
    localparam signed [15:0] INT_MIN = BIAS - BELOW;
    localparam ADD_W = 8;
    localparam WGT_F = (WGT_N > 2) ? WGT_N - 2 : 0;
    localparam ACT_F = (ACT_N > 2) ? ACT_N - 2 : 0;
    localparam F     = 6;

    wire [WGT_N-3:0]       wgt_longest;
    wire [ACT_N-3:0]       act_longest;
    wire [ADD_W-1:0]       wgt_add;
    wire [ADD_W-1:0]       act_add;
    wire                   wgt_neg, act_neg, wgt_bad, act_bad;
    wire [INT_W+WGT_F-1:0] wgt_log;
    wire [INT_W+ACT_F-1:0] act_log;
    pf_lp_fields #(
        .WGT_N(WGT_N), .ACT_N(ACT_N), .WGT_ES_W(WGT_ES_W), .ACT_ES_W(ACT_ES_W), .WGT_RS_W(WGT_RS_W), .ACT_RS_W(ACT_RS_W),
        .BIAS(BIAS), .ADD_W(ADD_W)
    ) u_fields (
        .wgt_es_i(wgt_es_i), .wgt_rs_i(wgt_rs_i), .act_es_i(act_es_i), .act_rs_i(act_rs_i),
        .wgt_longest_o(wgt_longest), .act_longest_o(act_longest), .wgt_add_o(wgt_add), .act_add_o(act_add)
    );
    pf_lp_fields_decode #(.N(WGT_N), .ES_W(WGT_ES_W), .INT_W(INT_W), .INT_MIN(INT_MIN), .ADD_W(ADD_W)) u_wgt (
        .code_i(wgt_i), .es_i(wgt_es_i), .longest_i(wgt_longest), .add_i(wgt_add), .neg_o(wgt_neg), .log_o(wgt_log)
    );
    pf_lp_fields_decode #(.N(ACT_N), .ES_W(ACT_ES_W), .INT_W(INT_W), .INT_MIN(INT_MIN), .ADD_W(ADD_W)) u_act (
        .code_i(act_i), .es_i(act_es_i), .longest_i(act_longest), .add_i(act_add), .neg_o(act_neg), .log_o(act_log)
    );
    pf_lp_fields_legal #(.N(WGT_N), .ES_W(WGT_ES_W), .RS_W(WGT_RS_W)) u_wgt_legal (.es_i(wgt_es_i), .rs_i(wgt_rs_i), .bad_o(wgt_bad));
    pf_lp_fields_legal #(.N(ACT_N), .ES_W(ACT_ES_W), .RS_W(ACT_RS_W)) u_act_legal (.es_i(act_es_i), .rs_i(act_rs_i), .bad_o(act_bad));

    wire [WGT_N-1:0] wgt_word = wgt_i[WGT_N-1] ? -wgt_i : wgt_i;
    wire [ACT_N-1:0] act_word = act_i[ACT_N-1] ? -act_i : act_i;
    wire             wgt_none = (wgt_i[WGT_N-2:0] == 0);
    wire             act_none = (act_i[ACT_N-2:0] == 0);

    wire signed [7:0]  wgt_es = wgt_es_i;
    wire signed [7:0]  wgt_rs = wgt_rs_i;
    wire signed [7:0]  act_es = act_es_i;
    wire signed [7:0]  act_rs = act_rs_i;
    wire signed [15:0] wgt_log2, act_log2, wgt_most, act_most;
    pf_lp_log2 #(.N(WGT_N), .F(F)) u_wgt_log2 (.bits_i(wgt_word[WGT_N-2:0]), .es_i(wgt_es), .rs_i(wgt_rs), .log_o(wgt_log2));
    pf_lp_log2 #(.N(ACT_N), .F(F)) u_act_log2 (.bits_i(act_word[ACT_N-2:0]), .es_i(act_es), .rs_i(act_rs), .log_o(act_log2));
    pf_lp_log2 #(.N(WGT_N), .F(F)) u_wgt_most (.bits_i({(WGT_N-1){1'b1}}), .es_i(wgt_es), .rs_i(wgt_rs), .log_o(wgt_most));
    pf_lp_log2 #(.N(ACT_N), .F(F)) u_act_most (.bits_i({(ACT_N-1){1'b1}}), .es_i(act_es), .rs_i(act_rs), .log_o(act_most));

    reg signed [15:0] wgt_octave, act_octave, wgt_want, act_want, wgt_got, act_got;
    reg               wgt_zero, act_zero;
    always @* begin
        assert (wgt_bad == (wgt_es_i > 3 || wgt_es_i > WGT_N - 2 || wgt_rs_i == 0 || wgt_rs_i > WGT_N - 1));
        assert (act_bad == (act_es_i > 3 || act_es_i > ACT_N - 2 || act_rs_i == 0 || act_rs_i > ACT_N - 1));
        if (!wgt_bad && !act_bad) begin
            wgt_octave = wgt_most >>> F;
            act_octave = ((wgt_most + act_most) >>> F) - wgt_octave;
            wgt_want   = wgt_log2 + ((OCTAVE - wgt_octave) <<< F);
            act_want   = act_log2 + ((OCTAVE - act_octave) <<< F);
            wgt_got    = $signed(wgt_log) <<< (F - WGT_F);
            act_got    = $signed(act_log) <<< (F - ACT_F);
            wgt_zero   = wgt_none || ((wgt_want >>> F) < INT_MIN);
            act_zero   = act_none || ((act_want >>> F) < INT_MIN);
            assert (wgt_got == (wgt_zero ? -(1 <<< (INT_W - 1 + F)) : wgt_want));
            assert (act_got == (act_zero ? -(1 <<< (INT_W - 1 + F)) : act_want));
            assert (wgt_neg == (wgt_i[WGT_N-1] && !wgt_zero));
            assert (act_neg == (act_i[ACT_N-1] && !act_zero));
            // The array's largest product: in octave 2 * BIAS for all fields.
            assert (((wgt_most + act_most - ((wgt_octave + act_octave) <<< F)) >>> F) == 0);
            cover (!wgt_zero && !act_zero && wgt_neg && (wgt_i[0] || WGT_N == 2));
            cover (!wgt_none && wgt_zero || WGT_N == 2);
            cover (act_octave < (act_most >>> F) || act_octave > (act_most >>> F));
        end
    end

endmodule

`default_nettype wire
