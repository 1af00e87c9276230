// SPDX-License-Identifier: Apache-2.0
#include "synth/power/memories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "generator/spec/error.hpp"

namespace peforge::synth::power {

namespace {

/// The design's nets behind a port of the wrapper.
std::vector<Net> nets_of(const MemoryGate& memory, const std::string& port) {
    if (port == "we_i") return {memory.we};
    if (port == "re_i") return {memory.re};
    if (port == "waddr_i") return memory.waddr;
    if (port == "wdata_i") return memory.wdata;
    if (port == "raddr_i") return memory.raddr;
    if (port == "rdata_o") return memory.rdata;
    throw CheckFailedError("a memory has the unknown port " + port);
}

/// Which words were written, and whether the one that was read last is among them: what the others
/// hold is nobody's business.
class Written {
public:
    explicit Written(const Gates& gates) {
        std::size_t at = 0;
        for (const TopPort& port : gates.ports) {
            if (!port.input || port.bits.front() == gates.clock) continue;
            Place& place = port.name == "we_i"      ? we_
                           : port.name == "re_i"    ? re_
                           : port.name == "waddr_i" ? waddr_
                           : port.name == "raddr_i" ? raddr_
                                                    : other_;
            place = {at, port.bits.size()};
            at += port.bits.size();
        }
        words_.resize(std::size_t{1} << std::max(waddr_.bits, raddr_.bits));
    }

    /// A clock edge with these inputs in front of it.
    void edge(const PortValues& inputs) {
        if (value(inputs, re_) != 0) known_ = words_[value(inputs, raddr_)];
        if (value(inputs, we_) != 0) {
            words_[value(inputs, waddr_)] = true;
            // A word that is written while it is read may come out as either.
            if (value(inputs, re_) != 0 && value(inputs, waddr_) == value(inputs, raddr_)) {
                known_ = false;
            }
        }
    }

    [[nodiscard]] bool known() const { return known_; }

private:
    struct Place {
        std::size_t at = 0;
        std::size_t bits = 0;
    };

    static std::size_t value(const PortValues& inputs, const Place& place) {
        std::size_t v = 0;
        for (std::size_t i = place.bits; i-- > 0;) v = v * 2 + inputs[place.at + i];
        return v;
    }

