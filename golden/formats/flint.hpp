// Format flint{n}: ANT's "float-int", an integer below half of the range and a float above, told
// apart by the first one (docs/number_formats.md).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "golden/formats/dyadic.hpp"

namespace peforge::golden {

/// Parameters, decode, encode, special codes and table of the format; see format.hpp. With B = n-1
/// magnitude bits a word 0x is the integer x, 1 0..0 1 t with z zeros is 2^(B-1+z) * (1 + t /
/// 2^(B-2-z)), and 10..0 is 2^(2B-2); all times 2^-(B-1), the grid that ANT prints.
struct FlintFormat {
    // Parameters.

    static constexpr std::string_view kKeys = "n";

    static std::string text(const Format& f) { return "flint:n=" + std::to_string(f.n); }

    static std::string check(const Format& f, std::string& key) {
        if (f.n < 3 || f.n > 8) {
            key = std::string("n");
            return "flint needs n in 3..8, got " + std::to_string(f.n);
        }
        return {};
    }

    static constexpr int magnitude_bits(const Format& f) { return f.n - 1; }
    static constexpr int log_frac_bits(const Format& f) { return magnitude_bits(f) - 2; }

    // Decode.

    static constexpr dyadic::Number magnitude(const Format& f, int word) {
        const int b = magnitude_bits(f);
        const int half = 1 << (b - 1);
        if (word < half) return {word, 1 - b};
        if (word == half) return {1, b - 1};
        int width = b - 2;  // of t
        while ((word & (1 << width)) == 0) --width;
        const int zeros = b - 2 - width;
        return {word & ((2 << width) - 1), zeros - width};
    }

    static constexpr Decoded decode(const Format& f, Code code) {
        const int word = code & ((1 << magnitude_bits(f)) - 1);
        if (word == 0) {
            return {.zero = true, .nar = false, .negative = false, .value = 0};
        }
        return {.zero = false,
                .nar = false,
                .negative = ((code >> (f.n - 1)) & 1) != 0,
                .value = dyadic::value(magnitude(f, word), log_frac_bits(f))};
    }

    static double to_real(const Format& f, Code code) {
        return dyadic::to_real(decode(f, code), log_frac_bits(f));
    }

    // Special codes: sign and zero is a second zero, read as zero and never written.

    static constexpr Code negate(const Format& f, Code positive) {
        return static_cast<Code>(positive | (1U << (f.n - 1)));
    }

    // Table of positive codes, in order of value: the integers, then groups of 2^t codes whose
    // words fall from group to group, and the largest.

    static constexpr int positive_count(const Format& f) { return (1 << magnitude_bits(f)) - 1; }

    static constexpr Code positive_code(const Format& f, int i) {
        const int b = magnitude_bits(f);
        const int half = 1 << (b - 1);
        const int rank = i + 1;
        if (rank < half) return static_cast<Code>(rank);
        int first = half;  // rank of the group's smallest number
        for (int width = b - 2; width >= 0; --width) {
            if (rank < first + (1 << width)) {
                return static_cast<Code>(half | (1 << width) | (rank - first));
            }
            first += 1 << width;
        }
        return static_cast<Code>(half);
    }

    /// Nearest value; a tie goes to the even place in the order of values.
    static constexpr Boundary lower_boundary(const Format& f, int i) {
        const dyadic::Number above = magnitude(f, positive_code(f, i));
        const dyadic::Number below =
            i == 0 ? dyadic::Number{0, above.exponent} : magnitude(f, positive_code(f, i - 1));
        return dyadic::boundary(dyadic::midpoint(below, above), (i & 1) != 0);
    }
};

}  // namespace peforge::golden
