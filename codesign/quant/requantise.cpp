// Real factors and biases as the integers of the array's post-processing.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/requantise.hpp"

#include <algorithm>
#include <cmath>

namespace peforge::codesign {

FixedFactor to_fixed(double factor, int scale_bits, int shift_bits) {
    if (!(factor > 0.0)) {
        return {};
    }
    const double limit = std::ldexp(1.0, scale_bits) - 1.0;
    const int max_shift = (1 << shift_bits) - 1;
    int exponent = 0;
    std::frexp(factor, &exponent);  // factor in [2^(exponent-1), 2^exponent)
    int shift = std::clamp(scale_bits - exponent, 0, max_shift);
    double scale = std::nearbyint(std::ldexp(factor, shift));
    if (scale > limit && shift > 0) {
        --shift;  // rounding carried into another bit
        scale = std::nearbyint(std::ldexp(factor, shift));
    }
    return {static_cast<std::uint32_t>(std::min(scale, limit)), static_cast<std::uint32_t>(shift)};
}

double accumulator_unit(const golden::DatapathParams& datapath) {
    int exponent = -datapath.acc_frac_bits;
    for (const golden::Format& format : {datapath.weight, datapath.activation}) {
        if (format.kind == golden::FormatKind::kPot) {
            // A code c means 2^(c - cmax) and counts as 2^(c - 1); max_decoded is cmax - 1.
            exponent -= golden::max_decoded(format);
        }
    }
    return std::ldexp(1.0, exponent);
}

golden::ColumnParams column_params(const golden::PostParams& post, int accumulator_width,
                                   double unit, double bias, double out_scale) {
    const double limit = std::ldexp(1.0, accumulator_width - 1) - 1.0;
    golden::ColumnParams column;
    column.bias =
        static_cast<std::int64_t>(std::clamp(std::nearbyint(bias / unit), -limit - 1.0, limit));
    const FixedFactor factor =
        to_fixed(std::ldexp(unit / out_scale, post.z_frac_bits), post.scale_bits, post.shift_bits);
    column.scale = factor.scale;
    column.shift = factor.shift;
    return column;
}

}  // namespace peforge::codesign
