// Post-processing: accumulator -> bias -> scale -> ReLU -> output code.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "golden/datapath/datapath.hpp"

namespace peforge::golden {

/// z = saturate( relu( round_shift((acc + bias) * scale, shift) ), z_bits ); out = encode(z).
/// z is an integer in units of 2^-z_frac_bits of the output format's own real scale.
struct PostParams {
    Format output;
    int scale_bits = 16;  ///< unsigned width of scale
    int shift_bits = 6;   ///< unsigned width of shift
    bool has_bias = true;
    bool has_relu = true;
    Rounding rounding = Rounding::kNearestEven;
    int z_bits = 8;  ///< signed width of z, the encoder's input
    int z_frac_bits = 0;

    bool operator==(const PostParams&) const = default;
};

/// Per-column run-time parameters.
struct ColumnParams {
    std::int64_t bias = 0;    ///< accumulator width, signed
    std::uint32_t scale = 1;  ///< < 2^scale_bits
    std::uint32_t shift = 0;  ///< < 2^shift_bits
};

/// Chooses z_bits and z_frac_bits for an output format:
/// int: n and 0.  pot: cmax + 2 and cmax (half of minpos is one unit).
/// lp and floating point: fraction bits min(ceil(-log2 minpos) + Fr + 2, octaves - ceil(log2
/// maxpos)), Fr = log_frac_bits(output); width ceil(log2 maxpos) + fraction bits + 2, sign
/// included.
void choose_z(PostParams& p, int octaves);

/// Encodes integers z by exact thresholds; build once per output format.
class Encoder {
public:
    /// Thresholds come from exact (k, ulfx) integers. Requires z_bits <= 40.
    Encoder(const Format& output, int z_frac_bits);

    /// Nearest code to z * 2^-z_frac_bits by the format's rounding rule; saturates; int clips.
    [[nodiscard]] Code encode(std::int64_t z) const;

    /// thresholds()[i] is the smallest z > 0 that encodes to positive_codes()[i] or above, in
    /// order of value; only codes that the encoder writes appear.
    [[nodiscard]] const std::vector<std::int64_t>& thresholds() const { return thresholds_; }
    [[nodiscard]] const std::vector<Code>& positive_codes() const { return positive_codes_; }

private:
    Format format_;
    int z_frac_bits_;
    std::vector<std::int64_t> thresholds_;
    std::vector<Code> positive_codes_;
};

/// Applies the post-processing to one accumulator; `relu` is the job's run-time bit.
Code post_process(const PostParams& p, const Encoder& encoder, const ColumnParams& column,
                  bool relu, std::int64_t acc);

}  // namespace peforge::golden
