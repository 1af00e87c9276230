// ANT's types chosen at run time, and choices as a whole.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/datapath/types.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <vector>

#include "golden/array/array.hpp"
#include "golden/datapath/choice.hpp"
#include "golden/datapath/fields.hpp"

namespace peforge::golden {
namespace {

Format flint(int n) {
    return {.kind = FormatKind::kFlint, .n = n};
}

std::vector<OperandType> types_of(int n) {
    std::vector<OperandType> all = {OperandType::kInt, OperandType::kFlint};
    if (n <= 5) all.push_back(OperandType::kPot);
    return all;
}

TEST(Types, ModesAreUniqueAndReadBack) {
    std::set<int> modes;
    for (const OperandType weight : types_of(4)) {
        for (const OperandType activation : types_of(4)) {
            const JobTypes types{weight, activation};
            EXPECT_TRUE(modes.insert(types_mode(types)).second);
            EXPECT_EQ(types_of_mode(types_mode(types), 4, 4), types);
            EXPECT_EQ(choice_mode(Choice::kTypes, format_of(weight, 4), format_of(activation, 4)),
                      types_mode(types));
        }
    }
    EXPECT_EQ(modes.size(), 9U);
    for (const int mode : {3, 12, 7, 16, -1, 1 << 10}) {
        EXPECT_THROW(types_of_mode(mode, 4, 4), std::out_of_range) << mode;
    }
    // Words of more than five bits have no powers of two.
    EXPECT_THROW(types_of_mode(types_mode({OperandType::kPot, OperandType::kInt}), 6, 4),
                 std::out_of_range);
    EXPECT_NO_THROW(types_of_mode(types_mode({OperandType::kInt, OperandType::kPot}), 6, 4));
    EXPECT_THROW(format_of(OperandType::kPot, 8), std::out_of_range);
    EXPECT_EQ(to_string(format_of(OperandType::kPot, 5)), "pot:n=5");
    EXPECT_EQ(to_string(format_of(OperandType::kInt, 8)), "int:n=8");
}

// A value is its integer times the unit; A makes every product an integer.
TEST(Types, ValuesAreIntegersOfTheirUnits) {
    for (int n = 3; n <= 8; ++n) {
        for (const OperandType type : types_of(n)) {
            const Format f = format_of(type, n);
            bool one = false;
            for (int code = 0; code < code_count(f); ++code) {
                const Decoded d = decode(f, static_cast<Code>(code));
                const int integer = linear_factor(f, d);
                EXPECT_EQ(std::ldexp(integer, -unit_frac_bits(f)),
                          to_real(f, static_cast<Code>(code)))
                    << to_string(f) << " " << code;
                one = one || integer == 1;
            }
            EXPECT_TRUE(one) << "the unit is the smallest positive number";
        }
    }
    EXPECT_FALSE(has_linear_factor(parse_format("posit:n=8,es=1")));
    EXPECT_THROW(unit_frac_bits(parse_format("lp:n=4,es=1,rs=2")), std::invalid_argument);
}

TEST(Types, TermsAreExactAndFitTheirWidth) {
    const DatapathParams array = make_types_datapath(flint(5), flint(3), Rounding::kNearestEven);
    EXPECT_EQ(array.weight, flint(5));
    EXPECT_EQ(array.term_bits, 1 + 14 + 2 + 1);  // 2^14 * 2^2
    for (const OperandType weight : types_of(5)) {
        for (const OperandType activation : types_of(3)) {
            const DatapathParams d = with_types(array, {weight, activation});
            EXPECT_EQ(with_types(d, {}), array);
            EXPECT_EQ(with_choice(Choice::kTypes, array, types_mode({weight, activation})), d);
            EXPECT_TRUE(is_linear(d));
            std::int64_t most = 0;
            for (int w = 0; w < 32; ++w) {
                for (int a = 0; a < 8; ++a) {
                    const auto wc = static_cast<Code>(w);
                    const auto ac = static_cast<Code>(a);
                    const std::int64_t term = product_term(d, wc, ac);
                    EXPECT_EQ(std::ldexp(static_cast<double>(term), -d.acc_frac_bits),
                              to_real(d.weight, wc) * to_real(d.activation, ac));
                    most = std::max(most, std::abs(term));
                }
            }
            EXPECT_EQ(d.max_term, most);
        }
    }
}

// A flint array without a choice gives the same values, wherever its fraction lies.
TEST(Types, FlintIsTheFlintOfOtherArrays) {
    const DatapathParams types = make_types_datapath(flint(4), flint(6), Rounding::kTruncate);
    const DatapathParams alone =
        make_datapath(DatapathKind::kFloat, flint(4), flint(6), {}, {}, 24, Rounding::kTruncate);
    const DatapathParams wide = make_datapath(DatapathKind::kFloat, flint(4), flint(6), {},
                                              types.acc_frac_bits + 3, 24, Rounding::kTruncate);
    EXPECT_EQ(alone.acc_frac_bits, types.acc_frac_bits);
    EXPECT_TRUE(is_linear(alone));
    EXPECT_FALSE(is_linear(wide));
    for (int w = 0; w < 16; ++w) {
        for (int a = 0; a < 64; ++a) {
            const auto wc = static_cast<Code>(w);
            const auto ac = static_cast<Code>(a);
            EXPECT_EQ(product_term(types, wc, ac), product_term(alone, wc, ac));
            EXPECT_EQ(product_term(types, wc, ac) * 8, product_term(wide, wc, ac));
        }
    }
}

TEST(Types, RefusesOtherFormats) {
    EXPECT_THROW(
        make_types_datapath({.kind = FormatKind::kInt, .n = 4}, flint(4), Rounding::kTruncate),
        std::invalid_argument);
    EXPECT_THROW(choice_mode(Choice::kTypes, parse_format("posit:n=8,es=1"), flint(4)),
                 std::invalid_argument);
}

TEST(Choice, SelectorsAreThePlacesOfTheModes) {
    const auto check = [](Choice choice, const Format& w, const Format& a, std::size_t count) {
        const std::vector<Selector> all = selectors(choice, w, a);
        ASSERT_EQ(all.size(), count);
        int mode = 0;
        for (const Selector& s : all) {
            EXPECT_LT(s.largest, 1 << s.width) << s.name;
            mode |= selected(s, choice_mode(choice, w, a)) << s.place;
        }
        EXPECT_EQ(mode, choice_mode(choice, w, a));
    };
    check(Choice::kNothing, flint(4), flint(4), 0);
    check(Choice::kTypes, flint(4), format_of(OperandType::kPot, 5), 2);
    check(Choice::kFields, parse_format("lp:n=8,es=3,rs=7"), parse_format("lp:n=2,es=0,rs=1"), 4);
    check(Choice::kFields, parse_format("lp:n=3,es=1,rs=2"), parse_format("lp:n=5,es=0,rs=4"), 4);
    EXPECT_EQ(selectors(Choice::kTypes, flint(8), flint(3)),
              (std::vector<Selector>{{"wgt_type", 0, 1, 2, 0}, {"act_type", 0, 2, 2, 2}}));
    EXPECT_EQ(selectors(Choice::kFields, parse_format("lp:n=8,es=3,rs=7"),
                        parse_format("lp:n=2,es=0,rs=1")),
              (std::vector<Selector>{{"wgt_es", 0, 3, 2, 0},
                                     {"wgt_rs", 1, 7, 3, 2},
                                     {"act_es", 0, 0, 1, 5},
                                     {"act_rs", 1, 1, 1, 7}}));
    const DatapathParams d = make_types_datapath(flint(4), flint(4), Rounding::kTruncate);
    EXPECT_EQ(with_choice(Choice::kNothing, d, 0), d);
    EXPECT_THROW(with_choice(Choice::kNothing, d, 1), std::out_of_range);
}

TEST(Types, ArraysTakeTheTypesOfAMode) {
    SystolicParams p;
    p.rows = 2;
    p.cols = 3;
    p.datapath = make_types_datapath(flint(4), flint(8), Rounding::kTruncate);
    p.choice = Choice::kTypes;
    p.accumulator.width = 40;
    EXPECT_THROW(in_mode(p, types_mode({OperandType::kInt, OperandType::kPot})), std::out_of_range);
    constexpr int kM = 5;
    constexpr int kK = 7;
    constexpr int kN = 4;
    std::vector<Code> a(kM * kK);
    std::vector<Code> w(kK * kN);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<Code>(i * 37 + 11);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<Code>((i * 5 + 3) & 15);
    for (const OperandType weight : types_of(4)) {
        for (const OperandType activation : types_of(8)) {
            const SystolicParams one = in_mode(p, types_mode({weight, activation}));
            EXPECT_EQ(one.datapath.weight, format_of(weight, 4));
            EXPECT_EQ(one.lanes, p.lanes);
            std::vector<std::int64_t> acc(kM * kN);
            SystolicArray(one).accumulate({kM, kK, kN}, a, w, acc);
            for (int m = 0; m < kM; ++m) {
                for (int n = 0; n < kN; ++n) {
                    double sum = 0.0;
                    for (int k = 0; k < kK; ++k) {
                        sum +=
                            to_real(one.datapath.activation,
                                    a[static_cast<std::size_t>(m * kK + k)]) *
                            to_real(one.datapath.weight, w[static_cast<std::size_t>(k * kN + n)]);
                    }
                    EXPECT_EQ(std::ldexp(sum, one.datapath.acc_frac_bits),
                              static_cast<double>(acc[static_cast<std::size_t>(m * kN + n)]));
                }
            }
        }
    }
}

}  // namespace
}  // namespace peforge::golden
