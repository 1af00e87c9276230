// Integer execution of a quantised network.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/engine/engine.hpp"

#include <algorithm>
#include <mutex>

#include "codesign/engine/im2col.hpp"
#include "codesign/engine/parallel.hpp"
#include "codesign/quant/format_grid.hpp"

namespace peforge::codesign {

namespace {

using golden::Code;

bool has_grouped_layer(const Graph& graph) {
    return std::ranges::any_of(
        graph.nodes, [](const Node& node) { return node.op == Op::kConv && node.groups > 1; });
}

/// All product terms, so that a grouped convolution is a table look-up per tap.
std::vector<std::int64_t> term_table(const golden::DatapathParams& datapath) {
    const int activations = golden::code_count(datapath.activation);
    std::vector<std::int64_t> terms;
    for (int w = 0; w < golden::code_count(datapath.weight); ++w) {
        for (int a = 0; a < activations; ++a) {
            terms.push_back(
                golden::product_term(datapath, static_cast<Code>(w), static_cast<Code>(a)));
        }
    }
    return terms;
}

}  // namespace

Engine::Engine(const QuantNetwork& network) : network_(network), ops_(network.design.post()) {
    if (has_grouped_layer(network.graph)) {
        terms_ = term_table(network.host_datapath);
    }
}

std::vector<Code> Engine::encode(std::span<const float> images, int count) const {
    const Shape& shape = network_.graph.nodes[0].shape;
    const double scale = network_.nodes[0].scale;
    const FormatGrid grid(activation_format(network_.design));
    std::vector<Code> codes(images.size());
    const auto plane = static_cast<std::size_t>(shape.h) * static_cast<std::size_t>(shape.w);
    const auto channels = static_cast<std::size_t>(shape.c);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t pixel = 0; pixel < plane; ++pixel) {
                codes[(i * shape.size()) + (pixel * channels) + c] =
                    grid.code(images[(i * shape.size()) + (c * plane) + pixel] / scale);
            }
        }
    }
    return codes;
}

std::vector<Code> Engine::convolve(const Node& node, const HostConvolution& conv,
                                   std::span<const Code> input, int count) const {
    const Shape& in = network_.graph.nodes[static_cast<std::size_t>(node.inputs[0])].shape;
    const int channels = in.c / node.groups;
    const int outputs = node.shape.c / node.groups;
    const auto k = static_cast<std::size_t>(window_elements(node.window, channels));
    const auto codes =
        static_cast<std::size_t>(golden::code_count(network_.host_datapath.activation));
    std::vector<Code> out;
    out.reserve(static_cast<std::size_t>(count) * node.shape.size());
    std::vector<Code> row(k);
    const KOrder order = k_order(network_.design);
    for (int i = 0; i < count; ++i) {
        const auto image = input.subspan(static_cast<std::size_t>(i) * in.size(), in.size());
        for (int y = 0; y < node.shape.h; ++y) {
            for (int x = 0; x < node.shape.w; ++x) {
                for (int c = 0; c < node.shape.c; ++c) {
                    if (c % outputs == 0) {
                        im2col_row<Code>(image, in, node.window, order, y, x,
                                         c / outputs * channels, channels, Code{0}, row.data());
                    }
                    const Code* weights = conv.weights.data() + (static_cast<std::size_t>(c) * k);
                    std::int64_t sum = 0;
                    for (std::size_t t = 0; t < k; ++t) {
                        sum += terms_[(weights[t] * codes) + row[t]];
                    }
                    out.push_back(golden::post_process(ops_.post(), ops_.encoder(),
                                                       conv.columns[static_cast<std::size_t>(c)],
                                                       conv.relu, sum));
                }
            }
        }
    }
    return out;
}

