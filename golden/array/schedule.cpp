// Host schedule of a GEMM on an array.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/array/schedule.hpp"

#include <algorithm>
#include <stdexcept>

namespace peforge::golden {

RowLists used_rows(GemmShape shape, const Format& format, std::span<const Code> weights, int cols) {
    const auto used = [&](int k, int first, int last) {
        const auto row = static_cast<std::size_t>(k) * static_cast<std::size_t>(shape.n);
        for (int n = first; n < last; ++n) {
            const Decoded w = decode(format, weights[row + static_cast<std::size_t>(n)]);
            if (!w.zero || w.nar) return true;
        }
        return false;
    };
    RowLists lists;
    bool all = true;
    for (int n0 = 0; n0 < shape.n; n0 += cols) {
        std::vector<int>& rows = lists.emplace_back();
        for (int k = 0; k < shape.k; ++k) {
            if (used(k, n0, std::min(n0 + cols, shape.n))) rows.push_back(k);
        }
        if (rows.empty() && shape.k > 0) rows.push_back(0);
        all = all && rows.size() == static_cast<std::size_t>(shape.k);
    }
    return all ? RowLists{} : lists;
}

std::vector<Job> plan(GemmShape shape, int tile_k, int cols, int rows_m, int mode,
                      const RowLists& rows) {
    if (tile_k < 1 || cols < 1 || rows_m < 1 || shape.m < 0 || shape.k < 0 || shape.n < 0) {
        throw std::invalid_argument(
            "plan needs a positive tile, columns and rows, and a shape >= 0");
    }
    std::vector<Job> jobs;
    for (int n0 = 0; n0 < shape.n; n0 += cols) {
        const int k = rows.empty()
                          ? shape.k
                          : static_cast<int>(rows[static_cast<std::size_t>(n0 / cols)].size());
        const int tiles = k / tile_k + (k % tile_k != 0 ? 1 : 0);
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

std::vector<Job> plan(GemmShape shape, const LutParams& p) {
    std::vector<Job> jobs = plan(shape, p.subvector * p.imms, p.columns, p.rows_m);
    const bool kept = shape.n > p.columns && !jobs.empty() && jobs.front().tiles <= p.kept_tiles;
    if (!kept) return jobs;
    std::ranges::stable_sort(jobs, {}, &Job::m0);
    for (Job& job : jobs) {
        job.reuse = job.n0 != 0;
        job.keep = job.n0 + job.n < shape.n;
    }
    return jobs;
}

}  // namespace peforge::golden
