// Images and labels for one network.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codesign/graph/graph.hpp"

namespace peforge::codesign {

/// x = raw * scale[c] + offset[c], one entry per channel.
struct Preprocessing {
    std::vector<double> scale;
    std::vector<double> offset;
    std::string source;  ///< where the numbers come from, for reports
};

/// Command-line choices of the preprocessing; each wins over the network's metadata.
struct PreprocessingOptions {
    std::string scale{};   ///< "a,b,c" or empty
    std::string offset{};  ///< "a,b,c" or empty
    std::string preset{};  ///< "mnist" (raw / 255) or empty
};

/// Resolves the preprocessing of a network: options, then preset, then the network's metadata, then
/// the identity. One number stands for all channels. Throws InputError.
Preprocessing choose_preprocessing(const Graph& graph, const PreprocessingOptions& options);

/// Images as the network wants them: [count][c][h][w], preprocessed.
struct Images {
    int count = 0;
    Shape shape;
    std::vector<float> data;

    [[nodiscard]] std::span<const float> range(int first, int number) const {
        return std::span(data).subspan(static_cast<std::size_t>(first) * shape.size(),
                                       static_cast<std::size_t>(number) * shape.size());
    }
};

/// Reads images from .npy or IDX ([N, C, H, W], or [N, H, W] for one channel, or [N, F]) and checks
/// them against the network's input. Throws InputError.
Images read_images(const std::filesystem::path& file, const Graph& graph,
                   const Preprocessing& preprocessing);

/// Reads labels, one whole number per image, `count` of them, each below `classes`. Throws
/// InputError.
std::vector<int> read_labels(const std::filesystem::path& file, int count, int classes);

}  // namespace peforge::codesign
