// Tests of the trainer's file formats and of the files it left in the tree. No libtorch needed.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "codesign/train/idx.hpp"
#include "codesign/train/onnx_file.hpp"
#include "generator/spec/error.hpp"

namespace peforge::codesign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path kSource = PEFORGE_SOURCE_DIR;

std::string bytes_of(std::initializer_list<int> values) {
    std::string bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<char>(value));
    }
    return bytes;
}

TEST(Idx, ReadsBigEndianSizesAndRowMajorBytes) {
    const IdxBytes idx =
        parse_idx(bytes_of({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 253, 254, 255}), "x");
    EXPECT_THAT(idx.shape, ElementsAre(2, 3));
    EXPECT_THAT(idx.data, ElementsAre(1, 2, 3, 253, 254, 255));
    EXPECT_EQ(idx.items(), 2U);
    EXPECT_EQ(idx.item_bytes(), 3U);
}

TEST(Idx, WritesWhatItReads) {
    const std::string bytes = bytes_of({0, 0, 8, 1, 0, 0, 1, 2}) + std::string(258, '\x7f');
    EXPECT_EQ(format_idx(parse_idx(bytes, "x")), bytes);
}

TEST(Idx, SelectsItemsInTheGivenOrder) {
    const IdxBytes idx{{3, 2}, {10, 11, 20, 21, 30, 31}};
    const IdxBytes picked = select_items(idx, {2, 0});
    EXPECT_THAT(picked.shape, ElementsAre(2, 2));
    EXPECT_THAT(picked.data, ElementsAre(30, 31, 10, 11));
}

TEST(Idx, RefusesBadFilesByName) {
    const auto refused = [](const std::string& bytes) {
        try {
            parse_idx(bytes, "digits.idx");
        } catch (const InputError& error) {
            EXPECT_THAT(error.what(), HasSubstr("digits.idx"));
            return true;
        }
        return false;
    };
    EXPECT_TRUE(refused(""));
    EXPECT_TRUE(refused(bytes_of({1, 0, 8, 1, 0, 0, 0, 0})));             // magic
    EXPECT_TRUE(refused(bytes_of({0, 0, 13, 1, 0, 0, 0, 0})));            // fp32 elements
    EXPECT_TRUE(refused(bytes_of({0, 0, 8, 0})));                         // rank 0
    EXPECT_TRUE(refused(bytes_of({0, 0, 8, 5})));                         // rank 5
    EXPECT_TRUE(refused(bytes_of({0, 0, 8, 2, 0, 0, 0, 1})));             // header cut
    EXPECT_TRUE(refused(bytes_of({0, 0, 8, 1, 0, 0, 0, 2, 7})));          // data short
    EXPECT_TRUE(refused(bytes_of({0, 0, 8, 1, 0, 0, 0, 1, 7, 7})));       // data long
    EXPECT_TRUE(refused(bytes_of({0, 0, 8, 1, 255, 255, 255, 255, 7})));  // absurd size
    EXPECT_FALSE(refused(bytes_of({0, 0, 8, 1, 0, 0, 0, 1, 7})));
}

TEST(Files, AreWrittenWholeOrNotAtAll) {
    const std::filesystem::path folder =
        std::filesystem::path(::testing::TempDir()) / "peforge_train_files";
    std::filesystem::remove_all(folder);
    EXPECT_THROW(write_file(folder / "a", "text"), InputError);
    EXPECT_FALSE(std::filesystem::exists(folder));
    std::filesystem::create_directories(folder);
    write_file(folder / "a", std::string("te\0xt", 5));
    EXPECT_EQ(read_file(folder / "a"), std::string("te\0xt", 5));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
    EXPECT_THROW(read_file(folder), InputError);
    std::filesystem::remove_all(folder);
    EXPECT_THROW(read_file(folder / "a"), InputError);
}

OnnxNetwork tiny_network() {
    OnnxNetwork net;
    net.name = "tiny";
    net.input = "x";
    net.input_shape = {2};
    net.output = "y";
    net.output_shape = {3};
    net.constants = {{"w", {3, 2}, {1, 2, 3, 4, 5, -0.5F}}};
    net.nodes = {{"Gemm", "fc", {"x", "w"}, "y", {{"transB", std::int64_t{1}}}}};
    net.metadata = {{"key", "value"}};
    return net;
}

TEST(Onnx, HoldsWhatWasPutIn) {
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(format_onnx(tiny_network())));
    EXPECT_EQ(model.ir_version(), 7);
    ASSERT_EQ(model.opset_import_size(), 1);
    EXPECT_EQ(model.opset_import(0).version(), 13);
    EXPECT_EQ(model.metadata_props(0).key(), "key");
    EXPECT_EQ(model.metadata_props(0).value(), "value");
    const onnx::TensorProto& w = model.graph().initializer(0);
    EXPECT_THAT(w.dims(), ElementsAre(3, 2));
    float last = 0;
    ASSERT_EQ(w.raw_data().size(), 6 * sizeof last);
    w.raw_data().copy(reinterpret_cast<char*>(&last), sizeof last, 5 * sizeof last);
    EXPECT_EQ(last, -0.5F);
    EXPECT_EQ(model.graph().node(0).attribute(0).i(), 1);
}

