// SPDX-License-Identifier: Apache-2.0
#include "synth/fpga.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"

namespace peforge::synth {

namespace fs = std::filesystem;

namespace {

/// The device of that name and, unless empty, family. Throws InputError.
const RouteDevice& route_device(const std::string& name, const std::string& family) {
    std::string allowed;
    for (const RouteDevice& d : kRouteDevices) {
        if (!family.empty() && family != d.family) continue;
        if (name == d.name) return d;
        allowed += (allowed.empty() ? "" : ", ") + std::string(d.name);
    }
    throw InputError("--route", "",
                     "\"" + name + "\" is no device that can be routed for" +
                         (family.empty() ? "" : " with " + family) + "; allowed: " + allowed);
}

const Router& router_of(const RouteDevice& device) {
    const std::string family = device.family;
    return *std::find_if(kRouters.begin(), kRouters.end(),
                         [&family](const Router& r) { return family == r.family; });
}

}  // namespace

const FpgaTarget* fpga_target(const std::string& name) {
    const auto* found = std::find_if(kFpgaTargets.begin(), kFpgaTargets.end(),
                                     [&name](const FpgaTarget& t) { return name == t.name; });
    return found == kFpgaTargets.end() ? nullptr : found;
}

void check_options(const FpgaTarget& target, std::optional<bool> dsp, const std::string& route) {
    const bool choice = *target.with_dsp != '\0' || *target.no_dsp != '\0';
    if (dsp.value_or(false) && !choice) {
        throw InputError("--dsp", "",
                         std::string("Yosys maps no multiplier to DSP blocks of ") + target.name +
                             "; allowed: --no-dsp");
    }
    if (route.empty()) return;
    if (*target.flat == '\0') {
        throw InputError(
            "--route", "",
            std::string("there is no router for ") + target.name + "; allowed: ice40, ecp5");
    }
    route_device(route, target.name);
}

bool is_fpga_flip_flop(const std::string& cell) {
    for (const char* prefix : {"FDRE", "FDSE", "FDCE", "FDPE", "SB_DFF", "TRELLIS_FF", "DFF"}) {
        if (cell.rfind(prefix, 0) == 0) return true;
    }
    return false;
}

std::string pin_saver(const std::string& top, const std::vector<ModulePort>& ports) {
    int inputs = 0;
    int outputs = 0;
    std::string connections;
    std::string reset;
    for (const ModulePort& p : ports) {
        if (p.name == "rst_ni" || p.name == "rst_i") reset = p.name;
        if (p.name == "clk_i" || p.name == reset) {
            connections += fmt::format("        .{0}({0}),\n", p.name);
            continue;
        }
        int& at = p.input ? inputs : outputs;
        connections += fmt::format("        .{}({}[{}:{}]),\n", p.name, p.input ? "in_q" : "out",
                                   at + p.width - 1, at);
        at += p.width;
    }
    connections.erase(connections.size() - 2, 1);
    return fmt::format(
        "module {0}_pins (input wire clk_i, input wire {4}, input wire shift_i, output wire "
        "fold_o);\n"
        "    reg  [{1}:0] in_q;\n"
        "    reg  [{2}:0] fold_q;\n"
        "    wire [{2}:0] out;\n"
        "    always @(posedge clk_i) begin\n"
        "        in_q   <= {{in_q[{1}-1:0], shift_i}};\n"
        "        fold_q <= out ^ {{fold_q[{2}-1:0], 1'b0}};\n"
        "    end\n"
        "    assign fold_o = fold_q[{2}];\n"
        "    {0} u_design (\n{3}    );\n"
        "endmodule\n",
        top, inputs - 1, outputs - 1, connections, reset);
}

std::string route_script(const std::vector<std::string>& sources, const std::string& top,
                         const FpgaTarget& target, std::optional<bool> dsp) {
    std::string s;
    for (const std::string& file : sources) s += "read_verilog " + file + "\n";
    s += "read_verilog pins.v\n";
    s += fmt::format("{} {} -top {}_pins -json pins.json\n", target.flat,
                     !dsp   ? ""
                     : *dsp ? target.with_dsp
                            : target.no_dsp,
                     top);
    return s;
}

Route parse_route(const std::string& log, int status, const std::string& device) {
    const Router& router = router_of(route_device(device, ""));
    Route route;
    route.device = device;
    route.tool = router.program;
    static const std::regex kUse(R"((\w+): +([0-9]+)/ *([0-9]+))");
    for (std::sregex_iterator it(log.begin(), log.end(), kUse), end; it != end; ++it) {
        const std::string cell = (*it)[1];
        const long used = std::stol((*it)[2]);
        if (cell == router.logic) {
            route.logic_cells = used;
            route.logic_cells_there = std::stol((*it)[3]);
        }
        if (cell == router.dsp) route.dsps = used;
        if (cell == router.ram) route.rams = used;
    }
    // The last figure is the one after routing.
    static const std::regex kFmax(R"(Max frequency for clock '[^']*': ([0-9.]+) MHz)");
    for (std::sregex_iterator it(log.begin(), log.end(), kFmax), end; it != end; ++it) {
        route.fmax_mhz = std::stod((*it)[1]);
    }
    static const std::regex kTooLarge(
        "Unable to place cell|no Bels remaining|Unable to find legal placement|insufficient");
    if (status != 0 && std::regex_search(log, kTooLarge)) {
        route.fits = false;
        route.fmax_mhz.reset();
        return route;
    }
    // Status 1 with a figure: the goal was missed, which is a result.
    if (!route.fmax_mhz) {
        static const std::regex kError("ERROR: ([^\n]*)");
        std::smatch error;
        throw CheckFailedError(route.tool + ": " +
                               (std::regex_search(log, error, kError)
                                    ? error[1].str()
                                    : "no clock frequency in its log"));
    }
    return route;
}

Route place_and_route(const std::string& device, double goal_mhz, const fs::path& dir) {
    const RouteDevice& chosen = route_device(device, "");
    const Router& router = router_of(chosen);
    const bool other = find_program(router.program).empty() && *router.other_program != '\0' &&
                       !find_program(router.other_program).empty();
    const std::string program = other ? router.other_program : router.program;
    if (find_program(program).empty()) throw MissingToolError(program, router.install);
    const ProcessResult result =
        run_process({program, chosen.option, "--package", chosen.package, "--json", "pins.json",
                     "--freq", fmt::format("{}", goal_mhz), "--seed", "1", router.unconstrained},
                    dir);
    Route route = parse_route(result.output, result.status, device);
    route.tool = program;
    route.version = tool_version({program, "--version"}, dir);
    return route;
}

}  // namespace peforge::synth
