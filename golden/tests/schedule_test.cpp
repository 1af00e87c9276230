// Host schedule.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/array/schedule.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace peforge::golden {
namespace {

TEST(golden_schedule, columns_are_outermost) {
    const std::vector<Job> jobs = plan({25, 20, 7}, 8, 4, 10);
    ASSERT_EQ(jobs.size(), 6U);
    const int expected[6][4] = {{0, 10, 0, 4}, {10, 10, 0, 4}, {20, 5, 0, 4},
                                {0, 10, 4, 3}, {10, 10, 4, 3}, {20, 5, 4, 3}};
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        EXPECT_EQ(jobs[i].m0, expected[i][0]);
        EXPECT_EQ(jobs[i].m, expected[i][1]);
        EXPECT_EQ(jobs[i].n0, expected[i][2]);
        EXPECT_EQ(jobs[i].n, expected[i][3]);
        EXPECT_EQ(jobs[i].tiles, 3);
    }
}

TEST(golden_schedule, every_output_belongs_to_one_job) {
    for (int m = 1; m <= 9; ++m) {
        for (int n = 1; n <= 9; ++n) {
            std::vector<int> seen(static_cast<std::size_t>(m * n));
            for (const Job& job : plan({m, 5, n}, 5, 4, 3)) {
                EXPECT_EQ(job.tiles, 1);
                for (int i = job.m0; i < job.m0 + job.m; ++i) {
                    for (int j = job.n0; j < job.n0 + job.n; ++j) {
                        ++seen.at(static_cast<std::size_t>(i * n + j));
                    }
                }
            }
            EXPECT_EQ(seen, std::vector<int>(seen.size(), 1));
        }
    }
}

TEST(golden_schedule, bad_sizes_are_refused) {
    EXPECT_THROW(plan({1, 1, 1}, 0, 1, 1), std::invalid_argument);
    EXPECT_THROW(plan({1, 1, 1}, 1, 0, 1), std::invalid_argument);
    EXPECT_THROW(plan({1, 1, 1}, 1, 1, 0), std::invalid_argument);
    EXPECT_THROW(plan({-1, 1, 1}, 1, 1, 1), std::invalid_argument);
    EXPECT_TRUE(plan({0, 1, 1}, 1, 1, 1).empty());
}

}  // namespace
}  // namespace peforge::golden
