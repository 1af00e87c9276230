// Format pot{n}: signed powers of two. Sign bit and exponent code c; c = 0 is zero.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "golden/formats/boundary.hpp"
#include "golden/formats/format.hpp"

namespace peforge::golden {

/// Parameters, decode, encode, special codes and table of the format; see format.hpp.
struct PotFormat {
    // Parameters.

    static constexpr std::string_view kKeys = "n, rounding";

    static std::string text(const Format& f) {
        return "pot:n=" + std::to_string(f.n) +
               (f.pot_rounding == PotRounding::kLog ? ",rounding=log" : "");
    }

    static std::string check(const Format& f, std::string& key) {
        if (f.n < 2 || f.n > 5) {
            key = std::string("n");
            return "pot needs n in 2..5, got " + std::to_string(f.n);
        }
        return {};
    }

    static constexpr int log_frac_bits(const Format& /*f*/) { return 0; }

    /// Largest exponent code, which stands for 2^0.
    static constexpr int cmax(const Format& f) { return (1 << (f.n - 1)) - 1; }

    // Decode.

    static constexpr Decoded decode(const Format& f, Code code) {
        const int c = code & cmax(f);
        if (c == 0) {
            return {.zero = true, .nar = false, .negative = false, .value = 0};
        }
        return {.zero = false,
                .nar = false,
                .negative = ((code >> (f.n - 1)) & 1) != 0,
                .value = c - 1};
    }

    static double to_real(const Format& f, Code code) {
        const Decoded d = decode(f, code);
        if (d.zero) {
            return 0.0;
        }
        const double magnitude = std::ldexp(1.0, d.value + 1 - cmax(f));
        return d.negative ? -magnitude : magnitude;
    }

    // Special codes: 10..0 is a second zero, read as zero and never written.

    static constexpr Code negate(const Format& f, Code positive) {
        return static_cast<Code>(positive | (1U << (f.n - 1)));
    }

    // Table of positive codes, in order of value.

    static constexpr int positive_count(const Format& f) { return cmax(f); }
    static constexpr Code positive_code(const Format& /*f*/, int i) {
        return static_cast<Code>(i + 1);
    }

    /// 1.5 * 2^e by value, 2^(e + 1/2) by exponent, and minpos / 2 next to zero.
    static constexpr Boundary lower_boundary(const Format& f, int i) {
        const int code = positive_code(f, i);
        const int below = code - 1 - cmax(f);  // exponent of the code below
        const bool log = f.pot_rounding == PotRounding::kLog;
        if (code == 1) {
            return {.mantissa = 1, .exponent = below, .exponent_frac_bits = 0, .inclusive = log};
        }
        if (log) {
            return {.mantissa = 1, .exponent = 2 * below + 1, .exponent_frac_bits = 1};
        }
        return {.mantissa = 3,
                .exponent = below - 1,
                .exponent_frac_bits = 0,
                .inclusive = (code & 1) == 0};
    }
};

}  // namespace peforge::golden
