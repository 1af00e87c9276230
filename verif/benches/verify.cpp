// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "verif/benches/bench.hpp"
#include "verif/harness/rtl_build.hpp"

namespace peforge {

namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw InputError(path.string(), "", "cannot be read");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The files to simulate: as emitted, or with the user's copies of the RTL.
FileSet rtl_files(const Design& design, const fs::path& folder) {
    FileSet files = emit(design);
    if (folder.empty()) return files;
    for (auto& [name, text] : files) {
        if (name.rfind("rtl/", 0) == 0) text = read_file(folder / name);
    }
    return files;
}

/// Each case has its own seed, so that one can be run alone.
std::uint64_t case_seed(std::uint64_t seed, std::size_t index) {
    return (seed + 1) * 0x9E3779B97F4A7C15ULL + index;
}

std::string failing_line(const std::string& design, const TestResult& r) {
    return fmt::format("FAIL {}.{}: {}\n", design, r.name, r.failure);
}

nlohmann::ordered_json to_json(const Design& design, const VerifyOptions& options,
                               const std::vector<TestResult>& results, std::size_t failed) {
    nlohmann::ordered_json j;
    j["spec"] = design.spec.name;
    j["spec_hash"] = design.spec.hash;
    j["level"] = options.level;
    j["seed"] = options.seed;
    j["tests"] = results.size();
    j["failures"] = failed;
    for (const TestResult& r : results) {
        j["cases"].push_back({{"name", r.name},
                              {"passed", r.failure.empty()},
                              {"cycles", r.cycles},
                              {"checked", r.checked},
                              {"failure", r.failure}});
    }
    return j;
}

}  // namespace

int verify_command(const VerifyOptions& options) {
    if (options.sim != "verilator") {
        throw InputError("--sim", "",
                         fmt::format("\"{}\" is not available; allowed: verilator", options.sim));
    }
    if (options.level < 1 || options.level > 4) {
        throw InputError("--level", "",
                         fmt::format("{} is out of range; allowed: 1..4", options.level));
    }
    const Design design = resolve(load_spec(options.spec), options.spec.string());
    const FileSet files = rtl_files(design, options.rtl);
    const bool talk = !options.quiet && !options.json;
    const bool progress = talk && isatty(STDERR_FILENO) != 0;
    if (talk) {
        fmt::print("verify {} (hash {}), level {}, seed {}\n", design.spec.name, design.spec.hash,
                   options.level, options.seed);
        std::fflush(stdout);
    }
    if (progress) fmt::print(stderr, "building the simulation model ...\r");
    RtlModel rtl(design, files, default_cache_dir());

    const std::vector<BenchCase> cases = bench_cases(design, options.level, options.seed);
    std::vector<TestResult> results;
    std::size_t failed = 0;
    std::optional<std::size_t> first_failure;
    std::uint64_t cycles = 0;
    std::uint64_t checked = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (progress) fmt::print(stderr, "{}/{} {:40}\r", i + 1, cases.size(), cases[i].name);
        results.push_back(run_case(design, rtl, cases[i], case_seed(options.seed, i)));
        const TestResult& r = results.back();
        cycles += r.cycles;
        checked += r.checked;
        if (!r.failure.empty()) {
            ++failed;
            if (!first_failure) first_failure = i;
            if (!options.json) fmt::print("{}", failing_line(design.spec.name, r));
        }
    }

    FileSet out;
    out["results.xml"] = junit_xml(design.spec.name, options.seed, results);
    if (options.waves) {
        const std::size_t index = first_failure.value_or(0);
        const ScratchDir scratch;
        const fs::path waves = scratch.path() / "waves.fst";
        {
            RtlModel traced(design, files, default_cache_dir(), waves);
            run_case(design, traced, cases[index], case_seed(options.seed, index));
        }
        out["waves.fst"] = read_file(waves);
    }
    write_folder(out, options.out);
    if (options.json) {
        fmt::print("{}\n", to_json(design, options, results, failed).dump(2));
    } else if (!options.quiet) {
        fmt::print(
            "** TESTS={} PASS={} FAIL={} SKIP=0 ** {} cycles, {} outputs compared, results in {}\n",
            results.size(), results.size() - failed, failed, cycles, checked,
            (options.out / "results.xml").string());
    }
    return failed == 0 ? kDone : kCheckFailed;
}

}  // namespace peforge
