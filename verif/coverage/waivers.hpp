// Waivers: coverage points that cannot be reached, each with a written reason.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "generator/design/design.hpp"
#include "verif/coverage/points.hpp"

namespace peforge::coverage {

/// A line of the waiver file: PAGE MODULE "PATTERN" [if FACT, ...] -> REASON
///
/// PAGE: line or toggle. MODULE: the module's name without the array's ("status"), "top", or a
/// pattern. PATTERN: of a toggle the signal, all its bits or "signal[LOW:HIGH]", HIGH may be msb;
/// of a line point its kind and the text of the source line, "else: if (x) y <= z;". FACT: see
/// facts(); "!fact" is its opposite. In patterns
/// '*' stands for any text and '?' for any character.
struct Waiver {
    Page page = Page::kLine;
    std::string module;
    std::string pattern;
    std::vector<std::string> facts;  ///< all of them must hold
    std::string reason;
    int line = 0;  ///< in the waiver file

    bool operator==(const Waiver&) const = default;
};

/// Throws InputError with the line of the first mistake.
std::vector<Waiver> parse_waivers(std::string_view text, const std::string& file);

/// verif/coverage/waivers.txt, embedded.
const std::vector<Waiver>& project_waivers();

/// What a waiver may depend on: "systolic" or "lut", "output_stationary",
/// "saturate", "bias", "relu", "nar" (operands
/// have it), "serial_post" (fewer post lanes than columns), "post_truncates", "capped" (regime of
/// the output format), "short_wave" (a swap passes in a cycle), "modes" (jobs choose a mode or
/// formats), "choice" (formats), "every_m_fits" (no row count of job_m_i is too large),
/// "rows_m_power_of_2", "pipeline=2", "rows=1", "lanes=4", "cols=1", "centroids=3", "metric=l2",
/// "weight=lp", "activation=int", "output=pot", "spec=NAME".
std::set<std::string> facts(const Design& design);

/// "status" of "rtl/NAME_status.v", "top" of "rtl/NAME.v".
std::string module_of(const std::string& file, const std::string& top);

/// What the waivers do to a set of points.
struct Waived {
    std::map<PointKey, std::size_t> points;  ///< uncovered points and the waiver of each
    /// Covered points that a waiver calls unreachable: the waiver is stale.
    std::map<PointKey, std::size_t> stale;
};

/// Applies waivers; the first that matches a point counts. `sources`: text by file name.
Waived apply_waivers(const Points& points, const std::vector<Waiver>& waivers,
                     const std::string& top, const std::set<std::string>& facts,
                     const std::map<std::string, std::string>& sources);

}  // namespace peforge::coverage
