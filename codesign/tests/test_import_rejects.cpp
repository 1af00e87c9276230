// Everything the importer refuses, with the message it gives.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "codesign/graph/onnx_import.hpp"
#include "codesign/tests/onnx_builder.hpp"
#include "generator/spec/error.hpp"

namespace peforge::codesign {
namespace {

using ::testing::HasSubstr;
using testing::OnnxBuilder;

void expect_rejected(const std::filesystem::path& file, const std::string& message) {
    try {
        import_onnx(file);
        FAIL() << "was accepted";
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr(file.string()));
        EXPECT_THAT(e.what(), HasSubstr(message));
        EXPECT_EQ(e.status(), kBadInput);
    }
}

OnnxBuilder image() {
    return OnnxBuilder({0, 2, 4, 4});
}

OnnxBuilder convolution() {
    OnnxBuilder builder = image();
    builder.floats("w", {1, 2, 1, 1}, {1, 2}).node("Conv", {"x", "w"}, "y").output("y");
    return builder;
}

struct Rejection {
    const char* name;
    std::function<OnnxBuilder()> build;
    const char* message;
};

class Rejects : public ::testing::TestWithParam<Rejection> {};

TEST_P(Rejects, WithAClearLine) {
    expect_rejected(GetParam().build().save(), GetParam().message);
}

const Rejection kCases[] = {
    {"operator_unknown", [] { return image().node("LSTM", {"x"}, "y").output("y"); },
     "node 'y_node' (op LSTM): operator is not supported; supported: Add, AveragePool"},
    {"operator_of_a_vendor",
     [] {
         OnnxBuilder b = image().node("Relu", {"x"}, "y").output("y");
         b.last().set_domain("com.vendor");
         return b;
     },
     "operator is not supported"},
    {"external_data",
     [] {
         OnnxBuilder b = convolution();
         b.model().mutable_graph()->mutable_initializer(0)->set_data_location(
             onnx::TensorProto::EXTERNAL);
         return b;
     },
     "initializer 'w': external data is not supported"},
    {"double_weights",
     [] {
         OnnxBuilder b = convolution();
         b.model().mutable_graph()->mutable_initializer(0)->set_data_type(
             onnx::TensorProto::DOUBLE);
         return b;
     },
     "data type DOUBLE is not supported"},
    {"weights_cut_short",
     [] {
         OnnxBuilder b = convolution();
         b.model().mutable_graph()->mutable_initializer(0)->clear_float_data();
         return b;
     },
     "holds 0 values where its shape needs 2"},
    {"negative_dimension",
     [] {
         OnnxBuilder b = convolution();
         b.model().mutable_graph()->mutable_initializer(0)->set_dims(0, -1);
         return b;
     },
     "impossible shape"},
    {"enormous_tensor",
     [] {
         OnnxBuilder b = convolution();
         b.model().mutable_graph()->mutable_initializer(0)->set_dims(0, std::int64_t{1} << 60);
         return b;
     },
     "impossible shape"},
    {"dynamic_height",
     [] {
         return OnnxBuilder({0, 2, 0, 4}).node("Relu", {"x"}, "y").output("y");
     },
     "input 'x': dimension 2 is not a fixed number"},
    {"input_of_rank_3",
     [] {
         return OnnxBuilder({0, 2, 4}).node("Relu", {"x"}, "y").output("y");
     },
     "has 3 dimensions"},
    {"input_of_integers",
     [] {
         OnnxBuilder b = convolution();
         b.model()
             .mutable_graph()
             ->mutable_input(0)
             ->mutable_type()
             ->mutable_tensor_type()
             ->set_elem_type(onnx::TensorProto::INT8);
         return b;
     },
     "a tensor of FLOAT is needed"},
    {"two_inputs",
     [] {
         OnnxBuilder b = convolution();
         b.model().mutable_graph()->add_input()->set_name("second");
         return b;
     },
     "input 'second': a network with one input is needed"},
    {"two_outputs", [] { return convolution().output("x"); }, "has 2 outputs"},
    {"output_unknown", [] { return image().node("Relu", {"x"}, "y").output("z"); },
     "output 'z': is not produced by any node"},
    {"output_not_scores", [] { return image().node("Relu", {"x"}, "y").output("y"); },
     "one score per class"},
    {"nodes_out_of_order", [] { return image().node("Relu", {"later"}, "y").output("y"); },
     "input 'later' is not produced by any earlier node"},
    {"defined_twice",
     [] { return image().node("Relu", {"x"}, "y").node("Relu", {"x"}, "y").output("y"); },
     "defined twice"},
    {"batch_norm_alone",
     [] {
         return image()
             .floats("p", {2}, {1, 1})
             .node("BatchNormalization", {"x", "p", "p", "p", "p"}, "y")
             .output("y");
     },
     "(op BatchNormalization): cannot be folded"},
    {"batch_norm_behind_relu",
     [] {
         OnnxBuilder b = image();
         b.floats("w", {2, 2, 1, 1}, {1, 2, 3, 4}).floats("p", {2}, {1, 1});
         return b.node("Conv", {"x", "w"}, "c")
             .node("Relu", {"c"}, "r")
             .node("BatchNormalization", {"r", "p", "p", "p", "p"}, "y")
             .output("y");
     },
     "cannot be folded"},
    {"batch_norm_negative_variance",
     [] {
         OnnxBuilder b = image();
         b.floats("w", {1, 2, 1, 1}, {1, 2}).floats("p", {1}, {1}).floats("v", {1}, {-1});
         return b.node("Conv", {"x", "w"}, "c")
             .node("BatchNormalization", {"c", "p", "p", "p", "v"}, "y")
             .output("y");
     },
     "variance + epsilon must be positive"},
    {"weight_not_constant",
     [] {
         return image().node("Conv", {"x", "x"}, "y").output("y");
     },
     "weight 'x' is not a constant"},
    {"weight_for_other_channels",
     [] {
         return image()
             .floats("w", {1, 3, 1, 1}, {1, 2, 3})
             .node("Conv", {"x", "w"}, "y")
             .output("y");
     },
     "does not match the input 2x4x4"},
    {"kernel_too_large",
     [] {
         return OnnxBuilder({0, 1, 2, 2})
             .floats("w", {1, 1, 3, 1}, {1, 2, 3})
             .node("Conv", {"x", "w"}, "y")
             .output("y");
     },
     "window 3x1 does not fit into 1x2x2"},
    {"stride_zero",
     [] {
         return convolution().attribute("strides", {0, 1});
     },
     "stride 0 is out of range"},
    {"pads_negative",
     [] {
         return convolution().attribute("pads", {-1, 0, 0, 0});
     },
     "padding -1 is out of range"},
    {"pads_of_wrong_rank",
     [] {
         return convolution().attribute("pads", {1, 1});
     },
     "attribute 'pads' must have 4 entries"},
    {"auto_pad_unknown", [] { return convolution().attribute("auto_pad", "SAME"); },
     "auto_pad 'SAME' is not supported"},
    {"attribute_of_wrong_type", [] { return convolution().attribute("group", 1.0F); },
     "attribute 'group' has the wrong type"},
    {"group_zero", [] { return convolution().attribute("group", std::int64_t{0}); },
     "group 0 is out of range"},
    {"gemm_on_images",
     [] {
         return image().floats("b", {2, 1}, {1, 2}).node("Gemm", {"x", "b"}, "y").output("y");
     },
     "has 4 dimensions where 2 are needed"},
    {"gemm_transposed_input",
     [] {
         return OnnxBuilder({0, 2})
             .floats("b", {2, 1}, {1, 2})
             .node("Gemm", {"x", "b"}, "y")
             .attribute("transA", std::int64_t{1})
             .output("y");
     },
     "transA is not supported"},
    {"matmul_of_other_size",
     [] {
         return OnnxBuilder({0, 2})
             .floats("b", {3, 1}, {1, 2, 3})
             .node("MatMul", {"x", "b"}, "y")
             .output("y");
     },
     "matrix B must be FLOAT with 2 rows"},
    {"add_of_other_shape",
     [] {
         return image().node("GlobalAveragePool", {"x"}, "p").node("Add", {"x", "p"}, "y");
     },
     "shapes 2x4x4 and 2x1x1 differ"},
    {"add_constant_of_other_shape",
     [] {
         return image().floats("c", {3, 1, 1}, {1, 2, 3}).node("Add", {"x", "c"}, "y");
     },
     "cannot be broadcast to 2x4x4"},
    {"clip_upside_down",
     [] {
         return image()
             .floats("lo", {}, {1})
             .floats("hi", {}, {0})
             .node("Clip", {"x", "lo", "hi"}, "y");
     },
     "min must not exceed max"},
    {"pool_ceil_mode",
     [] {
         return image()
             .node("MaxPool", {"x"}, "y")
             .attribute("kernel_shape", {2, 2})
             .attribute("ceil_mode", std::int64_t{1});
     },
     "ceil_mode is not supported"},
    {"pool_without_kernel", [] { return image().node("MaxPool", {"x"}, "y"); },
     "attribute 'kernel_shape' must have 2 entries"},
    {"pool_of_padding_only",
     [] {
         return image()
             .node("MaxPool", {"x"}, "y")
             .attribute("kernel_shape", {2, 2})
             .attribute("pads", {2, 0, 0, 0});
     },
     "padding must be smaller than the kernel"},
    {"mean_over_channels",
     [] {
         return image()
             .node("ReduceMean", {"x"}, "y")
             .attribute("axes", std::vector<std::int64_t>{1});
     },
     "only the mean over height and width"},
    {"reshape_to_images",
     [] {
         return image().integers("s", {0, 2, 2, 8}).node("Reshape", {"x", "s"}, "y");
     },
     "only reshaping to [N, 32] is supported"},
    {"reshape_dynamic",
     [] {
         return image().node("Reshape", {"x", "x"}, "y");
     },
     "shape 'x' is not a constant"},
    {"flatten_from_channels",
     [] { return image().node("Flatten", {"x"}, "y").attribute("axis", std::int64_t{2}); },
     "axis 2 is not supported"},
    {"pad_with_ones",
     [] {
         return image()
             .integers("p", {0, 0, 1, 1, 0, 0, 1, 1})
             .floats("v", {}, {1})
             .node("Pad", {"x", "p", "v"}, "y");
     },
     "only zeros around channels, rows and columns"},
    {"pad_by_reflection",
     [] {
         return image()
             .integers("p", {0, 0, 1, 1, 0, 0, 1, 1})
             .node("Pad", {"x", "p"}, "y")
             .attribute("mode", "reflect");
     },
     "only mode 'constant' is supported"},
    {"softmax_inside",
     [] {
         return OnnxBuilder({0, 2})
             .node("Softmax", {"x"}, "s")
             .node("Relu", {"s"}, "y")
             .output("y");
     },
     "is supported only as the last node"},
};

INSTANTIATE_TEST_SUITE_P(Import, Rejects, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(ImportFile, RejectsDamageMissingFilesAndFolders) {
    const auto folder = testing::test_folder();
    expect_rejected(folder / "absent.onnx", "cannot be read");
    expect_rejected(folder, "cannot be read");
    const auto file = folder / "damaged.onnx";
    std::ofstream(file) << "";
    expect_rejected(file, "is not an ONNX model, or it is damaged");
    std::ofstream(file) << "P5 this is no protobuf message";
    expect_rejected(file, "is not an ONNX model, or it is damaged");
    std::string good;
    convolution().model().SerializeToString(&good);
    std::ofstream(file, std::ios::binary) << good.substr(0, good.size() - 7);
    expect_rejected(file, "is not an ONNX model, or it is damaged");
}

/// Any prefix of a model must end in an InputError, never in a crash.
TEST(ImportFile, SurvivesEveryTruncation) {
    OnnxBuilder builder = convolution();
    std::string good;
    builder.model().SerializeToString(&good);
    const auto file = testing::test_folder() / "cut.onnx";
    for (std::size_t length = 0; length < good.size(); ++length) {
        std::ofstream(file, std::ios::binary) << good.substr(0, length);
        EXPECT_THROW(import_onnx(file), InputError) << "length " << length;
    }
}

}  // namespace
}  // namespace peforge::codesign
