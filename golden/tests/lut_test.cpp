// LUT array against loops over the definition.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "golden/array/array.hpp"
#include "golden/tests/oracle.hpp"

namespace peforge::golden {
namespace {

constexpr Metric kMetrics[] = {Metric::kL1, Metric::kL2, Metric::kChebyshev};

LutParams make(Metric metric, int v, int c, int activation_bits = 8) {
    LutParams p;
    p.subvector = v;
    p.centroids = c;
    p.metric = metric;
    p.activation_bits = activation_bits;
    p.post.output = parse_format("int:n=8");
    choose_z(p.post, 24);
    return p;
}

std::size_t at(int i, int width, int j) {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(j);
}

LutLayer random_layer(std::mt19937& random, const LutParams& p, int k, int n, int range) {
    LutLayer layer;
    layer.subspaces = (k + p.subvector - 1) / p.subvector;
    layer.n = n;
    for (int i = 0; i < layer.subspaces * p.centroids * p.subvector; ++i) {
        const int value = static_cast<int>(random() % static_cast<unsigned>(2 * range)) - range;
        layer.centroids.push_back(static_cast<std::int8_t>(value));
    }
    for (int i = 0; i < layer.subspaces * p.centroids * n; ++i) {
        layer.entries.push_back(static_cast<std::int8_t>(random()));
    }
    return layer;
}

std::vector<Code> random_codes(std::mt19937& random, int count, unsigned mask) {
    std::vector<Code> codes;
    for (int i = 0; i < count; ++i) {
        codes.push_back(static_cast<Code>(random() & mask));
    }
    return codes;
}

int element_of(const LutParams& p, int k, const std::vector<Code>& activations, int m,
               int element) {
    const Format f{.kind = FormatKind::kInt, .n = p.activation_bits};
    return element < k
               ? static_cast<int>(oracle::value_of(f, activations[at(m, k, element)]).integer)
               : 0;
}

/// The only leaf whose way from the root agrees with every comparison on it.
int leaf(const LutParams& p, int k, const std::vector<Code>& activations, const LutLayer& layer,
         int m, int s) {
    int levels = 0;
    while (1 << levels < p.centroids) ++levels;
    int found = -1;
    for (int i = 0; i < p.centroids; ++i) {
        bool agrees = true;
        for (int level = 0; level < levels; ++level) {
            // Leaf i is node c + i; its ancestors are its upper bits, the next bit is the turn.
            const int node = (p.centroids + i) >> (levels - level);
            const bool right = ((i >> (levels - level - 1)) & 1) != 0;
            const int split = layer.splits[at(s, levels, level)];
            const int x = element_of(p, k, activations, m, s * p.subvector + split);
            agrees = agrees && (x >= layer.thresholds[at(s, p.centroids, node)]) == right;
        }
        if (agrees) {
            EXPECT_EQ(found, -1);
            found = i;
        }
    }
    return found;
}

/// Index of the first centroid with the least distance.
int nearest(const LutParams& p, int k, const std::vector<Code>& activations, const LutLayer& layer,
            int m, int s) {
    std::vector<std::int64_t> distances;
    for (int c = 0; c < p.centroids; ++c) {
        std::int64_t distance = 0;
        for (int t = 0; t < p.subvector; ++t) {
            const int a = element_of(p, k, activations, m, s * p.subvector + t);
            const std::int64_t d =
                std::abs(a - layer.centroids[at(s * p.centroids + c, p.subvector, t)]);
            if (p.metric == Metric::kChebyshev) {
                distance = std::max(distance, d);
            } else {
                distance += p.metric == Metric::kL1 ? d : d * d;
            }
        }
        distances.push_back(distance);
    }
    return static_cast<int>(std::min_element(distances.begin(), distances.end()) -
                            distances.begin());
}

void expect_matches(const LutParams& p, GemmShape shape, const std::vector<Code>& activations,
                    const LutLayer& layer, const std::string& name) {
    const LutArray array(p);
    std::vector<std::uint8_t> indices(at(shape.m, layer.subspaces, 0));
    array.encode(shape.m, shape.k, activations, layer, indices);
    std::vector<std::int64_t> expected(at(shape.m, shape.n, 0));
    std::uint64_t saturations = 0;
    const std::int64_t high = (std::int64_t{1} << (p.accumulator.width - 1)) - 1;
    for (int m = 0; m < shape.m; ++m) {
        // A tile of `imms` subspaces is added at a time.
        std::vector<std::int64_t> tile(static_cast<std::size_t>(shape.n));
        for (int s = 0; s < layer.subspaces; ++s) {
            const int index = p.encoder == LutEncoder::kTree
                                  ? leaf(p, shape.k, activations, layer, m, s)
                                  : nearest(p, shape.k, activations, layer, m, s);
            ASSERT_EQ(indices[at(m, layer.subspaces, s)], index) << name << " " << m << " " << s;
            const int scale =
                layer.shifts.empty() ? 1 : 1 << layer.shifts[static_cast<std::size_t>(s)];
            const bool tile_end = (s + 1) % p.imms == 0 || s + 1 == layer.subspaces;
            for (int n = 0; n < shape.n; ++n) {
                std::int64_t& sum = tile[static_cast<std::size_t>(n)];
                sum += std::int64_t{scale} * layer.entries[at(s * p.centroids + index, shape.n, n)];
                if (!tile_end) continue;
                std::int64_t& acc = expected[at(m, shape.n, n)];
                acc += sum;
                sum = 0;
                if (p.accumulator.saturate && (acc > high || acc < -high - 1)) {
                    acc = acc > high ? high : -high - 1;
                    ++saturations;
                }
            }
        }
    }
    std::vector<std::int64_t> acc(expected.size(), -1);
    Counters counters;
    array.accumulate(shape, activations, layer, acc, &counters);
    EXPECT_EQ(acc, expected) << name;
    EXPECT_EQ(counters.saturations, saturations) << name;
    EXPECT_EQ(counters.nar, 0U);
}

TEST(golden_lut, sums_match_the_definition) {
    std::mt19937 random(21);
    struct Size {
        int v;
        int c;
        GemmShape shape;
    };
    const std::vector<Size> sizes = {{4, 16, {33, 32, 32}}, {3, 7, {5, 10, 3}},
                                     {1, 2, {40, 9, 65}},   {9, 64, {70, 31, 5}},
                                     {8, 256, {3, 17, 1}},  {5, 1, {2, 4, 2}}};
    for (const Metric metric : kMetrics) {
        for (const Size& size : sizes) {
            const LutParams p = make(metric, size.v, size.c);
            const LutLayer layer = random_layer(random, p, size.shape.k, size.shape.n, 128);
            expect_matches(p, size.shape, random_codes(random, size.shape.m * size.shape.k, 0xFF),
                           layer, "c=" + std::to_string(size.c));
        }
    }
}

TEST(golden_lut, ties_go_to_the_lowest_index) {
    std::mt19937 random(22);
    for (const Metric metric : kMetrics) {
        const LutParams p = make(metric, 2, 12, 3);
        // Few values, so that most vectors have several nearest centroids.
        const LutLayer layer = random_layer(random, p, 40, 4, 2);
        expect_matches(p, {50, 40, 4}, random_codes(random, 50 * 40, 7), layer, "few values");
        LutLayer same = layer;
        std::fill(same.centroids.begin(), same.centroids.end(), std::int8_t{1});
        const LutArray array(p);
        const std::vector<Code> codes = random_codes(random, 50 * 40, 7);
        std::vector<std::uint8_t> indices(50 * 20, 255);
        array.encode(50, 40, codes, same, indices);
        EXPECT_EQ(indices, std::vector<std::uint8_t>(50 * 20, 0));
    }
}

TEST(golden_lut, extreme_distances_do_not_wrap) {
    std::mt19937 random(23);
    for (const Metric metric : kMetrics) {
        for (const int v : {128, 129, 300}) {
            const LutParams p = make(metric, v, 3);
            LutLayer layer = random_layer(random, p, v, 2, 128);
            std::fill(layer.centroids.begin(), layer.centroids.end(), std::int8_t{127});
            layer.centroids.back() = 126;  // the last centroid is closest to -128
            expect_matches(p, {4, v, 2}, std::vector<Code>(at(4, v, 0), 0x80), layer,
                           "v=" + std::to_string(v));
        }
    }
}

TEST(golden_lut, elements_beyond_k_are_zero) {
    for (const Metric metric : kMetrics) {
        const LutParams p = make(metric, 4, 2);
        LutLayer layer;
        layer.subspaces = 1;
        layer.n = 1;
        layer.centroids = {5, 5, 9, 9, 5, 5, 0, 0};
        layer.entries = {1, 2};
        const std::vector<Code> activations = {5, 5};
        expect_matches(p, {1, 2, 1}, activations, layer, "padded");
    }
}

TEST(golden_lut, many_subspaces_do_not_wrap) {
    std::mt19937 random(24);
    const LutParams p = make(Metric::kL1, 1, 2);
    LutLayer layer = random_layer(random, p, 600, 33, 128);
    for (const std::int8_t entry : {std::int8_t{-128}, std::int8_t{127}}) {
        std::fill(layer.entries.begin(), layer.entries.end(), entry);
        expect_matches(p, {3, 600, 33}, random_codes(random, 3 * 600, 0xFF), layer, "600");
    }
}

TEST(golden_lut, saturation_is_per_subspace_and_counted) {
    std::mt19937 random(25);
    LutParams p = make(Metric::kL2, 2, 8);
    p.accumulator.saturate = true;
    p.accumulator.width = 9;
    const LutLayer layer = random_layer(random, p, 80, 35, 128);
    const std::vector<Code> activations = random_codes(random, 10 * 80, 0xFF);
    expect_matches(p, {10, 80, 35}, activations, layer, "9 bits");
    const LutArray array(p);
    std::vector<std::int64_t> acc(350);
    Counters counters;
    array.accumulate({10, 80, 35}, activations, layer, acc, &counters);
    EXPECT_GT(counters.saturations, 10U);
}

TEST(golden_lut, wide_entries_and_shifts) {
    std::mt19937 random(28);
    for (const bool saturate : {false, true}) {
        for (const int imms : {1, 4}) {
            LutParams p = make(Metric::kL1, 2, 5);
            p.entry_bits = 16;
            p.shift_bits = 3;
            p.imms = imms;
            p.accumulator.saturate = saturate;
            p.accumulator.width = saturate ? 24 : 40;
            LutLayer layer = random_layer(random, p, 300, 35, 128);
            for (std::int16_t& entry : layer.entries) entry = static_cast<std::int16_t>(random());
            for (int s = 0; s < layer.subspaces; ++s) {
                layer.shifts.push_back(static_cast<std::uint8_t>(random() % 8));
            }
            const std::vector<Code> activations = random_codes(random, 6 * 300, 0xFF);
            expect_matches(p, {6, 300, 35}, activations, layer, "random");
            // The largest sum there is: -2^15 * 2^7 in every subspace.
            std::fill(layer.entries.begin(), layer.entries.end(), std::int16_t{-32768});
            std::fill(layer.shifts.begin(), layer.shifts.end(), std::uint8_t{7});
            expect_matches(p, {6, 300, 35}, activations, layer, "largest");
        }
    }
}

TEST(golden_lut, decision_trees_lead_to_the_leaf_that_agrees) {
    std::mt19937 random(29);
    for (const int c : {2, 4, 16, 64}) {
        LutParams p = make(Metric::kL1, 3, c, 4);  // few values: many meet their threshold
        p.encoder = LutEncoder::kTree;
        LutLayer layer = random_layer(random, p, 40, 3, 128);
        for (int i = 0; i < layer.subspaces * p.centroids; ++i) {
            layer.thresholds.push_back(static_cast<std::int8_t>(random() % 16) - 8);
        }
        for (int i = 0; i < layer.subspaces * tree_levels(p); ++i) {
            layer.splits.push_back(static_cast<std::uint8_t>(random() % 3));
        }
        expect_matches(p, {50, 40, 3}, random_codes(random, 50 * 40, 15), layer,
                       "c=" + std::to_string(c));
    }
    LutParams three = make(Metric::kL1, 3, 3);
    three.encoder = LutEncoder::kTree;
    EXPECT_THROW(LutArray{three}, std::invalid_argument);
}

TEST(golden_lut, run_is_post_processing_of_the_sums) {
    std::mt19937 random(26);
    const LutParams p = make(Metric::kL1, 4, 16);
    const LutArray array(p);
    const LutLayer layer = random_layer(random, p, 24, 6, 128);
    const std::vector<Code> activations = random_codes(random, 7 * 24, 0xFF);
    std::vector<std::int64_t> acc(42);
    array.accumulate({7, 24, 6}, activations, layer, acc);
    std::vector<ColumnParams> columns(6);
    for (int i = 0; i < 6; ++i) {
        columns[static_cast<std::size_t>(i)] = {
            .bias = 10 * i - 30, .scale = 40U + static_cast<unsigned>(i), .shift = 7};
    }
    std::vector<Code> out(42);
    array.run({7, 24, 6}, activations, layer, columns, true, out);
    const Encoder encoder(p.post.output, p.post.z_frac_bits);
    for (std::size_t i = 0; i < out.size(); ++i) {
        EXPECT_EQ(out[i], post_process(p.post, encoder, columns[i % 6], true, acc[i]));
    }
}

TEST(golden_lut, wrong_sizes_are_refused) {
    std::mt19937 random(27);
    const LutParams p = make(Metric::kL1, 4, 16);
    const LutArray array(p);
    LutLayer layer = random_layer(random, p, 8, 2, 128);
    const std::vector<Code> codes(8);
    std::vector<std::int64_t> acc(2);
    EXPECT_NO_THROW(array.accumulate({1, 8, 2}, codes, layer, acc));
    EXPECT_THROW(array.accumulate({1, 8, 3}, codes, layer, acc), std::invalid_argument);
    EXPECT_THROW(array.accumulate({1, 4, 2}, codes, layer, acc), std::invalid_argument);
    layer.subspaces = 3;
    EXPECT_THROW(array.accumulate({1, 8, 2}, codes, layer, acc), std::invalid_argument);
    EXPECT_THROW(LutArray(make(Metric::kL1, 4, 257)), std::invalid_argument);
}

}  // namespace
}  // namespace peforge::golden
