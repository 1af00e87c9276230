// Distance PE: FOLD centroids of a closest-centroid chain.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : compares the distance of the passing vector to its centroid with the smallest so far; strictly smaller
//             wins, so that ties go to the lowest place. A vector stays FOLD cycles and meets one centroid in each.
// Latency   : one cycle: vector, phase, minimum and place leave together.
// Handshake : none inside the chain. swap_i makes the shadow centroids active at the end of the cycle, behind the last
//             vector of the old ones.
// Parameters:
//   SUBVECTOR  elements of a vector, 1..16
//   ACT_W      element width of the vector, signed, 2..8
//   CENT_W     element width of a centroid, signed, 2..8
//   DIST_W     distance width, unsigned, holds every distance
//   PLACE_W    width of a place in the chain
//   METRIC     0: L1, 1: L2 squared, 2: Chebyshev
//   FOLD       centroids, >= 1
//   SKIP_LAST  1: the last phase has no centroid here
`default_nettype none

module pf_dpe #(
    parameter SUBVECTOR = 4,
    parameter ACT_W     = 8,
    parameter CENT_W    = 8,
    parameter DIST_W    = 10,
    parameter PLACE_W   = 4,
    parameter METRIC    = 0,
    parameter FOLD      = 1,
    parameter SKIP_LAST = 0
) (
    input  wire                                           clk_i,
    input  wire                                           rst_ni,
    input  wire                                           swap_i,
    output wire                                           swap_o,
    input  wire [SUBVECTOR*ACT_W-1:0]                     vec_i,
    output wire [SUBVECTOR*ACT_W-1:0]                     vec_o,
    input  wire [((FOLD > 1) ? $clog2(FOLD) : 1)-1:0]     phase_i,
    output wire [((FOLD > 1) ? $clog2(FOLD) : 1)-1:0]     phase_o,
    input  wire                                           cent_shift_i,
    input  wire [FOLD*SUBVECTOR*CENT_W-1:0]               cent_i,
    output wire [FOLD*SUBVECTOR*CENT_W-1:0]               cent_o,
    input  wire [PLACE_W-1:0]                             own_place_i,   // constant: this PE's place in the chain
    input  wire [DIST_W-1:0]                              dist_i,    // all ones at the head of the chain
    input  wire [PLACE_W-1:0]                             place_i,   // 0 at the head of the chain
    output wire [DIST_W-1:0]                              dist_o,
    output wire [PLACE_W-1:0]                             place_o
);

    localparam PHASE_W = (FOLD > 1) ? $clog2(FOLD) : 1;
    localparam WORD_W  = SUBVECTOR * CENT_W;
    localparam [31:0] TOP = FOLD - 1;

    reg                       swap_q;
    reg [SUBVECTOR*ACT_W-1:0] vec_q;
    reg [FOLD*WORD_W-1:0]     shadow_q;
    reg [FOLD*WORD_W-1:0]     cent_q;
    reg [DIST_W-1:0]          dist_q;
    reg [PLACE_W-1:0]         place_q;

    always @(posedge clk_i) begin
        if (!rst_ni) swap_q <= 1'b0;
        else swap_q <= swap_i;
    end

    always @(posedge clk_i) begin
        vec_q <= vec_i;
        if (cent_shift_i) shadow_q <= cent_i;
        if (swap_i) cent_q <= shadow_q;
    end

    wire [WORD_W-1:0] centroid;
    generate
        if (FOLD > 1) begin : gen_fold
            reg [PHASE_W-1:0] phase_q;
            always @(posedge clk_i) phase_q <= phase_i;
            assign phase_o  = phase_q;
            assign centroid = cent_q[phase_i*WORD_W +: WORD_W];
        end else begin : gen_single
            assign phase_o  = phase_i;
            assign centroid = cent_q;
        end
    endgenerate

    wire [DIST_W-1:0] distance;
    pf_distance #(
        .SUBVECTOR(SUBVECTOR),
        .ACT_W    (ACT_W),
        .CENT_W   (CENT_W),
        .DIST_W   (DIST_W),
        .METRIC   (METRIC)
    ) u_distance (
        .vec_i     (vec_i),
        .cent_i    (centroid),
        .distance_o(distance)
    );

    // At the head, a distance of all ones loses to the seed, which has place 0 as well.
    wire used   = (SKIP_LAST == 0) | (phase_i != TOP[PHASE_W-1:0]);
    wire closer = used & (distance < dist_i);
    always @(posedge clk_i) begin
        dist_q  <= closer ? distance : dist_i;
        place_q <= closer ? own_place_i : place_i;
    end

    assign swap_o  = swap_q;
    assign vec_o   = vec_q;
    assign cent_o  = shadow_q;
    assign dist_o  = dist_q;
    assign place_o = place_q;

endmodule

`default_nettype wire
