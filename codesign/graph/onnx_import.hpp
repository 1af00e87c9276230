// ONNX -> Graph.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "codesign/graph/graph.hpp"

namespace peforge::codesign {

/// Reads a network with one float input [N, C, H, W] or [N, F] and one output of class scores.
///
/// Batch normalisation, constant additions, ReLU and Clip are folded into the convolution (or
/// addition) before them where nothing else reads its result; Identity, Dropout and a final Softmax
/// disappear. Only the batch dimension may be symbolic.
/// Metadata "peforge.input_scale" and "peforge.input_offset" (comma-separated numbers, one per
/// channel or one for all) fill Graph::input_scale and input_offset.
/// Throws InputError (file, node 'NAME' (op OP), what is wrong) for damaged files, external data,
/// data types other than float, dynamic shapes and operators that are not supported.
Graph import_onnx(const std::filesystem::path& file);

/// The operators import_onnx() reads, comma-separated.
std::string supported_operators();

/// Parses "a,b,c"; throws InputError(file, where, ...) when an item is not a finite number.
std::vector<double> parse_numbers(const std::string& text, const std::string& file,
                                  const std::string& where);

}  // namespace peforge::codesign
