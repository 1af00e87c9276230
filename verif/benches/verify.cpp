// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "coco/test.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "verif/benches/bench.hpp"
#include "verif/coverage/coverage.hpp"
#include "verif/model/rtl_build.hpp"
#include "verif/replay/regression.hpp"

namespace peforge {

namespace fs = std::filesystem;

namespace {

/// Up to this level beats.log is written; above it would be gigabytes, and the digest stands alone.
constexpr int kLogLevel = 2;

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

std::string failing_line(const std::string& design, const TestResult& r) {
    return fmt::format("FAIL {}.{}: {}\n", design, r.name, r.failure);
}

/// results.xml in the harness's dialect. Clocks of simulated time have a period of 10 ns.
std::string results_file(const Design& design, const VerifyOptions& options,
                         const replay::Regression& run) {
    constexpr double kPeriodNs = 10.0;
    std::vector<coco::TestResult> results;
    for (std::size_t i = 0; i < run.results.size(); ++i) {
        const TestResult& r = run.results[i];
        coco::TestResult result;
        result.name = r.name;
        result.module = "test_" + design.top;
        result.file = "testplan.json";
        result.verdict = r.failure.empty() ? coco::Verdict::kPass : coco::Verdict::kFail;
        result.error_type = r.failure.empty() ? "" : "TestFailure";
        result.message = r.failure;
        result.sim_time_ns = static_cast<double>(r.cycles) * kPeriodNs;
        result.seconds = r.seconds;
        result.properties = {{"cycles", std::to_string(r.cycles)},
                             {"output_beats", std::to_string(r.checked)},
                             {"beats_sha256", run.beats.tests[i].sha256}};
        results.push_back(std::move(result));
    }
    return coco::results_xml(results, options.seed, design.spec.name,
                             {{"simulator", options.sim},
                              {"level", std::to_string(options.level)},
                              {"beats", std::to_string(run.beats.count)},
                              {"beats_sha256", run.beats.sha256}});
}

nlohmann::ordered_json to_json(const Design& design, const VerifyOptions& options,
                               const replay::Regression& run, std::size_t failed) {
    nlohmann::ordered_json j;
    j["spec"] = design.spec.name;
    j["spec_hash"] = design.spec.hash;
    j["level"] = options.level;
    j["seed"] = options.seed;
    j["simulator"] = options.sim;
    j["beats"] = run.beats.count;
    j["beats_sha256"] = run.beats.sha256;
    j["recorded_cycles"] = run.recorded_cycles;
    if (options.sim != "verilator") {
        j["replay_seconds"] = run.times.run_seconds;
        j["build_seconds"] = run.times.build_seconds;
    }
    j["tests"] = run.results.size();
    j["failures"] = failed;
    for (const TestResult& r : run.results) {
        j["results"].push_back({{"name", r.name},
                                {"passed", r.failure.empty()},
                                {"cycles", r.cycles},
                                {"output_beats", r.checked},
                                {"failure", r.failure}});
    }
    return j;
}

}  // namespace

int verify_command(const VerifyOptions& options) {
    if (options.level < 1 || options.level > 4) {
        throw InputError("--level", "",
                         fmt::format("{} is out of range; allowed: 1..4", options.level));
    }
    const Design design = resolve(load_spec(options.spec), options.spec.string());
    const FileSet files = rtl_files(design, options.rtl);
    const bool talk = !options.quiet && !options.json;
    const bool progress = talk && isatty(STDERR_FILENO) != 0;
    replay::RegressionOptions run_options;
    run_options.seed = options.seed;
    run_options.simulator = options.sim;
    run_options.keep_log = options.level <= kLogLevel;
    run_options.cache_dir = default_cache_dir();
    const std::vector<TestCase> tests = test_plan(design, options.level, options.seed);
    if (progress) {
        run_options.on_test = [&tests](std::size_t i) {
            fmt::print(stderr, "{}/{} {:40}\r", i + 1, tests.size(), tests[i].name);
        };
        run_options.on_replay = [&options](std::uint64_t cycle, std::uint64_t cycles) {
            fmt::print(stderr, "{}: {} of {} cycles{:30}\r", options.sim, cycle, cycles, "");
        };
    }
    replay::require_simulator(options.sim);
    if (talk) {
        fmt::print("verify {} (hash {}), level {}, seed {}, simulator {}\n", design.spec.name,
                   design.spec.hash, options.level, options.seed, options.sim);
        std::fflush(stdout);
    }
    if (progress) fmt::print(stderr, "building the simulation model ...\r");
    FileSet out;
    run_options.coverage = options.coverage;
    coverage::DesignCoverage covered;
    if (options.coverage) {
        run_options.on_done = [&](const RtlModel& rtl, const replay::Layout& layout,
                                  const replay::Recording& recording) {
            covered = coverage::collect(design, files, tests, options.level, options.seed, rtl,
                                        layout, recording);
        };
    }
    const replay::Regression run = replay::run_regression(design, files, tests, run_options);

    std::size_t failed = 0;
    std::optional<std::size_t> first_failure;
    std::uint64_t cycles = 0;
    std::uint64_t checked = 0;
    for (std::size_t i = 0; i < run.results.size(); ++i) {
        const TestResult& r = run.results[i];
        cycles += r.cycles;
        checked += r.checked;
        if (r.failure.empty()) continue;
        ++failed;
        if (!first_failure) first_failure = i;
        if (!options.json) fmt::print("{}", failing_line(design.spec.name, r));
    }

    std::string coverage_line;
    if (options.coverage) {
        covered.tests = run.results.size();
        covered.failures = failed;
        coverage_line = coverage::summary(coverage::judge(covered, coverage::project_waivers()));
        coverage::Coverage all;
        coverage::add(all, std::move(covered));
        out = coverage::report_files(all);
    }
    out["results.xml"] = results_file(design, options, run);
    out["digests.txt"] = run.beats.digests();
    if (run_options.keep_log) out["beats.log"] = run.beats.log;
    if (options.waves) {
        const std::size_t index = first_failure.value_or(0);
        const ScratchDir scratch;
        const fs::path waves = scratch.path() / "waves.fst";
        {
            RtlModel traced(design, files, default_cache_dir(), {waves});
            run_test(design, traced, tests[index], options.seed);
        }
        out["waves.fst"] = read_file(waves);
    }
    write_folder(out, options.out);
    if (options.json) {
        fmt::print("{}\n", to_json(design, options, run, failed).dump(2));
    } else if (!options.quiet) {
        if (options.sim != "verilator") {
            fmt::print("{}: {} recorded cycles replayed in {:.1f} s, model built in {:.1f} s\n",
                       options.sim, run.recorded_cycles, run.times.run_seconds,
                       run.times.build_seconds);
        }
        fmt::print("{} beats, sha256 {}\n", run.beats.count, run.beats.sha256);
        if (options.coverage) fmt::print("{}\n", coverage_line);
        fmt::print(
            "** TESTS={} PASS={} FAIL={} SKIP=0 ** {} cycles, {} output beats compared, results in "
            "{}\n",
            run.results.size(), run.results.size() - failed, failed, cycles, checked,
            (options.out / "results.xml").string());
    }
    return failed == 0 ? kDone : kCheckFailed;
}

}  // namespace peforge
