// SPDX-License-Identifier: Apache-2.0
#include "synth/cost.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "generator/support/sha256.hpp"

namespace peforge::synth {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

/// Of the cached files, and of what makes them beside what cost_key() hashes: one more whenever the
/// flow chooses or measures otherwise.
constexpr int kCostFormat = 2;

/// Products that the design's present mode can do in a cycle.
double products_per_cycle(const Design& design) {
    if (design.lut) {
        return static_cast<double>(design.tile_k) * design.cols;
    }
    return static_cast<double>(design.systolic->rows) * design.cols * design.systolic->lanes;
}

Design design_in(const Design& design, const std::string& mode) {
    if (mode_count(design) == 1) return design;
    for (int m = 0; m < mode_count(design); ++m) {
        if (mode.empty() || mode_name(design, m) == mode) return in_mode(design, m);
    }
    return design;
}

/// Everything that the figures depend on, by its content.
std::string cost_key(const FileSet& files, const CostSettings& settings) {
    const ScratchDir scratch;
    std::string all = fmt::format("{} {} {} {}\n", kCostFormat, PEFORGE_VERSION, settings.target,
                                  settings.clock_ns ? fmt::format("{}", *settings.clock_ns) : "-");
    for (const std::vector<std::string>& tool : {std::vector<std::string>{"yosys", "-V"},
                                                 {"sta", "-version"},
                                                 {"verilator", "--version"}}) {
        all += tool.front() + " " + tool_version(tool, scratch.path()) + "\n";
    }
    all += sha256(target_library(settings.target).text) + "\n";
    for (const fs::path& dir : settings.activity) {
        for (const char* file : {"activity.json", "inputs.hex", "outputs.hex"}) {
            all += sha256(read_file(dir / file)) + "\n";
        }
    }
    for (const auto& [path, text] : files) {
        if (path.ends_with(".v") || path == "filelist.f") all += path + " " + sha256(text) + "\n";
    }
    return sha256(all);
}

Json figures(const HardwareCost& c) {
    Json j = {{"format", kCostFormat},
              {"key", c.key},
              {"area", c.area},
              {"unit", c.unit},
              {"memory_bits", c.memory_bits},
              {"tmin_ns", c.tmin_ns},
              {"period_ns", c.period_ns},
              {"leakage_nw", c.leakage_nw},
              {"library", c.library},
              {"tools", c.tools}};
    for (const ModeEnergy& m : c.modes) {
        j["modes"].push_back({{"mode", m.mode},
                              {"idle_pj_per_cycle", m.idle_pj_per_cycle},
                              {"product_pj", m.product_pj},
                              {"workload", m.workload}});
    }
    return j;
}

/// A cached entry, or nothing when there is none of this key that reads.
std::optional<HardwareCost> cached(const fs::path& file, const std::string& key) {
    if (!fs::is_regular_file(file)) return std::nullopt;
    const Json j = Json::parse(read_file(file), nullptr, false);
    try {
        if (j.at("format") != kCostFormat || j.at("key") != key) return std::nullopt;
        HardwareCost c;
        c.key = key;
        c.area = j.at("area");
        c.unit = j.at("unit");
        c.memory_bits = j.at("memory_bits");
        c.tmin_ns = j.at("tmin_ns");
        c.period_ns = j.at("period_ns");
        c.leakage_nw = j.at("leakage_nw");
        c.library = j.at("library");
        c.tools = j.at("tools").get<std::map<std::string, std::string>>();
        for (const Json& m : j.at("modes")) {
            c.modes.push_back(
                {m.at("mode"), m.at("idle_pj_per_cycle"), m.at("product_pj"), m.at("workload")});
        }
        return c;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;  // damaged: made again
    }
}

/// Through a temporary name: another process may read while this one writes.
void store(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    const fs::path fresh = file.string() + fmt::format(".{}", ::getpid());
    write_file(fresh, text);
    fs::rename(fresh, file);
}

/// a + b R + c C + d R C through four points, rows and columns 4 or 8.
class Plane {
public:
    /// Values at 4x4, 4x8, 8x4, 8x8.
    explicit Plane(const std::array<double, 4>& at) {
        d_ = (at[3] - at[2] - at[1] + at[0]) / 16.0;
        b_ = (at[2] - at[0]) / 4.0 - 4.0 * d_;
        c_ = (at[1] - at[0]) / 4.0 - 4.0 * d_;
        a_ = at[0] - 4.0 * b_ - 4.0 * c_ - 16.0 * d_;
    }
    [[nodiscard]] double operator()(double r, double c) const {
        return a_ + b_ * r + c_ * c + d_ * r * c;
    }

private:
    double a_, b_, c_, d_;
};

}  // namespace

