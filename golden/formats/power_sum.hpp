// Weights that are one power of two or the sum of two: what the formats apot, sp2, denseshift,
// elp_bsd, ternary and binary share.
//
// A code is a few fields, and a field selects one of few fixed powers of two, or none. The value is
// an integer, in units of the smallest power, so that midpoints between values are exact; the scale
// of a layer or of a column absorbs the unit.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "golden/formats/boundary.hpp"
#include "golden/formats/format.hpp"

namespace peforge::golden {

/// Bits lsb .. lsb + width - 1 of a code, and what they select: shifts[bits], or kNone.
struct TermField {
    static constexpr int kNone = -1;

    int lsb = 0;
    int width = 0;  ///< 0: the field does not exist
    std::array<int, 8> shifts{};
    int sign = 0;  ///< bit of the code that says whether the term is subtracted

    [[nodiscard]] constexpr int value(int code) const {
        const int shift = shifts[static_cast<std::size_t>((code >> lsb) & ((1 << width) - 1))];
        const int size = shift == kNone ? 0 : 1 << shift;
        return ((code >> sign) & 1) != 0 ? -size : size;
    }
};

/// The fields of a sum of powers (is_power_sum): the second has no bits in a format of one power.
/// Throws std::invalid_argument for other kinds.
std::array<TermField, 2> term_fields(const Format& f);

/// The positive and negative codes that an encoder writes: for each value the smallest code.
struct PowerSumTable {
    static constexpr std::size_t kMostCodes = 64;

    std::array<Code, kMostCodes> positive{};  ///< in ascending order of value
    std::array<Code, kMostCodes> negative{};  ///< those of the negated values
    std::array<int, kMostCodes> magnitude{};
    int count = 0;
    bool has_zero = false;
    Code zero = 0;  ///< the smallest code of zero; without zero, of the smallest positive value
};

/// The anatomy of a format (see format.hpp), but for its name and parameters. `Derived` has
/// `constexpr std::array<TermField, 2> fields(int n)` and the bounds kMinBits, kMaxBits of n.
template <typename Derived>
struct PowerSumFormat {
    static constexpr int log_frac_bits(const Format& /*f*/) { return 0; }

    static constexpr int value(int n, int code) {
        const std::array<TermField, 2> fields = Derived::fields(n);
        return fields[0].value(code) + (fields[1].width > 0 ? fields[1].value(code) : 0);
    }

    static constexpr PowerSumTable make_table(int n) {
        PowerSumTable t;
        int most = 0;
        for (int code = (1 << n) - 1; code >= 0; --code) {
            const int x = value(n, code);
            most = x > most ? x : most;
            if (x == 0) {
                t.has_zero = true;
                t.zero = static_cast<Code>(code);
            }
        }
        for (int size = 1; size <= most; ++size) {
            bool found = false;
            for (int code = (1 << n) - 1; code >= 0; --code) {
                const auto i = static_cast<std::size_t>(t.count);
                if (value(n, code) == size) {
                    t.positive[i] = static_cast<Code>(code);
                    t.magnitude[i] = size;
                    found = true;
                } else if (value(n, code) == -size) {
                    t.negative[i] = static_cast<Code>(code);
                }
            }
            if (found) ++t.count;
        }
        if (!t.has_zero) t.zero = t.positive[0];
        return t;
    }

    static const PowerSumTable& table(const Format& f) {
        static const auto kTables = [] {
            std::array<PowerSumTable, Derived::kMaxBits - Derived::kMinBits + 1> tables;
            for (int n = Derived::kMinBits; n <= Derived::kMaxBits; ++n) {
                tables[static_cast<std::size_t>(n - Derived::kMinBits)] = make_table(n);
            }
            return tables;
        }();
        return kTables.at(static_cast<std::size_t>(f.n - Derived::kMinBits));
    }

    // Decode.

    static constexpr Decoded decode(const Format& f, Code code) {
        const int x = value(f.n, code & ((1 << f.n) - 1));
        return {.zero = x == 0, .nar = false, .negative = false, .value = x};
    }

    static double to_real(const Format& f, Code code) { return decode(f, code).value; }

    // Special codes: the code of zero; a value may have more codes than the one that is written.

    static Code zero_code(const Format& f) { return table(f).zero; }

    static Code negate(const Format& f, Code positive) {
        const PowerSumTable& t = table(f);
        for (int i = 0; i < t.count; ++i) {
            if (t.positive[static_cast<std::size_t>(i)] == positive) {
                return t.negative[static_cast<std::size_t>(i)];
            }
        }
        return positive;  // zero
    }

    // Table of positive codes, in order of value.

    static int positive_count(const Format& f) { return table(f).count; }
    static Code positive_code(const Format& f, int i) {
        return table(f).positive[static_cast<std::size_t>(i)];
    }

    /// Nearest value; a tie goes to the even place in the order of magnitudes, of which zero, or
    /// the smallest number of a format without zero, is the first.
    static Boundary lower_boundary(const Format& f, int i) {
        const PowerSumTable& t = table(f);
        const auto at = static_cast<std::size_t>(i);
        if (i == 0 && !t.has_zero) {
            return {.mantissa = 0, .exponent = 0, .exponent_frac_bits = 0};
        }
        const int below = i == 0 ? 0 : t.magnitude[at - 1];
        const int place = t.has_zero ? i + 1 : i;
        return {.mantissa = below + t.magnitude[at],
                .exponent = -1,
                .exponent_frac_bits = 0,
                .inclusive = place % 2 == 0};
    }
};

/// "name needs n in low..high" for a wrong n, and the key.
template <typename Derived>
std::string check_bits(const Format& f, std::string& key, std::string_view name) {
    if (f.n >= Derived::kMinBits && f.n <= Derived::kMaxBits) {
        return {};
    }
    key = std::string("n");
    std::string range = std::to_string(Derived::kMinBits);
    if constexpr (Derived::kMinBits < Derived::kMaxBits) {
        range = "in " + range + ".." + std::to_string(Derived::kMaxBits);
    } else {
        range = "= " + range;
    }
    return std::string(name) + " needs n " + range + ", got " + std::to_string(f.n);
}

}  // namespace peforge::golden
