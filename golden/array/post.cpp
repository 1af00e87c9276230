// Post-processing and the integer encoder.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/array/post.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "golden/formats/code_table.hpp"
#include "golden/formats/encode_boundary.hpp"
#include "golden/formats/int.hpp"
#include "golden/formats/pot.hpp"

namespace peforge::golden {

namespace {

constexpr int kMaxZBits = 40;

}  // namespace

void choose_z(PostParams& p, int octaves) {
    const Format& f = p.output;
    switch (f.kind) {
        case FormatKind::kInt:
            p.z_bits = f.n;
            p.z_frac_bits = 0;
            break;
        case FormatKind::kPot:
            p.z_bits = PotFormat::cmax(f) + 2;
            p.z_frac_bits = PotFormat::cmax(f);
            break;
        case FormatKind::kLp:
        case FormatKind::kPosit:
        case FormatKind::kAdaptivFloat:
        case FormatKind::kFp8:
        case FormatKind::kFlint: {
            const int frac = log_frac_bits(f);
            const int below = -(decode(f, positive_code(f, 0)).value >> frac);
            const int above = -(-decode(f, positive_code(f, positive_count(f) - 1)).value >> frac);
            p.z_frac_bits = std::min(below + frac + 2, octaves - above);
            p.z_bits = above + p.z_frac_bits + 2;
            break;
        }
        case FormatKind::kApot:
        case FormatKind::kSp2:
        case FormatKind::kDenseShift:
        case FormatKind::kElpBsd:
        case FormatKind::kTernary:
        case FormatKind::kBinary:
            throw std::invalid_argument(to_string(f) + " is a format of weights, not of outputs");
    }
    if (p.z_bits > kMaxZBits) {
        throw std::invalid_argument("the encoder's input for " + to_string(f) + " would need " +
                                    std::to_string(p.z_bits) + " bits, at most 40 are allowed");
    }
}

Encoder::Encoder(const Format& output, int z_frac_bits)
    : format_(output), z_frac_bits_(z_frac_bits), positive_codes_(golden::positive_codes(output)) {
    for (int i = 0; i < positive_count(output); ++i) {
        thresholds_.push_back(smallest_integer(lower_boundary(output, i), z_frac_bits));
    }
}

Code Encoder::encode(std::int64_t z) const {
    if (format_.kind == FormatKind::kInt) {
        // Two's complement has one more negative code than the thresholds of positive codes show.
        Int128 scaled = z;
        if (z_frac_bits_ < 0) {
            scaled *= static_cast<Int128>(1) << std::min(-z_frac_bits_, 62);
        }
        const std::int64_t value =
            round_shift(scaled, std::max(z_frac_bits_, 0), Rounding::kNearestEven);
        return IntFormat::from_value(
            format_, static_cast<int>(std::clamp<std::int64_t>(value, IntFormat::min_value(format_),
                                                               IntFormat::max_value(format_))));
    }
    const std::int64_t magnitude = z < 0 ? -z : z;
    const auto above = std::upper_bound(thresholds_.begin(), thresholds_.end(), magnitude);
    if (above == thresholds_.begin()) {
        return 0;
    }
    const Code code = positive_codes_[static_cast<std::size_t>(above - thresholds_.begin() - 1)];
    return z < 0 ? negate(format_, code) : code;
}

Code post_process(const PostParams& p, const Encoder& encoder, const ColumnParams& column,
                  bool relu, std::int64_t acc) {
    const Int128 sum = static_cast<Int128>(acc) + (p.has_bias ? column.bias : 0);
    std::int64_t z = round_shift(sum * column.scale, static_cast<int>(column.shift), p.rounding);
    if (p.has_relu && relu) {
        z = std::max<std::int64_t>(z, 0);
    }
    const std::int64_t limit = std::int64_t{1} << (p.z_bits - 1);
    return encoder.encode(std::clamp(z, -limit, limit - 1));
}

}  // namespace peforge::golden
