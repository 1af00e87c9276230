// The test plan: levels, names, shapes that the array allows.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "generator/plan/plan.hpp"

namespace peforge {
namespace {

namespace fs = std::filesystem;

std::vector<Design> examples() {
    std::vector<Design> all;
    for (const auto& entry : fs::directory_iterator(fs::path(PEFORGE_SOURCE_DIR) / "specs")) {
        all.push_back(resolve(load_spec(entry.path())));
    }
    return all;
}

bool same(const TestCase& a, const TestCase& b) {
    return a.name == b.name && a.shape.m == b.shape.m && a.shape.k == b.shape.k &&
           a.shape.n == b.shape.n && a.operands == b.operands && a.stall == b.stall &&
           a.relu == b.relu && a.scaling == b.scaling && a.scenario == b.scenario;
}

TEST(TestPlan, ALevelBeginsWithTheTestsOfTheLevelBelow) {
    for (const Design& d : examples()) {
        SCOPED_TRACE(d.top);
        for (int level = 2; level <= 4; ++level) {
            const std::vector<TestCase> below = test_plan(d, level - 1, 7);
            const std::vector<TestCase> plan = test_plan(d, level, 7);
            ASSERT_GT(plan.size(), below.size());
            for (std::size_t i = 0; i < below.size(); ++i) {
                EXPECT_TRUE(same(plan[i], below[i])) << level << " " << below[i].name;
            }
        }
    }
}

TEST(TestPlan, NamesAreUniqueAndShapesFitTheArray) {
    for (const Design& d : examples()) {
        SCOPED_TRACE(d.top);
        std::set<std::string> names;
        for (const TestCase& test : test_plan(d, 3, 1)) {
            SCOPED_TRACE(test.name);
            EXPECT_TRUE(names.insert(test.name).second);
            EXPECT_GE(test.shape.m, 1);
            EXPECT_GE(test.shape.n, 1);
            EXPECT_GE(test.shape.k, 1);
            EXPECT_LE(test.shape.k, d.spec.max_k);
        }
    }
}

TEST(TestPlan, JobsFitTheTileCounterOfAnyArray) {
    std::vector<Design> designs = examples();
    for (const char* dataflow : {"weight_stationary", "output_stationary"}) {
        for (const int max_k : {1, 2, 5, 100}) {
            designs.push_back(
                resolve(parse_spec(fmt::format(R"({{"name": "narrow", "array": {{"kind": "systolic",
                    "dataflow": "{}", "rows": 9, "cols": 1}},
                    "weight": {{"format": "int", "n": 4}}, "activation": {{"format": "int", "n": 8}},
                    "accumulator": {{"max_k": {}}}, "output": {{"format": "int", "n": 8}},
                    "pe": {{"lanes": 2}}}})",
                                               dataflow, max_k),
                                   "small")));
        }
    }
    for (const Design& d : designs) {
        SCOPED_TRACE(fmt::format("{} max_k {}", d.top, d.spec.max_k));
        for (const TestCase& test : test_plan(d, 2, 1)) {
            const int tiles = (test.shape.k + d.tile_k - 1) / d.tile_k;
            EXPECT_LT(tiles, 1 << d.tiles_bits) << test.name;
        }
    }
}

TEST(TestPlan, TheJsonHoldsThePlanAndTheStreams) {
    for (const Design& d : examples()) {
        SCOPED_TRACE(d.top);
        const auto j = nlohmann::json::parse(test_plan_json(d, 1, 1));
        const std::vector<TestCase> plan = test_plan(d, 1, 1);
        ASSERT_EQ(j.at("tests").size(), plan.size());
        for (std::size_t i = 0; i < plan.size(); ++i) {
            EXPECT_EQ(j.at("tests")[i].at("name"), plan[i].name);
        }
        ASSERT_EQ(j.at("streams").size(), 5U);
        EXPECT_EQ(j.at("streams")[4].at("name"), "out");
        EXPECT_EQ(j.at("streams")[4].at("input"), false);
        EXPECT_EQ(j.at("streams")[3].at("ports")[1].at("name"), "act_last_i");
    }
}

}  // namespace
}  // namespace peforge
