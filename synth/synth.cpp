// SPDX-License-Identifier: Apache-2.0
#include "synth/synth.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <system_error>
#include <tuple>

#include "generator/emit/memories.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "synth/floor.hpp"
#include "synth/fpga.hpp"
#include "synth/hierarchy.hpp"
#include "synth/liberty.hpp"
#include "synth/mapping.hpp"
#include "synth/power/power.hpp"
#include "synth/power/report.hpp"
#include "synth/timing.hpp"
#include "synth/yosys.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge {

namespace fs = std::filesystem;

namespace synth {

namespace {

constexpr const char* kFpgaList = "memories/fpga.f";

constexpr std::array<const char*, 3> kLibraries = {"osu018", "osu035", "osu050"};

void tell(const SynthSettings& settings, std::string_view step) {
    if (settings.progress) settings.progress(step);
}

/// The sources that a file list names, in its order, as paths of the file set.
std::vector<std::string> sources(const FileSet& files, const std::string& filelist) {
    const auto list = files.find(filelist);
    if (list == files.end()) throw InputError(filelist, "", "is not among the emitted files");
    std::vector<std::string> paths;
    std::istringstream lines(list->second);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t end = line.find_last_not_of(" \t\r");
        if (end == std::string::npos || line.rfind("//", 0) == 0) continue;
        line.resize(end + 1);
        if (!files.contains(line))
            throw InputError(filelist, line, "is not among the emitted files");
        paths.push_back(line);
    }
    return paths;
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

/// A PE in all the ways it was mapped, and the one that is taken.
struct MappedPe {
    std::string name;                             ///< of its source
    std::vector<Candidate> candidates;            ///< the variants, gates first
    std::vector<ModuleCells::mapped_type> cells;  ///< of each candidate
    std::vector<std::string> netlists;
    std::vector<std::size_t> order;  ///< of candidates, by preference
    std::size_t at = 0;              ///< the one taken, in `order`

