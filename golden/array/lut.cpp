// Golden LUT array: closest centroid per subspace, then sums of table entries.
//
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
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

}  // namespace

LutArray::LutArray(LutParams params)
    : params_(params), encoder_(params_.post.output, params_.post.z_frac_bits) {
    require(params_.subvector > 0 && params_.columns > 0 && params_.rows_m > 0,
            "a LUT array needs positive sizes");
    require(params_.centroids > 0 && params_.centroids <= kMaxCentroids,
            "a LUT array needs 1..256 centroids");
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
    require(layer.centroids.size() == area(layer.subspaces, p.centroids * p.subvector),
            "centroids are not [s][c][v]");
    require(indices.size() == area(m, layer.subspaces), "indices are not [m][s]");
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
    constexpr int kBlock = kernels::kBlock16;
    constexpr std::int64_t kMaxEntry = 128;
    const int c = params_.centroids;
    require(shape.n >= 0 && layer.n == shape.n, "the layer has another number of columns");
    require(layer.entries.size() == area(layer.subspaces * c, shape.n),
            "entries are not [s][c][n]");
    require(acc.size() == area(shape.m, shape.n), "accumulators are not [m][n]");
    std::vector<std::uint8_t> indices(area(shape.m, layer.subspaces));
    encode(shape.m, shape.k, activations, layer, indices);

    SumAdder adder(params_.accumulator, kMaxEntry * layer.subspaces, acc, shape.n);
    const int tile = adder.saturating() ? 1 : kernels::kMaxEntries16;
    std::vector<std::int16_t> block(area(layer.subspaces * c, kBlock));
    std::vector<std::int16_t> sums(kBlock);
    for (int n0 = 0; n0 < shape.n; n0 += kBlock) {
        const int columns = std::min(kBlock, shape.n - n0);
        for (int line = 0; line < layer.subspaces * c; ++line) {
            std::copy_n(layer.entries.data() + area(line, shape.n) + n0, columns,
                        block.data() + area(line, kBlock));
        }
        for (int m = 0; m < shape.m; ++m) {
            const std::uint8_t* index = indices.data() + area(m, layer.subspaces);
            for (int s0 = 0; s0 < layer.subspaces; s0 += tile) {
                kernels::add_entries(block.data() + area(s0, c * kBlock), c, index + s0,
                                     std::min(tile, layer.subspaces - s0), sums.data());
                adder.add(
                    m, n0,
                    std::span<const std::int16_t>(sums).first(static_cast<std::size_t>(columns)));
            }
        }
    }
    if (counters != nullptr) {
        counters->saturations += adder.saturations();
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
