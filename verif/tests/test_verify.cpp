// The regression of odd shapes; launch_test runs that of the examples.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "generator/design/lut_model.hpp"
#include "generator/support/draw.hpp"
#include "generator/support/process.hpp"
#include "verif/benches/bench.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge {
namespace {

/// Failures of a level-1 run over given files; stops at the first.
std::string first_failure(const Design& design, const FileSet& files) {
    RtlModel rtl(design, files, default_cache_dir());
    for (const TestCase& test : test_plan(design, 1, 1)) {
        const TestResult result = run_test(design, rtl, test, 7);
        if (!result.failure.empty()) return result.name + ": " + result.failure;
    }
    return {};
}

/// Odd shapes of every datapath, as a user would write them.
std::string spec_text(const std::string& name, int rows, int cols, const std::string& formats) {
    return fmt::format(
        R"({{"name": "{}", "array": {{"kind": "systolic", "rows": {}, "cols": {}}}, {},
        "accumulator": {{"max_k": 64}}, "buffers": {{"rows_m": 5}}}})",
        name, rows, cols, formats);
}

TEST(OddShapes, EveryDatapath) {
    const std::string int8 =
        R"("weight": {"format": "int", "n": 8}, "activation": {"format": "int", "n": 8},
        "output": {"format": "int", "n": 8})";
    const std::string pot =
        R"("weight": {"format": "pot", "n": 4}, "activation": {"format": "int", "n": 6},
        "output": {"format": "pot", "n": 4})";
    const std::string lp = R"("weight": {"format": "lp", "n": 5, "es": 2, "rs": 2},
        "activation": {"format": "lp", "n": 6, "es": 0, "rs": 5}, "output": {"format": "lp", "n": 7, "es": 1, "rs": 3})";
    for (const auto& [name, rows, cols, formats] : {std::tuple{"odd_int_1x1", 1, 1, int8},
                                                    {"odd_pot_1x5", 1, 5, pot},
                                                    {"odd_lp_5x1", 5, 1, lp}}) {
        SCOPED_TRACE(name);
        const Design design = resolve(parse_spec(spec_text(name, rows, cols, formats), name));
        EXPECT_EQ(first_failure(design, emit(design)), "");
    }
}

/// Odd shapes whose outputs stay in the PEs, every datapath and both pipelines.
TEST(OddShapes, OutputStationary) {
    const auto text = [](const std::string& name, int rows, int cols, const std::string& rest) {
        return fmt::format(
            R"({{"name": "{}", "array": {{"kind": "systolic", "dataflow": "output_stationary",
            "rows": {}, "cols": {}}}, {}, "accumulator": {{"max_k": 64}}}})",
            name, rows, cols, rest);
    };
    const std::string int8 =
        R"("weight": {"format": "int", "n": 8}, "activation": {"format": "int", "n": 8},
        "output": {"format": "int", "n": 8}, "post": {"bias": false})";
    const std::string pot =
        R"("weight": {"format": "pot", "n": 3}, "activation": {"format": "int", "n": 6},
        "output": {"format": "pot", "n": 4}, "pe": {"lanes": 3, "pipeline": 2}, "post": {"lanes": 3})";
    const std::string lp = R"("weight": {"format": "lp", "n": 5, "es": 2, "rs": 2},
        "activation": {"format": "lp", "n": 6, "es": 0, "rs": 5}, "output": {"format": "lp", "n": 7, "es": 1, "rs": 3},
        "post": {"lanes": 4, "relu": false})";
    for (const auto& [name, rows, cols, rest] : {std::tuple{"odd_os_int_1x1", 1, 1, int8},
                                                 {"odd_os_int_7x1", 7, 1, int8},
                                                 {"odd_os_pot_3x5", 3, 5, pot},
                                                 {"odd_os_lp_1x7", 1, 7, lp}}) {
        SCOPED_TRACE(name);
        const Design design = resolve(parse_spec(text(name, rows, cols, rest), name));
        EXPECT_EQ(first_failure(design, emit(design)), "");
    }
}

