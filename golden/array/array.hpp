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

/// How a sub-vector becomes an index.
enum class LutEncoder {
    kDistance,  ///< the closest centroid; ties to the lowest index
    kTree,      ///< a balanced decision tree with one element compared at each level (MADDNESS)
};

/// How the distance PEs of a closest-centroid unit are arranged.
enum class LutOrganisation {
    kChain,   ///< one behind the other, the vector moves on with the smallest distance so far
    kTree,    ///< side by side, a tree of comparators finds the smallest distance
    kFolded,  ///< a chain of ceil(c / fold) PEs, which a vector meets `fold` times
};

/// LUT array: `ccus` closest-centroid units make indices, `imms` lookup units add table rows of
/// `columns` entries. A tile is a group of `imms` subspaces; its sub-vectors are encoded in
/// imms / ccus passes of `ccus` subspaces each.
struct LutParams {
    int subvector = 4;   ///< v, elements of K per subspace
    int centroids = 16;  ///< c; a power of two for the decision tree
    LutEncoder encoder = LutEncoder::kDistance;
    Metric metric = Metric::kL1;  ///< distance encoder
    LutOrganisation organisation = LutOrganisation::kChain;
    int fold = 1;      ///< cycles that a vector occupies a unit
    int ccus = 1;      ///< divides imms
    int imms = 1;      ///< subspaces looked up in a cycle
    int columns = 32;  ///< Tn
    int rows_m = 256;
    int kept_tiles = 0;  ///< tiles of a job whose indices can be kept for the next column tile
    int activation_bits = 8;
    int centroid_bits = 8;
    int entry_bits = 8;
    int shift_bits = 0;     ///< of the left shift that all entries of a subspace share
    int distance_bits = 0;  ///< unsigned width that holds every distance
    int index_bits = 0;     ///< max(1, ceil(log2 c))
    AccumulatorParams accumulator;
    PostParams post;

    bool operator==(const LutParams&) const = default;
};

/// Passes of `ccus` subspaces that encode a tile.
int encode_passes(const LutParams& p);

/// Levels of the decision tree, log2 c.
int tree_levels(const LutParams& p);

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

/// Codebooks or decision trees, and tables of one layer, s = ceil(k / v) subspaces.
struct LutLayer {
    int subspaces = 0;
    int n = 0;
    std::vector<std::int8_t> centroids;   ///< [s][c][v], signed centroid_bits (distance encoder)
    std::vector<std::uint8_t> splits;     ///< [s][level], the element compared (tree encoder)
    std::vector<std::int8_t> thresholds;  ///< [s][c], of the nodes in heap order; place 0 is unused
    std::vector<std::int16_t> entries;    ///< [s][c][n], signed entry_bits
    std::vector<std::uint8_t> shifts;     ///< [s], left shift of the entries; empty: none
};

/// Golden LUT array. Saturation is applied per tile of `imms` subspaces; otherwise as
/// SystolicArray.
class LutArray {
public:
    explicit LutArray(LutParams params);
    [[nodiscard]] const LutParams& params() const { return params_; }

    /// Index for each row and subspace, [m][s]: of the closest centroid, ties to the lowest one; or
    /// of the leaf that the decision tree leads to: from node 1 on, node j goes to 2j, or to 2j + 1
    /// when the level's element is not below the node's threshold; node c + i is leaf i. Elements
    /// of K beyond shape.k are zero.
    void encode(int m, int k, std::span<const Code> activations, const LutLayer& layer,
                std::span<std::uint8_t> indices) const;

    void accumulate(GemmShape shape, std::span<const Code> activations, const LutLayer& layer,
                    std::span<std::int64_t> acc, Counters* counters = nullptr) const;

    void run(GemmShape shape, std::span<const Code> activations, const LutLayer& layer,
             std::span<const ColumnParams> columns, bool relu, std::span<Code> out,
             Counters* counters = nullptr) const;

private:
    template <typename T>
    void add_rows(GemmShape shape, const LutLayer& layer, std::span<const std::uint8_t> indices,
                  SumAdder& adder) const;

    LutParams params_;
    Encoder encoder_;
};

}  // namespace peforge::golden
