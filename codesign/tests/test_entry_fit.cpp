// Table entries as integers: scales, shifts, rounding.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "codesign/quant/entry_fit.hpp"
#include "codesign/tests/naive.hpp"

namespace peforge::codesign {
namespace {

using testing::noise;

constexpr int kSubspaces = 6;
constexpr int kCentroids = 8;
constexpr int kColumns = 5;
constexpr std::size_t kPerSubspace = kCentroids * kColumns;

/// Random entries whose size falls by `octaves` from one subspace to the next.
std::vector<float> table(double octaves) {
    auto entries = noise(kSubspaces * kPerSubspace, 31);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto s = static_cast<double>(i / kPerSubspace);
        entries[i] *= static_cast<float>(std::exp2(-octaves * s));
    }
    return entries;
}

const std::vector<double> kEqual(kSubspaces* kCentroids, 1.0);

EntryProblem problem(const std::vector<float>& entries, int bits, int shift_bits) {
    return {.subspaces = kSubspaces,
            .centroids = kCentroids,
            .n = kColumns,
            .entries = entries,
            .weights = kEqual,
            .bits = bits,
            .shift_bits = shift_bits};
}

double recomputed_error(const EntryProblem& p, const EntryFit& fit) {
    double sum = 0.0;
    for (std::size_t i = 0; i < p.entries.size(); ++i) {
        const std::size_t s = i / kPerSubspace;
        const int shift = fit.shifts.empty() ? 0 : fit.shifts[s];
        const double d =
            p.entries[i] - (fit.scales[i % kColumns] * fit.entries[i] * std::exp2(shift));
        sum += p.weights[i / kColumns] * d * d;
    }
    return sum;
}

double power(const std::vector<float>& entries) {
    double sum = 0.0;
    for (const float x : entries) {
        sum += x * x;
    }
    return sum;
}

TEST(FitEntries, AllWidthsStayInRangeAndTellTheirError) {
    const auto entries = table(0.5);
    double last = std::numeric_limits<double>::infinity();
    for (int bits = 2; bits <= 16; ++bits) {
        for (int shift_bits = 0; shift_bits <= 3; ++shift_bits) {
            const EntryProblem p = problem(entries, bits, shift_bits);
            const EntryFit fit = fit_entries(p, 2);
            EXPECT_EQ(fit.shifts.size(), shift_bits == 0 ? 0U : kSubspaces);
            for (const int shift : fit.shifts) {
                EXPECT_LT(shift, 1 << shift_bits);
            }
            for (const int entry : fit.entries) {
                EXPECT_GE(entry, -(1 << (bits - 1)));
                EXPECT_LT(entry, 1 << (bits - 1));
            }
            EXPECT_NEAR(fit.error, recomputed_error(p, fit), 1e-6 * fit.error);
            if (shift_bits == 0) {
                EXPECT_LT(fit.error, 0.6 * last);
                last = fit.error;
            }
        }
    }
    EXPECT_LT(last, 1e-8 * power(entries));  // 16 bits
}

TEST(FitEntries, ShiftsFollowTheSizesOfTheSubspaces) {
    const auto entries = table(1.0);
    const EntryFit fit = fit_entries(problem(entries, 6, 3), 1);
    for (std::size_t s = 0; s + 1 < kSubspaces; ++s) {
        EXPECT_NEAR(fit.shifts[s] - fit.shifts[s + 1], 1, 1);
    }
    EXPECT_GE(fit.shifts[0] - fit.shifts[kSubspaces - 1], 4);
    // Without shifts the quiet subspaces are rounded by the loud ones' step.
    EXPECT_LT(fit.error, 0.6 * fit_entries(problem(entries, 6, 0), 1).error);
}

TEST(FitEntries, ShiftBitsNeverDoHarm) {
    for (const double octaves : {0.0, 0.2, 0.7, 1.5}) {
        const auto entries = table(octaves);
        for (const int bits : {3, 4, 6, 8}) {
            const double none = fit_entries(problem(entries, bits, 0), 1).error;
            for (int shift_bits = 1; shift_bits <= 3; ++shift_bits) {
                EXPECT_LE(fit_entries(problem(entries, bits, shift_bits), 1).error, none);
            }
        }
    }
}

/// One column, all shifts of three subspaces and a fine grid of scales.
TEST(FitEntries, IsCloseToBruteForce) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        auto entries = noise(12, seed);
        for (std::size_t i = 0; i < entries.size(); ++i) {
            entries[i] *= i < 4 ? 1.0F : (i < 8 ? 0.4F : 0.2F);
        }
        const std::vector<double> weights(12, 1.0);
        const EntryFit fit = fit_entries({.subspaces = 3,
                                          .centroids = 4,
                                          .n = 1,
                                          .entries = entries,
                                          .weights = weights,
                                          .bits = 3,
                                          .shift_bits = 1},
                                         1);
        double least = std::numeric_limits<double>::infinity();
        for (int shifts = 0; shifts < 8; ++shifts) {
            for (double scale = 2.0; scale > 0.02; scale *= 0.99) {
                double error = 0.0;
                for (std::size_t i = 0; i < entries.size(); ++i) {
                    const double step = scale * (1 + ((shifts >> (i / 4)) & 1));
                    const double q = std::clamp(std::round(entries[i] / step), -4.0, 3.0);
                    error += std::pow(entries[i] - (q * step), 2);
                }
                least = std::min(least, error);
            }
        }
        EXPECT_LT(fit.error, 1.25 * least) << seed;
    }
}

TEST(FitEntries, KeepsZeroColumnsAndLeastScales) {
    auto entries = table(0.5);
    for (std::size_t i = 0; i < entries.size(); i += kColumns) {
        entries[i] = 0.0F;
    }
    EntryProblem p = problem(entries, 8, 1);
    const std::vector<double> least{0.0, 0.0, 0.25, 0.0, 0.0};
    p.least_scales = least;
    const EntryFit fit = fit_entries(p, 1);
    EXPECT_EQ(fit.scales[0], 1.0);
    for (std::size_t i = 0; i < entries.size(); i += kColumns) {
        EXPECT_EQ(fit.entries[i], 0);
    }
    EXPECT_GE(fit.scales[2], 0.25);
    EXPECT_LT(fit.scales[1], 0.25);
}

}  // namespace
}  // namespace peforge::codesign
