// Properties of pf_axi_slice.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : against a queue of two beats: which beats come out, in which order, when it is ready, and that a beat which is
//             shown stays until it is taken.
// Assumes   : nothing: the source may withdraw a beat.
// Probes    : x_* are the DUT's registers; only the induction invariants read them.
`default_nettype none

module pf_axi_slice_formal #(
    parameter WIDTH = 2,
    parameter INDUCTION = 1    // 0: without the invariants
) (
    input wire             clk_i,
    input wire             rst_ni,
    input wire             in_valid_i,
    input wire [WIDTH-1:0] in_data_i,
    input wire             out_ready_i
);

    wire             in_ready;
    wire             out_valid;
    wire [WIDTH-1:0] out_data;
    pf_axi_slice #(.WIDTH(WIDTH)) u_dut (
        .clk_i      (clk_i),
        .rst_ni     (rst_ni),
        .in_valid_i (in_valid_i),
        .in_ready_o (in_ready),
        .in_data_i  (in_data_i),
        .out_valid_o(out_valid),
        .out_ready_i(out_ready_i),
        .out_data_o (out_data)
    );

    wire             x_ready;
    wire             x_spare;
    wire [WIDTH-1:0] x_spare_data;

    reg             past_q = 1'b0;
    reg [1:0]       level_q;          // beats inside
    reg [WIDTH-1:0] first_q;
    reg [WIDTH-1:0] second_q;
    reg             held_q;           // a beat was shown and not taken
    reg [WIDTH-1:0] shown_q;
    reg [2:0]       streak_q;         // beats taken in cycles that followed each other
    reg             filled_q;

    wire push = in_valid_i & in_ready;
    wire pop  = out_valid & out_ready_i;

    always @(posedge clk_i) begin
        past_q  <= 1'b1;
        held_q  <= rst_ni & out_valid & ~out_ready_i;
        shown_q <= out_data;
        if (!rst_ni) begin
            level_q  <= 2'd0;
            streak_q <= 3'd0;
            filled_q <= 1'b0;
        end else begin
            level_q <= level_q + {1'b0, push} - {1'b0, pop};
            if (pop) first_q <= (level_q == 2'd2) ? second_q : in_data_i;
            else if (level_q == 2'd0) first_q <= in_data_i;
            if (push & (level_q == 2'd1) & ~pop) second_q <= in_data_i;
            streak_q <= (push & pop) ? ((streak_q == 3'd7) ? 3'd7 : streak_q + 3'd1) : 3'd0;
            if (level_q == 2'd2) filled_q <= 1'b1;
        end
    end

    always @* if (!past_q) assume (!rst_ni);

    always @* if (past_q) begin
        assert (level_q <= 2'd2);
        assert (out_valid == (level_q != 2'd0));
        if (out_valid) assert (out_data == first_q);
        if (in_ready) assert (level_q != 2'd2);
        if (held_q) assert (out_valid && out_data == shown_q);
    end
    // Induction.
    always @* if (INDUCTION != 0 && past_q) begin
        assert (x_spare == (level_q == 2'd2));
        assert (!(x_ready && x_spare));
        if (x_spare) assert (x_spare_data == second_q);
    end

    always @* begin
        cover (past_q && rst_ni && streak_q == 3'd7);                  // full rate
        cover (past_q && rst_ni && filled_q && level_q == 2'd0 && in_ready);
    end

endmodule

`default_nettype wire
