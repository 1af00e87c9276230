// Cost of layers, and the library of costs.
//
// SPDX-License-Identifier: Apache-2.0
#include "synth/cost.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"

namespace peforge::synth {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Design small(const std::string& pe = "{}") {
    return resolve(parse_spec(R"({"name": "t", "array": {"kind": "systolic", "rows": 2, "cols": 3},
        "weight": {"format": "int", "n": 8}, "activation": {"format": "int", "n": 8},
        "accumulator": {"max_k": 64}, "output": {"format": "int", "n": 8}, "pe": )" +
                                  pe + "}",
                              "t"));
}

HardwareCost figures(std::vector<ModeEnergy> modes) {
    HardwareCost h;
    h.area = 1000.0;
    h.period_ns = 8.0;
    h.leakage_nw = 500.0;
    h.modes = std::move(modes);
    return h;
}

TEST(LayerCost, IsCyclesTimesIdleAndProductsTimesTheirs) {
    const Design d = small();
    const golden::GemmShape shape = {100, 7, 5};
    const LayerCost l = layer_cost(d, figures({{"", 3.0, 0.25, "w"}}), shape, "");
    EXPECT_EQ(l.cycles, golden::cycles(d.timing, plan(d, shape)));
    const auto cycles = static_cast<double>(l.cycles);
    EXPECT_DOUBLE_EQ(l.time_us, cycles * 8e-3);
    EXPECT_DOUBLE_EQ(l.idle_uj, cycles * 3e-6);
    EXPECT_DOUBLE_EQ(l.product_uj, 3500 * 0.25e-6);
    // 500 nW for the time.
    EXPECT_NEAR(l.leakage_uj, 500e-9 * l.time_us * 1e-6 * 1e6, 1e-15);
    EXPECT_DOUBLE_EQ(l.utilisation, 3500.0 / (cycles * 6.0));
}

TEST(LayerCost, AModeHasItsOwnCyclesAndEnergy) {
    const Design d = small(R"({"mixed_precision": true})");
    const HardwareCost h =
        figures({{"W8A8", 3.0, 0.8, "w"}, {"W4A8", 3.0, 0.4, "w"}, {"W2A4", 3.0, 0.1, "w"}});
    const golden::GemmShape shape = {64, 64, 6};
    const LayerCost first = layer_cost(d, h, shape, "");
    const LayerCost narrow = layer_cost(d, h, shape, "W2A4");
    EXPECT_EQ(first.mode, "W8A8");
    EXPECT_LT(narrow.cycles, first.cycles / 2);
    EXPECT_DOUBLE_EQ(narrow.product_uj, first.product_uj / 8.0);
}

TEST(LayerCost, WhatCannotRunIsRefused) {
    const Design d = small();
    const auto message = [&d](golden::GemmShape shape, const std::string& mode) -> std::string {
        try {
            check_layer(d, shape, mode);
        } catch (const InputError& e) {
            return e.what();
        }
        return "no error";
    };
    EXPECT_THAT(message({1, 65, 1}, ""), HasSubstr("allowed: at most 64"));
    EXPECT_THAT(message({0, 1, 1}, ""), HasSubstr("--layer"));
    EXPECT_THAT(message({1, 1, 1}, "W4A8"), HasSubstr("the array has one mode"));
}

/// From spec to energy twice, without and with the library of costs.
TEST(CostLibrary, GivesTheSameToTheLastDigit) {
    for (const char* tool : {"yosys", "sta", "verilator"}) {
        if (find_program(tool).empty()) GTEST_SKIP() << tool << " is not installed";
    }
    const Design d =
        resolve(parse_spec(R"({"name": "t", "array": {"kind": "systolic", "rows": 1, "cols": 1},
        "weight": {"format": "int", "n": 3}, "activation": {"format": "int", "n": 3},
        "accumulator": {"max_k": 16}, "output": {"format": "int", "n": 4}})",
                           "t"));
    const ScratchDir dir;
    CostSettings settings;
    settings.clock_ns = 20.0;
    settings.cache = dir.path();
    const auto json = [&](const HardwareCost& h) {
        return to_json(d, h, layer_cost(d, h, {64, 16, 6}, ""));
    };
    const HardwareCost first = hardware_cost(d, settings);
    EXPECT_GT(first.modes.front().product_pj, 0.0);

    const fs::path file = dir.path() / "cost" / (first.key + ".json");
    ASSERT_TRUE(fs::is_regular_file(file));
    auto entry = nlohmann::ordered_json::parse(read_file(file));
    entry["area"] = 12345.0;
    write_file(file, entry.dump());
    EXPECT_EQ(hardware_cost(d, settings).area, 12345.0);
    write_file(file, "{ damaged");
    EXPECT_EQ(json(hardware_cost(d, settings)), json(first));
}

}  // namespace
}  // namespace peforge::synth
