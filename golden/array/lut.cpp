// Golden LUT array: closest centroid per subspace, then sums of table entries.
//
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "golden/array/array.hpp"
#include "golden/array/kernels.hpp"
#include "golden/array/sum_adder.hpp"

namespace peforge::golden {

namespace {

constexpr int kMaxCentroids = 256;

int ceil_div(int a, int b) {
    return (a + b - 1) / b;
}
std::size_t area(int a, int b) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::invalid_argument(what);
    }
}

template <typename T>
void encode_with(const LutParams& p, int m, int k, std::span<const Code> activations,
                 const LutLayer& layer, std::span<std::uint8_t> indices) {
    constexpr int kLanes = std::is_same_v<T, std::int16_t> ? kernels::kLanes16 : kernels::kLanes32;
    const int v = p.subvector;
    const int unused = 8 - p.activation_bits;
    const std::vector<T> codebooks(layer.centroids.begin(), layer.centroids.end());
    std::vector<T> vectors(area(v, kLanes));
    std::vector<T> nearest(kLanes);
    for (int m0 = 0; m0 < m; m0 += kLanes) {
        const int rows = std::min(kLanes, m - m0);
        for (int s = 0; s < layer.subspaces; ++s) {
            const int used = std::clamp(k - s * v, 0, v);
            std::fill(vectors.begin(), vectors.end(), 0);
            for (int i = 0; i < rows; ++i) {
                const Code* row = activations.data() + area(m0 + i, k) + area(s, v);
                for (int t = 0; t < used; ++t) {
                    const auto top =
                        static_cast<std::int8_t>(static_cast<unsigned>(row[t]) << unused);
                    vectors[area(t, kLanes) + static_cast<std::size_t>(i)] =
                        static_cast<T>(top >> unused);
                }
            }
            kernels::nearest(p.metric, vectors.data(), v,
                             codebooks.data() + area(s, p.centroids * v), p.centroids,
                             nearest.data());
            for (int i = 0; i < rows; ++i) {
                indices[area(m0 + i, layer.subspaces) + static_cast<std::size_t>(s)] =
                    static_cast<std::uint8_t>(nearest[static_cast<std::size_t>(i)]);
            }
        }
    }
}

void encode_with_trees(const LutParams& p, int m, int k, std::span<const Code> activations,
                       const LutLayer& layer, std::span<std::uint8_t> indices) {
    const int v = p.subvector;
    const int levels = tree_levels(p);
    const int unused = 8 - p.activation_bits;
    const auto element = [&](int row, int i) {
        if (i >= k) return 0;
        const Code code = activations[area(row, k) + static_cast<std::size_t>(i)];
        return static_cast<std::int8_t>(static_cast<unsigned>(code) << unused) >> unused;
    };
    for (int row = 0; row < m; ++row) {
        for (int s = 0; s < layer.subspaces; ++s) {
            int node = 1;
            for (int level = 0; level < levels; ++level) {
                const int split = layer.splits[area(s, levels) + static_cast<std::size_t>(level)];
                const int threshold =
                    layer.thresholds[area(s, p.centroids) + static_cast<std::size_t>(node)];
                node = 2 * node + (element(row, s * v + split) >= threshold ? 1 : 0);
            }
            indices[area(row, layer.subspaces) + static_cast<std::size_t>(s)] =
                static_cast<std::uint8_t>(node - p.centroids);
        }
    }
}

}  // namespace

int encode_passes(const LutParams& p) {
    return p.imms / p.ccus;
}

int tree_levels(const LutParams& p) {
    return static_cast<int>(std::bit_width(static_cast<unsigned>(p.centroids))) - 1;
}

LutArray::LutArray(LutParams params)
    : params_(params), encoder_(params_.post.output, params_.post.z_frac_bits) {
    require(params_.subvector > 0 && params_.columns > 0 && params_.rows_m > 0,
            "a LUT array needs positive sizes");
    require(params_.centroids > 0 && params_.centroids <= kMaxCentroids,
            "a LUT array needs 1..256 centroids");
    require(params_.encoder == LutEncoder::kDistance ||
                std::has_single_bit(static_cast<unsigned>(params_.centroids)),
            "a decision tree needs a power of two of leaves");
    require(params_.ccus > 0 && params_.imms > 0 && params_.imms % params_.ccus == 0,
            "a LUT array needs lookup units that are a multiple of its closest-centroid units");
    require(params_.entry_bits >= 2 && params_.entry_bits <= 16,
            "a LUT array needs entries of 2..16 bits");
    require(params_.activation_bits >= 2 && params_.activation_bits <= 8,
            "a LUT array needs activations of 2..8 bits");
}

