// Power of a mapped netlist from its switching activity.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "synth/power/simulate.hpp"
#include "synth/power/workload.hpp"
#include "synth/report.hpp"

namespace peforge::synth::power {

/// Energies in pJ over the whole window, leakage in nW.
struct Energy {
    double switching = 0.0;      ///< of nets that cells drive: C V^2 / 2 a transition
    double combinational = 0.0;  ///< internal, of gates
    double sequential = 0.0;     ///< internal, of flip-flops, their clock pins included
    double clock_pins = 0.0;     ///< of `sequential`: clock pins, spent in every cycle
    double leakage_nw = 0.0;

    [[nodiscard]] double dynamic() const { return switching + combinational + sequential; }
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

/// Energy of an emitted module, all instances together.
struct ModulePower {
    std::string name;
    Unit unit = Unit::kOther;
    long instances = 0;
    Energy energy;
    double glitch_share = 0.0;  ///< of dynamic energy: what zero delay does not have
};

/// How often memories of one size were used in the window, and what the model says of it.
struct MemoryPower {
    std::string module;
    int width = 0;
    int depth = 0;
    long instances = 0;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::optional<double> read_pj;     ///< one read
    std::optional<double> write_pj;    ///< one write
    std::optional<double> leakage_uw;  ///< one instance
};

struct PowerReport {
    Workload workload;
    DelayMode mode = DelayMode::kAnnotated;
    double period_ns = 0.0;
    double voltage = 0.0;
    std::uint64_t cycles = 0;
    std::uint64_t gates = 0;
    std::uint64_t transitions = 0;
    double coverage = 0.0;  ///< nets whose value did not depend on unknown states at the start
    std::vector<ModulePower> modules;  ///< by unit, then name
    std::vector<MemoryPower> memories;
    Energy total;                      ///< logic
    std::optional<Energy> zero_delay;  ///< logic, the same cycles without glitches

    [[nodiscard]] double seconds() const { return static_cast<double>(cycles) * period_ns * 1e-9; }
    [[nodiscard]] Energy of(Unit unit) const;
    /// pJ of logic in the window: dynamic and leakage.
    [[nodiscard]] double logic_pj() const;
    /// pJ of memories; empty where a model does not tell.
    [[nodiscard]] std::optional<double> memory_pj() const;
    [[nodiscard]] double logic_pj_per_mac() const;
    [[nodiscard]] double pe_pj_per_mac() const;  ///< dynamic and leakage of the PE array
};

struct PowerSettings {
    DelayMode mode = DelayMode::kAnnotated;
    double period_ns = 10.0;
};

/// Simulates the mapped design with the workload's inputs and sums up its energy. Throws
/// CheckFailedError when the netlist's outputs differ from the recorded ones in any cycle (a wrong
/// netlist, or a period too short for it) and when the coverage is below 95 %; InputError for what
/// the library lacks.
PowerReport measure(const Design& design, const SynthReport& synthesis, const Workload& workload,
                    const PowerSettings& settings);

}  // namespace peforge::synth::power
