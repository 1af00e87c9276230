// Test vectors: a test of the plan as beats to feed, beats to expect and counters to end with.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "generator/plan/plan.hpp"
#include "verif/model/rtl_model.hpp"

namespace peforge {

/// A stretch of a test, with what must come of it.
struct Episode {
    Stretch feed;  ///< what to feed; its output beats are the expected ones

    // Expected at the end, as increments unless the start clears them.
    std::uint64_t cycles = 0;        ///< of cycles_o without pauses; with them an upper bound, plus
    std::uint64_t cycles_slack = 0;  ///< this and one for each pause
    std::uint64_t saturations = 0;
    std::uint64_t nar = 0;
    bool error = false;  ///< error_o, absolute

    /// Explains a wrong output beat to a person: shape, operands, expectation. `got`: its words.
    std::function<std::string(std::uint64_t beat, std::span<const std::uint32_t> got)> describe;
};

/// Seed of a test: the same for a name whatever else is in the plan.
std::uint64_t test_seed(std::uint64_t seed, const std::string& test);

/// The episodes of a test. `seed` is the run's.
std::vector<Episode> test_vectors(const Design& design, const TestCase& test, std::uint64_t seed);

}  // namespace peforge
