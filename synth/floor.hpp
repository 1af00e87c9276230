// The bare floor of a PE: what its area is compared with.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"

namespace peforge::synth {

struct RtlInput;

/// Parameters of pf_floor_pe, as the design decided them for its PE.
struct FloorPe {
    int act_bits = 0;     ///< all activations of a PE
    int weight_bits = 0;  ///< all weights of a PE
    int sum_bits = 0;     ///< the sum of a cycle's products, signed, in the mode that needs most
    int psum_bits = 0;
    int pipeline = 1;
    bool sum_stays = false;
};

/// The floor of a systolic array's PE; empty for other arrays, and for PEs of formats that a job
/// chooses, or of bins, whose registers it does not have.
std::optional<FloorPe> floor_of(const Design& design);

/// A design `top` of one floor PE, with pf_pe_regs as `files`, the emitted files of `top`, have it.
RtlInput floor_rtl(const FloorPe& floor, const std::string& top, const FileSet& files);

}  // namespace peforge::synth
