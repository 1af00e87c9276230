// ONNX -> Graph: one pass over the nodes, folding as it goes.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/graph/onnx_import.hpp"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <utility>

#include "codesign/graph/fold.hpp"
#include "codesign/graph/onnx_reader.hpp"
#include "generator/spec/error.hpp"

namespace peforge::codesign {

namespace {

/// What an ONNX tensor name stands for: a node's result, seen as [N,C,H,W] or [N,F].
struct Value {
    int node = 0;
    int rank = 4;
};

constexpr std::int64_t kMaxDim = 1 << 20;

class Importer {
public:
    Importer(const onnx::ModelProto& model, std::string file)
        : model_(model), file_(std::move(file)) {}

    Graph run() {
        graph_.file = file_;
        read_metadata();
        read_constants();
        count_uses();
        read_input();
        for (const onnx::NodeProto& proto : model_.graph().node()) {
            translate(NodeReader(proto, file_));
        }
        read_output();
        prune();
        return std::move(graph_);
    }

    static std::string operator_names() {
        std::string names;
        for (const auto& [name, unused] : handlers()) {
            names += (names.empty() ? "" : ", ") + name;
        }
        return names;
    }

private:
    using Handler = void (Importer::*)(const NodeReader&);

    static const std::map<std::string, Handler>& handlers() {
        static const std::map<std::string, Handler> table = {
            {"Add", &Importer::add},
            {"AveragePool", &Importer::average_pool},
            {"BatchNormalization", &Importer::batch_normalization},
            {"Clip", &Importer::clip},
            {"Constant", &Importer::constant},
            {"Conv", &Importer::conv},
            {"Dropout", &Importer::identity},
            {"Flatten", &Importer::flatten},
            {"Gemm", &Importer::gemm},
            {"GlobalAveragePool", &Importer::global_average_pool},
            {"Identity", &Importer::identity},
            {"MatMul", &Importer::matmul},
            {"MaxPool", &Importer::max_pool},
            {"Pad", &Importer::pad},
            {"ReduceMean", &Importer::reduce_mean},
            {"Relu", &Importer::relu},
            {"Reshape", &Importer::reshape},
            {"Softmax", &Importer::softmax},
        };
        return table;
    }

    // ---- frame -------------------------------------------------------------------------------

    void read_metadata() {
        for (const auto& entry : model_.metadata_props()) {
            if (entry.key() == "peforge.input_scale") {
                graph_.input_scale = parse_numbers(entry.value(), file_, "metadata " + entry.key());
            } else if (entry.key() == "peforge.input_offset") {
                graph_.input_offset =
                    parse_numbers(entry.value(), file_, "metadata " + entry.key());
            }
        }
    }

    void read_constants() {
        for (const onnx::TensorProto& tensor : model_.graph().initializer()) {
            constants_[tensor.name()] =
                read_tensor(tensor, file_, "initializer '" + tensor.name() + "'");
        }
        if (model_.graph().sparse_initializer_size() > 0) {
            throw InputError(file_, "", "sparse initializers are not supported");
        }
    }

    void count_uses() {
        for (const onnx::NodeProto& node : model_.graph().node()) {
            for (const std::string& name : node.input()) {
                ++uses_[name];
            }
        }
        for (const auto& output : model_.graph().output()) {
            ++uses_[output.name()];
        }
    }

