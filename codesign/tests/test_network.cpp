// Quantised networks on the golden model against real arithmetic and fp32.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "codesign/engine/engine.hpp"
#include "codesign/graph/onnx_import.hpp"
#include "codesign/quant/quantise.hpp"
#include "codesign/tests/naive.hpp"
#include "codesign/tests/onnx_builder.hpp"
#include "codesign/tests/specs.hpp"
#include "generator/spec/error.hpp"

namespace peforge::codesign {
namespace {

using golden::Code;
using testing::noise;
using testing::OnnxBuilder;

Images images(const Shape& shape, int count, unsigned seed) {
    return {count, shape, noise(static_cast<std::size_t>(count) * shape.size(), seed)};
}

Quantised quantised(const Graph& graph, const std::string& spec, const Images& calibration,
                    int threads = 2) {
    const Design design = resolve(parse_spec(spec, "spec"));
    return quantise(graph, design, calibration, {.seed = 1, .threads = threads}, [](int) {});
}

struct Family {
    const char* name;
    std::string spec;
    double product_error;  ///< relative error of one product term
};

class GemmOf : public ::testing::TestWithParam<Family> {};

/// Every output must be what the encoder makes of the exact dot product of the quantised operands,
/// within the error of the product terms, the 16-bit scale and the rounding of z.
TEST_P(GemmOf, MatchesRealArithmetic) {
    constexpr int kK = 40;
    constexpr int kN = 9;
    const Graph graph = import_onnx(OnnxBuilder({0, kK})
                                        .floats("b", {kK, kN}, noise(kK * kN, 1, 0.3F))
                                        .floats("c", {kN}, noise(kN, 2))
                                        .node("Gemm", {"x", "b", "c"}, "y")
                                        .output("y")
                                        .save());
    const Quantised q = quantised(graph, GetParam().spec, images({kK, 1, 1}, 64, 3));
    const QuantNetwork& network = q.network;
    const Engine engine(network);
    GoldenExecutor executor(network.design);
    const Images x = images({kK, 1, 1}, 50, 4);
    const auto in = engine.encode(x.data, x.count);
    const auto out = engine.execute(1, {in}, x.count, executor, nullptr);

    const ArrayLayer& layer = *network.nodes[1].array;
    const auto& datapath = network.design.systolic->datapath;
    const auto& post = network.design.post();
    const double sx = network.nodes[0].scale;
    const double sy = network.nodes[1].scale;
    for (std::size_t row = 0; row < 50; ++row) {
        for (std::size_t n = 0; n < kN; ++n) {
            // The column's real factors, read back from its integers.
            const golden::ColumnParams& column = layer.columns[n];
            const double factor = std::ldexp(column.scale, -static_cast<int>(column.shift));
            const double acc_unit = std::ldexp(factor * sy, -post.z_frac_bits);
            // Fitted codes times this weight scale; the accumulator unit contains it.
            const double term_unit =
                datapath.kind == golden::DatapathKind::kMul
                    ? 1.0
                    : (datapath.kind == golden::DatapathKind::kShift
                           ? std::ldexp(1.0, -6)  // 4-bit PoT: 2^(c - 7) counts as 2^(c - 1)
                           : std::ldexp(1.0, -datapath.acc_frac_bits));
            const double sw = acc_unit / (term_unit * sx);
            double exact = static_cast<double>(column.bias) * acc_unit;
            double magnitude = std::abs(exact);
            for (std::size_t k = 0; k < kK; ++k) {
                const double product =
                    sw * golden::to_real(datapath.weight, layer.weights[(k * kN) + n]) * sx *
                    golden::to_real(datapath.activation, in[(row * kK) + k]);
                exact += product;
                magnitude += std::abs(product);
            }
            const double slack = (magnitude * (GetParam().product_error + 0x1p-40)) +
                                 std::ldexp(sy, -post.z_frac_bits - 1) + (kK * acc_unit);
            const double value = golden::to_real(post.output, out[(row * kN) + n]);
            EXPECT_GE(value, golden::to_real(post.output, golden::encode_real(
                                                              post.output, (exact - slack) / sy)));
            EXPECT_LE(value, golden::to_real(post.output, golden::encode_real(
                                                              post.output, (exact + slack) / sy)));
        }
    }
}

// LP products are off by at most an eighth of the format's half step, 2^(1/32) - 1 for F = 4.
INSTANTIATE_TEST_SUITE_P(Families, GemmOf,
                         ::testing::Values(Family{"int8", testing::int8_spec(), 0.0},
                                           Family{"pot4", testing::pot4_spec(), 0.0},
                                           Family{"lp8", testing::lp8_spec(), 0.0028}),
                         [](const auto& test) { return test.param.name; });

/// Every operator once, small enough for max_k 64.
Graph every_operator() {
    return import_onnx(OnnxBuilder({0, 2, 8, 8})
                           .floats("w1", {4, 2, 3, 3}, noise(72, 11, 0.3F))
                           .floats("b1", {4}, noise(4, 12, 0.3F))
                           .floats("w2", {4, 1, 3, 3}, noise(36, 13, 0.3F))
                           .floats("w3", {4, 4, 1, 1}, noise(16, 14, 0.5F))
                           .floats("w4", {4, 2, 1, 1}, noise(8, 15, 0.5F))
                           .floats("k", {4, 1, 1}, noise(4, 16, 0.5F))
                           .floats("six", {}, {2.0F})
                           .floats("zero", {}, {0.0F})
                           .floats("fc", {16, 5}, noise(80, 17, 0.5F))
                           .integers("pads", {0, 0, 1, 0, 0, 0, 0, 1})
                           .node("Conv", {"x", "w1", "b1"}, "c1")
                           .attribute("pads", {1, 1, 1, 1})
                           .node("Clip", {"c1", "zero", "six"}, "r1")
                           .node("Conv", {"r1", "w2"}, "c2")  // depthwise
                           .attribute("pads", {1, 1, 1, 1})
                           .attribute("group", std::int64_t{4})
                           .node("Conv", {"c2", "w3"}, "c3")
                           .node("Add", {"c3", "r1"}, "s")
                           .node("Relu", {"s"}, "r2")
                           .node("Add", {"r2", "k"}, "a")
                           .node("Conv", {"a", "w4"}, "c4")  // two groups
                           .attribute("group", std::int64_t{2})
                           .node("MaxPool", {"c4"}, "m")
                           .attribute("kernel_shape", {2, 2})
                           .attribute("strides", {2, 2})
                           .node("Relu", {"m"}, "r3")
                           .node("Pad", {"r3", "pads"}, "p")
                           .node("AveragePool", {"p"}, "v")
                           .attribute("kernel_shape", {2, 2})
                           .attribute("strides", {2, 2})
                           .node("Flatten", {"v"}, "f")
                           .node("Gemm", {"f", "fc"}, "y")
                           .output("y")
                           .save());
}

struct Quality {
    const char* name;
    std::string spec;
    double least_db;  ///< of the network's output on the calibration images
};

class NetworkOn : public ::testing::TestWithParam<Quality> {};

TEST_P(NetworkOn, StaysCloseToFp32) {
    const Quantised q = quantised(every_operator(), GetParam().spec, images({2, 8, 8}, 48, 21));
    EXPECT_GT(q.reports.back().sqnr_db, GetParam().least_db);
    for (const NodeReport& report : q.reports) {
        EXPECT_GT(report.scale, 0.0);
    }
}

INSTANTIATE_TEST_SUITE_P(Families, NetworkOn,
                         ::testing::Values(Quality{"int8", testing::int8_spec(), 28.0},
                                           Quality{"lp8", testing::lp8_spec(), 25.0},
                                           Quality{"pot4", testing::pot4_spec(), 10.0},
                                           Quality{"lut", testing::lut_spec(), 5.0},
                                           Quality{"lut_tree", testing::lut_tree_spec(), 0.0}),
                         [](const auto& test) { return test.param.name; });

/// As many centroids as there are windows, so that the tables are exact: what is left are 8-bit
/// activations. Fails when rows and weights disagree about the order of K.
TEST(LutNetwork, IsExactInBothOrdersOfK) {
    const Images two = images({3, 6, 6}, 2, 24);
    for (const int subvector : {4, 9}) {
        const Graph graph = import_onnx(OnnxBuilder({0, 3, 6, 6})
                                            .floats("w", {4, 3, 3, 3}, noise(108, 25, 0.5F))
                                            .node("Conv", {"x", "w"}, "c")
                                            .node("GlobalAveragePool", {"c"}, "p")
                                            .node("Flatten", {"p"}, "y")
                                            .output("y")
                                            .save());
        const std::string spec =
            R"({"name": "t", "array": {"kind": "lut", "centroids": 64, "metric": "l2", "columns": 4,
                "imms": 4, "subvector": )" +
            std::to_string(subvector) +
            R"(}, "activation": {"format": "int", "n": 8}, "output": {"format": "int", "n": 8},
                "entry": {"n": 16}, "accumulator": {"max_k": 64}, "buffers": {"rows_m": 32}})";
        const Quantised q = quantised(graph, spec, two);
        EXPECT_EQ(k_order(q.network.design), subvector == 4 ? KOrder::kChannel : KOrder::kWindow);
        EXPECT_GT(q.reports[1].sqnr_db, 30.0) << subvector;
    }
}

