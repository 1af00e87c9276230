// The bench of the AXI wrapper: its registers against the table, interrupts, the job queue, resets,
// and tests of the plan through AXI, every output beat and counter compared.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verif/axi/axi_model.hpp"
#include "verif/model/beats.hpp"

namespace peforge {

/// Beats of a core's stream as those of the wrapper's; padding is zero.
std::vector<AxiBeat> axi_beats(const Design& design, const std::string& name,
                               const StreamBeats& beats);

/// One test of the bench. An empty failure: passed.
struct AxiTestResult {
    std::string name;
    std::string failure;
    std::uint64_t checked = 0;  ///< output beats and register reads compared
};

/// Names of the tests of a design, in their order: those of the registers and the wrapper, then
/// those of the plan's level 1 that are short enough, as "plan." and their name.
std::vector<std::string> axi_tests(const Design& design, std::uint64_t seed);

/// Runs one. The wrapper is reset first.
AxiTestResult run_axi_test(const Design& design, AxiModel& model, const std::string& name,
                           std::uint64_t seed);

}  // namespace peforge
