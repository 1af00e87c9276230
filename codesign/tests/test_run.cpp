// peforge run end to end: a random network, the committed MNIST network, and its errors.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "codesign/cli/run_command.hpp"
#include "codesign/tests/naive.hpp"
#include "codesign/tests/npy_writer.hpp"
#include "codesign/tests/onnx_builder.hpp"
#include "codesign/tests/specs.hpp"
#include "generator/spec/error.hpp"

namespace peforge::codesign {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::noise;
using testing::OnnxBuilder;
using testing::test_folder;

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Options of a run of a tiny random network on random images, files written.
RunOptions tiny_run(const std::string& spec) {
    const fs::path folder = test_folder();
    RunOptions o;
    o.network = OnnxBuilder({0, 1, 6, 6})
                    .floats("w", {4, 1, 3, 3}, noise(36, 1, 0.5F))
                    .floats("fc", {4, 3}, noise(12, 2))
                    .node("Conv", {"x", "w"}, "c")
                    .node("Relu", {"c"}, "r")
                    .node("GlobalAveragePool", {"r"}, "p")
                    .node("Flatten", {"p"}, "f")
                    .node("MatMul", {"f", "fc"}, "l")
                    .node("Softmax", {"l"}, "y")
                    .output("y")
                    .save()
                    .string();
    o.spec = (folder / "spec.json").string();
    std::ofstream(o.spec) << spec;
    o.data = (folder / "x.npy").string();
    testing::write_npy(o.data, "(40, 1, 6, 6)", noise(40 * 36, 3));
    o.labels = (folder / "y.npy").string();
    testing::write_npy(o.labels, "(40,)", std::vector<std::uint8_t>(40, 1));
    o.out = (folder / "out").string();
    o.quiet = true;
    o.calibration_images = 16;
    return o;
}

class Run : public ::testing::TestWithParam<std::string> {};

TEST_P(Run, WritesTheContractsFields) {
    RunOptions o = tiny_run(GetParam());
    o.images = 20;
    o.batch = 4;
    ASSERT_EQ(run_command(o), kDone);
    const auto r = nlohmann::json::parse(read(fs::path(o.out) / "result.json"));
    EXPECT_EQ(r["images"], 20);
    EXPECT_DOUBLE_EQ(r["accuracy"].get<double>(), r["correct"].get<double>() / 20);
    EXPECT_TRUE(r["mismatches"].is_null());
    EXPECT_EQ(r["lut_fit"].is_string(), GetParam() == testing::lut_spec());
    EXPECT_TRUE(r["cycles_agree"].is_null());
    EXPECT_EQ(r["spec_hash"].get<std::string>().size(), 16U);
    EXPECT_EQ(r["calibration"]["source"], "last 16 of x.npy");
    EXPECT_EQ(r["calibration"]["also_evaluated"], 0);
    ASSERT_EQ(r["layers"].size(), 2U);
    EXPECT_EQ(r["layers"][0]["name"], "c_node");
    EXPECT_EQ(r["layers"][0]["m"], 64);
    EXPECT_EQ(r["layers"][0]["k"], 9);
    EXPECT_EQ(r["layers"][0]["n"], 4);
    EXPECT_EQ(r["layers"][0]["mode"], "array");
    const double cycles =
        r["layers"][0]["cycles"].get<double>() + r["layers"][1]["cycles"].get<double>();
    EXPECT_GT(cycles, 0.0);
    EXPECT_DOUBLE_EQ(r["cycles_per_image"].get<double>(), cycles / 4);
    EXPECT_EQ(r["macs_per_image"], (16 * 9 * 4) + (4 * 3));
    // random images: both engines see the same ones
    EXPECT_GE(r["same_class_as_fp32"].get<int>(), 15);
    EXPECT_THAT(read(fs::path(o.out) / "predictions.csv"),
                ::testing::StartsWith("image,label,fp32,quantised\n0,1,"));
}

TEST_P(Run, RepeatsItselfByteForByte) {
    RunOptions o = tiny_run(GetParam());
    ASSERT_EQ(run_command(o), kDone);
    const std::string first = read(fs::path(o.out) / "result.json");
    o.threads = 1;
    ASSERT_EQ(run_command(o), kDone);  // over the folder of the first run
    EXPECT_EQ(first, read(fs::path(o.out) / "result.json"));
    // 40 images evaluated, the last 16 of them calibrate: said in the result
    EXPECT_EQ(nlohmann::json::parse(first)["calibration"]["also_evaluated"], 16);
}

INSTANTIATE_TEST_SUITE_P(Families, Run,
                         ::testing::Values(testing::int8_spec(), testing::pot4_spec(),
                                           testing::lp8_spec(), testing::lut_spec()),
                         [](const auto& test) { return "family" + std::to_string(test.index); });

template <typename Change>
void expect_rejected(const Change& change, const std::string& message) {
    RunOptions o = tiny_run(testing::int8_spec());
    change(o);
    try {
        run_command(o);
        FAIL() << "was accepted";
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr(message));
    }
    EXPECT_FALSE(fs::exists(o.out)) << "an output folder was left behind";
}

