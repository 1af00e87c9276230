// SPDX-License-Identifier: Apache-2.0
#include "synth/report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "generator/spec/error.hpp"

namespace peforge::synth {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<Unit, 6> kAreaUnits = {Unit::kPe,   Unit::kEdge,    Unit::kAccumulator,
                                            Unit::kPost, Unit::kControl, Unit::kOther};

constexpr std::array<MemoryKind, 3> kMemoryKinds = {MemoryKind::kFlipFlops, MemoryKind::kLatches,
                                                    MemoryKind::kMacro};

/// Short decimals: sums of library areas carry binary dust. Whole numbers print without a point.
Json number(double value) {
    const double short_value = std::round(value * 10000.0) / 10000.0;
    if (short_value == std::floor(short_value) && std::abs(short_value) < 1e15) {
        return static_cast<long long>(short_value);
    }
    return short_value;
}

Json optional_number(const std::optional<double>& value) {
    return value ? number(*value) : Json(nullptr);
}

Json mhz(double tmin_ns) {
    return number(std::round(10000.0 / tmin_ns) / 10.0);
}

Json path_end(const PathEnd& end) {
    Json j = {{"pin", end.pin}};
    if (!end.module.empty()) {
        j["instance"] = end.instance;
        j["module"] = end.module;
    }
    j["signal"] = end.signal;
    return j;
}

Json critical_path(const Timing& timing) {
    Json signals = Json::array();
    for (const PathSignal& at : timing.path) {
        signals.push_back({{"arrival_ns", number(at.arrival_ns)},
                           {"cells", at.cells},
                           {"instance", at.instance},
                           {"module", at.module},
                           {"signal", at.signal}});
    }
    return {{"from", path_end(timing.from)},
            {"to", path_end(timing.to)},
            {"cells", timing.path_cells},
            {"signals", signals}};
}

Json module_entry(const ModuleReport& m, bool asic) {
    Json j = {{"name", m.name}, {"unit", to_string(m.unit)}, {"instances", m.instances}};
    if (asic) {
        j["area"] = number(m.area());
        j["area_total"] = number(m.area_total);
    }
    j["cells"] = number(m.cells());
    j["cells_total"] = m.cells_total;
    j["flip_flops"] = number(m.flip_flops());
    j["flip_flops_total"] = m.flip_flops_total;
    j["parameterisations"] = m.parameterisations;
    if (m.tmin_ns) j["tmin_ns"] = number(*m.tmin_ns);
    if (asic) {
        j["adders"] = m.adders;
        for (const VariantReport& v : m.variants) {
            j["variants"].push_back(
                {{"adders", v.adders},
                 {"area", number(v.area_total / static_cast<double>(m.instances))},
                 {"tmin_ns", optional_number(v.tmin_ns)}});
        }
    } else {
        j["cell_types"] = m.cell_types;
    }
    return j;
}

long total(const std::map<std::string, long>& cells) {
    long sum = 0;
    for (const auto& [type, n] : cells) sum += n;
    return sum;
}

long flip_flops(const SynthReport& r) {
    long sum = 0;
    for (const ModuleReport& m : r.modules) sum += m.flip_flops_total;
    return sum;
}

Json scale_entry(const SramModel& m) {
    if (!m.scale) return nullptr;
    return {{"area", number(m.scale->area)},
            {"energy", number(m.scale->energy)},
            {"reason", m.scale->reason}};
}

Json memory_entry(const MemoryReport& m) {
    const auto instances = static_cast<double>(m.instances);
    Json j = {{"names", m.names},
              {"module", m.module},
              {"width", m.width},
              {"depth", m.depth},
              {"instances", m.instances},
              {"bits", m.bits() * m.instances},
              {"kind", to_string(m.kind)},
              {"area", optional_number(m.area)},
              {"area_total", m.area ? number(*m.area * instances) : Json(nullptr)}};
    if (m.slices > 1) j["slices"] = {{"number", m.slices}, {"width", m.slice_width()}};
    if (m.kind != MemoryKind::kMacro) {
        j["storage_area"] = number(m.storage_area);
        j["access_area"] = number(m.area.value_or(0.0) - m.storage_area);
    } else if (m.tiling) {
        const SramTiling& t = *m.tiling;
        j["macro"] = t.macro.empty() ? Json(nullptr) : Json(t.macro);
        j["macros_across"] = t.across;
        j["macros_down"] = t.down;
        j["read_energy_pj"] = optional_number(t.read_energy_pj);
        j["write_energy_pj"] = optional_number(t.write_energy_pj);
        j["leakage_uw"] = optional_number(t.leakage_uw);
    }
    return j;
}

/// Areas by what they are spent on: gates, flip-flops of the logic, memories by kind.
Json storage_entry(const SynthReport& r) {
    Json j = {{"logic_area", number(r.area() - r.flip_flop_area())},
              {"flip_flop_area", number(r.flip_flop_area())},
              {"memory_bits", r.memory_bits}};
    for (const MemoryKind kind : kMemoryKinds) {
        j["memory_area"][to_string(kind)] = optional_number(r.memory_area(kind));
    }
    j["area_with_memories"] = optional_number(r.area_with_memories());
    if (r.sram_model) {
        const SramModel& m = *r.sram_model;
        j["sram_model"] = {{"file", m.file},     {"sha256", m.sha256},
                           {"name", m.name},     {"technology", m.technology},
                           {"source", m.source}, {"scale", scale_entry(m)}};
    } else {
        j["sram_model"] = nullptr;
    }
    if (!r.lef_areas.empty()) {
        for (const auto& [cell, area] : r.lef_areas) j["lef_areas"][cell] = number(area);
    }
    j["memories"] = Json::array();
    for (const MemoryReport& m : r.memories) j["memories"].push_back(memory_entry(m));
    return j;
}

/// What a memory is made of, for people.
std::string made_of(const MemoryReport& m) {
    if (m.kind == MemoryKind::kFlipFlops) return "flip-flops";
    if (m.kind == MemoryKind::kLatches) return "latches";
    if (!m.tiling) return "macro, no area";
    if (m.tiling->macro.empty()) return "macro by formula";
    return fmt::format("{} x {} {}", m.tiling->across, m.tiling->down, m.tiling->macro);
}

std::string storage_text(const SynthReport& r) {
    std::string out = fmt::format("gates {:.0f} {}, flip-flops in the logic {:.0f}\n",
                                  r.area() - r.flip_flop_area(), r.unit, r.flip_flop_area());
    for (const MemoryReport& m : r.memories) {
        std::string names;
        for (const std::string& n : m.names) names += (names.empty() ? "" : ", ") + n;
        out += fmt::format("  {:>4} memories of {} x {}{}: {}", m.instances, m.width, m.depth,
                           names.empty() ? "" : " (" + names + ")", made_of(m));
        if (m.area) {
            out += fmt::format(", {:.0f} each, {:.0f}", *m.area,
                               *m.area * static_cast<double>(m.instances));
        }
        out += "\n";
    }
    if (r.sram_model) {
        const SramModel& m = *r.sram_model;
        out += fmt::format("macros: {} ({}), {}\n  source: {}\n  {}\n", m.name, m.file,
                           m.technology, m.source,
                           m.scale ? fmt::format("scaled, area x {:g}, energy x {:g}: {}",
                                                 m.scale->area, m.scale->energy, m.scale->reason)
                                   : "not scaled");
    }
    for (const auto& [cell, area] : r.lef_areas) {
        out += fmt::format("{} has no area in the library: {:g} from the LEF file beside it\n",
                           cell, area);
    }
    if (r.memories.empty()) return out;
    if (const auto all = r.area_with_memories()) {
        return out + fmt::format("area with memories {:.0f} {}\n", *all, r.unit);
    }
    return out + "area with memories is not known\n";
}

/// The critical path by the signals that the RTL names, one a line.
std::string path_text(const Timing& timing) {
    std::string out = fmt::format("worst path, {} cells:\n", timing.path_cells);
    for (const PathSignal& at : timing.path) {
        out += fmt::format("  {:7.3f} ns  {:3} cells  {}{}{}{}\n", at.arrival_ns, at.cells,
                           at.instance, at.instance.empty() ? "" : "/", at.signal,
                           at.module.empty() ? "" : "  (" + at.module + ")");
    }
    return out;
}

}  // namespace

