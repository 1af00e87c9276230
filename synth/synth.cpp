// SPDX-License-Identifier: Apache-2.0
#include "synth/synth.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <regex>
#include <sstream>
#include <system_error>
#include <tuple>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "synth/hierarchy.hpp"
#include "synth/liberty.hpp"
#include "synth/timing.hpp"
#include "synth/yosys.hpp"

namespace peforge {

namespace fs = std::filesystem;

namespace synth {

namespace {

struct FpgaTarget {
    const char* name;
    const char* command;
    const char* label;
};

constexpr std::array<FpgaTarget, 3> kFpgaTargets = {{
    {"xilinx", "synth_xilinx -family xc7 -noiopad",
     "Xilinx 7 series, cells after mapping, not placed"},
    {"ice40", "synth_ice40 -noflatten", "Lattice iCE40 HX, cells after mapping, not placed"},
    {"ecp5", "synth_ecp5 -noflatten", "Lattice ECP5, cells after mapping, not placed"},
}};

constexpr std::array<const char*, 3> kLibraries = {"osu018", "osu035", "osu050"};

/// Area differences below this are noise of ABC's ordering (reference: docs/synthesis.md), and full
/// adders cost speed: they are taken only where they save more.
constexpr double kNoise = 0.03;

void tell(const SynthSettings& settings, std::string_view step) {
    if (settings.progress) settings.progress(step);
}

/// The sources that filelist.f names, in its order, as paths of the file set.
std::vector<std::string> sources(const FileSet& files) {
    const auto list = files.find("filelist.f");
    if (list == files.end()) throw InputError("filelist.f", "", "is not among the emitted files");
    std::vector<std::string> paths;
    std::istringstream lines(list->second);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t end = line.find_last_not_of(" \t\r");
        if (end == std::string::npos || line.rfind("//", 0) == 0) continue;
        line.resize(end + 1);
        if (!files.contains(line))
            throw InputError("filelist.f", line, "is not among the emitted files");
        paths.push_back(line);
    }
    return paths;
}

/// A tool's version as it prints it, or "unknown".
std::string version(const std::vector<std::string>& command, const fs::path& cwd) {
    static const std::regex kVersion("[0-9]+\\.[0-9][0-9A-Za-z.+-]*");
    const std::string text = run_process(command, cwd).output;
    std::smatch match;
    return std::regex_search(text, match, kVersion) ? match[0].str() : "unknown";
}

/// A Yosys log without what differs from run to run: times, memory, the scratch folder.
std::string stable_log(const std::string& log, const fs::path& dir) {
    static const std::regex kResources("Memory = *[0-9.]+ MB|(Parsing )?[Tt]ime = *[0-9.]+ sec");
    const std::string folder = dir.string() + "/";
    std::string out;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("End of script.", 0) == 0 || line.rfind("Time spent:", 0) == 0) continue;
        for (std::size_t at = line.find(folder); at != std::string::npos; at = line.find(folder)) {
            line.erase(at, folder.size());
        }
        out += std::regex_replace(line, kResources, "") + "\n";
    }
    return out;
}

/// Runs Yosys on `script`; script and log become artefacts.
void run_yosys(const std::string& script, const fs::path& dir, SynthReport& report) {
    write_file(dir / "synth.ys", script);
    const ProcessResult result =
        run_process({"yosys", "-q", "-l", "yosys.log", "-s", "synth.ys"}, dir);
    report.artefacts["synth.ys"] = script;
    report.artefacts["yosys.log"] = stable_log(read_file(dir / "yosys.log"), dir);
    if (result.status != 0) throw CheckFailedError("yosys: " + yosys_error(result.output));
}

bool is_fpga_flip_flop(const std::string& cell) {
    for (const char* prefix : {"FDRE", "FDSE", "FDCE", "FDPE", "SB_DFF", "TRELLIS_FF"}) {
        if (cell.rfind(prefix, 0) == 0) return true;
    }
    return false;
}