    [[nodiscard]] std::size_t taken() const { return order.empty() ? 0 : order[at]; }
};

/// Everything the report's module list is made from.
struct Mapped {
    ModuleCells cells;                    ///< by Yosys module name
    std::map<std::string, MappedPe> pes;  ///< standard cells: by Yosys module name
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

/// What a PE's report says about the ways it was mapped; worst period and summed area of all its
/// parameterisations.
void add_variants(ModuleReport& m, const MappedPe& pe, long instances) {
    m.variants.resize(pe.candidates.size());
    for (std::size_t i = 0; i < pe.candidates.size(); ++i) {
        const Candidate& c = pe.candidates[i];
        VariantReport& v = m.variants[i];
        v.adders = to_string(c.variant);
        v.area_total += c.area * static_cast<double>(instances);
        if (c.tmin_ns) v.tmin_ns = std::max(*c.tmin_ns, v.tmin_ns.value_or(0.0));
    }
    const std::optional<double>& tmin = pe.candidates[pe.taken()].tmin_ns;
    if (tmin) m.tmin_ns = std::max(*tmin, m.tmin_ns.value_or(0.0));
}

/// Fills modules, cells, memory_bits and what memories there are. `library` is null for FPGA
/// targets.
void fill_report(SynthReport& report, const Mapped& mapped, const Hierarchy& hierarchy,
                 const Library* library) {
    // Counted after mapping: unused instances are gone by then.
    std::map<std::string, long> instances;
    count_instances(hierarchy.top(), 1, mapped, hierarchy, instances);

    std::map<std::string, ModuleReport> by_name;
    std::map<std::tuple<std::string, long long, long long>, long> memories;
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
            if (library != nullptr) {  // a black box
                const std::tuple key(module.name, width->second, depth->second);
                memories[key] += number;
                continue;
            }
        }
        ModuleReport& m = by_name[module.name];
        m.name = module.name;
        m.unit = unit;
        m.instances += number;
        ++m.parameterisations;
        if (library != nullptr) {
            const auto pe = mapped.pes.find(yosys_name);
            const std::string adders = to_string(
                pe == mapped.pes.end() ? AdderVariant::kGates
                                       : pe->second.candidates[pe->second.taken()].variant);
            m.adders = m.adders.empty() || m.adders == adders ? adders : "mixed";
            if (pe != mapped.pes.end()) add_variants(m, pe->second, number);
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
            if (library == nullptr) continue;
            const double area = static_cast<double>(all) * library->area(type);
            m.area_total += area;
            if (ff) m.flip_flop_area_total += area;
        }
    }
    for (const auto& [key, number] : memories) {
        const auto& [module, width, depth] = key;
        MemoryReport& m = report.memories.emplace_back();
        m.module = module;
        m.width = static_cast<int>(width);
        m.depth = static_cast<int>(depth);
        m.instances = number;
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

/// Times each mapping of each PE alone.
void time_pes(std::map<std::string, MappedPe>& pes, const Hierarchy& hierarchy,
              std::optional<double> clock_ns, const fs::path& dir) {
    std::string text;
    std::vector<TimedModule> timed;
    // Copies under names that need no escapes.
    const auto alone = [](const MappedPe& pe, std::size_t number, std::size_t candidate) {
        return fmt::format("{}__{}_{}", pe.name, number,
                           to_string(pe.candidates[candidate].variant));
    };
    std::size_t number = 0;
    for (const auto& [yosys_name, pe] : pes) {
        for (std::size_t i = 0; i < pe.candidates.size(); ++i) {
            const std::string name = alone(pe, number, i);
            text += "module " + name + " " + pe.netlists[i].substr(pe.netlists[i].find('('));
            timed.push_back({"pe.v", name});
        }
        ++number;
    }
    if (timed.empty()) return;
    write_file(dir / "pe.v", text);
    write_file(dir / "pe.tcl", sta_script(timed, clock_ns));
    const std::string output = run_process({"sta", "-no_splash", "-exit", "pe.tcl"}, dir).output;
    number = 0;
    for (auto& [yosys_name, pe] : pes) {
        for (std::size_t i = 0; i < pe.candidates.size(); ++i) {
            pe.candidates[i].tmin_ns = parse_sta(output, alone(pe, number, i), hierarchy).tmin_ns;
        }
        ++number;
    }
}

/// Times the whole design; `stubs` stand in for its memories.
Timing time_design(const std::string& netlist, const std::string& stubs, const Hierarchy& hierarchy,
                   std::optional<double> clock_ns, const fs::path& dir) {
    write_file(dir / "netlist.v", netlist + stubs);
    write_file(dir / "sta.tcl", sta_script({{"netlist.v", hierarchy.top()}}, clock_ns));
    return parse_sta(run_process({"sta", "-no_splash", "-exit", "sta.tcl"}, dir).output,
                     hierarchy.top(), hierarchy);
}

/// The place of a variant that is among the candidates.
std::size_t index_of(const std::vector<Candidate>& candidates, AdderVariant variant) {
    return static_cast<std::size_t>(
        std::find_if(candidates.begin(), candidates.end(),
                     [&](const Candidate& c) { return c.variant == variant; }) -
        candidates.begin());
}

/// The netlist with the mappings of the PEs that are taken now.
std::string join_netlist(const std::map<std::string, std::string>& modules,
                         const std::map<std::string, MappedPe>& pes, const std::string& head) {
    std::string text = head;
    for (const auto& [module, body] : modules) {
        const auto pe = pes.find(module);
        text += pe == pes.end() ? body : pe->second.netlists[pe->second.taken()];
    }
    return text;
}

/// Chooses the PEs' mappings by their own timing and by that of the whole design: a PE that stands
/// at an end of the critical path of a design that misses its clock is exchanged for the next
/// faster one. What met the clock is taken, or else the fastest of what was timed. Fills
/// report.timing or report.timing_error.
void choose_and_time(SynthReport& report, std::map<std::string, MappedPe>& pes,
                     const std::map<std::string, std::string>& modules, const std::string& head,
                     const Hierarchy& hierarchy, const Library& library,
                     const std::optional<AdderVariant>& adders, const fs::path& dir) {
    const auto choose = [&] {
        for (auto& [yosys_name, pe] : pes) {
            pe.order = adders ? std::vector<std::size_t>{index_of(pe.candidates, *adders)}
                              : by_preference(pe.candidates, report.clock_ns);
            pe.at = 0;
        }
    };
    choose();
    if (find_program("sta").empty()) {
        report.timing_error =
            "sta (OpenSTA) was not found; install it with: apt-get install opensta";
        return;
    }
    report.tools["opensta"] = tool_version({"sta", "-version"}, dir);
    const std::string stubs = memory_stubs(hierarchy, library, hierarchy.top());
    try {
        time_pes(pes, hierarchy, report.clock_ns, dir);
        choose();
        std::map<std::string, MappedPe> tried = pes;
        for (bool more = true; more;) {
            const Timing timing = time_design(join_netlist(modules, tried, head), stubs, hierarchy,
                                              report.clock_ns, dir);
            if (!report.timing || timing.tmin_ns < report.timing->tmin_ns) {
                report.timing = timing;
                pes = tried;
            }
            more = false;
            if (!report.clock_ns || timing.tmin_ns <= *report.clock_ns) continue;
            for (auto& [yosys_name, pe] : tried) {
                if (pe.name != timing.from.module && pe.name != timing.to.module) continue;
                const auto next = next_faster(pe.candidates, pe.order, pe.at, *report.clock_ns);
                if (!next) continue;
                pe.at = *next;
                more = true;
            }
        }
    } catch (const CheckFailedError& e) {
        report.timing.reset();
        report.timing_error = e.what();
        for (auto& [yosys_name, pe] : pes) {
            for (Candidate& c : pe.candidates) c.tmin_ns.reset();
        }
        choose();
    }
}

/// The variants in which the PEs are mapped. Ripple carry saves area for speed, so it needs a clock
/// that says how much speed, unless it is asked for.
std::vector<AdderVariant> variants_of(const ScriptInputs& in, const Library& library,
                                      const SynthSettings& settings) {
    std::vector<AdderVariant> variants = {AdderVariant::kGates};
    const bool full_adders = library.full_adder().has_value();
    if (settings.adders && has_full_adders(*settings.adders) && !full_adders) {
        throw InputError("--adders", "",
                         fmt::format("{} needs a full adder, and {} has none; allowed: gates, "
                                     "ripple, or no --adders",
                                     to_string(*settings.adders), library.file()));
    }
    if (in.sets.pes.empty()) return variants;
    const bool ripple = settings.clock_ns.has_value() || settings.adders.has_value();
    if (full_adders) variants.push_back(AdderVariant::kFullAdders);
    if (ripple) variants.push_back(AdderVariant::kRipple);
    if (ripple && full_adders) variants.push_back(AdderVariant::kRippleFullAdders);
    return variants;
}

/// Declarations of the memory wrappers, without a body.
std::string memory_boxes(const Hierarchy& hierarchy) {
    std::string out;
    for (const auto& [name, module] : hierarchy.modules()) {
        if (unit_of(module.name, hierarchy.top()) != Unit::kMemory) continue;
        std::string ports;
        for (const ModulePort& p : module.ports) {
            ports += fmt::format("{}{} [{}:0] {}", ports.empty() ? "" : ", ",
                                 p.input ? "input" : "output", p.width - 1, p.name);
        }
        out += fmt::format("(* blackbox *)\nmodule \\{} ({});\nendmodule\n", name, ports);
    }
    return out;
}

void synthesise_cells(SynthReport& report, const ScriptInputs& in, const Library& library,
                      const SynthSettings& settings, const fs::path& dir) {
    const std::vector<AdderVariant> variants = variants_of(in, library, settings);
    if (library.full_adder()) write_file(dir / "fa_map.v", full_adder_map(*library.full_adder()));
    write_file(dir / "lcu_map.v", ripple_map());
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
            if (variant == AdderVariant::kGates) {
                mapped.cells[module] = types;
                netlist[module] = texts.at(module);
            }
            const std::string& name = hierarchy.modules().at(module).name;
            if (unit_of(name, hierarchy.top()) != Unit::kPe) continue;
            MappedPe& pe = mapped.pes[module];
            pe.name = name;
            pe.candidates.push_back({variant, own_area(types, hierarchy, library), {}});
            pe.cells.push_back(types);
            pe.netlists.push_back(texts.at(module));
        }
    }
    tell(settings, "static timing");
    const std::string head =
        fmt::format("// {} mapped to {}; memories are black boxes.\n", in.top, library.file());
    choose_and_time(report, mapped.pes, netlist, head, hierarchy, library, settings.adders, dir);
    for (const auto& [module, pe] : mapped.pes) mapped.cells[module] = pe.cells[pe.taken()];
    report.artefacts["netlist.v"] = join_netlist(netlist, mapped.pes, head);
    fill_report(report, mapped, hierarchy, &library);
    if (!settings.keep_mapped) return;
    write_file(dir / "mapped.v", report.artefacts.at("netlist.v") + memory_boxes(hierarchy));
    write_file(dir / "mapped.ys", fmt::format("read_liberty -lib {}\nread_verilog mapped.v\n"
                                              "hierarchy -check -top {}\nwrite_json mapped.json\n",
                                              kLibraryFile, in.top));
    const ProcessResult result = run_process({"yosys", "-q", "-s", "mapped.ys"}, dir);
    if (result.status != 0) throw CheckFailedError("yosys: " + yosys_error(result.output));
    report.mapped =
        MappedNetlist{read_file(dir / "elaborated.json"), read_file(dir / "mapped.json"),
                      read_file(dir / kLibraryFile), library.file()};
}

/// Sources of a memory's body: what declares it, or the latch body that was emitted beside it.
std::vector<std::string> memory_sources(const RtlInput& rtl, const std::string& module,
                                        bool latches) {
    std::vector<std::string> found;
    for (const auto& [path, text] : rtl.files) {
        const bool candidate =
            latches ? path.starts_with("memories/latch/") : !path.starts_with("memories/");
        if (!candidate || !path.ends_with(".v")) continue;
        const std::vector<std::string> declared = declared_modules(text);
        if (latches || std::find(declared.begin(), declared.end(), module) != declared.end()) {
            found.push_back(path);
        }
    }
    if (found.empty()) {
        throw CheckFailedError(
            fmt::format("{} has no body of {}", module, latches ? "latches" : "flip-flops"));
    }
    return found;
}

/// Maps one memory alone and fills in its areas.
void map_memory(MemoryReport& memory, SynthReport& report, const RtlInput& rtl,
                const Library& library, bool keep_mapped, const fs::path& dir) {
    const bool latches = memory.kind == MemoryKind::kLatches;
    const auto parts = [](long long all, long long most) { return (all + most - 1) / most; };
    const long long of_bits = parts(memory.bits(), kLargestMappedSlice);
    memory.slices = static_cast<int>(
        latches ? std::max(of_bits, parts(memory.width, kWidestLatchSlice)) : of_bits);
    MemoryInputs in{memory_sources(rtl, memory.module, latches), memory.module,
                    memory.slice_width(), memory.depth, latches};
    for (const std::string& path : in.sources) write_file(dir / path, rtl.files.at(path));
    const std::string script = memory_script(in, library);
    report.artefacts[fmt::format("memory_{}x{}.ys", memory.width, memory.depth)] = script;
    write_file(dir / "memory.ys", script);
    const ProcessResult result = run_process({"yosys", "-q", "-s", "memory.ys"}, dir);
    if (result.status != 0) throw CheckFailedError("yosys: " + yosys_error(result.output));
    const ModuleCells cells = parse_stat(read_file(dir / "memory.stat"));
    memory.area = 0.0;
    for (const auto& [type, number] : cells.begin()->second) {
        const double area = static_cast<double>(number * memory.slices) * library.area(type);
        *memory.area += area;
        if (library.is_flip_flop(type) || library.is_latch(type)) memory.storage_area += area;
    }
    if (keep_mapped) {
        memory.mapped = MappedMemory{read_file(dir / "memory_elaborated.json"),
                                     read_file(dir / "memory_mapped.json")};
    }
}

/// Whether a memory is small enough to be mapped to cells of this kind.
bool mappable(int width, int depth, MemoryKind kind) {
    if (kind == MemoryKind::kLatches && depth > kMostLatchWords) return false;
    return kind != MemoryKind::kMacro &&
           static_cast<long long>(width) * depth <= kLargestMappedMemory;
}

/// Throws for a memory that is to be mapped to cells and is too large for that.
void check_size(int width, int depth, const SynthSettings& settings) {
    if (settings.memory == MemoryKind::kMacro || settings.sram_model ||
        mappable(width, depth, settings.memory)) {
        return;
    }
    const bool latches = settings.memory == MemoryKind::kLatches;
    throw InputError(
        "--memory", "",
        fmt::format("a memory of {} x {} has {} bits; allowed: at most {}{} in {}, or macro", width,
                    depth, static_cast<long long>(width) * depth, kLargestMappedMemory,
                    latches ? fmt::format(" and {} words", kMostLatchWords) : "",
                    to_string(settings.memory)));
}

/// Gives every memory its kind and, as far as they are known, its areas.
void add_storage(SynthReport& report, const RtlInput& rtl, const Library& cells,
                 const fs::path& lef, const SynthSettings& settings, const fs::path& dir) {
    report.sram_model = settings.sram_model;
    Library library = cells;
    if (settings.memory == MemoryKind::kLatches) {
        if (!library.latch()) {
            throw InputError("--memory", "",
                             "latches need a latch that is open while its enable is high, and " +
                                 library.file() + " has none; allowed: macro, flip_flops");
        }
        const std::string& cell = library.latch()->cell;
        const std::optional<double>& known = library.cells().at(cell).area;
        if (!(known && *known > 0.0) && fs::is_regular_file(lef)) {
            const std::map<std::string, double> areas = lef_areas(read_file(lef));
            if (const auto at = areas.find(cell); at != areas.end()) report.lef_areas.insert(*at);
            library.add_areas(report.lef_areas);
        }
        write_file(dir / "latch_map.v", latch_map(*library.latch()));
    }
    for (MemoryReport& m : report.memories) {
        if (settings.sram_model) m.tiling = tile(*settings.sram_model, m.width, m.depth);
        check_size(m.width, m.depth, settings);
        if (mappable(m.width, m.depth, settings.memory)) {
            tell(settings, fmt::format("memory of {} x {}", m.width, m.depth));
            m.kind = settings.memory;
            map_memory(m, report, rtl, library, settings.keep_mapped, dir);
        }
        if (!m.tiling || (m.area && *m.area < m.tiling->area_um2)) {
            m.tiling.reset();
            continue;
        }
        m.kind = MemoryKind::kMacro;
        m.mapped.reset();
        m.slices = 1;
        m.area = m.tiling->area_um2;
        m.storage_area = 0.0;
    }
}

void synthesise_fpga(SynthReport& report, const ScriptInputs& in, const FpgaTarget& target,
                     const SynthSettings& settings, const fs::path& dir) {
    tell(settings, "mapping to FPGA cells");
    std::string command = target.command;
    if (settings.dsp) {
        const char* option = *settings.dsp ? target.with_dsp : target.no_dsp;
        if (*option != '\0') command += std::string(" ") + option;
    }
    run_yosys(fpga_script(in, command), dir, report);
    const Hierarchy hierarchy(read_file(dir / "elaborated.json"), in.top);
    Mapped mapped;
    mapped.cells = parse_stat(read_file(dir / "fpga.stat"));
    fill_report(report, mapped, hierarchy, nullptr);
    if (settings.route.empty()) {
        report.timing_error = "not placed and routed";
        return;
    }
    tell(settings, "place and route");
    write_file(dir / "pins.v", pin_saver(in.top, hierarchy.modules().at(hierarchy.top()).ports));
    const std::string script = route_script(in.sources, in.top, target, settings.dsp);
    write_file(dir / "route.ys", script);
    const ProcessResult mapping = run_process({"yosys", "-q", "-s", "route.ys"}, dir);
    if (mapping.status != 0) throw CheckFailedError("yosys: " + yosys_error(mapping.output));
    report.artefacts["route.ys"] = script;
    report.artefacts["pins.v"] = read_file(dir / "pins.v");
    constexpr double kGoalMhz = 50.0;
    report.route = place_and_route(settings.route,
                                   settings.clock_ns ? 1000.0 / *settings.clock_ns : kGoalMhz, dir);
    report.tools[report.route->tool] = report.route->version;
    report.timing_error = report.route->fits ? "" : "does not fit " + settings.route;
}

}  // namespace

