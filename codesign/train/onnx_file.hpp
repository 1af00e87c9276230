// A small network description and its ONNX file.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace peforge::codesign {

/// A named fp32 constant, row-major.
struct OnnxTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/// One operator with a single output.
struct OnnxNode {
    using Attribute = std::variant<std::int64_t, float, std::vector<std::int64_t>>;

    std::string op;                   ///< ONNX operator name, opset 13
    std::string name;                 ///< unique in the graph
    std::vector<std::string> inputs;  ///< tensor names
    std::string output;               ///< tensor name
    std::vector<std::pair<std::string, Attribute>> attributes;
};

/// A network with one fp32 input and one fp32 output, both with a free batch size N.
struct OnnxNetwork {
    std::string name;
    std::string description;
    std::string input;
    std::vector<std::int64_t> input_shape;  ///< without the batch dimension
    std::string output;
    std::vector<std::int64_t> output_shape;  ///< without the batch dimension
    std::vector<OnnxNode> nodes;             ///< in topological order
    std::vector<OnnxTensor> constants;
    std::vector<std::pair<std::string, std::string>> metadata;  ///< becomes metadata_props
};

/// The bytes of the ONNX file: IR version 7, opset 13, checked by libonnx. The same network gives
/// the same bytes. Throws CheckFailedError with the checker's message.
std::string format_onnx(const OnnxNetwork& network);

}  // namespace peforge::codesign