/// K = 27 is no multiple of v = 4, and its 7 subspaces are none of 4 lookup units: the array works
/// on 32 elements, those behind K being zero.
TEST(LutNetwork, PadsKWithZeros) {
    const Graph graph = import_onnx(OnnxBuilder({0, 3, 6, 6})
                                        .floats("w", {5, 3, 3, 3}, noise(135, 26, 0.5F))
                                        .node("Conv", {"x", "w"}, "c")
                                        .node("GlobalAveragePool", {"c"}, "p")
                                        .node("Flatten", {"p"}, "y")
                                        .output("y")
                                        .save());
    const std::string spec =
        R"({"name": "t", "array": {"kind": "lut", "centroids": 6, "metric": "l1", "columns": 4,
            "imms": 4, "ccus": 2, "subvector": 4}, "activation": {"format": "int", "n": 8},
            "output": {"format": "int", "n": 8}, "entry": {"n": 5, "shift_bits": 1},
            "accumulator": {"max_k": 64}, "buffers": {"rows_m": 32}})";
    const Quantised q = quantised(graph, spec, images({3, 6, 6}, 30, 27));
    const ArrayLayer& layer = *q.network.nodes[1].array;
    ASSERT_EQ(layer.lut.subspaces, 7);
    constexpr std::size_t kRows = 40;
    std::vector<Code> rows;
    for (const float x : noise(kRows * 27, 28, 40.0F)) {
        rows.push_back(static_cast<Code>(static_cast<int>(std::clamp(x, -128.0F, 127.0F)) & 0xFF));
    }
    std::vector<std::int64_t> acc(kRows * 5);
    GoldenExecutor(q.network.design).accumulate(layer, kRows, rows, acc);
    for (std::size_t row = 0; row < kRows; ++row) {
        std::vector<int> padded(32, 0);
        for (std::size_t k = 0; k < 27; ++k) {
            padded[k] = static_cast<std::int8_t>(rows[(row * 27) + k]);
        }
        std::vector<std::int64_t> sums(5, 0);
        for (std::size_t s = 0; s < 7; ++s) {
            std::size_t best = 0;
            int least = 1 << 20;
            for (std::size_t c = 0; c < 6; ++c) {
                int distance = 0;
                for (std::size_t t = 0; t < 4; ++t) {
                    distance += std::abs(padded[(s * 4) + t] -
                                         layer.lut.centroids[(((s * 6) + c) * 4) + t]);
                }
                if (distance < least) {
                    least = distance;
                    best = c;
                }
            }
            for (std::size_t n = 0; n < 5; ++n) {
                sums[n] += layer.lut.entries[(((s * 6) + best) * 5) + n] << layer.lut.shifts[s];
            }
        }
        for (std::size_t n = 0; n < 5; ++n) {
            ASSERT_EQ(acc[(row * 5) + n], sums[n]) << row << " " << n;
        }
    }
}

