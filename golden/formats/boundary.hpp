// Decision boundaries of encoders, as exact numbers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "golden/formats/exp2_table.hpp"

namespace peforge::golden {

/// The boundary mantissa * 2^(exponent / 2^exponent_frac_bits) between two neighbouring codes.
/// mantissa is in 0..255, and 1 where the exponent is not an integer. exponent_frac_bits <= 7.
/// A boundary with a fractional exponent is irrational, so nothing representable lies on it.
struct Boundary {
    int mantissa = 1;
    int exponent = 0;
    int exponent_frac_bits = 0;
    bool inclusive = true;  ///< a number on the boundary belongs to the upper code

    /// floor of the exponent.
    [[nodiscard]] constexpr int whole() const { return exponent >> exponent_frac_bits; }
    /// 128 times the fraction of the exponent, the index into kExp2Floor.
    [[nodiscard]] constexpr int fraction() const {
        return (exponent & ((1 << exponent_frac_bits) - 1)) << (kExp2FracBits - exponent_frac_bits);
    }
};

/// Whether x > 0 (finite) lies on the upper side.
inline bool reaches(const Boundary& b, double x) {
    if (b.fraction() == 0) {
        const double edge = std::ldexp(b.mantissa, b.whole());
        return b.inclusive ? x >= edge : x > edge;
    }
    int exponent = 0;
    const double mantissa = std::frexp(x, &exponent);  // x = (2 mantissa) * 2^(exponent - 1)
    if (exponent - 1 != b.whole()) {
        return exponent - 1 > b.whole();
    }
    constexpr int kDoubleBits = std::numeric_limits<double>::digits;
    const auto scaled = static_cast<std::uint64_t>(std::ldexp(mantissa, kDoubleBits));
    return scaled > kExp2Floor[static_cast<std::size_t>(b.fraction())] >>
           (kExp2EntryBits - (kDoubleBits - 1));
}

/// The smallest integer z > 0 for which z * 2^-z_frac_bits lies on the upper side; the largest
/// int64 where that is 2^62 or more.
constexpr std::int64_t smallest_integer(const Boundary& b, int z_frac_bits) {
    constexpr std::int64_t kUnreachable = std::numeric_limits<std::int64_t>::max();
    const int whole = b.whole() + z_frac_bits;
    if (b.fraction() != 0) {
        if (whole >= kExp2EntryBits) {
            return kUnreachable;
        }
        if (whole < 0) {
            return 1;
        }
        const std::uint64_t entry = kExp2Floor[static_cast<std::size_t>(b.fraction())];
        return static_cast<std::int64_t>(entry >> (kExp2EntryBits - whole)) + 1;
    }
    if (b.mantissa == 0 || whole <= -8) {  // 255 * 2^-8 < 1
        return 1;
    }
    if (whole >= 0) {
        if (whole >= kExp2EntryBits || b.mantissa > (std::int64_t{1} << (kExp2EntryBits - whole))) {
            return kUnreachable;
        }
        return (std::int64_t{b.mantissa} << whole) + (b.inclusive ? 0 : 1);
    }
    const int floor = b.mantissa >> -whole;
    const bool exact = (floor << -whole) == b.mantissa;
    return exact && b.inclusive ? floor : floor + 1;
}

}  // namespace peforge::golden
