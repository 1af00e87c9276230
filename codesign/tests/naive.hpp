// Operators written from their definitions (ONNX operator documents), [c][h][w], for comparison.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <vector>

#include "codesign/graph/graph.hpp"

namespace peforge::codesign::testing {

struct Tensor {
    Shape shape;
    std::vector<float> data;

    [[nodiscard]] float at(int c, int h, int w) const {
        return data[static_cast<std::size_t>((((c * shape.h) + h) * shape.w) + w)];
    }
};

/// weight is [out][in / groups][kh][kw]; padding is zero.
Tensor convolution(const Tensor& x, const std::vector<float>& weight,
                   const std::vector<float>& bias, const Window& window, int groups);

Tensor average_pool(const Tensor& x, const Window& window, bool count_include_pad);
Tensor max_pool(const Tensor& x, const Window& window);

/// Normally distributed numbers, the same on every run.
std::vector<float> noise(std::size_t count, unsigned seed, float deviation = 1.0F);

}  // namespace peforge::codesign::testing