TEST(Evaluate, DoesNotDependOnBatchOrThreads) {
    for (const std::string& spec : {testing::int8_spec(), testing::lut_spec()}) {
        const Graph graph = every_operator();
        const Images calibration = images({2, 8, 8}, 20, 22);
        const Images x = images({2, 8, 8}, 33, 23);
        const Quantised one = quantised(graph, spec, calibration, 1);
        const Quantised two = quantised(graph, spec, calibration, 3);
        const ExecutorFactory factory = [&] {
            return std::make_unique<GoldenExecutor>(one.network.design);
        };
        const auto a = evaluate(one.network, x, 33, 1, 1, factory, [](int) {});
        const auto b = evaluate(two.network, x, 33, 8, 3, factory, [](int) {});
        EXPECT_EQ(a.classes, b.classes);
        const Engine first(one.network);
        const Engine second(two.network);
        GoldenExecutor executor(one.network.design);
        std::vector<GemmStats> stats(graph.nodes.size());
        EXPECT_EQ(first.run(x.data, 33, executor, stats), second.run(x.data, 33, executor, stats));
    }
}

TEST(Evaluate, TiesGoToTheLowestClass) {
    const golden::Format format{.kind = golden::FormatKind::kInt, .n = 8};
    EXPECT_EQ(largest_index(std::vector<Code>{0xFF, 3, 3, 1}, format), 1);
    EXPECT_EQ(largest_index(std::vector<Code>{0x80, 0x80}, format), 0);
}

