// Operators between the GEMM layers, on the host, in the array's integers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codesign/graph/graph.hpp"
#include "golden/array/post.hpp"

namespace peforge::codesign {

/// out = encode( saturate( round_shift( sum_i lin(code_i) * multiplier_i + offset, shift ) ) ), the
/// rounding being nearest, ties to even. A multiplier is 2^shift times the ratio of the operand's
/// real scale to the result's.
struct LinearRule {
    std::vector<std::int64_t> multipliers;  ///< kAdd: one per operand. kAveragePool: [i] for i + 1
                                            ///< pixels in the window. kAddConstant: one
    std::vector<std::int64_t> offsets;      ///< kAddConstant: [h][w][c], in units of z / 2^shift
    int shift = 0;

    bool operator==(const LinearRule&) const = default;
};

/// Multipliers of about 16 bits for the given ratios (> 0) under one common shift.
LinearRule linear_rule(const std::vector<double>& ratios);

/// Tables of one activation format. lin(code) is the code's real value as an integer in units of
/// 2^-z_frac_bits of the format's own scale, rounded to nearest even: the unit in which the array's
/// post-processing hands its result to the encoder. int: the value; pot: 2^c; lp: 2^log2 with
/// z_frac_bits fraction bits. NaR counts as zero.
class HostOps {
public:
    /// `post` is the array's post-processing; its output format is the activation format.
    explicit HostOps(const golden::PostParams& post);

    [[nodiscard]] std::int64_t lin(golden::Code code) const { return lin_[code]; }
    [[nodiscard]] const golden::Encoder& encoder() const { return encoder_; }
    [[nodiscard]] const golden::PostParams& post() const { return post_; }
    /// encode( saturate( round_shift(sum, shift) ) ).
    [[nodiscard]] golden::Code result(std::int64_t sum, int shift) const;

    [[nodiscard]] std::vector<golden::Code> add(std::span<const golden::Code> a,
                                                std::span<const golden::Code> b,
                                                const LinearRule& rule) const;

    /// `x` is [image][h][w][c]; rule.offsets has one entry per element of an image.
    [[nodiscard]] std::vector<golden::Code> add_constant(std::span<const golden::Code> x,
                                                         const LinearRule& rule) const;

    /// Pools over `count` images; `node` gives window, result shape and padding rule.
    [[nodiscard]] std::vector<golden::Code> average_pool(std::span<const golden::Code> x, int count,
                                                         const Shape& in, const Node& node,
                                                         const LinearRule& rule) const;
    /// Compares codes as numbers.
    [[nodiscard]] std::vector<golden::Code> max_pool(std::span<const golden::Code> x, int count,
                                                     const Shape& in, const Node& node) const;

    /// For each code the code of its value limited to lo..hi, for a tensor of real scale `scale`.
    [[nodiscard]] std::vector<golden::Code> limit_table(const Bounds& bounds, double scale) const;

private:
    golden::PostParams post_;
    golden::Encoder encoder_;
    std::vector<std::int64_t> lin_;
    std::vector<double> real_;
};

/// Zeros around rows, columns and channels.
std::vector<golden::Code> pad(std::span<const golden::Code> x, int count, const Shape& in,
                              const Node& node);

/// [h][w][c] -> features in ONNX order [c][h][w].
std::vector<golden::Code> flatten(std::span<const golden::Code> x, int count, const Shape& in);

}  // namespace peforge::codesign
