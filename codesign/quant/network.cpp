// A quantised network.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/network.hpp"

namespace peforge::codesign {

namespace {

/// Sub-vectors of 3 and 4 elements are better along the channels, of 8 and 9 along the window.
constexpr int kLongSubvector = 8;

}  // namespace

KOrder k_order(const Design& design) {
    return design.lut && design.lut->subvector >= kLongSubvector ? KOrder::kWindow
                                                                 : KOrder::kChannel;
}

golden::GemmShape gemm_shape(const Graph& graph, const Node& node, int images) {
    const int channels = graph.nodes[static_cast<std::size_t>(node.inputs[0])].shape.c;
    return {images * node.shape.h * node.shape.w,
            window_elements(node.window, channels / node.groups), node.shape.c};
}

golden::RowLists sent_rows(const Design& design, const ArrayLayer& layer) {
    if (!design.systolic || design.accumulator().saturate ||
        golden::has_nar(design.systolic->datapath.activation)) {
        return {};
    }
    return golden::used_rows({0, layer.k, layer.n}, design.systolic->datapath.weight, layer.weights,
                             design.cols);
}

}  // namespace peforge::codesign
