// Host side of an array's streams: a GEMM as jobs and beats, and its output beats as codes.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generator/design/design.hpp"
#include "golden/array/schedule.hpp"

namespace peforge {

/// Beats of one stream: the payload ports in the top's order, each least significant word first and
/// padded to whole 32-bit words.
struct StreamBeats {
    std::vector<std::uint32_t> words;
    std::size_t words_per_beat = 0;

    [[nodiscard]] std::uint64_t beats() const { return words.size() / words_per_beat; }
    [[nodiscard]] std::span<const std::uint32_t> beat(std::uint64_t index) const {
        return std::span(words).subspan(index * words_per_beat, words_per_beat);
    }
};

/// Everything of one or several GEMMs in stream order.
struct Beats {
    StreamBeats job, prm, wgt, act, out;
};

/// No beats, but the widths of the design's streams.
Beats no_beats(const Design& design);

/// Weights of a GEMM: codes [k][n] on a systolic array, codebooks and tables on a LUT array.
struct Weights {
    std::span<const golden::Code> codes;
    const golden::LutLayer* lut = nullptr;
    golden::RowLists rows{};  ///< rows of K that are sent; the others have zero weights
};

/// A GEMM's input beats, and its output beats when `out` holds the codes [m][n] to expect. Rows and
/// columns beyond the shape are zero codes on the way in; on the way out they are what zero sums
/// with zero parameters give.
Beats pack(const Design& design, golden::GemmShape shape, std::span<const golden::Code> activations,
           const Weights& weights, std::span<const golden::ColumnParams> columns, bool relu,
           std::span<const golden::Code> out = {});

/// Output beats back to codes [m][n]; they do not depend on the rows of K that were sent.
void unpack(const Design& design, golden::GemmShape shape, const StreamBeats& out,
            std::span<golden::Code> codes);

}  // namespace peforge