    Place we_, re_, waddr_, raddr_, other_;
    std::vector<bool> words_;
    bool known_ = false;
};

/// A memory's report by its size.
const MemoryReport* report_of(const MemoryGate& gate, const std::string& module,
                              const SynthReport& synthesis) {
    for (const MemoryReport& r : synthesis.memories) {
        if (r.module == module && r.width == gate.width && r.depth == gate.depth) return &r;
    }
    return nullptr;
}

PortValues pick(const std::vector<std::uint8_t>& values, const std::vector<Net>& nets) {
    PortValues bits;
    bits.reserve(nets.size());
    for (const Net n : nets) bits.push_back(n == kNoNet ? 0 : values[n]);
    return bits;
}

}  // namespace

MemoryNetlist::MemoryNetlist(const MemoryReport& memory, CellModels& library,
                             const CellModel& flip_flop)
    : name_(fmt::format("{} of {} x {}", memory.module, memory.width, memory.depth)),
      gates_(flatten(memory.mapped.value().cells,
                     Hierarchy(memory.mapped.value().elaborated, memory.module), library)),
      annotation_(annotate(gates_, flip_flop, Surroundings{})) {}

MemoryTraffic MemoryNetlist::traffic_of(const MemoryGate& memory, int slice) const {
    MemoryTraffic traffic;
    for (const TopPort& port : gates_.ports) {
        if (port.bits.front() == gates_.clock) continue;
        std::vector<Net> nets = nets_of(memory, port.name);
        if (port.name == "wdata_i" || port.name == "rdata_o") {
            const std::size_t first = port.bits.size() * static_cast<std::size_t>(slice);
            nets.erase(nets.begin(), nets.begin() + static_cast<std::ptrdiff_t>(first));
        }
        nets.resize(port.bits.size(), kNoNet);  // bits that the last slice has too many
        std::vector<Net>& all = port.input ? traffic.inputs : traffic.outputs;
        all.insert(all.end(), nets.begin(), nets.end());
    }
    return traffic;
}

Energy MemoryNetlist::energy(const MemoryTraffic& traffic, std::uint64_t begin, DelayMode mode,
                             double period_ns, double voltage) const {
    GateSimulation simulation(gates_, annotation_, mode, period_ns, Surroundings{}, 2);
    Written written(gates_);
    for (std::size_t cycle = 0; cycle < traffic.in.size(); ++cycle) {
        if (cycle == begin) simulation.clear_activity();
        simulation.cycle(traffic.in[cycle]);
        if (written.known() && simulation.outputs() != traffic.out[cycle]) {
            throw CheckFailedError(fmt::format(
                "the mapped {} gives another word than the design's in cycle {}{}", name_, cycle,
                mode == DelayMode::kAnnotated
                    ? fmt::format("; is a period of {:g} ns too short for it?", period_ns)
                    : ""));
        }
        written.edge(traffic.in[cycle]);
    }
    const std::vector<Energy> modules =
        energies(gates_, annotation_, simulation.activity(), voltage);
    return std::accumulate(modules.begin(), modules.end(), Energy{},
                           [](Energy sum, const Energy& e) { return sum += e; });
}

std::optional<double> MemoryPower::picojoules(double seconds) const {
    if (cells) return cells->picojoules(seconds);
    if (!read_pj || !write_pj || !leakage_uw) return std::nullopt;
    return static_cast<double>(reads) * *read_pj + static_cast<double>(writes) * *write_pj +
           static_cast<double>(instances) * *leakage_uw * seconds * 1e6;
}

DesignMemories::DesignMemories(const Gates& gates, const SynthReport& synthesis,
                               CellModels& library, const CellModel& flip_flop)
    : gates_(gates) {
    for (const MemoryGate& gate : gates.memories) {
        const MemoryReport* report = report_of(gate, gates.modules[gate.module], synthesis);
        reports_.push_back(report);
        traffic_.emplace_back();
        if (report == nullptr || !report->mapped) continue;
        const auto netlist = netlists_.try_emplace(report, *report, library, flip_flop).first;
        for (int slice = 0; slice < report->slices; ++slice) {
            traffic_.back().push_back(netlist->second.traffic_of(gate, slice));
        }
    }
}

void DesignMemories::note(const std::vector<std::uint8_t>& values) {
    for (std::vector<MemoryTraffic>& slices : traffic_) {
        for (MemoryTraffic& slice : slices) {
            slice.in.push_back(pick(values, slice.inputs));
            slice.out.push_back(pick(values, slice.outputs));
        }
    }
}

std::vector<MemoryPower> DesignMemories::powers(const Activity& activity, std::uint64_t begin,
                                                DelayMode mode, double period_ns,
                                                double voltage) const {
    std::map<std::tuple<std::string, int, int>, MemoryPower> sizes;
    for (std::size_t i = 0; i < gates_.memories.size(); ++i) {
        const MemoryGate& gate = gates_.memories[i];
        const std::string& module = gates_.modules[gate.module];
        MemoryPower& m = sizes[{module, gate.width, gate.depth}];
        m.module = module;
        m.width = gate.width;
        m.depth = gate.depth;
        ++m.instances;
        m.reads += activity.reads[i];
        m.writes += activity.writes[i];
        const MemoryReport* report = reports_[i];
        if (report == nullptr) continue;
        m.kind = report->kind;
        if (report->mapped) {
            if (!m.cells) m.cells.emplace();
            for (const MemoryTraffic& slice : traffic_[i]) {
                *m.cells += netlists_.at(report).energy(slice, begin, mode, period_ns, voltage);
            }
        } else if (report->tiling) {
            m.read_pj = report->tiling->read_energy_pj;
            m.write_pj = report->tiling->write_energy_pj;
            m.leakage_uw = report->tiling->leakage_uw;
        }
    }
    std::vector<MemoryPower> all;
    for (auto& [key, m] : sizes) all.push_back(std::move(m));
    return all;
}

}  // namespace peforge::synth::power
