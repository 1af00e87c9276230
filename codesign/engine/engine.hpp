// Integer execution of a quantised network.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "codesign/engine/executor.hpp"
#include "codesign/io/dataset.hpp"
#include "codesign/quant/network.hpp"

namespace peforge::codesign {

/// Runs the nodes of a QuantNetwork. Const and thread-safe; the network must outlive it.
class Engine {
public:
    explicit Engine(const QuantNetwork& network);

    /// Codes of preprocessed images: [count][c][h][w] -> [count][h][w][c].
    [[nodiscard]] std::vector<golden::Code> encode(std::span<const float> images, int count) const;

    /// Result of one node (not the input) from the results of its inputs. GEMM layers run on
    /// `executor`; `stats` (may be null) receives what it reports.
    [[nodiscard]] std::vector<golden::Code> execute(
        int node, const std::vector<std::span<const golden::Code>>& inputs, int count,
        ArrayExecutor& executor, GemmStats* stats) const;

    /// Codes of the network's output, [image][class]. `stats` has one entry per node, added to.
    [[nodiscard]] std::vector<golden::Code> run(std::span<const float> images, int count,
                                                ArrayExecutor& executor,
                                                std::vector<GemmStats>& stats) const;

private:
    /// Grouped convolution on the host.
    [[nodiscard]] std::vector<golden::Code> convolve(const Node& node, const HostConvolution& conv,
                                                     std::span<const golden::Code> input,
                                                     int count) const;

    const QuantNetwork& network_;
    HostOps ops_;
    std::vector<std::int64_t> terms_;  ///< [weight code][activation code]; for grouped layers
};

/// Classes and reports of many images.
struct Evaluation {
    std::vector<int> classes;       ///< per image: largest output, the lowest index on ties
    std::vector<GemmStats> layers;  ///< per node: sums over all images
    std::vector<GemmStats> first;   ///< per node: of the first batch alone
};

/// Runs images 0..count-1 in batches of `batch` images per GEMM, batches side by side on `threads`
/// threads with one executor each. `progress(done)` is called with the number of images done so
/// far.
Evaluation evaluate(const QuantNetwork& network, const Images& images, int count, int batch,
                    int threads, const ExecutorFactory& make_executor,
                    const std::function<void(int)>& progress);

/// Index of the largest value; the lowest one on ties. Codes count as the numbers they stand for.
int largest_index(std::span<const golden::Code> codes, const golden::Format& format);

}  // namespace peforge::codesign
