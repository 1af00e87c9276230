// A second and a third opinion on emitted RTL: a recorded Verilator run, replayed cycle by cycle on
// Icarus Verilog (four-state) or CXXRTL (from Yosys's netlist).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "generator/emit/emit.hpp"
#include "verif/replay/trace.hpp"

namespace peforge::replay {

/// Called now and then with the cycles simulated so far.
using Progress = std::function<void(std::uint64_t)>;

struct ReplayTimes {
    double build_seconds = 0.0;  ///< near 0 when the model came from the cache
    double run_seconds = 0.0;
};

/// Throws MissingToolError when a program or header that `simulator` needs is not there.
void require_simulator(const std::string& simulator);

/// Feeds a recording's inputs to `simulator` ("icarus" or "cxxrtl") in the folder `dir`, which must
/// be empty, and writes what it gives at the outputs to dir/outputs.hex, same format. In Icarus the
/// payload of an idle input stream is X instead of what was recorded: nothing may depend on it.
/// Throws CheckFailedError with the tool's output when the RTL does not compile without a warning
/// or the simulation breaks off.
ReplayTimes replay(const std::string& simulator, const Design& design, const FileSet& files,
                   const Layout& layout, const std::filesystem::path& inputs,
                   const std::filesystem::path& dir, const std::filesystem::path& cache_dir,
                   const Progress& progress);

/// The plain Verilog-2005 bench that replays a recording: module <top>_replay, reads inputs.hex,
/// writes outputs.hex, and prints the first output that is X or Z where it has a meaning.
std::string icarus_bench(const std::string& top, const Layout& layout);

/// The C++ program that replays a recording on the CXXRTL model dut.hpp: arguments are both files.
std::string cxxrtl_main(const std::string& top, const Layout& layout);

}  // namespace peforge::replay
