// Host schedule.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/array/schedule.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <tuple>
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

/// Without stalls a job takes a cycle a step as soon as the drain before it is shorter.
TEST(golden_schedule, steps_of_an_output_stationary_array_hide_the_drain) {
    SystolicParams p;
    p.dataflow = Dataflow::kOutputStationary;
    for (const auto& [rows, cols, post_lanes] :
         {std::tuple{8, 8, 1}, {8, 8, 2}, {8, 8, 8}, {3, 5, 2}, {16, 16, 2}}) {
        p.rows = rows;
        p.cols = cols;
        const TimingParams t = timing(p, post_lanes);
        const int steps = 4 * rows * t.post_cycles;
        const auto cycles_of = [&](int jobs) {
            return cycles(
                t, std::vector<Job>(static_cast<std::size_t>(jobs), Job{0, rows, 0, cols, steps}));
        };
        EXPECT_EQ(cycles_of(20) - cycles_of(19), static_cast<std::uint64_t>(steps))
            << rows << "x" << cols << " " << post_lanes;
        EXPECT_LT(cycles_of(1), static_cast<std::uint64_t>(2 * steps + 2 * (rows + cols) + 10));
    }
}

/// One product on one PE by hand: accepted in cycle 0, beats and job wait in cycle 1, the job is
/// current in cycle 2 and its step enters; operand register 3, sum 4, result 5, which
/// post-processing takes, and its output beat 5 cycles later.
TEST(golden_schedule, one_step_on_one_pe) {
    SystolicParams p;
    p.dataflow = Dataflow::kOutputStationary;
    p.rows = p.cols = 1;
    EXPECT_EQ(cycles(timing(p, 1), {{0, 1, 0, 1, 1}}), 10U);
    p.pipeline = 2;
    EXPECT_EQ(cycles(timing(p, 1), {{0, 1, 0, 1, 1}}), 11U);
}

TEST(golden_schedule, only_rows_with_a_nonzero_weight_are_sent) {
    const Format int4{.kind = FormatKind::kInt, .n = 4};
    // Columns 0, 1 use rows 1 and 4; columns 2, 3 use all; column 4 uses none and keeps row 0.
    const std::vector<Code> weights = {
        0, 0, 1, 0, 0,  //
        0, 3, 0, 7, 0,  //
        0, 0, 2, 2, 0,  //
        0, 0, 0, 1, 0,  //
        8, 0, 5, 0, 0,  //
    };
    const RowLists rows = used_rows({0, 5, 5}, int4, weights, 2);
    EXPECT_EQ(rows, (RowLists{{1, 4}, {0, 1, 2, 3, 4}, {0}}));
    std::vector<int> tiles;
    for (const Job& job : plan({3, 5, 5}, 2, 2, 3, 0, rows)) tiles.push_back(job.tiles);
    EXPECT_EQ(tiles, (std::vector{1, 3, 1}));
    EXPECT_TRUE(used_rows({0, 5, 1}, int4, std::vector<Code>{1, 2, 3, 4, 5}, 2).empty());
}

TEST(golden_schedule, rows_of_nar_are_sent) {
    const Format lp8{.kind = FormatKind::kLp, .n = 8, .es = 1, .rs = 3};
    const std::vector<Code> weights = {0, nar_code(lp8), 0};
    EXPECT_EQ(used_rows({0, 3, 1}, lp8, weights, 1), (RowLists{{1}}));
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