    void read_input() {
        const onnx::ValueInfoProto* input = nullptr;
        for (const auto& info : model_.graph().input()) {
            if (constants_.contains(info.name())) {
                continue;  // up to IR 3 initializers are listed as inputs as well
            }
            if (input != nullptr) {
                throw InputError(file_, "input '" + info.name() + "'",
                                 "a network with one input is needed");
            }
            input = &info;
        }
        if (input == nullptr) {
            throw InputError(file_, "", "the graph has no input");
        }
        const std::string where = "input '" + input->name() + "'";
        if (!input->type().has_tensor_type() ||
            input->type().tensor_type().elem_type() != onnx::TensorProto::FLOAT) {
            throw InputError(file_, where, "a tensor of FLOAT is needed");
        }
        const auto& dims = input->type().tensor_type().shape().dim();
        if (dims.size() != 4 && dims.size() != 2) {
            throw InputError(file_, where,
                             "has " + std::to_string(dims.size()) +
                                 " dimensions; allowed: [N, C, H, W] or [N, F]");
        }
        std::vector<int> sizes;
        for (int i = 1; i < dims.size(); ++i) {
            const auto& dim = dims.Get(i);
            if (!dim.has_dim_value() || dim.dim_value() < 1 || dim.dim_value() > kMaxDim) {
                throw InputError(file_, where,
                                 "dimension " + std::to_string(i) +
                                     " is not a fixed number; only the batch may be dynamic");
            }
            sizes.push_back(static_cast<int>(dim.dim_value()));
        }
        sizes.resize(3, 1);
        Node node;
        node.name = input->name();
        node.onnx_op = "input";
        node.shape = {sizes[0], sizes[1], sizes[2]};
        graph_.nodes.push_back(std::move(node));
        shared_.push_back(false);
        values_[input->name()] = {0, dims.size()};
    }

    void read_output() {
        if (model_.graph().output_size() != 1) {
            throw InputError(file_, "",
                             "the graph has " + std::to_string(model_.graph().output_size()) +
                                 " outputs; a classifier with one output is needed");
        }
        const std::string& name = model_.graph().output(0).name();
        const auto it = values_.find(name);
        if (it == values_.end()) {
            throw InputError(file_, "output '" + name + "'", "is not produced by any node");
        }
        graph_.output = it->second.node;
        const Shape& shape = graph_.nodes[static_cast<std::size_t>(graph_.output)].shape;
        if (shape.h * shape.w != 1) {
            throw InputError(
                file_, "output '" + name + "'",
                "has shape " + to_string(shape) + "; one score per class [N, classes] is needed");
        }
    }

    /// Drops nodes the output does not depend on.
    void prune() {
        const std::size_t count = graph_.nodes.size();
        std::vector<bool> live(count, false);
        live[0] = true;
        live[static_cast<std::size_t>(graph_.output)] = true;
        for (std::size_t i = count; i-- > 0;) {
            if (live[i]) {
                for (const int input : graph_.nodes[i].inputs) {
                    live[static_cast<std::size_t>(input)] = true;
                }
            }
        }
        std::vector<int> renumbered(count, -1);
        std::vector<Node> kept;
        for (std::size_t i = 0; i < count; ++i) {
            if (!live[i]) {
                continue;
            }
            renumbered[i] = static_cast<int>(kept.size());
            for (int& input : graph_.nodes[i].inputs) {
                input = renumbered[static_cast<std::size_t>(input)];
            }
            kept.push_back(std::move(graph_.nodes[i]));
        }
        graph_.output = renumbered[static_cast<std::size_t>(graph_.output)];
        graph_.nodes = std::move(kept);
    }

    void translate(const NodeReader& reader) {
        const auto it = handlers().find(reader.op());
        if (it == handlers().end() || !reader.standard_domain()) {
            reader.fail("operator is not supported; supported: " + operator_names());
        }
        (this->*(it->second))(reader);
    }

    // ---- helpers -----------------------------------------------------------------------------

    [[nodiscard]] Value value(const NodeReader& reader, int i) const {
        const std::string name = reader.input(i);
        const auto it = values_.find(name);
        if (it == values_.end()) {
            reader.fail(constants_.contains(name)
                            ? "input '" + name + "' is a constant where an activation is needed"
                            : "input '" + name + "' is not produced by any earlier node");
        }
        return it->second;
    }

    [[nodiscard]] Value value_of_rank(const NodeReader& reader, int i, int rank) const {
        const Value v = value(reader, i);
        if (v.rank != rank) {
            reader.fail("input '" + reader.input(i) + "' has " + std::to_string(v.rank) +
                        " dimensions where " + std::to_string(rank) + " are needed");
        }
        return v;
    }

    [[nodiscard]] const Constant* find_constant(const NodeReader& reader, int i) const {
        const auto it = constants_.find(reader.input(i));
        return it == constants_.end() ? nullptr : &it->second;
    }

