// Import and fp32 execution of single operators against naive oracles.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "codesign/fp32/linalg.hpp"
#include "codesign/fp32/reference.hpp"
#include "codesign/graph/onnx_import.hpp"
#include "codesign/tests/naive.hpp"
#include "codesign/tests/onnx_builder.hpp"

namespace peforge::codesign {
namespace {

using testing::noise;
using testing::OnnxBuilder;
using testing::Tensor;

std::vector<float> evaluate(const std::filesystem::path& file, const Tensor& x) {
    return Reference(import_onnx(file)).logits(x.data, 1);
}

void expect_near(const std::vector<float>& got, const std::vector<float>& wanted) {
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_NEAR(got[i], wanted[i], 1e-4F * (1.0F + std::abs(wanted[i]))) << "element " << i;
    }
}

struct ConvCase {
    const char* name;
    Shape in;
    int outputs;
    int groups;
    Window window;
};

class Convolution : public ::testing::TestWithParam<ConvCase> {};

TEST_P(Convolution, MatchesDefinition) {
    const auto& [name, in, outputs, groups, w] = GetParam();
    const Tensor x{in, noise(in.size(), 1)};
    const auto weight = noise(static_cast<std::size_t>(outputs * (in.c / groups) * w.kh * w.kw), 2);
    const auto bias = noise(static_cast<std::size_t>(outputs), 3);
    const auto file = OnnxBuilder({0, in.c, in.h, in.w})
                          .floats("w", {outputs, in.c / groups, w.kh, w.kw}, weight)
                          .floats("b", {outputs}, bias)
                          .node("Conv", {"x", "w", "b"}, "y")
                          .attribute("group", std::int64_t{groups})
                          .attribute("strides", {w.stride_h, w.stride_w})
                          .attribute("dilations", {w.dilation_h, w.dilation_w})
                          .attribute("pads", {w.top, w.left, w.bottom, w.right})
                          .node("Flatten", {"y"}, "z")
                          .output("z")
                          .save();
    expect_near(evaluate(file, x), testing::convolution(x, weight, bias, w, groups).data);
}

INSTANTIATE_TEST_SUITE_P(
    Windows, Convolution,
    ::testing::Values(
        ConvCase{"plain", {3, 5, 6}, 4, 1, {.kh = 3, .kw = 3}},
        ConvCase{"strided", {2, 7, 9}, 3, 1, {.kh = 3, .kw = 2, .stride_h = 2, .stride_w = 3}},
        ConvCase{"dilated", {2, 9, 8}, 2, 1, {.kh = 3, .kw = 3, .dilation_h = 2, .dilation_w = 3}},
        ConvCase{"padded",
                 {2, 4, 5},
                 3,
                 1,
                 {.kh = 3, .kw = 3, .top = 1, .left = 0, .bottom = 2, .right = 1}},
        ConvCase{"depthwise",
                 {4, 5, 5},
                 4,
                 4,
                 {.kh = 3, .kw = 3, .top = 1, .left = 1, .bottom = 1, .right = 1}},
        ConvCase{"grouped", {6, 4, 4}, 4, 2, {.kh = 2, .kw = 2}}),
    [](const auto& test) { return test.param.name; });

TEST(Pools, AverageCountsPaddingOnlyWhenAsked) {
    const Tensor x{{2, 5, 6}, noise(60, 4)};
    const Window w{.kh = 3,
                   .kw = 3,
                   .stride_h = 2,
                   .stride_w = 2,
                   .top = 1,
                   .left = 1,
                   .bottom = 0,
                   .right = 1};
    for (const bool include : {false, true}) {
        const auto file = OnnxBuilder({0, 2, 5, 6})
                              .node("AveragePool", {"x"}, "y")
                              .attribute("kernel_shape", {3, 3})
                              .attribute("strides", {2, 2})
                              .attribute("pads", {1, 1, 0, 1})
                              .attribute("count_include_pad", std::int64_t{include ? 1 : 0})
                              .node("Flatten", {"y"}, "z")
                              .output("z")
                              .save();
        expect_near(evaluate(file, x), testing::average_pool(x, w, include).data);
    }
}

TEST(Pools, MaximumIgnoresPadding) {
    Tensor x{{1, 5, 5}, noise(25, 5)};
    for (float& value : x.data) {
        value -= 10.0F;  // a padding of zeros would win
    }
    const Window w{.kh = 2,
                   .kw = 3,
                   .stride_h = 2,
                   .stride_w = 1,
                   .top = 1,
                   .left = 1,
                   .bottom = 0,
                   .right = 1};
    const auto file = OnnxBuilder({0, 1, 5, 5})
                          .node("MaxPool", {"x"}, "y")
                          .attribute("kernel_shape", {2, 3})
                          .attribute("strides", {2, 1})
                          .attribute("pads", {1, 1, 0, 1})
                          .node("Flatten", {"y"}, "z")
                          .output("z")
                          .save();
    expect_near(evaluate(file, x), testing::max_pool(x, w).data);
}

TEST(Pools, GlobalAverageAndReduceMeanAreTheMean) {
    const Tensor x{{3, 4, 5}, noise(60, 6)};
    const auto wanted = testing::average_pool(x, {.kh = 4, .kw = 5}, false).data;
    expect_near(evaluate(OnnxBuilder({0, 3, 4, 5})
                             .node("GlobalAveragePool", {"x"}, "y")
                             .node("Flatten", {"y"}, "z")
                             .output("z")
                             .save("global.onnx"),
                         x),
                wanted);
    expect_near(evaluate(OnnxBuilder({0, 3, 4, 5})
                             .node("ReduceMean", {"x"}, "y")
                             .attribute("axes", {-2, -1})
                             .attribute("keepdims", std::int64_t{0})
                             .output("y")
                             .save("mean.onnx"),
                         x),
                wanted);
}

TEST(Linear, GemmAppliesTransposeAlphaAndBeta) {
    const Tensor x{{3, 1, 1}, {1.0F, -2.0F, 0.5F}};
    const auto file = OnnxBuilder({0, 3})
                          .floats("b", {2, 3}, {1, 2, 3, 4, 5, 6})
                          .floats("c", {2}, {10, 20})
                          .node("Gemm", {"x", "b", "c"}, "y")
                          .attribute("transB", std::int64_t{1})
                          .attribute("alpha", 2.0F)
                          .attribute("beta", 0.5F)
                          .output("y")
                          .save();
    // 2 * (1 - 4 + 1.5) + 5, 2 * (4 - 10 + 3) + 10
    expect_near(evaluate(file, x), {2.0F, 4.0F});
}

TEST(Linear, MatMulAndAddMakeOneLayer) {
    const auto file = OnnxBuilder({0, 2})
                          .floats("b", {2, 3}, {1, 2, 3, 4, 5, 6})
                          .floats("c", {1, 3}, {0.5F, 1, 2})
                          .node("MatMul", {"x", "b"}, "y")
                          .node("Add", {"c", "y"}, "z")
                          .output("z")
                          .save();
    EXPECT_EQ(import_onnx(file).nodes.size(), 2U);
    expect_near(evaluate(file, {{2, 1, 1}, {1.0F, 10.0F}}), {41.5F, 53.0F, 65.0F});
}

TEST(Layout, FlattenRunsChannelOutermost) {
    const Tensor x{{2, 1, 3}, {1, 2, 3, 4, 5, 6}};
    const auto file = OnnxBuilder({0, 2, 1, 3})
                          .integers("shape", {-1, 6})
                          .node("Reshape", {"x", "shape"}, "y")
                          .output("y")
                          .save();
    expect_near(evaluate(file, x), x.data);
}

TEST(Layout, PadAndSubsampleMakeAnIdentityShortcut) {
    // The parameter-free shortcut of CIFAR ResNets: every second pixel, zero channels around.
    const Tensor x{{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}};
    const auto file = OnnxBuilder({0, 2, 2, 2})
                          .integers("pads", {0, 1, 0, 0, 0, 1, 0, 0})
                          .node("AveragePool", {"x"}, "s")
                          .attribute("kernel_shape", {1, 1})
                          .attribute("strides", {2, 2})
                          .node("Pad", {"s", "pads"}, "y")
                          .node("Flatten", {"y"}, "z")
                          .output("z")
                          .save();
    expect_near(evaluate(file, x), {0, 1, 5, 0});
}

TEST(BatchNorm, FoldsIntoAConvolutionWithAndWithoutBias) {
    const Tensor x{{2, 3, 3}, noise(18, 7)};
    const auto weight = noise(24, 8);  // 3 channels out, 2 in, 2x2
    const std::vector<float> gamma{1.5F, -0.5F, 2.0F};
    const std::vector<float> beta{0.1F, 0.2F, 0.3F};
    const std::vector<float> mean{-1.0F, 0.5F, 0.0F};
    const std::vector<float> variance{0.25F, 4.0F, 1.0F};
    for (const bool with_bias : {false, true}) {
        const std::vector<float> bias =
            with_bias ? std::vector<float>{1, 2, 3} : std::vector<float>{0, 0, 0};
        OnnxBuilder builder({0, 2, 3, 3});
        builder.floats("w", {3, 2, 2, 2}, weight)
            .floats("b", {3}, bias)
            .floats("gamma", {3}, gamma)
            .floats("beta", {3}, beta)
            .floats("mean", {3}, mean)
            .floats("variance", {3}, variance)
            .node("Conv",
                  with_bias ? std::vector<std::string>{"x", "w", "b"}
                            : std::vector<std::string>{"x", "w"},
                  "c")
            .node("BatchNormalization", {"c", "gamma", "beta", "mean", "variance"}, "n")
            .attribute("epsilon", 0.01F)
            .node("Relu", {"n"}, "r")
            .node("Flatten", {"r"}, "y")
            .output("y");
        Tensor wanted = testing::convolution(x, weight, bias, {.kh = 2, .kw = 2}, 1);
        for (std::size_t i = 0; i < wanted.data.size(); ++i) {
            const std::size_t c = i / 4;
            const float normal =
                (wanted.data[i] - mean[c]) / std::sqrt(variance[c] + 0.01F) * gamma[c] + beta[c];
            wanted.data[i] = std::max(0.0F, normal);
        }
        const auto file = builder.save();
        EXPECT_EQ(import_onnx(file).nodes.size(), 3U);  // input, convolution, flatten
        expect_near(evaluate(file, x), wanted.data);
    }
}

TEST(Reference, TensorsAreChannelsLast) {
    const auto file = OnnxBuilder({0, 2, 1, 2})
                          .node("Relu", {"x"}, "r")
                          .node("GlobalAveragePool", {"r"}, "p")
                          .output("p")
                          .save();
    const auto tensors = Reference(import_onnx(file)).tensors(std::vector<float>{1, 2, -3, 4}, 1);
    ASSERT_EQ(tensors.size(), 3U);
    EXPECT_EQ(tensors[0], (std::vector<float>{1, -3, 2, 4}));
    EXPECT_EQ(tensors[1], (std::vector<float>{1, 0, 2, 4}));
    EXPECT_EQ(tensors[2], (std::vector<float>{1.5F, 2}));
}

TEST(Linalg, InverseCholeskyFactorsTheInverse) {
    const std::vector<double> a{4, 1, 0, 1, 3, 1, 0, 1, 2};
    const double ridge = 0.5;
    const auto u = inverse_cholesky(a, 3, ridge);
    // (a + ridge) * U^T U must be the identity.
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            double sum = 0.0;
            for (std::size_t k = 0; k < 3; ++k) {
                double inverse = 0.0;
                for (std::size_t l = 0; l < 3; ++l) {
                    inverse += u[(l * 3) + k] * u[(l * 3) + j];
                }
                sum += (a[(i * 3) + k] + (i == k ? ridge : 0.0)) * inverse;
            }
            EXPECT_NEAR(sum, i == j ? 1.0 : 0.0, 1e-12);
            EXPECT_TRUE(i <= j || u[(i * 3) + j] == 0.0);
        }
    }
}

TEST(Linalg, GramIsTheMeanOuterProduct) {
    EXPECT_EQ(gram(std::vector<float>{1, 2, 3, 4}, 2, 2), (std::vector<double>{5, 7, 7, 10}));
}

}  // namespace
}  // namespace peforge::codesign
