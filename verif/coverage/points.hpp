// Coverage points of Verilator's line and toggle coverage: reading, judging and merging them.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace peforge::coverage {

enum class Page {
    kLine,    ///< a block of statements or a branch, taken or not
    kToggle,  ///< a bit of a signal
};

/// Where a point stands. Instances and parameter sets of a module share their points.
struct PointKey {
    std::string file;  ///< "rtl/NAME_status.v"
    int line = 0;
    int column = 0;
    Page page = Page::kLine;
    std::string comment;  ///< "if", "else", "block", ...; of a toggle the bit, "count_q[3]"

    auto operator<=>(const PointKey&) const = default;
};

/// What the runs so far say about a point.
struct Point {
    std::uint64_t count = 0;  ///< executions or changes, over all instances and runs
    std::string lines;        ///< lines of a block, "90-91,93"; empty for a toggle
    std::uint32_t instances = 0;
    bool covered = false;          ///< at least one instance covered it
    std::set<std::string> missed;  ///< instances that never did; empty when none did

    [[nodiscard]] std::size_t missed_instances() const {
        return covered ? missed.size() : instances;
    }
    bool operator==(const Point&) const = default;
};

using Points = std::map<PointKey, Point>;

/// Changes of a bit that make it covered. Verilator 5.006 counts changes without their direction;
/// the changes of one bit of one instance alternate, so that two of them are one up and one down.
inline constexpr std::uint64_t kTogglesNeeded = 2;

/// Reads a coverage file of one simulation, written with separate instances. An instance covers a
/// line point by one execution and a bit by kTogglesNeeded changes. Throws InputError, which names
/// `file` and the line, for text that is not in Verilator's format.
Points parse_points(std::string_view text, const std::string& file);

/// Adds the points of another run. The order of runs does not matter. Throws InputError when a
/// point has another number of instances: then the runs were not of the same RTL.
void merge_points(Points& into, const Points& from);

const char* to_string(Page page);

}  // namespace peforge::coverage
