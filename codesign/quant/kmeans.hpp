// k-means over small integer vectors, for the codebooks of a LUT array.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "golden/array/array.hpp"

namespace peforge::codesign {

struct KMeansOptions {
    int clusters = 16;
    golden::Metric metric = golden::Metric::kL2;  ///< of the assignment, as in the array
    int low = -128;                               ///< smallest centroid element
    int high = 127;                               ///< largest centroid element
    int iterations = 20;
    int most_points = 4096;  ///< distinct points above which a sample of as many points is taken
    std::uint64_t seed = 1;
};

/// Centroids [cluster][element] for points [count][dimension], rounded to integers in low..high.
///
/// k-means++ seeding, then rounds of assignment by `metric` (ties to the lowest index) and update
/// to the mean; an empty cluster restarts at the point with the largest squared error. The mean is
/// kept for every metric because the layer's output error is quadratic in the difference. Returns
/// the centroids of the round with the smallest sum of squared errors (the first one on ties),
/// which for other metrics than L2 need not be the last. Duplicate points are merged first. More
/// than most_points distinct ones are replaced by a sample of most_points, which costs less squared
/// error than mini-batches of the same time (docs/quantisation.md). count >= 1.
std::vector<std::int8_t> kmeans(std::span<const std::int8_t> points, int dimension,
                                const KMeansOptions& options);

}  // namespace peforge::codesign
