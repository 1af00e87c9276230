// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "verif/benches/results.hpp"
#include "verif/coverage/coverage.hpp"
#include "verif/model/rtl_build.hpp"
#include "verif/replay/regression.hpp"

namespace peforge {

namespace fs = std::filesystem;

namespace {

/// Up to this level beats.log is written; above it would be gigabytes, and the digest stands alone.
constexpr int kLogLevel = 2;

/// The files to simulate: as emitted, or with the user's copies of the RTL.
FileSet rtl_files(const Design& design, const fs::path& folder) {
    FileSet files = emit(design);
    if (folder.empty()) return files;
    for (auto& [name, text] : files) {
        if (name.rfind("rtl/", 0) == 0) text = read_file(folder / name);
    }
    return files;
}

/// The part "I/N" of a plan: every N-th test, beginning with the I-th.
struct PlanPart {
    std::size_t part = 1;
    std::size_t parts = 1;
};

PlanPart parse_part(const std::string& text) {
    PlanPart part;
    if (text.empty()) return part;
    char slash = 0;
    char rest = 0;
    std::istringstream in(text);
    if (!(in >> part.part >> slash >> part.parts) || in >> rest || slash != '/' || part.part < 1 ||
        part.part > part.parts) {
        throw InputError(
            "--shard", "",
            fmt::format("\"{}\" is no part of a plan; allowed: I/N, 1 <= I <= N", text));
    }
    return part;
}

/// A test and its place in the plan.
struct Chosen {
    std::vector<TestCase> tests;
    std::vector<std::size_t> indices;
};

Chosen choose(const std::vector<TestCase>& plan, const VerifyOptions& options) {
    const PlanPart part = parse_part(options.shard);
    std::regex filter;
    try {
        filter = std::regex(options.filter);
    } catch (const std::regex_error& e) {
        throw InputError(
            "--filter", "",
            fmt::format("\"{}\" is no regular expression: {}", options.filter, e.what()));
    }
    Chosen chosen;
    for (std::size_t i = part.part - 1; i < plan.size(); i += part.parts) {
        if (!options.filter.empty() && !std::regex_search(plan[i].name, filter)) continue;
        chosen.tests.push_back(plan[i]);
        chosen.indices.push_back(i);
    }
    if (chosen.tests.empty() && options.shard.empty()) {
        throw InputError("--filter", "", fmt::format("no test matches \"{}\"", options.filter));
    }
    return chosen;
}

SpecResults collect_results(const Design& design, const VerifyOptions& options,
                            const Chosen& chosen, const replay::Regression& run) {
    SpecResults results{design.spec.name, design.spec.hash, options.sim,
                        options.level,    options.seed,     {}};
    for (std::size_t i = 0; i < run.results.size(); ++i) {
        results.tests.push_back({chosen.indices[i], run.results[i], run.beats.tests[i]});
    }
    return results;
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
    const Chosen chosen = choose(test_plan(design, options.level, options.seed), options);
    const std::vector<TestCase>& tests = chosen.tests;
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

    const SpecResults results = collect_results(design, options, chosen, run);
    const std::size_t failed = results.failures();
    if (!options.json) fmt::print("{}", failure_lines(results));

    std::string coverage_line;
    if (options.coverage) {
        covered.tests = run.results.size();
        covered.failures = failed;
        coverage_line = coverage::summary(coverage::judge(covered, coverage::project_waivers()));
        coverage::Coverage all;
        coverage::add(all, std::move(covered));
        out = coverage::report_files(all);
    }
    out["results.json"] = to_json(results);
    out["results.xml"] = results_xml({results});
    out["digests.txt"] = run.beats.digests();
    if (run_options.keep_log) out["beats.log"] = run.beats.log;
    if (options.waves && !tests.empty()) {
        const auto failing = std::ranges::find_if(
            run.results, [](const TestResult& r) { return !r.failure.empty(); });
        const auto index = failing == run.results.end() ? 0 : failing - run.results.begin();
        const ScratchDir scratch;
        const fs::path waves = scratch.path() / "waves.fst";
        {
            RtlModel traced(design, files, default_cache_dir(), {waves});
            run_test(design, traced, tests[static_cast<std::size_t>(index)], options.seed);
        }
        out["waves.fst"] = read_file(waves);
    }
    write_folder(out, options.out);
    if (options.json) {
        fmt::print("{}", to_json(results));
    } else if (!options.quiet) {
        if (options.sim != "verilator") {
            fmt::print("{}: {} recorded cycles replayed in {:.1f} s, model built in {:.1f} s\n",
                       options.sim, run.recorded_cycles, run.times.run_seconds,
                       run.times.build_seconds);
        }
        std::uint64_t cycles = 0;
        std::uint64_t checked = 0;
        for (const TestResult& r : run.results) {
            cycles += r.cycles;
            checked += r.checked;
        }
        fmt::print("{} beats, sha256 {}\n", run.beats.count(), run.beats.sha256());
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
