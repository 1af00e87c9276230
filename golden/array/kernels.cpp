// Inner loops of the golden arrays.
//
// The build does not assume the instruction set of the machine it runs on. GCC clones each function
// that is marked so and picks a clone at load time; it does not clone templates or what they call,
// so the marked functions are plain and their shared bodies are forced inline.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/array/kernels.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

// A macro, because an attribute cannot be made conditional in any other way.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define PEFORGE_CLONES __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define PEFORGE_CLONES
#endif

namespace peforge::golden::kernels {

namespace {

constexpr std::size_t kVectorBytes = 64;

template <typename T>
struct VectorOf {
    using Type [[gnu::vector_size(kVectorBytes)]] = T;
    static constexpr int kLanes = kVectorBytes / sizeof(T);
};

template <typename T>
using Vector = typename VectorOf<T>::Type;

template <typename T>
[[gnu::always_inline]] inline void load(const T* from, Vector<T>& to) {
    std::memcpy(&to, from, kVectorBytes);
}

template <typename T>
[[gnu::always_inline]] inline void store(const Vector<T>& from, T* to) {
    std::memcpy(to, &from, kVectorBytes);
}

template <typename T>
[[gnu::always_inline]] inline void add_rows_body(const T* terms, int entries, int depth,
                                                 const std::uint8_t* index,
                                                 std::ptrdiff_t index_stride, int rows, T* sums) {
    constexpr int kLanes = VectorOf<T>::kLanes;
    const std::ptrdiff_t table = std::ptrdiff_t{entries} * 2 * kLanes;
    for (int i = 0; i < rows; ++i, sums += 2 * kLanes) {
        Vector<T> s0;
        Vector<T> s1;
        load(sums, s0);
        load(sums + kLanes, s1);
        const std::uint8_t* at = index + i;
        const T* base = terms;
        for (int q = 0; q < depth; ++q, at += index_stride, base += table) {
            const T* row = base + std::ptrdiff_t{*at} * 2 * kLanes;
            Vector<T> r0;
            Vector<T> r1;
            load(row, r0);
            load(row + kLanes, r1);
            s0 += r0;
            s1 += r1;
        }
        store(s0, sums);
        store(s1, sums + kLanes);
    }
}

template <typename T, Metric metric>
[[gnu::always_inline]] inline void nearest_body(const T* vectors, int v, const T* codebook,
                                                int centroids, T* index) {
    constexpr int kLanes = VectorOf<T>::kLanes;
    Vector<T> best = Vector<T>{} + std::numeric_limits<T>::max();
    Vector<T> chosen = {};
    for (int c = 0; c < centroids; ++c, codebook += v) {
        Vector<T> distance = {};
        for (int t = 0; t < v; ++t) {
            Vector<T> x;
            load(vectors + std::ptrdiff_t{t} * kLanes, x);
            x -= codebook[t];
            if constexpr (metric == Metric::kL2) {
                distance += x * x;
            } else {
                const Vector<T> size = x < 0 ? -x : x;
                if constexpr (metric == Metric::kL1) {
                    distance += size;
                } else {
                    distance = size > distance ? size : distance;
                }
            }
        }
        const auto closer = distance < best;  // strictly: ties stay with the lowest index
        best = closer ? distance : best;
        chosen = closer ? Vector<T>{} + static_cast<T>(c) : chosen;
    }
    store(chosen, index);
}

PEFORGE_CLONES void nearest16_l1(const std::int16_t* vectors, int v, const std::int16_t* codebook,
                                 int centroids, std::int16_t* index) {
    nearest_body<std::int16_t, Metric::kL1>(vectors, v, codebook, centroids, index);
}

PEFORGE_CLONES void nearest16_chebyshev(const std::int16_t* vectors, int v,
                                        const std::int16_t* codebook, int centroids,
                                        std::int16_t* index) {
    nearest_body<std::int16_t, Metric::kChebyshev>(vectors, v, codebook, centroids, index);
}

PEFORGE_CLONES void nearest32_l1(const std::int32_t* vectors, int v, const std::int32_t* codebook,
                                 int centroids, std::int32_t* index) {
    nearest_body<std::int32_t, Metric::kL1>(vectors, v, codebook, centroids, index);
}

PEFORGE_CLONES void nearest32_l2(const std::int32_t* vectors, int v, const std::int32_t* codebook,
                                 int centroids, std::int32_t* index) {
    nearest_body<std::int32_t, Metric::kL2>(vectors, v, codebook, centroids, index);
}

PEFORGE_CLONES void nearest32_chebyshev(const std::int32_t* vectors, int v,
                                        const std::int32_t* codebook, int centroids,
                                        std::int32_t* index) {
    nearest_body<std::int32_t, Metric::kChebyshev>(vectors, v, codebook, centroids, index);
}

PEFORGE_CLONES void add_rows32(const std::int32_t* terms, int entries, int depth,
                               const std::uint8_t* index, std::ptrdiff_t index_stride, int rows,
                               std::int32_t* sums) {
    add_rows_body(terms, entries, depth, index, index_stride, rows, sums);
}

PEFORGE_CLONES void add_rows64(const std::int64_t* terms, int entries, int depth,
                               const std::uint8_t* index, std::ptrdiff_t index_stride, int rows,
                               std::int64_t* sums) {
    add_rows_body(terms, entries, depth, index, index_stride, rows, sums);
}

/// Four rows of `a` by four rows of `w`: sixteen reductions that share eight loads. Named scalars,
/// because the vectoriser does not see through an array of accumulators.
PEFORGE_CLONES void dot_products_4x4(const std::int16_t* a, std::ptrdiff_t a_stride,
                                     const std::int16_t* w, std::ptrdiff_t w_stride, int length,
                                     std::int32_t* out, std::ptrdiff_t out_stride) {
    const std::int16_t* a0 = a;
    const std::int16_t* a1 = a0 + a_stride;
    const std::int16_t* a2 = a1 + a_stride;
    const std::int16_t* a3 = a2 + a_stride;
    const std::int16_t* w0 = w;
    const std::int16_t* w1 = w0 + w_stride;
    const std::int16_t* w2 = w1 + w_stride;
    const std::int16_t* w3 = w2 + w_stride;
    std::int32_t s00 = 0;
    std::int32_t s01 = 0;
    std::int32_t s02 = 0;
    std::int32_t s03 = 0;
    std::int32_t s10 = 0;
    std::int32_t s11 = 0;
    std::int32_t s12 = 0;
    std::int32_t s13 = 0;
    std::int32_t s20 = 0;
    std::int32_t s21 = 0;
    std::int32_t s22 = 0;
    std::int32_t s23 = 0;
    std::int32_t s30 = 0;
    std::int32_t s31 = 0;
    std::int32_t s32 = 0;
    std::int32_t s33 = 0;
    for (int t = 0; t < length; ++t) {
        s00 += a0[t] * w0[t];
        s01 += a0[t] * w1[t];
        s02 += a0[t] * w2[t];
        s03 += a0[t] * w3[t];
        s10 += a1[t] * w0[t];
        s11 += a1[t] * w1[t];
        s12 += a1[t] * w2[t];
        s13 += a1[t] * w3[t];
        s20 += a2[t] * w0[t];
        s21 += a2[t] * w1[t];
        s22 += a2[t] * w2[t];
        s23 += a2[t] * w3[t];
        s30 += a3[t] * w0[t];
        s31 += a3[t] * w1[t];
        s32 += a3[t] * w2[t];
        s33 += a3[t] * w3[t];
    }
    using Row = std::array<std::int32_t, kDotUnit>;
    const std::array<Row, kDotUnit> sums = {Row{s00, s01, s02, s03}, Row{s10, s11, s12, s13},
                                            Row{s20, s21, s22, s23}, Row{s30, s31, s32, s33}};
    for (const Row& row : sums) {
        std::copy(row.begin(), row.end(), out);
        out += out_stride;
    }
}

PEFORGE_CLONES void add_entries_cloned(const std::int16_t* entries, int centroids,
                                       const std::uint8_t* index, int subspaces,
                                       std::int16_t* sums) {
    Vector<std::int16_t> total = {};
    for (int s = 0; s < subspaces; ++s, entries += std::ptrdiff_t{centroids} * kBlock16) {
        Vector<std::int16_t> row;
        load(entries + std::ptrdiff_t{index[s]} * kBlock16, row);
        total += row;
    }
    store(total, sums);
}

}  // namespace

void dot_products(const std::int16_t* a, int rows, std::ptrdiff_t a_stride, const std::int16_t* w,
                  int cols, std::ptrdiff_t w_stride, int length, std::int32_t* out,
                  std::ptrdiff_t out_stride) {
    for (int j = 0; j < cols; j += kDotUnit) {
        for (int i = 0; i < rows; i += kDotUnit) {
            dot_products_4x4(a + i * a_stride, a_stride, w + j * w_stride, w_stride, length,
                             out + i * out_stride + j, out_stride);
        }
    }
}

void dot_products_wide(const std::int16_t* a, int rows, std::ptrdiff_t a_stride,
                       const std::int16_t* w, int cols, std::ptrdiff_t w_stride, int length,
                       std::int64_t* out, std::ptrdiff_t out_stride) {
    for (int i = 0; i < rows; ++i) {
        for (int j = 0; j < cols; ++j) {
            std::int64_t sum = 0;
            for (int t = 0; t < length; ++t) {
                sum += std::int64_t{a[i * a_stride + t]} * w[j * w_stride + t];
            }
            out[i * out_stride + j] = sum;
        }
    }
}

void add_rows(const std::int32_t* terms, int entries, int depth, const std::uint8_t* index,
              std::ptrdiff_t index_stride, int rows, std::int32_t* sums) {
    add_rows32(terms, entries, depth, index, index_stride, rows, sums);
}

void add_rows(const std::int64_t* terms, int entries, int depth, const std::uint8_t* index,
              std::ptrdiff_t index_stride, int rows, std::int64_t* sums) {
    add_rows64(terms, entries, depth, index, index_stride, rows, sums);
}

void add_entries(const std::int16_t* entries, int centroids, const std::uint8_t* index,
                 int subspaces, std::int16_t* sums) {
    add_entries_cloned(entries, centroids, index, subspaces, sums);
}

void nearest(Metric metric, const std::int16_t* vectors, int v, const std::int16_t* codebook,
             int centroids, std::int16_t* index) {
    if (metric == Metric::kL1) {
        nearest16_l1(vectors, v, codebook, centroids, index);
    } else {
        nearest16_chebyshev(vectors, v, codebook, centroids, index);
    }
}

void nearest(Metric metric, const std::int32_t* vectors, int v, const std::int32_t* codebook,
             int centroids, std::int32_t* index) {
    switch (metric) {
        case Metric::kL1:
            nearest32_l1(vectors, v, codebook, centroids, index);
            break;
        case Metric::kL2:
            nearest32_l2(vectors, v, codebook, centroids, index);
            break;
        case Metric::kChebyshev:
            nearest32_chebyshev(vectors, v, codebook, centroids, index);
            break;
    }
}

}  // namespace peforge::golden::kernels
