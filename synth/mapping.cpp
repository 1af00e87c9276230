// SPDX-License-Identifier: Apache-2.0
#include "synth/mapping.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "generator/spec/error.hpp"

namespace peforge::synth {

namespace {

/// Area differences below this are noise of ABC's ordering (reference: docs/synthesis.md).
constexpr double kNoise = 0.03;

/// What --adders calls the choice by area.
constexpr const char* kSmallest = "smallest";

}  // namespace

std::optional<AdderVariant> adder_variant(const std::string& name) {
    if (name == kSmallest) return std::nullopt;
    std::string allowed = kSmallest;
    for (const AdderVariant variant : kAdderVariants) {
        if (name == to_string(variant)) return variant;
        allowed += std::string(", ") + to_string(variant);
    }
    throw InputError("--adders", "", "\"" + name + "\" is unknown; allowed: " + allowed);
}

std::vector<std::size_t> by_preference(const std::vector<Candidate>& candidates,
                                       std::optional<double> clock_ns) {
    const bool timed = std::all_of(candidates.begin(), candidates.end(),
                                   [](const Candidate& c) { return c.tmin_ns.has_value(); });
    if (!clock_ns || !timed) {
        for (std::size_t i = 1; i < candidates.size(); ++i) {
            if (candidates[i].variant == AdderVariant::kFullAdders &&
                candidates[i].area < (1.0 - kNoise) * candidates.front().area) {
                return {i};
            }
        }
        return {0};
    }
    std::vector<std::size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t i) {
        const Candidate& c = candidates[i];
        const bool misses = *c.tmin_ns > *clock_ns;
        const double weighed = has_full_adders(c.variant) ? c.area : (1.0 + kNoise) * c.area;
        return misses ? std::tuple(true, *c.tmin_ns, weighed)
                      : std::tuple(false, weighed, *c.tmin_ns);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    return order;
}

std::optional<std::size_t> next_faster(const std::vector<Candidate>& candidates,
                                       const std::vector<std::size_t>& order, std::size_t at,
                                       double clock_ns) {
    const std::optional<double>& now = candidates[order[at]].tmin_ns;
    for (std::size_t next = at + 1; next < order.size(); ++next) {
        const std::optional<double>& tmin = candidates[order[next]].tmin_ns;
        if (now && tmin && *tmin < *now && *tmin <= clock_ns) return next;
    }
    return std::nullopt;
}

}  // namespace peforge::synth
