// The AXI wrapper of arrays of every kind: the whole bench passes on each.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "generator/emit/emit.hpp"
#include "verif/axi/axi_bench.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge {
namespace {

Design design_of(const std::string& spec) {
    return resolve(
        load_spec(std::filesystem::path(PEFORGE_SOURCE_DIR) / "specs" / (spec + ".json")));
}

class AxiWrapper : public testing::TestWithParam<const char*> {};

TEST_P(AxiWrapper, PassesItsBench) {
    const Design design = design_of(GetParam());
    AxiModel model(design, emit(design), default_cache_dir());
    std::uint64_t checked = 0;
    for (const std::string& name : axi_tests(design, 1)) {
        const AxiTestResult result = run_axi_test(design, model, name, 1);
        EXPECT_EQ(result.failure, "") << name;
        checked += result.checked;
    }
    EXPECT_GT(checked, 1000U);
}

/// Weight-stationary with saturation, with NaR, with modes, fields and types of a job;
/// output-stationary; lookup tables that keep indices, and with shifted entries.
INSTANTIATE_TEST_SUITE_P(Examples, AxiWrapper,
                         testing::Values("pot3_ws_5x1", "lp8_ws_3x7", "int_mix_ws_3x5",
                                         "lp8_fields_ws_3x5", "ant4_ws_3x5", "pot4_os_3x5",
                                         "lut_v3_c5_n7", "lut_v2_c6_tree"),
                         [](const auto& spec) { return std::string(spec.param); });

}  // namespace
}  // namespace peforge
