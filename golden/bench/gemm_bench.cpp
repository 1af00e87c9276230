// Speed of the golden arrays, single-threaded, in GMAC/s; of the LUT array dense-equivalent.
//
// Prints one JSON object: for each datapath the median over the runs under its name, and the
// slowest and fastest run under name_min and name_max.
//
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "golden/array/array.hpp"

namespace {

using namespace peforge::golden;

constexpr GemmShape kShape{.m = 784, .k = 144, .n = 32};
constexpr int kRuns = 9;
constexpr int kRepeats = 20;  // GEMMs timed together

template <typename Work>
void measure(std::string_view name, Work work) {
    using Clock = std::chrono::steady_clock;
    work();  // warms the caches
    std::vector<double> rates;
    for (int run = 0; run < kRuns; ++run) {
        const Clock::time_point start = Clock::now();
        for (int i = 0; i < kRepeats; ++i) {
            work();
        }
        const std::chrono::duration<double> seconds = Clock::now() - start;
        const double macs = 1.0 * kShape.m * kShape.k * kShape.n * kRepeats;
        rates.push_back(macs / seconds.count() / 1e9);
    }
    std::sort(rates.begin(), rates.end());
    std::cout << "\"" << name << "\":" << rates[kRuns / 2] << ",\"" << name
              << "_min\":" << rates.front() << ",\"" << name << "_max\":" << rates.back() << ",";
}

/// Codes over the whole range of an 8-bit word; decoders read the low bits.
std::vector<Code> random_codes(std::mt19937& random, int count) {
    std::vector<Code> codes(static_cast<std::size_t>(count));
    std::generate(codes.begin(), codes.end(), [&] { return static_cast<Code>(random()); });
    return codes;
}

void measure_systolic(std::string_view name, DatapathKind kind, const std::string& weight,
                      const std::string& activation) {
    SystolicParams p;
    p.datapath = make_datapath(kind, parse_format(weight), parse_format(activation), std::nullopt,
                               std::nullopt, 24, Rounding::kTruncate);
    p.accumulator.width = accumulator_bits(p.datapath.term_bits, p.accumulator.max_k);
    p.post.output = p.datapath.activation;
    const SystolicArray array(p);
    std::mt19937 random(1);
    const std::vector<Code> activations = random_codes(random, kShape.m * kShape.k);
    const std::vector<Code> weights = random_codes(random, kShape.k * kShape.n);
    std::vector<std::int64_t> acc(static_cast<std::size_t>(kShape.m) * kShape.n);
    measure(name, [&] { array.accumulate(kShape, activations, weights, acc); });
}

void measure_lut(std::string_view name) {
    const LutParams p;
    const LutArray array(p);
    std::mt19937 random(1);
    const std::vector<Code> activations = random_codes(random, kShape.m * kShape.k);
    LutLayer layer;
    layer.subspaces = kShape.k / p.subvector;
    layer.n = kShape.n;
    layer.centroids.resize(static_cast<std::size_t>(kShape.k) * p.centroids);
    layer.entries.resize(static_cast<std::size_t>(layer.subspaces) * p.centroids * kShape.n);
    const auto byte = [&] { return static_cast<std::int8_t>(random()); };
    std::generate(layer.centroids.begin(), layer.centroids.end(), byte);
    std::generate(layer.entries.begin(), layer.entries.end(), byte);
    std::vector<std::int64_t> acc(static_cast<std::size_t>(kShape.m) * kShape.n);
    measure(name, [&] { array.accumulate(kShape, activations, layer, acc); });
}

}  // namespace

int main() {
    std::cout << "{";
    measure_systolic("int8", DatapathKind::kMul, "int:n=8", "int:n=8");
    measure_systolic("pot4", DatapathKind::kShift, "pot:n=4", "int:n=8");
    measure_systolic("lp8", DatapathKind::kLog, "lp:n=8,es=2,rs=4", "lp:n=8,es=2,rs=4");
    measure_systolic("lp4", DatapathKind::kLog, "lp:n=4,es=1,rs=2", "lp:n=4,es=1,rs=2");
    measure_lut("lut");
    std::cout << R"("unit":"GMAC/s","m":)" << kShape.m << ",\"k\":" << kShape.k
              << ",\"n\":" << kShape.n << ",\"runs\":" << kRuns << "}\n";
    return 0;
}
