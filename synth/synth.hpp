// peforge synth: area, cells and timing of a design's generated hardware.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"
#include "synth/library_source.hpp"
#include "synth/mapping.hpp"
#include "synth/power/power.hpp"
#include "synth/report.hpp"

namespace peforge {

/// Command line of `peforge synth`.
struct SynthOptions {
    std::filesystem::path spec;
    std::filesystem::path out;
    std::string target =
        "osu018";  ///< osu018, osu035, osu050, xilinx, xcup, ice40, ecp5, gowin, FILE.lib[.gz],...
    std::optional<double> clock_ns;    ///< target period, > 0; standard cells only
    std::string memory = "macro";      ///< macro, flip_flops, latches; standard cells only
    std::filesystem::path sram_model;  ///< file; empty: none
    std::string adders = "smallest";   ///< or an AdderVariant by name; standard cells only
    std::optional<bool> dsp;  ///< FPGA targets: multipliers in DSP blocks; empty: as usual there
    std::string route;        ///< ice40, ecp5: device to place and route for; empty: none
    bool power = false;       ///< standard cells only
    std::vector<double> zeros = {0.5};  ///< of the built-in workload's activations; a run for each
    std::string mode;                   ///< of a mixed array, by name; empty: the first
    std::vector<std::filesystem::path> activity;  ///< recorded workloads; empty: the built-in one
    bool zero_delay = false;
    bool json = false;   ///< report.json on stdout instead of the table
    bool quiet = false;  ///< no table, no progress
};

/// Synthesises the design of `options.spec` and writes `options.out`: report.json, report.txt,
/// synth.ys, yosys.log, and netlist.v for standard cells. Returns an exit status; throws Error for
/// bad input, a missing tool and a failed tool.
int synth_command(const SynthOptions& options);

namespace synth {

/// What to synthesise: a top and its emitted files (filelist.f names the sources in order).
struct RtlInput {
    std::string top;
    std::string spec_hash;
    FileSet files;
};

struct SynthSettings {
    std::string target = "osu018";
    std::optional<double> clock_ns;
    /// What memories are mapped to. With a model, macros take the place of cells where they are
    /// smaller.
    MemoryKind memory = MemoryKind::kMacro;
    std::optional<SramModel> sram_model;
    std::optional<AdderVariant> adders;  ///< the PEs' mapping; empty: by by_preference()
    std::optional<bool> dsp;             ///< FPGA targets: whether multipliers become DSP blocks
    std::string route;         ///< ice40, ecp5: device to place and route for; empty: none
    bool floor = true;         ///< whether the PE's bare floor is mapped as well
    bool keep_mapped = false;  ///< whether the report gets `mapped`
    std::function<void(std::string_view)> progress;  ///< told each step's name; may be empty
};

/// Largest memory that is mapped to cells, in bits. Large and wide ones become slices of equal
/// width side by side, each with an address decoder of its own: of at most so many bits, and of
/// latches so many bits a word (ABC sees the gate that opens a word's latches, but not their load).
inline constexpr long long kLargestMappedMemory = 1048576;
inline constexpr long long kLargestMappedSlice = 65536;
inline constexpr long long kWidestLatchSlice = 32;

/// Runs the tools in a scratch folder. The report depends on the input, the library and the tools
/// alone. Throws MissingToolError (yosys, a named library), InputError (the target, a library that
/// does not parse or lacks cells or areas) and CheckFailedError (Yosys refuses the RTL). A failed
/// or absent OpenSTA is no error: the report says so and has no timing.
SynthReport synthesise(const RtlInput& rtl, const SynthSettings& settings);

/// The same for a design and what emit() made of it.
SynthReport synthesise(const Design& design, const FileSet& files, const SynthSettings& settings);

/// The library of a target for standard cells, as read_library(). Throws InputError for a target
/// that is none.
LibrarySource target_library(const std::string& target);

/// Throws InputError unless `mode` is one of a mixed array's modes, or empty.
void check_mode(const Design& design, const std::string& mode);

/// Energy of a synthesised design (SynthSettings::keep_mapped) in the mode of `options`, or in each
/// mode of a mixed array: under the built-in workload for each share of zeros, or under each
/// recorded one. At the clock asked for, 10 ns without one, or at the shortest period where the
/// design is slower. Throws InputError for an FPGA target, else as power::measure().
std::vector<power::PowerReport> measure_power(const Design& design, const FileSet& files,
                                              const SynthReport& report,
                                              const SynthOptions& options,
                                              const SynthSettings& settings);

}  // namespace synth
}  // namespace peforge