LibrarySource target_library(const std::string& target) {
    if (fpga_target(target) != nullptr) {
        throw InputError(
            "--target", "",
            target +
                " is an FPGA; allowed where standard cells are needed: osu018, osu035, "
                "osu050, or liberty files");
    }
    const bool named = std::find(kLibraries.begin(), kLibraries.end(), target) != kLibraries.end();
    if (!named && !is_library_files(target)) {
        std::string allowed;
        for (const char* name : kLibraries) allowed += std::string(name) + ", ";
        for (const FpgaTarget& t : kFpgaTargets) allowed += std::string(t.name) + ", ";
        throw InputError("--target", "",
                         "\"" + target + "\" is unknown; allowed: " + allowed +
                             "or liberty files ending in .lib or .lib.gz, separated by commas");
    }
    return read_library(target);
}

SynthReport synthesise(const RtlInput& rtl, const SynthSettings& settings) {
    if (settings.clock_ns && !(std::isfinite(*settings.clock_ns) && *settings.clock_ns > 0.0)) {
        throw InputError("--clock", "", "must be a period in ns above 0");
    }
    const FpgaTarget* fpga = fpga_target(settings.target);
    const bool asic = fpga == nullptr;
    if (asic && (settings.dsp || !settings.route.empty())) {
        throw InputError(
            settings.dsp ? "--dsp" : "--route", "",
            "is for FPGA targets; allowed with standard cells: neither --dsp, --no-dsp "
            "nor --route");
    }
    if (!asic) check_options(*fpga, settings.dsp, settings.route);
    const LibrarySource source = asic ? target_library(settings.target) : LibrarySource();

    SynthReport report;
    report.name = rtl.top;
    report.spec_hash = rtl.spec_hash;
    report.target = source.own ? fs::path(source.file).filename().string() : settings.target;
    report.clock_ns = settings.clock_ns;
    report.tools["peforge"] = PEFORGE_VERSION;

    require_program("yosys", "yosys");
    const ScratchDir scratch;
    report.tools["yosys"] = tool_version({"yosys", "-V"}, scratch.path());

    ScriptInputs in;
    in.top = rtl.top;
    // Memories of FPGAs have a body of their own.
    const bool fpga_body = !asic && rtl.files.contains(kFpgaList);
    in.sources = sources(rtl.files, fpga_body ? kFpgaList : "filelist.f");
    std::vector<std::string> modules;
    for (const std::string& path : in.sources) {
        write_file(scratch.path() / path, rtl.files.at(path));
        for (std::string& m : declared_modules(rtl.files.at(path))) modules.push_back(std::move(m));
    }
    in.sets = module_sets(modules, rtl.top);

    const bool cells = settings.memory != MemoryKind::kMacro;
    if (!asic && settings.adders) {
        throw InputError("--adders", "",
                         "is for standard cells; allowed with an FPGA target: no --adders");
    }
    if (!asic && (cells || settings.sram_model)) {
        throw InputError(cells ? "--memory" : "--sram-model", "",
                         "is for standard cells; allowed with an FPGA target: neither --memory nor "
                         "--sram-model, memories become its RAM");
    }
    if (!asic) {
        report.unit = "cells";
        report.label = fpga->label;
        synthesise_fpga(report, in, *fpga, settings, scratch.path());
        return report;
    }
    const Library library(source.text, source.file);
    write_file(scratch.path() / kLibraryFile, source.text);
    if (source.own && cells && settings.sram_model) {
        throw InputError("--sram-model", "",
                         "the smaller of cells and macros needs areas of one unit, and that of " +
                             library.file() + " is not known; allowed: --memory macro");
    }
    report.unit = source.own ? "library units" : kSquareMicrons;
    report.label = std::string("pre-layout, no wires, no clock tree; ") +
                   (source.own ? "the library's corner" : "typical corner");
    report.library = LibraryReport{library.file(), library.name(), library.sha256(),
                                   library.voltage(), library.temperature()};
    synthesise_cells(report, in, library, settings, scratch.path());
    add_storage(report, rtl, library, source.lef, settings, scratch.path());
    return report;
}

