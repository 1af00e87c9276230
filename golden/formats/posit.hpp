// Format posit{n,es,rs}: the fields of a posit with a bounded regime, 2^(2^es * k + e) * (1 + f).
// rs = n-1 is the standard posit, a smaller one the bounded-regime posit (docs/number_formats.md).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "golden/formats/dyadic.hpp"
#include "golden/formats/lp.hpp"

namespace peforge::golden {

/// Parameters, decode, encode, special codes and table of the format; see format.hpp. The fields
/// are those of an LP word: only the fraction means 1 + f in place of 2^f.
struct PositFormat {
    // Parameters.

    static constexpr std::string_view kKeys = "n, es, rs";

    static std::string text(const Format& f) {
        return "posit:n=" + std::to_string(f.n) + ",es=" + std::to_string(f.es) +
               (f.rs == f.n - 1 ? "" : ",rs=" + std::to_string(f.rs));
    }

    static std::string check(const Format& f, std::string& key) {
        if (f.n < 3 || f.n > 8) {
            key = std::string("n");
            return "posit needs n in 3..8, got " + std::to_string(f.n);
        }
        const int es_max = std::min(4, f.n - 2);
        if (f.es < 0 || f.es > es_max) {
            key = std::string("es");
            return "posit with n = " + std::to_string(f.n) + " needs es in 0.." +
                   std::to_string(es_max) + ", got " + std::to_string(f.es);
        }
        if (f.rs < 1 || f.rs > f.n - 1) {
            key = std::string("rs");
            return "posit with n = " + std::to_string(f.n) + " needs rs in 1.." +
                   std::to_string(f.n - 1) + ", got " + std::to_string(f.rs);
        }
        return {};
    }

    static constexpr int log_frac_bits(const Format& f) { return LpFormat::log_frac_bits(f); }

    // Decode.

    static constexpr Decoded decode(const Format& f, Code code) {
        return LpFormat::decode(f, code);
    }

    static double to_real(const Format& f, Code code) {
        return dyadic::to_real(decode(f, code), log_frac_bits(f));
    }

    // Special codes: 0..0 is zero, 10..0 is NaR.

    static constexpr Code negate(const Format& f, Code positive) {
        return LpFormat::negate(f, positive);
    }

    // Table of positive codes, in order of value.

    static constexpr int positive_count(const Format& f) { return (1 << (f.n - 1)) - 1; }
    static constexpr Code positive_code(const Format& /*f*/, int i) {
        return static_cast<Code>(i + 1);
    }

    /// Rounding to nearest, ties to even, is of the string of bits (posit standard): the boundary
    /// below a code is the posit of one more bit between it and the code before. Nothing but zero
    /// rounds to zero.
    static constexpr Boundary lower_boundary(const Format& f, int i) {
        if (i == 0) {
            return {.mantissa = 0, .exponent = 0, .exponent_frac_bits = 0, .inclusive = false};
        }
        Format longer = f;
        longer.n = f.n + 1;
        return dyadic::boundary(dyadic::number(LpFormat::log2_of_positive(longer, 2 * i + 1),
                                               LpFormat::log_frac_bits(longer)),
                                (positive_code(f, i) & 1) == 0);
    }
};

}  // namespace peforge::golden
