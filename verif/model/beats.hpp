// Host side of an array's streams: a GEMM as jobs and beats, and its output beats as codes.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generator/design/design.hpp"
#include "golden/array/schedule.hpp"
#include "verif/model/rtl_abi.h"

namespace peforge {

/// Everything the driver feeds for one GEMM, in stream order; see rtl_abi.h for the layout.
struct Beats {
    std::vector<golden::Job> plan;
    std::vector<PeforgeRtlJob> jobs;
    std::vector<std::uint32_t> prm;
    std::vector<std::uint32_t> wgt;
    std::vector<std::uint32_t> act;
    std::uint64_t out_beats = 0;
    int out_words = 0;  ///< words of an output beat
};

/// Weights of a GEMM: codes [k][n] on a systolic array, codebooks and tables on a LUT array.
struct Weights {
    std::span<const golden::Code> codes;
    const golden::LutLayer* lut = nullptr;
};

/// Packs a GEMM. Rows and columns beyond the shape are zero codes.
Beats pack(const Design& design, golden::GemmShape shape, std::span<const golden::Code> activations,
           const Weights& weights, std::span<const golden::ColumnParams> columns, bool relu);

/// Output beats back to codes [m][n].
void unpack(const Design& design, golden::GemmShape shape, const Beats& beats,
            std::span<const std::uint32_t> out, std::span<golden::Code> codes);

}  // namespace peforge
