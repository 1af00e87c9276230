// Hand-off files for flows of others: FuseSoC, Bender, OpenROAD-flow-scripts, LibreLane,
// SiliconCompiler, Vivado, fakeram. All take their files from the file lists.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/emit/emit.hpp"

namespace peforge {

/// Adds <top>.core, Bender.yml, librelane.json, <top>_axi.sdc, flow/ and memories/fakeram.json.
/// `files` holds the file lists and memories/.
void add_handoff(const Design& design, FileSet& files);

/// A starting point for timing of a module with these ports: one clock at `clock`, input and output
/// delays of a fifth of its period.
std::string sdc(const Design& design, const std::vector<Port>& ports, const std::string& clock);

}  // namespace peforge
