// Work, storage and rates of a LUT array: docs/lut.md, "Cost models".
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generator/design/design.hpp"

namespace peforge {

/// Elementary operations that one element of a vector costs in each centroid's distance, one
/// comparison of a decision tree, and one addition of a table entry.
struct LutWorkWeights {
    double l1 = 2.0;         ///< difference and magnitude, addition
    double l2 = 3.0;         ///< difference, product, addition
    double chebyshev = 2.0;  ///< difference and magnitude, comparison
    double compare = 1.0;
    double add = 1.0;
};

/// Work of a GEMM (alpha of LUT-DLA's co-design models; the formulas are this project's):
/// encoding M*K*c*k_sim, or M*Nc*log2(c) comparisons, Nc = ceil(K / v), once where indices are kept
/// and else for each column tile; and M*N*Nc additions.
struct LutWork {
    double encode = 0.0;
    double add = 0.0;
    double dense = 0.0;  ///< 2*M*K*N, what a multiplier array does
};
LutWork lut_work(const Design& design, golden::GemmShape shape, const LutWorkWeights& weights = {});

/// Bits of a GEMM (phi): what has to be stored or moved for it.
struct LutStorage {
    std::uint64_t tables = 0;    ///< Nc*c*N*entry bits
    std::uint64_t encoders = 0;  ///< centroids Nc*c*v*bits, or nodes of decision trees
    std::uint64_t indices = 0;   ///< M*Nc*ceil(log2 c)
    std::uint64_t outputs = 0;   ///< M*N*output bits
};
LutStorage lut_storage(const Design& design, golden::GemmShape shape);

/// Cycles that the parts of a LUT array need, each by itself.
struct LutRates {
    int encode_row = 1;   ///< of a row and a tile in the closest-centroid units: passes * fold
    int lookup_row = 1;   ///< in the lookup units
    int load_tile = 0;    ///< wgt beats of a tile: centroids * imms
    int encode_tile = 0;  ///< least cycles of a tile in a job that encodes, however few rows: its
                          ///< passes' codebooks can be loaded only behind the swap before
};
LutRates lut_rates(const Design& design);

/// Cycles of a GEMM of `m` <= rows_m rows in closed form, docs/lut.md, "Cycles": exact where all
/// columns are post-processed in a cycle, a tile loads in fewer cycles than its rows take, and,
/// with several column tiles, indices are kept. golden::cycles() is exact everywhere.
std::uint64_t lut_cycles(const Design& design, int m, int tiles, int column_tiles);

/// Operations per cycle at peak, 2*v*Tn*imms dense-equivalent ones.
double lut_peak(const Design& design);

/// One line for each part that holds the lookup units up, and by how much; empty when none does,
/// and for arrays without tables.
std::vector<std::string> rate_warnings(const Design& design);

}  // namespace peforge
