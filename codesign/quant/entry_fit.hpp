// Table entries of a LUT layer as integers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace peforge::codesign {

/// Real table entries [s][c][n] of a layer, and what may be chosen for them.
struct EntryProblem {
    int subspaces = 0;
    int centroids = 0;
    int n = 0;
    std::span<const float> entries;             ///< [s][c][n]
    std::span<const double> weights;            ///< [s][c], of an entry's squared error; >= 0
    std::span<const double> least_scales = {};  ///< [n]; empty: none
    int bits = 8;                               ///< of an entry, two's complement, 2..16
    int shift_bits = 0;                         ///< of a subspace's shift, 0..3
};

/// entry ~ scales[n] * 2^shifts[s] * entries[s][c][n].
struct EntryFit {
    std::vector<std::int16_t> entries;  ///< [s][c][n]
    std::vector<std::uint8_t> shifts;   ///< [s]; empty when there are no shift bits
    std::vector<double> scales;         ///< [n]
    double error = 0.0;                 ///< sum of weighted squared errors
};

/// Chooses scales and shifts for a small weighted squared error.
///
/// Shifts begin at the octaves between the subspaces' largest entries. Then in turns: each column
/// takes the best scale of a grid (16 an octave) for the present shifts, each subspace the best
/// shift for the present scales, until no shift changes. No step raises the error. Equal shifts in
/// all subspaces are tried as well, so that shift bits never do harm. Deterministic.
EntryFit fit_entries(const EntryProblem& problem, int threads);

}  // namespace peforge::codesign
