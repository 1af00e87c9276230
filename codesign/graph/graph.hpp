// Own graph representation of a convolutional network: value types, one tensor per node.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace peforge::codesign {

/// Shape of one image's tensor; a vector of features has h = w = 1.
struct Shape {
    int c = 0;
    int h = 1;
    int w = 1;

    [[nodiscard]] std::size_t size() const {
        return static_cast<std::size_t>(c) * static_cast<std::size_t>(h) *
               static_cast<std::size_t>(w);
    }
    bool operator==(const Shape&) const = default;
};

/// "c x h x w" for messages.
std::string to_string(const Shape& shape);

/// A sliding window with explicit, possibly asymmetric padding.
struct Window {
    int kh = 1;
    int kw = 1;
    int stride_h = 1;
    int stride_w = 1;
    int dilation_h = 1;
    int dilation_w = 1;
    int top = 0;
    int left = 0;
    int bottom = 0;
    int right = 0;

    bool operator==(const Window&) const = default;
};

/// Height and width after the window has passed over a tensor of h x w; 0 or less when the window
/// does not fit. Equation: floor((in + pads - dilation*(k-1) - 1) / stride) + 1.
int window_height(const Window& window, int h);
int window_width(const Window& window, int w);

/// Limits a node applies to its result: ReLU is [0, inf), Clip is any interval.
struct Bounds {
    float lo = -std::numeric_limits<float>::infinity();
    float hi = std::numeric_limits<float>::infinity();

    [[nodiscard]] bool none() const {
        return lo == -std::numeric_limits<float>::infinity() &&
               hi == std::numeric_limits<float>::infinity();
    }
    bool operator==(const Bounds&) const = default;
};

enum class Op {
    kInput,
    kConv,         ///< also Gemm and MatMul, as a 1x1 window on a vector of features
    kAdd,          ///< two activations of one shape
    kAddConstant,  ///< an activation and a constant of the same shape (broadcast at import)
    kMaxPool,
    kAveragePool,
    kClip,     ///< ReLU or Clip that could not be fused into its producer
    kPad,      ///< zeros around rows, columns and channels
    kFlatten,  ///< c x h x w -> features in ONNX order (channel outermost)
};

/// One operator and the tensor it produces.
struct Node {
    std::string name;     ///< ONNX node name, or the name of its first output
    std::string onnx_op;  ///< for messages
    Op op = Op::kInput;
    std::vector<int> inputs;         ///< indices of nodes
    Shape shape;                     ///< of the result
    Window window;                   ///< kConv, pools; kPad uses the four pads
    int groups = 1;                  ///< kConv
    int pad_front = 0;               ///< kPad: zero channels before
    int pad_back = 0;                ///< kPad: zero channels behind
    bool count_include_pad = false;  ///< kAveragePool
    std::vector<float> weight;       ///< kConv: [out][in / groups][kh][kw]
    std::vector<float> bias;         ///< kConv: [out].  kAddConstant: [c][h][w]
    Bounds bounds;                   ///< applied to the result
};

/// Nodes in an order in which every input precedes its use; nodes[0] is the input.
struct Graph {
    std::string file;
    std::vector<Node> nodes;
    int output = 0;  ///< node of the logits
    /// Preprocessing x = raw * scale[c] + offset[c] from the file's metadata; empty when absent.
    std::vector<double> input_scale;
    std::vector<double> input_offset;
};

/// Multiply-accumulates of one image.
double multiply_accumulates(const Graph& graph, const Node& node);

}  // namespace peforge::codesign
