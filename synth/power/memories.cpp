// SPDX-License-Identifier: Apache-2.0
#include "synth/power/memories.hpp"

#include <fmt/format.h>

#include <numeric>

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

}  // namespace peforge::synth::power
