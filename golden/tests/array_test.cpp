// Systolic array against a triple loop over the oracle's products.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/array/array.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "golden/tests/oracle.hpp"

namespace peforge::golden {
namespace {

struct Gemm {
    GemmShape shape;
    std::vector<Code> activations;
    std::vector<Code> weights;
};

std::size_t area(int a, int b) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

Gemm random_gemm(std::mt19937& random, const DatapathParams& d, GemmShape shape) {
    Gemm g{shape, std::vector<Code>(area(shape.m, shape.k)),
           std::vector<Code>(area(shape.k, shape.n))};
    for (Code& code : g.activations) {
        code = static_cast<Code>(random() & ((1U << d.activation.n) - 1));
    }
    for (Code& code : g.weights) {
        code = static_cast<Code>(random() & ((1U << d.weight.n) - 1));
    }
    return g;
}

SystolicParams make(DatapathKind kind, const std::string& weight, const std::string& activation,
                    std::optional<int> acc_frac_bits = std::nullopt) {
    SystolicParams p;
    p.rows = 4;
    p.cols = 3;
    p.lanes = 2;
    p.rows_m = 10;
    p.datapath = make_datapath(kind, parse_format(weight), parse_format(activation), std::nullopt,
                               acc_frac_bits, 24, Rounding::kTruncate);
    p.accumulator.width = std::min(48, accumulator_bits(p.datapath.term_bits, 1152));
    p.post.output = p.datapath.activation;
    choose_z(p.post, 24);
    return p;
}

struct Expected {
    std::vector<std::int64_t> acc;
    Counters counters;
};

/// The definition: exact sum of each K tile, added with or without saturation.
Expected naive(const SystolicParams& p, const Gemm& g) {
    const std::vector<std::vector<std::int64_t>> products = oracle::products(p.datapath);
    const auto [m, k, n] = g.shape;
    const int tile = p.rows * p.lanes;
    const std::int64_t high = (std::int64_t{1} << (p.accumulator.width - 1)) - 1;
    Expected e{std::vector<std::int64_t>(area(m, n)), {}};
    for (int i = 0; i < m; ++i) {
        for (int j = 0; j < n; ++j) {
            std::int64_t acc = 0;
            for (int k0 = 0; k0 < k; k0 += tile) {
                for (int t = k0; t < std::min(k0 + tile, k); ++t) {
                    acc += products[g.weights[area(t, n) + static_cast<std::size_t>(j)]]
                                   [g.activations[area(i, k) + static_cast<std::size_t>(t)]];
                }
                if (p.accumulator.saturate && (acc > high || acc < -high - 1)) {
                    acc = acc > high ? high : -high - 1;
                    ++e.counters.saturations;
                }
            }
            e.acc[area(i, n) + static_cast<std::size_t>(j)] = acc;
        }
    }
    for (int m0 = 0; m0 < m; m0 += p.rows_m) {
        for (const Code code : g.weights) {
            e.counters.nar += oracle::value_of(p.datapath.weight, code).nar ? 1 : 0;
        }
    }
    for (int n0 = 0; n0 < n; n0 += p.cols) {
        for (const Code code : g.activations) {
            e.counters.nar += oracle::value_of(p.datapath.activation, code).nar ? 1 : 0;
        }
    }
    return e;
}

void expect_matches(const SystolicParams& p, const Gemm& g, const std::string& name) {
    const SystolicArray array(p);
    const Expected expected = naive(p, g);
    std::vector<std::int64_t> acc(expected.acc.size(), -1);
    Counters counters;
    array.accumulate(g.shape, g.activations, g.weights, acc, &counters);
    EXPECT_EQ(acc, expected.acc) << name;
    EXPECT_EQ(counters.saturations, expected.counters.saturations) << name;
    EXPECT_EQ(counters.nar, expected.counters.nar) << name;
}

const std::vector<GemmShape> kShapes = {{1, 1, 1},    {3, 5, 7},    {65, 33, 17},
                                        {2, 100, 40}, {130, 8, 33}, {7, 64, 4}};

struct Case {
    DatapathKind kind;
    const char* weight;
    const char* activation;
};

const std::vector<Case> kCases = {
    {DatapathKind::kMul, "int:n=8", "int:n=8"},
    {DatapathKind::kMul, "int:n=2", "int:n=5"},
    {DatapathKind::kShift, "pot:n=4", "int:n=8"},
    {DatapathKind::kShift, "pot:n=5", "int:n=3"},
    {DatapathKind::kLog, "lp:n=8,es=2,rs=4", "lp:n=8,es=2,rs=4"},
    {DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=8,es=1,rs=3,regime=terminated"},
    {DatapathKind::kLog, "lp:n=2,es=0,rs=1", "lp:n=4,es=0,rs=1"},
    {DatapathKind::kLog, "lp:n=8,es=6,rs=7", "lp:n=8,es=6,rs=7"},
    {DatapathKind::kLog, "pot:n=4", "lp:n=6,es=1,rs=2"},
    {DatapathKind::kFloat, "posit:n=8,es=2", "posit:n=8,es=1"},
    {DatapathKind::kFloat, "fp8:e=4,m=3", "fp8:e=5,m=2"},
    {DatapathKind::kFloat, "adaptivfloat:n=8,e=4", "adaptivfloat:n=6,e=2"},
    {DatapathKind::kFloat, "flint:n=4", "flint:n=8"},
};

TEST(golden_systolic, sums_match_the_triple_loop) {
    std::mt19937 random(11);
    for (const Case& c : kCases) {
        const SystolicParams p = make(c.kind, c.weight, c.activation);
        for (const GemmShape shape : kShapes) {
            expect_matches(p, random_gemm(random, p.datapath, shape),
                           std::string(c.weight) + " m=" + std::to_string(shape.m));
        }
    }
}

TEST(golden_systolic, saturation_is_per_tile_and_counted) {
    std::mt19937 random(12);
    for (const Case& c : kCases) {
        SystolicParams p = make(c.kind, c.weight, c.activation);
        p.accumulator.saturate = true;
        for (const int spare : {-1, 0, 2}) {
            p.accumulator.width = p.datapath.term_bits + spare;
            const Gemm g = random_gemm(random, p.datapath, {21, 90, 35});
            expect_matches(p, g, c.weight);
        }
    }
}

TEST(golden_systolic, saturation_really_happens_in_that_test) {
    std::mt19937 random(13);
    SystolicParams p = make(DatapathKind::kMul, "int:n=8", "int:n=8");
    p.accumulator.saturate = true;
    p.accumulator.width = 16;
    const Gemm g = random_gemm(random, p.datapath, {21, 90, 35});
    EXPECT_GT(naive(p, g).counters.saturations, 100U);
}

TEST(golden_systolic, extreme_operands_do_not_wrap) {
    // 1100 terms of 2^21 pass 2^31; int32 sums must be cut in time.
    SystolicParams p = make(DatapathKind::kShift, "pot:n=5", "int:n=8");
    const GemmShape shape{5, 1100, 6};
    const Gemm g{shape, std::vector<Code>(area(5, 1100), 0x80),
                 std::vector<Code>(area(1100, 6), 0x0F)};
    expect_matches(p, g, "plain");
    // The same inside one saturating tile.
    p.rows = 275;
    p.lanes = 4;
    p.accumulator.saturate = true;
    p.accumulator.width = 30;
    expect_matches(p, g, "saturating");
    p.rows = 137;
    expect_matches(p, g, "saturating in two and a bit tiles");
}

TEST(golden_systolic, terms_beyond_32_bits_match) {
    std::mt19937 random(14);
    for (const bool saturate : {false, true}) {
        SystolicParams p = make(DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=8,es=2,rs=4", 26);
        ASSERT_GT(p.datapath.max_term, std::int64_t{1} << 31);
        p.accumulator.saturate = saturate;
        p.accumulator.width = 47;
        expect_matches(p, random_gemm(random, p.datapath, {19, 70, 37}), "wide terms");
    }
    // Terms that fit 32 bits while a tile of them does not.
    SystolicParams p = make(DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=8,es=2,rs=4", 11);
    for (const bool saturate : {false, true}) {
        p.accumulator.saturate = saturate;
        p.accumulator.width = 31;
        expect_matches(p, random_gemm(random, p.datapath, {19, 70, 37}), "wide tiles");
    }
}

TEST(golden_systolic, more_rows_than_a_block_match) {
    std::mt19937 random(15);
    const SystolicParams p = make(DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=4,es=1,rs=2");
    expect_matches(p, random_gemm(random, p.datapath, {5000, 3, 2}), "5000 rows");
}

TEST(golden_systolic, nothing_to_add_gives_zero) {
    const SystolicArray array(make(DatapathKind::kMul, "int:n=8", "int:n=8"));
    std::vector<std::int64_t> acc(6, 99);
    array.accumulate({2, 0, 3}, {}, {}, acc);
    EXPECT_EQ(acc, std::vector<std::int64_t>(6, 0));
    array.accumulate({0, 4, 0}, {}, {}, {});
}

TEST(golden_systolic, counters_add_up_over_calls) {
    const SystolicParams p = make(DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=4,es=1,rs=2");
    const SystolicArray array(p);
    const std::vector<Code> nar = {8, 8};
    std::vector<std::int64_t> acc(1);
    Counters counters;
    array.accumulate({1, 2, 1}, nar, nar, acc, &counters);
    EXPECT_EQ(counters.nar, 4U);
    EXPECT_EQ(acc[0], 0);
    array.accumulate({1, 2, 1}, nar, nar, acc, &counters);
    EXPECT_EQ(counters.nar, 8U);
}

TEST(golden_systolic, wrong_sizes_are_refused) {
    const SystolicArray array(make(DatapathKind::kMul, "int:n=8", "int:n=8"));
    std::vector<std::int64_t> acc(4);
    const std::vector<Code> codes(4);
    EXPECT_THROW(array.accumulate({2, 3, 2}, codes, codes, acc), std::invalid_argument);
    EXPECT_THROW(array.accumulate({2, 2, 3}, codes, codes, acc), std::invalid_argument);
    EXPECT_THROW(array.accumulate({-2, -2, -2}, codes, codes, acc), std::invalid_argument);
    EXPECT_NO_THROW(array.accumulate({2, 2, 2}, codes, codes, acc));
}

TEST(golden_systolic, run_is_post_processing_of_the_sums) {
    std::mt19937 random(16);
    for (const Case& c : kCases) {
        const SystolicParams p = make(c.kind, c.weight, c.activation);
        const SystolicArray array(p);
        const Gemm g = random_gemm(random, p.datapath, {9, 20, 11});
        const Expected expected = naive(p, g);
        std::vector<ColumnParams> columns(11);
        for (ColumnParams& column : columns) {
            column = {.bias = static_cast<std::int64_t>(random() % 1000) - 500,
                      .scale = static_cast<std::uint32_t>(random() & 0xFFFFU),
                      .shift = static_cast<std::uint32_t>(random() % 30)};
        }
        const Encoder encoder(p.post.output, p.post.z_frac_bits);
        for (const bool relu : {false, true}) {
            std::vector<Code> out(expected.acc.size());
            array.run(g.shape, g.activations, g.weights, columns, relu, out);
            for (std::size_t i = 0; i < out.size(); ++i) {
                ASSERT_EQ(out[i],
                          post_process(p.post, encoder, columns[i % 11], relu, expected.acc[i]));
            }
        }
    }
}

}  // namespace
}  // namespace peforge::golden
