// SPDX-License-Identifier: Apache-2.0
#include "synth/power/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "verif/model/rtl_model.hpp"

namespace peforge::synth::power {

namespace fs = std::filesystem;
using golden::Code;

namespace {

constexpr const char* kActivityFile = "activity.json";
constexpr const char* kInputsFile = "inputs.hex";
constexpr const char* kOutputsFile = "outputs.hex";

std::size_t product(int a, int b) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

/// Normal numbers by Box and Muller: the standard's distributions differ between libraries.
class Normal {
public:
    explicit Normal(std::uint64_t seed) : engine_(seed) {}

    /// 0 < u <= 1.
    double uniform() { return std::ldexp(static_cast<double>((engine_() >> 11U) + 1), -53); }

    double operator()() {
        constexpr double kTwoPi = 6.283185307179586;
        const double radius = std::sqrt(-2.0 * std::log(uniform()));
        return radius * std::cos(kTwoPi * uniform());
    }

private:
    std::mt19937_64 engine_;
};

/// Codes of reals under the scale, in steps of a quarter octave, with the least mean squared error.
std::vector<Code> quantise(const golden::Format& format, const std::vector<double>& reals) {
    constexpr std::size_t kSample = 4096;
    double best_scale = 1.0;
    double least = INFINITY;
    for (int step = -48; step <= 48; ++step) {
        const double scale = std::exp2(step / 4.0);
        double error = 0.0;
        for (std::size_t i = 0; i < std::min(kSample, reals.size()); ++i) {
            const double back =
                golden::to_real(format, golden::encode_real(format, reals[i] * scale)) / scale;
            error += (back - reals[i]) * (back - reals[i]);
        }
        if (error < least) {
            least = error;
            best_scale = scale;
        }
    }
    std::vector<Code> codes;
    codes.reserve(reals.size());
    for (const double x : reals) codes.push_back(golden::encode_real(format, x * best_scale));
    return codes;
}

double share_of(std::span<const Code> codes, Code code) {
    if (codes.empty()) return 0.0;
    return static_cast<double>(std::count(codes.begin(), codes.end(), code)) /
           static_cast<double>(codes.size());
}

struct Operands {
    std::vector<Code> activations;
    std::vector<Code> weights;
    golden::LutLayer lut;
};

int clamp_to(double x, int bits) {
    const int high = (1 << (bits - 1)) - 1;
    return static_cast<int>(std::clamp<double>(std::nearbyint(x), -high - 1, high));
}

/// Tables for weights: centroids are vectors of activations, splits and thresholds their elements.
golden::LutLayer tables(const Design& d, golden::GemmShape shape,
                        const std::vector<Code>& activations, const std::vector<double>& weights) {
    const golden::LutParams& l = *d.lut;
    golden::LutLayer layer;
    layer.subspaces = (shape.k + l.subvector - 1) / l.subvector;
    layer.n = shape.n;
    const auto activation = [&](int row, int element) -> double {
        if (element >= shape.k) return 0.0;
        return golden::to_real(
            d.spec.activation,
            activations[product(row, shape.k) + static_cast<std::size_t>(element)]);
    };
    const double narrower = std::exp2(l.centroid_bits - l.activation_bits);
    std::vector<double> products;
    for (int s = 0; s < layer.subspaces; ++s) {
        for (int c = 0; c < l.centroids; ++c) {
            const int row = (c * 31 + s) % shape.m;
            for (int e = 0; e < l.subvector && l.encoder != golden::LutEncoder::kTree; ++e) {
                layer.centroids.push_back(static_cast<std::int8_t>(
                    clamp_to(activation(row, s * l.subvector + e) * std::min(1.0, narrower),
                             l.centroid_bits)));
            }
            if (l.encoder == golden::LutEncoder::kTree) {
                layer.thresholds.push_back(static_cast<std::int8_t>(clamp_to(
                    activation(row, s * l.subvector) * std::min(1.0, narrower), l.centroid_bits)));
            }
            for (int n = 0; n < shape.n; ++n) {
                double sum = 0.0;
                for (int e = 0; e < l.subvector; ++e) {
                    const int k = s * l.subvector + e;
                    if (k >= shape.k) continue;
                    sum += activation(row, k) *
                           weights[product(k, shape.n) + static_cast<std::size_t>(n)];
                }
                products.push_back(sum);
            }
        }
        if (l.encoder == golden::LutEncoder::kTree) {
            for (int level = 0; level < golden::tree_levels(l); ++level) {
                layer.splits.push_back(static_cast<std::uint8_t>(level % l.subvector));
            }
        }
        if (l.shift_bits > 0) layer.shifts.push_back(0);
    }
    double largest = 0.0;
    for (const double p : products) largest = std::max(largest, std::abs(p));
    const double scale = largest > 0.0 ? ((1 << (l.entry_bits - 1)) - 1) / largest : 1.0;
    for (const double p : products) {
        layer.entries.push_back(static_cast<std::int16_t>(clamp_to(p * scale, l.entry_bits)));
    }
    return layer;
}

Operands draw(const Design& d, golden::GemmShape shape, const OperandModel& model) {
    Normal random(model.seed);
    std::vector<double> activations(product(shape.m, shape.k));
    for (double& a : activations) {
        // Both are drawn, so that another share of zeros leaves the other numbers as they are.
        const bool zero = random.uniform() <= model.zeros;
        const double magnitude = std::abs(random());
        a = zero ? 0.0 : magnitude;
    }
    std::vector<double> weights(product(shape.k, shape.n));
    for (double& w : weights) w = random();
    Operands operands;
    operands.activations = quantise(d.spec.activation, activations);
    if (d.systolic) {
        operands.weights = quantise(d.spec.weight, weights);
    } else {
        operands.lut = tables(d, shape, operands.activations, weights);
    }
    return operands;
}

/// Scales that bring the largest sum of a column near the top of the output's range.
std::vector<golden::ColumnParams> columns(const Design& d, golden::GemmShape shape,
                                          const Operands& operands) {
    std::vector<std::int64_t> acc(product(shape.m, shape.n));
    golden::Counters counters;
    if (d.systolic) {
        golden::SystolicArray(*d.systolic)
            .accumulate(shape, operands.activations, operands.weights, acc, &counters);
    } else {
        golden::LutArray(*d.lut).accumulate(shape, operands.activations, operands.lut, acc,
                                            &counters);
    }
    const golden::PostParams& post = d.post();
    std::vector<golden::ColumnParams> all;
    for (int n = 0; n < shape.n; ++n) {
        std::int64_t largest = 1;
        for (int m = 0; m < shape.m; ++m) {
            largest = std::max<std::int64_t>(
                largest, std::llabs(acc[product(m, shape.n) + static_cast<std::size_t>(n)]));
        }
        const auto scale = static_cast<std::uint32_t>(3ULL << std::max(0, post.scale_bits - 2));
        const double wanted = std::exp2(post.z_bits - 2);
        const double shift = std::log2(static_cast<double>(largest) * scale / wanted);
        all.push_back({0, scale & ((1U << post.scale_bits) - 1U),
                       static_cast<std::uint32_t>(
                           std::clamp<long>(std::lround(shift), 0, (1L << post.shift_bits) - 1))});
    }
    return all;
}

/// One GEMM on the model.
void run_gemm(RtlModel& rtl, const Design& d, const GemmOperands& gemm, Start start) {
    std::vector<Code> out(product(gemm.shape.m, gemm.shape.n));
    if (d.systolic) {
        golden::SystolicArray(*d.systolic)
            .run(gemm.shape, gemm.activations, gemm.weights.codes, gemm.columns, gemm.relu, out);
    } else {
        golden::LutArray(*d.lut).run(gemm.shape, gemm.activations, *gemm.weights.lut, gemm.columns,
                                     gemm.relu, out);
    }
    Stretch stretch;
    stretch.start = start;
    stretch.beats =
        pack(d, gemm.shape, gemm.activations, gemm.weights, gemm.columns, gemm.relu, out);
    const StretchResult result = rtl.run(stretch);
    if (!result.moved || result.out.words != stretch.beats.out.words) {
        throw CheckFailedError(
            "the RTL differs from the golden model while its activity is recorded");
    }
}

/// The built-in workload's operands, and views of them.
struct Drawn {
    Operands operands;
    std::vector<golden::ColumnParams> params;
    golden::GemmShape shape;

