// The regression of odd shapes; launch_test runs that of the examples.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace peforge