    [[nodiscard]] const Constant& constant_input(const NodeReader& reader, int i,
                                                 const std::string& role) const {
        const Constant* c = find_constant(reader, i);
        if (c == nullptr) {
            reader.fail(role + " '" + reader.input(i) + "' is not a constant");
        }
        return *c;
    }

    [[nodiscard]] std::vector<float> channel_constant(const NodeReader& reader, int i,
                                                      const std::string& role, int channels) const {
        const Constant& c = constant_input(reader, i, role);
        if (c.floats.size() != static_cast<std::size_t>(channels)) {
            reader.fail(role + " has " + std::to_string(c.floats.size()) + " values where " +
                        std::to_string(channels) + " are needed");
        }
        return c.floats;
    }

    [[nodiscard]] Node& node(int index) { return graph_.nodes[static_cast<std::size_t>(index)]; }

    /// The result of `v` may be rewritten in place: nothing but this reader uses it.
    [[nodiscard]] bool sole_use(const NodeReader& reader, int i, const Value& v) const {
        const auto it = uses_.find(reader.input(i));
        return it != uses_.end() && it->second == 1 && !shared_[static_cast<std::size_t>(v.node)];
    }

    /// The reader's first output is another name for `v`.
    void alias(const NodeReader& reader, int i, const Value& v) {
        const auto it = uses_.find(reader.input(i));
        if (it != uses_.end() && it->second > 1) {
            shared_[static_cast<std::size_t>(v.node)] = true;
        }
        define(reader, v);
    }

    void define(const NodeReader& reader, const Value& v) {
        const std::string name = reader.output(0);
        if (name.empty() || values_.contains(name) || constants_.contains(name)) {
            reader.fail("output '" + name + "' is empty or defined twice");
        }
        values_[name] = v;
    }

    void append(const NodeReader& reader, Node node, int rank) {
        const Shape& s = node.shape;
        if (s.c < 1 || s.h < 1 || s.w < 1 || s.size() > (std::size_t{1} << 28)) {
            reader.fail("has the impossible result shape " + to_string(s));
        }
        node.name = reader.name();
        node.onnx_op = reader.op();
        graph_.nodes.push_back(std::move(node));
        shared_.push_back(false);
        define(reader, {static_cast<int>(graph_.nodes.size()) - 1, rank});
    }

    static int checked(const NodeReader& reader, std::int64_t x, std::int64_t least,
                       const std::string& what) {
        if (x < least || x > kMaxDim) {
            reader.fail(what + " " + std::to_string(x) + " is out of range");
        }
        return static_cast<int>(x);
    }

    static std::vector<std::int64_t> spatial(const NodeReader& reader, const std::string& attribute,
                                             std::vector<std::int64_t> fallback) {
        auto list = reader.integers(attribute).value_or(fallback);
        if (list.size() != fallback.size()) {
            reader.fail("attribute '" + attribute + "' must have " +
                        std::to_string(fallback.size()) + " entries");
        }
        return list;
    }

    /// Total padding of auto_pad SAME: ceil(in / stride) results (ONNX Conv).
    static int same_padding(int in, int kernel, int dilation, int stride) {
        const int out = (in + stride - 1) / stride;
        return std::max(0, ((out - 1) * stride) + (dilation * (kernel - 1)) + 1 - in);
    }