HardwareCost hardware_cost(const Design& design, const CostSettings& settings) {
    require_program("yosys", "yosys");
    require_program("sta", "opensta");
    require_program("verilator", "verilator");
    const FileSet files = emit(design);
    const std::string key = cost_key(files, settings);
    const fs::path file = settings.cache / "cost" / (key + ".json");
    if (const auto known = cached(file, key)) return *known;

    SynthSettings how;
    how.target = settings.target;
    how.clock_ns = settings.clock_ns;
    how.floor = false;
    how.keep_mapped = true;
    how.progress = settings.progress;
    const SynthReport report = synthesise(design, files, how);
    SynthOptions options;
    options.clock_ns = settings.clock_ns;
    HardwareCost cost;
    cost.key = key;
    options.activity = settings.activity;
    const std::vector<power::PowerReport> powers =
        measure_power(design, files, report, options, how);
    cost.period_ns = powers.front().period_ns;
    cost.leakage_nw = powers.front().total.leakage_nw;
    // Several workloads of a mode count as one long one.
    std::map<std::string, std::vector<const power::PowerReport*>> by_mode;
    for (const power::PowerReport& p : powers) by_mode[p.workload.mode].push_back(&p);
    for (const power::PowerReport& p : powers) {
        const auto of_mode = by_mode.find(p.workload.mode);
        if (of_mode == by_mode.end()) continue;
        ModeEnergy m;
        m.mode = p.workload.mode;
        double idle = 0.0;
        double rest = 0.0;
        double cycles = 0.0;
        double macs = 0.0;
        for (const power::PowerReport* one : of_mode->second) {
            idle += one->total.clock_pins;
            rest += one->total.dynamic() - one->total.clock_pins;
            cycles += static_cast<double>(one->cycles);
            macs += static_cast<double>(one->workload.macs);
            m.workload += (m.workload.empty() ? "" : "; ") + one->workload.description;
        }
        m.idle_pj_per_cycle = idle / cycles;
        m.product_pj = rest / macs;
        cost.modes.push_back(std::move(m));
        by_mode.erase(of_mode);
    }
    cost.area = report.area();
    cost.unit = report.unit;
    cost.memory_bits = report.memory_bits;
    cost.tmin_ns = report.timing->tmin_ns;
    cost.library = fmt::format("{} ({}, sha256 {})", report.library->name, report.library->file,
                               report.library->sha256);
    cost.tools = report.tools;
    store(file, figures(cost).dump(2) + "\n");
    return cost;
}

HardwareCost fitted_cost(const Design& design, const CostSettings& settings) {
    if (!settings.activity.empty()) {
        throw InputError("--fit", "",
                         "measures other arrays than the recorded one; allowed: --fit without "
                         "--activity");
    }
    if (!design.systolic) {
        throw InputError("--fit", "", "is for systolic arrays; allowed: no --fit with a LUT array");
    }
    std::vector<HardwareCost> points;
    std::vector<Design> designs;
    for (const int rows : {4, 8}) {
        for (const int cols : {4, 8}) {
            Spec spec = design.spec;
            Json j = Json::parse(to_json(spec));
            j["array"]["rows"] = rows;
            j["array"]["cols"] = cols;
            designs.push_back(resolve(parse_spec(j.dump(), design.file), design.file));
            points.push_back(hardware_cost(designs.back(), settings));
        }
    }
    const double r = design.systolic->rows;
    const double c = design.cols;
    const auto at = [&](const auto& figure) {
        return Plane({figure(0), figure(1), figure(2), figure(3)})(r, c);
    };
    HardwareCost cost = points.back();
    cost.area = at([&](std::size_t i) { return points[i].area; });
    cost.leakage_nw = at([&](std::size_t i) { return points[i].leakage_nw; });
    cost.tmin_ns = 0.0;
    for (const HardwareCost& p : points) cost.tmin_ns = std::max(cost.tmin_ns, p.tmin_ns);
    cost.period_ns = std::max(settings.clock_ns.value_or(10.0), cost.tmin_ns);
    for (std::size_t m = 0; m < cost.modes.size(); ++m) {
        const std::string& mode = cost.modes[m].mode;
        cost.modes[m].idle_pj_per_cycle =
            at([&](std::size_t i) { return points[i].modes[m].idle_pj_per_cycle; });
        const double full = at([&](std::size_t i) {
            return points[i].modes[m].product_pj * products_per_cycle(design_in(designs[i], mode));
        });
        cost.modes[m].product_pj = full / products_per_cycle(design_in(design, mode));
    }
    cost.memory_bits = 0;
    for (const Memory& memory : design.memories) cost.memory_bits += memory.bits() * memory.count;
    cost.fit = "a + b R + c C + d R C through 4x4, 4x8, 8x4 and 8x8 of the same spec";
    return cost;
}

