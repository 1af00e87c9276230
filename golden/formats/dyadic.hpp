// What the floating-point formats share: numbers 2^exponent * (1 + fraction / 2^F), decoded to
// exponent * 2^F + fraction, and encoders by nearest value.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "golden/formats/boundary.hpp"
#include "golden/formats/format.hpp"

namespace peforge::golden::dyadic {

/// An exact number mantissa * 2^exponent.
struct Number {
    int mantissa = 0;
    int exponent = 0;

    [[nodiscard]] double real() const { return std::ldexp(mantissa, exponent); }
};

/// 2^floor(value / 2^F) * (1 + (value mod 2^F) / 2^F).
constexpr Number number(int value, int frac_bits) {
    return {(1 << frac_bits) | (value & ((1 << frac_bits) - 1)), (value >> frac_bits) - frac_bits};
}

/// The value of a number mantissa * 2^exponent, mantissa > 0 of at most F + 1 bits.
constexpr int value(const Number& x, int frac_bits) {
    const int top = static_cast<int>(std::bit_width(static_cast<unsigned>(x.mantissa))) - 1;
    const int fraction = (x.mantissa << (frac_bits - top)) - (1 << frac_bits);
    return (x.exponent + top) * (1 << frac_bits) + fraction;
}

inline double to_real(const Decoded& d, int frac_bits) {
    if (d.nar) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    if (d.zero) {
        return 0.0;
    }
    const double magnitude = number(d.value, frac_bits).real();
    return d.negative ? -magnitude : magnitude;
}

/// x > 0 as a boundary, its mantissa odd; a number on it takes the upper code when `tie_up`.
constexpr Boundary boundary(Number x, bool tie_up) {
    while ((x.mantissa & 1) == 0) {
        x.mantissa /= 2;
        ++x.exponent;
    }
    return {.mantissa = x.mantissa,
            .exponent = x.exponent,
            .exponent_frac_bits = 0,
            .inclusive = tie_up};
}

/// The midpoint of two numbers, which are not both zero.
constexpr Number midpoint(const Number& below, const Number& above) {
    const int unit = std::min(below.exponent, above.exponent);
    return {
        (below.mantissa << (below.exponent - unit)) + (above.mantissa << (above.exponent - unit)),
        unit - 1};
}

}  // namespace peforge::golden::dyadic
