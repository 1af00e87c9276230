// Post-training quantisation of a network to the formats of a Design.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "codesign/io/dataset.hpp"
#include "codesign/quant/lut_fit.hpp"
#include "codesign/quant/network.hpp"

namespace peforge::codesign {

struct QuantiseOptions {
    std::uint64_t seed = 1;  ///< of the sampling of calibration rows and of k-means
    int threads = 1;
    LutMethod lut_method = LutMethod::kLeastSquares;
};

/// What quantisation did to one node's result, on the calibration images.
struct NodeReport {
    double scale = 1.0;
    /// 10 log10( sum real^2 / sum (real - quantised)^2 ) against fp32; infinite when equal.
    double sqnr_db = 0.0;
};

struct Quantised {
    QuantNetwork network;
    std::vector<NodeReport> reports;  ///< per node
};

/// Quantises layer by layer, each layer seeing the quantised results of those before it.
///
/// Activations: one scale per tensor, the one with the smallest mean squared error; pools of
/// maxima, limits, padding and flattening keep their input's scale. Weights: one scale per output
/// channel, see fit_weights(). LUT layers: see lut_fit.hpp. Biases: batch normalisation is folded
/// already; the mean of every output channel before the limit is then corrected to the fp32 mean on
/// the calibration images (bias correction as in arXiv 1906.04721, section 4.2, with measured
/// means).
///
/// Throws InputError when the design cannot run the network: an output format that differs from the
/// activation format, K above max_k, a bias where the array has none. `progress(node)` is called
/// before each node.
Quantised quantise(const Graph& graph, const Design& design, const Images& calibration,
                   const QuantiseOptions& options, const std::function<void(int)>& progress);

}  // namespace peforge::codesign