void LutArray::encode(int m, int k, std::span<const Code> activations, const LutLayer& layer,
                      std::span<std::uint8_t> indices) const {
    const LutParams& p = params_;
    require(m >= 0 && k >= 0, "a GEMM's sizes must not be negative");
    require(activations.size() == area(m, k), "activations are not [m][k]");
    require(layer.subspaces == ceil_div(k, p.subvector),
            "the layer has another number of subspaces");
    if (p.encoder == LutEncoder::kTree) {
        require(layer.splits.size() == area(layer.subspaces, tree_levels(p)),
                "splits are not [s][level]");
        require(std::ranges::all_of(layer.splits, [&](int e) { return e < p.subvector; }),
                "a split is no element of a sub-vector");
        require(layer.thresholds.size() == area(layer.subspaces, p.centroids),
                "thresholds are not [s][c]");
    } else {
        require(layer.centroids.size() == area(layer.subspaces, p.centroids * p.subvector),
                "centroids are not [s][c][v]");
    }
    require(indices.size() == area(m, layer.subspaces), "indices are not [m][s]");
    if (p.encoder == LutEncoder::kTree) {
        encode_with_trees(p, m, k, activations, layer, indices);
        return;
    }
    constexpr int kMaxDifference = 255;
    const bool narrow = p.metric != Metric::kL2 &&
                        p.subvector <= std::numeric_limits<std::int16_t>::max() / kMaxDifference;
    if (narrow) {
        encode_with<std::int16_t>(p, m, k, activations, layer, indices);
    } else {
        encode_with<std::int32_t>(p, m, k, activations, layer, indices);
    }
}

void LutArray::accumulate(GemmShape shape, std::span<const Code> activations, const LutLayer& layer,
                          std::span<std::int64_t> acc, Counters* counters) const {
    const int c = params_.centroids;
    require(shape.n >= 0 && layer.n == shape.n, "the layer has another number of columns");
    require(layer.entries.size() == area(layer.subspaces * c, shape.n),
            "entries are not [s][c][n]");
    require(
        layer.shifts.empty() || layer.shifts.size() == static_cast<std::size_t>(layer.subspaces),
        "shifts are not [s]");
    require(std::ranges::all_of(layer.shifts, [&](int e) { return e >> params_.shift_bits == 0; }),
            "a shift has more bits than the array's");
    require(acc.size() == area(shape.m, shape.n), "accumulators are not [m][n]");
    std::vector<std::uint8_t> indices(area(shape.m, layer.subspaces));
    encode(shape.m, shape.k, activations, layer, indices);

    const std::int64_t most = std::int64_t{1}
                              << (params_.entry_bits - 1 + (1 << params_.shift_bits) - 1);
    SumAdder adder(params_.accumulator, most * layer.subspaces, acc, shape.n);
    if (params_.entry_bits <= 8 && layer.shifts.empty()) {
        add_rows<std::int16_t>(shape, layer, indices, adder);
    } else {
        add_rows<std::int32_t>(shape, layer, indices, adder);
    }
    if (counters != nullptr) {
        counters->saturations += adder.saturations();
    }
}

/// Sums of a tile, or of as many subspaces as surely fit, in numbers of type T.
template <typename T>
void LutArray::add_rows(GemmShape shape, const LutLayer& layer,
                        std::span<const std::uint8_t> indices, SumAdder& adder) const {
    constexpr bool kNarrow = std::is_same_v<T, std::int16_t>;
    constexpr int kBlock = kNarrow ? kernels::kBlock16 : kernels::kBlock32;
    constexpr int kMost = kNarrow ? kernels::kMaxEntries16 : kernels::kMaxEntries32;
    const int c = params_.centroids;
    const int tile = adder.saturating() ? params_.imms : kMost;
    std::vector<T> block(area(layer.subspaces * c, kBlock));
    std::vector<T> sums(kBlock);
    for (int n0 = 0; n0 < shape.n; n0 += kBlock) {
        const int columns = std::min(kBlock, shape.n - n0);
        for (int line = 0; line < layer.subspaces * c; ++line) {
            const int shift =
                layer.shifts.empty() ? 0 : layer.shifts[static_cast<std::size_t>(line / c)];
            std::transform(layer.entries.data() + area(line, shape.n) + n0,
                           layer.entries.data() + area(line, shape.n) + n0 + columns,
                           block.data() + area(line, kBlock),
                           [shift](int entry) { return static_cast<T>(entry * (1 << shift)); });
        }
        for (int m = 0; m < shape.m; ++m) {
            const std::uint8_t* index = indices.data() + area(m, layer.subspaces);
            for (int s0 = 0; s0 < layer.subspaces; s0 += tile) {
                const T* tables = block.data() + area(s0, c * kBlock);
                const int count = std::min(tile, layer.subspaces - s0);
                if constexpr (kNarrow) {
                    kernels::add_entries(tables, c, index + s0, count, sums.data());
                } else {
                    std::ranges::fill(sums, 0);
                    kernels::add_rows(tables, c, count, index + s0, 1, 1, sums.data());
                }
                adder.add(m, n0, std::span<const T>(sums).first(static_cast<std::size_t>(columns)));
            }
        }
    }
}

void LutArray::run(GemmShape shape, std::span<const Code> activations, const LutLayer& layer,
                   std::span<const ColumnParams> columns, bool relu, std::span<Code> out,
                   Counters* counters) const {
    require(shape.m >= 0 && shape.n >= 0, "a GEMM's sizes must not be negative");
    require(columns.size() == static_cast<std::size_t>(shape.n), "columns are not [n]");
    require(out.size() == area(shape.m, shape.n), "outputs are not [m][n]");
    std::vector<std::int64_t> acc(out.size());
    accumulate(shape, activations, layer, acc, counters);
    for (std::size_t i = 0; i < acc.size(); ++i) {
        out[i] = post_process(params_.post, encoder_, columns[i % columns.size()], relu, acc[i]);
    }
}

}  // namespace peforge::golden
