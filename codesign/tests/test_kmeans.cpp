// k-means.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "codesign/quant/kmeans.hpp"

namespace peforge::codesign {
namespace {

/// Points around `centres` (two coordinates each), `each` per centre.
std::vector<std::int8_t> blobs(const std::vector<std::pair<int, int>>& centres, int each) {
    std::mt19937 engine(5);
    std::vector<std::int8_t> points;
    for (const auto& [x, y] : centres) {
        for (int i = 0; i < each; ++i) {
            points.push_back(static_cast<std::int8_t>(x + static_cast<int>(engine() % 7) - 3));
            points.push_back(static_cast<std::int8_t>(y + static_cast<int>(engine() % 7) - 3));
        }
    }
    return points;
}

class EveryMetric : public ::testing::TestWithParam<golden::Metric> {};

TEST_P(EveryMetric, FindsSeparatedClusters) {
    const std::vector<std::pair<int, int>> centres{{-80, -80}, {-80, 70}, {60, -70}, {90, 90}};
    const auto points = blobs(centres, 100);
    const auto found = kmeans(points, 2, {.clusters = 4, .metric = GetParam()});
    ASSERT_EQ(found.size(), 8U);
    for (const auto& [x, y] : centres) {
        bool near = false;
        for (std::size_t c = 0; c < 4; ++c) {
            near =
                near || (std::abs(found[2 * c] - x) <= 1 && std::abs(found[(2 * c) + 1] - y) <= 1);
        }
        EXPECT_TRUE(near) << x << "," << y;
    }
}

INSTANTIATE_TEST_SUITE_P(Metrics, EveryMetric,
                         ::testing::Values(golden::Metric::kL1, golden::Metric::kL2,
                                           golden::Metric::kChebyshev));

TEST(KMeans, SameSeedSameResult) {
    const auto points = blobs({{0, 0}, {10, 5}, {-20, 30}}, 200);
    const KMeansOptions options{.clusters = 16, .seed = 42};
    EXPECT_EQ(kmeans(points, 2, options), kmeans(points, 2, options));
}

TEST(KMeans, DoesNotDependOnTheOrderOfPoints) {
    auto points = blobs({{0, 0}, {10, 5}, {-20, 30}}, 50);
    const auto first = kmeans(points, 2, {.clusters = 8});
    for (std::size_t i = 0, j = points.size() - 2; i < j; i += 2, j -= 2) {
        std::swap(points[i], points[j]);
        std::swap(points[i + 1], points[j + 1]);
    }
    EXPECT_EQ(first, kmeans(points, 2, {.clusters = 8}));
}

TEST(KMeans, ReproducesFewDistinctPointsExactly) {
    const std::vector<std::int8_t> points{5, 5, 5, 5, -7, 3, 0, 0, -7, 3};
    const auto found = kmeans(points, 2, {.clusters = 4});
    std::set<std::pair<int, int>> set;
    for (std::size_t c = 0; c < 4; ++c) {
        set.emplace(found[2 * c], found[(2 * c) + 1]);
    }
    for (const auto& p : {std::pair{5, 5}, std::pair{-7, 3}, std::pair{0, 0}}) {
        EXPECT_TRUE(set.contains(p)) << p.first << "," << p.second;
    }
}

/// Points of four correlated coordinates, nearly all of them distinct.
std::vector<std::int8_t> cloud(int count) {
    std::mt19937 engine(9);
    std::vector<std::int8_t> points;
    for (int i = 0; i < count; ++i) {
        const int centre = static_cast<int>(engine() % 121) - 60;
        for (int t = 0; t < 4; ++t) {
            points.push_back(
                static_cast<std::int8_t>(centre + static_cast<int>(engine() % 81) - 40));
        }
    }
    return points;
}

/// Sum of squared distances to the closest centroid.
double squared_error(const std::vector<std::int8_t>& points,
                     const std::vector<std::int8_t>& centroids) {
    double sum = 0.0;
    for (std::size_t i = 0; i < points.size(); i += 4) {
        int least = 1 << 20;
        for (std::size_t c = 0; c < centroids.size(); c += 4) {
            int d = 0;
            for (std::size_t t = 0; t < 4; ++t) {
                d += (points[i + t] - centroids[c + t]) * (points[i + t] - centroids[c + t]);
            }
            least = std::min(least, d);
        }
        sum += least;
    }
    return sum;
}

TEST(KMeans, ASampleIsNearlyAsGoodAsAllPoints) {
    const auto points = cloud(30000);
    const auto all = kmeans(points, 4, {.most_points = 30000});
    const auto sample = kmeans(points, 4, {});
    EXPECT_NE(all, sample);
    EXPECT_LT(squared_error(points, sample), 1.03 * squared_error(points, all));
    EXPECT_EQ(sample, kmeans(points, 4, {}));
}

TEST(KMeans, FewDistinctPointsAreAllTaken) {
    auto points = cloud(200);
    const auto once = kmeans(points, 4, {.most_points = 200});
    const std::vector<std::int8_t> copy = points;
    for (int i = 0; i < 9; ++i) {
        points.insert(points.end(), copy.begin(), copy.end());
    }
    EXPECT_EQ(once, kmeans(points, 4, {.most_points = 200}));
}

TEST(KMeans, StaysInRange) {
    const auto points = blobs({{120, 120}, {-120, -120}}, 50);
    for (const std::int8_t x : kmeans(points, 2, {.clusters = 4, .low = -8, .high = 7})) {
        EXPECT_GE(x, -8);
        EXPECT_LE(x, 7);
    }
}

}  // namespace
}  // namespace peforge::codesign