const char* to_string(MemoryKind kind) {
    switch (kind) {
        case MemoryKind::kFlipFlops:
            return "flip_flops";
        case MemoryKind::kLatches:
            return "latches";
        case MemoryKind::kMacro:
            break;
    }
    return "macro";
}

MemoryKind memory_kind(const std::string& name) {
    for (const MemoryKind kind : kMemoryKinds) {
        if (name == to_string(kind)) return kind;
    }
    throw InputError("--memory", "",
                     "\"" + name + "\" is unknown; allowed: macro, flip_flops, latches");
}

double SynthReport::area() const {
    double sum = 0.0;
    for (const ModuleReport& m : modules) sum += m.area_total;
    return sum;
}

double SynthReport::area_of(Unit unit_wanted) const {
    double sum = 0.0;
    for (const ModuleReport& m : modules) {
        if (m.unit == unit_wanted) sum += m.area_total;
    }
    return sum;
}

double SynthReport::flip_flop_area() const {
    double sum = 0.0;
    for (const ModuleReport& m : modules) sum += m.flip_flop_area_total;
    return sum;
}

std::optional<double> SynthReport::memory_area(MemoryKind kind) const {
    double sum = 0.0;
    for (const MemoryReport& m : memories) {
        if (m.kind != kind) continue;
        if (!m.area) return std::nullopt;
        sum += *m.area * static_cast<double>(m.instances);
    }
    return sum;
}

