// Distance PE of a closest-centroid unit whose PEs stand side by side.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : distance of the vector to its centroid; the shadow centroids form a shift register.
// Latency   : one cycle from vec_i to dist_o.
// Handshake : none. swap_i makes the shadow centroid active at the end of the cycle.
// Parameters:
//   SUBVECTOR  elements of a vector, 1..16
//   ACT_W      element width of the vector, signed, 2..8
//   CENT_W     element width of a centroid, signed, 2..8
//   DIST_W     distance width, unsigned, holds every distance
//   METRIC     0: L1, 1: L2 squared, 2: Chebyshev
`default_nettype none

module pf_tree_dpe #(
    parameter SUBVECTOR = 4,
    parameter ACT_W     = 8,
    parameter CENT_W    = 8,
    parameter DIST_W    = 10,
    parameter METRIC    = 0
) (
    input  wire                        clk_i,
    input  wire                        swap_i,
    input  wire [SUBVECTOR*ACT_W-1:0]  vec_i,
    input  wire                        cent_shift_i,
    input  wire [SUBVECTOR*CENT_W-1:0] cent_i,
    output wire [SUBVECTOR*CENT_W-1:0] cent_o,
    output wire [DIST_W-1:0]           dist_o
);

    reg [SUBVECTOR*CENT_W-1:0] shadow_q;
    reg [SUBVECTOR*CENT_W-1:0] cent_q;
    reg [DIST_W-1:0]           dist_q;

    wire [DIST_W-1:0] distance;
    pf_distance #(
        .SUBVECTOR(SUBVECTOR),
        .ACT_W    (ACT_W),
        .CENT_W   (CENT_W),
        .DIST_W   (DIST_W),
        .METRIC   (METRIC)
    ) u_distance (
        .vec_i     (vec_i),
        .cent_i    (cent_q),
        .distance_o(distance)
    );

    always @(posedge clk_i) begin
        if (cent_shift_i) shadow_q <= cent_i;
        if (swap_i) cent_q <= shadow_q;
        dist_q <= distance;
    end

    assign cent_o = shadow_q;
    assign dist_o = dist_q;

endmodule

`default_nettype wire
