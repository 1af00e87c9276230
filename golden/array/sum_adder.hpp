// Adds the sums of K tiles to accumulators.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "golden/array/array.hpp"

namespace peforge::golden {

/// Adds blocks of tile sums to the accumulators [m][n] of a GEMM, saturating where the accumulator
/// is narrower than the GEMM can need.
class SumAdder {
public:
    /// `worst` bounds |accumulator| over the whole GEMM; below the limit, saturation is impossible
    /// and the slower path is not taken.
    SumAdder(const AccumulatorParams& p, std::int64_t worst, std::span<std::int64_t> acc,
             int columns)
        : high_((std::int64_t{1} << (p.width - 1)) - 1),
          saturating_(p.saturate && worst > high_),
          acc_(acc),
          columns_(columns) {
        std::fill(acc.begin(), acc.end(), 0);
    }

    [[nodiscard]] bool saturating() const { return saturating_; }
    [[nodiscard]] std::uint64_t saturations() const { return saturations_; }

    /// Adds `sums` to the accumulators of row `m` from column `n0` on.
    template <typename T>
    void add(int m, int n0, std::span<const T> sums) {
        std::int64_t* acc = acc_.data() + static_cast<std::ptrdiff_t>(m) * columns_ + n0;
        if (!saturating_) {
            for (std::size_t j = 0; j < sums.size(); ++j) {
                acc[j] += sums[j];
            }
            return;
        }
        for (std::size_t j = 0; j < sums.size(); ++j) {
            const std::int64_t exact = acc[j] + sums[j];
            acc[j] = std::clamp(exact, -high_ - 1, high_);
            saturations_ += acc[j] != exact ? 1 : 0;
        }
    }

private:
    std::int64_t high_;
    bool saturating_;
    std::span<std::int64_t> acc_;
    int columns_;
    std::uint64_t saturations_ = 0;
};

}  // namespace peforge::golden
