// Gate-level simulation of a mapped netlist that counts transitions, glitches included.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "synth/power/annotate.hpp"

namespace peforge::synth::power {

/// Values of ports in one clock cycle: a bit each, ports in the order of Gates::ports that are
/// inputs (or outputs), the clock left out.
using PortValues = std::vector<std::uint8_t>;

enum class DelayMode {
    kAnnotated,  ///< delays of the tables, inertial: pulses shorter than a delay do not pass
    kZero,       ///< every gate changes at most once in a cycle: no glitches
};

/// How often things happened. Energies are counted by what causes them (annotate.hpp's
/// `energy_at`), so that one run serves every question.
struct Activity {
    std::uint64_t cycles = 0;
    std::vector<std::uint32_t> toggles;  ///< by net
    std::vector<Edges<std::uint32_t>>
        energy_events;                         ///< by gate and energy class: energy_at(gate)+class
    std::vector<std::uint64_t> reads, writes;  ///< by memory
    std::uint64_t events = 0;                  ///< transitions of nets
};

/// A simulation that goes on cycle by cycle. Flip-flops take what their inputs are at the end of a
/// cycle, and memories likewise; inputs of the design change `input_delay_ns` behind the edge. The
/// clock falls in the middle of a cycle, for latches and for gates that it reaches.
class GateSimulation {
public:
    /// Every flip-flop begins with `initial` (0 or 1), or with random bits of a seed above 1.
    /// `period_ns` is used with annotated delays alone. Keeps references to its arguments.
    GateSimulation(const Gates& gates, const Annotation& annotation, DelayMode mode,
                   double period_ns, const Surroundings& around, std::uint64_t initial = 0);
    ~GateSimulation();
    GateSimulation(GateSimulation&&) noexcept;
    GateSimulation& operator=(GateSimulation&&) = delete;

    /// A clock edge, then a cycle with these inputs. Afterwards outputs() are the settled values
    /// before the next edge.
    void cycle(const PortValues& inputs);

    [[nodiscard]] PortValues outputs() const;
    [[nodiscard]] const std::vector<std::uint8_t>& values() const;  ///< by net

    /// Counts from zero again.
    void clear_activity();
    [[nodiscard]] Activity activity() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// First index of a gate's energy classes in Activity::energy_events.
std::vector<std::uint32_t> energy_offsets(const Gates& gates);

}  // namespace peforge::synth::power
