// Shape arithmetic of the graph representation.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/graph/graph.hpp"

namespace peforge::codesign {

namespace {

int windowed(int in, int before, int after, int kernel, int dilation, int stride) {
    const int span = in + before + after - (dilation * (kernel - 1)) - 1;
    return span < 0 ? 0 : (span / stride) + 1;
}

}  // namespace

std::string to_string(const Shape& shape) {
    return std::to_string(shape.c) + "x" + std::to_string(shape.h) + "x" + std::to_string(shape.w);
}

int window_height(const Window& window, int h) {
    return windowed(h, window.top, window.bottom, window.kh, window.dilation_h, window.stride_h);
}

int window_width(const Window& window, int w) {
    return windowed(w, window.left, window.right, window.kw, window.dilation_w, window.stride_w);
}

double multiply_accumulates(const Graph& graph, const Node& node) {
    if (node.op != Op::kConv) {
        return 0.0;
    }
    const int in = graph.nodes[static_cast<std::size_t>(node.inputs[0])].shape.c;
    return static_cast<double>(node.shape.size()) * (in / node.groups) * node.window.kh *
           node.window.kw;
}

}  // namespace peforge::codesign
