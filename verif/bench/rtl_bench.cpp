// Simulation speed of generated arrays: clock cycles per second of processor time, drive and
// comparison included, and what the coroutine harness costs over a plain loop (plain_loop.cpp).
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "verif/benches/bench.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge {
namespace {

double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// A GEMM that fills the array: M = 4 rows_m, K and N of four tiles.
std::vector<Episode> work(const Design& design, std::uint64_t seed) {
    const TestCase test{
        "speed",
        {4 * design.rows_m, std::min(4 * design.tile_k, design.spec.max_k), 4 * design.cols},
        Operands::kRandom,
        {},
        true};
    return test_vectors(design, test, seed);
}

/// Cycles per second of processor time of one run, driven and compared.
double rate(RtlModel& rtl, const std::vector<Episode>& episodes) {
    const double start = processor_seconds();
    const TestResult result = run_episodes(rtl, "speed", episodes);
    if (!result.failure.empty()) throw CheckFailedError(result.failure);
    return static_cast<double>(result.cycles) / (processor_seconds() - start);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

constexpr int kRounds = 9;

/// Harness and plain loop in turn on the same RTL; both must take the same cycles.
std::string compare(const Design& design) {
    RtlModel harness(design, default_cache_dir());
    RtlOptions options;
    options.driver = read_file(PEFORGE_SOURCE_DIR "/verif/bench/plain_loop.cpp");
    RtlModel plain(design, default_cache_dir(), options);
    std::vector<double> harness_rates;
    std::vector<double> plain_rates;
    std::vector<double> overheads;
    for (int round = 0; round < kRounds; ++round) {
        const std::vector<Episode> episodes = work(design, static_cast<std::uint64_t>(round));
        harness_rates.push_back(rate(harness, episodes));
        plain_rates.push_back(rate(plain, episodes));
        overheads.push_back(100.0 * (plain_rates.back() / harness_rates.back() - 1.0));
        const StretchResult a = harness.run(episodes[0].feed);
        const StretchResult b = plain.run(episodes[0].feed);
        if (a.cycles != b.cycles || a.out.words != b.out.words) {
            throw CheckFailedError("the plain loop and the harness take other cycles");
        }
    }
    const auto [low, high] = std::minmax_element(harness_rates.begin(), harness_rates.end());
    return fmt::format(
        "\"{}\": {{\"cycles_per_second\": {:.0f}, \"min\": {:.0f}, \"max\": {:.0f}, "
        "\"plain_loop\": {:.0f}, \"overhead_percent\": {:.1f}}}",
        design.spec.name, median(harness_rates), *low, *high, median(plain_rates),
        median(overheads));
}

int run(const std::vector<std::string>& specs) {
    std::string json = "{";
    for (const std::string& file : specs) {
        json += fmt::format("{}\n  {}", json.size() > 1 ? "," : "",
                            compare(resolve(load_spec(file), file)));
    }
    fmt::print("{}\n}}\n", json);
    return kDone;
}

}  // namespace
}  // namespace peforge

int main(int argc, char** argv) {
    try {
        return peforge::run({argv + 1, argv + argc});
    } catch (const peforge::Error& e) {
        fmt::print(stderr, "peforge-rtl-bench: {}\n", e.what());
        return e.status();
    }
}