/// Everything the report's module list is made from.
struct Mapped {
    ModuleCells cells;                          ///< by Yosys module name
    std::map<std::string, std::string> adders;  ///< standard cells: variant taken
};

void count_instances(const std::string& module, long times, const Mapped& mapped,
                     const Hierarchy& hierarchy, std::map<std::string, long>& instances) {
    instances[module] += times;
    const auto cells = mapped.cells.find(module);
    if (cells == mapped.cells.end()) return;  // a black box
    for (const auto& [type, number] : cells->second) {
        if (hierarchy.modules().contains(type)) {
            count_instances(type, times * number, mapped, hierarchy, instances);
        }
    }
}

/// Fills modules, cells and memory_bits. `library` is null for FPGA targets.
void fill_report(SynthReport& report, const Mapped& mapped, const Hierarchy& hierarchy,
                 const Library* library) {
    // Counted after mapping: unused instances are gone by then.
    std::map<std::string, long> instances;
    count_instances(hierarchy.top(), 1, mapped, hierarchy, instances);

    std::map<std::string, ModuleReport> by_name;
    for (const auto& [yosys_name, number] : instances) {
        const ElaboratedModule& module = hierarchy.modules().at(yosys_name);
        const Unit unit = unit_of(module.name, hierarchy.top());
        if (unit == Unit::kMemory) {
            const auto width = module.parameters.find("WIDTH");
            const auto depth = module.parameters.find("DEPTH");
            if (width == module.parameters.end() || depth == module.parameters.end()) {
                throw CheckFailedError("memory " + module.name +
                                       " has no WIDTH and DEPTH to count");
            }
            report.memory_bits += width->second * depth->second * number;
            if (library != nullptr) continue;  // a black box
        }
        ModuleReport& m = by_name[module.name];
        m.name = module.name;
        m.unit = unit;
        m.instances += number;
        ++m.parameterisations;
        if (library != nullptr) {
            const std::string& adders = mapped.adders.at(yosys_name);
            m.adders = m.adders.empty() || m.adders == adders ? adders : "mixed";
        }
        for (const auto& [type, each] : mapped.cells.at(yosys_name)) {
            if (hierarchy.modules().contains(type)) continue;
            const long all = each * number;
            m.cells_total += all;
            m.cell_types[type] += all;
            report.cells[type] += all;
            const bool ff =
                library != nullptr ? library->is_flip_flop(type) : is_fpga_flip_flop(type);
            if (ff) m.flip_flops_total += all;
            if (library != nullptr) m.area_total += static_cast<double>(all) * library->area(type);
        }
    }
    for (auto& [name, m] : by_name) report.modules.push_back(std::move(m));
    std::stable_sort(report.modules.begin(), report.modules.end(),
                     [](const ModuleReport& a, const ModuleReport& b) { return a.unit < b.unit; });
}

/// Area of a module's own cells.
double own_area(const std::map<std::string, long>& cells, const Hierarchy& hierarchy,
                const Library& library) {
    double area = 0.0;
    for (const auto& [type, n] : cells) {
        if (!hierarchy.modules().contains(type))
            area += static_cast<double>(n) * library.area(type);
    }
    return area;
}

