// Number formats: how a number is stored in a code word.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace peforge::golden {

enum class FormatKind {
    kInt,
    kPot,
    kLp,
    kPosit,
    kAdaptivFloat,
    kFp8,
    kFlint,
    kApot,
    kSp2,
    kDenseShift,
    kElpBsd,
    kTernary,
    kBinary
};

/// Their names in texts and specs, in the order of the enumerators.
inline constexpr std::array<std::string_view, 13> kFormatKindNames{
    "int",  "pot", "lp",         "posit",   "adaptivfloat", "fp8",   "flint",
    "apot", "sp2", "denseshift", "elp_bsd", "ternary",      "binary"};

constexpr std::string_view kind_name(FormatKind kind) {
    return kFormatKindNames[static_cast<std::size_t>(kind)];
}

/// How an LP regime run is bounded (docs/number_formats.md, "Regime").
enum class LpRegime {
    kCapped,      ///< a run of exactly rs bits has no terminator; every code is used
    kTerminated,  ///< every run is ended by the opposite bit; the field is at most rs bits long
};

/// Rounding rule of the PoT encoder.
enum class PotRounding {
    kNearest,  ///< nearest value, ties to the even code
    kLog,      ///< nearest exponent
};

/// A number format and its parameters. Fields that a kind does not use keep their defaults.
///
/// int{n}: two's complement, n in 2..8.
/// pot{n}: sign bit and exponent code c of n-1 bits, n in 2..5; c = 0 is zero, otherwise
///         +-2^(c - cmax) with cmax = 2^(n-1) - 1.
/// lp{n,es,rs}: Logarithmic Posit, n in 2..8, 0 <= es <= max(0, n-2), 1 <= rs <= n-1.
/// posit{n,es,rs}: n in 3..8, 0 <= es <= min(4, n-2), 1 <= rs <= n-1; n-1 is the standard posit.
/// adaptivfloat{n,e}: sign-magnitude float, n in 3..8, e in 1..min(5, n-1) exponent bits.
/// fp8{e,m}: E4M3 and its like, n = 8, e in 2..5, m = 7 - e.
/// flint{n}: ANT's float-int, n in 3..8.
/// apot{n}, sp2{n}, denseshift{n}, elp_bsd{n}, ternary, binary: weights of one or two powers of
/// two, n in 3..5, 4, 2..4, 6, and 2 and 1 without a parameter; see power_sum.hpp.
struct Format {
    FormatKind kind = FormatKind::kInt;
    int n = 8;
    int es = 0;
    int rs = 1;
    int e = 0;  ///< exponent bits of adaptivfloat and fp8
    int m = 0;  ///< mantissa bits of fp8
    LpRegime regime = LpRegime::kCapped;
    bool flush_to_zero = false;
    PotRounding pot_rounding = PotRounding::kNearest;

    bool operator==(const Format&) const = default;
};

/// A code word, in the low n bits.
using Code = std::uint8_t;

/// What a decoder at the array's edge hands to the processing elements.
struct Decoded {
    bool zero = false;  ///< the operand contributes nothing (NaR decodes to zero as well)
    bool nar = false;   ///< "not a real" (NaR, NaN, infinity); raises the tile's flag and counts
    bool negative = false;  ///< sign; false for zero
    /// int and the sums of powers (is_power_sum): the signed value (negative is then false).
    /// pot: the shift c - 1, 0..cmax-1.
    /// lp: log2|x| as a fixed-point integer with log_frac_bits(format) fraction bits.
    /// Floating-point kinds: exponent * 2^F + fraction of |x| = 2^exponent * (1 + fraction / 2^F),
    /// F = log_frac_bits(format).
    int value = 0;

    bool operator==(const Decoded&) const = default;
};

/// Number of codes, 2^n.
inline int code_count(const Format& f) {
    return 1 << f.n;
}

/// Fraction bits F of Decoded::value (lp and posit: max(0, n-3-es), or max(0, n-2-es) for rs = 1
/// capped; adaptivfloat: n-1-e; fp8: m; flint: n-3; int and pot: 0).
int log_frac_bits(const Format& f);

/// Whether the kind is a floating-point one: posit, adaptivfloat, fp8 or flint.
bool is_float(const Format& f);

/// Whether the kind is a weight of one or two powers of two that decodes to an integer: apot, sp2,
/// denseshift, elp_bsd, ternary or binary. Such a format is no activation and no output.
bool is_power_sum(FormatKind kind);

/// Bits of a code where the kind fixes them without a parameter (ternary: 2, binary: 1), else 0.
int fixed_bits(FormatKind kind);

/// The code that encode_real() writes for zero. In a format without zero it is that of the smallest
/// positive number.
Code zero_code(const Format& f);

/// Whether a code decodes to zero.
bool has_zero(const Format& f);

/// What an operand of a linear datapath (is_linear) multiplies with, in units of the datapath: int
/// and sums of powers: the value; pot: +-2^(c-1); flint: the value times 2^(n-2).
int linear_factor(const Format& f, const Decoded& d);

/// Whether every value of the format is linear_factor() times 2^-unit_frac_bits(); for the others
/// unit_frac_bits() throws std::invalid_argument.
bool has_linear_factor(const Format& f);
int unit_frac_bits(const Format& f);

/// Whether the format has codes that are no real number, and the one that encode_real() writes.
bool has_nar(const Format& f);
Code nar_code(const Format& f);

/// Smallest and largest Decoded::value over all nonzero, non-NaR codes.
int min_decoded(const Format& f);
int max_decoded(const Format& f);

/// Decodes the low n bits of `code`.
Decoded decode(const Format& f, Code code);

/// The real number a code stands for: int and sums of powers: the integer; pot: +-2^(c-cmax); lp:
/// +-2^log2; floating point: +-2^exponent * (1 + fraction). NaR gives a quiet NaN.
double to_real(const Format& f, Code code);

/// Nearest code to a real number by the format's own rounding rule (docs/number_formats.md):
/// int: nearest, ties to even, saturating.  pot: by pot_rounding.  lp: nearest log2, ties to the
/// even code, saturating at minpos/maxpos.  posit: nearest string of bits, ties to even, saturating
/// at minpos/maxpos.  adaptivfloat, fp8, flint: nearest value, ties to the even code, saturating.
/// apot, sp2, denseshift, elp_bsd, ternary, binary: nearest value, ties to the even place in the
/// order of values; zero gives zero_code().
/// NaN and infinity give NaR; without NaR, NaN gives zero_code() and infinities saturate.
/// Thresholds are exact, not log2() of table values.
Code encode_real(const Format& f, double x);

/// Canonical text, for example "lp:n=4,es=1,rs=2" or "int:n=8"; parse_format reads it back.
/// Options appear only where they differ from their defaults: "regime=terminated",
/// "flush_to_zero=true" (lp), "rounding=log" (pot).
std::string to_string(const Format& f);

/// Reads the text of a format, "kind:key=value,..." in any order of the keys. n is required (fp8: e
/// is, ternary and binary have none); es = 0 and rs = n-1 (the posit fields) where they are
/// missing. Throws std::invalid_argument, whose text says what is wrong and what is allowed.
Format parse_format(const std::string& text);

/// Empty when the parameters are legal; otherwise what is wrong and what is allowed, with the name
/// of the offending parameter in `key`.
std::string check(const Format& f, std::string& key);

}  // namespace peforge::golden
