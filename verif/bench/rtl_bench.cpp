// Simulation speed of generated arrays: clock cycles per second, stimulus, golden model and
// comparison included.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "generator/spec/error.hpp"
#include "verif/benches/bench.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge {
namespace {

/// Cycles per second of one run of a GEMM that fills the array: M = rows_m, K and N of four tiles.
double cycles_per_second(const Design& design, RtlModel& rtl, std::uint64_t seed) {
    const TestCase test{
        "speed",
        {4 * design.spec.rows_m, std::min(4 * design.tile_k, design.spec.max_k), 4 * design.cols},
        Operands::kRandom,
        {},
        true};
    const TestResult result = run_test(design, rtl, test, seed);
    if (!result.failure.empty()) throw CheckFailedError(result.failure);
    return static_cast<double>(result.cycles) / result.seconds;
}

int run(const std::vector<std::string>& specs) {
    std::string json = "{";
    for (const std::string& file : specs) {
        const Design design = resolve(load_spec(file), file);
        RtlModel rtl(design, default_cache_dir());
        std::vector<double> rates;
        for (std::uint64_t seed = 0; seed < 7; ++seed) {
            rates.push_back(cycles_per_second(design, rtl, seed));
        }
        std::sort(rates.begin(), rates.end());
        json += fmt::format(
            "{}\n  \"{}\": {{\"cycles_per_second\": {:.0f}, \"min\": {:.0f}, \"max\": {:.0f}}}",
            json.size() > 1 ? "," : "", design.spec.name, rates[rates.size() / 2], rates.front(),
            rates.back());
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
