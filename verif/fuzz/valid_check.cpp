// SPDX-License-Identifier: Apache-2.0
#include "verif/fuzz/valid_check.hpp"

#include <fmt/format.h>

#include <sstream>
#include <vector>

#include "generator/emit/emit.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "synth/synth.hpp"
#include "verif/benches/bench.hpp"
#include "verif/fuzz/json_oracle.hpp"

namespace peforge::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestOutput = 3000;

std::string cut(const std::string& text) {
    return text.size() > kLongestOutput ? text.substr(0, kLongestOutput) + " ..." : text;
}

Design design_of(const std::string& text) {
    return resolve(parse_spec(text, kSpecFile), kSpecFile);
}

std::string generate_problem(const std::string& text, const fs::path& dir) {
    for (const char* run : {"a", "b"}) write_folder(emit(design_of(text)), dir / run);
    const ProcessResult diff = run_process({"diff", "-r", "a", "b"}, dir);
    if (diff.status != 0) return "two runs differ:\n" + cut(diff.output);
    if (design_of(text).spec != parse_spec(to_json(design_of(text).spec), kSpecFile)) {
        return "spec.json is another spec";
    }
    return "";
}

std::string verify_problem(const Design& design, const FileSet& files, const ValidStages& stages,
                           const fs::path& cache, long long& tests) {
    RtlOptions options;
    options.brief = true;
    RtlModel rtl(design, files, cache, options);
    for (const TestCase& test : test_plan(design, 1, stages.seed)) {
        const TestResult result = run_test(design, rtl, test, stages.seed);
        if (!result.failure.empty()) return result.name + ": " + cut(result.failure);
        ++tests;
    }
    return "";
}

/// Bits of the storage behind the accumulators, finished rows included, and, for lut arrays, of the
/// two table banks and the index buffer; sums that stay in the PEs are registers.
long long memory_bits(const Design& d) {
    if (d.output_stationary()) return 0;
    const long long accumulators =
        static_cast<long long>(d.cols) * (d.rows_m + d.timing.results) * d.accumulator().width;
    if (!d.lut) return accumulators;
    const long long tables = (2LL << d.lut->index_bits) * d.lut->columns * d.lut->entry_bits;
    const long long indices = static_cast<long long>(d.timing.index_words) * d.lut->index_bits;
    return accumulators + d.lut->imms * (tables + indices);
}

std::string synth_problem(const Design& design, const FileSet& files, long long& area) {
    const synth::SynthReport report = synth::synthesise(design, files, {});
    area = static_cast<long long>(report.area());
    if (!(report.area_of(synth::Unit::kPe) > 0.0)) return "the PE array has no area";
    if (report.memory_bits != memory_bits(design)) {
        return fmt::format("{} memory bits, the design has {}", report.memory_bits,
                           memory_bits(design));
    }
    return "";
}

/// Every tool must accept the files of a list and print nothing.
std::string lint_list(const std::string& filelist, const std::string& top, const fs::path& folder) {
    std::vector<std::string> files;
    std::istringstream list(filelist);
    for (std::string line; std::getline(list, line);) files.push_back(line);

    std::vector<std::vector<std::string>> tools = {
        {"verilator", "--lint-only", "-Wall", "--top-module", top},
        {"iverilog", "-g2005", "-Wall", "-s", top, "-o", "/dev/null"},
    };
    std::string script = "read_verilog";
    for (const std::string& file : files) script += " " + file;
    script += "; hierarchy -check -top " + top + "; proc; check -assert";
    for (auto& argv : tools) argv.insert(argv.end(), files.begin(), files.end());
    tools.push_back({"yosys", "-q", "-p", script});
    for (const auto& argv : tools) {
        require_program(argv.front(), argv.front());
        const ProcessResult result = run_process(argv, folder);
        if (result.status != 0 || !result.output.empty()) {
            return fmt::format("{} (status {}):\n{}", argv.front(), result.status,
                               cut(result.output));
        }
    }
    return "";
}

}  // namespace

std::string lint_problem(const Design& design, const fs::path& folder) {
    // The wrapper's elaboration includes the core, which is looked at alone as well.
    const FileSet emitted = emit(design);
    if (const std::string p = lint_list(emitted.at("filelist.f"), design.top, folder); !p.empty()) {
        return p;
    }
    return lint_list(emitted.at("filelist_axi.f"), design.top + "_axi", folder);
}

std::string check_valid(const std::string& text, const ValidStages& stages,
                        const std::function<void(std::string_view, long long)>& passed) {
    const ScratchDir scratch;
    std::string stage = "generate";
    const auto failed = [&stage](const std::string& problem) { return stage + ": " + problem; };
    try {
        if (const std::string p = generate_problem(text, scratch.path()); !p.empty()) {
            return failed(p);
        }
        const Design design = design_of(text);
        const FileSet files = emit(design);
        passed(stage, static_cast<long long>(files.size()));
        if (stages.lint) {
            stage = "lint";
            if (const std::string p = lint_problem(design, scratch.path() / "a"); !p.empty()) {
                return failed(p);
            }
            passed(stage, 3);
        }
        if (stages.verify) {
            stage = "verify";
            long long tests = 0;
            const fs::path cache = stages.cache.empty() ? scratch.path() / "cache" : stages.cache;
            const std::string p = verify_problem(design, files, stages, cache, tests);
            if (!p.empty()) return failed(p);
            passed(stage, tests);
        }
        if (stages.synth) {
            stage = "synth";
            long long area = 0;
            if (const std::string p = synth_problem(design, files, area); !p.empty()) {
                return failed(p);
            }
            passed(stage, area);
        }
    } catch (const MissingToolError&) {
        throw;
    } catch (const std::exception& e) {
        return failed(cut(e.what()));
    }
    return "";
}

}  // namespace peforge::fuzz
