// Closest-centroid unit: a chain of distance PEs.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : index of the centroid closest to a vector; ties go to the lowest index. With FOLD > 1 there are
//             ceil(CENTROIDS / FOLD) PEs and a vector meets them FOLD times: phase f compares centroids f*PES on.
// Latency   : PES + FOLD cycles from vec_valid_i to index_o.
// Handshake : none. A vector every FOLD cycles; the first one at least FOLD cycles after swap_i, which makes the shadow
//             centroids active behind the vector of the same cycle or the last one before. Centroids are shifted in, the
//             last one first, when PES + FOLD - 1 cycles have passed since a swap.
// Parameters:
//   SUBVECTOR  elements of a vector, 1..16
//   CENTROIDS  2..64
//   ACT_W      element width of the vector, signed, 2..8
//   CENT_W     element width of a centroid, signed, 2..8
//   DIST_W     distance width, unsigned, holds every distance
//   METRIC     0: L1, 1: L2 squared, 2: Chebyshev
//   FOLD       cycles of a vector, 1..CENTROIDS; no phase may be without centroids
`default_nettype none

module pf_ccu_chain #(
    parameter SUBVECTOR = 4,
    parameter CENTROIDS = 16,
    parameter ACT_W     = 8,
    parameter CENT_W    = 8,
    parameter DIST_W    = 10,
    parameter METRIC    = 0,
    parameter FOLD      = 1
) (
    input  wire                         clk_i,
    input  wire                         rst_ni,
    input  wire                         swap_i,
    input  wire                         load_i,
    input  wire [SUBVECTOR*CENT_W-1:0]  word_i,
    input  wire                         vec_valid_i,
    input  wire [SUBVECTOR*ACT_W-1:0]   vec_i,
    output wire [$clog2(CENTROIDS)-1:0] index_o
);

    localparam PES     = (CENTROIDS + FOLD - 1) / FOLD;
    localparam INDEX_W = $clog2(CENTROIDS);
    localparam PLACE_W = (PES > 1) ? $clog2(PES) : 1;
    localparam PHASE_W = (FOLD > 1) ? $clog2(FOLD) : 1;
    localparam WORD_W  = SUBVECTOR * CENT_W;

    // A vector that is not there enters as zero, so that an idle chain sees no activity.
    wire [SUBVECTOR*ACT_W-1:0] vec;
    wire [PHASE_W-1:0]         phase;
    wire                       swap;
    generate
        if (FOLD > 1) begin : gen_hold
            localparam [31:0] TOP = FOLD - 1;
            reg [SUBVECTOR*ACT_W-1:0] vec_q;
            reg [PHASE_W-1:0]         phase_q;
            wire done = (phase_q == TOP[PHASE_W-1:0]);
            always @(posedge clk_i) begin
                if (!rst_ni) phase_q <= TOP[PHASE_W-1:0];
                else if (vec_valid_i) phase_q <= {PHASE_W{1'b0}};
                else if (!done) phase_q <= phase_q + {{(PHASE_W-1){1'b0}}, 1'b1};
            end
            always @(posedge clk_i) begin
                if (vec_valid_i | done) vec_q <= vec_i & {(SUBVECTOR*ACT_W){vec_valid_i}};
            end
            assign vec   = vec_q;
            assign phase = phase_q;
        end else begin : gen_pass
            reg [SUBVECTOR*ACT_W-1:0] vec_q;
            always @(posedge clk_i) vec_q <= vec_i & {(SUBVECTOR*ACT_W){vec_valid_i}};
            assign vec   = vec_q;
            assign phase = 1'b0;
        end
    endgenerate

    pf_token_delay #(.WIDTH(1), .DEPTH(FOLD)) u_swap (
        .clk_i  (clk_i),
        .rst_ni (rst_ni),
        .token_i(swap_i),
        .token_o(swap)
    );

    genvar g;
    generate
        if (FOLD < 1 || (FOLD - 1) * PES >= CENTROIDS) begin : gen_bad_fold
            pf_ccu_chain_error_fold_leaves_a_phase_without_centroids u_error ();
        end
        for (g = 0; g < PES; g = g + 1) begin : gen_dpe
            localparam [31:0]           OWN = g;
            wire                        swap_in;
            wire                        swap_out;
            wire [SUBVECTOR*ACT_W-1:0]  vec_in;
            wire [SUBVECTOR*ACT_W-1:0]  vec_out;
            wire [PHASE_W-1:0]          phase_in;
            wire [PHASE_W-1:0]          phase_out;
            wire [FOLD*WORD_W-1:0]      cent_in;
            wire [FOLD*WORD_W-1:0]      cent_out;
            wire [DIST_W-1:0]           dist_in;
            wire [DIST_W-1:0]           dist_out;
            wire [PLACE_W-1:0]          place_in;
            wire [PLACE_W-1:0]          place_out;
            if (g == 0) begin : gen_head
                assign swap_in  = swap;
                assign vec_in   = vec;
                assign phase_in = phase;
                assign dist_in  = {DIST_W{1'b1}};
                assign place_in = {PLACE_W{1'b0}};
                // The centroids of a phase follow those of the phase before.
                assign cent_in[WORD_W-1:0] = word_i;
                if (FOLD > 1) begin : gen_phases
                    assign cent_in[FOLD*WORD_W-1:WORD_W] = gen_dpe[PES-1].cent_out[(FOLD-1)*WORD_W-1:0];
                end
            end else begin : gen_link
                assign swap_in  = gen_dpe[g-1].swap_out;
                assign vec_in   = gen_dpe[g-1].vec_out;
                assign phase_in = gen_dpe[g-1].phase_out;
                assign dist_in  = gen_dpe[g-1].dist_out;
                assign place_in = gen_dpe[g-1].place_out;
                assign cent_in  = gen_dpe[g-1].cent_out;
            end
            if (g == PES - 1) begin : gen_tail
                wire unused_tail = ^{swap_out, vec_out, cent_out, phase_out};
            end
            pf_dpe #(
                .SUBVECTOR(SUBVECTOR),
                .ACT_W    (ACT_W),
                .CENT_W   (CENT_W),
                .DIST_W   (DIST_W),
                .PLACE_W  (PLACE_W),
                .METRIC   (METRIC),
                .FOLD     (FOLD),
                .SKIP_LAST(((FOLD - 1) * PES + g >= CENTROIDS) ? 1 : 0)
            ) u_dpe (
                .clk_i       (clk_i),
                .rst_ni      (rst_ni),
                .swap_i      (swap_in),
                .swap_o      (swap_out),
                .vec_i       (vec_in),
                .vec_o       (vec_out),
                .phase_i     (phase_in),
                .phase_o     (phase_out),
                .cent_shift_i(load_i),
                .cent_i      (cent_in),
                .cent_o      (cent_out),
                .own_place_i (OWN[PLACE_W-1:0]),
                .dist_i      (dist_in),
                .place_i     (place_in),
                .dist_o      (dist_out),
                .place_o     (place_out)
            );
        end
    endgenerate

    // The closest of the phases: a later one wins when it is strictly closer.
    generate
        if (FOLD > 1) begin : gen_closest
            localparam [INDEX_W-1:0] STEP = PES[INDEX_W-1:0];
            reg  [DIST_W-1:0]  dist_q;
            reg  [INDEX_W-1:0] index_q;
            reg  [INDEX_W-1:0] base_q;    // of the next phase
            wire [DIST_W-1:0]  found = gen_dpe[PES-1].dist_out;
            wire               first = (gen_dpe[PES-1].phase_out == {PHASE_W{1'b0}});
            wire [INDEX_W-1:0] base  = base_q & {INDEX_W{~first}};
            wire [INDEX_W-1:0] place;
            if (INDEX_W > PLACE_W) begin : gen_extend
                assign place = {{(INDEX_W-PLACE_W){1'b0}}, gen_dpe[PES-1].place_out};
            end else begin : gen_fit
                assign place = gen_dpe[PES-1].place_out[INDEX_W-1:0];
            end
            wire closer = first | (found < dist_q);
            assign index_o = closer ? base + place : index_q;
            always @(posedge clk_i) begin
                if (closer) dist_q <= found;
                index_q <= index_o;
                base_q  <= base + STEP;
            end
        end else begin : gen_end
            wire unused_dist = ^gen_dpe[PES-1].dist_out;
            assign index_o = gen_dpe[PES-1].place_out;
        end
    endgenerate

endmodule

`default_nettype wire