/// The same operands on both dataflows, with K of one and of many steps, M of one and of several
/// blocks: the same codes come out, also where the order of the sums differs.
TEST(Dataflows, GiveTheSameIntegers) {
    const auto design_of = [](const std::string& name, const std::string& dataflow) {
        return resolve(parse_spec(
            fmt::format(R"({{"name": "{}", "array": {{"kind": "systolic", "dataflow": "{}",
            "rows": 3, "cols": 5}}, "weight": {{"format": "lp", "n": 4, "es": 1, "rs": 2}},
            "activation": {{"format": "lp", "n": 8, "es": 1, "rs": 3}},
            "output": {{"format": "lp", "n": 8, "es": 2, "rs": 4}},
            "accumulator": {{"max_k": 96}}}})",
                        name, dataflow),
            name));
    };
    const Design weights = design_of("same_ws", "weight_stationary");
    const Design outputs = design_of("same_os", "output_stationary");
    ASSERT_EQ(weights.accumulator().width, outputs.accumulator().width);
    RtlModel weights_rtl(weights, default_cache_dir());
    RtlModel outputs_rtl(outputs, default_cache_dir());
    Draw rng(3);
    const auto codes = [&rng](int count, std::uint64_t largest) {
        std::vector<golden::Code> all(static_cast<std::size_t>(count));
        for (golden::Code& code : all) code = static_cast<golden::Code>(rng.below(largest));
        return all;
    };
    for (const golden::GemmShape shape :
         {golden::GemmShape{1, 1, 1}, {3, 1, 5}, {1, 96, 11}, {10, 37, 7}, {4, 90, 5}}) {
        SCOPED_TRACE(fmt::format("{} {} {}", shape.m, shape.k, shape.n));
        const auto a = codes(shape.m * shape.k, 256);
        const auto w = codes(shape.k * shape.n, 16);
        std::vector<golden::ColumnParams> columns;
        for (int c = 0; c < shape.n; ++c) {
            columns.push_back({.bias = rng.between(-1000, 1000),
                               .scale = static_cast<std::uint32_t>(rng.below(65536)),
                               .shift = static_cast<std::uint32_t>(rng.between(6, 20))});
        }
        std::vector<golden::Code> one(static_cast<std::size_t>(shape.m * shape.n));
        std::vector<golden::Code> other(one.size(), 1);
        weights_rtl.gemm(shape, a, w, columns, true, one);
        outputs_rtl.gemm(shape, a, w, columns, true, other);
        EXPECT_EQ(one, other);
    }
}

/// Tables that load slower and faster than rows use them, by the shape and by stalls: nothing lost,
/// nothing reordered, counters as the model has them.
TEST(LutTables, LoadSlowerAndFasterThanTheyAreUsed) {
    const auto text = [](const std::string& name, const std::string& lut) {
        return fmt::format(
            R"({{"name": "{}", "array": {{"kind": "lut", "subvector": 3, "columns": 3, {}}},
                "activation": {{"format": "int", "n": 6}}, "entry": {{"n": 6}},
                "accumulator": {{"max_k": 64}}, "post": {{"lanes": 3, "scale_bits": 8}},
                "output": {{"format": "int", "n": 6}}, "buffers": {{"rows_m": 23}}}})",
            name, lut);
    };
    for (const std::string& spec :
         {text("refill_chain", R"("centroids": 5, "metric": "l1", "ccus": 1)"),
          text("refill_folded", R"("centroids": 5, "metric": "chebyshev", "ccus": 1, "imms": 2},
               "lut": {"organisation": "folded", "fold": 2)"),
          text("refill_tree",
               R"("centroids": 4, "ccus": 2, "imms": 2}, "lut": {"encoder": "tree")")}) {
        const Design design = resolve(parse_spec(spec, "refill"));
        SCOPED_TRACE(design.top);
        RtlModel rtl(design, emit(design), default_cache_dir());
        const int beats = design.lut->imms * design.lut->centroids;  // of a tile's tables
        int run = 0;
        for (const int m : {1, 2, beats - 1, beats, beats + 1, 23}) {
            for (const int k : {2 * design.tile_k, 3 * design.tile_k + 1}) {
                for (const int n : {1, 3, 7}) {
                    for (const std::uint32_t wgt : {0U, 90U, 235U}) {
                        for (const std::uint32_t act : {0U, 235U}) {
                            TestCase test;
                            test.name = fmt::format("refill.{}", run++);
                            test.shape = {m, k, n};
                            test.stall.wgt = wgt;
                            test.stall.act = act;
                            test.stall.out = m % 2 == 0 ? 60 : 0;
                            const TestResult result = run_test(design, rtl, test, 11);
                            ASSERT_EQ(result.failure, "") << "M " << m << " K " << k << " N " << n
                                                          << " stalls " << wgt << " " << act;
                        }
                    }
                }
            }
        }
        EXPECT_EQ(run, 6 * 2 * 3 * 3 * 2);
    }
}

/// 95 % of the peak at M = 256 on the RTL: the counter is what the cycle model says.
TEST(LutTables, ThePeakIsSustainedByTheCounter) {
    const Design design = resolve(parse_spec(
        R"({"name": "peak", "array": {"kind": "lut", "subvector": 4, "centroids": 16, "columns": 8,
                                      "ccus": 2, "imms": 2},
            "activation": {"format": "int", "n": 8}, "centroid": {"n": 8}, "entry": {"n": 8},
            "post": {"lanes": 8}, "output": {"format": "int", "n": 8}, "buffers": {"rows_m": 256}})",
        "peak"));
    RtlModel rtl(design, emit(design), default_cache_dir());
    TestCase test;
    test.name = "peak";
    test.shape = {256, 16 * design.tile_k, 4 * design.cols};
    const std::vector<Episode> episodes = test_vectors(design, test, 5);
    ASSERT_EQ(episodes.size(), 1U);
    const TestResult result = run_episodes(rtl, test.name, episodes);
    EXPECT_EQ(result.failure, "");
    // run_episodes() compared the counter with this.
    const double operations = 2.0 * test.shape.m * test.shape.k * test.shape.n;
    EXPECT_GE(operations / static_cast<double>(episodes.front().cycles), 0.95 * lut_peak(design));
}

}  // namespace
}  // namespace peforge
