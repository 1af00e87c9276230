// Energy of memories: of cells by simulating their own netlists, of macros by a model.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "synth/power/energy.hpp"
#include "synth/report.hpp"

namespace peforge::synth::power {

/// What goes in and out of one memory of the design: the settled values of each clock cycle.
struct MemoryTraffic {
    std::vector<Net> inputs;   ///< nets of the design, in the order of the memory's own ports
    std::vector<Net> outputs;  ///< rdata_o
    std::vector<PortValues> in;
    std::vector<PortValues> out;
};

/// The mapped netlist of one size of memory.
class MemoryNetlist {
public:
    MemoryNetlist(const MemoryReport& memory, CellModels& library, const CellModel& flip_flop);

    /// Empty traffic for slice number `slice` of a memory of the design.
    [[nodiscard]] MemoryTraffic traffic_of(const MemoryGate& memory, int slice) const;

    /// Simulates all cycles of the traffic and gives the energy of those from `begin` on. Throws
    /// CheckFailedError when a word that was written is read as another one, or earlier cycles are
    /// too short for it.
    [[nodiscard]] Energy energy(const MemoryTraffic& traffic, std::uint64_t begin, DelayMode mode,
                                double period_ns, double voltage) const;

private:
    std::string name_;
    Gates gates_;
    Annotation annotation_;
};

/// How often memories of one size were used in the window, and what that takes.
struct MemoryPower {
    std::string module;
    int width = 0;
    int depth = 0;
    long instances = 0;
    MemoryKind kind = MemoryKind::kMacro;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::optional<double> read_pj;     ///< one read of a macro
    std::optional<double> write_pj;    ///< one write of a macro
    std::optional<double> leakage_uw;  ///< one macro
    std::optional<Energy> cells;       ///< all instances, where they are cells

    /// pJ of all instances in `seconds`; empty where a model does not tell.
    [[nodiscard]] std::optional<double> picojoules(double seconds) const;
};

/// The memories of a design: netlists of those that are cells, and what goes in and out of them.
/// Keeps references to its arguments.
class DesignMemories {
public:
    DesignMemories(const Gates& gates, const SynthReport& synthesis, CellModels& library,
                   const CellModel& flip_flop);

    /// Notes what the memories' ports are at the end of a cycle; `values` by net of the design.
    void note(const std::vector<std::uint8_t>& values);

    /// By size, of the noted cycles from `begin` on; `activity` is the design's in them. Throws as
    /// MemoryNetlist::energy().
    [[nodiscard]] std::vector<MemoryPower> powers(const Activity& activity, std::uint64_t begin,
                                                  DelayMode mode, double period_ns,
                                                  double voltage) const;

private:
    const Gates& gates_;
    std::vector<const MemoryReport*> reports_;  ///< by memory of the design; null: none
    std::map<const MemoryReport*, MemoryNetlist> netlists_;
    std::vector<std::vector<MemoryTraffic>> traffic_;  ///< by memory of the design, by slice
};

}  // namespace peforge::synth::power
