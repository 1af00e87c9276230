// Static timing analysis with OpenSTA.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "synth/hierarchy.hpp"
#include "synth/liberty.hpp"

namespace peforge::synth {

/// One end of the critical path.
struct PathEnd {
    std::string pin;       ///< hierarchical pin name
    std::string instance;  ///< instance of an emitted module that holds it, empty for a port
    std::string module;    ///< that module's name, empty for a port
    std::string signal;    ///< register (of a memory: its port) in that module, or the port
};

/// A place of the critical path that the RTL has a name for.
struct PathSignal {
    double arrival_ns = 0.0;  ///< after the clock edge
    int cells = 0;            ///< cells on the path up to here, the first register among them
    std::string instance;     ///< as in PathEnd
    std::string module;
    std::string signal;  ///< net in that module, as the RTL calls it
};

/// Result of the timing step. All times in ns, typical corner, ideal clock, no wires.
struct Timing {
    double tmin_ns = 0.0;   ///< shortest clock period
    double fmax_mhz = 0.0;  ///< 1000 / tmin_ns
    double hold_slack_ns = 0.0;
    PathEnd from;
    PathEnd to;
    std::vector<PathSignal> path;  ///< in order; the last one is `to`
    int path_cells = 0;            ///< cells on the path, without the register at its end
};

/// A module to time, and the Verilog file that holds it.
struct TimedModule {
    std::string file;
    std::string name;
};

/// OpenSTA script that times modules one after the other, each as a design of its own: inputs
/// arrive 0.3 ns after the clock edge with a 0.1 ns transition, outputs carry 0.02 pF and are due
/// at the edge. Reads kLibraryFile.
std::string sta_script(const std::vector<TimedModule>& modules, std::optional<double> clock_ns);

/// Stand-ins for the memory black boxes: every input ends in a flip-flop of the library, every
/// output starts from one. So the logic around a memory is timed, its own access time is not.
std::string memory_stubs(const Hierarchy& hierarchy, const Library& library,
                         const std::string& top);

/// Reads what sta_script() printed about the module `top`. Throws CheckFailedError with OpenSTA's
/// message when the period is missing: its exit status is 0 even after a syntax error.
Timing parse_sta(const std::string& output, const std::string& top, const Hierarchy& hierarchy);

}  // namespace peforge::synth
