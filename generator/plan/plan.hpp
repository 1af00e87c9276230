// The test plan of an array: the tests of its regression by name, shape and stall profile. Every
// harness runs the same plan: `peforge verify`, and cocotb by the emitted testplan.json.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/design/design.hpp"

namespace peforge {

/// How operands of a test are drawn.
enum class Operands {
    kRandom,     ///< uniform codes without NaR
    kZero,       ///< the zero code everywhere
    kLargest,    ///< the largest magnitudes, one sign a column
    kLarge,      ///< the upper half of the octaves, each as often as the others
    kExtreme,    ///< zero, smallest and largest magnitudes of both signs
    kNar,        ///< random codes, some of them NaR
    kMostlyNar,  ///< three of four NaR
};

/// How the column parameters of a test are drawn.
enum class Scaling {
    kRandom,   ///< outputs near the middle of their range, and odd corners
    kNearTie,  ///< the first row's products on a rounding tie or one bit beside it
    kEncoder,  ///< the first row's sums go to the encoder as they are (needs a bias)
};

/// What a test does. Every test begins with a reset.
enum class Scenario {
    kGemm,      ///< one GEMM
    kSequence,  ///< three GEMMs without a reset between them: counters go on, then are cleared
    kMixed,     ///< jobs of several GEMMs in one stream, with and without ReLU
    kReset,     ///< GEMMs broken off by a reset, then a whole one
    kClear,     ///< GEMMs whose counters are cleared while they run, then a whole one
    kBadJob,    ///< jobs that the array must refuse among good ones; then without, then cleared
    kMisplacedLast,  ///< last flags of weights and activations, one too many and one missing
};

/// Probabilities in 1/256 that a source pauses or the sink is not ready in a cycle; 0 = never.
struct StallProfile {
    std::uint32_t job = 0;
    std::uint32_t prm = 0;
    std::uint32_t wgt = 0;
    std::uint32_t act = 0;
    std::uint32_t out = 0;

    [[nodiscard]] bool none() const { return (job | prm | wgt | act | out) == 0; }
    bool operator==(const StallProfile&) const = default;
};

/// One test of a plan.
struct TestCase {
    std::string name;  ///< group.what; unique in a plan
    golden::GemmShape shape;
    Operands operands = Operands::kRandom;
    StallProfile stall{};
    bool relu = false;
    Scaling scaling = Scaling::kRandom;
    Scenario scenario = Scenario::kGemm;
    std::optional<int> mode{};  ///< where a job chooses formats: these, not random ones
};

/// The tests of a level, 1 (seconds) to 4 (long). `seed` draws the shapes and stalls of the random
/// ones; a level's list begins with that of the level below.
std::vector<TestCase> test_plan(const Design& design, int level, std::uint64_t seed);

const char* to_string(Operands operands);
const char* to_string(Scaling scaling);
const char* to_string(Scenario scenario);

/// testplan.json: the plan, the array's streams with their payload ports, and its sizes.
std::string test_plan_json(const Design& design, int level, std::uint64_t seed);

}  // namespace peforge
