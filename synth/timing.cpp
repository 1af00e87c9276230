// SPDX-License-Identifier: Apache-2.0
#include "synth/timing.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>
#include <vector>

#include "generator/spec/error.hpp"
#include "synth/yosys.hpp"

namespace peforge::synth {

namespace {

constexpr double kDefaultPeriodNs = 10.0;  // only the reference that slack is taken from

/// Splits "gen\[0\].u_pe/_12_/Y" at its slashes, without the escapes.
std::vector<std::string> path_steps(const std::string& pin) {
    std::vector<std::string> steps(1);
    for (const char c : pin) {
        if (c == '/') {
            steps.emplace_back();
        } else if (c != '\\') {
            steps.back().push_back(c);
        }
    }
    return steps;
}

/// The deepest part of a pin's path that is an instance of an emitted module.
PathEnd path_end(const std::string& pin, const Hierarchy& hierarchy) {
    PathEnd end;
    std::vector<std::string> steps = path_steps(pin);
    for (const std::string& step : steps) end.pin += (end.pin.empty() ? "" : "/") + step;
    // The last two steps are the cell and its pin.
    if (steps.size() < 2) return end;
    steps.resize(steps.size() - 2);
    end.module = hierarchy.module_at(steps);
    for (const std::string& step : steps) end.instance += (end.instance.empty() ? "" : "/") + step;
    return end;
}

/// To `per_unit` steps per unit, so that printed decimals are short.
double rounded(double value, double per_unit) {
    return std::round(value * per_unit) / per_unit;
}

}  // namespace

std::string sta_script(const std::vector<TimedModule>& modules, std::optional<double> clock_ns) {
    std::string s = fmt::format(
        "read_liberty {}\n"
        "set period {}\n",
        kLibraryFile, clock_ns.value_or(kDefaultPeriodNs));
    for (const TimedModule& m : modules) {
        // Linking a design drops every other module, so the file is read for each.
        s += fmt::format(
            "read_verilog {0}\n"
            "link_design {1}\n"
            "puts \"PEFORGE design {1}\"\n"
            "create_clock -name clk -period $period [get_ports clk_i]\n"
            "set inputs {{}}\n"
            "foreach port [all_inputs] {{\n"
            "    if {{[get_property $port full_name] != \"clk_i\"}} {{ lappend inputs $port }}\n"
            "}}\n"
            "set_input_delay 0.3 -clock clk $inputs\n"
            "set_output_delay 0.0 -clock clk [all_outputs]\n"
            "set_input_transition 0.1 $inputs\n"
            "set_load 0.02 [all_outputs]\n"
            "set worst [lindex [find_timing_paths -path_delay max] 0]\n"
            "puts \"PEFORGE tmin [expr $period - [get_property $worst slack]]\"\n"
            "puts \"PEFORGE from [get_property [get_property $worst startpoint] full_name]\"\n"
            "puts \"PEFORGE to [get_property [get_property $worst endpoint] full_name]\"\n"
            "set hold [lindex [find_timing_paths -path_delay min] 0]\n"
            "puts \"PEFORGE hold [get_property $hold slack]\"\n",
            m.file, m.name);
    }
    return s;
}

std::string memory_stubs(const Hierarchy& hierarchy, const Library& library,
                         const std::string& top) {
    const FlipFlop& ff = library.flip_flop();
    std::string out;
    for (const auto& [name, module] : hierarchy.modules()) {
        if (unit_of(module.name, top) != Unit::kMemory) continue;
        std::string ports;
        std::string body;
        for (const ModulePort& p : module.ports) {
            ports += (ports.empty() ? "" : ", ") + p.name;
            body +=
                fmt::format("  {} [{}:0] {};\n", p.input ? "input" : "output", p.width - 1, p.name);
        }
        for (const ModulePort& p : module.ports) {
            if (p.name == "clk_i") continue;
            for (int bit = 0; bit < p.width; ++bit) {
                if (p.input) {
                    body += fmt::format("  wire u_{0}_{1}_q;\n", p.name, bit);
                    body += fmt::format(
                        "  {0} u_{1}_{2} (.{3}(clk_i), .{4}({1}[{2}]), .{5}(u_{1}_{2}_q));\n",
                        ff.cell, p.name, bit, ff.clock, ff.data, ff.output);
                } else {
                    body +=
                        fmt::format("  {0} u_{1}_{2} (.{3}(clk_i), .{4}(1'b0), .{5}({1}[{2}]));\n",
                                    ff.cell, p.name, bit, ff.clock, ff.data, ff.output);
                }
            }
        }
        out += fmt::format("module \\{} ({});\n{}endmodule\n", name, ports, body);
    }
    return out;
}

Timing parse_sta(const std::string& output, const std::string& top, const Hierarchy& hierarchy) {
    Timing timing;
    bool here = false;
    bool have_tmin = false;
    bool have_hold = false;
    std::string error;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("PEFORGE ", 0) != 0) {
            if (error.empty() && (line.find("Error") != std::string::npos ||
                                  line.find("syntax error") != std::string::npos)) {
                error = line;
            }
            continue;
        }
        std::istringstream words(line);
        std::string tag;
        std::string key;
        std::string value;
        words >> tag >> key >> value;
        if (key == "design") here = value == top;
        if (!here) continue;
        if (key == "from") timing.from = path_end(value, hierarchy);
        if (key == "to") timing.to = path_end(value, hierarchy);
        if (key == "tmin" || key == "hold") {
            char* end = nullptr;
            const double ns = std::strtod(value.c_str(), &end);
            if (value.empty() || *end != '\0' || !std::isfinite(ns)) continue;
            (key == "tmin" ? timing.tmin_ns : timing.hold_slack_ns) = rounded(ns, 1000.0);
            (key == "tmin" ? have_tmin : have_hold) = true;
        }
    }
    if (!have_tmin || !have_hold || timing.tmin_ns <= 0.0) {
        throw CheckFailedError("OpenSTA gave no clock period: " +
                               (error.empty() ? "no message" : error));
    }
    timing.fmax_mhz = rounded(1000.0 / timing.tmin_ns, 10.0);
    return timing;
}

}  // namespace peforge::synth
