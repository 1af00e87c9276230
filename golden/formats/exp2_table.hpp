// Exact powers of two with dyadic exponents, 2^(j/128), in integers only.
//
// Everything that a logarithmic format decides (encoding thresholds, the log-to-linear table, the
// real value of a code) comes from this one table, so that no result depends on a libm.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "golden/int128.hpp"

namespace peforge::golden {

/// Most fraction bits an exponent of kExp2Floor can have.
inline constexpr int kExp2FracBits = 7;
/// Fraction bits of the entries of kExp2Floor.
inline constexpr int kExp2EntryBits = 62;

namespace detail {

struct Uint256 {
    Uint128 high = 0;
    Uint128 low = 0;
};

constexpr Uint256 multiply(Uint128 a, Uint128 b) {
    const Uint128 mask = std::numeric_limits<std::uint64_t>::max();
    const Uint128 a0 = a & mask;
    const Uint128 a1 = a >> 64;
    const Uint128 b0 = b & mask;
    const Uint128 b1 = b >> 64;
    const Uint128 p00 = a0 * b0;
    const Uint128 middle = (p00 >> 64) + ((a0 * b1) & mask) + ((a1 * b0) & mask);
    return {a1 * b1 + ((a0 * b1) >> 64) + ((a1 * b0) >> 64) + (middle >> 64),
            (middle << 64) | (p00 & mask)};
}

/// floor(sqrt(x * 2^126)), x < 2^128.
constexpr Uint128 root(Uint128 x) {
    const Uint256 radicand{x >> 2, x << 126};
    Uint128 r = 0;
    for (int bit = 127; bit >= 0; --bit) {
        const Uint128 candidate = r | (static_cast<Uint128>(1) << bit);
        const Uint256 square = multiply(candidate, candidate);
        if (square.high < radicand.high ||
            (square.high == radicand.high && square.low <= radicand.low)) {
            r = candidate;
        }
    }
    return r;
}

/// floor(2^(j/128) * 2^62). The factors 2^(1/2^i) are chained square roots with 126 fraction bits,
/// each a lower bound with relative error below 2^-125; a product of at most seven of them, cut six
/// times, is a lower bound that is short by less than 7 * 2^-125 + 6 * 2^-126 < 2^-121 of its
/// value, that is by less than 64 units of 2^-126. The floor is certain unless those 64 units could
/// carry into bit 64, which the last check excludes at compile time.
constexpr std::array<std::uint64_t, 1U << kExp2FracBits> make_exp2_floor() {
    constexpr int kFactorBits = 126;
    std::array<Uint128, kExp2FracBits> factor{};  // 2^(2^i / 128)
    Uint128 x = static_cast<Uint128>(2) << kFactorBits;
    for (int i = kExp2FracBits - 1; i >= 0; --i) {
        x = root(x);
        factor[static_cast<std::size_t>(i)] = x;
    }
    std::array<std::uint64_t, 1U << kExp2FracBits> table{};
    for (std::size_t j = 0; j < table.size(); ++j) {
        Uint128 product = static_cast<Uint128>(1) << kFactorBits;
        for (std::size_t i = 0; i < factor.size(); ++i) {
            if (((j >> i) & 1U) != 0) {
                const Uint256 wide = multiply(product, factor[i]);
                product = (wide.high << 2) | (wide.low >> kFactorBits);
            }
        }
        const Uint128 dropped = product & ((static_cast<Uint128>(1) << 64) - 1);
        if (j != 0 && (dropped >> 6) == (static_cast<Uint128>(1) << 58) - 1) {
            throw std::logic_error("2^(j/128) is not decided at this precision");
        }
        table[j] = static_cast<std::uint64_t>(product >> (kFactorBits - kExp2EntryBits));
    }
    return table;
}

}  // namespace detail

/// floor(2^(j/128) * 2^62) for j = 0..127. Every entry but the first stands for an irrational
/// number, so the true value lies strictly between the entry and the entry + 1: ceilings and
/// roundings to fewer bits that are read off the entries are exact, and never ties.
inline constexpr std::array<std::uint64_t, 1U << kExp2FracBits> kExp2Floor =
    detail::make_exp2_floor();

/// round(2^(j/128) * 2^bits), bits in 0..61; exact, and never a tie except that j = 0 is exact.
constexpr std::uint64_t exp2_rounded(int j, int bits) {
    const std::uint64_t doubled =
        kExp2Floor[static_cast<std::size_t>(j)] >> (kExp2EntryBits - bits - 1);
    return (doubled + 1) >> 1;
}

}  // namespace peforge::golden
