// Images and labels for one network.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/io/dataset.hpp"

#include <algorithm>
#include <cmath>

#include "codesign/graph/onnx_import.hpp"
#include "codesign/io/array_file.hpp"
#include "generator/spec/error.hpp"

namespace peforge::codesign {

namespace {

std::vector<double> per_channel(std::vector<double> numbers, int channels, const std::string& file,
                                const std::string& where) {
    if (numbers.size() == 1) {
        numbers.resize(static_cast<std::size_t>(channels), numbers[0]);
    }
    if (numbers.size() != static_cast<std::size_t>(channels)) {
        throw InputError(file, where,
                         "has " + std::to_string(numbers.size()) + " numbers; allowed: 1 or " +
                             std::to_string(channels) + " (one per channel)");
    }
    return numbers;
}

std::string shape_text(const std::vector<int>& shape) {
    std::string text;
    for (const int dim : shape) {
        text += (text.empty() ? "" : "x") + std::to_string(dim);
    }
    return text;
}

}  // namespace

Preprocessing choose_preprocessing(const Graph& graph, const PreprocessingOptions& options) {
    Preprocessing p{{1.0}, {0.0}, "none"};
    if (!graph.input_scale.empty() || !graph.input_offset.empty()) {
        p.source = "network metadata";
        if (!graph.input_scale.empty()) {
            p.scale = graph.input_scale;
        }
        if (!graph.input_offset.empty()) {
            p.offset = graph.input_offset;
        }
    }
    if (options.preset == "mnist") {
        p = {{1.0 / 255.0}, {0.0}, "preset mnist"};
    } else if (!options.preset.empty()) {
        throw InputError("--preset", "", "'" + options.preset + "' is not known; allowed: mnist");
    }
    if (!options.scale.empty()) {
        p.scale = parse_numbers(options.scale, "--scale", "");
        p.source = "options";
    }
    if (!options.offset.empty()) {
        p.offset = parse_numbers(options.offset, "--offset", "");
        p.source = "options";
    }
    const int channels = graph.nodes[0].shape.c;
    p.scale = per_channel(std::move(p.scale), channels, graph.file, "input scale");
    p.offset = per_channel(std::move(p.offset), channels, graph.file, "input offset");
    return p;
}

Images read_images(const std::filesystem::path& file, const Graph& graph,
                   const Preprocessing& preprocessing) {
    NumberArray array = read_array(file);
    const Shape& shape = graph.nodes[0].shape;
    std::vector<int> item(array.shape.begin() + (array.shape.empty() ? 0 : 1), array.shape.end());
    const bool same = item == std::vector<int>{shape.c, shape.h, shape.w} ||
                      (shape.c == 1 && item == std::vector<int>{shape.h, shape.w}) ||
                      (shape.h * shape.w == 1 && item == std::vector<int>{shape.c});
    if (!same || array.shape[0] < 1) {
        throw InputError(file.string(), "",
                         "has shape " + shape_text(array.shape) +
                             "; the network needs N images of " + to_string(shape));
    }
    Images images{array.shape[0], shape, std::move(array.data)};
    const std::size_t plane = static_cast<std::size_t>(shape.h) * static_cast<std::size_t>(shape.w);
    const auto channels = static_cast<std::size_t>(shape.c);
    for (std::size_t i = 0; i < images.data.size(); ++i) {
        const std::size_t c = (i / plane) % channels;
        images.data[i] =
            static_cast<float>((images.data[i] * preprocessing.scale[c]) + preprocessing.offset[c]);
        if (!std::isfinite(images.data[i])) {
            throw InputError(file.string(), "", "holds values that are not finite");
        }
    }
    return images;
}

std::vector<int> read_labels(const std::filesystem::path& file, int count, int classes) {
    const NumberArray array = read_array(file);
    if (array.shape.size() != 1 || array.shape[0] != count) {
        throw InputError(file.string(), "",
                         "has shape " + shape_text(array.shape) + "; " + std::to_string(count) +
                             " labels are needed, one per image");
    }
    std::vector<int> labels;
    for (const float value : array.data) {
        if (!(value >= 0.0F) || value >= static_cast<float>(classes) ||
            value != std::floor(value)) {
            throw InputError(file.string(), "",
                             "holds a label outside 0.." + std::to_string(classes - 1));
        }
        labels.push_back(static_cast<int>(value));
    }
    return labels;
}

}  // namespace peforge::codesign
