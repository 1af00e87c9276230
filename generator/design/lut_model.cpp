// SPDX-License-Identifier: Apache-2.0
#include "generator/design/lut_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "generator/support/integers.hpp"

namespace peforge {

namespace {

double work_of_element(const golden::LutParams& p, const LutWorkWeights& w) {
    switch (p.metric) {
        case golden::Metric::kL1:
            return w.l1;
        case golden::Metric::kL2:
            return w.l2;
        case golden::Metric::kChebyshev:
            break;
    }
    return w.chebyshev;
}

}  // namespace

LutWork lut_work(const Design& design, golden::GemmShape shape, const LutWorkWeights& weights) {
    const golden::LutParams& p = *design.lut;
    const double m = shape.m;
    const double subspaces = ceil_div(shape.k, p.subvector);
    double encodings = 0;
    for (const golden::Job& job : plan(design, shape)) {
        if (!job.reuse) encodings += job.m / m;
    }
    const double each =
        p.encoder == golden::LutEncoder::kTree
            ? subspaces * golden::tree_levels(p) * weights.compare
            : static_cast<double>(shape.k) * p.centroids * work_of_element(p, weights);
    return {.encode = encodings * m * each,
            .add = m * shape.n * subspaces * weights.add,
            .dense = 2.0 * m * shape.k * shape.n};
}

LutStorage lut_storage(const Design& design, golden::GemmShape shape) {
    const golden::LutParams& p = *design.lut;
    const auto m = static_cast<std::uint64_t>(shape.m);
    const auto n = static_cast<std::uint64_t>(shape.n);
    const auto c = static_cast<std::uint64_t>(p.centroids);
    const auto subspaces = static_cast<std::uint64_t>(ceil_div(shape.k, p.subvector));
    const auto bits = [](int number) { return static_cast<std::uint64_t>(number); };
    return {.tables = subspaces * (c * n * bits(p.entry_bits) + bits(p.shift_bits)),
            .encoders = subspaces * c * bits(design.encoder_word_bits),
            .indices = m * subspaces * bits(p.index_bits),
            .outputs = m * n * bits(design.out_bits)};
}

LutRates lut_rates(const Design& design) {
    const golden::LutParams& p = *design.lut;
    const golden::TimingParams& t = design.timing;
    LutRates r;
    r.encode_row = t.passes * t.fold;
    r.load_tile = t.tile_beats;
    // The codebooks of a pass load when the wave of the swap before has passed.
    const int pass = p.centroids * p.ccus + t.wave;
    r.encode_tile = std::max(t.passes * pass, t.tile_beats);
    return r;
}

std::uint64_t lut_cycles(const Design& design, int m, int tiles, int column_tiles) {
    const golden::TimingParams& t = design.timing;
    // The first codebooks, the swap, and the way of the first row of the last pass to its lookup.
    const int first = design.lut->centroids * design.lut->ccus + 1 + t.fold +
                      (t.passes - 1) * m * t.fold + t.latency + 2;
    // Lookups of the job that encodes, then those of the jobs that reuse its indices.
    const int encode = (tiles - 1) * m * t.passes * t.fold + (m - 1) * t.fold;
    // Post-processing leaves a cycle between two jobs; a job of one tile does not hide it.
    const int reuse = (column_tiles - 1) * (tiles * m + (tiles == 1 ? 1 : 0));
    // Update, read, and post-processing of the last row.
    const int last = t.update_latency + 2 + t.post_latency;
    return static_cast<std::uint64_t>(first + encode + reuse + last);
}

double lut_peak(const Design& design) {
    const golden::LutParams& p = *design.lut;
    return 2.0 * p.subvector * p.columns * p.imms;
}

std::vector<std::string> rate_warnings(const Design& design) {
    if (!design.lut) return {};
    const golden::LutParams& p = *design.lut;
    const LutRates r = lut_rates(design);
    std::vector<std::string> lines;
    if (r.encode_row > r.lookup_row) {
        lines.push_back(fmt::format(
            "closest-centroid units hold the lookup units up: {} cycles a row against {} ({} "
            "passes of {} cycles){}; array.ccus and lut.fold change it",
            r.encode_row, r.lookup_row, design.timing.passes, design.timing.fold,
            p.kept_tiles > 0 ? ", in the first column tile alone where indices are kept"
                             : ", in every column tile: no indices are kept"));
    }
    if (r.load_tile > design.rows_m) {
        lines.push_back(fmt::format(
            "loading holds the lookup units up: a tile's tables take {} cycles, its rows at most "
            "{}: {:.0f} % of the cycles are lost; a larger buffers.rows_m, fewer centroids or imms "
            "change it",
            r.load_tile, design.rows_m, 100.0 * (r.load_tile - design.rows_m) / r.load_tile));
    } else if (r.encode_tile > design.rows_m * r.encode_row) {
        lines.push_back(fmt::format(
            "loading holds the closest-centroid units up: the codebooks of a tile take {} cycles, "
            "its rows at most {}",
            r.encode_tile, design.rows_m * r.encode_row));
    }
    return lines;
}

}  // namespace peforge
