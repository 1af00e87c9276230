// A regression on any simulator: Verilator drives and compares with the golden model; another
// simulator replays the same cycles and must give the same.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "verif/benches/bench.hpp"
#include "verif/replay/replay.hpp"

namespace peforge::replay {

struct RegressionOptions {
    std::uint64_t seed = 1;
    std::string simulator = "verilator";  ///< verilator, icarus or cxxrtl
    bool keep_log = false;                ///< keep the text of the beat log
    std::filesystem::path cache_dir;
    bool coverage = false;                     ///< on a model that counts lines and toggles
    std::function<void(std::size_t)> on_test;  ///< before the test of that index runs
    /// After the last test: the model that ran them, and what it recorded.
    std::function<void(const RtlModel&, const Layout&, const Recording&)> on_done;
    /// While another simulator replays: its cycles so far, and of how many.
    std::function<void(std::uint64_t, std::uint64_t)> on_replay;
};

struct Regression {
    std::vector<TestResult> results;  ///< one a test, in order, whatever the simulator
    BeatLog beats;                    ///< as the simulator asked for sampled them
    std::uint64_t recorded_cycles = 0;
    ReplayTimes times;  ///< of the replay; 0 for Verilator
};

/// Runs the tests one after the other, each from a reset. A test fails when Verilator and the
/// golden model differ, or the other simulator and Verilator, or when an output is X where it has a
/// meaning. Throws MissingToolError, CheckFailedError when the RTL does not compile.
Regression run_regression(const Design& design, const FileSet& files,
                          const std::vector<TestCase>& tests, const RegressionOptions& options);

}  // namespace peforge::replay
