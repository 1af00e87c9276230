// Which of the mappings of a processing element is taken.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "synth/yosys.hpp"

namespace peforge::synth {

/// One way in which a module was mapped.
struct Candidate {
    AdderVariant variant = AdderVariant::kGates;
    double area = 0.0;              ///< library units
    std::optional<double> tmin_ns;  ///< shortest period of the module alone; empty: not timed
};

/// The mapping that `peforge synth --adders` names: one of to_string(AdderVariant), or empty for
/// "smallest". Throws InputError for another name.
std::optional<AdderVariant> adder_variant(const std::string& name);

/// Candidates by index, the best first: of those that meet `clock_ns` the smallest (of equal areas
/// the fastest), where one without full-adder cells counts as 3 % larger than it is, since its
/// glitches cost more energy than so little area is worth (docs/synthesis.md); then the others, the
/// fastest first. So a candidate that misses the clock is never taken while another one meets it.
/// Without a clock, or without timing, nothing bounds how slow a small adder may be: then gates are
/// the one choice, or full adders where they are more than 3 % smaller, that is, by more than what
/// areas vary without cause (docs/synthesis.md). `candidates` begins with gates.
std::vector<std::size_t> by_preference(const std::vector<Candidate>& candidates,
                                       std::optional<double> clock_ns);

/// What to try in place of `order[at]` when that one made the whole design miss `clock_ns`: the
/// next in order that is faster and meets the clock alone. Empty when there is none.
std::optional<std::size_t> next_faster(const std::vector<Candidate>& candidates,
                                       const std::vector<std::size_t>& order, std::size_t at,
                                       double clock_ns);

}  // namespace peforge::synth
