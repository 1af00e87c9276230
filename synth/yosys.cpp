// SPDX-License-Identifier: Apache-2.0
#include "synth/yosys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "generator/spec/error.hpp"
#include "synth/hierarchy.hpp"

namespace peforge::synth {

namespace {

/// Pattern of modules by the name their source has, in every parameterisation.
std::string pattern(const std::vector<std::string>& modules) {
    std::string text;
    for (const std::string& m : modules) text += fmt::format(" {0} A:hdlname=\\{0}", m);
    return text;
}

std::string select_modules(const std::string& set, const std::vector<std::string>& modules) {
    return "select -set " + set + pattern(modules) + "\n";
}

/// Reads, elaborates and flattens inside the units; `memories` says what to do with those.
std::string elaborate(const ScriptInputs& in, const std::string& memories) {
    std::string s;
    for (const std::string& file : in.sources) s += "read_verilog " + file + "\n";
    s += fmt::format("hierarchy -check -top {}\nproc\n", in.top);
    if (!in.sets.memories.empty()) {
        s += select_modules("memories", in.sets.memories) + memories + " @memories\n";
    }
    if (!in.sets.repeated.empty()) {
        s += select_modules("repeated", in.sets.repeated) +
             "setattr -mod -set keep_hierarchy 1 @repeated\n";
    }
    if (!in.sets.units.empty()) {
        s += select_modules("units", in.sets.units) + "flatten @units\n";
    }
    // The second pass drops modules that were only instantiated inside units.
    s += fmt::format("hierarchy -check -top {}\nwrite_json elaborated.json\n", in.top);
    return s;
}

/// Area-oriented mapping; docs/synthesis.md has the measurements behind it.
std::string abc_command(const Library& library, std::optional<double> clock_ns) {
    std::string command = std::string("abc -liberty ") + kLibraryFile;
    std::string steps = "+strash;dch;amap,-m,-Q,0.5";
    if (!library.driving_buffer().empty()) {
        command += " -constr abc.constr";
        steps += ";buffer;upsize,{D};dnsize,{D}";
    }
    if (clock_ns) command += fmt::format(" -D {:.0f}", *clock_ns * 1000.0);
    return command + " -script " + steps + "\n";
}

std::string without_backslash(const std::string& name) {
    return !name.empty() && name.front() == '\\' ? name.substr(1) : name;
}

}  // namespace

ModuleSets module_sets(const std::vector<std::string>& modules, const std::string& top) {
    ModuleSets sets;
    for (const std::string& m : modules) {
        const Unit unit = unit_of(m, top);
        if (unit == Unit::kMemory) {
            sets.memories.push_back(m);
        } else if (unit != Unit::kOther) {
            sets.units.push_back(m);
            if (unit == Unit::kPe) sets.pes.push_back(m);
            if (is_repeated(m, top)) sets.repeated.push_back(m);
        }
    }
    return sets;
}

const char* to_string(AdderVariant variant) {
    switch (variant) {
        case AdderVariant::kFullAdders:
            return "full_adders";
        case AdderVariant::kRipple:
            return "ripple";
        case AdderVariant::kRippleFullAdders:
            return "ripple_full_adders";
        case AdderVariant::kGates:
            break;
    }
    return "gates";
}

bool has_full_adders(AdderVariant variant) {
    return variant == AdderVariant::kFullAdders || variant == AdderVariant::kRippleFullAdders;
}

bool has_ripple_carry(AdderVariant variant) {
    return variant == AdderVariant::kRipple || variant == AdderVariant::kRippleFullAdders;
}

std::string asic_script(const ScriptInputs& in, const Library& library,
                        std::optional<double> clock_ns, const std::vector<AdderVariant>& variants) {
    const bool ripple = std::any_of(variants.begin(), variants.end(), has_ripple_carry);
    // The library comes first, or `check` takes every flip-flop output for undriven.
    std::string s =
        std::string("read_liberty -lib ") + kLibraryFile + "\n" + elaborate(in, "blackbox");
    s += fmt::format("synth -top {} -noabc -run coarse:fine\n", in.top);
    if (ripple) s += "design -save coarse\n";
    s += fmt::format("synth -top {} -noabc -run fine:check\n", in.top);
    if (variants.size() > 1) s += "design -save generic\n";
    if (ripple) {
        // The PEs alone, with every adder that is left as $alu, so that its carries can be mapped.
        s += "design -load coarse\n" + select_modules("pes", in.sets.pes) +
             "select -set others * @pes %d\ndelete @others\nalumacc\nopt\n"
             "techmap -map lcu_map.v -map +/techmap.v\n"
             "synth -noabc -run fine:check\ndesign -save ripple\n";
    }
    for (const AdderVariant variant : variants) {
        if (variant != AdderVariant::kGates || ripple) {
            s += fmt::format("design -load {}\n", has_ripple_carry(variant) ? "ripple" : "generic");
        }
        if (variant != AdderVariant::kGates) s += "select" + pattern(in.sets.pes) + "\n";
        if (has_full_adders(variant)) {
            // -d 4 finds the same adders as the default depth in a hundredth of the time; Yosys
            // 0.23 accepts it only in front of another option.
            s += "extract_fa -d 4 -fa\ntechmap -map fa_map.v\nopt_clean\n";
        }
        s += std::string("dfflibmap -liberty ") + kLibraryFile + "\n" +
             abc_command(library, clock_ns);
        // splitnets: OpenSTA 2.0 refuses a concatenation on the left of an assignment.
        s += "splitnets\nopt_clean -purge\ncheck -mapped -assert\n";
        s += fmt::format("tee -q -o {0}.stat stat\nwrite_verilog -noattr -noexpr{1} {0}.v\n",
                         to_string(variant), variant == AdderVariant::kGates ? "" : " -selected");
    }
    return s;
}

std::string memory_script(const MemoryInputs& in, const Library& library) {
    std::string s;
    for (const std::string& file : in.sources) s += "read_verilog " + file + "\n";
    s += fmt::format(
        "chparam -set WIDTH {0} -set DEPTH {1} {2}\nhierarchy -check -top {2}\n"
        "synth -top {2} -flatten -noabc\nwrite_json memory_elaborated.json\n"
        "read_liberty -lib {3}\ndfflibmap -liberty {3}\n",
        in.width, in.depth, in.module, kLibraryFile);
    if (in.latches) s += "techmap -map latch_map.v\nsimplemap\nopt_clean\n";
    s += abc_command(library, std::nullopt);
    return s +
           "opt_clean -purge\ncheck -mapped -assert\ntee -q -o memory.stat stat\n"
           "write_json memory_mapped.json\n";
}

std::string latch_map(const Latch& latch) {
    std::string s;
    for (const char* enable : {"P", "N"}) {
        s += fmt::format(
            "module \\$_DLATCH_{}_ (input E, input D, output Q);\n"
            "    {} u_latch (.{}({}E), .{}(D), .{}(Q));\nendmodule\n",
            enable, latch.cell, latch.enable, *enable == 'N' ? "~" : "", latch.data, latch.output);
    }
    return s;
}

std::string fpga_script(const ScriptInputs& in, const std::string& command) {
    // Memories stay modules of their own and become block or distributed RAM there.
    return elaborate(in, "setattr -mod -set keep_hierarchy 1") +
           fmt::format("{} -top {}\ncheck -assert\ntee -q -o fpga.stat stat\n", command, in.top);
}

std::string abc_constraints(const Library& library) {
    return fmt::format("set_driving_cell {}\nset_load 20.0 [all_outputs]\n",
                       library.driving_buffer());
}

std::string full_adder_map(const FullAdder& adder) {
    return fmt::format(
        "module \\$fa (A, B, C, X, Y);\n"
        "    parameter WIDTH = 1;\n"
        "    input  [WIDTH-1:0] A, B, C;\n"
        "    output [WIDTH-1:0] X, Y;\n"
        "    genvar i;\n"
        "    generate\n"
        "        for (i = 0; i < WIDTH; i = i + 1) begin : gen_bit\n"
        "            {} u_fa (.{}(A[i]), .{}(B[i]), .{}(C[i]), .{}(Y[i]), .{}(X[i]));\n"
        "        end\n"
        "    endgenerate\n"
        "endmodule\n",
        adder.cell, adder.inputs[0], adder.inputs[1], adder.inputs[2], adder.sum, adder.carry);
}

std::string ripple_map() {
    // Of several maps for a cell techmap takes the first by name; Yosys' own is _90_lcu.
    return "(* techmap_celltype = \"$lcu\" *)\n"
           "module _80_lcu_ripple (P, G, CI, CO);\n"
           "    parameter WIDTH = 1;\n"
           "    (* force_downto *) input [WIDTH-1:0] P, G;\n"
           "    input CI;\n"
           "    (* force_downto *) output [WIDTH-1:0] CO;\n"
           "    genvar i;\n"
           "    generate\n"
           "        for (i = 0; i < WIDTH; i = i + 1) begin : gen_bit\n"
           "            if (i == 0) assign CO[0] = G[0] | (P[0] & CI);\n"
           "            else assign CO[i] = G[i] | (P[i] & CO[i-1]);\n"
           "        end\n"
           "    endgenerate\n"
           "endmodule\n";
}

ModuleCells parse_stat(const std::string& text) {
    static const std::regex kHead("^=== (.+) ===$");
    static const std::regex kTotal("^ *Number of cells: +([0-9]+)$");
    static const std::regex kCell("^ +([^ ]+) +([0-9]+)$");
    // Since Yosys 0.5x, below a line of its own: numbers first, submodules counted apart.
    static const std::regex kNumbersFirst("^ *[+]-+Local Count, excluding submodules[.]$");
    static const std::regex kNewTotal("^ +([0-9]+) (cells|submodules)$");
    static const std::regex kNewCell("^ +([0-9]+) {2,}([^ ]+)$");
    ModuleCells modules;
    std::map<std::string, long>* cells = nullptr;
    long left = -1;  // cells of the present module not yet listed; -1 before its total
    std::string name;
    const auto finish = [&] {
        if (cells != nullptr && left != 0) {
            throw CheckFailedError("Yosys statistics of module " + name + " do not add up");
        }
        if (cells != nullptr) cells->erase("$scopeinfo");  // where a flattened module was
        cells = nullptr;
        left = -1;
    };
    std::istringstream lines(text);
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, kHead)) {
            finish();
            if (match[1] == "design hierarchy") break;
            name = without_backslash(match[1]);
            cells = &modules[name];
        } else if (cells != nullptr && std::regex_match(line, match, kTotal)) {
            left = std::stol(match[1]);
        } else if (cells != nullptr && left >= 0 && std::regex_match(line, match, kCell)) {
            const long number = std::stol(match[2]);
            (*cells)[without_backslash(match[1])] = number;
            left -= number;
        } else if (cells != nullptr && std::regex_match(line, kNumbersFirst)) {
            left = 0;
        } else if (cells != nullptr && left != -1 && std::regex_match(line, match, kNewTotal)) {
            left += std::stol(match[1]);
        } else if (cells != nullptr && left > 0 && std::regex_match(line, match, kNewCell)) {
            const long number = std::stol(match[1]);
            (*cells)[without_backslash(match[2])] = number;
            left -= number;
        }
    }
    finish();
    if (modules.empty()) throw CheckFailedError("Yosys printed no statistics");
    return modules;
}

std::map<std::string, std::string> split_netlist(const std::string& verilog) {
    std::map<std::string, std::string> modules;
    std::string* current = nullptr;
    std::istringstream lines(verilog);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("module ", 0) == 0) {
            // "module name(ports);" or "module \escaped name (ports);": a blank ends the latter.
            const bool escaped = line[7] == '\\';
            const std::size_t start = escaped ? 8 : 7;
            current = &modules[line.substr(
                start, line.find_first_of(escaped ? " " : "( ", start) - start)];
        }
        if (current != nullptr) current->append(line).append("\n");
        if (line == "endmodule") current = nullptr;
    }
    return modules;
}

std::string yosys_error(const std::string& log) {
    std::istringstream lines(log);
    std::string last;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("ERROR: ", 0) == 0) return line.substr(7);
        const std::size_t at = line.find(": ERROR: ");
        if (at != std::string::npos) return line.substr(at + 9) + " (" + line.substr(0, at) + ")";
        if (!line.empty()) last = line;
    }
    return last.empty() ? "no message" : last;
}

}  // namespace peforge::synth
