// Datapaths: what a processing element does with two decoded operands.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "golden/formats/format.hpp"
#include "golden/int128.hpp"

namespace peforge::golden {

enum class DatapathKind { kMul, kShift, kLog, kFloat };

/// Rounding of integer right shifts.
enum class Rounding {
    kTruncate,     ///< drop bits; of a signed product term the magnitude is truncated
    kNearestEven,  ///< nearest, ties to even
};

/// Where the log datapath leaves the log domain.
enum class Convert {
    kPerProduct,  ///< each product by the table T
    kPerBin,      ///< sums of powers of two, one for each fraction f, are multiplied by T[f]
};

/// Every number that defines a product term. Resolved once, when a Spec becomes a Design.
///
/// mul:   term = w * a.
/// shift: term = +-(a << shift(w)), or the sum of two of them: a times the integer of the weight.
/// log:   L = Lw + La with F fraction bits, I = floor(L / 2^F), f = L mod 2^F;
///        term = +-(T[f] << (I + A - m)); a negative shift drops bits by `rounding`, applied to
///        the magnitude.  T[f] = round_half_even(2^(f / 2^F + m)).
///        With Convert::kPerBin a product is 2^(I + A - m) units of bin f, and T[f] times that in
///        the accumulator; below one unit of the bin (I + A < m) it is 0 by either rounding: half a
///        unit is a tie and goes to the even 0, all others are smaller.
/// float: operands 2^e * M / 2^F, M = 2^F + fraction; m = Fw + Fa,
///        term = +-((Mw * Ma) << (ew + ea + A - m)); a negative shift as in log. Of run-time types
///        (types.hpp) int and pot are operands as well, and terms are products of integers.
struct DatapathParams {
    DatapathKind kind = DatapathKind::kMul;
    Format weight;
    Format activation;
    Rounding rounding = Rounding::kTruncate;  ///< log and float
    Convert convert = Convert::kPerProduct;   ///< log only
    int log_frac_bits = 0;                    ///< F = max over both operands; log only
    int mantissa_bits = 0;                    ///< m; log and float
    int acc_frac_bits = 0;  ///< A, fraction bits of the accumulator; log and float
    int log_min =
        0;  ///< log: smallest L (F fraction bits) of two nonzero operands; float: of ew + ea
    int log_max = 0;                   ///< log: largest L; float: largest ew + ea
    std::vector<std::uint32_t> table;  ///< T, 2^F entries of m+1 bits; log only
    std::int64_t max_term = 0;         ///< largest |term|, by enumeration
    int term_bits = 0;                 ///< signed width that holds every term

    bool operator==(const DatapathParams&) const = default;
};

/// Whether every term is the product of its operands' linear_factor(): mul, shift, and float where
/// A is the sum of their unit_frac_bits().
bool is_linear(const DatapathParams& d);

/// One product term, in units of 2^-A (log, float) or 1 (mul, shift). Zero or NaR operands give 0.
std::int64_t product_term(const DatapathParams& d, Code weight, Code activation);

/// Fraction bits of what `frac_bits` and `octaves` speak of: the accumulator's, or those of the
/// bins.
int kept_frac_bits(const DatapathParams& d);

/// T[f] for f = 0 .. 2^F - 1, each round_half_even(2^(f/2^F) * 2^m), exact.  F <= 6, m <= 20.
std::vector<std::uint32_t> log_to_linear_table(int frac_bits, int mantissa_bits);

/// |term| of the log datapath for the sum `log_sum` of two operands' logs (F fraction bits).
std::int64_t log_magnitude(const DatapathParams& d, int log_sum);

/// Decides every number of a datapath. `mantissa_bits` (0..20) is the log datapath's,
/// `acc_frac_bits` the log and the float datapath's; std::nullopt is "auto": m = F + 3, and the
/// accumulator fraction A that keeps every product exact where that needs at most `octaves` bits
/// below the largest product, else the one that rounds at about largest * 2^-octaves. With the
/// octaves [low, high] of the products, A = min(m - low, octaves - high); A may be negative. In the
/// log datapath low = floor(log_min / 2^F), high = floor(log_max / 2^F), and logs with fewer than F
/// fraction bits are shifted up; in the float datapath low = log_min and high = log_max, one more
/// where two mantissas reach 2. With Convert::kPerBin, `acc_frac_bits` and `octaves` are those of
/// the bins, min(-low, octaves - high) in place of A, and the accumulator has m fraction bits more.
/// Throws std::invalid_argument for operands that the datapath does not take (mul: int x int,
/// shift: pot or a sum of powers x int, log: lp or pot x lp or pot, float: posit,
/// adaptivfloat, fp8 or flint on both sides), for an m too small for a table of m+1 bits, and for
/// terms of more than 62 bits.
DatapathParams make_datapath(DatapathKind kind, const Format& weight, const Format& activation,
                             std::optional<int> mantissa_bits, std::optional<int> acc_frac_bits,
                             int octaves, Rounding rounding,
                             Convert convert = Convert::kPerProduct);

/// Signed width that holds the sum of any `count` >= 1 terms: term_bits + ceil(log2(count)).
int accumulator_bits(int term_bits, int count);

/// `x >> shift` by `rounding` on the signed value (kTruncate: towards minus infinity). shift >= 0.
/// A result outside int64 saturates.
std::int64_t round_shift(Int128 x, int shift, Rounding rounding);

}  // namespace peforge::golden
