// Golden arrays: GEMM on a systolic array and on a LUT array, integers only.
//
// Matrices are row-major vectors of codes: activations [m][k], weights [k][n], outputs [m][n].
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/array/post.hpp"
#include "golden/datapath/choice.hpp"
#include "golden/datapath/datapath.hpp"

namespace peforge::golden {

struct AccumulatorParams {
    int width = 32;  ///< signed bits, <= 48
    int max_k = 1152;
    bool saturate = false;  ///< width is below what max_k needs; K-tile sums saturate and count

    bool operator==(const AccumulatorParams&) const = default;
};

/// What stays in the PEs of a systolic array.
enum class Dataflow {
    kWeightStationary,  ///< K runs along rows and lanes: k = (tile * rows + row) * lanes + lane
    kOutputStationary,  ///< M runs along rows, K streams: k = step * lanes + lane
};

/// A mode of an array of mixed precision: `products` narrower products in place of each product.
struct ModeParams {
    int products = 1;
    DatapathParams datapath;

    bool operator==(const ModeParams&) const = default;
};

/// Systolic array, `rows` x `cols` PEs of `lanes` products each; N runs along columns.
struct SystolicParams {
    int rows = 8;
    int cols = 8;
    int lanes = 1;
    int pipeline = 1;  ///< register stages of a PE, 1 (sum only) or 2 (product, sum)
    int rows_m = 256;  ///< rows of one job: depth of the accumulator buffer, or `rows` when the
                       ///< outputs are stationary
    Dataflow dataflow = Dataflow::kWeightStationary;
    DatapathParams datapath;
    std::vector<ModeParams>
        modes;  ///< of mixed precision, the widest first; empty: `datapath` alone
    Choice choice = Choice::kNothing;  ///< comes with each job; `datapath` is at the default
    AccumulatorParams accumulator;
    PostParams post;

    bool operator==(const SystolicParams&) const = default;
};

/// The array as it is in one of its modes: that datapath, and `products` times as many lanes. K
/// runs along the products of a PE first. With a choice a mode is what choice_mode() gives for its
/// formats (golden/datapath/choice.hpp). Throws std::out_of_range for a mode that it does not
/// have.
SystolicParams in_mode(const SystolicParams& p, int mode);

enum class Metric { kL1, kL2, kChebyshev };

/// LUT array: `centroids` distance PEs in a chain, `columns` lookup-accumulate lanes.
struct LutParams {
    int subvector = 4;   ///< v, elements of K per subspace
    int centroids = 16;  ///< c
    Metric metric = Metric::kL1;
    int columns = 32;  ///< Tn
    int rows_m = 256;
    int activation_bits = 8;
    int centroid_bits = 8;
    int entry_bits = 8;
    int distance_bits = 0;  ///< unsigned width that holds every distance
    int index_bits = 0;     ///< max(1, ceil(log2 c))
    AccumulatorParams accumulator;
    PostParams post;

    bool operator==(const LutParams&) const = default;
};

/// Events the RTL counts as well.
struct Counters {
    std::uint64_t saturations = 0;  ///< accumulator updates that saturated
    std::uint64_t nar = 0;          ///< NaR operand codes accepted (weights and activations)

    bool operator==(const Counters&) const = default;
};

/// Sizes of one GEMM.
struct GemmShape {
    int m = 0;
    int k = 0;
    int n = 0;
};

class SumAdder;

/// Golden systolic array. Construction builds tables; run() is const and thread-safe.
///
/// Counters are added to, so that one object can count over several calls. Spans of a size other
/// than the shape's, and a negative size, throw std::invalid_argument. A `k` above
/// accumulator.max_k is not an error here: nothing wraps, sums are 64-bit.
class SystolicArray {
public:
    explicit SystolicArray(SystolicParams params);
    [[nodiscard]] const SystolicParams& params() const { return params_; }

    /// Raw accumulators, [m][n], after all K tiles; saturation is applied per K tile of rows*lanes.
    /// counters.nar: weight NaRs times row blocks of rows_m plus activation NaRs times column
    /// tiles, which is how often the controller streams each code. counters.saturations: those of
    /// the columns beyond N as well where the weights have no zero.
    void accumulate(GemmShape shape, std::span<const Code> activations,
                    std::span<const Code> weights, std::span<std::int64_t> acc,
                    Counters* counters = nullptr) const;

    /// accumulate() and post-processing; `columns` has n entries.
    void run(GemmShape shape, std::span<const Code> activations, std::span<const Code> weights,
             std::span<const ColumnParams> columns, bool relu, std::span<Code> out,
             Counters* counters = nullptr) const;

private:
    void fill_log_terms();
    void fill_float_terms();
    void accumulate_linear(GemmShape shape, std::span<const Code> activations,
                           std::span<const Code> weights, SumAdder& adder) const;
    template <typename T>
    void accumulate_terms(GemmShape shape, int tile, std::span<const Code> activations,
                          std::span<const Code> weights, SumAdder& adder) const;

    SystolicParams params_;
    Encoder encoder_;
    // Decoded operand tables for the kernels, indexed by code; see systolic.cpp.
    std::vector<std::int32_t> weight_table_;
    std::vector<std::int32_t> activation_table_;
    std::vector<std::int64_t> terms_;      ///< log, float: signed terms
    std::vector<std::int32_t> term_rows_;  ///< where the terms of an activation magnitude begin
};

/// Codebooks and tables of one layer: centroids [s][c][v] (signed centroid_bits), entries
/// [s][c][n] (signed entry_bits), s = ceil(k / v) subspaces.
struct LutLayer {
    int subspaces = 0;
    int n = 0;
    std::vector<std::int8_t> centroids;
    std::vector<std::int8_t> entries;
};

/// Golden LUT array. Saturation is applied per subspace; otherwise as SystolicArray.
class LutArray {
public:
    explicit LutArray(LutParams params);
    [[nodiscard]] const LutParams& params() const { return params_; }

    /// Index of the closest centroid for each row and subspace, [m][s]; ties to the lowest index.
    /// Elements of K beyond shape.k are zero.
    void encode(int m, int k, std::span<const Code> activations, const LutLayer& layer,
                std::span<std::uint8_t> indices) const;

    void accumulate(GemmShape shape, std::span<const Code> activations, const LutLayer& layer,
                    std::span<std::int64_t> acc, Counters* counters = nullptr) const;

    void run(GemmShape shape, std::span<const Code> activations, const LutLayer& layer,
             std::span<const ColumnParams> columns, bool relu, std::span<Code> out,
             Counters* counters = nullptr) const;

private:
    LutParams params_;
    Encoder encoder_;
};

}  // namespace peforge::golden
