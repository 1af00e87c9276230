// The bench of every array: a test of the plan on the RTL, against the golden model, beat by beat.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verif/benches/vectors.hpp"
#include "verif/model/rtl_model.hpp"

namespace peforge {

/// How a test ended.
struct TestResult {
    std::string name;
    std::string failure;        ///< empty: passed
    std::uint64_t cycles = 0;   ///< clock cycles simulated
    std::uint64_t checked = 0;  ///< output beats compared
    double seconds = 0.0;
};

/// Runs one test: compares every output beat, the counters and flags, the time it took, and the
/// protocol in every cycle. A failure names the test's episode, the seed, and for a wrong output
/// its cycle, operands in hex and decoded, got and want.
TestResult run_test(const Design& design, RtlModel& rtl, const TestCase& test, std::uint64_t seed);

/// The same for vectors made before.
TestResult run_episodes(RtlModel& rtl, const std::string& name,
                        const std::vector<Episode>& episodes);

}  // namespace peforge