/// Times the whole design and each PE alone. `netlist` has the module texts by Yosys name.
void run_sta(SynthReport& report, const std::map<std::string, std::string>& netlist,
             const Hierarchy& hierarchy, const Library& library, const fs::path& dir) {
    if (find_program("sta").empty()) {
        report.timing_error =
            "sta (OpenSTA) was not found; install it with: apt-get install opensta";
        return;
    }
    report.tools["opensta"] = version({"sta", "-version"}, dir);
    write_file(dir / "netlist.v", report.artefacts.at("netlist.v") +
                                      memory_stubs(hierarchy, library, hierarchy.top()));
    std::vector<TimedModule> timed = {{"netlist.v", hierarchy.top()}};
    std::string pe_netlist;
    std::vector<std::pair<std::string, std::string>> pes;  // top name, module name
    for (const auto& [yosys_name, body] : netlist) {
        const std::string& name = hierarchy.modules().at(yosys_name).name;
        if (unit_of(name, hierarchy.top()) != Unit::kPe) continue;
        // A copy under a name that needs no escapes.
        const std::string alone = fmt::format("{}__{}", name, pes.size());
        pe_netlist += "module " + alone + " " + body.substr(body.find('('));
        timed.push_back({"pe.v", alone});
        pes.emplace_back(alone, name);
    }
    write_file(dir / "pe.v", pe_netlist);
    write_file(dir / "sta.tcl", sta_script(timed, report.clock_ns));
    const std::string output = run_process({"sta", "-no_splash", "-exit", "sta.tcl"}, dir).output;
    try {
        report.timing = parse_sta(output, hierarchy.top(), hierarchy);
        for (const auto& [alone, name] : pes) {
            const double tmin = parse_sta(output, alone, hierarchy).tmin_ns;
            for (ModuleReport& m : report.modules) {
                if (m.name == name) m.tmin_ns = std::max(tmin, m.tmin_ns.value_or(0.0));
            }
        }
    } catch (const CheckFailedError& e) {
        report.timing.reset();
        report.timing_error = e.what();
    }
}

void synthesise_cells(SynthReport& report, const ScriptInputs& in, const Library& library,
                      const SynthSettings& settings, const fs::path& dir) {
    std::vector<AdderVariant> variants = {AdderVariant::kGates};
    if (library.full_adder() && !in.sets.pes.empty()) {
        variants.push_back(AdderVariant::kFullAdders);
        write_file(dir / "fa_map.v", full_adder_map(*library.full_adder()));
    }
    if (!library.driving_buffer().empty()) write_file(dir / "abc.constr", abc_constraints(library));
    tell(settings, "mapping to cells");
    run_yosys(asic_script(in, library, settings.clock_ns, variants), dir, report);

    const Hierarchy hierarchy(read_file(dir / "elaborated.json"), in.top);
    Mapped mapped;
    std::map<std::string, std::string> netlist;
    for (const AdderVariant variant : variants) {
        const std::string stem = to_string(variant);
        const ModuleCells cells = parse_stat(read_file(dir / (stem + ".stat")));
        std::map<std::string, std::string> texts = split_netlist(read_file(dir / (stem + ".v")));
        for (const auto& [module, types] : cells) {
            if (variant != variants.front() &&
                own_area(types, hierarchy, library) >=
                    (1.0 - kNoise) * own_area(mapped.cells.at(module), hierarchy, library)) {
                continue;
            }
            mapped.cells[module] = types;
            mapped.adders[module] = stem;
            netlist[module] = texts.at(module);
        }
    }
    fill_report(report, mapped, hierarchy, &library);
    std::string& text = report.artefacts["netlist.v"];
    text = fmt::format("// {} mapped to {}; memories are black boxes.\n", in.top, library.file());
    for (const auto& [module, body] : netlist) text += body;

    tell(settings, "static timing");
    run_sta(report, netlist, hierarchy, library, dir);
}

void synthesise_fpga(SynthReport& report, const ScriptInputs& in, const FpgaTarget& target,
                     const SynthSettings& settings, const fs::path& dir) {
    tell(settings, "mapping to FPGA cells");
    run_yosys(fpga_script(in, target.command), dir, report);
    const Hierarchy hierarchy(read_file(dir / "elaborated.json"), in.top);
    Mapped mapped;
    mapped.cells = parse_stat(read_file(dir / "fpga.stat"));
    fill_report(report, mapped, hierarchy, nullptr);
    report.timing_error = "FPGA targets are not placed and routed";
}