std::optional<double> SynthReport::area_with_memories() const {
    double sum = area();
    for (const MemoryReport& m : memories) {
        const bool other_unit = m.kind == MemoryKind::kMacro && unit != kSquareMicrons;
        if (!m.area || other_unit) return std::nullopt;
        sum += *m.area * static_cast<double>(m.instances);
    }
    return sum;
}

std::optional<double> SynthReport::pe_area() const {
    const ModuleReport* pe = nullptr;
    for (const ModuleReport& m : modules) {
        if (m.unit != Unit::kPe) continue;
        if (pe != nullptr) return std::nullopt;
        pe = &m;
    }
    return pe == nullptr ? std::nullopt : std::optional<double>(pe->area());
}

std::optional<double> SynthReport::pe_tmin_ns() const {
    std::optional<double> worst;
    for (const ModuleReport& m : modules) {
        if (m.tmin_ns && (!worst || *m.tmin_ns > *worst)) worst = m.tmin_ns;
    }
    return worst;
}

std::optional<double> SynthReport::pe_over_floor() const {
    const std::optional<double> pe = pe_area();
    if (!pe || !floor) return std::nullopt;
    return *pe / floor->module.area();
}

std::string to_json(const SynthReport& r) {
    const bool asic = r.library.has_value();
    Json j;
    j["name"] = r.name;
    j["spec_hash"] = r.spec_hash;
    j["target"] = r.target;
    if (asic) {
        j["library"] = {{"file", r.library->file},
                        {"name", r.library->name},
                        {"sha256", r.library->sha256},
                        {"voltage", optional_number(r.library->voltage)},
                        {"temperature", optional_number(r.library->temperature)}};
    } else {
        j["library"] = nullptr;
    }
    j["tools"] = r.tools;
    j["label"] = r.label;
    j["unit"] = r.unit;
    if (asic) {
        j["area"] = number(r.area());
        j["array_area"] = number(r.area_of(Unit::kPe));
        j["pe_area"] = optional_number(r.pe_area());
        Json& breakdown = j["breakdown"];
        for (const Unit unit : kAreaUnits) breakdown[to_string(unit)] = number(r.area_of(unit));
        j["other_modules"] = Json::array();
        for (const ModuleReport& m : r.modules) {
            if (m.unit == Unit::kOther) j["other_modules"].push_back(m.name);
        }
    } else {
        j["area"] = nullptr;
    }
    j["flip_flops"] = flip_flops(r);
    j["memory_bits"] = r.memory_bits;
    if (asic) j["storage"] = storage_entry(r);
    j["cells_total"] = total(r.cells);
    j["cells"] = r.cells;
    j["clock_ns"] = optional_number(r.clock_ns);
    if (r.timing) {
        j["tmin_ns"] = number(r.timing->tmin_ns);
        j["fmax_mhz"] = number(r.timing->fmax_mhz);
        j["hold_slack_ns"] = number(r.timing->hold_slack_ns);
        if (r.clock_ns) j["clock_met"] = r.timing->tmin_ns <= *r.clock_ns;
        j["pe_tmin_ns"] = optional_number(r.pe_tmin_ns());
        j["pe_fmax_mhz"] = r.pe_tmin_ns() ? mhz(*r.pe_tmin_ns()) : Json(nullptr);
        j["critical_path"] = critical_path(*r.timing);
    } else if (r.route) {
        j["fmax_mhz"] = optional_number(r.route->fmax_mhz);
        j["route"] = {{"device", r.route->device},
                      {"fits", r.route->fits},
                      {"fmax_mhz", optional_number(r.route->fmax_mhz)},
                      {"logic_cells", r.route->logic_cells},
                      {"logic_cells_there", r.route->logic_cells_there},
                      {"dsp_blocks", r.route->dsps},
                      {"ram_blocks", r.route->rams},
                      {"wrapper", "four pins: a shift register in, one out"}};
    } else {
        j["fmax_mhz"] = nullptr;
        j["timing_error"] = r.timing_error;
    }
    if (r.floor) {
        const ModuleReport& bare = r.floor->module;
        j["floor"] = {
            {"area", number(bare.area())},   {"tmin_ns", optional_number(bare.tmin_ns)},
            {"adders", bare.adders},         {"flip_flops", number(bare.flip_flops())},
            {"sum_bits", r.floor->sum_bits}, {"pe_over_floor", optional_number(r.pe_over_floor())}};
    }
    j["modules"] = Json::array();
    for (const ModuleReport& m : r.modules) j["modules"].push_back(module_entry(m, asic));
    return j.dump(2) + "\n";
}

