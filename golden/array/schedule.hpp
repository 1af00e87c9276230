// Host schedule of a GEMM on an array, and the exact cycle model of the array's controller.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "golden/array/array.hpp"

namespace peforge::golden {

/// One job of an array: `m` rows through `tiles` tiles, with the column tile it covers.
/// A tile is rows*lanes elements of K (weight-stationary), lanes elements (output-stationary: a
/// step) or `imms` subspaces of v elements (LUT).
struct Job {
    int m0 = 0;         ///< first row
    int m = 0;          ///< rows, 1..rows_m
    int n0 = 0;         ///< first column
    int n = 0;          ///< columns used, 1..cols
    int tiles = 0;      ///< K tiles, steps or subspaces
    int mode = 0;       ///< of an array of mixed precision, or of a choice (choice_mode())
    bool keep = false;  ///< LUT: the next job will use this one's indices
    bool reuse =
        false;  ///< LUT: the indices of the job before, which keeps them; nothing is encoded
};

/// For each column tile, in order, the rows of K that the host sends, ascending; empty: all rows.
using RowLists = std::vector<std::vector<int>>;

/// The rows in which some weight of the column tile is not zero: the others add nothing to its
/// sums. A tile without any keeps row 0, because an array takes no job without tiles. `weights` is
/// [k][n]. Empty when no row can go.
RowLists used_rows(GemmShape shape, const Format& format, std::span<const Code> weights, int cols);

/// Jobs in the order the host issues them: column tiles outermost, then blocks of rows_m rows.
std::vector<Job> plan(GemmShape shape, int tile_k, int cols, int rows_m, int mode = 0,
                      const RowLists& rows = {});

/// The same for a LUT array. Where a job's indices can be kept and there are several column tiles,
/// blocks of rows are outermost: the first column tile encodes, the others reuse its indices.
std::vector<Job> plan(GemmShape shape, const LutParams& p);

/// Timing constants of an array's controller, see docs/architecture.md, "Cycle counts".
struct TimingParams {
    bool output_stationary = false;
    bool lut = false;
    int tile_beats = 0;   ///< weight-stream beats of a tile: rows, centroids of all lookup units,
                          ///< or one a step
    int wave = 0;         ///< cycles from a swap until the shadow weights may be overwritten
    int latency = 0;      ///< systolic: from a row's admission to its update in the last column;
                          ///< LUT: from a row's admission to the writing of its index;
                          ///< output-stationary: from a job's last step until its drain is armed
    int results = 0;      ///< finished rows that wait for post-processing (not output-stationary)
    int passes = 1;       ///< LUT: passes of the rows that encode a tile
    int fold = 1;         ///< LUT: cycles that a row occupies the closest-centroid units
    int index_words = 0;  ///< LUT: rows of a tile that the index buffer holds
    int update_latency = 0;  ///< LUT: from a row's lookup to the update of its sum
    int columns = 0;         ///< parameter beats of a job
    int post_cycles = 1;     ///< cycles a row occupies the post-processing unit: ceil(cols / lanes)
    int post_latency = 0;    ///< cycles from taking a row to its output beat

    bool operator==(const TimingParams&) const = default;
};

/// `post_lanes` columns are post-processed per cycle.
TimingParams timing(const SystolicParams& p, int post_lanes);
TimingParams timing(const LutParams& p, int post_lanes);

/// Cycles from accepting the first job to the last output beat, when the streams never stall:
/// what the RTL's cycle counter shows.
std::uint64_t cycles(const TimingParams& t, const std::vector<Job>& jobs);

}  // namespace peforge::golden
