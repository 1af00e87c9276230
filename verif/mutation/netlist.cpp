// Mutants of a flattened netlist.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "verif/mutation/mutation.hpp"

namespace peforge::mutation {

namespace fs = std::filesystem;

namespace {

/// Yosys writes plain Verilog that the project's lint rules were not made for.
constexpr const char* kLintOff =
    "/* verilator lint_off DECLFILENAME */\n/* verilator lint_off UNUSED */\n"
    "/* verilator lint_off WIDTH */\n/* verilator lint_off UNOPTFLAT */\n"
    "/* verilator lint_off UNDRIVEN */\n/* verilator lint_off CASEINCOMPLETE */\n"
    "/* verilator lint_off SYNCASYNCNET */\n/* verilator lint_off CMPCONST */\n"
    "/* verilator lint_off UNSIGNED */\n/* verilator lint_off INITIALDLY */\n"
    "/* verilator lint_off SELRANGE */\n/* verilator lint_off CASEOVERLAP */\n"
    "/* verilator lint_off MULTIDRIVEN */\n";

/// One line of Yosys's list: `mutate -ctrl mutsel W i -mode M -module X -cell C -port P ...`.
Mutant parse_line(const std::string& line) {
    Mutant m;
    std::istringstream words(line);
    std::string word;
    while (words >> word) {
        if (word == "-ctrl") {
            std::string name;
            int width = 0;
            words >> name >> width >> m.select;
            continue;
        }
        if (word == "-src") {
            words >> m.sources.emplace_back();
            continue;
        }
        if (word == "-wire" || word == "-wirebit") {
            words >> word;
            continue;
        }
        m.command += (m.command.empty() ? "" : " ") + word;
        std::string* field = word == "-mode"   ? &m.mode
                             : word == "-cell" ? &m.cell
                             : word == "-port" ? &m.port
                                               : nullptr;
        if (field != nullptr) {
            words >> *field;
            m.command += " " + *field;
        } else if (word == "-portbit") {
            words >> m.bit;
            m.command += " " + std::to_string(m.bit);
        }
    }
    // A cell's own line is the one in its name; the list orders them arbitrarily.
    std::stable_partition(m.sources.begin(), m.sources.end(), [&m](const std::string& source) {
        return m.cell.find(source.substr(0, source.find('.', source.find(':')))) !=
               std::string::npos;
    });
    return m;
}

/// Yosys cannot change the enable and the resets of a memory's asynchronous read port.
bool possible(const Mutant& m) {
    return m.port != "RD_EN" && m.port != "RD_ARST" && m.port != "RD_SRST";
}

/// Drawn beyond those asked for: Yosys counts the original, and some are not possible.
constexpr int kSpare = 50;

void run_yosys(const fs::path& dir, const std::string& name, const std::string& script) {
    write_file(dir / name, script);
    const ProcessResult run = run_process({"yosys", "-q", name}, dir);
    if (run.status != 0) throw CheckFailedError("yosys cannot make the mutants:\n" + run.output);
}

}  // namespace

MutantSet make_mutants(const Design& design, int count, std::uint64_t seed) {
    require_program("yosys", "yosys");
    const FileSet files = emit(design);
    const ScratchDir scratch;
    const fs::path& dir = scratch.path();
    std::string script;
    for (const auto& [name, text] : files) {
        if (name.rfind("rtl/", 0) != 0) continue;
        write_file(dir / name, text);
        script += "read_verilog " + name + "\n";
    }
    // Memories stay memories; their read registers stay outside, as registers that can be mutated.
    // Registers that can never change, as the NaR counter of a format without NaR, are constants in
    // every netlist and no place for a fault. opt_dff finds them; plain registers are restored
    // behind it.
    script += fmt::format(
        "prep -flatten -nordff -top {0}\n"
        "opt_expr\nopt_dff -sat\nopt_clean\ndffunmap\nopt_expr\nopt_clean\nwrite_rtlil flat.il\n"
        "mutate -list {1} -none -ctrl mutsel 16 0 -seed {2} -o drawn.txt\n",
        design.top, count + kSpare, seed);
    run_yosys(dir, "draw.ys", script);
    std::istringstream drawn(read_file(dir / "drawn.txt"));
    MutantSet set;
    std::string commands;
    for (std::string line; std::getline(drawn, line);) {
        Mutant m = parse_line(line);
        if (m.mode == "none" || !possible(m)) continue;
        if (set.mutants.size() == static_cast<std::size_t>(count)) break;
        commands += line + "\n";
        set.mutants.push_back(std::move(m));
    }
    write_file(dir / "mutants.txt", commands);
    run_yosys(dir, "make.ys",
              "read_rtlil flat.il\nscript mutants.txt\nwrite_verilog -noattr mutants.v\n");

    set.rtlil = read_file(dir / "flat.il");
    set.files["rtl/" + design.top + ".v"] = kLintOff + read_file(dir / "mutants.v");
    const std::string binding = "bench/" + design.top + "_binding.hpp";
    set.files[binding] = files.at(binding);
    return set;
}

Spec reduced(Spec spec) {
    const bool systolic = spec.kind == ArrayKind::kSystolic;
    if (systolic) {
        spec.rows = std::min(spec.rows, 2);
        spec.cols = std::min(spec.cols, 3);
    } else {
        spec.columns = std::min(spec.columns, 3);
        // An odd number of centroids stays one, for the indices that no centroid has.
        if (spec.centroids > 5) spec.centroids = 4 + spec.centroids % 2;
        spec.subvector = std::min(spec.subvector, 3);
        spec.lut_fold = std::min(spec.lut_fold, spec.centroids);
    }
    const int outputs = systolic ? spec.cols : spec.columns;
    if (spec.post_lanes) spec.post_lanes = std::min(*spec.post_lanes, outputs);
    if (spec.rows_m > 8) spec.rows_m = 7 + spec.rows_m % 2;
    const int tile = systolic ? spec.rows * spec.lanes : spec.subvector * spec.imms;
    spec.max_k = std::min(spec.max_k, 48 * tile);
    return spec;
}

std::string geometry(const Design& d) {
    const Spec& s = d.spec;
    const std::string array = d.systolic ? fmt::format("{}x{} PEs", s.rows, s.cols)
                                         : fmt::format(
                                               "{} centroids of {} elements, {} of {} "
                                               "encoders and lookup units, {} columns",
                                               s.centroids, s.subvector, s.ccus, s.imms, s.columns);
    return fmt::format("{}, rows_m {}, max_k {}", array, d.rows_m, s.max_k);
}

}  // namespace peforge::mutation
