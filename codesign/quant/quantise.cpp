// Post-training quantisation, layer by layer.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/quantise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "codesign/engine/engine.hpp"
#include "codesign/engine/im2col.hpp"
#include "codesign/engine/parallel.hpp"
#include "codesign/fp32/reference.hpp"
#include "codesign/quant/random.hpp"
#include "codesign/quant/requantise.hpp"
#include "codesign/quant/weight_fit.hpp"
#include "generator/spec/error.hpp"

namespace peforge::codesign {

namespace {

using golden::Code;

/// Elements of a tensor that choose its scale; rows of a GEMM that choose its weights.
constexpr std::size_t kSamples = 1U << 13U;

/// Images of one piece of work when calibration images run side by side.
constexpr int kImagesPerTask = 8;

/// `wanted` places out of 0..total-1, ascending, one at random from each of `wanted` equal parts: a
/// fixed stride would fall in step with the rows of an image.
std::vector<std::size_t> sample(std::size_t total, std::size_t wanted, std::uint64_t seed) {
    std::vector<std::size_t> places;
    if (total <= wanted) {
        places.resize(total);
        std::iota(places.begin(), places.end(), 0);
        return places;
    }
    Random random(seed);
    for (std::size_t i = 0; i < wanted; ++i) {
        const std::size_t begin = i * total / wanted;
        const std::size_t end = (i + 1) * total / wanted;
        places.push_back(begin + random.below(end - begin));
    }
    return places;
}

/// Rows of a convolution's GEMM (of one group) at the given places of [image][oy][ox].
template <typename T>
std::vector<T> gather_rows(std::span<const T> tensor, const Shape& in, const Node& node,
                           KOrder order, const std::vector<std::size_t>& places, int group) {
    const int channels = in.c / node.groups;
    const auto k = static_cast<std::size_t>(window_elements(node.window, channels));
    const auto width = static_cast<std::size_t>(node.shape.w);
    const auto pixels = static_cast<std::size_t>(node.shape.h) * width;
    std::vector<T> rows(places.size() * k);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::size_t pixel = places[i] % pixels;
        im2col_row<T>(tensor.subspan(places[i] / pixels * in.size(), in.size()), in, node.window,
                      order, static_cast<int>(pixel / width), static_cast<int>(pixel % width),
                      group * channels, channels, T{}, rows.data() + (i * k));
    }
    return rows;
}

/// Weights of one output channel in the GEMM's order of K.
std::vector<double> column_weights(const Node& node, KOrder order, int channels, int output) {
    const int taps = node.window.kh * node.window.kw;
    std::vector<double> column(static_cast<std::size_t>(taps) * static_cast<std::size_t>(channels));
    for (int c = 0; c < channels; ++c) {
        for (int tap = 0; tap < taps; ++tap) {
            const auto from =
                ((static_cast<std::size_t>(output) * static_cast<std::size_t>(channels)) +
                 static_cast<std::size_t>(c)) *
                    static_cast<std::size_t>(taps) +
                static_cast<std::size_t>(tap);
            column[k_element(order, taps, channels, tap, c)] = node.weight[from];
        }
    }
    return column;
}

/// Means of the columns of [rows][columns].
template <typename T>
std::vector<double> column_means(std::span<const T> matrix, std::size_t columns) {
    std::vector<double> means(columns, 0.0);
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        means[i % columns] += static_cast<double>(matrix[i]);
    }
    for (double& mean : means) {
        mean /= static_cast<double>(matrix.size() / columns);
    }
    return means;
}

