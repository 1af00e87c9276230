// SPDX-License-Identifier: Apache-2.0
#include "generator/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "generator/support/draw.hpp"

namespace peforge {

namespace {

/// K of a tile of the tests: on an output-stationary array, whose tiles are single steps, as many
/// as the array is deep, if a job can have them.
int plan_tile(const Design& d) {
    if (!d.output_stationary()) return d.tile_k;
    const int most_steps = (d.spec.max_k + d.tile_k - 1) / d.tile_k;
    return std::min(d.systolic->rows, most_steps) * d.tile_k;
}

/// What jobs can choose, as modes; nothing where that is more than a few.
std::vector<int> few_modes(const Design& d) {
    constexpr std::size_t kFew = 16;
    std::vector<int> modes = {0};
    for (const golden::Selector& s : selectors(d)) {
        std::vector<int> more;
        for (int value = s.lowest; value <= s.largest; ++value) {
            for (const int mode : modes) more.push_back(mode | value << s.place);
        }
        modes = std::move(more);
    }
    return has_choice(d) && modes.size() <= kFew ? modes : std::vector<int>{};
}

TestCase random_case(const Design& d, int index, Draw& rng) {
    TestCase c;
    c.name = fmt::format("random.{}", index);
    c.shape = {rng.between(1, std::min(2 * d.rows_m, 40)),
               rng.between(1, std::min(d.spec.max_k, 6 * plan_tile(d) + 2)),
               rng.between(1, 3 * d.cols)};
    c.relu = rng.below(2) == 0;
    static constexpr Operands kKinds[] = {Operands::kRandom, Operands::kRandom, Operands::kLarge,
                                          Operands::kExtreme};
    c.operands = kKinds[rng.below(4)];
    if (rng.below(2) == 0) {
        const auto p = [&rng] { return static_cast<std::uint32_t>(rng.below(224)); };
        c.stall = {p(), p(), p(), p(), p()};
    }
    return c;
}

}  // namespace

std::vector<TestCase> test_plan(const Design& d, int level, std::uint64_t seed) {
    const int tile = plan_tile(d);
    const int cols = d.cols;
    const int rows_m = d.rows_m;
    const int max_k = d.spec.max_k;
    const auto k_of = [&](int tiles, int extra) {
        return std::clamp(tiles * tile + extra, 1, max_k);
    };
    const auto rows = [&](int m) { return std::min(rows_m, m); };
    // The largest 2^b - 1 tiles that a job can have: every bit of the tile counters.
    const int most_tiles = static_cast<int>(
        std::bit_floor(static_cast<unsigned>((max_k + d.tile_k - 1) / d.tile_k) + 1) - 1);
    constexpr auto kRandom = Operands::kRandom;

    std::vector<TestCase> plan = {
        {"smoke.one_product", {1, 1, 1}},
        {"smoke.one_tile", {2, tile, cols}},
        {"smoke.one_row", {1, k_of(5, 0), cols}, kRandom, {}, true},
        {"smoke.k_tiles", {rows(9), k_of(3, 0), cols}, kRandom, {}, true},
        {"remainder.k_and_n", {rows(7), k_of(2, 1), cols + 1}},
        {"remainder.m", {rows_m + 3, k_of(2, -1), std::max(1, cols - 1)}, kRandom, {}, true},
        {"rows.all", {rows_m, k_of(2, 0), cols}},
        {"corner.zero", {5, k_of(2, 0), cols}, Operands::kZero},
        // Two columns, so that both signs add up.
        {"corner.largest_at_max_k", {3, max_k, std::max(2, cols)}, Operands::kLargest},
        {"corner.most_tiles", {1, std::min(most_tiles * d.tile_k, max_k), 1}},
        {"corner.large", {rows(20), k_of(4, 0), 2 * cols}, Operands::kLarge},
        {"corner.extremes", {17, k_of(4, 0), cols}, Operands::kExtreme},
        {"corner.nar", {9, k_of(3, 0), cols + 1}, Operands::kNar},
        {"corner.nar_everywhere", {rows_m, k_of(4, 0), 2 * cols}, Operands::kMostlyNar},
        {"stall.inputs", {13, k_of(4, 1), 2 * cols + 1}, kRandom, {64, 64, 96, 96, 0}, true},
        {"stall.output", {rows_m + 1, k_of(1, 0), 2 * cols}, kRandom, {0, 0, 0, 0, 192}},
        {"stall.all", {13, k_of(3, 0), 2 * cols}, kRandom, {128, 128, 128, 128, 128}, true},
        // Weights wait for the single row: its tiles must still be two cycles apart.
        {"stall.one_row", {1, k_of(40, 0), 3 * cols}, kRandom, {0, 0, 0, 180, 0}},
        {"stall.slow_parameters", {1, tile, 3 * cols}, kRandom, {0, 200, 0, 0, 64}},
        // As many short jobs under way at once as the array takes.
        {"stall.short_jobs", {1, tile, 12 * cols}, kRandom, {0, 0, 0, 0, 250}},
    };
    // The spec's own formats come first.
    for (TestCase& c : plan) {
        if (has_choice(d) && c.name.starts_with("smoke.")) c.mode = d.mode;
    }
    if (d.output_stationary()) {
        // Jobs of a single step, jobs whose steps outlast the drain of the job before, jobs about
        // as long as the drain; weights that come late for waiting activations.
        const int drain =
            (rows_m * std::max(d.timing.post_cycles, 2) + d.timing.latency) * d.tile_k;
        const auto k = [&](int elements) { return std::clamp(elements, 1, max_k); };
        plan.push_back({"steps.one", {3 * rows_m, d.tile_k, 2 * cols}, kRandom, {}, true});
        plan.push_back({"steps.outlast_drain", {2 * rows_m, k(2 * drain), 2 * cols}});
        plan.push_back(
            {"steps.meet_drain", {3 * rows_m, k(drain), cols}, kRandom, {0, 0, 0, 0, 16}});
        plan.push_back(
            {"stall.late_weights", {2 * rows_m, k(drain), cols}, kRandom, {0, 0, 180, 0, 0}});
    }
    // One row: the column parameters are made for its sums. The encoder's inputs are its thresholds
    // and the values below them, at most two a code, and random ones: an error of one unit in a sum
    // of large products shows as well.
    const int codes = golden::code_count(d.post().output);
    plan.push_back({"post.near_ties", {1, tile, 64 * cols}, kRandom, {}, false, Scaling::kNearTie});
    plan.push_back({"post.encoder",
                    {1, k_of(8, 0), std::max(64 * cols, 2 * codes + 64)},
                    Operands::kLarge,
                    {},
                    true,
                    Scaling::kEncoder});
    // Every choice, where there are few: a unit of a sum shows, whatever the formats are.
    for (const int mode : few_modes(d)) {
        plan.push_back({"choice." + std::to_string(mode),
                        {1, k_of(16, 0), std::max(8 * cols, std::min(2 * codes, 64))},
                        kRandom,
                        {},
                        false,
                        Scaling::kEncoder,
                        Scenario::kGemm,
                        mode});
    }
    const auto scenario = [&plan](const char* name, Scenario what, golden::GemmShape shape,
                                  StallProfile stall, Operands operands = Operands::kRandom) {
        plan.push_back({name, shape, operands, stall, false, Scaling::kRandom, what});
    };
    const golden::GemmShape several = {rows(6) + 1, k_of(3, 1), cols + 1};
    const golden::GemmShape deep = {rows(6) + 1, max_k, std::max(2, cols)};
    scenario("sequence.nar", Scenario::kSequence, several, {}, Operands::kMostlyNar);
    if (!d.output_stationary()) {
        scenario("sequence.saturations", Scenario::kSequence, deep, {}, Operands::kLargest);
    }
    scenario("sequence.mixed_jobs", Scenario::kMixed, {rows(3), tile, 2 * cols}, {});
    scenario("sequence.mixed_short_jobs", Scenario::kMixed, {1, tile, 2 * cols}, {0, 0, 0, 0, 200});
    scenario("reset.in_job", Scenario::kReset, several, {});
    scenario("reset.in_stalled_job", Scenario::kReset, several, {64, 64, 64, 64, 160});
    scenario("clear.in_job", Scenario::kClear, several, {}, Operands::kExtreme);
    scenario("error.bad_job", Scenario::kBadJob, several, {128, 0, 0, 0, 0});
    scenario("error.misplaced_last", Scenario::kMisplacedLast, several, {32, 32, 32, 32, 32});

    static constexpr int kRandomCases[] = {12, 60, 400, 2000};
    Draw rng(seed ^ 0x5EED);
    int drawn = 0;
    for (int l = 1; l <= level; ++l) {
        while (drawn < kRandomCases[l - 1]) plan.push_back(random_case(d, drawn++, rng));
        if (l != 2) continue;
        // Long enough for bit 16 of the counters, that of saturations included.
        constexpr int kCycles = 100'000;
        const int tiles = (max_k + d.tile_k - 1) / d.tile_k;
        const int beats = d.output_stationary() ? tiles : tiles * rows_m;
        const int jobs = (kCycles + beats - 1) / beats;
        plan.push_back({"long.counters", {rows_m, max_k, jobs * cols}, Operands::kLargest});
    }
    return plan;
}

const char* to_string(Operands operands) {
    switch (operands) {
        case Operands::kRandom:
            return "random";
        case Operands::kZero:
            return "zero";
        case Operands::kLargest:
            return "largest";
        case Operands::kLarge:
            return "large";
        case Operands::kExtreme:
            return "extreme";
        case Operands::kNar:
            return "nar";
        case Operands::kMostlyNar:
            return "mostly_nar";
    }
    return "";
}

const char* to_string(Scaling scaling) {
    switch (scaling) {
        case Scaling::kRandom:
            return "random";
        case Scaling::kNearTie:
            return "near_tie";
        case Scaling::kEncoder:
            return "encoder";
    }
    return "";
}

const char* to_string(Scenario scenario) {
    switch (scenario) {
        case Scenario::kGemm:
            return "gemm";
        case Scenario::kSequence:
            return "sequence";
        case Scenario::kMixed:
            return "mixed";
        case Scenario::kReset:
            return "reset";
        case Scenario::kClear:
            return "clear";
        case Scenario::kBadJob:
            return "bad_job";
        case Scenario::kMisplacedLast:
            return "misplaced_last";
    }
    return "";
}

std::string test_plan_json(const Design& d, int level, std::uint64_t seed) {
    nlohmann::ordered_json j;
    j["design"] = d.top;
    j["spec_hash"] = d.spec.hash;
    j["version"] = PEFORGE_VERSION;
    j["level"] = level;
    j["seed"] = seed;
    j["rows_m"] = d.rows_m;
    for (const Stream& stream : streams(d)) {
        nlohmann::ordered_json ports = nlohmann::ordered_json::array();
        for (const Port& port : stream.payload) {
            ports.push_back({{"name", port.name}, {"width", port.width}});
        }
        j["streams"].push_back({{"name", stream.name}, {"input", stream.input}, {"ports", ports}});
    }
    for (const TestCase& c : test_plan(d, level, seed)) {
        j["tests"].push_back({{"name", c.name},
                              {"scenario", to_string(c.scenario)},
                              {"m", c.shape.m},
                              {"k", c.shape.k},
                              {"n", c.shape.n},
                              {"operands", to_string(c.operands)},
                              {"scaling", to_string(c.scaling)},
                              {"relu", c.relu},
                              {"stall",
                               {{"job", c.stall.job},
                                {"prm", c.stall.prm},
                                {"wgt", c.stall.wgt},
                                {"act", c.stall.act},
                                {"out", c.stall.out}}}});
    }
    return j.dump(2) + "\n";
}

}  // namespace peforge
