// Energy of a netlist's cells from their counted transitions.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "synth/power/simulate.hpp"

namespace peforge::synth::power {

/// Energies in pJ over the whole window, leakage in nW.
struct Energy {
    double switching = 0.0;      ///< of nets that cells drive: C V^2 / 2 a transition
    double combinational = 0.0;  ///< internal, of gates
    double sequential = 0.0;     ///< internal, of flip-flops and latches, clock pins included
    double clock_pins = 0.0;     ///< of `sequential`: flip-flops' clock pins, spent in every cycle
    double leakage_nw = 0.0;

    [[nodiscard]] double dynamic() const { return switching + combinational + sequential; }
    /// Dynamic energy and that of leakage in `seconds`, in pJ.
    [[nodiscard]] double picojoules(double seconds) const {
        return dynamic() + leakage_nw * seconds * 1e3;
    }
    Energy& operator+=(const Energy& other);
};

/// Energy of each module of a netlist, by index into Gates::modules. Wires, the clock tree and nets
/// that inputs of the design drive are not counted, memories neither.
std::vector<Energy> energies(const Gates& gates, const Annotation& annotation,
                             const Activity& activity, double voltage);

/// Every cell output changes `per_cycle` times a cycle, by each of its inputs equally often and in
/// states that are equally likely, every flip-flop's data pin as often as its net: what OpenSTA's
/// uniform activity is. `cycles` scales the counts.
Activity uniform_activity(const Gates& gates, double per_cycle, std::uint32_t cycles);

}  // namespace peforge::synth::power
