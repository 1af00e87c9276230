// Reference execution of a Graph in single precision.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codesign/graph/graph.hpp"

namespace peforge::codesign {

/// A network ready to run in fp32 on libtorch; its types do not appear here. Calls are thread-safe
/// and each uses one thread: run several batches side by side instead.
class Reference {
public:
    explicit Reference(const Graph& graph);
    ~Reference();
    Reference(Reference&&) noexcept;
    Reference& operator=(Reference&&) noexcept;

    /// Largest batch of one call; larger ones make libtorch's allocator thrash.
    static constexpr int kMaxBatch = 128;

    /// Class scores, [image][class]. `images` is [count][c][h][w], preprocessed; 1 <= count <=
    /// kMaxBatch.
    [[nodiscard]] std::vector<float> logits(std::span<const float> images, int count) const;

    /// The result of every node, [node] -> [image][h][w][c].
    [[nodiscard]] std::vector<std::vector<float>> tensors(std::span<const float> images,
                                                          int count) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace peforge::codesign
