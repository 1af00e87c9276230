// Verilates an emitted design into a shared library with the interface of rtl_abi.h.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "generator/emit/emit.hpp"

namespace peforge {

/// What a library is built for, besides running.
struct RtlOptions {
    std::filesystem::path waves;  ///< FST file to write; empty: none
    bool coverage = false;        ///< count lines and toggles
    std::string driver{};  ///< source behind the interface of rtl_abi.h; empty: rtl_driver.cpp
    bool brief = false;    ///< for few cycles: built in little time, runs slowly
    bool loops = false;    ///< the netlist has combinational loops that no setting closes
};

/// Returns the library's path. It is built in `cache_dir` unless a library of the same content is
/// there. Throws MissingToolError without verilator or g++, CheckFailedError with the tool's output
/// when the RTL does not compile. Lint warnings are errors.
std::filesystem::path build_rtl_library(const std::string& top, const FileSet& files,
                                        const std::filesystem::path& cache_dir,
                                        const RtlOptions& options = {});

/// PEFORGE_CACHE, else XDG_CACHE_HOME/peforge, else HOME/.cache/peforge.
std::filesystem::path default_cache_dir();

}  // namespace peforge
