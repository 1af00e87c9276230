// Format fp8{e,m}: eight-bit floats with subnormals, E4M3 and E5M2 of the OCP formats and their
// neighbours (docs/number_formats.md).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "golden/formats/dyadic.hpp"

namespace peforge::golden {

/// Parameters, decode, encode, special codes and table of the format; see format.hpp. A magnitude
/// is {E, M}: 2^(E - bias) * (1 + M / 2^m), or 2^(1 - bias) * M / 2^m where E = 0, with bias =
/// 2^(e-1) - 1.
struct Fp8Format {
    // Parameters.

    static constexpr std::string_view kKeys = "e, m";
    static constexpr int kBits = 8;

    static std::string text(const Format& f) {
        return "fp8:e=" + std::to_string(f.e) + ",m=" + std::to_string(f.m);
    }

    static std::string check(const Format& f, std::string& key) {
        if (f.e < 2 || f.e > 5) {
            key = std::string("e");
            return "fp8 needs e in 2..5, got " + std::to_string(f.e);
        }
        if (f.m != kBits - 1 - f.e) {
            key = std::string("m");
            return "fp8 with e = " + std::to_string(f.e) +
                   " needs m = " + std::to_string(kBits - 1 - f.e) + ", got " + std::to_string(f.m);
        }
        return {};
    }

    static constexpr int log_frac_bits(const Format& f) { return f.m; }

    static constexpr int bias(const Format& f) { return (1 << (f.e - 1)) - 1; }

    /// Whether the top exponent holds infinity and NaNs (E5M2); otherwise one code is NaN.
    static constexpr bool ieee(const Format& f) { return f.e == 5; }

    // Decode.

    static constexpr dyadic::Number magnitude(const Format& f, int word) {
        const int exponent = word >> f.m;
        const int mantissa = word & ((1 << f.m) - 1);
        return exponent == 0 ? dyadic::Number{mantissa, 1 - bias(f) - f.m}
                             : dyadic::Number{mantissa | (1 << f.m), exponent - bias(f) - f.m};
    }

    static constexpr Decoded decode(const Format& f, Code code) {
        const int word = code & ((1 << (kBits - 1)) - 1);
        if (word == 0 || word > positive_count(f)) {
            return {.zero = true, .nar = word != 0, .negative = false, .value = 0};
        }
        return {.zero = false,
                .nar = false,
                .negative = (code >> (kBits - 1)) != 0,
                .value = dyadic::value(magnitude(f, word), f.m)};
    }

    static double to_real(const Format& f, Code code) {
        return dyadic::to_real(decode(f, code), log_frac_bits(f));
    }

    // Special codes: 10..0 is a second zero, read as zero and never written; codes above the
    // largest number are infinity and NaN, both "not a real". The encoder writes the canonical NaN
    // and saturates in place of infinity.

    static constexpr Code nar_code(const Format& /*f*/) { return (1 << (kBits - 1)) - 1; }

    static constexpr Code negate(const Format& /*f*/, Code positive) {
        return static_cast<Code>(positive | (1U << (kBits - 1)));
    }

    // Table of positive codes, in order of value.

    static constexpr int positive_count(const Format& f) {
        const int all = (1 << (kBits - 1)) - 1;
        return all - (ieee(f) ? 1 << f.m : 1);
    }
    static constexpr Code positive_code(const Format& /*f*/, int i) {
        return static_cast<Code>(i + 1);
    }

    /// Nearest value, ties to the even code.
    static constexpr Boundary lower_boundary(const Format& f, int i) {
        const int code = i + 1;
        return dyadic::boundary(dyadic::midpoint(magnitude(f, code - 1), magnitude(f, code)),
                                (code & 1) == 0);
    }
};

}  // namespace peforge::golden