SynthReport synthesise(const Design& design, const FileSet& files, const SynthSettings& settings) {
    for (const Memory& memory : design.memories) check_size(memory.width, memory.depth, settings);
    SynthReport report = synthesise(RtlInput{design.top, design.spec.hash, files}, settings);
    for (const Memory& memory : design.memories) {
        for (MemoryReport& m : report.memories) {
            if (m.width == memory.width && m.depth == memory.depth) m.names.push_back(memory.name);
        }
    }
    const std::optional<FloorPe> floor =
        report.library && settings.floor ? floor_of(design) : std::optional<FloorPe>();
    if (floor) {
        tell(settings, "bare floor of the PE");
        SynthSettings quiet = settings;
        quiet.progress = {};
        quiet.memory = MemoryKind::kMacro;
        quiet.sram_model.reset();
        quiet.keep_mapped = false;
        const SynthReport bare = synthesise(floor_rtl(*floor, design.top, files), quiet);
        for (const ModuleReport& m : bare.modules) {
            if (m.unit == Unit::kPe) report.floor = FloorReport{floor->sum_bits, m};
        }
    }
    return report;
}

namespace {

/// Names of a mixed array's modes; one empty name for an array of one.
std::vector<std::string> mode_names(const Design& design) {
    if (mode_count(design) == 1) return {""};
    std::vector<std::string> names;
    for (int mode = 0; mode < mode_count(design); ++mode) names.push_back(mode_name(design, mode));
    return names;
}

}  // namespace

