// Weights of one or two powers of two: tables, encoders, product terms and sums, against the tables
// of the oracle and searches over all codes.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <stdexcept>
#include <vector>

#include "golden/array/array.hpp"
#include "golden/formats/code_table.hpp"
#include "golden/formats/power_sum.hpp"
#include "golden/tests/oracle.hpp"

namespace peforge::golden {
namespace {

std::vector<double> values_of(const char* text) {
    std::vector<double> values;
    for (const CodeRow& row : code_table(parse_format(text))) values.push_back(row.value);
    return values;
}

TEST(golden_power_sum, words_match_the_tables) {
    for (const Format& f : oracle::power_sum_formats()) {
        SCOPED_TRACE(to_string(f));
        EXPECT_TRUE(is_power_sum(f.kind));
        EXPECT_FALSE(is_float(f));
        EXPECT_FALSE(has_nar(f));
        EXPECT_EQ(log_frac_bits(f), 0);
        bool zero = false;
        for (unsigned word = 0; word < (1U << f.n); ++word) {
            const oracle::Value expected = oracle::value_of(f, word);
            const Decoded d = decode(f, static_cast<Code>(word));
            EXPECT_EQ(d.zero, expected.zero) << word;
            EXPECT_EQ(d.value, expected.integer) << word;
            EXPECT_EQ(linear_factor(f, d), expected.integer);
            EXPECT_FALSE(d.negative);
            EXPECT_FALSE(d.nar);
            EXPECT_EQ(to_real(f, static_cast<Code>(word)), expected.integer);
            EXPECT_EQ(code_table(f)[word].emitted, expected.used) << word;
            zero = zero || expected.zero;
        }
        EXPECT_EQ(has_zero(f), zero);
        EXPECT_EQ(parse_format(to_string(f)), f);
        std::string key;
        EXPECT_EQ(check(f, key), "");
    }
}

TEST(golden_power_sum, levels_are_the_published_ones) {
    // APoT's code for B = n - 1 bits; PoTAcc's table for SP2; DenseShift's 3-bit form.
    const auto magnitudes = [](const char* text) {
        std::set<double> all;
        for (const double x : values_of(text)) all.insert(std::abs(x));
        return std::vector<double>(all.begin(), all.end());
    };
    const std::vector<double> apot4{0, 1, 2, 3, 4, 6, 8, 10};
    EXPECT_EQ(magnitudes("apot:n=4"), apot4);
    std::set<double> apot5;
    for (const double a : {0.0, 0.5, 0.125, 0.03125}) {
        for (const double b : {0.0, 0.25, 0.0625, 0.015625}) apot5.insert(64 * (a + b));
    }
    EXPECT_EQ(magnitudes("apot:n=5"), std::vector<double>(apot5.begin(), apot5.end()));
    EXPECT_EQ(apot5.size(), 16U);
    EXPECT_EQ(magnitudes("apot:n=3"), (std::vector<double>{0, 1, 2, 4}));
    EXPECT_EQ(magnitudes("sp2:n=4"), (std::vector<double>{0, 1, 2, 4, 5, 6, 8}));
    EXPECT_EQ(magnitudes("denseshift:n=3"), (std::vector<double>{1, 2, 4, 8}));
    EXPECT_EQ(magnitudes("elp_bsd:n=6").size(), 21U);
    EXPECT_EQ(values_of("ternary"), (std::vector<double>{0, 1, 0, -1}));
    EXPECT_EQ(values_of("binary"), (std::vector<double>{1, -1}));
}

/// Ends and midpoints of neighbouring values, and a little beside them.
std::vector<double> critical_points(const Format& f) {
    std::set<double> values;
    for (unsigned word = 0; word < (1U << f.n); ++word) {
        values.insert(oracle::value_of(f, word).integer);
    }
    std::vector<double> points{0.0, -0.0, std::numeric_limits<double>::denorm_min(), 1e300,
                               std::numeric_limits<double>::infinity()};
    for (auto at = values.begin(); at != values.end(); ++at) {
        points.push_back(*at);
        if (std::next(at) != values.end()) points.push_back((*at + *std::next(at)) / 2);
    }
    std::vector<double> all;
    for (const double x : points) {
        for (const double y : {x, std::nextafter(x, -1e300), std::nextafter(x, 1e300)}) {
            all.insert(all.end(), {y, -y});
        }
    }
    return all;
}

/// Nearest of all codes that may be written; a tie goes to the even place among the magnitudes.
Code search(const Format& f, double x) {
    std::set<int> magnitudes;
    for (unsigned word = 0; word < (1U << f.n); ++word) {
        magnitudes.insert(std::abs(oracle::value_of(f, word).integer));
    }
    const auto even = [&](int value) {
        return std::distance(magnitudes.begin(), magnitudes.find(std::abs(value))) % 2 == 0;
    };
    int best_value = 0;
    double best_distance = std::numeric_limits<double>::infinity();
    Code best = 0;
    const double inside = std::clamp(x, -1000.0, 1000.0);  // beyond every value
    for (unsigned word = 0; word < (1U << f.n); ++word) {
        const oracle::Value v = oracle::value_of(f, word);
        if (!v.used) continue;
        const double distance = std::abs(v.integer - inside);
        // Zero lies in the middle of +-1 where there is no zero: plus.
        const bool tie =
            distance == best_distance && (x == 0.0 ? v.integer > best_value : even(v.integer));
        if (distance < best_distance || tie) {
            best = static_cast<Code>(word);
            best_value = v.integer;
            best_distance = distance;
        }
    }
    return best;
}

TEST(golden_power_sum, encoders_take_the_nearest_value) {
    std::mt19937 random(5);
    for (const Format& f : oracle::power_sum_formats()) {
        std::vector<double> points = critical_points(f);
        std::uniform_real_distribution<double> draw(-1.3 * max_decoded(f), 1.3 * max_decoded(f));
        for (int i = 0; i < 300; ++i) points.push_back(draw(random));
        for (const double x : points) {
            // Beside the smallest double numbers are their own sign, not a tie.
            if (!has_zero(f) && x != 0.0 && std::abs(x) < 1e-300) {
                EXPECT_EQ(to_real(f, encode_real(f, x)), x < 0 ? -1 : 1) << to_string(f);
                continue;
            }
            ASSERT_EQ(encode_real(f, x), search(f, x)) << to_string(f) << " " << x;
        }
        EXPECT_EQ(encode_real(f, 0.0), zero_code(f));
        EXPECT_EQ(encode_real(f, std::numeric_limits<double>::quiet_NaN()), zero_code(f));
        for (const Code code : positive_codes(f)) {
            EXPECT_EQ(encode_real(f, to_real(f, code)), code) << to_string(f);
            EXPECT_EQ(to_real(f, encode_real(f, -to_real(f, code))), -to_real(f, code));
        }
    }
}

TEST(golden_power_sum, zero_and_its_code) {
    EXPECT_EQ(encode_real(parse_format("apot:n=4"), 0.0), 0b0010);  // PoTAcc's
    EXPECT_EQ(encode_real(parse_format("sp2:n=4"), 0.0), 0b0110);
    EXPECT_EQ(encode_real(parse_format("sp2:n=4"), 4.0), 0b0100);  // not 0111
    for (const char* text : {"apot:n=3", "apot:n=5", "elp_bsd:n=6", "ternary"}) {
        EXPECT_EQ(encode_real(parse_format(text), 0.0), 0) << text;
        EXPECT_TRUE(has_zero(parse_format(text)));
    }
    for (const char* text : {"denseshift:n=2", "denseshift:n=3", "denseshift:n=4", "binary"}) {
        const Format f = parse_format(text);
        EXPECT_FALSE(has_zero(f));
        EXPECT_EQ(zero_code(f), 0);
        EXPECT_EQ(to_real(f, encode_real(f, 0.0)), 1.0) << text;
    }
}

TEST(golden_power_sum, terms_match_the_definition) {
    for (const Format& w : oracle::power_sum_formats()) {
        for (const Format& a : oracle::int_formats()) {
            const DatapathParams d = make_datapath(DatapathKind::kShift, w, a, std::nullopt,
                                                   std::nullopt, 24, Rounding::kTruncate);
            std::int64_t low = 0;
            std::int64_t high = 0;
            for (unsigned x = 0; x < (1U << w.n); ++x) {
                for (unsigned y = 0; y < (1U << a.n); ++y) {
                    const std::int64_t term = oracle::product(d, x, y);
                    ASSERT_EQ(product_term(d, static_cast<Code>(x), static_cast<Code>(y)), term);
                    low = std::min(low, term);
                    high = std::max(high, term);
                }
            }
            const std::int64_t half = std::int64_t{1} << (d.term_bits - 1);
            EXPECT_TRUE(low >= -half && high < half);
            EXPECT_TRUE(low < -half / 2 || high >= half / 2) << "a bit too many";
        }
    }
    const Format apot = parse_format("apot:n=4");
    const auto make = [&](DatapathKind kind, const Format& a) {
        return make_datapath(kind, apot, a, std::nullopt, std::nullopt, 24, Rounding::kTruncate);
    };
    EXPECT_EQ(make(DatapathKind::kShift, parse_format("int:n=8")).term_bits, 12);  // PoTAcc
    EXPECT_THROW(make(DatapathKind::kMul, parse_format("int:n=8")), std::invalid_argument);
    EXPECT_THROW(make(DatapathKind::kShift, apot), std::invalid_argument);
}

/// Sums by the definition, K tile by K tile, over whole column tiles.
void expect_sums(const SystolicParams& p, GemmShape s, std::mt19937& random) {
    const DatapathParams& d = p.datapath;
    const auto draw = [&](int count, int bits) {
        std::vector<Code> codes(static_cast<std::size_t>(count));
        for (Code& c : codes) c = static_cast<Code>(random() & ((1U << bits) - 1));
        return codes;
    };
    const std::vector<Code> a = draw(s.m * s.k, d.activation.n);
    const std::vector<Code> w = draw(s.k * s.n, d.weight.n);
    const int columns = (s.n + p.cols - 1) / p.cols * p.cols;
    const int tile = p.rows * p.lanes;
    const std::int64_t limit = std::int64_t{1} << (p.accumulator.width - 1);
    std::vector<std::int64_t> want(static_cast<std::size_t>(s.m * s.n));
    Counters expected;
    for (int m = 0; m < s.m; ++m) {
        for (int n = 0; n < columns; ++n) {
            std::int64_t acc = 0;
            for (int k0 = 0; k0 < s.k; k0 += tile) {
                for (int k = k0; k < std::min(s.k, k0 + tile); ++k) {
                    const Code weight = n < s.n ? w[static_cast<std::size_t>(k * s.n + n)]
                                                : encode_real(d.weight, 0.0);
                    acc += oracle::product(d, weight, a[static_cast<std::size_t>(m * s.k + k)]);
                }
                const std::int64_t clipped = std::clamp(acc, -limit, limit - 1);
                if (p.accumulator.saturate && clipped != acc) {
                    ++expected.saturations;
                    acc = clipped;
                }
            }
            if (n < s.n) want[static_cast<std::size_t>(m * s.n + n)] = acc;
        }
    }
    std::vector<std::int64_t> acc(want.size());
    Counters counters;
    SystolicArray(p).accumulate(s, a, w, acc, &counters);
    EXPECT_EQ(acc, want) << to_string(d.weight);
    EXPECT_EQ(counters, expected) << to_string(d.weight);
}

TEST(golden_power_sum, sums_and_saturations_match_the_loops) {
    std::mt19937 random(21);
    for (const Format& f : oracle::power_sum_formats()) {
        SystolicParams p;
        p.rows = 3;
        p.cols = 5;
        p.lanes = 2;
        p.datapath = make_datapath(DatapathKind::kShift, f, {.kind = FormatKind::kInt, .n = 8},
                                   std::nullopt, std::nullopt, 24, Rounding::kTruncate);
        p.post.output = {.kind = FormatKind::kInt, .n = 8};
        p.post.z_bits = 8;
        p.accumulator.width = 40;
        expect_sums(p, {7, 64, 5}, random);
        expect_sums(p, {65, 33, 17}, random);
        p.accumulator.saturate = true;
        p.accumulator.width = p.datapath.term_bits + 1;
        expect_sums(p, {21, 90, 15}, random);
        expect_sums(p, {21, 90, 12}, random);  // columns beyond N
    }
}

TEST(golden_power_sum, texts_and_their_errors) {
    const auto error = [](const char* text) -> std::string {
        try {
            parse_format(text);
        } catch (const std::invalid_argument& e) {
            return e.what();
        }
        return "";
    };
    using testing::HasSubstr;
    EXPECT_EQ(parse_format("ternary").n, 2);
    EXPECT_EQ(parse_format("binary").n, 1);
    EXPECT_EQ(to_string(parse_format("apot:n=4")), "apot:n=4");
    EXPECT_THAT(error("ternary:n=2"), HasSubstr("unknown key \"n\", ternary has no parameters"));
    EXPECT_THAT(error("apot"), HasSubstr("n is missing"));
    EXPECT_THAT(error("apot:n=6"), HasSubstr("apot needs n in 3..5, got 6"));
    EXPECT_THAT(error("sp2:n=5"), HasSubstr("sp2 needs n = 4, got 5"));
    EXPECT_THAT(error("denseshift:n=1"), HasSubstr("n in 2..4"));
    EXPECT_THAT(error("elp_bsd:n=5"), HasSubstr("n = 6"));
    EXPECT_THAT(error("takum:n=8"), HasSubstr("elp_bsd, ternary, binary"));
}

}  // namespace
}  // namespace peforge::golden
