// SPDX-License-Identifier: Apache-2.0
#include "synth/power/energy.hpp"

namespace peforge::synth::power {

namespace {

/// Slews of an input behind the output's edges; of an input whose both edges make either, the mean.
Edges<double> causing_slews(const OutputPin& output, std::size_t input, const Edges<double>& slew) {
    for (const DelayArc& arc : output.arcs) {
        if (arc.input != input) continue;
        if (arc.sense == Sense::kPositive) return slew;
        if (arc.sense == Sense::kNegative) return {slew[1], slew[0]};
    }
    return {0.5 * (slew[0] + slew[1]), 0.5 * (slew[0] + slew[1])};
}

}  // namespace

Energy& Energy::operator+=(const Energy& other) {
    switching += other.switching;
    combinational += other.combinational;
    sequential += other.sequential;
    clock_pins += other.clock_pins;
    leakage_nw += other.leakage_nw;
    return *this;
}

std::vector<Energy> energies(const Gates& gates, const Annotation& annotation,
                             const Activity& activity, double voltage) {
    std::vector<Energy> modules(gates.modules.size());
    const std::vector<std::uint32_t> at = energy_offsets(gates);
    for (std::size_t g = 0; g < gates.gates.size(); ++g) {
        const Gate& gate = gates.gates[g];
        const CellModel& model = *gate.model;
        Energy& e = modules[gate.module];
        e.leakage_nw += model.leakage;
        // A class belongs to one pin and one cause, but to several states.
        double internal = 0.0;
        std::vector<bool> done(model.energies.size(), false);
        const auto add = [&](const EnergyOfState& of_state, double load,
                             const Edges<double>& slew) {
            for (const std::uint8_t c : of_state) {
                if (c == kNoEnergy || done[c]) continue;
                done[c] = true;
                const Edges<std::uint32_t>& events = activity.energy_events[at[g] + c];
                internal += events[0] * model.energies[c].at(Edge::kRise, load, slew[0]) +
                            events[1] * model.energies[c].at(Edge::kFall, load, slew[1]);
            }
        };
        for (std::size_t i = 0; i < model.inputs.size(); ++i) {
            const double before = internal;
            add(model.inputs[i].energy, 0.0, annotation.slew[gates.input(gate, i)]);
            if (model.flip_flop && i == model.clock) e.clock_pins += internal - before;
        }
        for (std::size_t o = 0; o < model.outputs.size(); ++o) {
            const Net out = gates.output(gate, o);
            const double load = out == kNoNet ? 0.0 : annotation.load[out];
            for (std::size_t i = 0; i < model.inputs.size(); ++i) {
                add(model.outputs[o].energy[i], load,
                    causing_slews(model.outputs[o], i, annotation.slew[gates.input(gate, i)]));
            }
            if (out != kNoNet) {
                e.switching += 0.5 * load * voltage * voltage * activity.toggles[out];
            }
        }
        (model.flip_flop || model.latch ? e.sequential : e.combinational) += internal;
    }
    return modules;
}

Activity uniform_activity(const Gates& gates, double per_cycle, std::uint32_t cycles) {
    Activity a;
    a.cycles = cycles;
    const auto toggles = static_cast<std::uint32_t>(per_cycle * cycles);
    a.toggles.assign(gates.nets, toggles);
    const std::vector<std::uint32_t> at = energy_offsets(gates);
    a.energy_events.assign(at.back(), {0, 0});
    for (std::size_t g = 0; g < gates.gates.size(); ++g) {
        const CellModel& model = *gates.gates[g].model;
        const std::size_t pins = model.inputs.size() + (model.flip_flop || model.latch ? 1 : 0);
        const std::size_t states = std::size_t{1} << pins;
        const auto spread = [&](const EnergyOfState& of_state, std::uint32_t each_edge,
                                std::size_t causes) {
            for (std::size_t s = 0; s < states; ++s) {
                if (of_state[s] == kNoEnergy) continue;
                Edges<std::uint32_t>& events = a.energy_events[at[g] + of_state[s]];
                const auto share = static_cast<std::uint32_t>(each_edge / (states * causes));
                events[0] += share;
                events[1] += share;
            }
        };
        for (std::size_t i = 0; i < model.inputs.size(); ++i) {
            const bool clock = model.flip_flop && i == model.clock;
            spread(model.inputs[i].energy, clock ? cycles : toggles / 2, 1);
        }
        for (const OutputPin& output : model.outputs) {
            for (std::size_t i = 0; i < output.energy.size(); ++i) {
                const bool clocked = model.flip_flop && i == model.clock;
                if (model.flip_flop && !clocked) continue;
                spread(output.energy[i], toggles / 2, model.flip_flop ? 1 : output.energy.size());
            }
        }
    }
    return a;
}

}  // namespace peforge::synth::power
