// Host schedule of a GEMM on an array.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/array/schedule.hpp"

#include <algorithm>
#include <stdexcept>

namespace peforge::golden {

std::vector<Job> plan(GemmShape shape, int tile_k, int cols, int rows_m, int mode) {
    if (tile_k < 1 || cols < 1 || rows_m < 1 || shape.m < 0 || shape.k < 0 || shape.n < 0) {
        throw std::invalid_argument(
            "plan needs a positive tile, columns and rows, and a shape >= 0");
    }
    const int tiles = shape.k / tile_k + (shape.k % tile_k != 0 ? 1 : 0);
    std::vector<Job> jobs;
    for (int n0 = 0; n0 < shape.n; n0 += cols) {
        for (int m0 = 0; m0 < shape.m; m0 += rows_m) {
            jobs.push_back({.m0 = m0,
                            .m = std::min(rows_m, shape.m - m0),
                            .n0 = n0,
                            .n = std::min(cols, shape.n - n0),
                            .tiles = tiles,
                            .mode = mode});
        }
    }
    return jobs;
}

}  // namespace peforge::golden
