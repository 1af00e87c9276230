// SPDX-License-Identifier: Apache-2.0
#include "verif/replay/regression.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"

namespace peforge::replay {

namespace fs = std::filesystem;

namespace {

void add_failure(TestResult& result, const std::string& text) {
    if (text.empty()) return;
    result.failure += (result.failure.empty() ? "" : "; ") + text;
}

}  // namespace

Regression run_regression(const Design& design, const FileSet& files,
                          const std::vector<TestCase>& tests, const RegressionOptions& options) {
    require_simulator(options.simulator);
    const ScratchDir scratch;
    const Recording reference{scratch.path() / "inputs.hex", scratch.path() / "outputs.hex"};
    const Layout layout(design);
    Regression run;
    std::vector<Section> sections;
    {
        RtlModel rtl(design, files, options.cache_dir, {{}, options.coverage});
        rtl.record(reference.inputs, reference.outputs);
        for (std::size_t i = 0; i < tests.size(); ++i) {
            if (options.on_test) options.on_test(i);
            run.results.push_back(run_test(design, rtl, tests[i], options.seed));
            const std::uint64_t begin = run.recorded_cycles;
            run.recorded_cycles = rtl.recorded_cycles();
            sections.push_back({tests[i].name, begin, run.recorded_cycles});
        }
        if (options.on_done) options.on_done(rtl, layout, reference);
    }
    run.beats = read_beats(layout, reference, sections, options.keep_log);
    if (options.simulator == "verilator") return run;

    const fs::path dir = scratch.path() / options.simulator;
    fs::create_directory(dir);
    const auto progress = [&](std::uint64_t cycle) {
        options.on_replay(cycle, run.recorded_cycles);
    };
    run.times = replay(options.simulator, design, files, layout, reference.inputs, dir,
                       options.cache_dir, options.on_replay ? Progress(progress) : Progress());
    const std::vector<std::string> texts =
        differences(layout, reference, dir / "outputs.hex", options.simulator, sections);
    for (std::size_t i = 0; i < texts.size(); ++i) add_failure(run.results[i], texts[i]);
    const std::string expected = run.beats.sha256();
    run.beats =
        read_beats(layout, {reference.inputs, dir / "outputs.hex"}, sections, options.keep_log);
    const bool same =
        std::all_of(texts.begin(), texts.end(), [](const std::string& t) { return t.empty(); });
    if (same && run.beats.sha256() != expected) {
        throw CheckFailedError(fmt::format("the beats of {} have digest {}, those of verilator {}",
                                           options.simulator, run.beats.sha256(), expected));
    }
    return run;
}

}  // namespace peforge::replay