    [[nodiscard]] GemmOperands view() const {
        return {shape, operands.activations, {operands.weights, &operands.lut}, params, false};
    }
};

Drawn drawn(const Design& d, golden::GemmShape shape, const OperandModel& model) {
    Drawn all;
    all.shape = shape;
    all.operands = draw(d, shape, model);
    all.params = columns(d, shape, all.operands);
    return all;
}

}  // namespace

golden::GemmShape workload_shape(const Design& design) {
    constexpr int kRows = 128;
    golden::GemmShape shape;
    const int max_k = design.accumulator().max_k;
    if (design.output_stationary()) {
        shape.m = 4 * design.rows_m;
        shape.k = std::min(max_k, 256 * design.tile_k);
    } else {
        shape.m = std::min(kRows, design.rows_m);
        shape.k = std::min(max_k, 16 * design.tile_k);
    }
    shape.n = 2 * design.cols;
    return shape;
}

Workload record_gemms(const Design& design, const FileSet& files, const GemmOperands& warm_up,
                      const GemmOperands& counted, const fs::path& dir, const fs::path& cache_dir) {
    Workload workload;
    workload.recording = {dir / kInputsFile, dir / kOutputsFile};
    RtlModel rtl(design, files, cache_dir);
    rtl.record(workload.recording.inputs, workload.recording.outputs);
    run_gemm(rtl, design, warm_up, Start::kReset);
    workload.window.begin = rtl.recorded_cycles();
    run_gemm(rtl, design, counted, Start::kGoOn);
    workload.window.end = rtl.recorded_cycles();
    workload.macs = static_cast<std::uint64_t>(counted.shape.m) *
                    static_cast<std::uint64_t>(counted.shape.k) *
                    static_cast<std::uint64_t>(counted.shape.n);
    workload.zero_activations =
        share_of(counted.activations, golden::zero_code(design.spec.activation));
    if (design.systolic) {
        workload.zero_weights =
            share_of(counted.weights.codes, golden::zero_code(design.spec.weight));
    }
    return workload;
}

Workload record_workload(const Design& design, const FileSet& files, const OperandModel& operands,
                         const fs::path& dir, const fs::path& cache_dir) {
    golden::GemmShape shape = workload_shape(design);
    OperandModel second = operands;
    ++second.seed;
    const Drawn counted = drawn(design, shape, second);
    shape.m = std::min(shape.m, 16);
    const Drawn warm_up = drawn(design, shape, operands);
    Workload workload = record_gemms(design, files, warm_up.view(), counted.view(), dir, cache_dir);
    workload.description = fmt::format(
        "GEMM M={} K={} N={}, normal weights, half-normal activations with {:g} zeros, "
        "seed {}",
        counted.shape.m, counted.shape.k, counted.shape.n, operands.zeros, operands.seed);
    return workload;
}

void write_workload(const Design& design, const Workload& workload, const fs::path& dir) {
    const nlohmann::ordered_json j = {{"description", workload.description},
                                      {"spec_hash", design.spec.hash},
                                      {"mode", workload.mode},
                                      {"begin", workload.window.begin},
                                      {"end", workload.window.end},
                                      {"macs", workload.macs},
                                      {"zero_activations", workload.zero_activations},
                                      {"zero_weights", workload.zero_weights}};
    write_file(dir / kActivityFile, j.dump(2) + "\n");
}

Workload read_workload(const Design& design, const fs::path& dir) {
    const fs::path file = dir / kActivityFile;
    const auto fail = [&file](const std::string& pointer, const std::string& what) {
        throw InputError(file.string(), pointer, what);
    };
    if (!fs::is_regular_file(file)) {
        fail("", "cannot be read; a folder that `peforge run --record` wrote is needed");
    }
    const nlohmann::json j = nlohmann::json::parse(read_file(file), nullptr, false);
    if (!j.is_object()) fail("", "is not a JSON object");
    const auto number = [&](const char* key) {
        const auto at = j.find(key);
        if (at == j.end() || !at->is_number() || at->get<double>() < 0.0) {
            fail(std::string("/") + key, "is missing or not a number of 0 or more");
        }
        return at->get<double>();
    };
    if (!j.contains("spec_hash") || j["spec_hash"] != design.spec.hash) {
        fail("/spec_hash", "is of another design; the spec's is " + design.spec.hash);
    }
    Workload w;
    w.recording = {dir / kInputsFile, dir / kOutputsFile};
    w.description = j.value("description", "");
    w.mode = j.value("mode", "");
    w.window.begin = static_cast<std::uint64_t>(number("begin"));
    w.window.end = static_cast<std::uint64_t>(number("end"));
    w.macs = static_cast<std::uint64_t>(number("macs"));
    w.zero_activations = number("zero_activations");
    w.zero_weights = number("zero_weights");
    if (w.window.end <= w.window.begin || w.macs == 0) fail("", "has no cycles or no products");
    return w;
}

}  // namespace peforge::synth::power
