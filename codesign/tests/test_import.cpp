// What the importer fuses, aliases and drops.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codesign/graph/onnx_import.hpp"
#include "codesign/tests/naive.hpp"
#include "codesign/tests/onnx_builder.hpp"

namespace peforge::codesign {
namespace {

using testing::noise;
using testing::OnnxBuilder;

OnnxBuilder conv_net() {
    OnnxBuilder builder({0, 2, 4, 4});
    builder.floats("w", {3, 2, 3, 3}, noise(54, 1)).node("Conv", {"x", "w"}, "c");
    return builder;
}

TEST(Import, FusesReluAndClip) {
    const Graph graph = import_onnx(conv_net()
                                        .floats("min", {}, {0})
                                        .floats("max", {}, {6})
                                        .node("Relu", {"c"}, "r")
                                        .node("Clip", {"r", "min", "max"}, "k")
                                        .node("Flatten", {"k"}, "y")
                                        .output("y")
                                        .save());
    ASSERT_EQ(graph.nodes.size(), 3U);
    EXPECT_EQ(graph.nodes[1].bounds, (Bounds{0.0F, 6.0F}));
    EXPECT_EQ(graph.nodes[1].shape, (Shape{3, 2, 2}));
    EXPECT_EQ(graph.output, 2);
}

TEST(Import, KeepsReluApartWhenTheConvolutionIsReadTwice) {
    const Graph graph = import_onnx(conv_net()
                                        .node("Relu", {"c"}, "r")
                                        .node("Add", {"r", "c"}, "s")
                                        .node("Flatten", {"s"}, "y")
                                        .output("y")
                                        .save());
    ASSERT_EQ(graph.nodes.size(), 5U);
    EXPECT_TRUE(graph.nodes[1].bounds.none());
    EXPECT_EQ(graph.nodes[2].op, Op::kClip);
    EXPECT_THAT(graph.nodes[3].inputs, ::testing::ElementsAre(2, 1));
}

TEST(Import, SeesASecondReaderThroughIdentity) {
    const Graph graph = import_onnx(conv_net()
                                        .node("Identity", {"c"}, "i")
                                        .node("Relu", {"i"}, "r")
                                        .node("Add", {"r", "c"}, "s")
                                        .node("Flatten", {"s"}, "y")
                                        .output("y")
                                        .save());
    EXPECT_TRUE(graph.nodes[1].bounds.none());
}

TEST(Import, DropsIdentityDropoutSoftmaxAndDeadNodes) {
    const Graph graph = import_onnx(conv_net()
                                        .node("Dropout", {"c"}, "d")
                                        .node("Identity", {"d"}, "i")
                                        .node("Relu", {"x"}, "unused")
                                        .node("GlobalAveragePool", {"i"}, "p")
                                        .node("Flatten", {"p"}, "f")
                                        .node("Softmax", {"f"}, "y")
                                        .output("y")
                                        .save());
    ASSERT_EQ(graph.nodes.size(), 3U);
    EXPECT_EQ(graph.nodes[2].op, Op::kAveragePool);
}

TEST(Import, ReadsSamePadding) {
    OnnxBuilder builder({0, 1, 5, 4});
    builder.floats("w", {1, 1, 2, 3}, noise(6, 2))
        .node("Conv", {"x", "w"}, "c")
        .attribute("auto_pad", "SAME_UPPER")
        .attribute("strides", {2, 2})
        .node("Flatten", {"c"}, "y")
        .output("y");
    // rows: ceil(5/2) = 3 need (3-1)*2 + 2 - 5 = 1 row behind; columns: 2 need 1 behind
    EXPECT_EQ(import_onnx(builder.save()).nodes[1].window,
              (Window{.kh = 2, .kw = 3, .stride_h = 2, .stride_w = 2, .bottom = 1, .right = 1}));
}

TEST(Import, ReadsConstantsFromNodes) {
    OnnxBuilder builder({0, 2});
    builder.node("Constant", {}, "b");
    auto* a = builder.last().add_attribute();
    a->set_name("value");
    a->set_type(onnx::AttributeProto::TENSOR);
    a->mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
    a->mutable_t()->add_dims(2);
    a->mutable_t()->add_dims(1);
    const float raw[2] = {3.0F, 4.0F};
    a->mutable_t()->set_raw_data(raw, sizeof(raw));
    builder.node("MatMul", {"x", "b"}, "y").output("y");
    EXPECT_THAT(import_onnx(builder.save()).nodes[1].weight, ::testing::ElementsAre(3.0F, 4.0F));
}

TEST(Import, ReadsPreprocessingFromMetadata) {
    OnnxBuilder builder = conv_net();
    builder.node("Flatten", {"c"}, "y").output("y");
    auto* entry = builder.model().add_metadata_props();
    entry->set_key("peforge.input_scale");
    entry->set_value("0.5,0.25");
    const Graph graph = import_onnx(builder.save());
    EXPECT_THAT(graph.input_scale, ::testing::ElementsAre(0.5, 0.25));
    EXPECT_TRUE(graph.input_offset.empty());
}

TEST(Import, BroadcastsConstants) {
    OnnxBuilder builder({0, 2, 1, 2});
    builder.floats("c", {1, 2, 1, 1}, {10, 20})
        .node("Add", {"x", "c"}, "s")
        .node("Flatten", {"s"}, "y")
        .output("y");
    EXPECT_THAT(import_onnx(builder.save()).nodes[1].bias, ::testing::ElementsAre(10, 10, 20, 20));
}

}  // namespace
}  // namespace peforge::codesign
