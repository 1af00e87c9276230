// Networks on the generated RTL: every integer and every cycle counter against the golden model.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "codesign/cli/run_command.hpp"
#include "codesign/tests/naive.hpp"
#include "codesign/tests/npy_writer.hpp"
#include "codesign/tests/onnx_builder.hpp"
#include "codesign/tests/specs.hpp"
#include "generator/spec/error.hpp"
#include "synth/power/workload.hpp"

namespace peforge::codesign {
namespace {

namespace fs = std::filesystem;
using testing::noise;
using testing::OnnxBuilder;
using testing::test_folder;

/// Weights [54][3] in which two of three rows of K are zero.
std::vector<float> sparse_rows() {
    std::vector<float> weights = noise(162, 3);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if ((i / 3) % 3 != 0) weights[i] = 0.0F;
    }
    return weights;
}

class Rtl : public ::testing::TestWithParam<std::string> {};

TEST_P(Rtl, AgreesWithTheGoldenModelOnANetwork) {
    const fs::path folder = test_folder();
    RunOptions o;
    o.network = OnnxBuilder({0, 3, 6, 6})
                    .floats("w", {6, 3, 3, 3}, noise(162, 1, 0.5F))
                    .floats("b", {6}, noise(6, 2))
                    .floats("fc", {54, 3}, sparse_rows())
                    .node("Conv", {"x", "w", "b"}, "c")
                    .attribute("strides", {2, 2})
                    .attribute("pads", {1, 1, 1, 1})
                    .node("Relu", {"c"}, "r")
                    .node("Flatten", {"r"}, "f")
                    .node("MatMul", {"f", "fc"}, "y")
                    .output("y")
                    .save()
                    .string();
    o.spec = (folder / "spec.json").string();
    std::ofstream(o.spec) << GetParam();
    o.data = (folder / "x.npy").string();
    testing::write_npy(o.data, "(21, 3, 6, 6)", noise(21 * 108, 3));
    o.labels = (folder / "y.npy").string();
    testing::write_npy(o.labels, "(21,)", std::vector<std::uint8_t>(21, 1));
    o.out = (folder / "out").string();
    o.quiet = true;
    o.on = "rtl";
    o.images = 5;
    o.batch = 2;  // the last batch is a single image
    o.calibration_images = 16;
    o.record = (folder / "record").string();
    ASSERT_EQ(run_command(o), kDone);
    std::ifstream in(fs::path(o.out) / "result.json");
    const auto r = nlohmann::json::parse(in);
    EXPECT_EQ(r["mismatches"], 0);
    EXPECT_EQ(r["cycles_agree"], true);
    for (const auto& layer : r["layers"]) {
        EXPECT_EQ(layer["mismatches"], 0);
        EXPECT_GT(layer["cycles"], 0);
    }
    // NaR times zero is reported, and a table has no zero rows: all of K is sent there.
    const bool skips = GetParam() == testing::int8_spec() || GetParam() == testing::pot4_spec();
    EXPECT_EQ(r["layers"].back()["cycles_saved"] > 0, skips);
    EXPECT_EQ(r["layers"].front()["cycles_saved"], 0);

    // The layers' workloads: two images of nine positions each, and of one.
    const Design design = resolve(load_spec(o.spec), o.spec);
    std::set<std::uint64_t> macs;
    for (const auto& layer : fs::directory_iterator(o.record)) {
        const auto workload = synth::power::read_workload(design, layer.path());
        EXPECT_LT(workload.window.begin, workload.window.end);
        macs.insert(workload.macs);
    }
    EXPECT_EQ(macs, (std::set<std::uint64_t>{18 * 27 * 6, 2 * 54 * 3}));
    EXPECT_THROW(run_command(o), InputError) << "the folder is there already";
}

INSTANTIATE_TEST_SUITE_P(Families, Rtl,
                         ::testing::Values(testing::int8_spec(), testing::pot4_spec(),
                                           testing::lp8_spec(), testing::lut_spec(),
                                           testing::lut_tree_spec()),
                         [](const auto& test) { return "family" + std::to_string(test.index); });

}  // namespace
}  // namespace peforge::codesign
