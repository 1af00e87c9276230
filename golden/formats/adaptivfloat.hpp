// Format adaptivfloat{n,e}: sign-magnitude float without denormals, whose exponent bias belongs to
// the tensor: here it is part of the layer's scale (docs/number_formats.md).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "golden/formats/dyadic.hpp"

namespace peforge::golden {

/// Parameters, decode, encode, special codes and table of the format; see format.hpp. A magnitude
/// is {E, M}: 2^(E - 2^(e-1)) * (1 + M / 2^m), and {0, 0} is zero (the paper's form, which uses all
/// 2^e exponents and gives up the smallest number).
struct AdaptivFloatFormat {
    // Parameters.

    static constexpr std::string_view kKeys = "n, e";

    static std::string text(const Format& f) {
        return "adaptivfloat:n=" + std::to_string(f.n) + ",e=" + std::to_string(f.e);
    }

    static std::string check(const Format& f, std::string& key) {
        if (f.n < 3 || f.n > 8) {
            key = std::string("n");
            return "adaptivfloat needs n in 3..8, got " + std::to_string(f.n);
        }
        const int e_max = f.n - 1 < 5 ? f.n - 1 : 5;
        if (f.e < 1 || f.e > e_max) {
            key = std::string("e");
            return "adaptivfloat with n = " + std::to_string(f.n) + " needs e in 1.." +
                   std::to_string(e_max) + ", got " + std::to_string(f.e);
        }
        return {};
    }

    /// Mantissa bits.
    static constexpr int log_frac_bits(const Format& f) { return f.n - 1 - f.e; }

    // Decode.

    static constexpr int bias(const Format& f) { return 1 << (f.n - 2); }

    static constexpr Decoded decode(const Format& f, Code code) {
        const int magnitude = code & ((1 << (f.n - 1)) - 1);
        if (magnitude == 0) {
            return {.zero = true, .nar = false, .negative = false, .value = 0};
        }
        return {.zero = false,
                .nar = false,
                .negative = ((code >> (f.n - 1)) & 1) != 0,
                .value = magnitude - bias(f)};
    }

    static double to_real(const Format& f, Code code) {
        return dyadic::to_real(decode(f, code), log_frac_bits(f));
    }

    // Special codes: 10..0 is a second zero, read as zero and never written.

    static constexpr Code negate(const Format& f, Code positive) {
        return static_cast<Code>(positive | (1U << (f.n - 1)));
    }

    // Table of positive codes, in order of value.

    static constexpr int positive_count(const Format& f) { return (1 << (f.n - 1)) - 1; }
    static constexpr Code positive_code(const Format& /*f*/, int i) {
        return static_cast<Code>(i + 1);
    }

    /// Nearest value, ties to the even code.
    static constexpr Boundary lower_boundary(const Format& f, int i) {
        const int frac = log_frac_bits(f);
        const int code = i + 1;
        const dyadic::Number above = dyadic::number(code - bias(f), frac);
        const dyadic::Number below =
            i == 0 ? dyadic::Number{0, above.exponent} : dyadic::number(code - 1 - bias(f), frac);
        return dyadic::boundary(dyadic::midpoint(below, above), (code & 1) == 0);
    }
};

}  // namespace peforge::golden
