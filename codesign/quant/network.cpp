// A quantised network.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/network.hpp"

#include "codesign/engine/im2col.hpp"

namespace peforge::codesign {

golden::GemmShape gemm_shape(const Graph& graph, const Node& node, int images) {
    const int channels = graph.nodes[static_cast<std::size_t>(node.inputs[0])].shape.c;
    return {images * node.shape.h * node.shape.w,
            window_elements(node.window, channels / node.groups), node.shape.c};
}

}  // namespace peforge::codesign