std::string to_text(const SynthReport& r) {
    const bool asic = r.library.has_value();
    std::string out = fmt::format("{} on {}", r.name, r.target);
    if (asic) out += fmt::format(" ({})", r.library->file);
    for (const auto& [tool, version] : r.tools) out += fmt::format(", {} {}", tool, version);
    out += "\n" + r.label + "\n\n";

    std::size_t width = 6;
    for (const ModuleReport& m : r.modules) width = std::max(width, m.name.size());
    out += fmt::format("{:<{}}  {:<12} {:>9} {:>11} {:>8}", "module", width, "unit", "instances",
                       "cells each", "FF each");
    if (asic) out += fmt::format(" {:>12} {:>14} {:>6}", r.unit + " each", r.unit, "share");
    out += "\n";
    const double area = r.area();
    for (const ModuleReport& m : r.modules) {
        out += fmt::format("{:<{}}  {:<12} {:>9} {:>11.1f} {:>8.1f}", m.name, width,
                           to_string(m.unit), m.instances, m.cells(), m.flip_flops());
        if (asic) {
            out += fmt::format(" {:>12.1f} {:>14.0f} {:>5.1f}%", m.area(), m.area_total,
                               area > 0.0 ? 100.0 * m.area_total / area : 0.0);
            if (m.adders != "gates") out += "  " + m.adders;
        }
        out += "\n";
    }
    out += "\n";
    if (asic) {
        out += fmt::format("area {:.0f} {}, PE array {:.0f}", area, r.unit, r.area_of(Unit::kPe));
        if (const auto pe = r.pe_area()) out += fmt::format(", one PE {:.1f}", *pe);
        out += "\n";
        for (const Unit unit : kAreaUnits) {
            out += fmt::format("  {:<12} {:>14.0f} {:>5.1f}%\n", to_string(unit), r.area_of(unit),
                               area > 0.0 ? 100.0 * r.area_of(unit) / area : 0.0);
        }
    } else {
        for (const auto& [type, n] : r.cells) out += fmt::format("  {:<20} {:>9}\n", type, n);
    }
    for (const ModuleReport& m : r.modules) {
        if (m.variants.empty()) continue;
        out += m.name + " was mapped in these ways, " + r.unit + " / ns:";
        for (const VariantReport& v : m.variants) {
            out += fmt::format("{} {} {:.1f}", &v == m.variants.data() ? "" : ",", v.adders,
                               v.area_total / static_cast<double>(m.instances));
            if (v.tmin_ns) out += fmt::format(" / {:.3f}", *v.tmin_ns);
            if (v.adders == m.adders) out += " (taken)";
        }
        out += "\n";
    }
    if (r.floor) {
        out +=
            fmt::format("bare floor of the PE, its registers and one adder of {} bits: {:.1f} {}",
                        r.floor->sum_bits, r.floor->module.area(), r.unit);
        if (const auto ratio = r.pe_over_floor()) out += fmt::format("; PE / floor {:.2f}", *ratio);
        out += "\n";
    }
    out += fmt::format("cells {}, flip-flops {}, memory {} bits{}\n", total(r.cells), flip_flops(r),
                       r.memory_bits, asic ? " (not in the area)" : "");
    if (asic) out += storage_text(r);
    if (r.timing) {
        out += fmt::format("shortest period {:.3f} ns, {:.1f} MHz", r.timing->tmin_ns,
                           r.timing->fmax_mhz);
        if (r.clock_ns) {
            out += fmt::format(", {} {:g} ns",
                               r.timing->tmin_ns <= *r.clock_ns ? "meets" : "does not meet",
                               *r.clock_ns);
        }
        out += "\n" + path_text(*r.timing);
        if (const auto pe = r.pe_tmin_ns()) {
            out += fmt::format("PE alone {:.3f} ns, {:.1f} MHz\n", *pe, 1000.0 / *pe);
        }
    } else if (r.route) {
        out += fmt::format(
            "placed and routed on {} behind four pins: {}, {} of {} logic cells, {} DSP and {} RAM "
            "blocks\n",
            r.route->device,
            r.route->fmax_mhz ? fmt::format("{:.1f} MHz", *r.route->fmax_mhz)
                              : std::string("does not fit"),
            r.route->logic_cells, r.route->logic_cells_there, r.route->dsps, r.route->rams);
    } else {
        out += "no timing: " + r.timing_error + "\n";
    }
    return out;
}

}  // namespace peforge::synth
