// Real factors and biases as the integers of the array's post-processing.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "golden/array/array.hpp"

namespace peforge::codesign {

/// scale / 2^shift.
struct FixedFactor {
    std::uint32_t scale = 0;
    std::uint32_t shift = 0;
};

/// The nearest scale / 2^shift to `factor` >= 0 with scale < 2^scale_bits and shift < 2^shift_bits,
/// with the largest scale that fits (so the relative error is at most 2^-scale_bits unless the
/// shift runs out). Factors of 2^scale_bits or more saturate.
FixedFactor to_fixed(double factor, int scale_bits, int shift_bits);

/// Real value of one unit of the accumulator for weight and activation scales of 1: 1 for mul, 2^-A
/// for log, times 2^-(cmax - 1) for each PoT operand.
double accumulator_unit(const golden::DatapathParams& datapath);

/// Parameters of one output column. `unit` is the real value of an accumulator unit in that column,
/// `bias` and `out_scale` are real; the bias is rounded to the nearest unit and clipped to the
/// accumulator's width. Equation: z = (acc + bias) * unit / out_scale * 2^z_frac_bits.
golden::ColumnParams column_params(const golden::PostParams& post, int accumulator_width,
                                   double unit, double bias, double out_scale);

}  // namespace peforge::codesign
