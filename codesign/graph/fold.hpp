// Folding of affine operators into the convolution before them.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "codesign/graph/graph.hpp"

namespace peforge::codesign {

/// Parameters of an inference-time batch normalisation, one entry per channel:
/// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta.
struct BatchNorm {
    std::span<const float> gamma;
    std::span<const float> beta;
    std::span<const float> mean;
    std::span<const float> variance;
    double epsilon = 1e-5;
};

/// Rewrites weight and bias of `conv` so that it computes batch_norm(conv(x)). Each span holds
/// conv.shape.c entries; `conv` has no bounds.
void fold_batch_norm(Node& conv, const BatchNorm& batch_norm);

}  // namespace peforge::codesign
