// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace peforge {

namespace {

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
                out += "&#10;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace

std::string junit_xml(const std::string& suite, std::uint64_t seed,
                      const std::vector<TestResult>& results,
                      const std::vector<std::pair<std::string, std::string>>& properties) {
    double seconds = 0.0;
    for (const TestResult& r : results) seconds += r.seconds;
    const auto failures = std::count_if(results.begin(), results.end(),
                                        [](const TestResult& r) { return !r.failure.empty(); });
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"peforge\">\n"
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" "
        "time=\"{:.3f}\">\n"
        "    <properties><property name=\"random_seed\" value=\"{}\"/>",
        escaped(suite), results.size(), failures, seconds, seed);
    for (const auto& [name, value] : properties) {
        out += fmt::format("<property name=\"{}\" value=\"{}\"/>", escaped(name), escaped(value));
    }
    out += "</properties>\n";
    for (const TestResult& r : results) {
        out += fmt::format(
            "    <testcase name=\"{}\" classname=\"{}\" time=\"{:.3f}\" cycles=\"{}\" "
            "checked=\"{}\"",
            escaped(r.name), escaped(suite), r.seconds, r.cycles, r.checked);
        if (r.failure.empty()) {
            out += "/>\n";
        } else {
            out += fmt::format(
                ">\n      <failure message=\"{}\" type=\"mismatch\"/>\n    </testcase>\n",
                escaped(r.failure));
        }
    }
    return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace peforge
