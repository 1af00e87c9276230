// SPDX-License-Identifier: Apache-2.0
#include "verif/planted/planted.hpp"

#include <fmt/format.h>
#include <algorithm>

#include <stdexcept>
#include <utility>

#include "generator/spec/error.hpp"
#include "verif/axi/axi_bench.hpp"
#include "verif/benches/bench.hpp"
#include "verif/replay/regression.hpp"

namespace peforge::planted {

namespace {

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// Which of the bench's checks a failure came from, by its words.
Check check_of(const std::string& failure) {
    static constexpr std::pair<const char*, Check> kWords[] = {
        {"nothing moved", Check::kProgress},
        {"protocol errors", Check::kProtocol},
        {"saturation counter:", Check::kSaturations},
        {"NaR counter:", Check::kNar},
        {"cycle counter:", Check::kCycles},
        {"error flag:", Check::kError},
        {"at cycle ", Check::kOutput}};
    for (const auto& [words, check] : kWords) {
        if (failure.find(words) != std::string::npos) return check;
    }
    throw std::logic_error("a failure of no known check: " + failure);
}

/// Verilator's first complaint, without the folder it was run in.
std::string complaint(const std::string& output) {
    const std::size_t at = output.find('%');
    return first_line(at == std::string::npos ? output : output.substr(at));
}

}  // namespace

const char* to_string(Check check) {
    switch (check) {
        case Check::kLint:
            return "lint";
        case Check::kOutput:
            return "output data";
        case Check::kProgress:
            return "progress";
        case Check::kProtocol:
            return "protocol, every cycle";
        case Check::kSaturations:
            return "saturation counter";
        case Check::kNar:
            return "NaR counter";
        case Check::kCycles:
            return "cycle count";
        case Check::kError:
            return "error flag";
        case Check::kAxi:
            return "AXI bench";
        case Check::kUnknown:
            return "X at an output";
        case Check::kNothing:
            return "nothing";
    }
    return "";
}

Design design_of(const std::string& spec, const std::filesystem::path& specs) {
    return resolve(load_spec(specs / (spec + ".json")));
}

FileSet plant(const Bug& bug, const Design& design) {
    FileSet files = emit(design);
    const std::string name =
        fmt::format("{}/{}{}{}.v", bug.module.starts_with("axi") ? "axi" : "rtl", design.top,
                    bug.module.empty() ? "" : "_", bug.module);
    std::string& text = files.at(name);
    const std::size_t at = text.find(bug.from);
    if (at == std::string::npos || text.find(bug.from, at + 1) != std::string::npos) {
        throw InputError(
            name, "",
            fmt::format("bug \"{}\": the text to change occurs {}: {}", bug.name,
                        at == std::string::npos ? "nowhere" : "more than once", bug.from));
    }
    text.replace(at, bug.from.size(), bug.to);
    return files;
}

Finding run_verilator(const Design& design, const FileSet& files,
                      const std::filesystem::path& cache_dir, int level, std::uint64_t seed) {
    try {
        RtlOptions options;
        options.brief = true;
        RtlModel rtl(design, files, cache_dir, options);
        for (const TestCase& test : test_plan(design, level, seed)) {
            const TestResult result = run_test(design, rtl, test, seed);
            if (!result.failure.empty()) {
                return {check_of(result.failure), result.name, first_line(result.failure)};
            }
        }
    } catch (const CheckFailedError& error) {
        return {Check::kLint, "", complaint(error.what())};
    }
    return {};
}

Finding run_icarus(const Design& design, const FileSet& files,
                   const std::filesystem::path& cache_dir, std::uint64_t seed) {
    // A register that no reset reaches shows from the start.
    constexpr std::size_t kTests = 4;
    std::vector<TestCase> tests = test_plan(design, 1, seed);
    tests.resize(kTests);
    replay::RegressionOptions options;
    options.seed = seed;
    options.simulator = "icarus";
    options.cache_dir = cache_dir;
    const replay::Regression run = replay::run_regression(design, files, tests, options);
    for (const TestResult& result : run.results) {
        if (result.failure.find("a bit without a value") != std::string::npos) {
            return {Check::kUnknown, result.name, first_line(result.failure)};
        }
    }
    return {};
}

Finding run_axi(const Design& design, const FileSet& files, const std::filesystem::path& cache_dir,
                std::uint64_t seed) {
    try {
        AxiModel model(design, files, cache_dir);
        for (const std::string& name : axi_tests(design, seed)) {
            const AxiTestResult result = run_axi_test(design, model, name, seed);
            if (!result.failure.empty()) {
                return {Check::kAxi, result.name, first_line(result.failure)};
            }
        }
    } catch (const CheckFailedError& error) {
        return {Check::kLint, "", complaint(error.what())};
    }
    return {};
}

Finding run(const Bug& bug, const Design& design, const std::filesystem::path& cache_dir, int level,
            std::uint64_t seed) {
    const FileSet files = plant(bug, design);
    if (bug.module.starts_with("axi")) return run_axi(design, files, cache_dir, seed);
    return bug.check == Check::kUnknown
               ? run_icarus(design, files, cache_dir, seed)
               : run_verilator(design, files, cache_dir, std::max(level, bug.level), seed);
}

}  // namespace peforge::planted
