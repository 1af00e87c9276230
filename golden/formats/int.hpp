// Format int{n}: two's complement integers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "golden/formats/boundary.hpp"
#include "golden/formats/format.hpp"

namespace peforge::golden {

/// Parameters, decode, encode, special codes and table of the format; see format.hpp.
struct IntFormat {
    // Parameters.

    static constexpr std::string_view kKeys = "n";

    static std::string text(const Format& f) { return "int:n=" + std::to_string(f.n); }

    static std::string check(const Format& f, std::string& key) {
        if (f.n < 2 || f.n > 8) {
            key = std::string("n");
            return "int needs n in 2..8, got " + std::to_string(f.n);
        }
        return {};
    }

    static constexpr int log_frac_bits(const Format& /*f*/) { return 0; }

    static constexpr int min_value(const Format& f) { return -(1 << (f.n - 1)); }
    static constexpr int max_value(const Format& f) { return (1 << (f.n - 1)) - 1; }

    // Decode.

    static constexpr Decoded decode(const Format& f, Code code) {
        const int word = code & ((1 << f.n) - 1);
        const int value = word > max_value(f) ? word - (1 << f.n) : word;
        return {.zero = value == 0, .nar = false, .negative = false, .value = value};
    }

    static double to_real(const Format& f, Code code) { return decode(f, code).value; }

    // Special codes: none.

    // Encode.

    static constexpr Code from_value(const Format& f, int value) {
        return static_cast<Code>(value & ((1 << f.n) - 1));
    }

    /// Nearest, ties to even, saturating; NaN gives 0.
    static Code encode(const Format& f, double x) {
        if (std::isnan(x)) {
            return 0;
        }
        // One more than the range on either side still rounds and saturates as x itself would.
        const double clipped = std::clamp(x, min_value(f) - 1.0, max_value(f) + 1.0);
        const double below = std::floor(clipped);
        const double rest = clipped - below;
        const int whole = static_cast<int>(below);
        const bool up = rest > 0.5 || (rest == 0.5 && (whole & 1) != 0);
        return from_value(f, std::clamp(whole + (up ? 1 : 0), min_value(f), max_value(f)));
    }

    // Table of positive codes, in order of value.

    static constexpr int positive_count(const Format& f) { return max_value(f); }
    static constexpr Code positive_code(const Format& /*f*/, int i) {
        return static_cast<Code>(i + 1);
    }

    static constexpr Code negate(const Format& f, Code positive) {
        return from_value(f, -positive);
    }

    static constexpr Boundary lower_boundary(const Format& f, int i) {
        const int code = positive_code(f, i);
        return {.mantissa = 2 * code - 1,
                .exponent = -1,
                .exponent_frac_bits = 0,
                .inclusive = (code & 1) == 0};
    }
};

}  // namespace peforge::golden
