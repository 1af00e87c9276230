// Codebooks and tables of a LUT layer from calibration rows.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "golden/array/array.hpp"

namespace peforge::codesign {

/// Calibration rows of one layer.
struct LutCalibration {
    golden::GemmShape shape;                    ///< m = number of rows
    std::span<const golden::Code> codes;        ///< [m][k], quantised inputs
    std::span<const float> inputs;              ///< [m][k], fp32 inputs at the same places
    std::span<const double> weights;            ///< [n][k], real
    double activation_scale = 1.0;              ///< of `codes`
    std::span<const double> least_scales = {};  ///< [n], of an entry unit; empty: none
};

/// Where the table entries come from.
enum class LutMethod {
    kKMeans,        ///< prototypes times weights, nothing else: centroids, or means of the leaves
    kLeastSquares,  ///< these, refined against the layer's fp32 results
};

struct LutFitOptions {
    LutMethod method = LutMethod::kLeastSquares;
    std::uint64_t seed = 1;  ///< of k-means
    int threads = 1;
};

struct LutFit {
    golden::LutLayer layer;
    std::vector<double> scales;  ///< real value of one entry unit, per column
};

/// Fits a layer.
///
/// Prototypes: k-means per subspace on the codes, or the means of the leaves of a decision tree
/// (tree_fit.hpp). Entries start as sum_t prototype_t * weight_t and are then refined by least
/// squares: in rounds over the subspaces each entry moves by the mean residual (fp32 result minus
/// the table's sum, without the column's mean) of the rows that select it, shrunk by
/// count / (count + ridge). This is the prototype optimisation of MADDNESS (arXiv 2106.10860,
/// section 4.3), solved by block coordinate descent. Columns get the entry scale, subspaces the
/// shift with the smallest squared error (entry_fit.hpp). Deterministic for a seed.
LutFit fit_lut(const golden::LutParams& params, const LutCalibration& calibration,
               const LutFitOptions& options);

}  // namespace peforge::codesign