double dot(std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

golden::DatapathParams host_datapath(const Design& design) {
    if (design.systolic) {
        return design.systolic->datapath;
    }
    // A LUT array has no weight format; its grouped layers use integers as wide as the activations.
    const golden::Format& format = design.lut->post.output;
    return golden::make_datapath(golden::DatapathKind::kMul, format, format, std::nullopt,
                                 std::nullopt, design.spec.octaves, golden::Rounding::kTruncate);
}

class Quantiser {
public:
    Quantiser(const Graph& graph, const Design& design, const Images& calibration,
              const QuantiseOptions& options)
        : options_(options),
          calibration_(calibration),
          network_{graph, design, host_datapath(design),
                   std::vector<QuantNode>(graph.nodes.size())},
          order_(k_order(design)),
          engine_(network_),
          ops_(design.post()),
          activation_grid_(activation_format(design)),
          weight_grid_(network_.host_datapath.weight),
          executors_(static_cast<std::size_t>(options.threads), GoldenExecutor(design)) {}

    Quantised run(const std::function<void(int)>& progress) {
        run_reference();
        const auto& nodes = network_.graph.nodes;
        codes_.resize(nodes.size());
        std::vector<NodeReport> reports;
        for (int i = 0; i < static_cast<int>(nodes.size()); ++i) {
            progress(i);
            choose_scale(i);
            if (node(i).op == Op::kInput) {
                codes_[0] = engine_.encode(calibration_.data, calibration_.count);
            } else {
                prepare(i);
                execute(i);
            }
            reports.push_back({quant(i).scale, sqnr(i)});
        }
        return {std::move(network_), std::move(reports)};
    }

private:
    [[nodiscard]] const Node& node(int i) const {
        return network_.graph.nodes[static_cast<std::size_t>(i)];
    }
    [[nodiscard]] const Node& input(int i) const { return node(node(i).inputs[0]); }
    [[nodiscard]] QuantNode& quant(int i) { return network_.nodes[static_cast<std::size_t>(i)]; }
    [[nodiscard]] double input_scale(int i, std::size_t operand = 0) {
        return quant(node(i).inputs[operand]).scale;
    }
    [[nodiscard]] std::span<const float> real(int i) const {
        return real_[static_cast<std::size_t>(i)];
    }
    [[nodiscard]] std::span<const Code> codes(int i) const {
        return codes_[static_cast<std::size_t>(i)];
    }
    [[nodiscard]] std::uint64_t seed(int i) const {
        return options_.seed + (std::uint64_t{1'000'003} * static_cast<std::uint64_t>(i));
    }

    [[noreturn]] void fail(const Node& at, const std::string& what) const {
        throw InputError(network_.graph.file, "node '" + at.name + "' (op " + at.onnx_op + ")",
                         what);
    }

    void run_reference() {
        const Reference reference(network_.graph);
        const int step = kImagesPerTask;
        const int tasks = (calibration_.count + step - 1) / step;
        std::vector<std::vector<std::vector<float>>> parts(static_cast<std::size_t>(tasks));
        parallel_for(tasks, options_.threads, [&](int task, int) {
            const int count = std::min(step, calibration_.count - (task * step));
            parts[static_cast<std::size_t>(task)] =
                reference.tensors(calibration_.range(task * step, count), count);
        });
        real_.resize(network_.graph.nodes.size());
        for (auto& part : parts) {
            for (std::size_t i = 0; i < part.size(); ++i) {
                real_[i].insert(real_[i].end(), part[i].begin(), part[i].end());
                part[i] = {};
            }
        }
    }

    void choose_scale(int i) {
        switch (node(i).op) {
            case Op::kMaxPool:
            case Op::kClip:
            case Op::kPad:
            case Op::kFlatten:
                quant(i).scale = input_scale(i);
                return;
            default:
                break;
        }
        std::vector<float> numbers;
        for (const std::size_t place : sample(real(i).size(), kSamples, seed(i))) {
            numbers.push_back(real(i)[place]);
        }
        quant(i).scale = best_scale(activation_grid_, numbers);
    }

    /// Everything of the node's integer form but its scale.
    void prepare(int i) {
        Bounds left = node(i).bounds;  // what the array's own ReLU does not do
        switch (node(i).op) {
            case Op::kConv:
                if (relu_on_array(node(i))) {
                    left.lo = -std::numeric_limits<float>::infinity();
                }
                prepare_convolution(i);
                break;
            case Op::kAdd:
                quant(i).rule = linear_rule(
                    {input_scale(i, 0) / quant(i).scale, input_scale(i, 1) / quant(i).scale});
                break;
            case Op::kAddConstant:
                prepare_constant(i);
                break;
            case Op::kAveragePool:
                prepare_average(i);
                break;
            default:
                break;
        }
        if (!left.none()) {
            quant(i).limit = ops_.limit_table(left, quant(i).scale);
        }
    }

    [[nodiscard]] bool relu_on_array(const Node& n) const {
        return n.bounds.lo == 0.0F && network_.design.post().has_relu;
    }

    void prepare_constant(int i) {
        LinearRule& rule = quant(i).rule;
        rule = linear_rule({input_scale(i) / quant(i).scale});
        const Shape& shape = node(i).shape;
        const auto plane = static_cast<std::size_t>(shape.h) * static_cast<std::size_t>(shape.w);
        const auto channels = static_cast<std::size_t>(shape.c);
        for (std::size_t pixel = 0; pixel < plane; ++pixel) {
            for (std::size_t c = 0; c < channels; ++c) {
                const double z = node(i).bias[(c * plane) + pixel] / quant(i).scale;
                rule.offsets.push_back(
                    std::llrint(std::ldexp(z, network_.design.post().z_frac_bits + rule.shift)));
            }
        }
    }

    void prepare_average(int i) {
        const Window& w = node(i).window;
        const bool padded = w.top + w.left + w.bottom + w.right > 0;
        const int most = w.kh * w.kw;
        std::vector<double> ratios;
        for (int pixels = 1; pixels <= most; ++pixels) {
            const bool occurs = pixels == most || (padded && !node(i).count_include_pad);
            ratios.push_back(occurs ? input_scale(i) / (quant(i).scale * pixels) : 0.0);
        }
        quant(i).rule = linear_rule(ratios);
    }

    void prepare_convolution(int i) {
        const Node& n = node(i);
        const golden::GemmShape shape = gemm_shape(network_.graph, n, calibration_.count);
        if (!network_.design.post().has_bias &&
            std::ranges::any_of(n.bias, [](float b) { return b != 0.0F; })) {
            fail(n, "has a bias, which the spec's array has not; set /post/bias to true");
        }
        const auto places = sample(static_cast<std::size_t>(shape.m), kSamples, seed(i) ^ 0x5EEDU);
        if (n.groups > 1) {
            prepare_grouped(i, shape, places);
            return;
        }
        if (shape.k > network_.design.accumulator().max_k) {
            fail(n, "needs K = " + std::to_string(shape.k) +
                        "; the spec allows /accumulator/max_k = " +
                        std::to_string(network_.design.accumulator().max_k));
        }
        ArrayLayer layer;
        layer.k = shape.k;
        layer.n = shape.n;
        layer.relu = relu_on_array(n);
        const auto rows =
            gather_rows<Code>(codes(n.inputs[0]), input(i).shape, n, order_, places, 0);
        const auto inputs =
            gather_rows<float>(real(n.inputs[0]), input(i).shape, n, order_, places, 0);
        const std::vector<double> units =
            network_.design.lut ? fit_tables(i, layer, rows, inputs) : fit_matrix(i, layer, rows);
        layer.rows = sent_rows(network_.design, layer);
        const auto wanted = wanted_means(i, inputs, shape.k, 0, shape.n);
        const auto measured = accumulator_means(layer, rows);
        for (std::size_t c = 0; c < units.size(); ++c) {
            layer.columns.push_back(column(i, units[c], wanted[c] - (units[c] * measured[c])));
        }
        quant(i).array = std::move(layer);
    }

    [[nodiscard]] golden::ColumnParams column(int i, double unit, double bias) {
        const Design& design = network_.design;
        return column_params(design.post(), design.accumulator().width, unit,
                             design.post().has_bias ? bias : 0.0, quant(i).scale);
    }

    /// fp32 means, bias included, of output channels first .. first + count - 1 over fp32 rows.
    [[nodiscard]] std::vector<double> wanted_means(int i, std::span<const float> inputs, int k,
                                                   int first, int count) const {
        const auto means = column_means(inputs, static_cast<std::size_t>(k));
        const int channels = input(i).shape.c / node(i).groups;
        std::vector<double> wanted;
        for (int c = first; c < first + count; ++c) {
            wanted.push_back(dot(means, column_weights(node(i), order_, channels, c)) +
                             node(i).bias[static_cast<std::size_t>(c)]);
        }
        return wanted;
    }

    [[nodiscard]] std::vector<double> accumulator_means(const ArrayLayer& layer,
                                                        std::span<const Code> rows) const {
        const auto k = static_cast<std::size_t>(layer.k);
        const auto n = static_cast<std::size_t>(layer.n);
        const std::size_t m = rows.size() / k;
        constexpr std::size_t kStep = 256;
        std::vector<std::int64_t> acc(m * n);
        parallel_for(static_cast<int>((m + kStep - 1) / kStep), options_.threads,
                     [&](int task, int thread) {
                         const std::size_t begin = static_cast<std::size_t>(task) * kStep;
                         const std::size_t count = std::min(kStep, m - begin);
                         executors_[static_cast<std::size_t>(thread)].accumulate(
                             layer, static_cast<int>(count), rows.subspan(begin * k, count * k),
                             std::span(acc).subspan(begin * n, count * n));
                     });
        return column_means<std::int64_t>(acc, n);
    }

    /// Smallest accumulator unit for which the bias stays within half of the accumulator's range.
    [[nodiscard]] double least_unit(int i, int channel) {
        return std::abs(node(i).bias[static_cast<std::size_t>(channel)]) /
               std::ldexp(1.0, network_.design.accumulator().width - 2);
    }

    /// The same as a weight scale.
    [[nodiscard]] double least_scale(int i, int channel) {
        return least_unit(i, channel) / (accumulator_unit(network_.host_datapath) * input_scale(i));
    }

    [[nodiscard]] InputMoments moments(int i, std::span<const Code> rows, int k) {
        std::vector<float> x(rows.size());
        std::ranges::transform(rows, x.begin(), [&](Code code) {
            return static_cast<float>(input_scale(i) * activation_grid_.value(code));
        });
        return {x, static_cast<int>(rows.size() / static_cast<std::size_t>(k)), k};
    }

    /// Weights of a systolic layer; returns the real accumulator unit per column.
    std::vector<double> fit_matrix(int i, ArrayLayer& layer, std::span<const Code> rows) {
        const InputMoments statistics = moments(i, rows, layer.k);
        const auto n = static_cast<std::size_t>(layer.n);
        layer.weights.resize(static_cast<std::size_t>(layer.k) * n);
        std::vector<double> units(n);
        parallel_for(layer.n, options_.threads, [&](int channel, int) {
            const auto c = static_cast<std::size_t>(channel);
            const WeightFit fit = fit_weights(
                weight_grid_, column_weights(node(i), order_, input(i).shape.c, channel),
                statistics, least_scale(i, channel));
            for (std::size_t k = 0; k < fit.codes.size(); ++k) {
                layer.weights[(k * n) + c] = fit.codes[k];
            }
            units[c] = accumulator_unit(network_.host_datapath) * input_scale(i) * fit.scale;
        });
        return units;
    }

    /// Codebooks and tables of a LUT layer; returns the real accumulator unit per column.
    std::vector<double> fit_tables(int i, ArrayLayer& layer, std::span<const Code> rows,
                                   std::span<const float> inputs) {
        std::vector<double> weights;
        std::vector<double> least;
        for (int c = 0; c < layer.n; ++c) {
            least.push_back(least_unit(i, c));
            const auto column = column_weights(node(i), order_, input(i).shape.c, c);
            weights.insert(weights.end(), column.begin(), column.end());
        }
        const int m = static_cast<int>(rows.size() / static_cast<std::size_t>(layer.k));
        LutFit fit = fit_lut(*network_.design.lut,
                             {{m, layer.k, layer.n}, rows, inputs, weights, input_scale(i), least},
                             {options_.lut_method, seed(i), options_.threads});
        layer.lut = std::move(fit.layer);
        return fit.scales;
    }

    void prepare_grouped(int i, golden::GemmShape shape, const std::vector<std::size_t>& places) {
        const Node& n = node(i);
        const int outputs = n.shape.c / n.groups;
        const int channels = input(i).shape.c / n.groups;
        HostConvolution conv;
        conv.relu = relu_on_array(n);
        for (int g = 0; g < n.groups; ++g) {
            const auto rows =
                gather_rows<Code>(codes(n.inputs[0]), input(i).shape, n, order_, places, g);
            const auto inputs =
                gather_rows<float>(real(n.inputs[0]), input(i).shape, n, order_, places, g);
            const InputMoments statistics = moments(i, rows, shape.k);
            const auto wanted = wanted_means(i, inputs, shape.k, g * outputs, outputs);
            for (int o = 0; o < outputs; ++o) {
                const int c = (g * outputs) + o;
                const WeightFit fit =
                    fit_weights(weight_grid_, column_weights(n, order_, channels, c), statistics,
                                least_scale(i, c));
                const double unit =
                    accumulator_unit(network_.host_datapath) * input_scale(i) * fit.scale;
                const double measured = unit * mean_dot_product(rows, fit.codes);
                conv.columns.push_back(
                    column(i, unit, wanted[static_cast<std::size_t>(o)] - measured));
                conv.weights.insert(conv.weights.end(), fit.codes.begin(), fit.codes.end());
            }
        }
        quant(i).host = std::move(conv);
    }

    /// Mean over rows [m][k] of the sum of product terms with `weights` [k].
    [[nodiscard]] double mean_dot_product(std::span<const Code> rows,
                                          std::span<const Code> weights) const {
        const std::size_t k = weights.size();
        const golden::DatapathParams& datapath = network_.host_datapath;
        const auto count = static_cast<std::size_t>(golden::code_count(datapath.activation));
        std::vector<double> histogram(k * count, 0.0);
        for (std::size_t j = 0; j < rows.size(); ++j) {
            histogram[((j % k) * count) + rows[j]] += 1.0;
        }
        double sum = 0.0;
        for (std::size_t t = 0; t < k; ++t) {
            for (std::size_t code = 0; code < count; ++code) {
                const auto term =
                    golden::product_term(datapath, weights[t], static_cast<Code>(code));
                sum += histogram[(t * count) + code] * static_cast<double>(term);
            }
        }
        return sum / static_cast<double>(rows.size() / k);
    }

    /// Runs the node on the calibration images.
    void execute(int i) {
        auto& result = codes_[static_cast<std::size_t>(i)];
        const std::size_t size = node(i).shape.size();
        result.resize(static_cast<std::size_t>(calibration_.count) * size);
        const int tasks = (calibration_.count + kImagesPerTask - 1) / kImagesPerTask;
        parallel_for(tasks, options_.threads, [&](int task, int thread) {
            const int first = task * kImagesPerTask;
            const int count = std::min(kImagesPerTask, calibration_.count - first);
            std::vector<std::span<const Code>> inputs;
            for (const int operand : node(i).inputs) {
                const std::size_t each = node(operand).shape.size();
                inputs.push_back(codes(operand).subspan(static_cast<std::size_t>(first) * each,
                                                        static_cast<std::size_t>(count) * each));
            }
            const auto part = engine_.execute(
                i, inputs, count, executors_[static_cast<std::size_t>(thread)], nullptr);
            std::ranges::copy(part, result.begin() + static_cast<std::ptrdiff_t>(
                                                         static_cast<std::size_t>(first) * size));
        });
    }

    [[nodiscard]] double sqnr(int i) {
        double signal = 0.0;
        double noise = 0.0;
        for (std::size_t j = 0; j < real(i).size(); ++j) {
            const double x = real(i)[j];
            const double d = x - (quant(i).scale * activation_grid_.value(codes(i)[j]));
            signal += x * x;
            noise += d * d;
        }
        return 10.0 * std::log10(signal / noise);
    }

    QuantiseOptions options_;
    const Images& calibration_;
    QuantNetwork network_;
    KOrder order_;
    Engine engine_;
    HostOps ops_;
    FormatGrid activation_grid_;
    FormatGrid weight_grid_;
    std::vector<GoldenExecutor> executors_;
    std::vector<std::vector<float>> real_;  // [node] -> [image][h][w][c], fp32
    std::vector<std::vector<Code>> codes_;  // [node] -> the same, quantised
};

}  // namespace

Quantised quantise(const Graph& graph, const Design& design, const Images& calibration,
                   const QuantiseOptions& options, const std::function<void(int)>& progress) {
    const golden::Format& activation =
        design.systolic ? design.systolic->datapath.activation : design.spec.activation;
    if (!(activation == activation_format(design))) {
        throw InputError(design.spec.name, "/output",
                         "is " + golden::to_string(activation_format(design)) +
                             "; to run a network it must equal /activation, " +
                             golden::to_string(activation));
    }
    return Quantiser(graph, design, calibration, options).run(progress);
}

}  // namespace peforge::codesign
