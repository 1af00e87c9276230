// One lane of the post-processing unit.
// SPDX-License-Identifier: Apache-2.0
//
// Purpose   : code = encode(saturate(relu(round((acc + bias) * scale / 2^shift)))).
// Latency   : 4 cycles in which en_i is high: bias, scale, shift and saturation, encoding.
// Handshake : none; all registers hold while en_i is low.
// Parameters:
//   ACC_W          accumulator and bias width, signed, >= 2
//   SCALE_W        scale width, unsigned, >= 1
//   SHIFT_W        shift width, unsigned, 1..6
//   HAS_BIAS       0: bias_i is not looked at
//   HAS_RELU       0: relu_i is not looked at
//   ROUND_NEAREST  0: towards minus infinity; 1: to nearest, ties to even
//   Z_W            width of the encoder's input, signed, >= 2
//   OUT_W          output code width
//   USE_DSP        1: leave the product to the tool's `*` (FPGA multiplier blocks)
`default_nettype none

module pf_post_lane #(
    parameter ACC_W         = 28,
    parameter SCALE_W       = 16,
    parameter SHIFT_W       = 6,
    parameter HAS_BIAS      = 1,
    parameter HAS_RELU      = 1,
    parameter ROUND_NEAREST = 1,
    parameter Z_W           = 8,
    parameter OUT_W         = 8,
    parameter USE_DSP       = 0
) (
    input  wire               clk_i,
    input  wire               en_i,
    input  wire [ACC_W-1:0]   acc_i,
    input  wire [ACC_W-1:0]   bias_i,
    input  wire [SCALE_W-1:0] scale_i,
    input  wire [SHIFT_W-1:0] shift_i,
    input  wire               relu_i,   // of the values in the third stage
    output wire [OUT_W-1:0]   code_o
);

    localparam SUM_W  = ACC_W + 1;
    localparam PROD_W = SUM_W + SCALE_W;
    localparam STEP_W = PROD_W + 1;                                    // with one bit below the binary point
    localparam Q_W    = ((PROD_W > Z_W) ? PROD_W : Z_W) + 1;

    // Stage 1: bias.
    reg  [SUM_W-1:0]   sum_q;
    reg  [SCALE_W-1:0] scale_q;
    reg  [SHIFT_W-1:0] shift_q;
    wire [SUM_W-1:0]   sum;
    generate
        if (HAS_BIAS != 0) begin : gen_bias
            assign sum = {acc_i[ACC_W-1], acc_i} + {bias_i[ACC_W-1], bias_i};
        end else begin : gen_no_bias
            wire unused_bias = &{1'b0, bias_i};
            assign sum = {acc_i[ACC_W-1], acc_i};
        end
    endgenerate
    always @(posedge clk_i) begin
        if (en_i) begin
            sum_q   <= sum;
            scale_q <= scale_i;
            shift_q <= shift_i;
        end
    end

    // Stage 2: scale.
    reg  [PROD_W-1:0]  product_q;
    reg  [SHIFT_W-1:0] shift2_q;
    wire [PROD_W-1:0]  product;
    pf_scale_mul #(
        .A_W    (SUM_W),
        .B_W    (SCALE_W),
        .USE_DSP(USE_DSP)
    ) u_scale (
        .a_i      (sum_q),
        .b_i      (scale_q),
        .product_o(product)
    );
    always @(posedge clk_i) begin
        if (en_i) begin
            product_q <= product;
            shift2_q  <= shift_q;
        end
    end

    // Stage 3: shift right with a guard bit and a sticky bit, round, rectify, saturate.
    genvar s;
    generate
        for (s = 0; s < SHIFT_W; s = s + 1) begin : gen_shift
            localparam STEP = 1 << s;
            wire [STEP_W-1:0] in;
            wire [STEP_W-1:0] moved;
            wire [STEP_W-1:0] out = shift2_q[s] ? moved : in;
            wire              dropped;
            wire              sticky_in;
            wire              sticky = sticky_in | (shift2_q[s] & dropped);
            if (STEP < STEP_W) begin : gen_move
                assign moved   = {{STEP{in[STEP_W-1]}}, in[STEP_W-1:STEP]};
                assign dropped = |in[STEP-1:0];
            end else begin : gen_all
                assign moved   = {STEP_W{in[STEP_W-1]}};
                assign dropped = |in;
            end
            if (s == 0) begin : gen_first
                assign in        = {product_q, 1'b0};
                assign sticky_in = 1'b0;
            end else begin : gen_next
                assign in        = gen_shift[s-1].out;
                assign sticky_in = gen_shift[s-1].sticky;
            end
        end
    endgenerate
    wire [STEP_W-1:0] shifted = gen_shift[SHIFT_W-1].out;
    wire              neg     = shifted[STEP_W-1];
    wire [Q_W-1:0]    quotient = {{(Q_W-PROD_W){neg}}, shifted[STEP_W-1:1]};
    wire              up;
    generate
        if (ROUND_NEAREST != 0) begin : gen_nearest
            assign up = shifted[0] & (gen_shift[SHIFT_W-1].sticky | shifted[1]);
        end else begin : gen_down
            wire unused_below = &{1'b0, shifted[0], gen_shift[SHIFT_W-1].sticky};
            assign up = 1'b0;
        end
    endgenerate
    wire           fits    = (quotient[Q_W-1:Z_W-1] == {(Q_W-Z_W+1){neg}});
    wire [Z_W-1:0] rounded = quotient[Z_W-1:0] + {{(Z_W-1){1'b0}}, up};
    wire           high    = ~neg & (~fits | rounded[Z_W-1]);
    wire           low     = neg & ~fits;
    wire           clear;
    generate
        if (HAS_RELU != 0) begin : gen_relu
            assign clear = neg & relu_i;
        end else begin : gen_no_relu
            wire unused_relu = relu_i;
            assign clear = 1'b0;
        end
    endgenerate
    reg [Z_W-1:0] z_q;
    always @(posedge clk_i) begin
        if (en_i) begin
            if (clear) z_q <= {Z_W{1'b0}};
            else if (high) z_q <= {1'b0, {(Z_W-1){1'b1}}};
            else if (low) z_q <= {1'b1, {(Z_W-1){1'b0}}};
            else z_q <= rounded;
        end
    end

    // Stage 4: encode.
    wire [OUT_W-1:0] code;
    reg  [OUT_W-1:0] code_q;
    pf_encode u_encode (
        .z_i   (z_q),
        .code_o(code)
    );
    always @(posedge clk_i) if (en_i) code_q <= code;
    assign code_o = code_q;

endmodule

`default_nettype wire