    /// Window of a convolution or pool over a tensor of `in`.
    static Window window(const NodeReader& reader, const Shape& in,
                         const std::vector<std::int64_t>& kernel) {
        Window w;
        w.kh = checked(reader, kernel[0], 1, "kernel size");
        w.kw = checked(reader, kernel[1], 1, "kernel size");
        const auto strides = spatial(reader, "strides", {1, 1});
        w.stride_h = checked(reader, strides[0], 1, "stride");
        w.stride_w = checked(reader, strides[1], 1, "stride");
        const auto dilations = spatial(reader, "dilations", {1, 1});
        w.dilation_h = checked(reader, dilations[0], 1, "dilation");
        w.dilation_w = checked(reader, dilations[1], 1, "dilation");
        const std::string auto_pad = reader.text("auto_pad", "NOTSET");
        if (auto_pad == "NOTSET") {
            const auto pads = spatial(reader, "pads", {0, 0, 0, 0});
            w.top = checked(reader, pads[0], 0, "padding");
            w.left = checked(reader, pads[1], 0, "padding");
            w.bottom = checked(reader, pads[2], 0, "padding");
            w.right = checked(reader, pads[3], 0, "padding");
        } else if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
            const int rows = same_padding(in.h, w.kh, w.dilation_h, w.stride_h);
            const int columns = same_padding(in.w, w.kw, w.dilation_w, w.stride_w);
            const int extra = auto_pad == "SAME_LOWER" ? 1 : 0;
            w.top = (rows + extra) / 2;
            w.bottom = rows - w.top;
            w.left = (columns + extra) / 2;
            w.right = columns - w.left;
        } else if (auto_pad != "VALID") {
            reader.fail("auto_pad '" + auto_pad +
                        "' is not supported; allowed: NOTSET, VALID, SAME_UPPER, SAME_LOWER");
        }
        if (window_height(w, in.h) < 1 || window_width(w, in.w) < 1) {
            reader.fail("window " + std::to_string(w.kh) + "x" + std::to_string(w.kw) +
                        " does not fit into " + to_string(in));
        }
        return w;
    }

    // ---- linear operators --------------------------------------------------------------------

    void conv(const NodeReader& reader) {
        const Value x = value_of_rank(reader, 0, 4);
        const Shape in = node(x.node).shape;
        const Constant& weight = constant_input(reader, 1, "weight");
        if (weight.dims.size() != 4 || weight.floats.empty()) {
            reader.fail("weight must be a FLOAT tensor [out, in / group, kh, kw]");
        }
        Node out;
        out.op = Op::kConv;
        out.inputs = {x.node};
        out.groups = checked(reader, reader.integer("group", 1), 1, "group");
        const int channels = checked(reader, weight.dims[0], 1, "output channels");
        if (in.c % out.groups != 0 || channels % out.groups != 0 ||
            weight.dims[1] != in.c / out.groups) {
            reader.fail("weight for " + std::to_string(weight.dims[1]) + " input channels and " +
                        std::to_string(out.groups) + " groups does not match the input " +
                        to_string(in));
        }
        out.window = window(reader, in, {weight.dims[2], weight.dims[3]});
        if (const auto kernel = reader.integers("kernel_shape");
            kernel && *kernel != std::vector<std::int64_t>{weight.dims[2], weight.dims[3]}) {
            reader.fail("kernel_shape contradicts the weight's shape");
        }
        out.shape = {channels, window_height(out.window, in.h), window_width(out.window, in.w)};
        out.weight = weight.floats;
        out.bias = reader.input(2).empty()
                       ? std::vector<float>(static_cast<std::size_t>(channels), 0.0F)
                       : channel_constant(reader, 2, "bias", channels);
        append(reader, std::move(out), 4);
    }

    /// Adds a fully connected node. weight(k, n) reads the matrix.
    void linear(const NodeReader& reader, const Value& x, int n,
                const std::function<float(std::size_t, std::size_t)>& weight,
                std::vector<float> bias) {
        Node out;
        out.op = Op::kConv;
        out.inputs = {x.node};
        out.shape = {n, 1, 1};
        const std::size_t features = node(x.node).shape.size();
        out.weight.resize(features * static_cast<std::size_t>(n));
        for (std::size_t column = 0; column < static_cast<std::size_t>(n); ++column) {
            for (std::size_t k = 0; k < features; ++k) {
                out.weight[(column * features) + k] = weight(k, column);
            }
        }
        out.bias = std::move(bias);
        append(reader, std::move(out), 2);
    }

