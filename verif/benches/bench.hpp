// The bench of every array: GEMMs on the RTL against the golden model, beat by beat.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "generator/design/design.hpp"
#include "verif/benches/junit.hpp"
#include "verif/model/rtl_model.hpp"

namespace peforge {

/// How operands of a test are drawn.
enum class Operands {
    kRandom,   ///< uniform codes without NaR
    kZero,     ///< the zero code everywhere
    kLargest,  ///< the largest magnitudes, one sign a column
    kExtreme,  ///< zero, smallest and largest magnitudes of both signs
    kNar,      ///< random codes, some of them NaR
};

/// How the column parameters of a test are drawn.
enum class Scaling {
    kRandom,   ///< outputs near the middle of their range, and odd corners
    kNearTie,  ///< the first row's products on a rounding tie or one bit beside it
    kEncoder,  ///< the first row's sums go to the encoder as they are (needs a bias)
};

/// One GEMM to run and compare.
struct BenchCase {
    std::string name;
    golden::GemmShape shape;
    Operands operands = Operands::kRandom;
    PeforgeRtlStall stall{};
    bool relu = false;
    Scaling scaling = Scaling::kRandom;
};

/// The cases of a level, 1 (seconds) to 4 (long), for a design; `seed` draws shapes and data.
std::vector<BenchCase> bench_cases(const Design& design, int level, std::uint64_t seed);

/// Seed of the case at `index` of that list, so that one can be run alone.
std::uint64_t case_seed(std::uint64_t seed, std::size_t index);

/// Runs one case. Compares every output code, the saturation and NaR counters, and, without
/// stalls, the cycle counter with the golden cycle model. The failure text names seed, cycle,
/// operands in hex and decoded, got and want.
TestResult run_case(const Design& design, RtlModel& rtl, const BenchCase& test, std::uint64_t seed);

}  // namespace peforge
