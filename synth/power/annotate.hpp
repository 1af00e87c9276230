// Loads, slews, delays and energies of every cell of a netlist, from the library's tables.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "synth/power/gates.hpp"

namespace peforge::synth::power {

/// What stands around the netlist: the same as in the timing analysis (synth/timing.hpp).
struct Surroundings {
    double input_delay_ns = 0.3;  ///< behind the clock edge
    double input_slew_ns = 0.1;
    double output_load_pf = 0.02;  ///< of every bit of an output port
    double clock_slew_ns = 0.0;    ///< ideal clock; gates that nothing else reaches are so too
};

/// The two edges of something, indexed by Edge.
template <typename T>
using Edges = std::array<T, 2>;

/// A netlist with all its figures. Of memories, each output bit counts as an output of the
/// library's plain flip-flop, as in the timing analysis.
struct Annotation {
    std::vector<double> load;              ///< pF, by net
    std::vector<Edges<double>> edge_load;  ///< pF, by net: what delays are taken at
    std::vector<Edges<double>> slew;       ///< ns, by net: the worst over its driver's arcs
    /// ps, by the output's edge: `delay[delay_at[gate] + output * inputs + input]`. An input
    /// without an arc to the output has the delay of the output's slowest.
    std::vector<Edges<std::int32_t>> delay;
    std::vector<std::uint32_t> delay_at;
    std::vector<std::vector<Edges<std::int32_t>>> memory_delay;  ///< ps, by memory and output bit
    std::vector<std::uint32_t> order;  ///< combinational gates and latches, drivers first
    std::vector<std::uint32_t> level;  ///< by gate; 0 for flip-flops
    std::vector<std::int64_t> driver;  ///< by net: gate, or -1
};

/// Throws CheckFailedError for a loop of gates and for a net with two drivers.
Annotation annotate(const Gates& gates, const CellModel& flip_flop, const Surroundings& around);

}  // namespace peforge::synth::power
