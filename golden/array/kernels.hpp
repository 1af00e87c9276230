// Inner loops of the golden arrays, compiled once per instruction set and chosen at load time.
//
// A row block is 128 bytes of sums: kBlock32 columns of int32 or kBlock64 columns of int64.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "golden/array/array.hpp"

namespace peforge::golden::kernels {

inline constexpr int kBlock32 = 32;
inline constexpr int kBlock64 = 16;
/// Rows and columns of dot_products() come in multiples of this.
inline constexpr int kDotUnit = 4;

/// out[i][j] = sum over t < length of a[i][t] * w[j][t]; the caller proves that the sums fit.
/// `rows` and `cols` are multiples of kDotUnit; strides count elements.
void dot_products(const std::int16_t* a, int rows, std::ptrdiff_t a_stride, const std::int16_t* w,
                  int cols, std::ptrdiff_t w_stride, int length, std::int32_t* out,
                  std::ptrdiff_t out_stride);

/// The same with int64 sums.
void dot_products_wide(const std::int16_t* a, int rows, std::ptrdiff_t a_stride,
                       const std::int16_t* w, int cols, std::ptrdiff_t w_stride, int length,
                       std::int64_t* out, std::ptrdiff_t out_stride);

/// sums[i] += sum over q < depth of terms[q][index[q][i]], for `rows` row blocks. `terms` holds
/// `depth` tables of `entries` row blocks; index[q] starts at index + q * index_stride.
void add_rows(const std::int32_t* terms, int entries, int depth, const std::uint8_t* index,
              std::ptrdiff_t index_stride, int rows, std::int32_t* sums);
void add_rows(const std::int64_t* terms, int entries, int depth, const std::uint8_t* index,
              std::ptrdiff_t index_stride, int rows, std::int64_t* sums);

/// Columns of a block of LUT entries, and how many 8-bit entries a 16-bit sum always holds.
inline constexpr int kBlock16 = 32;
inline constexpr int kMaxEntries16 = 255;
/// How many entries of 24 bits a 32-bit sum always holds.
inline constexpr int kMaxEntries32 = 128;

/// sums[j] = sum over s < subspaces of entries[s][index[s]][j] for j < kBlock16; `entries` is
/// [subspaces][centroids][kBlock16] and holds 8-bit numbers, subspaces <= kMaxEntries16.
void add_entries(const std::int16_t* entries, int centroids, const std::uint8_t* index,
                 int subspaces, std::int16_t* sums);

/// Vectors that nearest() takes at a time.
inline constexpr int kLanes16 = 32;
inline constexpr int kLanes32 = 16;

/// index[lane] = the first centroid with the least distance. `vectors` is [v][lanes], `codebook` is
/// [centroids][v]. The 16-bit form needs 255 * v < 2^15 and does not know kL2.
void nearest(Metric metric, const std::int16_t* vectors, int v, const std::int16_t* codebook,
             int centroids, std::int16_t* index);
void nearest(Metric metric, const std::int32_t* vectors, int v, const std::int32_t* codebook,
             int centroids, std::int32_t* index);

}  // namespace peforge::golden::kernels
