// Folding of affine operators into the convolution before them.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/graph/fold.hpp"

#include <cmath>

namespace peforge::codesign {

void fold_batch_norm(Node& conv, const BatchNorm& batch_norm) {
    const auto channels = static_cast<std::size_t>(conv.shape.c);
    const std::size_t per_channel = conv.weight.size() / channels;
    for (std::size_t c = 0; c < channels; ++c) {
        const double factor =
            batch_norm.gamma[c] / std::sqrt(batch_norm.variance[c] + batch_norm.epsilon);
        for (std::size_t i = c * per_channel; i < (c + 1) * per_channel; ++i) {
            conv.weight[i] = static_cast<float>(conv.weight[i] * factor);
        }
        conv.bias[c] =
            static_cast<float>(((conv.bias[c] - batch_norm.mean[c]) * factor) + batch_norm.beta[c]);
    }
}

}  // namespace peforge::codesign
