// Oracle of the golden tests: formats, encoders and product terms from their definitions.
//
// Nothing here calls the code under test. Words are read as strings of bits, encoders search the
// whole code table, and logarithms are exact dyadic numbers or 113-bit floating point.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "golden/array/array.hpp"

namespace peforge::golden::oracle {

__extension__ typedef __float128 Real;

/// log2 of an operand in units of 1 / kLogUnit.
inline constexpr int kLogUnit = 256;

struct Value {
    bool zero = false;  ///< also for NaR
    bool nar = false;
    bool negative = false;
    bool used = true;  ///< the encoder may emit this code
    int log2 = 0;      ///< pot, lp: log2|x| * kLogUnit
    int integer = 0;   ///< int and sums of powers: the value
    Real size = 0;     ///< floating point: |x|
};

/// `n` binary digits of a word.
std::string bits(int n, unsigned word);

/// What a word means, read from its bits.
Value value_of(const Format& f, unsigned word);

/// The real number of a word; not for NaR.
Real real_of(const Format& f, unsigned word);

/// All legal formats of one kind, every option included.
std::vector<Format> int_formats();
std::vector<Format> pot_formats();
std::vector<Format> lp_formats();
std::vector<Format> posit_formats();
std::vector<Format> adaptivfloat_formats();
std::vector<Format> fp8_formats();
std::vector<Format> flint_formats();
std::vector<Format> float_formats();      ///< the last four together
std::vector<Format> power_sum_formats();  ///< apot, sp2, denseshift, elp_bsd, ternary, binary

/// Nearest code by search over the whole table; build once per format.
class Search {
public:
    explicit Search(const Format& f);
    /// x is finite.
    [[nodiscard]] Code encode(Real x) const;

private:
    struct Entry {
        Code code = 0;
        Real position = 0;  ///< the value, or log2 of it
        Real value = 0;
    };
    Format format_;
    bool log_ = false;
    std::vector<Entry> positive_;
    std::vector<Entry> negative_;
};

/// Product term from the definition in datapath.hpp; the numbers F, m and A come from `d`.
std::int64_t product(const DatapathParams& d, unsigned weight, unsigned activation);

/// product() of all pairs, [weight][activation].
std::vector<std::vector<std::int64_t>> products(const DatapathParams& d);

/// 2^(numerator / denominator).
Real exp2(int numerator, int denominator);

/// x rounded to an integer by the rule, x in the range of int64.
std::int64_t to_integer(Real x, Rounding rounding);

}  // namespace peforge::golden::oracle