TEST(Onnx, SameNetworkGivesSameBytes) {
    EXPECT_EQ(format_onnx(tiny_network()), format_onnx(tiny_network()));
}

TEST(Onnx, RefusesAGraphThatDoesNotHoldTogether) {
    OnnxNetwork net = tiny_network();
    net.nodes[0].inputs[1] = "nowhere";
    EXPECT_THROW(format_onnx(net), CheckFailedError);
}

/// The committed network, checked and with inferred shapes.
onnx::ModelProto committed_network() {
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(read_file(kSource / "codesign/models/mnist_resnet8.onnx")));
    onnx::checker::check_model(model);
    onnx::shape_inference::InferShapes(model);
    return model;
}

TEST(CommittedNetwork, IsTheResNet8) {
    const onnx::ModelProto model = committed_network();
    std::map<std::string, int> ops;
    for (const onnx::NodeProto& node : model.graph().node()) {
        ++ops[node.op_type()];
    }
    // 1 stem + 3 blocks of 2 + 2 shortcuts.
    const std::map<std::string, int> expected = {
        {"Conv", 9},    {"BatchNormalization", 9}, {"Relu", 7}, {"Add", 3},
        {"Flatten", 1}, {"GlobalAveragePool", 1},  {"Gemm", 1}};
    EXPECT_EQ(ops, expected);

    std::size_t scalars = 0;
    for (const onnx::TensorProto& tensor : model.graph().initializer()) {
        scalars += tensor.raw_data().size() / sizeof(float);
    }
    // Weights 77,072 + fc bias 10 + four BatchNorm vectors over 336 channels.
    EXPECT_EQ(scalars, 77072U + 10U + 4U * 336U);

    std::map<std::string, std::string> metadata;
    for (const auto& entry : model.metadata_props()) {
        metadata[entry.key()] = entry.value();
    }
    EXPECT_EQ(std::stof(metadata.at("peforge.input_scale")), 1.0F / 255.0F);
    EXPECT_EQ(std::stof(metadata.at("peforge.input_offset")), 0.0F);
}

TEST(CommittedNetwork, ShapesShrinkAsDesigned) {
    const onnx::ModelProto model = committed_network();
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const onnx::ValueInfoProto& info : model.graph().value_info()) {
        for (const auto& dim : info.type().tensor_type().shape().dim()) {
            shapes[info.name()].push_back(dim.dim_value());
        }
    }
    // The batch dimension N is symbolic: dim_value 0.
    EXPECT_THAT(shapes["stem.relu"], ElementsAre(0, 16, 28, 28));
    EXPECT_THAT(shapes["stage1.block.relu2"], ElementsAre(0, 16, 28, 28));
    EXPECT_THAT(shapes["stage2.block.relu2"], ElementsAre(0, 32, 14, 14));
    EXPECT_THAT(shapes["stage3.block.relu2"], ElementsAre(0, 64, 7, 7));
    EXPECT_THAT(shapes["flatten"], ElementsAre(0, 64));
}

TEST(CommittedData, IsBalancedEnoughAndComplete) {
    const auto load = [](const std::string& name) {
        return parse_idx(read_file(kSource / "codesign/data" / name), name);
    };
    const IdxBytes images = load("mnist_t10k_1000-images.idx3-ubyte");
    const IdxBytes labels = load("mnist_t10k_1000-labels.idx1-ubyte");
    const IdxBytes calibration = load("mnist_calib_256-images.idx3-ubyte");
    EXPECT_THAT(images.shape, ElementsAre(1000, 28, 28));
    EXPECT_THAT(labels.shape, ElementsAre(1000));
    EXPECT_THAT(calibration.shape, ElementsAre(256, 28, 28));
    // The first ten labels of the MNIST test set, known from everywhere.
    EXPECT_THAT(std::vector<int>(labels.data.begin(), labels.data.begin() + 10),
                ElementsAre(7, 2, 1, 0, 4, 1, 4, 9, 5, 9));
    EXPECT_EQ(std::set<int>(labels.data.begin(), labels.data.end()).size(), 10U);
    // Calibration images are all different and not empty.
    std::set<std::string> distinct;
    for (std::size_t i = 0; i < calibration.items(); ++i) {
        const IdxBytes one = select_items(calibration, {i});
        EXPECT_GT(*std::max_element(one.data.begin(), one.data.end()), 200);
        distinct.insert(format_idx(one));
    }
    EXPECT_EQ(distinct.size(), 256U);
}

}  // namespace
}  // namespace peforge::codesign
