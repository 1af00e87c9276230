// Product terms against the oracle, and the numbers that make_datapath decides.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/datapath/datapath.hpp"

#include <gtest/gtest.h>
#include <quadmath.h>

#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "golden/tests/oracle.hpp"

namespace peforge::golden {
namespace {

DatapathParams make(DatapathKind kind, const std::string& weight, const std::string& activation,
                    Rounding rounding = Rounding::kTruncate, int octaves = 24) {
    return make_datapath(kind, parse_format(weight), parse_format(activation), std::nullopt,
                         std::nullopt, octaves, rounding);
}

void expect_terms_match(const DatapathParams& d) {
    const std::string name = to_string(d.weight) + " x " + to_string(d.activation);
    std::int64_t low = 0;
    std::int64_t high = 0;
    for (unsigned w = 0; w < (1U << d.weight.n); ++w) {
        for (unsigned a = 0; a < (1U << d.activation.n); ++a) {
            const std::int64_t expected = oracle::product(d, w, a);
            ASSERT_EQ(product_term(d, static_cast<Code>(w), static_cast<Code>(a)), expected)
                << name << " " << w << " " << a;
            low = std::min(low, expected);
            high = std::max(high, expected);
        }
    }
    EXPECT_EQ(d.max_term, std::max(-low, high)) << name;
    const std::int64_t limit = std::int64_t{1} << (d.term_bits - 1);
    EXPECT_TRUE(low >= -limit && high < limit) << name;
    EXPECT_TRUE(low < -limit / 2 || high >= limit / 2) << name << ": term_bits is not the smallest";
}

TEST(golden_datapath, mul_terms_match_the_definition) {
    for (const Format& w : oracle::int_formats()) {
        for (const Format& a : oracle::int_formats()) {
            expect_terms_match(make(DatapathKind::kMul, to_string(w), to_string(a)));
        }
    }
}

TEST(golden_datapath, mul_of_the_most_negative_operands_fits) {
    const DatapathParams d = make(DatapathKind::kMul, "int:n=8", "int:n=8");
    EXPECT_EQ(d.max_term, 16384);
    EXPECT_EQ(d.term_bits, 16);  // +16384 does not fit 15 signed bits
}

TEST(golden_datapath, shift_terms_match_the_definition) {
    for (const Format& w : oracle::pot_formats()) {
        for (const Format& a : oracle::int_formats()) {
            expect_terms_match(make(DatapathKind::kShift, to_string(w), to_string(a)));
        }
    }
}

TEST(golden_datapath, shift_of_pot4_and_int8_is_the_contract_of_the_bac) {
    const DatapathParams d = make(DatapathKind::kShift, "pot:n=4", "int:n=8");
    EXPECT_EQ(product_term(d, 0b0111, 0x7F), 127 << 6);
    EXPECT_EQ(product_term(d, 0b1111, 0x80), 128 << 6);
    EXPECT_EQ(product_term(d, 0b1001, 3), -3);
    EXPECT_EQ(product_term(d, 0b1000, 3), 0);
    EXPECT_EQ(d.term_bits, 15);  // act_bits + 6, and one more for -(-128) << 6
}

TEST(golden_datapath, log_terms_match_the_definition) {
    const std::vector<std::string> formats = {"lp:n=2,es=0,rs=1",
                                              "lp:n=3,es=1,rs=2",
                                              "lp:n=4,es=1,rs=2",
                                              "lp:n=4,es=0,rs=3",
                                              "lp:n=6,es=2,rs=3,regime=terminated",
                                              "lp:n=8,es=0,rs=1",
                                              "lp:n=8,es=2,rs=4",
                                              "lp:n=8,es=1,rs=7,regime=terminated",
                                              "pot:n=4"};
    for (const std::string& weight : formats) {
        for (const std::string& activation : formats) {
            for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
                // 6 octaves so that most products lose bits; 24 is the default.
                expect_terms_match(make(DatapathKind::kLog, weight, activation, rounding,
                                        rounding == Rounding::kTruncate ? 24 : 6));
            }
        }
    }
}

TEST(golden_datapath, float_terms_match_the_definition) {
    const std::vector<std::string> formats = {
        "posit:n=8,es=2",
        "posit:n=6,es=1,rs=2",
        "posit:n=8,es=4,rs=1",
        "posit:n=3,es=1",
        "adaptivfloat:n=8,e=4",
        "fp8:e=4,m=3",
        "fp8:e=5,m=2",
        "flint:n=4",
        "flint:n=8",
    };
    for (const std::string& weight : formats) {
        for (const std::string& activation : formats) {
            for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
                expect_terms_match(make(DatapathKind::kFloat, weight, activation, rounding,
                                        rounding == Rounding::kTruncate ? 24 : 6));
            }
        }
    }
}

