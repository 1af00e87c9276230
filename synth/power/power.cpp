// SPDX-License-Identifier: Apache-2.0
#include "synth/power/power.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <tuple>

#include "generator/spec/error.hpp"

namespace peforge::synth::power {

namespace {

constexpr double kLeastCoverage = 0.95;

/// A recording, line by line, as port values.
class Reader {
public:
    Reader(const replay::Layout& layout, const replay::Recording& recording)
        : layout_(layout), inputs_(open(recording.inputs)), outputs_(open(recording.outputs)) {}

    bool next() {
        return static_cast<bool>(std::getline(inputs_, input_line_)) &&
               static_cast<bool>(std::getline(outputs_, output_line_));
    }

    [[nodiscard]] PortValues inputs() const { return values(true); }

    /// Name of the first output port whose value is not the recorded one; of a stream's payload
    /// while it is valid alone. Empty when all agree.
    [[nodiscard]] std::string difference(const PortValues& got) const {
        const PortValues want = values(false);
        std::size_t at = 0;
        for (const replay::Field& f : layout_.fields()) {
            if (f.input) continue;
            const auto width = static_cast<std::size_t>(f.width);
            const auto first = want.begin() + static_cast<std::ptrdiff_t>(at);
            const bool same =
                std::equal(first, first + f.width, got.begin() + static_cast<std::ptrdiff_t>(at));
            at += width;
            if (same) continue;
            if (f.stream < 0) return f.name;
            const auto& valid = layout_.streams()[static_cast<std::size_t>(f.stream)].valid;
            if (output_line_[valid.at] == '1') return f.name;
        }
        return {};
    }

    [[nodiscard]] bool in_reset() const { return layout_.in_reset(input_line_); }

private:
    static std::ifstream open(const std::filesystem::path& file) {
        std::ifstream in(file);
        if (!in) throw InputError(file.string(), "", "cannot be read");
        return in;
    }

    [[nodiscard]] PortValues values(bool input) const {
        const std::string& line = input ? input_line_ : output_line_;
        PortValues bits;
        for (const replay::Field& f : layout_.fields()) {
            if (f.input != input) continue;
            for (int b = 0; b < f.width; ++b) {
                const char digit = line[f.at + f.digits - 1 - static_cast<std::size_t>(b / 4)];
                const int value = digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
                bits.push_back(static_cast<std::uint8_t>(value >> (b % 4) & 1));
            }
        }
        return bits;
    }

