// Planted bugs: one text of one emitted module is changed, as a person would get it wrong, and the
// regression must notice.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"

namespace peforge::planted {

/// What notices a bug.
enum class Check {
    kLint,         ///< Verilator's lint: the model is not even built
    kOutput,       ///< an output beat differs from the golden model
    kProgress,     ///< nothing moves any more
    kProtocol,     ///< busy, the cycle counter, stable outputs, beats after the end; in every cycle
    kSaturations,  ///< the counter of saturations at the end of an episode
    kNar,          ///< that of NaR operands
    kCycles,       ///< the time an episode takes
    kError,        ///< the error flag
    kAxi,          ///< the bench of the AXI wrapper
    kUnknown,      ///< an X at an output in Icarus Verilog
    kNothing,      ///< all tests pass
};

const char* to_string(Check check);

struct Bug {
    std::string name;
    std::string kind;    ///< as a user would report it
    std::string spec;    ///< of specs/
    std::string module;  ///< without the spec's name and the underscore; empty for the top; those
                         ///< of the AXI wrapper begin with axi
    std::string from;    ///< occurs once in the module
    std::string to;
    Check check = Check::kOutput;  ///< that has to notice it
    std::string stimulus{};        ///< for kNothing: what would show it
    int level = 1;                 ///< the first that notices it
};

/// All bugs; those that level 1 does not notice come last.
std::vector<Bug> bugs();

/// The spec of that name in the folder `specs`, resolved.
Design design_of(const std::string& spec, const std::filesystem::path& specs);

/// The emitted files with a bug's text replaced. Throws InputError when `from` does not occur
/// exactly once.
FileSet plant(const Bug& bug, const Design& design);

/// Who noticed, and what was said.
struct Finding {
    Check check = Check::kNothing;
    std::string test;     ///< of the plan; empty for lint
    std::string message;  ///< its first line
};

/// Runs the regression of a level on Verilator, up to the first failure. Throws MissingToolError.
Finding run_verilator(const Design& design, const FileSet& files,
                      const std::filesystem::path& cache_dir, int level, std::uint64_t seed);

/// Runs the first tests of level 1 on Verilator, whatever they give there, and replays them on
/// Icarus Verilog; looks for an X only. Throws MissingToolError.
Finding run_icarus(const Design& design, const FileSet& files,
                   const std::filesystem::path& cache_dir, std::uint64_t seed);

/// Runs the bench of the AXI wrapper, up to the first failure. Throws MissingToolError.
Finding run_axi(const Design& design, const FileSet& files, const std::filesystem::path& cache_dir,
                std::uint64_t seed);

/// run_icarus for a bug that shows as an X, run_axi for one of the wrapper, else run_verilator, at
/// `level` or the bug's own.
Finding run(const Bug& bug, const Design& design, const std::filesystem::path& cache_dir, int level,
            std::uint64_t seed);

}  // namespace peforge::planted