TEST(golden_datapath, float_numbers_are_decided_as_documented) {
    // E4M3: 2^-9 .. 1.75 * 2^8 on both sides; 36 bits would be exact, 24 octaves are kept.
    const DatapathParams e4m3 = make(DatapathKind::kFloat, "fp8:e=4,m=3", "fp8:e=4,m=3");
    EXPECT_EQ(e4m3.mantissa_bits, 6);
    EXPECT_EQ(e4m3.log_min, -18);
    EXPECT_EQ(e4m3.log_max, 16);
    EXPECT_EQ(e4m3.acc_frac_bits, 24 - 17);
    // Flint4: 1/4 .. 4, all of them quarters, although 1 and more have a fraction bit.
    const DatapathParams flint = make(DatapathKind::kFloat, "flint:n=4", "flint:n=4");
    EXPECT_EQ(flint.acc_frac_bits, 2 + 2);
    EXPECT_EQ(flint.max_term, 16 << 4);
    // Posit<5,0>: 1/8 .. 8; the smallest has no fraction bits, which those at 1 have.
    EXPECT_EQ(make(DatapathKind::kFloat, "posit:n=5,es=0", "posit:n=5,es=0").acc_frac_bits, 3 + 3);
}

TEST(golden_datapath, log_terms_match_for_the_widest_range) {
    for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
        expect_terms_match(
            make(DatapathKind::kLog, "lp:n=8,es=6,rs=7", "lp:n=8,es=6,rs=7", rounding));
    }
}

TEST(golden_datapath, log_terms_match_for_given_widths) {
    for (const int mantissa : {7, 12, 20}) {
        for (const int frac : {-4, 0, 9}) {
            for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
                expect_terms_match(
                    make_datapath(DatapathKind::kLog, parse_format("lp:n=4,es=1,rs=2"),
                                  parse_format("lp:n=8,es=2,rs=4"), mantissa, frac, 24, rounding));
            }
        }
    }
}