    void gemm(const NodeReader& reader) {
        const Value x = value_of_rank(reader, 0, 2);
        if (reader.integer("transA", 0) != 0) {
            reader.fail("transA is not supported");
        }
        const bool transposed = reader.integer("transB", 0) != 0;
        const Constant& b = constant_input(reader, 1, "matrix B");
        const auto features = static_cast<std::int64_t>(node(x.node).shape.size());
        if (b.dims.size() != 2 || b.floats.empty() || b.dims[transposed ? 1 : 0] != features) {
            reader.fail("matrix B must be FLOAT with " + std::to_string(features) +
                        " inner elements");
        }
        const int n = checked(reader, b.dims[transposed ? 0 : 1], 1, "columns");
        const float alpha = reader.real("alpha", 1.0F);
        const float beta = reader.real("beta", 1.0F);
        std::vector<float> bias(static_cast<std::size_t>(n), 0.0F);
        if (!reader.input(2).empty()) {
            const Constant& c = constant_input(reader, 2, "matrix C");
            if (c.floats.size() != 1 && c.floats.size() != bias.size()) {
                reader.fail("matrix C must hold 1 or " + std::to_string(n) + " values");
            }
            for (std::size_t i = 0; i < bias.size(); ++i) {
                bias[i] = beta * c.floats[c.floats.size() == 1 ? 0 : i];
            }
        }
        const auto rows = static_cast<std::size_t>(features);
        const auto columns = static_cast<std::size_t>(n);
        linear(
            reader, x, n,
            [&](std::size_t k, std::size_t column) {
                return alpha * b.floats[transposed ? (column * rows) + k : (k * columns) + column];
            },
            std::move(bias));
    }

    void matmul(const NodeReader& reader) {
        const Value x = value_of_rank(reader, 0, 2);
        const Constant& b = constant_input(reader, 1, "matrix B");
        const auto features = static_cast<std::int64_t>(node(x.node).shape.size());
        if (b.dims.size() != 2 || b.floats.empty() || b.dims[0] != features) {
            reader.fail("matrix B must be FLOAT with " + std::to_string(features) + " rows");
        }
        const int n = checked(reader, b.dims[1], 1, "columns");
        const auto columns = static_cast<std::size_t>(n);
        linear(
            reader, x, n,
            [&](std::size_t k, std::size_t column) { return b.floats[(k * columns) + column]; },
            std::vector<float>(columns, 0.0F));
    }

    void batch_normalization(const NodeReader& reader) {
        const Value x = value(reader, 0);
        Node& producer = node(x.node);
        if (producer.op != Op::kConv || !producer.bounds.none() || !sole_use(reader, 0, x)) {
            reader.fail(
                "cannot be folded: its input must be a Conv or Gemm that nothing else reads");
        }
        if (reader.integer("training_mode", 0) != 0) {
            reader.fail("training_mode is not supported");
        }
        const int channels = producer.shape.c;
        const auto gamma = channel_constant(reader, 1, "scale", channels);
        const auto beta = channel_constant(reader, 2, "B", channels);
        const auto mean = channel_constant(reader, 3, "mean", channels);
        const auto variance = channel_constant(reader, 4, "variance", channels);
        const double epsilon = reader.real("epsilon", 1e-5F);
        if (std::ranges::any_of(variance, [&](float v) { return !(v + epsilon > 0.0); })) {
            reader.fail("variance + epsilon must be positive");
        }
        fold_batch_norm(producer, {gamma, beta, mean, variance, epsilon});
        alias(reader, 0, x);
    }

    void add(const NodeReader& reader) {
        const bool first_constant = find_constant(reader, 0) != nullptr;
        if (first_constant || find_constant(reader, 1) != nullptr) {
            add_constant(reader, first_constant ? 1 : 0, first_constant ? 0 : 1);
            return;
        }
        const Value a = value(reader, 0);
        const Value b = value(reader, 1);
        const Shape shape = node(a.node).shape;
        if (a.rank != b.rank || shape != node(b.node).shape) {
            reader.fail("shapes " + to_string(shape) + " and " + to_string(node(b.node).shape) +
                        " differ; broadcasting of activations is not supported");
        }
        Node out;
        out.op = Op::kAdd;
        out.inputs = {a.node, b.node};
        out.shape = shape;
        append(reader, std::move(out), a.rank);
    }

