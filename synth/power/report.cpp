// SPDX-License-Identifier: Apache-2.0
#include "synth/power/report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace peforge::synth::power {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<Unit, 6> kUnits = {Unit::kPe,   Unit::kEdge,    Unit::kAccumulator,
                                        Unit::kPost, Unit::kControl, Unit::kOther};

/// Six significant digits: sums carry binary dust.
Json number(double value) {
    return std::stod(fmt::format("{:.6g}", value));
}

Json optional_number(const std::optional<double>& value) {
    return value ? number(*value) : Json(nullptr);
}

double milliwatts(double picojoules, const PowerReport& r) {
    return r.cycles == 0 ? 0.0 : picojoules * 1e-9 / r.seconds();
}

Json energy(const Energy& e, const PowerReport& r) {
    return {{"dynamic_pj", number(e.dynamic())},
            {"switching_pj", number(e.switching)},
            {"internal_combinational_pj", number(e.combinational)},
            {"internal_sequential_pj", number(e.sequential)},
            {"clock_pins_pj", number(e.clock_pins)},
            {"leakage_nw", number(e.leakage_nw)},
            {"dynamic_mw", number(milliwatts(e.dynamic(), r))}};
}

double macs_of(const PowerReport& r) {
    return static_cast<double>(r.workload.macs);
}

const char* delays(const PowerReport& r) {
    return r.mode == DelayMode::kAnnotated ? "annotated" : "zero";
}

}  // namespace

Json to_json(const PowerReport& r) {
    Json j;
    j["workload"] = {{"description", r.workload.description},
                     {"macs", r.workload.macs},
                     {"zero_activations", number(r.workload.zero_activations)},
                     {"zero_weights", number(r.workload.zero_weights)}};
    j["mode"] = r.workload.mode.empty() ? Json(nullptr) : Json(r.workload.mode);
    j["delays"] = delays(r);
    j["period_ns"] = number(r.period_ns);
    j["voltage"] = number(r.voltage);
    j["cycles"] = r.cycles;
    j["gates"] = r.gates;
    j["transitions"] = r.transitions;
    j["annotation_coverage"] = number(r.coverage);
    j["pj_per_mac"] = number(r.logic_pj_per_mac());
    j["pe_pj_per_mac"] = number(r.pe_pj_per_mac());
    j["gops_per_watt"] = number(2000.0 / r.logic_pj_per_mac());
    j["total"] = energy(r.total, r);
    j["glitch_share"] =
        r.zero_delay ? number(1.0 - r.zero_delay->dynamic() / r.total.dynamic()) : Json(nullptr);
    j["zero_delay_pj"] = r.zero_delay ? number(r.zero_delay->dynamic()) : Json(nullptr);
    for (const Unit unit : kUnits) j["units"][to_string(unit)] = energy(r.of(unit), r);
    j["modules"] = Json::array();
    for (const ModulePower& m : r.modules) {
        Json& entry = j["modules"].emplace_back(
            Json{{"name", m.name}, {"unit", to_string(m.unit)}, {"instances", m.instances}});
        entry.update(energy(m.energy, r));
        entry["glitch_share"] = r.zero_delay ? number(m.glitch_share) : Json(nullptr);
    }
    j["memory_pj"] = optional_number(r.memory_pj());
    j["pj_per_mac_with_memories"] =
        r.memory_pj() ? number((r.logic_pj() + *r.memory_pj()) / macs_of(r)) : Json(nullptr);
    j["memories"] = Json::array();
    for (const MemoryPower& m : r.memories) {
        Json& entry =
            j["memories"].emplace_back(Json{{"module", m.module},
                                            {"width", m.width},
                                            {"depth", m.depth},
                                            {"instances", m.instances},
                                            {"kind", to_string(m.kind)},
                                            {"reads", m.reads},
                                            {"writes", m.writes},
                                            {"pj", optional_number(m.picojoules(r.seconds()))}});
        if (m.cells) {
            entry.update(energy(*m.cells, r));
        } else {
            entry.update(Json{{"read_pj", optional_number(m.read_pj)},
                              {"write_pj", optional_number(m.write_pj)},
                              {"leakage_uw", optional_number(m.leakage_uw)}});
        }
    }
    j["not_counted"] = "wires, clock tree, nets that inputs of the design drive, test logic";
    return j;
}

std::string to_text(const PowerReport& r) {
    std::string out = fmt::format(
        "\npower at {:g} ns, {:g} V, {} delays{}; no wires, no clock tree\n"
        "  {}{}\n"
        "  {} cycles, {} products; zeros: activations {:.1f} %, weights {:.1f} %\n"
        "  {} gates, {} transitions, {:.1f} % of the nets known at the start\n\n",
        r.period_ns, r.voltage, delays(r),
        r.mode == DelayMode::kAnnotated ? " (glitches counted)" : " (no glitches)",
        r.workload.mode.empty() ? "" : "mode " + r.workload.mode + ", ", r.workload.description,
        r.cycles, r.workload.macs, 100.0 * r.workload.zero_activations,
        100.0 * r.workload.zero_weights, r.gates, r.transitions, 100.0 * r.coverage);
    const double macs = macs_of(r);
    out += fmt::format("{:<14} {:>12} {:>12} {:>12} {:>12} {:>8} {:>12}\n", "unit", "dynamic mW",
                       "switching", "gates", "flip-flops", "share", "pJ a product");
    const double all = r.total.dynamic();
    const auto line = [&](const std::string& name, const Energy& e) {
        out += fmt::format("{:<14} {:>12.4f} {:>12.4f} {:>12.4f} {:>12.4f} {:>7.1f}% {:>12.4f}\n",
                           name, milliwatts(e.dynamic(), r), milliwatts(e.switching, r),
                           milliwatts(e.combinational, r), milliwatts(e.sequential, r),
                           all > 0.0 ? 100.0 * e.dynamic() / all : 0.0, e.dynamic() / macs);
    };
    for (const Unit unit : kUnits) line(to_string(unit), r.of(unit));
    line("all logic", r.total);
    out += fmt::format("leakage {:.4g} uW", r.total.leakage_nw * 1e-3);
    if (r.zero_delay) {
        out += fmt::format("; glitches {:.1f} % of the dynamic energy",
                           100.0 * (1.0 - r.zero_delay->dynamic() / all));
    }
    out += fmt::format("\nenergy a product {:.4f} pJ, of that the PEs {:.4f}; {:.1f} GOPS/W\n",
                       r.logic_pj_per_mac(), r.pe_pj_per_mac(), 2000.0 / r.logic_pj_per_mac());
    for (const MemoryPower& m : r.memories) {
        out += fmt::format("  {:>4} memories of {} x {} ({}): {} reads, {} writes", m.instances,
                           m.width, m.depth, to_string(m.kind), m.reads, m.writes);
        if (m.cells) {
            out += fmt::format("; {:.4f} pJ a product", m.cells->picojoules(r.seconds()) / macs);
        } else if (m.read_pj && m.write_pj) {
            out += fmt::format("; {:g} pJ a read, {:g} a write", *m.read_pj, *m.write_pj);
        }
        out += "\n";
    }
    if (!r.memories.empty()) {
        const std::optional<double> memory = r.memory_pj();
        out += memory ? fmt::format("memories {:.4f} pJ a product\n", *memory / macs)
                      : std::string("energy of the memories is not known\n");
    }
    return out;
}

}  // namespace peforge::synth::power