std::vector<Code> Engine::execute(int index, const std::vector<std::span<const Code>>& inputs,
                                  int count, ArrayExecutor& executor, GemmStats* stats) const {
    const Node& node = network_.graph.nodes[static_cast<std::size_t>(index)];
    const QuantNode& quant = network_.nodes[static_cast<std::size_t>(index)];
    const Shape& in = network_.graph.nodes[static_cast<std::size_t>(node.inputs[0])].shape;
    std::vector<Code> out;
    switch (node.op) {
        case Op::kInput:
            break;
        case Op::kConv:
            if (quant.array) {
                const std::vector<Code> rows =
                    im2col<Code>(inputs[0], count, in, node.shape, node.window,
                                 k_order(network_.design), Code{0});
                out.resize(static_cast<std::size_t>(count) * node.shape.size());
                const GemmStats reported =
                    executor.gemm(*quant.array, count * node.shape.h * node.shape.w, rows, out);
                if (stats != nullptr) {
                    *stats += reported;
                }
            } else {
                out = convolve(node, *quant.host, inputs[0], count);
            }
            break;
        case Op::kAdd:
            out = ops_.add(inputs[0], inputs[1], quant.rule);
            break;
        case Op::kAddConstant:
            out = ops_.add_constant(inputs[0], quant.rule);
            break;
        case Op::kMaxPool:
            out = ops_.max_pool(inputs[0], count, in, node);
            break;
        case Op::kAveragePool:
            out = ops_.average_pool(inputs[0], count, in, node, quant.rule);
            break;
        case Op::kClip:
            out.assign(inputs[0].begin(), inputs[0].end());
            break;
        case Op::kPad:
            out = pad(inputs[0], count, in, node);
            break;
        case Op::kFlatten:
            out = flatten(inputs[0], count, in);
            break;
    }
    if (!quant.limit.empty()) {
        std::ranges::transform(out, out.begin(), [&](Code c) { return quant.limit[c]; });
    }
    return out;
}

std::vector<Code> Engine::run(std::span<const float> images, int count, ArrayExecutor& executor,
                              std::vector<GemmStats>& stats) const {
    const auto& nodes = network_.graph.nodes;
    std::vector<int> last_use(nodes.size(), 0);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        for (const int input : nodes[i].inputs) {
            last_use[static_cast<std::size_t>(input)] = static_cast<int>(i);
        }
    }
    std::vector<std::vector<Code>> done(nodes.size());
    done[0] = encode(images, count);
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        std::vector<std::span<const Code>> inputs;
        for (const int input : nodes[i].inputs) {
            inputs.emplace_back(done[static_cast<std::size_t>(input)]);
        }
        done[i] = execute(static_cast<int>(i), inputs, count, executor, &stats[i]);
        for (const int input : nodes[i].inputs) {
            if (last_use[static_cast<std::size_t>(input)] == static_cast<int>(i)) {
                done[static_cast<std::size_t>(input)] = {};
            }
        }
    }
    return std::move(done[static_cast<std::size_t>(network_.graph.output)]);
}

Evaluation evaluate(const QuantNetwork& network, const Images& images, int count, int batch,
                    int threads, const ExecutorFactory& make_executor,
                    const std::function<void(int)>& progress) {
    const Engine engine(network);
    const std::size_t nodes = network.graph.nodes.size();
    const int batches = (count + batch - 1) / batch;
    threads = std::min(threads, batches);
    std::vector<std::unique_ptr<ArrayExecutor>> executors;
    for (int i = 0; i < threads; ++i) {
        executors.push_back(make_executor());
    }
    std::vector<std::vector<GemmStats>> sums(static_cast<std::size_t>(threads),
                                             std::vector<GemmStats>(nodes));
    Evaluation result;
    result.classes.resize(static_cast<std::size_t>(count));
    result.first.resize(nodes);
    std::mutex lock;
    int done = 0;
    parallel_for(batches, threads, [&](int b, int thread) {
        const int begin = b * batch;
        const int size = std::min(batch, count - begin);
        std::vector<GemmStats> stats(nodes);
        const auto codes = engine.run(images.range(begin, size), size,
                                      *executors[static_cast<std::size_t>(thread)], stats);
        const std::size_t classes = codes.size() / static_cast<std::size_t>(size);
        for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
            result.classes[static_cast<std::size_t>(begin) + i] = largest_index(
                std::span(codes).subspan(i * classes, classes), activation_format(network.design));
        }
        for (std::size_t i = 0; i < nodes; ++i) {
            sums[static_cast<std::size_t>(thread)][i] += stats[i];
        }
        const std::scoped_lock guard(lock);
        if (b == 0) {
            result.first = std::move(stats);
        }
        done += size;
        progress(done);
    });
    result.layers.resize(nodes);
    for (const auto& part : sums) {
        for (std::size_t i = 0; i < nodes; ++i) {
            result.layers[i] += part[i];
        }
    }
    return result;
}

int largest_index(std::span<const Code> codes, const golden::Format& format) {
    int best = 0;
    for (std::size_t i = 1; i < codes.size(); ++i) {
        if (golden::to_real(format, codes[i]) >
            golden::to_real(format, codes[static_cast<std::size_t>(best)])) {
            best = static_cast<int>(i);
        }
    }
    return best;
}

}  // namespace peforge::codesign
