// Image and label files.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "codesign/io/array_file.hpp"
#include "codesign/io/dataset.hpp"
#include "codesign/tests/npy_writer.hpp"
#include "codesign/tests/onnx_builder.hpp"
#include "generator/spec/error.hpp"

namespace peforge::codesign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::test_folder;
using testing::write_npy;

Graph network(const Shape& shape) {
    Graph graph;
    graph.file = "net";
    graph.nodes.resize(1);
    graph.nodes[0].shape = shape;
    return graph;
}

template <typename Action>
void expect_input_error(const Action& action, const std::string& message) {
    try {
        action();
        FAIL() << "was accepted";
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr(message));
    }
}

TEST(ArrayFile, ReadsNpyOfEveryType) {
    const auto file = test_folder() / "a.npy";
    write_npy(file, "(2, 3)", std::vector<float>{1, -2, 3, 4, 5, 6.5F});
    EXPECT_THAT(read_array(file).shape, ElementsAre(2, 3));
    EXPECT_THAT(read_array(file).data, ElementsAre(1, -2, 3, 4, 5, 6.5F));
    write_npy(file, "(3,)", std::vector<std::uint8_t>{0, 128, 255});
    EXPECT_THAT(read_array(file).data, ElementsAre(0, 128, 255));
    const std::int8_t bytes[2] = {-128, 127};
    write_npy(file, "|i1", "(2,)", bytes, 2);
    EXPECT_THAT(read_array(file).data, ElementsAre(-128, 127));
}

TEST(ArrayFile, ReadsIdx) {
    const auto file = test_folder() / "a.idx";
    const unsigned char bytes[] = {0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 255};
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(bytes), 15);
    EXPECT_THAT(read_array(file).shape, ElementsAre(1, 3));
    EXPECT_THAT(read_array(file).data, ElementsAre(7, 8, 255));
}

TEST(ArrayFile, RejectsDamage) {
    const auto file = test_folder() / "a.npy";
    const auto read = [&] { read_array(file); };
    expect_input_error(read, "cannot be read");
    std::ofstream(file) << "hello";
    expect_input_error(read, "is neither an .npy nor an IDX file");
    std::ofstream(file) << "\x93NUMPY";
    expect_input_error(read, "is cut short");
    const double wide[1] = {1.0};
    write_npy(file, "<f8", "(1,)", wide, 8);
    expect_input_error(read, "has elements of type '<f8'");
    write_npy(file, "<f4", "(2,)", wide, 8, true);
    expect_input_error(read, "Fortran order");
    write_npy(file, "<f4", "(3,)", wide, 8);
    expect_input_error(read, "holds 8 bytes of data where its shape needs 12");
    write_npy(file, "<f4", "(99999999999,)", wide, 8);
    expect_input_error(read, "is too large");
    std::ofstream(file, std::ios::binary).write("\0\0\x0d\x01\0\0\0\x01", 8);
    expect_input_error(read, "another type than unsigned bytes");
    std::ofstream(file, std::ios::binary).write("\0\0\x08\x02\0\0\0\x01", 8);
    expect_input_error(read, "is cut short");
}

TEST(Dataset, PreprocessesPerChannel) {
    const auto file = test_folder() / "x.npy";
    write_npy(file, "(1, 2, 1, 2)", std::vector<std::uint8_t>{1, 2, 3, 4});
    const Graph graph = network({2, 1, 2});
    const Preprocessing p = choose_preprocessing(graph, {.scale = "2,10", .offset = "0.5"});
    EXPECT_EQ(p.source, "options");
    EXPECT_THAT(read_images(file, graph, p).data, ElementsAre(2.5F, 4.5F, 30.5F, 40.5F));
}

TEST(Dataset, ChoosesPreprocessing) {
    Graph graph = network({1, 2, 2});
    EXPECT_THAT(choose_preprocessing(graph, {}).scale, ElementsAre(1.0));
    graph.input_scale = {3.0};
    EXPECT_THAT(choose_preprocessing(graph, {}).scale, ElementsAre(3.0));
    EXPECT_EQ(choose_preprocessing(graph, {}).source, "network metadata");
    EXPECT_THAT(choose_preprocessing(graph, {.preset = "mnist"}).scale, ElementsAre(1.0 / 255.0));
    expect_input_error([&] { choose_preprocessing(graph, {.preset = "cifar"}); }, "allowed: mnist");
    expect_input_error([&] { choose_preprocessing(graph, {.scale = "1,2"}); }, "has 2 numbers");
    expect_input_error([&] { choose_preprocessing(graph, {.scale = "1x"}); }, "is not a number");
}

TEST(Dataset, ChecksShapesAndLabels) {
    const auto file = test_folder() / "x.npy";
    write_npy(file, "(2, 3, 3)", std::vector<std::uint8_t>(18, 1));
    const Preprocessing p{{1.0}, {0.0}, ""};
    EXPECT_EQ(read_images(file, network({1, 3, 3}), p).count, 2);
    expect_input_error(
        [&] {
            read_images(file, network({1, 3, 4}), p);
        },
        "has shape 2x3x3; the network needs N images of 1x3x4");
    write_npy(file, "(2,)", std::vector<std::uint8_t>{0, 3});
    EXPECT_THAT(read_labels(file, 2, 4), ElementsAre(0, 3));
    expect_input_error([&] { read_labels(file, 2, 3); }, "holds a label outside 0..2");
    expect_input_error([&] { read_labels(file, 3, 4); }, "3 labels are needed");
    write_npy(file, "(2,)", std::vector<float>{0.5F, 1.0F});
    expect_input_error([&] { read_labels(file, 2, 4); }, "holds a label outside");
}

}  // namespace
}  // namespace peforge::codesign