    void add_constant(const NodeReader& reader, int activation, int constant) {
        const Value x = value(reader, activation);
        const Shape shape = node(x.node).shape;
        const Constant& c = constant_input(reader, constant, "addend");
        // Dimensions of the constant aligned to [C, H, W] or [F] from the right; leading ones drop.
        std::vector<std::int64_t> dims = c.dims;
        const std::size_t rank = x.rank == 4 ? 3 : 1;
        while (dims.size() > rank && dims.front() == 1) {
            dims.erase(dims.begin());
        }
        const std::vector<std::int64_t> full =
            x.rank == 4 ? std::vector<std::int64_t>{shape.c, shape.h, shape.w}
                        : std::vector<std::int64_t>{shape.c};
        dims.insert(dims.begin(), rank - std::min(rank, dims.size()), 1);
        bool fits = dims.size() == rank && !c.floats.empty();
        for (std::size_t i = 0; fits && i < rank; ++i) {
            fits = dims[i] == 1 || dims[i] == full[i];
        }
        if (!fits) {
            reader.fail("the constant's shape cannot be broadcast to " + to_string(shape));
        }
        dims.resize(3, 1);
        const auto at = [&](int channel, int row, int column) {
            const std::int64_t i = dims[0] == 1 ? 0 : channel;
            const std::int64_t j = dims[1] == 1 ? 0 : row;
            const std::int64_t k = dims[2] == 1 ? 0 : column;
            return c.floats[static_cast<std::size_t>((((i * dims[1]) + j) * dims[2]) + k)];
        };
        Node& producer = node(x.node);
        const bool per_channel = dims[1] == 1 && dims[2] == 1;
        if (per_channel && producer.op == Op::kConv && producer.bounds.none() &&
            sole_use(reader, activation, x)) {
            for (int channel = 0; channel < shape.c; ++channel) {
                producer.bias[static_cast<std::size_t>(channel)] += at(channel, 0, 0);
            }
            alias(reader, activation, x);
            return;
        }
        Node out;
        out.op = Op::kAddConstant;
        out.inputs = {x.node};
        out.shape = shape;
        for (int channel = 0; channel < shape.c; ++channel) {
            for (int row = 0; row < shape.h; ++row) {
                for (int column = 0; column < shape.w; ++column) {
                    out.bias.push_back(at(channel, row, column));
                }
            }
        }
        append(reader, std::move(out), x.rank);
    }

    // ---- limits ------------------------------------------------------------------------------

    void limit(const NodeReader& reader, Bounds bounds) {
        const Value x = value(reader, 0);
        Node& producer = node(x.node);
        const bool computes = producer.op == Op::kConv || producer.op == Op::kAdd ||
                              producer.op == Op::kAddConstant || producer.op == Op::kAveragePool ||
                              producer.op == Op::kClip;
        if (computes && sole_use(reader, 0, x)) {
            producer.bounds.lo = std::clamp(producer.bounds.lo, bounds.lo, bounds.hi);
            producer.bounds.hi = std::clamp(producer.bounds.hi, bounds.lo, bounds.hi);
            alias(reader, 0, x);
            return;
        }
        Node out;
        out.op = Op::kClip;
        out.inputs = {x.node};
        out.shape = producer.shape;
        out.bounds = bounds;
        append(reader, std::move(out), x.rank);
    }

    void relu(const NodeReader& reader) {
        Bounds bounds;
        bounds.lo = 0.0F;
        limit(reader, bounds);
    }

    void clip(const NodeReader& reader) {
        Bounds bounds;
        bounds.lo = reader.real("min", bounds.lo);  // attributes up to opset 10, inputs since 11
        bounds.hi = reader.real("max", bounds.hi);
        for (int i = 1; i <= 2; ++i) {
            if (!reader.input(i).empty()) {
                (i == 1 ? bounds.lo : bounds.hi) =
                    channel_constant(reader, i, i == 1 ? "min" : "max", 1)[0];
            }
        }
        if (!(bounds.lo <= bounds.hi)) {
            reader.fail("min must not exceed max");
        }
        limit(reader, bounds);
    }

    // ---- pools -------------------------------------------------------------------------------

    void pool(const NodeReader& reader, Op op, const Window& w, bool count_include_pad) {
        const Value x = value_of_rank(reader, 0, 4);
        const Shape in = node(x.node).shape;
        Node out;
        // A 1x1 window without padding only picks every stride-th pixel; as a maximum it does so
        // without rounding.
        out.op = w.kh * w.kw == 1 && w.top + w.left + w.bottom + w.right == 0 ? Op::kMaxPool : op;
        out.inputs = {x.node};
        out.window = w;
        out.count_include_pad = count_include_pad;
        out.shape = {in.c, window_height(w, in.h), window_width(w, in.w)};
        append(reader, std::move(out), 4);
    }