template <typename Action>
void expect_input_error(const Action& action, const std::string& message) {
    try {
        action();
        FAIL() << "was accepted";
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), ::testing::HasSubstr(message));
    }
}

Graph wide_layer(std::int64_t k) {
    return import_onnx(OnnxBuilder({0, k})
                           .floats("b", {k, 2}, noise(static_cast<std::size_t>(2 * k), 1))
                           .floats("c", {2}, {1, 2})
                           .node("Gemm", {"x", "b", "c"}, "y")
                           .output("y")
                           .save());
}

TEST(Quantise, NamesTheLayerThatIsTooDeep) {
    expect_input_error(
        [] {
            quantised(wide_layer(65), testing::int8_spec(), images({65, 1, 1}, 4, 1));
        },
        "node 'y_node' (op Gemm): needs K = 65; the spec allows");
}

TEST(Quantise, RejectsAnArrayWithoutBias) {
    std::string spec = testing::int8_spec();
    spec.insert(spec.rfind('}'), R"(, "post": {"bias": false})");
    expect_input_error(
        [&] {
            quantised(wide_layer(8), spec, images({8, 1, 1}, 4, 1));
        },
        "has a bias, which the spec's array has not");
}

TEST(Quantise, RejectsAnOutputOfAnotherFormat) {
    std::string spec = testing::int8_spec();
    const std::size_t at = spec.find(R"("output": {"format": "int", "n": 8})");
    spec.replace(at, 35, R"("output": {"format": "int", "n": 4})");
    expect_input_error(
        [&] {
            quantised(wide_layer(8), spec, images({8, 1, 1}, 4, 1));
        },
        "/output: is int:n=4; to run a network it must equal /activation, int:n=8");
}

/// Without ReLU in the array the host limits the result.
TEST(Quantise, LimitsOnTheHostWhenTheArrayHasNoRelu) {
    const Graph graph = import_onnx(OnnxBuilder({0, 8})
                                        .floats("b", {8, 4}, noise(32, 1))
                                        .node("MatMul", {"x", "b"}, "m")
                                        .node("Relu", {"m"}, "y")
                                        .output("y")
                                        .save());
    std::string without = testing::int8_spec();
    without.insert(without.rfind('}'), R"(, "post": {"relu": false})");
    const Images x = images({8, 1, 1}, 30, 2);
    std::vector<std::vector<Code>> results;
    for (const std::string& spec : {testing::int8_spec(), without}) {
        const Quantised q = quantised(graph, spec, x);
        EXPECT_EQ(q.network.nodes[1].limit.empty(), spec == testing::int8_spec());
        GoldenExecutor executor(q.network.design);
        std::vector<GemmStats> stats(2);
        results.push_back(Engine(q.network).run(x.data, x.count, executor, stats));
    }
    EXPECT_EQ(results[0], results[1]);
}

}  // namespace
}  // namespace peforge::codesign