void check_layer(const Design& design, golden::GemmShape shape, const std::string& mode) {
    if (shape.m < 1 || shape.k < 1 || shape.n < 1) {
        throw InputError("--layer", "", "must be three numbers M,K,N of at least 1");
    }
    if (shape.k > design.accumulator().max_k) {
        throw InputError("--layer", "",
                         fmt::format("K = {} is more than accumulator.max_k; allowed: at most {}",
                                     shape.k, design.accumulator().max_k));
    }
    check_mode(design, mode);
}

LayerCost layer_cost(const Design& design, const HardwareCost& hardware, golden::GemmShape shape,
                     const std::string& mode) {
    check_layer(design, shape, mode);
    const auto energy =
        std::find_if(hardware.modes.begin(), hardware.modes.end(),
                     [&mode](const ModeEnergy& m) { return mode.empty() || m.mode == mode; });
    const Design in_force = design_in(design, energy->mode);
    LayerCost layer;
    layer.shape = shape;
    layer.mode = energy->mode;
    layer.cycles = golden::cycles(in_force.timing, plan(in_force, shape));
    const auto cycles = static_cast<double>(layer.cycles);
    const double products =
        static_cast<double>(shape.m) * static_cast<double>(shape.k) * static_cast<double>(shape.n);
    layer.time_us = cycles * hardware.period_ns * 1e-3;
    layer.idle_uj = cycles * energy->idle_pj_per_cycle * 1e-6;
    layer.product_uj = products * energy->product_pj * 1e-6;
    layer.leakage_uj = hardware.leakage_nw * layer.time_us * 1e-9;
    layer.utilisation = products / (cycles * products_per_cycle(in_force));
    return layer;
}

namespace {

double six(double value) {
    return std::stod(fmt::format("{:.6g}", value));
}

std::string origin(const HardwareCost& h, const char* synthesised) {
    return h.fit.empty() ? synthesised : "fit: " + h.fit;
}

}  // namespace

std::string to_json(const Design& design, const HardwareCost& h, const LayerCost& l) {
    const auto energy = std::find_if(h.modes.begin(), h.modes.end(),
                                     [&l](const ModeEnergy& m) { return m.mode == l.mode; });
    Json j = {{"name", design.top},
              {"spec_hash", design.spec.hash},
              {"layer", {{"m", l.shape.m}, {"k", l.shape.k}, {"n", l.shape.n}}},
              {"mode", l.mode.empty() ? Json(nullptr) : Json(l.mode)},
              {"cycles", l.cycles},
              {"utilisation", six(l.utilisation)},
              {"time_us", six(l.time_us)},
              {"period_ns", six(h.period_ns)},
              {"energy_uj", six(l.energy_uj())},
              {"energy_parts_uj",
               {{"idle", six(l.idle_uj)},
                {"products", six(l.product_uj)},
                {"leakage", six(l.leakage_uj)}}},
              {"memory_energy_uj", nullptr},
              {"area", six(h.area)},
              {"unit", h.unit},
              {"memory_bits", h.memory_bits}};
    j["provenance"] = {
        {"cycles", "golden::cycles(), equal to the RTL's counter without stalls"},
        {"period_ns", origin(h, "OpenSTA, pre-layout")},
        {"area", origin(h, "Yosys, mapped cells; memories not in it")},
        {"energy_uj", origin(h,
                             "gate-level simulation with delays; logic alone, memories and wires "
                             "not in it")},
        {"workload", energy->workload},
        {"library", h.library},
        {"tools", h.tools},
        {"key", h.fit.empty() ? Json(h.key) : Json(nullptr)}};
    return j.dump(2) + "\n";
}

std::string to_text(const Design& design, const HardwareCost& h, const LayerCost& l) {
    std::string out =
        fmt::format("{}{}, layer M={} K={} N={}\n", design.top,
                    l.mode.empty() ? "" : " in mode " + l.mode, l.shape.m, l.shape.k, l.shape.n);
    const auto line = [&out](const char* what, const std::string& value,
                             const std::string& source) {
        out += fmt::format("  {:<9} {:<44} {}\n", what, value, source);
    };
    line("cycles",
         fmt::format("{} ({:.1f} % of the PEs' products)", l.cycles, 100.0 * l.utilisation),
         "cycle model, equal to the RTL's counter");
    line("time", fmt::format("{:.4g} us at {:g} ns", l.time_us, h.period_ns),
         origin(h, "OpenSTA, pre-layout"));
    line("energy",
         fmt::format("{:.4g} uJ (clock {:.4g}, products {:.4g})", l.energy_uj(), l.idle_uj,
                     l.product_uj),
         origin(h, "gate-level simulation; memories and wires not in it"));
    line("area",
         fmt::format("{:.0f} {}, {} bits of memory beside it", h.area, h.unit, h.memory_bits),
         origin(h, "mapped cells"));
    out += "  " + h.library + "\n";
    return out;
}

}  // namespace peforge::synth
