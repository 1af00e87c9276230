// SPDX-License-Identifier: Apache-2.0
#include "synth/power/annotate.hpp"

#include <algorithm>
#include <cmath>

#include "generator/spec/error.hpp"

namespace peforge::synth::power {

namespace {

constexpr std::int64_t kNoDriver = -1;

/// Slew at an arc's input that makes the output's edge.
double cause_slew(Sense sense, std::size_t edge, const Edges<double>& input) {
    if (sense == Sense::kPositive) return input[edge];
    if (sense == Sense::kNegative) return input[1 - edge];
    return std::max(input[0], input[1]);
}

std::int32_t picoseconds(double ns) {
    // Tables continued below their grid may give less than nothing.
    return std::max<std::int32_t>(0, static_cast<std::int32_t>(std::lround(ns * 1000.0)));
}

class Annotator {
public:
    Annotator(const Gates& gates, const CellModel& flip_flop, const Surroundings& around)
        : gates_(gates), flip_flop_(flip_flop), around_(around) {}

    Annotation run() {
        find_drivers();
        find_loads();
        find_order();
        a_.slew.assign(gates_.nets, {0.0, 0.0});
        for (const TopPort& port : gates_.ports) {
            if (!port.input) continue;
            for (const Net n : port.bits)
                a_.slew[n] = {around_.input_slew_ns, around_.input_slew_ns};
        }
        if (gates_.clock != kNoNet) {
            a_.slew[gates_.clock] = {around_.clock_slew_ns, around_.clock_slew_ns};
            of_clock_.assign(gates_.nets, false);
            of_clock_[gates_.clock] = true;
        }
        std::size_t size = 0;
        for (const Gate& g : gates_.gates) {
            a_.delay_at.push_back(static_cast<std::uint32_t>(size));
            size += g.model->inputs.size() * g.model->outputs.size();
        }
        a_.delay.resize(size);
        for (const MemoryGate& m : gates_.memories) memory(m);
        for (std::size_t g = 0; g < gates_.gates.size(); ++g) {
            if (gates_.gates[g].model->flip_flop) gate(g);
        }
        for (const std::uint32_t g : a_.order) gate(g);
        return std::move(a_);
    }

private:
    void drive(Net net, std::int64_t by) {
        if (net == kNoNet) return;
        if (net < 2 || a_.driver[net] != kNoDriver || input_[net]) {
            throw CheckFailedError("the netlist has a net with two drivers");
        }
        a_.driver[net] = by;
    }

    void find_drivers() {
        a_.driver.assign(gates_.nets, kNoDriver);
        input_.assign(gates_.nets, false);
        for (const TopPort& port : gates_.ports) {
            for (const Net n : port.bits) {
                if (port.input) input_[n] = true;
            }
        }
        for (std::size_t g = 0; g < gates_.gates.size(); ++g) {
            const Gate& gate = gates_.gates[g];
            if (gate.model->flip_flop && gates_.input(gate, gate.model->clock) != gates_.clock) {
                throw CheckFailedError("the netlist has a flip-flop with a clock of its own");
            }
            for (std::size_t o = 0; o < gate.model->outputs.size(); ++o) {
                drive(gates_.output(gate, o), static_cast<std::int64_t>(g));
            }
        }
    }

    void add_load(Net net, double capacitance, const Edges<double>& by_edge) {
        a_.load[net] += capacitance;
        for (std::size_t e = 0; e < 2; ++e) a_.edge_load[net][e] += by_edge[e];
    }

    void find_loads() {
        a_.load.assign(gates_.nets, 0.0);
        a_.edge_load.assign(gates_.nets, {0.0, 0.0});
        for (const Gate& gate : gates_.gates) {
            for (std::size_t i = 0; i < gate.model->inputs.size(); ++i) {
                const InputPin& pin = gate.model->inputs[i];
                add_load(gates_.input(gate, i), pin.capacitance, pin.edge_capacitance);
            }
        }
        // A memory's inputs are those of the flip-flops that stand in for it.
        const InputPin& data = flip_flop_.inputs[flip_flop_.clock == 0 ? 1 : 0];
        for (const MemoryGate& m : gates_.memories) {
            for (const Net n : {m.we, m.re}) add_load(n, data.capacitance, data.edge_capacitance);
            for (const auto* bits : {&m.waddr, &m.wdata, &m.raddr}) {
                for (const Net n : *bits) add_load(n, data.capacitance, data.edge_capacitance);
            }
        }
        const double port = around_.output_load_pf;
        for (const TopPort& p : gates_.ports) {
            for (const Net n : p.bits) {
                if (!p.input) add_load(n, port, {port, port});
            }
        }
    }

