// Test results in JUnit XML.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace peforge {

/// One test case and its verdict; `failure` is empty when it passed.
struct TestResult {
    std::string name;
    std::string failure;
    double seconds = 0.0;
    std::uint64_t cycles = 0;   ///< simulated clock cycles
    std::uint64_t checked = 0;  ///< output codes compared
};

/// results.xml of a run: one suite with its seed and further named values as properties.
std::string junit_xml(const std::string& suite, std::uint64_t seed,
                      const std::vector<TestResult>& results,
                      const std::vector<std::pair<std::string, std::string>>& properties = {});

}  // namespace peforge
