// Random numbers that are the same with every compiler and library.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace peforge::fuzz {

/// SplitMix64 (Steele, Lea, Flood 2014). Every input has its own stream, so that one can be made
/// again without those before it.
class Random {
public:
    Random(std::uint64_t seed, std::uint64_t stream) : state_(seed * 0xD1342543DE82EF95U + stream) {
        next();
    }

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }

    /// Uniform in 0..n-1; 0 for n = 0.
    std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(next() % n); }

    /// Uniform in low..high, low <= high.
    int between(int low, int high) {
        const std::int64_t width = std::int64_t{high} - low + 1;
        return low + static_cast<int>(below(static_cast<std::size_t>(width)));
    }

    bool percent(unsigned p) { return below(100) < p; }

    template <class List>
    decltype(auto) pick(List& list) {
        return list[below(std::size(list))];
    }

private:
    std::uint64_t state_;
};

}  // namespace peforge::fuzz
