// Emission: Design -> files. Emitters print; they decide nothing.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "generator/design/design.hpp"

namespace peforge {

/// Files of a generated folder by relative path; ordered, so that output is deterministic.
using FileSet = std::map<std::string, std::string>;

/// What a report of `peforge synth` says, for the datasheet.
struct SynthesisFigures {
    std::optional<double> area;
    std::string unit;  ///< of the area
    std::optional<double> fmax_mhz;
    std::optional<double> pj_per_product;  ///< logic, of the first mode and workload
    std::string workload;                  ///< that it was measured under
    std::string library;
    std::string source;  ///< tools and target
};

/// Reads report.json. Throws InputError when it is none, or one of another spec.
SynthesisFigures read_figures(const std::filesystem::path& report, const Design& design);

/// rtl/*.v in the order of filelist.f, axi/*.v of the wrapper behind them in filelist_axi.f,
/// manifest.json with the SHA-256 of every other file, spec.json, memories.json, other bodies of
/// the memories in memories/, benches, registers/, sw/, hand-off files and a datasheet. Throws
/// InputError when a module would have the name of a signal, which linters refuse.
FileSet emit(const Design& design, const std::optional<SynthesisFigures>& figures = {});

/// Writes all files into `dir`: whole or not at all (written beside it, then renamed). An existing
/// folder is replaced only if it is empty or holds a peforge manifest.json.
void write_folder(const FileSet& files, const std::filesystem::path& dir);

}  // namespace peforge
