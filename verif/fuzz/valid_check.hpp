// A valid spec through every stage: generate, lint, verify, synth.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "generator/design/design.hpp"

namespace peforge::fuzz {

struct ValidStages {
    bool lint = true;
    bool verify = true;
    bool synth = false;
    std::uint64_t seed = 1;         ///< of the regression's shapes, data and stalls
    std::filesystem::path cache{};  ///< of simulation libraries; a scratch folder when empty
};

/// Runs the stages in turn; `passed` is told each one's name and what it counted (warning-free
/// tools, cases, synthesised area). Returns "" or "stage: what is wrong". Throws MissingToolError.
///
///   generate  emitted and written twice from the text: byte-identical; the binding compiles
///   lint      verilator -Wall, iverilog -Wall, yosys with check: accepted without a word
///   verify    the level-1 regression against the golden model
///   synth     mapping to osu018 cells: PEs with an area, and the memory bits the design says
std::string check_valid(const std::string& text, const ValidStages& stages,
                        const std::function<void(std::string_view, long long)>& passed);

/// Every tool must accept the RTL of `files` and print nothing; "" or the first that does not.
std::string lint_problem(const Design& design, const std::filesystem::path& folder);

}  // namespace peforge::fuzz