    Window pool_window(const NodeReader& reader) {
        const Value x = value_of_rank(reader, 0, 4);
        const auto kernel = reader.integers("kernel_shape");
        if (!kernel || kernel->size() != 2) {
            reader.fail("attribute 'kernel_shape' must have 2 entries");
        }
        if (reader.integer("ceil_mode", 0) != 0) {
            reader.fail("ceil_mode is not supported");
        }
        const Window w = window(reader, node(x.node).shape, *kernel);
        if (w.top >= w.kh || w.bottom >= w.kh || w.left >= w.kw || w.right >= w.kw) {
            reader.fail("padding must be smaller than the kernel");
        }
        return w;
    }

    void max_pool(const NodeReader& reader) {
        if (!reader.output(1).empty()) {
            reader.fail("the output of indices is not supported");
        }
        pool(reader, Op::kMaxPool, pool_window(reader), false);
    }

    void average_pool(const NodeReader& reader) {
        const Window w = pool_window(reader);
        if (w.dilation_h != 1 || w.dilation_w != 1) {
            reader.fail("dilations are not supported");
        }
        pool(reader, Op::kAveragePool, w, reader.integer("count_include_pad", 0) != 0);
    }

    void global_average_pool(const NodeReader& reader) {
        const Shape in = node(value_of_rank(reader, 0, 4).node).shape;
        Window w;
        w.kh = in.h;
        w.kw = in.w;
        pool(reader, Op::kAveragePool, w, false);
    }

    void reduce_mean(const NodeReader& reader) {
        std::vector<std::int64_t> axes = reader.integers("axes").value_or(
            std::vector<std::int64_t>{});  // an input since opset 18
        if (!reader.input(1).empty()) {
            axes = constant_input(reader, 1, "axes").integers;
        }
        for (std::int64_t& axis : axes) {
            axis += axis < 0 ? 4 : 0;
        }
        std::ranges::sort(axes);
        if (axes != std::vector<std::int64_t>{2, 3}) {
            reader.fail("only the mean over height and width (axes 2 and 3) is supported");
        }
        global_average_pool(reader);
        if (reader.integer("keepdims", 1) == 0) {
            values_[reader.output(0)].rank = 2;
        }
    }

    // ---- layout ------------------------------------------------------------------------------

    void identity(const NodeReader& reader) {
        if (const Constant* c = find_constant(reader, 0)) {
            constants_[reader.output(0)] = *c;
            return;
        }
        alias(reader, 0, value(reader, 0));
    }

    void constant(const NodeReader& reader) {
        const onnx::TensorProto* tensor = reader.tensor("value");
        Constant c;
        if (tensor != nullptr) {
            c = read_tensor(*tensor, file_, reader.where());
        } else if (const auto reals = reader.reals("value_floats")) {
            c.dims = {static_cast<std::int64_t>(reals->size())};
            c.floats = *reals;
        } else if (const auto integers = reader.integers("value_ints")) {
            c.dims = {static_cast<std::int64_t>(integers->size())};
            c.integers = *integers;
        } else {
            reader.fail("only 'value', 'value_floats' and 'value_ints' are supported");
        }
        constants_[reader.output(0)] = std::move(c);
    }

    void to_features(const NodeReader& reader) {
        const Value x = value(reader, 0);
        const Shape in = node(x.node).shape;
        if (in.h * in.w == 1) {
            alias(reader, 0, {x.node, 2});
            return;
        }
        Node out;
        out.op = Op::kFlatten;
        out.inputs = {x.node};
        out.shape = {static_cast<int>(in.size()), 1, 1};
        append(reader, std::move(out), 2);
    }

    void flatten(const NodeReader& reader) {
        const std::int64_t axis = reader.integer("axis", 1);
        if (axis != 1 && axis != 1 - value(reader, 0).rank) {
            reader.fail("axis " + std::to_string(axis) + " is not supported; allowed: 1");
        }
        to_features(reader);
    }

