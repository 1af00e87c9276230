// GEMM layers on the golden model.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/engine/executor.hpp"
#include "golden/array/schedule.hpp"

namespace peforge::codesign {

GemmStats& GemmStats::operator+=(const GemmStats& other) {
    cycles += other.cycles;
    cycle_mismatches += other.cycle_mismatches;
    mismatches += other.mismatches;
    counters.saturations += other.counters.saturations;
    counters.nar += other.counters.nar;
    return *this;
}

std::uint64_t formula_cycles(const Design& design, const ArrayLayer& layer, int m,
                             const golden::RowLists& rows) {
    return golden::cycles(design.timing, plan(design, {m, layer.k, layer.n}, rows));
}

GoldenExecutor::GoldenExecutor(const Design& design) : design_(design) {
    if (design.systolic) {
        systolic_.emplace(*design.systolic);
    } else {
        lut_.emplace(*design.lut);
    }
}

GemmStats GoldenExecutor::gemm(const ArrayLayer& layer, int m,
                               std::span<const golden::Code> activations,
                               std::span<golden::Code> out) {
    const golden::GemmShape shape{m, layer.k, layer.n};
    GemmStats stats;
    stats.cycles = formula_cycles(design_, layer, m, layer.rows);
    if (systolic_) {
        systolic_->run(shape, activations, layer.weights, layer.columns, layer.relu, out,
                       &stats.counters);
    } else {
        lut_->run(shape, activations, layer.lut, layer.columns, layer.relu, out, &stats.counters);
    }
    return stats;
}

void GoldenExecutor::accumulate(const ArrayLayer& layer, int m,
                                std::span<const golden::Code> activations,
                                std::span<std::int64_t> acc) const {
    const golden::GemmShape shape{m, layer.k, layer.n};
    if (systolic_) {
        systolic_->accumulate(shape, activations, layer.weights, acc);
    } else {
        lut_->accumulate(shape, activations, layer.lut, acc);
    }
}

}  // namespace peforge::codesign
