// Power of a mapped netlist from its switching activity.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "synth/power/energy.hpp"
#include "synth/power/memories.hpp"
#include "synth/power/simulate.hpp"
#include "synth/power/workload.hpp"
#include "synth/report.hpp"

namespace peforge::synth::power {

/// Energy of an emitted module, all instances together.
struct ModulePower {
    std::string name;
    Unit unit = Unit::kOther;
    long instances = 0;
    Energy energy;
    double glitch_share = 0.0;  ///< of dynamic energy: what zero delay does not have
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
