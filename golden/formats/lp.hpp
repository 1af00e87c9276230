// Format lp{n,es,rs}: Logarithmic Posit, fields of a posit with a bounded regime, read in the log
// domain: log2|x| = 2^es * k + ulfx (docs/number_formats.md).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "golden/formats/boundary.hpp"
#include "golden/formats/format.hpp"

namespace peforge::golden {

/// Parameters, decode, encode, special codes and table of the format; see format.hpp.
struct LpFormat {
    // Parameters.

    static constexpr std::string_view kKeys = "n, es, rs, regime, flush_to_zero";

    static std::string text(const Format& f) {
        return "lp:n=" + std::to_string(f.n) + ",es=" + std::to_string(f.es) +
               ",rs=" + std::to_string(f.rs) +
               (f.regime == LpRegime::kTerminated ? ",regime=terminated" : "") +
               (f.flush_to_zero ? ",flush_to_zero=true" : "");
    }

    static std::string check(const Format& f, std::string& key) {
        if (f.n < 2 || f.n > 8) {
            key = std::string("n");
            return "lp needs n in 2..8, got " + std::to_string(f.n);
        }
        const int es_max = std::max(0, f.n - 2);
        if (f.es < 0 || f.es > es_max) {
            key = std::string("es");
            return "lp with n = " + std::to_string(f.n) + " needs es in 0.." +
                   std::to_string(es_max) + ", got " + std::to_string(f.es);
        }
        if (f.rs < 1 || f.rs > f.n - 1) {
            key = std::string("rs");
            return "lp with n = " + std::to_string(f.n) + " needs rs in 1.." +
                   std::to_string(f.n - 1) + ", got " + std::to_string(f.rs);
        }
        if (f.regime == LpRegime::kTerminated && f.n < 3) {
            key = std::string("regime");
            return "lp with regime terminated needs n in 3..8, got 2";
        }
        if (f.regime == LpRegime::kTerminated && f.rs < 2) {
            key = std::string("rs");
            return "lp with n = " + std::to_string(f.n) + " and regime terminated needs rs in 2.." +
                   std::to_string(f.n - 1) + ", got " + std::to_string(f.rs);
        }
        return {};
    }

    static constexpr int log_frac_bits(const Format& f) {
        const bool bare = f.rs == 1 && f.regime == LpRegime::kCapped;  // a regime of one bit
        return std::max(0, f.n - (bare ? 2 : 3) - f.es);
    }

    // Decode.

    /// Longest run that the decoder counts. kTerminated is decoded as a plain posit.
    static constexpr int longest_run(const Format& f) {
        return f.regime == LpRegime::kCapped ? f.rs : f.n - 1;
    }

    /// log2 of a positive word with log_frac_bits(f) fraction bits.
    static constexpr int log2_of_positive(const Format& f, int word) {
        const int body = f.n - 1;
        const int first = (word >> (body - 1)) & 1;
        int run = 1;
        while (run < longest_run(f) && ((word >> (body - 1 - run)) & 1) == first) {
            ++run;
        }
        const int field = run == longest_run(f) ? run : run + 1;
        const int k = first != 0 ? run - 1 : -run;
        const int rest = body - field;
        const int ulfx = word & ((1 << rest) - 1);
        const int frac = log_frac_bits(f);
        return k * (1 << (f.es + frac)) + ulfx * (1 << (f.es + frac - rest));
    }

    static constexpr Decoded decode(const Format& f, Code code) {
        const int word = code & ((1 << f.n) - 1);
        const int sign = 1 << (f.n - 1);
        if (word == 0 || word == sign) {
            return {.zero = true, .nar = word == sign, .negative = false, .value = 0};
        }
        const bool negative = word > sign;
        return {.zero = false,
                .nar = false,
                .negative = negative,
                .value = log2_of_positive(f, negative ? 2 * sign - word : word)};
    }

    static double to_real(const Format& f, Code code) {
        const Decoded d = decode(f, code);
        if (d.nar) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        if (d.zero) {
            return 0.0;
        }
        const int frac = log_frac_bits(f);
        const int fraction = (d.value & ((1 << frac) - 1)) << (kExp2FracBits - frac);
        constexpr int kBits = std::numeric_limits<double>::digits - 1;
        const auto mantissa = static_cast<double>(exp2_rounded(fraction, kBits));
        const double magnitude = std::ldexp(mantissa, (d.value >> frac) - kBits);
        return d.negative ? -magnitude : magnitude;
    }

    // Special codes: 0..0 is zero, 10..0 is NaR.

    static constexpr Code negate(const Format& f, Code positive) {
        return static_cast<Code>((1 << f.n) - positive);
    }

    // Table of positive codes, in order of value: those that the encoder emits.

    /// Whether every positive code is used: all but kTerminated with a bounded regime, whose runs
    /// are at most rs - 1 bits long.
    static constexpr bool uses_every_code(const Format& f) {
        return f.regime == LpRegime::kCapped || f.rs == f.n - 1;
    }

    static constexpr int minpos(const Format& f) {
        return uses_every_code(f) ? 1 : 1 << (f.n - 1 - f.rs);
    }

    static constexpr int positive_count(const Format& f) {
        return (1 << (f.n - 1)) - (uses_every_code(f) ? 1 : 2 * minpos(f));
    }

    static constexpr Code positive_code(const Format& f, int i) {
        return static_cast<Code>(minpos(f) + i);
    }

    /// The midpoint of two codes' logarithms; for minpos the boundary to zero, which is zero itself
    /// unless the format flushes.
    static constexpr Boundary lower_boundary(const Format& f, int i) {
        const int frac = log_frac_bits(f);
        const int code = positive_code(f, i);
        const int upper = log2_of_positive(f, code);
        if (i == 0) {
            if (!f.flush_to_zero) {
                return {.mantissa = 0, .exponent = 0, .exponent_frac_bits = 0, .inclusive = false};
            }
            return {.mantissa = 1,
                    .exponent = upper - (1 << frac),
                    .exponent_frac_bits = frac,
                    .inclusive = true};
        }
        return {.mantissa = 1,
                .exponent = log2_of_positive(f, code - 1) + upper,
                .exponent_frac_bits = frac + 1,
                .inclusive = (code & 1) == 0};
    }
};

}  // namespace peforge::golden
