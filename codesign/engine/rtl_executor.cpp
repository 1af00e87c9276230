// GEMM layers on the generated RTL, checked against the golden model.
//
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "codesign/engine/executor.hpp"
#include "verif/model/rtl_model.hpp"

namespace peforge::codesign {

namespace {

class CheckedRtlExecutor : public ArrayExecutor {
public:
    CheckedRtlExecutor(const Design& design, const std::filesystem::path& cache_dir)
        : golden_(design), rtl_(design, cache_dir) {}

    GemmStats gemm(const ArrayLayer& layer, int m, std::span<const golden::Code> activations,
                   std::span<golden::Code> out) override {
        expected_.resize(out.size());
        GemmStats stats = golden_.gemm(layer, m, activations, expected_);
        const golden::GemmShape shape{m, layer.k, layer.n};
        const PeforgeRtlStats rtl =
            layer.weights.empty()
                ? rtl_.gemm(shape, activations, layer.lut, layer.columns, layer.relu, out)
                : rtl_.gemm(shape, activations, layer.weights, layer.columns, layer.relu, out,
                            layer.rows);
        stats.cycle_mismatches = rtl.cycles == stats.cycles ? 0 : 1;
        stats.cycles = rtl.cycles;
        for (std::size_t i = 0; i < out.size(); ++i) {
            stats.mismatches += out[i] == expected_[i] ? 0U : 1U;
        }
        return stats;
    }

private:
    GoldenExecutor golden_;
    RtlModel rtl_;
    std::vector<golden::Code> expected_;
};

}  // namespace

ExecutorFactory checked_rtl(const Design& design, const std::filesystem::path& cache_dir) {
    return [design, cache_dir] { return std::make_unique<CheckedRtlExecutor>(design, cache_dir); };
}

}  // namespace peforge::codesign
