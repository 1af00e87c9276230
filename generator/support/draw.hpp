// Portable random draws for plans and vectors.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

namespace peforge {

/// mt19937_64 is fixed by the standard, its distributions are not.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : engine_(seed) {}
    /// 0 .. bound - 1.
    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
    /// low .. high, both included.
    int between(int low, int high) {
        return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low) + 1));
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace peforge