    void reshape(const NodeReader& reader) {
        const Shape in = node(value(reader, 0).node).shape;
        const Constant& shape = constant_input(reader, 1, "shape");
        const auto features = static_cast<std::int64_t>(in.size());
        const auto& s = shape.integers;
        if (s.size() != 2 || (s[1] != -1 && s[1] != features) || s[0] < -1) {
            reader.fail("only reshaping to [N, " + std::to_string(features) + "] is supported");
        }
        to_features(reader);
    }

    void pad(const NodeReader& reader) {
        const Value x = value_of_rank(reader, 0, 4);
        if (reader.text("mode", "constant") != "constant") {
            reader.fail("only mode 'constant' is supported");
        }
        std::vector<std::int64_t> pads =
            reader.integers("pads").value_or(std::vector<std::int64_t>{});
        if (!reader.input(1).empty()) {  // an input since opset 11
            pads = constant_input(reader, 1, "pads").integers;
        }
        float fill = reader.real("value", 0.0F);
        if (!reader.input(2).empty()) {
            fill = channel_constant(reader, 2, "constant_value", 1)[0];
        }
        if (pads.size() != 8 || pads[0] != 0 || pads[4] != 0 || fill != 0.0F ||
            !reader.input(3).empty()) {
            reader.fail("only zeros around channels, rows and columns are supported");
        }
        const Shape in = node(x.node).shape;
        Node out;
        out.op = Op::kPad;
        out.inputs = {x.node};
        out.pad_front = checked(reader, pads[1], 0, "padding");
        out.window.top = checked(reader, pads[2], 0, "padding");
        out.window.left = checked(reader, pads[3], 0, "padding");
        out.pad_back = checked(reader, pads[5], 0, "padding");
        out.window.bottom = checked(reader, pads[6], 0, "padding");
        out.window.right = checked(reader, pads[7], 0, "padding");
        out.shape = {in.c + out.pad_front + out.pad_back, in.h + out.window.top + out.window.bottom,
                     in.w + out.window.left + out.window.right};
        append(reader, std::move(out), 4);
    }

    /// A Softmax that feeds only the graph's output does not change the largest class.
    void softmax(const NodeReader& reader) {
        const Value x = value(reader, 0);
        const auto& outputs = model_.graph().output();
        const bool last = std::ranges::any_of(
            outputs, [&](const auto& info) { return info.name() == reader.output(0); });
        const auto it = uses_.find(reader.output(0));
        if (!last || it == uses_.end() || it->second != 1) {
            reader.fail("is supported only as the last node of the network");
        }
        alias(reader, 0, x);
    }

    const onnx::ModelProto& model_;
    std::string file_;
    Graph graph_;
    std::vector<bool> shared_;  ///< per node: read under a name that has several uses
    std::map<std::string, Constant> constants_;
    std::map<std::string, Value> values_;
    std::map<std::string, int> uses_;
};

}  // namespace

Graph import_onnx(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file)) {
        throw InputError(file.string(), "", "cannot be read");
    }
    onnx::ModelProto model;
    const google::protobuf::LogSilencer quiet;
    if (!model.ParseFromIstream(&in) || !model.has_graph() || model.graph().node_size() == 0) {
        throw InputError(file.string(), "", "is not an ONNX model, or it is damaged");
    }
    return Importer(model, file.string()).run();
}

std::string supported_operators() {
    return Importer::operator_names();
}

std::vector<double> parse_numbers(const std::string& text, const std::string& file,
                                  const std::string& where) {
    std::vector<double> numbers;
    std::istringstream items(text);
    std::string item;
    while (std::getline(items, item, ',')) {
        std::size_t used = 0;
        double number = 0.0;
        try {
            number = std::stod(item, &used);
        } catch (const std::exception&) {
            used = 0;
        }
        if (used == 0 || used != item.size() || !std::isfinite(number)) {
            throw InputError(file, where, "'" + item + "' is not a number");
        }
        numbers.push_back(number);
    }
    if (numbers.empty()) {
        throw InputError(file, where, "is empty; allowed: numbers separated by commas");
    }
    return numbers;
}

}  // namespace peforge::codesign