TEST(RunErrors, NameTheOption) {
    expect_rejected([](RunOptions& o) { o.on = "fpga"; },
                    "'fpga' is not known; allowed: golden, rtl");
    expect_rejected([](RunOptions& o) { o.images = 41; }, "--images: is 41;");
    expect_rejected([](RunOptions& o) { o.images = -1; }, "--images: is -1; allowed: 0 and more");
    expect_rejected([](RunOptions& o) { o.batch = 0; }, "--batch: is 0; allowed: 1 and more");
    expect_rejected([](RunOptions& o) { o.lut_fit = "mean"; },
                    "--lut-fit: 'mean' is not known; allowed: least_squares, kmeans");
    expect_rejected([](RunOptions& o) { o.labels.clear(); }, "--labels: is missing");
    expect_rejected([](RunOptions& o) { o.network.clear(); }, "NET: is missing");
    expect_rejected([](RunOptions& o) { o.spec += "x"; }, "spec.jsonx");
    expect_rejected([](RunOptions& o) { o.calibration = o.labels; }, "the network needs N images");
}

TEST(RunErrors, DoNotOverwriteOtherPeoplesFolders) {
    RunOptions o = tiny_run(testing::int8_spec());
    fs::create_directories(o.out);
    std::ofstream(fs::path(o.out) / "precious.txt") << "x";
    EXPECT_THROW(run_command(o), InputError);
    EXPECT_TRUE(fs::exists(fs::path(o.out) / "precious.txt"));
}

/// Exit status and standard error of the program.
std::pair<int, std::string> program(const std::string& arguments) {
    const fs::path errors = test_folder() / "stderr";
    const std::string command = std::string(PEFORGE_BINARY_DIR) + "/bin/peforge-codesign " +
                                arguments + " > /dev/null 2> " + errors.string();
    const int status = std::system(command.c_str());
    return {WEXITSTATUS(status), read(errors)};
}

TEST(Program, KeepsTheExitStatusesAndOneLine) {
    EXPECT_EQ(program("run --help").first, kDone);
    EXPECT_EQ(program("--version").first, kDone);
    for (const char* bad : {"", "walk", "run", "run --spec", "run --spec /nowhere.json -o /nowhere",
                            "run --spec a -o b --images many", "run --spec a -o b --frobnicate"}) {
        const auto [status, errors] = program(bad);
        EXPECT_EQ(status, kBadInput) << bad;
        EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 1) << bad << ": " << errors;
        EXPECT_THAT(errors, ::testing::StartsWith("peforge: ")) << bad;
    }
}

struct Mnist {
    const char* spec;
    int allowed_loss;  ///< of 200 images
};

class MnistOn : public ::testing::TestWithParam<Mnist> {};

/// The committed network on 200 committed test images, on the example specs.
TEST_P(MnistOn, KeepsItsAccuracy) {
    RunOptions o;
    o.spec = std::string(PEFORGE_SOURCE_DIR) + "/specs/" + GetParam().spec + ".json";
    o.images = 200;
    o.out = (test_folder() / "out").string();
    o.quiet = true;
    ASSERT_EQ(run_command(o), kDone);
    const auto r = nlohmann::json::parse(read(fs::path(o.out) / "result.json"));
    EXPECT_GE(r["fp32_correct"].get<int>(), 196);
    EXPECT_GE(r["correct"].get<int>(), r["fp32_correct"].get<int>() - GetParam().allowed_loss);
    EXPECT_EQ(r["preprocessing"], "network metadata");
    EXPECT_EQ(r["calibration"]["also_evaluated"], 0);
}

INSTANTIATE_TEST_SUITE_P(Specs, MnistOn,
                         ::testing::Values(Mnist{"int8_ws_8x8", 1}, Mnist{"lp8_ws_8x8", 1},
                                           Mnist{"pot4_ws_8x8", 6}, Mnist{"lp4_ws_8x8", 6},
                                           Mnist{"lut_v4_c16_n32", 12}),
                         [](const auto& test) { return test.param.spec; });

}  // namespace
}  // namespace peforge::codesign
