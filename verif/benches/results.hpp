// Results of a regression as files: results.json for machines, results.xml for people's tools.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verif/benches/bench.hpp"
#include "verif/replay/trace.hpp"

namespace peforge {

/// What came of a spec's plan, or of some of its tests.
struct SpecResults {
    std::string spec;  ///< the spec's name
    std::string spec_hash;
    std::string simulator;
    int level = 1;
    std::uint64_t seed = 1;

    struct Test {
        std::uint64_t index = 0;  ///< in the plan
        TestResult result;
        replay::TestBeats beats;
    };
    std::vector<Test> tests;

    [[nodiscard]] std::size_t failures() const;
    [[nodiscard]] replay::BeatLog beats() const;
};

/// results.json. parse_results() throws InputError for anything else.
std::string to_json(const SpecResults& results);
SpecResults parse_results(const std::string& text, const std::string& file);

/// One set of results of the same spec, run and simulator from several, in the plan's order
/// whatever theirs.
SpecResults merged(const std::vector<SpecResults>& parts);

/// results.xml of one or several specs, in the harness's dialect. Clocks of simulated time have a
/// period of 10 ns.
std::string results_xml(const std::vector<SpecResults>& specs);

/// "FAIL spec.test: what happened", a line each; empty when all passed.
std::string failure_lines(const SpecResults& results);

}  // namespace peforge
