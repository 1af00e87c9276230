// Log datapath with a sum for each fraction: terms and GEMM against the definition.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <quadmath.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "golden/array/array.hpp"
#include "golden/array/schedule.hpp"
#include "golden/tests/oracle.hpp"

namespace peforge::golden {
namespace {

DatapathParams make(const std::string& weight, const std::string& activation, int octaves = 24,
                    Rounding rounding = Rounding::kTruncate, std::optional<int> mantissa = {},
                    std::optional<int> frac = {}) {
    return make_datapath(DatapathKind::kLog, parse_format(weight), parse_format(activation),
                         mantissa, frac, octaves, rounding, Convert::kPerBin);
}

/// A product as the bin that it goes to and what it adds there, from the operands' definition.
struct Share {
    int bin = 0;
    std::int64_t units = 0;
};

/// `bin_frac` fraction bits of a bin; logs in oracle units are exact.
Share share_of(const DatapathParams& d, unsigned weight, unsigned activation, int bin_frac) {
    const oracle::Value w = oracle::value_of(d.weight, weight);
    const oracle::Value a = oracle::value_of(d.activation, activation);
    if (w.zero || a.zero) return {};
    // A PoT code counts from its smallest power.
    const auto up = [](const Format& f) {
        return f.kind == FormatKind::kPot ? ((1 << (f.n - 1)) - 2) * oracle::kLogUnit : 0;
    };
    const int log = w.log2 + up(d.weight) + a.log2 + up(d.activation);
    int whole = log / oracle::kLogUnit;
    if (whole * oracle::kLogUnit > log) --whole;
    const int place = whole + bin_frac;
    const std::int64_t units = place < 0 ? 0 : std::int64_t{1} << place;
    const int step = oracle::kLogUnit >> d.log_frac_bits;
    return {(log - whole * oracle::kLogUnit) / step, w.negative != a.negative ? -units : units};
}

/// T[f] from its definition.
std::int64_t factor(const DatapathParams& d, int bin) {
    return oracle::to_integer(ldexpq(oracle::exp2(bin, 1 << d.log_frac_bits), d.mantissa_bits),
                              Rounding::kNearestEven);
}

TEST(golden_bins, terms_match_the_definition) {
    const std::vector<std::string> formats = {
        "lp:n=2,es=0,rs=1", "lp:n=4,es=1,rs=2", "lp:n=4,es=0,rs=3",
        "lp:n=5,es=1,rs=2", "lp:n=6,es=1,rs=3", "lp:n=8,es=3,rs=3,regime=terminated",
        "lp:n=8,es=5,rs=2", "lp:n=8,es=1,rs=3", "pot:n=4"};
    for (const std::string& weight : formats) {
        for (const std::string& activation : formats) {
            for (const int octaves : {40, 6}) {
                const DatapathParams d = make(weight, activation, octaves);
                const int bin_frac = d.acc_frac_bits - d.mantissa_bits;
                std::int64_t largest = 0;
                for (unsigned w = 0; w < (1U << d.weight.n); ++w) {
                    for (unsigned a = 0; a < (1U << d.activation.n); ++a) {
                        const Share share = share_of(d, w, a, bin_frac);
                        const std::int64_t term = share.units * factor(d, share.bin);
                        ASSERT_EQ(product_term(d, static_cast<Code>(w), static_cast<Code>(a)), term)
                            << weight << " " << activation << " " << w << " " << a;
                        largest = std::max(largest, std::abs(term));
                    }
                }
                EXPECT_EQ(d.max_term, largest);
                // The width of a bin follows from that of a term: 2^place alone is left of it.
                EXPECT_EQ(d.term_bits - d.mantissa_bits,
                          2 + (d.log_max >> d.log_frac_bits) + bin_frac);
            }
        }
    }
}

/// Half a unit is a tie whose even neighbour is 0, and no other power of two below the unit reaches
/// half of it.
TEST(golden_bins, both_roundings_drop_what_is_below_a_unit) {
    for (const int octaves : {4, 7, 40}) {
        DatapathParams nearest =
            make("lp:n=5,es=1,rs=2", "lp:n=6,es=1,rs=2", octaves, Rounding::kNearestEven);
        const DatapathParams truncated = make("lp:n=5,es=1,rs=2", "lp:n=6,es=1,rs=2", octaves);
        for (unsigned w = 0; w < 32; ++w) {
            for (unsigned a = 0; a < 64; ++a) {
                const auto wc = static_cast<Code>(w);
                const auto ac = static_cast<Code>(a);
                ASSERT_EQ(product_term(nearest, wc, ac), product_term(truncated, wc, ac));
            }
        }
        nearest.rounding = Rounding::kTruncate;
        EXPECT_EQ(nearest, truncated);
    }
}

TEST(golden_bins, numbers_are_decided_as_documented) {
    const DatapathParams all = make("lp:n=4,es=1,rs=2", "lp:n=5,es=1,rs=2");
    EXPECT_EQ(all.log_frac_bits, 1);
    EXPECT_EQ(all.mantissa_bits, 4);
    EXPECT_EQ(all.table, (std::vector<std::uint32_t>{16, 23}));
    EXPECT_EQ(all.log_max, 6 + 7);      // 2^3 and 2^3.5
    EXPECT_EQ(kept_frac_bits(all), 7);  // every product: the smallest is 2^-6.5
    EXPECT_EQ(all.acc_frac_bits, 7 + 4);
    EXPECT_EQ(all.term_bits, 2 + 6 + 11);
    const DatapathParams few = make("lp:n=4,es=1,rs=2", "lp:n=5,es=1,rs=2", 9);
    EXPECT_EQ(kept_frac_bits(few), 9 - 6);
    const DatapathParams given =
        make("lp:n=4,es=1,rs=2", "lp:n=5,es=1,rs=2", 9, Rounding::kTruncate, 9, -2);
    EXPECT_EQ(kept_frac_bits(given), -2);
    EXPECT_EQ(given.acc_frac_bits, 7);
    EXPECT_EQ(product_term(given, 0b0111, 0b01111), 724 << 4);  // 2^6.5: T[1] = 724.08
    EXPECT_EQ(product_term(given, 0b0111, 0b00001), 0);
}

TEST(golden_bins, belong_to_the_log_datapath) {
    const Format int8 = parse_format("int:n=8");
    EXPECT_THROW(make_datapath(DatapathKind::kMul, int8, int8, {}, {}, 24, Rounding::kTruncate,
                               Convert::kPerBin),
                 std::invalid_argument);
    EXPECT_THROW(make("lp:n=4,es=1,rs=2", "lp:n=4,es=1,rs=2", 24, Rounding::kTruncate, 20, 40),
                 std::invalid_argument);
}

/// Sums in bins, put together at the end, are the sums of the terms.
TEST(golden_bins, gemm_equals_sums_in_bins) {
    SystolicParams p;
    p.rows = 3;
    p.cols = 4;
    p.lanes = 2;
    p.rows_m = 5;
    p.datapath = make("lp:n=5,es=1,rs=2", "lp:n=6,es=1,rs=2", 9);
    p.accumulator.width = accumulator_bits(p.datapath.term_bits, 1152);
    p.post.output = p.datapath.activation;
    choose_z(p.post, 24);
    const SystolicArray array(p);
    const GemmShape shape{7, 40, 9};
    std::mt19937 random(3);
    std::vector<Code> activations(static_cast<std::size_t>(shape.m * shape.k));
    std::vector<Code> weights(static_cast<std::size_t>(shape.k * shape.n));
    for (Code& c : activations) c = static_cast<Code>(random() & 63);
    for (Code& c : weights) c = static_cast<Code>(random() & 31);
    std::vector<std::int64_t> acc(static_cast<std::size_t>(shape.m * shape.n));
    array.accumulate(shape, activations, weights, acc);
    const int bin_frac = p.datapath.acc_frac_bits - p.datapath.mantissa_bits;
    for (int m = 0; m < shape.m; ++m) {
        for (int n = 0; n < shape.n; ++n) {
            std::vector<std::int64_t> bins(4, 0);
            for (int k = 0; k < shape.k; ++k) {
                const Share share =
                    share_of(p.datapath, weights[static_cast<std::size_t>(k * shape.n + n)],
                             activations[static_cast<std::size_t>(m * shape.k + k)], bin_frac);
                bins[static_cast<std::size_t>(share.bin)] += share.units;
            }
            std::int64_t sum = 0;
            for (int f = 0; f < 4; ++f) {
                sum += bins[static_cast<std::size_t>(f)] * factor(p.datapath, f);
            }
            ASSERT_EQ(acc[static_cast<std::size_t>(m * shape.n + n)], sum);
        }
    }
}

/// A register between the bins of a column and its accumulator.
TEST(golden_bins, take_one_cycle_more) {
    SystolicParams p;
    p.datapath = make("lp:n=5,es=1,rs=2", "lp:n=5,es=1,rs=2");
    SystolicParams rival = p;
    rival.datapath.convert = Convert::kPerProduct;
    EXPECT_EQ(timing(p, 2).latency, timing(rival, 2).latency + 1);
    const std::vector<Job> job{{0, 4, 0, 8, 3}};
    EXPECT_EQ(cycles(timing(p, 2), job), cycles(timing(rival, 2), job) + 1);
}

}  // namespace
}  // namespace peforge::golden