    const replay::Layout& layout_;
    std::ifstream inputs_;
    std::ifstream outputs_;
    std::string input_line_;
    std::string output_line_;
};

/// Puts the netlist's ports into the order of the recording.
void order_ports(Gates& gates, const replay::Layout& layout) {
    std::vector<TopPort> ordered;
    for (const replay::Field& f : layout.fields()) {
        const auto same = [&f](const TopPort& p) {
            return p.name == f.name && p.input == f.input &&
                   static_cast<int>(p.bits.size()) == f.width;
        };
        const auto port = std::find_if(gates.ports.begin(), gates.ports.end(), same);
        if (port == gates.ports.end()) {
            throw CheckFailedError("the netlist has no port like the design's " + f.name);
        }
        ordered.push_back(*port);
    }
    gates.ports = std::move(ordered);
}

struct Counted {
    Activity activity;
    std::vector<std::uint8_t> at_begin;  ///< values of the nets when the window begins
};

/// Runs a recording; `stop` ends it at the window's begin. `memories` note their traffic.
Counted run(const Gates& gates, const Annotation& annotation, const replay::Layout& layout,
            const Workload& workload, DelayMode mode, double period_ns, std::uint64_t initial,
            bool stop, DesignMemories* memories = nullptr) {
    GateSimulation simulation(gates, annotation, mode, period_ns, Surroundings{}, initial);
    Reader reader(layout, workload.recording);
    Counted counted;
    bool was_reset = false;
    for (std::uint64_t cycle = 0; cycle < workload.window.end; ++cycle) {
        if (cycle == workload.window.begin) {
            counted.at_begin = simulation.values();
            if (stop) return counted;
            simulation.clear_activity();
        }
        if (!reader.next()) {
            throw InputError(workload.recording.inputs.string(), "", "ends before its window does");
        }
        simulation.cycle(reader.inputs());
        if (memories != nullptr) memories->note(simulation.values());
        was_reset = was_reset || reader.in_reset();
        if (!was_reset || reader.in_reset()) continue;
        const std::string port = reader.difference(simulation.outputs());
        if (!port.empty()) {
            throw CheckFailedError(fmt::format(
                "the netlist's {} differs from the RTL's in cycle {}{}", port, cycle,
                mode == DelayMode::kAnnotated
                    ? fmt::format("; is a period of {:g} ns too short for it?", period_ns)
                    : ""));
        }
    }
    counted.activity = simulation.activity();
    return counted;
}

/// Share of driven nets whose value at the window's begin is the same whatever the flip-flops and
/// memories began with.
double annotated_share(const Gates& gates, const Annotation& annotation,
                       const replay::Layout& layout, const Workload& workload) {
    std::vector<std::vector<std::uint8_t>> values;
    for (const std::uint64_t initial : {0, 1, 2}) {
        values.push_back(
            run(gates, annotation, layout, workload, DelayMode::kZero, 0.0, initial, true)
                .at_begin);
    }
    std::uint64_t nets = 0;
    std::uint64_t known = 0;
    for (Net n = 2; n < gates.nets; ++n) {
        if (annotation.driver[n] < 0) continue;
        ++nets;
        if (values[0][n] == values[1][n] && values[0][n] == values[2][n]) ++known;
    }
    return nets == 0 ? 0.0 : static_cast<double>(known) / static_cast<double>(nets);
}

}  // namespace

Energy PowerReport::of(Unit unit) const {
    Energy sum;
    for (const ModulePower& m : modules) {
        if (m.unit == unit) sum += m.energy;
    }
    return sum;
}

double PowerReport::logic_pj() const {
    return total.picojoules(seconds());
}

std::optional<double> PowerReport::memory_pj() const {
    double sum = 0.0;
    for (const MemoryPower& m : memories) {
        const std::optional<double> each = m.picojoules(seconds());
        if (!each) return std::nullopt;
        sum += *each;
    }
    return sum;
}

double PowerReport::logic_pj_per_mac() const {
    return logic_pj() / static_cast<double>(workload.macs);
}

double PowerReport::pe_pj_per_mac() const {
    return of(Unit::kPe).picojoules(seconds()) / static_cast<double>(workload.macs);
}

PowerReport measure(const Design& design, const SynthReport& synthesis, const Workload& workload,
                    const PowerSettings& settings) {
    const MappedNetlist& mapped = synthesis.mapped.value();
    CellModels library(mapped.library, mapped.library_file);
    const Hierarchy hierarchy(mapped.elaborated, design.top);
    Gates gates = flatten(mapped.cells, hierarchy, library);
    const replay::Layout layout(design);
    order_ports(gates, layout);
    const Library cells(mapped.library, mapped.library_file);
    const CellModel& flip_flop = library.at(cells.flip_flop().cell);
    const Annotation annotation = annotate(gates, flip_flop, Surroundings{});
    DesignMemories memories(gates, synthesis, library, flip_flop);

    PowerReport report;
    report.workload = workload;
    report.mode = settings.mode;
    report.period_ns = settings.period_ns;
    report.voltage = library.voltage();
    report.gates = gates.gates.size();
    report.coverage = annotated_share(gates, annotation, layout, workload);
    if (report.coverage < kLeastCoverage) {
        throw CheckFailedError(fmt::format(
            "only {:.1f} % of the nets have a known value when the measured cycles begin; "
            "95 % are needed: let more cycles pass before them",
            100.0 * report.coverage));
    }
    const auto simulate = [&](DelayMode mode, DesignMemories* noting) {
        return run(gates, annotation, layout, workload, mode, settings.period_ns, 2, false, noting)
            .activity;
    };
    const Activity activity = simulate(settings.mode, &memories);
    report.cycles = activity.cycles;
    report.transitions = activity.events;
    const std::vector<Energy> all = energies(gates, annotation, activity, report.voltage);
    std::vector<Energy> without(all.size());
    const bool compare = settings.mode == DelayMode::kAnnotated;
    if (compare) {
        without = energies(gates, annotation, simulate(DelayMode::kZero, nullptr), report.voltage);
        report.zero_delay.emplace();
    }
    for (std::size_t m = 0; m < all.size(); ++m) {
        report.total += all[m];
        const Unit unit = unit_of(gates.modules[m], design.top);
        if (compare) *report.zero_delay += without[m];
        if (unit == Unit::kMemory) continue;
        ModulePower& power = report.modules.emplace_back();
        power.name = gates.modules[m];
        power.unit = unit;
        power.instances = gates.instances[m];
        power.energy = all[m];
        if (compare && all[m].dynamic() > 0.0) {
            power.glitch_share = 1.0 - without[m].dynamic() / all[m].dynamic();
        }
    }
    std::sort(report.modules.begin(), report.modules.end(),
              [](const ModulePower& a, const ModulePower& b) {
                  return std::tie(a.unit, a.name) < std::tie(b.unit, b.name);
              });
    report.memories = memories.powers(activity, workload.window.begin, settings.mode,
                                      settings.period_ns, report.voltage);
    return report;
}

}  // namespace peforge::synth::power
