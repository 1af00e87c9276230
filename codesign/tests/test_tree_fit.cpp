// Decision trees against brute force.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "codesign/quant/tree_fit.hpp"
#include "golden/array/array.hpp"

namespace peforge::codesign {
namespace {

using Points = std::vector<std::vector<int>>;

std::vector<std::int8_t> flat(const Points& points) {
    std::vector<std::int8_t> numbers;
    for (const auto& point : points) {
        numbers.insert(numbers.end(), point.begin(), point.end());
    }
    return numbers;
}

/// Sum of squared distances to the mean, straight from its definition.
double error_of(const Points& bucket) {
    double sum = 0.0;
    for (std::size_t t = 0; !bucket.empty() && t < bucket[0].size(); ++t) {
        double mean = 0.0;
        for (const auto& point : bucket) {
            mean += point[t] / static_cast<double>(bucket.size());
        }
        for (const auto& point : bucket) {
            sum += (point[t] - mean) * (point[t] - mean);
        }
    }
    return sum;
}

struct Halves {
    Points below;
    Points above;
};

Halves halves(const Points& bucket, std::size_t element, int threshold) {
    Halves h;
    for (const auto& point : bucket) {
        (point[element] >= threshold ? h.above : h.below).push_back(point);
    }
    return h;
}

/// The smallest error of one level over all elements and all thresholds of each bucket.
double least_error(const std::vector<Points>& buckets, int dimension) {
    double least = std::numeric_limits<double>::infinity();
    for (int element = 0; element < dimension; ++element) {
        double total = 0.0;
        for (const Points& bucket : buckets) {
            double best = std::numeric_limits<double>::infinity();
            for (int threshold = -9; threshold <= 9; ++threshold) {
                const Halves h = halves(bucket, static_cast<std::size_t>(element), threshold);
                best = std::min(best, error_of(h.below) + error_of(h.above));
            }
            total += best;
        }
        least = std::min(least, total);
    }
    return least;
}

TEST(FitTree, EveryLevelIsTheBestOfBruteForce) {
    std::mt19937 engine(3);
    for (int trial = 0; trial < 200; ++trial) {
        const int dimension = 1 + static_cast<int>(engine() % 3);
        const int levels = 1 + static_cast<int>(engine() % 3);
        const std::size_t count = 1 + (engine() % 14);
        Points points(count, std::vector<int>(static_cast<std::size_t>(dimension)));
        for (auto& point : points) {
            for (int& x : point) {
                x = static_cast<int>(engine() % 13) - 6;
            }
        }
        const DecisionTree tree = fit_tree(flat(points), dimension, 1 << levels);
        ASSERT_EQ(tree.splits.size(), static_cast<std::size_t>(levels));
        std::vector<Points> buckets{points};
        for (int level = 0; level < levels; ++level) {
            std::vector<Points> next;
            double error = 0.0;
            for (std::size_t i = 0; i < buckets.size(); ++i) {
                const int threshold = tree.thresholds[buckets.size() + i];
                const Halves h =
                    halves(buckets[i], tree.splits[static_cast<std::size_t>(level)], threshold);
                next.push_back(h.below);
                next.push_back(h.above);
                error += error_of(h.below) + error_of(h.above);
            }
            ASSERT_NEAR(error, least_error(buckets, dimension), 1e-9) << trial;
            buckets = std::move(next);
            if (level + 1 == levels) {
                ASSERT_NEAR(tree.error, error, 1e-9);
            }
        }
    }
}

/// The golden encoder leads each point to a leaf whose prototype is the mean of its points.
TEST(FitTree, TheArraysEncoderFindsThePrototypes) {
    constexpr std::size_t kCount = 300;
    constexpr std::size_t kLeaves = 16;
    std::mt19937 engine(4);
    std::vector<std::int8_t> points;
    for (std::size_t i = 0; i < 3 * kCount; ++i) {
        points.push_back(static_cast<std::int8_t>(engine() % 256));
    }
    const DecisionTree tree = fit_tree(points, 3, kLeaves);
    golden::LutParams params;
    params.subvector = 3;
    params.centroids = kLeaves;
    params.encoder = golden::LutEncoder::kTree;
    golden::LutLayer layer;
    layer.subspaces = 1;
    layer.splits = tree.splits;
    layer.thresholds = tree.thresholds;
    const std::vector<golden::Code> codes(points.begin(), points.end());
    std::vector<std::uint8_t> leaf(kCount);
    golden::LutArray(params).encode(kCount, 3, codes, layer, leaf);
    for (std::size_t l = 0; l < kLeaves; ++l) {
        const auto members = static_cast<double>(std::ranges::count(leaf, l));
        ASSERT_GT(members, 0.0);
        for (std::size_t t = 0; t < 3; ++t) {
            double sum = 0.0;
            for (std::size_t i = 0; i < kCount; ++i) {
                sum += leaf[i] == l ? points[(i * 3) + t] : 0;
            }
            EXPECT_NEAR(tree.prototypes[(l * 3) + t], sum / members, 1e-9);
        }
    }
}

TEST(FitTree, PartsHalfwayAndPrefersTheLowestElement) {
    const std::vector<std::int8_t> points{-128, -128, 127, 127};
    const DecisionTree tree = fit_tree(points, 2, 2);
    EXPECT_EQ(tree.splits, std::vector<std::uint8_t>{0});
    EXPECT_EQ(tree.thresholds[1], 0);
    EXPECT_EQ(tree.prototypes, (std::vector<double>{-128, -128, 127, 127}));
    EXPECT_EQ(tree.error, 0.0);
}

TEST(FitTree, LeavesWithoutPointsHaveTheMeanAbove) {
    const std::vector<std::int8_t> points{127, 127};
    const DecisionTree tree = fit_tree(points, 1, 4);
    EXPECT_EQ(tree.thresholds[1], 127);  // all points go right
    EXPECT_EQ(tree.thresholds[3], 127);
    EXPECT_EQ(tree.prototypes, std::vector<double>(4, 127.0));
}

}  // namespace
}  // namespace peforge::codesign
