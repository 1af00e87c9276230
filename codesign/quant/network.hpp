// A quantised network: what the integer engine runs.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "codesign/engine/host_ops.hpp"
#include "codesign/engine/im2col.hpp"
#include "codesign/graph/graph.hpp"
#include "generator/design/design.hpp"
#include "golden/array/array.hpp"

namespace peforge::codesign {

/// Operands of one GEMM layer on the array, apart from the activations.
struct ArrayLayer {
    int k = 0;
    int n = 0;
    std::vector<golden::Code> weights;  ///< systolic, [k][n]
    golden::RowLists rows;              ///< systolic: rows of K that are sent, see sent_rows()
    golden::LutLayer lut;               ///< LUT array
    std::vector<golden::ColumnParams> columns;
    bool relu = false;
};

/// Grouped convolution (depthwise among them) on the host: product terms of the same datapath, the
/// same post-processing.
struct HostConvolution {
    std::vector<golden::Code> weights;  ///< [out channel][k of its group]
    std::vector<golden::ColumnParams> columns;
    bool relu = false;
};

/// The integer form of a graph node; which members are used depends on the node's operator.
struct QuantNode {
    double scale = 1.0;  ///< real value = scale * value of the code
    std::optional<ArrayLayer> array;
    std::optional<HostConvolution> host;
    LinearRule rule;
    std::vector<golden::Code> limit;  ///< code -> limited code; empty when nothing is left to limit
};

struct QuantNetwork {
    Graph graph;
    Design design;
    golden::DatapathParams host_datapath;  ///< of HostConvolution
    std::vector<QuantNode> nodes;          ///< as graph.nodes
};

/// The format every activation tensor is stored in.
inline const golden::Format& activation_format(const Design& design) {
    return design.post().output;
}

/// Rows of K that the host sends for a layer's weights: those with a nonzero weight in the column
/// tile. All of them (an empty list) where a row of zero weights can show: a saturating sum depends
/// on how K is cut into tiles, and NaR times zero is reported.
golden::RowLists sent_rows(const Design& design, const ArrayLayer& layer);

/// Order of K on an array. Channels run fastest, so that sub-vectors lie along the channels; long
/// sub-vectors of a LUT array lie along the windows of a channel (measured, see
/// docs/quantisation.md).
KOrder k_order(const Design& design);

/// GEMM of a convolution for `images` images: m = images*oh*ow, k = kh*kw*ic in k_order(), n = oc.
golden::GemmShape gemm_shape(const Graph& graph, const Node& node, int images);

}  // namespace peforge::codesign
