// Emission: Design -> files. Emitters print; they decide nothing.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "generator/design/design.hpp"

namespace peforge {

/// Files of a generated folder by relative path; ordered, so that output is deterministic.
using FileSet = std::map<std::string, std::string>;

/// rtl/*.v, rtl/filelist.f order in filelist.f, manifest.json, bench/<name>_ports.hpp, <name>.sdc,
/// spec.json, memories.json, and other bodies of the memories in memories/. Throws InputError when
/// a module would have the name of a signal, which linters refuse.
FileSet emit(const Design& design);

/// Writes all files into `dir`: whole or not at all (written beside it, then renamed). An existing
/// folder is replaced only if it is empty or holds a peforge manifest.json.
void write_folder(const FileSet& files, const std::filesystem::path& dir);

}  // namespace peforge
