// SPDX-License-Identifier: Apache-2.0
#include "synth/report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace peforge::synth {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<Unit, 6> kAreaUnits = {Unit::kPe,   Unit::kEdge,    Unit::kAccumulator,
                                            Unit::kPost, Unit::kControl, Unit::kOther};

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
    return j;
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

std::string end_text(const PathEnd& end) {
    if (end.module.empty()) return end.pin;
    return end.instance.empty() ? end.pin : end.instance + " (" + end.module + ")";
}

}  // namespace

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
        j["critical_path"] = {{"from", path_end(r.timing->from)}, {"to", path_end(r.timing->to)}};
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
    if (r.timing) {
        out += fmt::format("shortest period {:.3f} ns, {:.1f} MHz", r.timing->tmin_ns,
                           r.timing->fmax_mhz);
        if (r.clock_ns) {
            out += fmt::format(", {} {:g} ns",
                               r.timing->tmin_ns <= *r.clock_ns ? "meets" : "does not meet",
                               *r.clock_ns);
        }
        out += fmt::format("\n  from {}\n  to   {}\n", end_text(r.timing->from),
                           end_text(r.timing->to));
        if (const auto pe = r.pe_tmin_ns()) {
            out += fmt::format("PE alone {:.3f} ns, {:.1f} MHz\n", *pe, 1000.0 / *pe);
        }
    } else {
        out += "no timing: " + r.timing_error + "\n";
    }
    return out;
}

}  // namespace peforge::synth
