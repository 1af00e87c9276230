// LP fields chosen at run time.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/datapath/fields.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <vector>

#include "golden/array/array.hpp"

namespace peforge::golden {
namespace {

Format lp(int n, int es, int rs) {
    return {.kind = FormatKind::kLp, .n = n, .es = es, .rs = rs};
}

std::vector<LpFields> all_fields(int n) {
    std::vector<LpFields> all;
    for (int es = 0; es <= largest_es(n); ++es) {
        for (int rs = 1; rs < n; ++rs) all.push_back({es, rs});
    }
    return all;
}

TEST(Fields, ModesAreUniqueAndReadBack) {
    std::set<int> modes;
    for (const LpFields& weight : all_fields(8)) {
        for (const LpFields& activation : all_fields(6)) {
            const JobFields fields{weight, activation};
            EXPECT_TRUE(modes.insert(fields_mode(fields)).second);
            EXPECT_EQ(fields_of_mode(fields_mode(fields), 8, 6), fields);
        }
    }
    EXPECT_EQ(modes.size(), 28U * 20U);
    EXPECT_THROW(fields_of_mode(0, 8, 8), std::out_of_range);
    EXPECT_THROW(fields_of_mode(-1, 8, 8), std::out_of_range);
    EXPECT_THROW(fields_of_mode(1 << 10, 8, 8), std::out_of_range);
    EXPECT_THROW(fields_of_mode(fields_mode({{0, 7}, {0, 7}}), 8, 6), std::out_of_range);
    EXPECT_THROW(fields_of_mode(fields_mode({{3, 1}, {0, 1}}), 4, 8), std::out_of_range);
}

// The same integers as a datapath made for these formats alone, with the same m and A: its own
// table has every 2^j-th entry of the common one.
TEST(Fields, TermsAreThoseOfADatapathOfTheFormats) {
    for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
        const DatapathParams array =
            make_fields_datapath(lp(5, 1, 2), lp(6, 0, 3), {}, 12, rounding);
        EXPECT_EQ(array.log_frac_bits, 4);
        EXPECT_EQ(array.mantissa_bits, 7);
        EXPECT_EQ(fields_octaves(array), 12);
        for (const LpFields& weight : all_fields(5)) {
            for (const LpFields& activation : all_fields(6)) {
                const DatapathParams d = with_fields(array, {weight, activation});
                EXPECT_EQ(fields_octaves(d), 12);
                EXPECT_EQ(with_fields(d, {{1, 2}, {0, 3}}), array);
                const DatapathParams alone = make_datapath(
                    DatapathKind::kLog, d.weight, d.activation, 7, d.acc_frac_bits, 12, rounding);
                EXPECT_LE(alone.term_bits, d.term_bits);
                EXPECT_EQ(alone.max_term, d.max_term);
                // The largest product is in the same octave for all fields.
                EXPECT_GE(d.max_term, std::int64_t{1} << 12);
                EXPECT_LT(d.max_term, std::int64_t{1} << 13);
                for (int w = 0; w < code_count(d.weight); ++w) {
                    for (int a = 0; a < code_count(d.activation); ++a) {
                        ASSERT_EQ(product_term(d, static_cast<Code>(w), static_cast<Code>(a)),
                                  product_term(alone, static_cast<Code>(w), static_cast<Code>(a)))
                            << to_string(d.weight) << " " << w << " " << to_string(d.activation)
                            << " " << a;
                    }
                }
            }
        }
    }
}

TEST(Fields, RefusesWhatHasNoFields) {
    Format terminated = lp(8, 1, 3);
    terminated.regime = LpRegime::kTerminated;
    const auto make = [](const Format& weight, std::optional<int> m) {
        return make_fields_datapath(weight, lp(8, 1, 3), m, 16, Rounding::kTruncate);
    };
    EXPECT_THROW(make(terminated, {}), std::invalid_argument);
    EXPECT_THROW(make(lp(8, 4, 3), {}), std::invalid_argument);
    EXPECT_THROW(make({.kind = FormatKind::kPot, .n = 4}, {}), std::invalid_argument);
    EXPECT_THROW(make(lp(8, 1, 3), 3), std::invalid_argument);  // 2^(63/64) rounds up to 2
    EXPECT_NO_THROW(make(lp(8, 1, 3), 8));
}

// Whatever the decoders take for zero gives no unit with any operand of any fields.
TEST(Fields, PlacingKeepsEveryOperandThatShows) {
    for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
        for (const int octaves : {4, 13, 14, 16, 24, 40}) {
            const FieldsPlacing p = fields_placing(octaves, rounding);
            EXPECT_GT(p.int_min, -(1 << (p.int_bits - 1)));
            EXPECT_LT(p.bias, 1 << (p.int_bits - 1));
            DatapathParams d =
                make_fields_datapath(lp(8, 0, 1), lp(8, 0, 1), {}, octaves, rounding);
            d.acc_frac_bits = octaves;
            // The largest log below int_min with the largest of the other operand, below 2^1.
            const int one = 1 << d.log_frac_bits;
            const int dropped = (p.int_min - p.bias) * one - 1;
            EXPECT_EQ(log_magnitude(d, dropped + one - 1), 0);
            EXPECT_GT(log_magnitude(d, dropped + one + one - 1), 0) << "the next octave shows";
        }
    }
}

TEST(Fields, ArraysTakeTheFieldsOfAMode) {
    SystolicParams p;
    p.datapath = make_fields_datapath(lp(8, 1, 3), lp(4, 0, 2), {}, 16, Rounding::kTruncate);
    p.choice = Choice::kFields;
    const SystolicParams d = in_mode(p, fields_mode({{3, 7}, {2, 1}}));
    EXPECT_EQ(d.datapath.weight, lp(8, 3, 7));
    EXPECT_EQ(d.datapath.activation, lp(4, 2, 1));
    EXPECT_EQ(d.lanes, p.lanes);
    EXPECT_THROW(in_mode(p, 0), std::out_of_range);
}

}  // namespace
}  // namespace peforge::golden
