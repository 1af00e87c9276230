// The only file that includes libtorch.
//
// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <limits>
#include <utility>

#include "codesign/fp32/linalg.hpp"
#include "codesign/fp32/reference.hpp"

namespace peforge::codesign {

namespace {

/// A view of constant data; libtorch asks for a mutable pointer but these tensors are only read.
template <typename T>
at::Tensor view(std::span<const T> data, at::IntArrayRef shape, at::ScalarType type) {
    return at::from_blob(const_cast<T*>(data.data()), shape, at::TensorOptions().dtype(type));
}

at::Tensor padded(const at::Tensor& x, const Window& w, double fill) {
    if (w.left + w.right + w.top + w.bottom == 0) {
        return x;
    }
    return at::constant_pad_nd(x, {w.left, w.right, w.top, w.bottom}, fill);
}

at::Tensor average_pool(const at::Tensor& x, const Window& w, bool count_include_pad) {
    const auto pool = [&](const at::Tensor& t) {
        return at::avg_pool2d(padded(t, w, 0.0), {w.kh, w.kw}, {w.stride_h, w.stride_w});
    };
    const at::Tensor mean = pool(x);
    if (count_include_pad || w.left + w.right + w.top + w.bottom == 0) {
        return mean;
    }
    // The share of each window that lies on real pixels.
    return mean / pool(at::ones({1, 1, x.size(2), x.size(3)}, x.options()));
}

std::vector<double> to_vector(const at::Tensor& t) {
    const at::Tensor c = t.contiguous();
    const auto* p = c.data_ptr<double>();
    return {p, p + c.numel()};
}

}  // namespace

struct Reference::Impl {
    Graph graph;

    [[nodiscard]] at::Tensor evaluate(const Node& node, const std::vector<at::Tensor>& done) const {
        const auto input = [&](std::size_t i) -> const at::Tensor& {
            return done[static_cast<std::size_t>(node.inputs[i])];
        };
        const Window& w = node.window;
        switch (node.op) {
            case Op::kInput:
                return done[0];
            case Op::kClip:
                return input(0);
            case Op::kConv: {
                const at::Tensor& x = input(0);
                const at::Tensor weight = view<float>(
                    node.weight, {node.shape.c, x.size(1) / node.groups, w.kh, w.kw}, at::kFloat);
                const at::Tensor bias = view<float>(node.bias, {node.shape.c}, at::kFloat);
                return at::conv2d(padded(x, w, 0.0), weight, bias,
                                  at::IntArrayRef({w.stride_h, w.stride_w}),
                                  at::IntArrayRef({0, 0}),
                                  at::IntArrayRef({w.dilation_h, w.dilation_w}), node.groups);
            }
            case Op::kAdd:
                return input(0) + input(1);
            case Op::kAddConstant:
                return input(0) + view<float>(node.bias,
                                              {1, node.shape.c, node.shape.h, node.shape.w},
                                              at::kFloat);
            case Op::kMaxPool:
                return at::max_pool2d(padded(input(0), w, -std::numeric_limits<double>::infinity()),
                                      {w.kh, w.kw}, {w.stride_h, w.stride_w}, {0, 0},
                                      {w.dilation_h, w.dilation_w});
            case Op::kAveragePool:
                return average_pool(input(0), w, node.count_include_pad);
            case Op::kPad:
                return at::constant_pad_nd(
                    input(0), {w.left, w.right, w.top, w.bottom, node.pad_front, node.pad_back});
            case Op::kFlatten:
                return input(0).reshape({-1, node.shape.c, 1, 1});
        }
        return {};
    }

    [[nodiscard]] std::vector<at::Tensor> run(std::span<const float> images, int count) const {
        const c10::InferenceMode guard;
        at::set_num_threads(1);
        const Shape& in = graph.nodes[0].shape;
        std::vector<at::Tensor> done;
        done.push_back(view<float>(images, {count, in.c, in.h, in.w}, at::kFloat));
        for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
            const Node& node = graph.nodes[i];
            at::Tensor y = evaluate(node, done);
            if (!node.bounds.none()) {
                y = at::clamp(y, static_cast<double>(node.bounds.lo),
                              static_cast<double>(node.bounds.hi));
            }
            done.push_back(std::move(y));
        }
        return done;
    }
};

Reference::Reference(const Graph& graph) : impl_(std::make_unique<Impl>(Impl{graph})) {}
Reference::~Reference() = default;
Reference::Reference(Reference&&) noexcept = default;
Reference& Reference::operator=(Reference&&) noexcept = default;

std::vector<float> Reference::logits(std::span<const float> images, int count) const {
    const auto done = impl_->run(images, count);
    const at::Tensor scores = done[static_cast<std::size_t>(impl_->graph.output)].contiguous();
    const auto* p = scores.data_ptr<float>();
    return {p, p + scores.numel()};
}

std::vector<std::vector<float>> Reference::tensors(std::span<const float> images, int count) const {
    std::vector<std::vector<float>> all;
    for (const at::Tensor& t : impl_->run(images, count)) {
        const at::Tensor nhwc = t.permute({0, 2, 3, 1}).contiguous();
        const auto* p = nhwc.data_ptr<float>();
        all.emplace_back(p, p + nhwc.numel());
    }
    return all;
}

std::vector<double> gram(std::span<const float> x, int rows, int k) {
    const c10::InferenceMode guard;
    at::set_num_threads(1);
    const at::Tensor m = view(x, {rows, k}, at::kFloat);
    return to_vector(at::matmul(m.t(), m).to(at::kDouble) / rows);
}

std::vector<double> inverse_cholesky(std::span<const double> a, int k, double ridge) {
    const c10::InferenceMode guard;
    at::set_num_threads(1);
    at::Tensor m = view(a, {k, k}, at::kDouble).clone();
    m.diagonal().add_(ridge);
    const at::Tensor lower = at::linalg_cholesky(m);
    return to_vector(at::linalg_cholesky(at::cholesky_inverse(lower), /*upper=*/true));
}

}  // namespace peforge::codesign
