// Hand-off of a design's memories: memories.json and other bodies of the storage wrapper.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "generator/emit/emit.hpp"

namespace peforge {

/// Makes an emitted file of a template's text: head, and names of the design's modules.
using Finish = std::function<std::string(const std::string&)>;

/// Most words of a memory of latches: its read multiplexer stands word by word in the netlist.
inline constexpr int kMostLatchWords = 1024;

/// Adds memories.json and, where there are memories, memories/: for each of latch, fpga and macro
/// the modules that take the place of rtl/<top>_memory.v, and the file list with them; no list of
/// latches where a memory has more than kMostLatchWords words. `files` holds filelist.f.
void add_memories(const Design& design, const Finish& finish, FileSet& files);

}  // namespace peforge