    /// Levels of the combinational gates: one more than their highest driver.
    void find_order() {
        const std::size_t count = gates_.gates.size();
        std::vector<std::uint32_t> waiting(count, 0);
        std::vector<std::vector<std::uint32_t>> readers(count);
        for (std::size_t g = 0; g < count; ++g) {
            const Gate& gate = gates_.gates[g];
            if (gate.model->flip_flop) continue;
            for (std::size_t i = 0; i < gate.model->inputs.size(); ++i) {
                const std::int64_t from = a_.driver[gates_.input(gate, i)];
                if (from == kNoDriver ||
                    gates_.gates[static_cast<std::size_t>(from)].model->flip_flop) {
                    continue;
                }
                readers[static_cast<std::size_t>(from)].push_back(static_cast<std::uint32_t>(g));
                ++waiting[g];
            }
        }
        a_.level.assign(count, 0);
        std::size_t combinational = 0;
        for (std::size_t g = 0; g < count; ++g) {
            if (gates_.gates[g].model->flip_flop) continue;
            ++combinational;
            a_.level[g] = 1;
            if (waiting[g] == 0) a_.order.push_back(static_cast<std::uint32_t>(g));
        }
        for (std::size_t at = 0; at < a_.order.size(); ++at) {
            const std::uint32_t g = a_.order[at];
            for (const std::uint32_t r : readers[g]) {
                a_.level[r] = std::max(a_.level[r], a_.level[g] + 1);
                if (--waiting[r] == 0) a_.order.push_back(r);
            }
        }
        if (a_.order.size() != combinational) {
            throw CheckFailedError("the netlist has a loop of combinational gates");
        }
    }

    /// Whether nothing but the clock reaches a gate: layout balances such inverters and buffers
    /// with the tree, so they are as ideal as the clock is.
    [[nodiscard]] bool in_clock_network(const Gate& gate) const {
        if (gates_.clock == kNoNet || gate.model->flip_flop || gate.model->inputs.empty()) {
            return false;
        }
        for (std::size_t i = 0; i < gate.model->inputs.size(); ++i) {
            if (!of_clock_[gates_.input(gate, i)]) return false;
        }
        return true;
    }

    void gate(std::size_t index) {
        const Gate& gate = gates_.gates[index];
        const CellModel& model = *gate.model;
        if (in_clock_network(gate)) {
            for (std::size_t o = 0; o < model.outputs.size(); ++o) {
                const Net out = gates_.output(gate, o);
                if (out == kNoNet) continue;
                of_clock_[out] = true;
                a_.slew[out] = {around_.clock_slew_ns, around_.clock_slew_ns};
            }
            return;
        }
        for (std::size_t o = 0; o < model.outputs.size(); ++o) {
            const Net out = gates_.output(gate, o);
            const Edges<double> load = out == kNoNet ? Edges<double>{} : a_.edge_load[out];
            Edges<std::int32_t> slowest = {0, 0};
            Edges<double> slew = {0.0, 0.0};
            const std::size_t at = a_.delay_at[index] + (o * model.inputs.size());
            std::vector<bool> has_arc(model.inputs.size(), false);
            for (const DelayArc& arc : model.outputs[o].arcs) {
                has_arc[arc.input] = true;
                for (std::size_t e = 0; e < 2; ++e) {
                    const double in =
                        cause_slew(arc.sense, e, a_.slew[gates_.input(gate, arc.input)]);
                    const std::int32_t delay = picoseconds(arc.delay[e].at(load[e], in));
                    std::int32_t& worst = a_.delay[at + arc.input][e];
                    worst = std::max(worst, delay);
                    slowest[e] = std::max(slowest[e], delay);
                    slew[e] = std::max(slew[e], arc.transition[e].at(load[e], in));
                }
            }
            for (std::size_t i = 0; i < model.inputs.size(); ++i) {
                if (!has_arc[i]) a_.delay[at + i] = slowest;
            }
            if (out != kNoNet) a_.slew[out] = slew;
        }
    }

    void memory(const MemoryGate& m) {
        std::vector<Edges<std::int32_t>>& delays = a_.memory_delay.emplace_back();
        const DelayArc& arc = flip_flop_.outputs.front().arcs.front();
        for (const Net n : m.rdata) {
            Edges<std::int32_t>& delay = delays.emplace_back();
            for (std::size_t e = 0; e < 2; ++e) {
                delay[e] = picoseconds(arc.delay[e].at(a_.edge_load[n][e], around_.clock_slew_ns));
                a_.slew[n][e] = arc.transition[e].at(a_.edge_load[n][e], around_.clock_slew_ns);
            }
        }
    }

    const Gates& gates_;
    const CellModel& flip_flop_;
    const Surroundings around_;
    Annotation a_;
    std::vector<bool> input_;
    std::vector<bool> of_clock_;  ///< nets that only the clock reaches
};

}  // namespace

Annotation annotate(const Gates& gates, const CellModel& flip_flop, const Surroundings& around) {
    return Annotator(gates, flip_flop, around).run();
}

}  // namespace peforge::synth::power
