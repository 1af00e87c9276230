// SPDX-License-Identifier: Apache-2.0
#include "synth/timing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <regex>
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

std::string joined(const std::vector<std::string>& steps) {
    return fmt::format("{}", fmt::join(steps, "/"));
}

/// A pin and the instance of an emitted module that holds it; a port is its own signal.
PathEnd path_end(const std::string& pin, const Hierarchy& hierarchy) {
    std::vector<std::string> steps = path_steps(pin);
    PathEnd end;
    end.pin = joined(steps);
    if (steps.size() < 2) {
        end.signal = end.pin;
        return end;
    }
    // The last two steps are the cell and its pin.
    steps.resize(steps.size() - 2);
    end.module = hierarchy.module_at(steps);
    end.instance = joined(steps);
    return end;
}

/// What the RTL calls a net, without its instance; empty for the numbered nets of synthesis.
std::string signal_of(const std::string& net) {
    static const std::regex kNumbered("-|_[0-9]+_");
    const std::string name = path_steps(net).back();
    return std::regex_match(name, kNumbered) ? std::string() : name;
}

/// One pin of the path, as the script prints it.
struct PathPin {
    double arrival_ns = 0.0;
    bool output = false;
    PathEnd at;
    std::string signal;  ///< as of signal_of()
};

/// Puts the signals of the path into `timing`, the two ends' among them. A net counts where it is
/// driven, and again under its name in the next module that it enters.
void name_path(Timing& timing, const std::vector<PathPin>& pins, const std::string& end_register,
               const std::string& top) {
    for (const PathPin& pin : pins) {
        const bool port = pin.at.module.empty();
        if (pin.output && !port) ++timing.path_cells;
        const std::string& signal = port ? pin.at.signal : pin.signal;
        if (signal.empty()) continue;
        const bool seen = !timing.path.empty() && timing.path.back().signal == signal &&
                          timing.path.back().instance == pin.at.instance;
        if (!seen) {
            timing.path.push_back(
                {pin.arrival_ns, timing.path_cells, pin.at.instance, pin.at.module, signal});
        }
    }
    if (pins.empty()) return;
    timing.from.signal = pins.front().at.module.empty() ? timing.from.pin : pins.front().signal;
    if (timing.to.module.empty()) return;
    // A memory's stand-in has registers of its own; the port in front of them is in the RTL.
    timing.to.signal =
        unit_of(timing.to.module, top) == Unit::kMemory ? pins.back().signal : end_register;
    timing.path.push_back({pins.back().arrival_ns, timing.path_cells, timing.to.instance,
                           timing.to.module, timing.to.signal});
}

/// To `per_unit` steps per unit, so that printed decimals are short.
double rounded(double value, double per_unit) {
    return std::round(value * per_unit) / per_unit;
}

}  // namespace

std::string sta_script(const std::vector<TimedModule>& modules, std::optional<double> clock_ns) {
    std::string s = fmt::format(
        "read_liberty {}\n"
        "set period {}\n"
        "proc net_of {{pin}} {{\n"
        "    if {{[catch {{get_property [get_nets -of_objects $pin] full_name}} net]}} {{ return - "
        "}}\n"
        "    return $net\n"
        "}}\n"
        "proc show_path {{path}} {{\n"
        "    foreach point [get_property $path points] {{\n"
        "        set pin [get_property $point pin]\n"
        "        puts \"PEFORGE point [get_property $pin full_name] [get_property $point arrival]"
        " [get_property $pin direction] [net_of $pin]\"\n"
        "    }}\n"
        "    set end [get_property $path endpoint]\n"
        "    if {{![string match */* [get_property $end full_name]]}} {{ return }}\n"
        "    foreach pin [get_pins -of_objects [get_cells -of_objects $end]] {{\n"
        "        if {{[get_property $pin direction] == \"output\"}} {{\n"
        "            puts \"PEFORGE register [net_of $pin]\"\n"
        "        }}\n"
        "    }}\n"
        "}}\n",
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
            "show_path $worst\n"
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
    std::vector<PathPin> pins;
    std::string end_register;
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
        if (key == "point") {
            PathPin pin;
            std::string direction;
            std::string net;
            words >> pin.arrival_ns >> direction >> net;
            pin.arrival_ns = rounded(pin.arrival_ns, 1000.0);
            pin.output = direction == "output";
            pin.at = path_end(value, hierarchy);
            pin.signal = signal_of(net);
            pins.push_back(pin);
        }
        if (key == "register" && end_register.empty()) end_register = signal_of(value);
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
    name_path(timing, pins, end_register, top);
    return timing;
}

}  // namespace peforge::synth