void check_mode(const Design& design, const std::string& mode) {
    if (mode.empty()) return;
    std::string allowed;
    for (const std::string& name : mode_names(design)) {
        if (name == mode) return;
        allowed += (allowed.empty() ? "" : ", ") + name;
    }
    throw InputError("--mode", "",
                     "\"" + mode + "\" is unknown; allowed: " +
                         (allowed.empty() ? "no --mode, the array has one mode" : allowed));
}

std::vector<power::PowerReport> measure_power(const Design& design, const FileSet& files,
                                              const SynthReport& report,
                                              const SynthOptions& options,
                                              const SynthSettings& settings) {
    if (!report.timing) {
        throw CheckFailedError("power needs the shortest period, and there is none: " +
                               report.timing_error);
    }
    power::PowerSettings how;
    if (options.zero_delay) how.mode = power::DelayMode::kZero;
    // A netlist that misses its clock works at the period that it has.
    constexpr double kReferenceNs = 10.0;
    how.period_ns = std::max(options.clock_ns.value_or(kReferenceNs), report.timing->tmin_ns);
    std::vector<power::PowerReport> reports;
    for (const fs::path& dir : options.activity) {
        const power::Workload workload = power::read_workload(design, dir);
        tell(settings, "gate-level simulation");
        reports.push_back(power::measure(design, report, workload, how));
    }
    if (!reports.empty()) return reports;
    const std::vector<std::string> modes = mode_names(design);
    for (std::size_t m = 0; m < modes.size(); ++m) {
        if (!options.mode.empty() && options.mode != modes[m]) continue;
        const Design in_force = modes.size() == 1 ? design : in_mode(design, static_cast<int>(m));
        for (const double zeros : options.zeros) {
            tell(settings, "recording the workload");
            const ScratchDir scratch;
            power::Workload workload = power::record_workload(in_force, files, {.zeros = zeros},
                                                              scratch.path(), default_cache_dir());
            workload.mode = modes[m];
            tell(settings, "gate-level simulation");
            reports.push_back(power::measure(design, report, workload, how));
        }
    }
    return reports;
}

}  // namespace synth

