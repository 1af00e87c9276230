// A format's values on the real line.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/format_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace peforge::codesign {

namespace {

/// Smallest double in (low, high] that encodes to another code than `low` does.
double threshold(const golden::Format& format, double low, double high) {
    const golden::Code code = golden::encode_real(format, low);
    for (;;) {
        const double middle = low + ((high - low) / 2.0);
        if (middle <= low || middle >= high) {
            return high;
        }
        (golden::encode_real(format, middle) == code ? low : high) = middle;
    }
}

}  // namespace

FormatGrid::FormatGrid(const golden::Format& format) : format_(format) {
    std::map<double, golden::Code> sorted;
    for (int i = 0; i < golden::code_count(format); ++i) {
        const double value = golden::to_real(format, static_cast<golden::Code>(i));
        reals_.push_back(std::isfinite(value) ? value : 0.0);
        // Codes that the encoder never emits (PoT's negative zero, unused LP codes) drop out.
        if (std::isfinite(value) && golden::encode_real(format, value) == i) {
            sorted.emplace(value, static_cast<golden::Code>(i));
        }
    }
    for (const auto& [value, code] : sorted) {
        values_.push_back(value);
        codes_.push_back(code);
    }
    for (std::size_t i = 0; i + 1 < values_.size(); ++i) {
        thresholds_.push_back(threshold(format, values_[i], values_[i + 1]));
    }
}

std::size_t FormatGrid::index(double x) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(thresholds_, x) - thresholds_.begin());
}

std::vector<double> scale_candidates(const FormatGrid& grid, double largest) {
    constexpr int kStepsPerOctave = 16;
    // The precision of a tapered format is in its middle, that of the others is at least as good at
    // the top.
    const bool tapered = grid.format().kind == golden::FormatKind::kLp ||
                         grid.format().kind == golden::FormatKind::kPosit;
    const double top = std::log2(grid.largest());
    // log2 of the place where `largest` lands. Beyond the top it is clipped.
    const double first = tapered ? std::min(-1.0, top) : top - 0.5;
    const double last = top + 2.5;
    std::vector<double> scales;
    for (int i = 0; first + (static_cast<double>(i) / kStepsPerOctave) <= last; ++i) {
        scales.push_back(largest / std::exp2(first + (static_cast<double>(i) / kStepsPerOctave)));
    }
    return scales;
}

double best_scale(const FormatGrid& grid, std::span<const float> numbers) {
    double largest = 0.0;
    for (const float x : numbers) {
        largest = std::max(largest, std::abs(static_cast<double>(x)));
    }
    if (largest == 0.0) {
        return 1.0;
    }
    double best = largest;
    double least = std::numeric_limits<double>::infinity();
    for (const double scale : scale_candidates(grid, largest)) {
        double error = 0.0;
        for (const float x : numbers) {
            const double d = x - (scale * grid.quantise(x / scale));
            error += d * d;
        }
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return best;
}

}  // namespace peforge::codesign
