// A format's values on the real line, for fast quantisation.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "golden/formats/format.hpp"

namespace peforge::codesign {

/// The same mapping as golden::encode_real for finite numbers, by binary search over its exact
/// decision thresholds.
class FormatGrid {
public:
    explicit FormatGrid(const golden::Format& format);

    [[nodiscard]] const golden::Format& format() const { return format_; }
    [[nodiscard]] golden::Code code(double x) const { return codes_[index(x)]; }
    /// The real number code(x) stands for.
    [[nodiscard]] double quantise(double x) const { return values_[index(x)]; }
    [[nodiscard]] double largest() const { return values_.back(); }
    /// golden::to_real by table, NaR as 0.
    [[nodiscard]] double value(golden::Code code) const { return reals_[code]; }

private:
    [[nodiscard]] std::size_t index(double x) const;

    golden::Format format_;
    std::vector<double> reals_;        // by code
    std::vector<double> values_;       // ascending
    std::vector<golden::Code> codes_;  // of values_
    std::vector<double> thresholds_;   // [i]: smallest number that maps to values_[i + 1]
};

/// Scales worth trying for numbers of magnitude up to `largest`, in steps of 1/16 octave: from a
/// little headroom to clipping, and for LP also every position of the numbers inside the format's
/// range. Descending, never empty; `largest` > 0.
std::vector<double> scale_candidates(const FormatGrid& grid, double largest);

/// The candidate with the smallest mean squared error over `numbers`; 1 when all numbers are zero.
double best_scale(const FormatGrid& grid, std::span<const float> numbers);

}  // namespace peforge::codesign