int synth_command(const SynthOptions& options) {
    const Design design = resolve(load_spec(options.spec), options.spec.string());
    synth::SynthSettings settings;
    settings.target = options.target;
    settings.clock_ns = options.clock_ns;
    settings.dsp = options.dsp;
    settings.route = options.route;
    settings.memory = synth::memory_kind(options.memory);
    settings.adders = synth::adder_variant(options.adders);
    settings.keep_mapped = options.power;
    if (!options.sram_model.empty()) {
        settings.sram_model = synth::load_sram_model(options.sram_model);
    }
    if (!options.quiet && isatty(STDERR_FILENO) == 1) {
        settings.progress = [&design](std::string_view step) {
            fmt::print(stderr, "{}: {} ...\n", design.top, step);
        };
    }
    if (options.power) {
        synth::target_library(options.target);  // refuses FPGAs
        synth::check_mode(design, options.mode);
        for (const fs::path& dir : options.activity) synth::power::read_workload(design, dir);
    }
    const FileSet emitted = emit(design);
    const synth::SynthReport report = synth::synthesise(design, emitted, settings);
    FileSet files = report.artefacts;
    files["report.json"] = synth::to_json(report);
    files["report.txt"] = synth::to_text(report);
    if (options.power) {
        auto json = nlohmann::ordered_json::parse(files["report.json"]);
        json["power"] = nlohmann::ordered_json::array();
        for (const auto& power : synth::measure_power(design, emitted, report, options, settings)) {
            json["power"].push_back(synth::power::to_json(power));
            files["report.txt"] += synth::power::to_text(power);
        }
        files["report.json"] = json.dump(2) + "\n";
    }
    write_folder(files, options.out);
    if (options.json) {
        fmt::print("{}", files.at("report.json"));
    } else if (!options.quiet) {
        fmt::print("{}", files.at("report.txt"));
    }
    return kDone;
}

}  // namespace peforge
