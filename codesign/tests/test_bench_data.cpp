// Trained networks of other people: fp32 results against recorded ones. The data is not part of the
// project; these tests skip without it.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "codesign/engine/parallel.hpp"
#include "codesign/fp32/reference.hpp"
#include "codesign/graph/onnx_import.hpp"
#include "codesign/io/array_file.hpp"
#include "codesign/io/dataset.hpp"

namespace peforge::codesign {
namespace {

namespace fs = std::filesystem;

fs::path bench_data() {
    if (const char* folder = std::getenv("PEFORGE_BENCH_DATA")) {
        return folder;
    }
    return fs::path(PEFORGE_SOURCE_DIR).parent_path() / "shared" / "bench_data";
}

struct Case {
    const char* model;
    const char* data;
    const char* scale;
    const char* offset;
    int correct;
    int total;
};

class BenchData : public ::testing::TestWithParam<Case> {
protected:
    void SetUp() override {
        if (!fs::exists(bench_data() / "models")) {
            GTEST_SKIP() << "no benchmark data in " << bench_data()
                         << "; set PEFORGE_BENCH_DATA to its folder";
        }
    }
};

TEST_P(BenchData, Fp32EqualsTheRecordedLogits) {
    const Case& c = GetParam();
    const fs::path root = bench_data();
    const Graph graph = import_onnx(root / "models" / (std::string(c.model) + ".onnx"));
    const auto preprocessing = choose_preprocessing(graph, {.scale = c.scale, .offset = c.offset});
    const Images images =
        read_images(root / "data" / (std::string(c.data) + ".images.npy"), graph, preprocessing);
    const NumberArray recorded =
        read_array(root / "reference" / (std::string(c.model) + "." + c.data + ".logits.npy"));
    ASSERT_EQ(images.count, c.total);
    const int classes = recorded.shape[1];
    const auto labels =
        read_labels(root / "data" / (std::string(c.data) + ".labels.npy"), images.count, classes);
    const Reference reference(graph);
    constexpr int kBatch = 50;
    std::vector<float> logits(recorded.data.size());
    parallel_for(c.total / kBatch, thread_count(), [&](int task, int) {
        const auto part = reference.logits(images.range(task * kBatch, kBatch), kBatch);
        std::ranges::copy(part,
                          logits.begin() + (static_cast<std::ptrdiff_t>(task) * kBatch * classes));
    });
    int correct = 0;
    float worst = 0.0F;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        worst = std::max(worst, std::abs(logits[i] - recorded.data[i]));
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto row = logits.begin() + (static_cast<std::ptrdiff_t>(i) * classes);
        correct += std::max_element(row, row + classes) - row == labels[i] ? 1 : 0;
    }
    EXPECT_LT(worst, 2e-3F);
    EXPECT_EQ(correct, c.correct);
}

INSTANTIATE_TEST_SUITE_P(
    Models, BenchData,
    ::testing::Values(Case{"mlperf_tiny_resnet8", "cifar10_jpeg_test_2k", "1", "0", 1496, 2000},
                      Case{"akamaster_resnet20_cifar10", "cifar10_jpeg_test_2k",
                           "0.017124753831663668,0.01750700280112045,0.017429193899782137",
                           "-2.1179039301310043,-2.0357142857142856,-1.8044444444444445", 1634,
                           2000},
                      Case{"mlperf_tiny_kws_dscnn", "kws01_dev", "0.5847029089927673",
                           "-48.53034144639969", 452, 500}),
    [](const auto& test) { return test.param.model; });

}  // namespace
}  // namespace peforge::codesign
