// SPDX-License-Identifier: Apache-2.0
#include "generator/emit/handoff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "generator/design/axi.hpp"
#include "generator/emit/cocotb.hpp"
#include "generator/emit/register_files.hpp"
#include "generator/emit/render.hpp"

namespace peforge {

namespace {

namespace mst = kainjow::mustache;
using Json = nlohmann::ordered_json;

/// Of every flow's starting point; people change it.
constexpr const char* kPeriodNs = "10.0";

/// One list without the lines of another.
std::vector<std::string> without(std::vector<std::string> lines,
                                 const std::vector<std::string>& others) {
    std::erase_if(lines, [&others](const std::string& line) {
        return std::find(others.begin(), others.end(), line) != others.end();
    });
    return lines;
}

mst::data path_list(const std::vector<std::string>& paths) {
    mst::data list{mst::data::type::list};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        mst::data entry;
        entry.set("path", paths[i]);
        entry.set("comma", i + 1 < paths.size() ? "," : "");
        list.push_back(entry);
    }
    return list;
}

mst::data handoff_values(const Design& d, const FileSet& files) {
    mst::data v;
    v.set("head", generated_by(d, "#"));
    v.set("top", d.top);
    v.set("axi_top", axi_top(d));
    v.set("version", PEFORGE_VERSION);
    v.set("hash", d.spec.hash);
    v.set("period", kPeriodNs);
    const std::vector<std::string> core = listed(files.at("filelist.f"));
    const std::vector<std::string> memory = {"rtl/" + d.top + "_memory.v"};
    const bool memories = !d.memories.empty();
    v.set("memories", memories);
    v.set("rtl", path_list(memories ? without(core, memory) : core));
    v.set("all_rtl", path_list(core));
    v.set("axi", path_list(without(listed(files.at("filelist_axi.f")), core)));
    v.set("memory", memory.front());
    v.set("fpga_memory", "memories/fpga/" + d.top + "_memory.v");
    v.set("fpga_list", memories ? "memories/fpga.f" : "filelist.f");
    long long largest = 0;
    for (const Memory& m : d.memories) largest = std::max(largest, m.bits());
    v.set("largest_memory", text(largest));
    return v;
}

/// What bsg_fakeram makes black boxes of: a macro for each size of memories/macro.
std::string fakeram(const Design& d) {
    Json srams = Json::array();
    for (const Memory& m : d.memories) {
        const Json one = {{"name", fmt::format("{}_ram_{}x{}", d.top, m.width, m.depth)},
                          {"width", m.width},
                          {"depth", m.depth},
                          {"banks", 1}};
        if (std::find(srams.begin(), srams.end(), one) == srams.end()) srams.push_back(one);
    }
    // 45 nm figures that its own example has the form of; the technology's belong here.
    const Json all = {{"tech_nm", 45},        {"voltage", 1.1},         {"minWidth_nm", 190},
                      {"minHeight_nm", 1400}, {"metalPrefix", "metal"}, {"pinWidth_nm", 70},
                      {"pinPitch_nm", 140},   {"snapWidth_nm", 190},    {"snapHeight_nm", 1400},
                      {"flipPins", true},     {"srams", srams}};
    return all.dump(2) + "\n";
}

std::string librelane(const Design& d, const FileSet& files) {
    Json verilog = Json::array();
    for (const std::string& path : listed(files.at("filelist.f")))
        verilog.push_back("dir::" + path);
    const Json all = {{"meta", {{"version", 2}, {"flow", "Classic"}}},
                      {"DESIGN_NAME", d.top},
                      {"VERILOG_FILES", verilog},
                      {"CLOCK_PORT", "clk_i"},
                      {"CLOCK_PERIOD", 10.0},
                      {"FP_CORE_UTIL", 40}};
    return all.dump(2) + "\n";
}

}  // namespace

std::string sdc(const Design& design, const std::vector<Port>& ports, const std::string& clock) {
    // By name: old versions of OpenSTA cannot leave the clock out of all_inputs.
    std::string inputs;
    for (const Port& port : ports) {
        if (!port.input || port.name == clock) continue;
        inputs += fmt::format(" \\\n    {}{}", port.name, port.width > 1 ? "[*]" : "");
    }
    return generated_by(design, "#") +
           fmt::format(
               "set clk_period {0}\n"
               "create_clock -name clk -period $clk_period [get_ports {1}]\n"
               "set inputs [get_ports {{{2}\n}}]\n"
               "set_input_delay [expr {{0.2 * $clk_period}}] -clock clk $inputs\n"
               "set_output_delay [expr {{0.2 * $clk_period}}] -clock clk [all_outputs]\n",
               kPeriodNs, clock, inputs);
}

void add_handoff(const Design& design, FileSet& files) {
    const mst::data values = handoff_values(design, files);
    const auto add = [&](const std::string& path, const std::string& name) {
        files[path] = render(std::string(bench_templates().at(name)), values);
    };
    files[axi_top(design) + ".sdc"] = sdc(design, axi_ports(design), "aclk");
    add(design.top + ".core", "fusesoc.core.mustache");
    add("Bender.yml", "Bender.yml.mustache");
    add("flow/openroad/config.mk", "openroad.mk.mustache");
    add("flow/siliconcompiler/" + design.top + "_asic.py", "siliconcompiler.py.mustache");
    add("flow/vivado/ooc.tcl", "vivado.tcl.mustache");
    add("flow/vivado/core.xdc", "core.xdc.mustache");
    add("flow/vivado/axi.xdc", "axi.xdc.mustache");
    files["librelane.json"] = librelane(design, files);
    if (!design.memories.empty()) files["memories/fakeram.json"] = fakeram(design);
}

}  // namespace peforge
