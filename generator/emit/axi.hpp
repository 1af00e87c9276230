// Emission of the AXI wrapper: its modules, its file list, its port binding for benches.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/emit/emit.hpp"
#include "generator/emit/memories.hpp"

namespace peforge {

/// Adds axi/<top>_axi*.v, filelist_axi.f (the core's files, then these) and
/// bench/<top>_axi_binding.hpp. `files` holds filelist.f and rtl/.
void add_axi(const Design& design, const Finish& finish, FileSet& files);

}  // namespace peforge