TEST(golden_datapath, log_numbers_are_decided_as_documented) {
    const DatapathParams d = make(DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=8,es=2,rs=4");
    EXPECT_EQ(d.log_frac_bits, 3);
    EXPECT_EQ(d.mantissa_bits, 6);
    EXPECT_EQ(d.log_max, 8 * 3 + 124);  // 2^3 and 2^15.5
    EXPECT_EQ(d.log_min, -8 * 3 - 124);
    EXPECT_EQ(d.acc_frac_bits, 6);      // 24 - floor(18.5), less than 6 + 19
    EXPECT_EQ(d.max_term, 91LL << 18);  // T[4] = 64 * sqrt(2)
    EXPECT_EQ(d.term_bits, 26);
    const DatapathParams narrow = make(DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=4,es=1,rs=2");
    EXPECT_EQ(narrow.acc_frac_bits, 9);  // every product exact: 3 + 6, less than 24 - 6
}

TEST(golden_datapath, log_products_are_exact_when_auto_says_so) {
    const DatapathParams d = make(DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=4,es=1,rs=2");
    for (unsigned w = 1; w < 8; ++w) {
        for (unsigned a = 1; a < 8; ++a) {
            const oracle::Real exact =
                oracle::real_of(d.weight, w) * oracle::real_of(d.activation, a);
            EXPECT_EQ(oracle::Real(product_term(d, static_cast<Code>(w), static_cast<Code>(a))),
                      ldexpq(exact, d.acc_frac_bits));
        }
    }
}

TEST(golden_datapath, table_is_rounded_half_even_exactly) {
    for (int frac = 0; frac <= 6; ++frac) {
        for (int mantissa = 0; mantissa <= 20; ++mantissa) {
            const std::vector<std::uint32_t> table = log_to_linear_table(frac, mantissa);
            ASSERT_EQ(table.size(), 1U << frac);
            for (int f = 0; f < (1 << frac); ++f) {
                EXPECT_EQ(table[static_cast<std::size_t>(f)],
                          oracle::to_integer(ldexpq(oracle::exp2(f, 1 << frac), mantissa),
                                             Rounding::kNearestEven));
            }
        }
    }
    EXPECT_THROW(log_to_linear_table(7, 8), std::invalid_argument);
    EXPECT_THROW(log_to_linear_table(3, 21), std::invalid_argument);
}

TEST(golden_datapath, illegal_operands_are_refused) {
    EXPECT_THROW(make(DatapathKind::kMul, "pot:n=4", "int:n=8"), std::invalid_argument);
    EXPECT_THROW(make(DatapathKind::kShift, "int:n=4", "int:n=8"), std::invalid_argument);
    EXPECT_THROW(make(DatapathKind::kShift, "pot:n=4", "lp:n=8,es=2,rs=4"), std::invalid_argument);
    EXPECT_THROW(make(DatapathKind::kLog, "lp:n=4,es=1,rs=2", "int:n=8"), std::invalid_argument);
}

TEST(golden_datapath, impossible_widths_are_refused) {
    const Format f = parse_format("lp:n=8,es=0,rs=1");
    const auto with = [&](std::optional<int> mantissa, std::optional<int> frac) {
        return make_datapath(DatapathKind::kLog, f, f, mantissa, frac, 24, Rounding::kTruncate);
    };
    EXPECT_THROW(with(2, std::nullopt), std::invalid_argument);  // 2^(63/64 + 2) rounds to 8
    EXPECT_THROW(with(21, std::nullopt), std::invalid_argument);
    EXPECT_THROW(with(-1, std::nullopt), std::invalid_argument);
    EXPECT_THROW(with(9, 62), std::invalid_argument);
    EXPECT_NO_THROW(with(9, 60));
}

TEST(golden_datapath, accumulator_bits_hold_the_worst_sum) {
    EXPECT_EQ(accumulator_bits(16, 1), 16);
    EXPECT_EQ(accumulator_bits(16, 2), 17);
    EXPECT_EQ(accumulator_bits(16, 3), 18);
    EXPECT_EQ(accumulator_bits(16, 1024), 26);
    EXPECT_EQ(accumulator_bits(16, 1025), 27);
    EXPECT_THROW(accumulator_bits(16, 0), std::invalid_argument);
}

TEST(golden_datapath, round_shift_matches_exact_division) {
    std::mt19937_64 random(3);
    for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
        for (int x = -70; x <= 70; ++x) {
            for (int shift = 0; shift <= 8; ++shift) {
                ASSERT_EQ(round_shift(x, shift, rounding),
                          oracle::to_integer(ldexpq(oracle::Real(x), -shift), rounding))
                    << x << " >> " << shift;
            }
        }
        for (int i = 0; i < 2000; ++i) {
            const auto word = static_cast<std::int64_t>(random());
            const int up = static_cast<int>(random() % 48);
            const int shift = up + static_cast<int>(random() % 70);
            ASSERT_EQ(round_shift(static_cast<Int128>(word) * (Int128{1} << up), shift, rounding),
                      oracle::to_integer(ldexpq(oracle::Real(word), up - shift), rounding))
                << word << " << " << up << " >> " << shift;
        }
        EXPECT_EQ(round_shift(Int128{1} << 100, 10, rounding),
                  std::numeric_limits<std::int64_t>::max());
        EXPECT_EQ(round_shift(-(Int128{1} << 100), 10, rounding),
                  std::numeric_limits<std::int64_t>::min());
    }
    EXPECT_EQ(round_shift(-1, 200, Rounding::kTruncate), -1);
    EXPECT_EQ(round_shift(-1, 200, Rounding::kNearestEven), 0);
    EXPECT_EQ(round_shift((Int128{1} << 126) + 1, 127, Rounding::kNearestEven), 1);
    EXPECT_EQ(round_shift(Int128{1} << 126, 127, Rounding::kNearestEven), 0);
}

}  // namespace
}  // namespace peforge::golden