/// The liberty file of a target: a named library's, or the user's own.
fs::path liberty_of(const std::string& target) {
    if (std::find(kLibraries.begin(), kLibraries.end(), target) != kLibraries.end()) {
        return find_liberty(target, liberty_folders(target));
    }
    if (fs::path(target).extension() != ".lib") {
        std::string allowed;
        for (const char* name : kLibraries) allowed += std::string(name) + ", ";
        for (const FpgaTarget& t : kFpgaTargets) allowed += std::string(t.name) + ", ";
        throw InputError("--target", "",
                         "\"" + target + "\" is unknown; allowed: " + allowed +
                             "or a liberty file ending in .lib");
    }
    if (!fs::is_regular_file(target)) {
        throw InputError(target, "", "cannot be read; a liberty file is needed");
    }
    return target;
}

}  // namespace

SynthReport synthesise(const RtlInput& rtl, const SynthSettings& settings) {
    if (settings.clock_ns && !(std::isfinite(*settings.clock_ns) && *settings.clock_ns > 0.0)) {
        throw InputError("--clock", "", "must be a period in ns above 0");
    }
    const auto* fpga =
        std::find_if(kFpgaTargets.begin(), kFpgaTargets.end(),
                     [&settings](const FpgaTarget& t) { return settings.target == t.name; });
    const bool asic = fpga == kFpgaTargets.end();
    const fs::path liberty = asic ? liberty_of(settings.target) : fs::path();

    SynthReport report;
    report.name = rtl.top;
    report.spec_hash = rtl.spec_hash;
    report.target =
        asic && liberty == settings.target ? liberty.filename().string() : settings.target;
    report.clock_ns = settings.clock_ns;
    report.tools["peforge"] = PEFORGE_VERSION;

    require_program("yosys", "yosys");
    const ScratchDir scratch;
    report.tools["yosys"] = version({"yosys", "-V"}, scratch.path());

    ScriptInputs in;
    in.top = rtl.top;
    in.sources = sources(rtl.files);
    std::vector<std::string> modules;
    for (const std::string& path : in.sources) {
        write_file(scratch.path() / path, rtl.files.at(path));
        for (std::string& m : declared_modules(rtl.files.at(path))) modules.push_back(std::move(m));
    }
    in.sets = module_sets(modules, rtl.top);

    if (!asic) {
        report.unit = "cells";
        report.label = fpga->label;
        synthesise_fpga(report, in, *fpga, settings, scratch.path());
        return report;
    }
    const std::string text = read_file(liberty);
    const Library library(text, liberty.string());
    write_file(scratch.path() / kLibraryFile, text);
    const bool own = liberty == settings.target;
    report.unit = own ? "library units" : "um2";
    report.label = std::string("pre-layout, no wires, no clock tree; ") +
                   (own ? "the library's corner" : "typical corner");
    report.library = LibraryReport{library.file(), library.name(), library.sha256(),
                                   library.voltage(), library.temperature()};
    synthesise_cells(report, in, library, settings, scratch.path());
    return report;
}

SynthReport synthesise(const Design& design, const FileSet& files, const SynthSettings& settings) {
    return synthesise(RtlInput{design.top, design.spec.hash, files}, settings);
}

}  // namespace synth

int synth_command(const SynthOptions& options) {
    const Design design = resolve(load_spec(options.spec), options.spec.string());
    synth::SynthSettings settings{options.target, options.clock_ns, {}};
    if (!options.quiet && isatty(STDERR_FILENO) == 1) {
        settings.progress = [&design](std::string_view step) {
            fmt::print(stderr, "{}: {} ...\n", design.top, step);
        };
    }
    const synth::SynthReport report = synth::synthesise(design, emit(design), settings);
    FileSet files = report.artefacts;
    files["report.json"] = synth::to_json(report);
    files["report.txt"] = synth::to_text(report);
    write_folder(files, options.out);
    if (options.json) {
        fmt::print("{}", files.at("report.json"));
    } else if (!options.quiet) {
        fmt::print("{}", files.at("report.txt"));
    }
    return kDone;
}

}  // namespace peforge
