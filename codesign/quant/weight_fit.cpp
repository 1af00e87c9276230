// Quantisation of one column of weights against the statistics of its inputs.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/weight_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "codesign/fp32/linalg.hpp"

namespace peforge::codesign {

namespace {

/// Ridge of the inverse, relative to the mean second moment (GPTQ's default).
constexpr double kRelativeRidge = 0.01;

/// Scales that get compensated rounding.
constexpr std::size_t kFinalists = 4;

std::vector<double> round_plainly(const FormatGrid& grid, std::span<const double> weights,
                                  double scale) {
    std::vector<double> rounded;
    rounded.reserve(weights.size());
    for (const double w : weights) {
        rounded.push_back(scale * grid.quantise(w / scale));
    }
    return rounded;
}

std::vector<double> round_compensating(const FormatGrid& grid, std::span<const double> weights,
                                       const InputMoments& moments, double scale) {
    const int k = moments.k();
    const auto& order = moments.order();
    std::vector<double> free;
    for (const int i : order) {
        free.push_back(weights[static_cast<std::size_t>(i)]);
    }
    std::vector<double> rounded(weights.size());
    for (int i = 0; i < k; ++i) {
        const double w = free[static_cast<std::size_t>(i)];
        const double q = scale * grid.quantise(w / scale);
        rounded[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = q;
        const double error = (w - q) / moments.inverse(i, i);
        for (int j = i + 1; j < k; ++j) {
            free[static_cast<std::size_t>(j)] -= error * moments.inverse(i, j);
        }
    }
    return rounded;
}

double error_of(std::span<const double> weights, std::span<const double> rounded,
                const InputMoments& moments) {
    std::vector<double> d(weights.size());
    std::ranges::transform(weights, rounded, d.begin(), std::minus<>());
    return moments.output_error(d);
}

}  // namespace

InputMoments::InputMoments(std::span<const float> rows, int count, int k)
    : k_(k), h_(gram(rows, count, k)), order_(static_cast<std::size_t>(k)) {
    double mean = 0.0;
    for (int i = 0; i < k; ++i) {
        mean += diagonal(i) / k;
    }
    std::iota(order_.begin(), order_.end(), 0);
    std::ranges::stable_sort(order_, [this](int a, int b) { return diagonal(a) > diagonal(b); });
    std::vector<double> sorted(h_.size());
    for (int i = 0; i < k; ++i) {
        for (int j = 0; j < k; ++j) {
            sorted[at(i, j)] =
                h_[at(order_[static_cast<std::size_t>(i)], order_[static_cast<std::size_t>(j)])];
        }
    }
    upper_ = inverse_cholesky(sorted, k, mean > 0.0 ? kRelativeRidge * mean : 1.0);
}

double InputMoments::output_error(std::span<const double> d) const {
    double error = 0.0;
    for (int i = 0; i < k_; ++i) {
        double sum = 0.0;
        for (int j = 0; j < k_; ++j) {
            sum += h_[at(i, j)] * d[static_cast<std::size_t>(j)];
        }
        error += sum * d[static_cast<std::size_t>(i)];
    }
    return error;
}

WeightFit fit_weights(const FormatGrid& grid, std::span<const double> weights,
                      const InputMoments& moments, double least_scale) {
    double largest = 0.0;
    for (const double w : weights) {
        largest = std::max(largest, std::abs(w));
    }
    WeightFit best;
    if (largest == 0.0) {
        // Only the bias counts: the smallest scale gives it the finest unit. Without a bias and
        // without a zero the weights vanish by their scale.
        const double none = grid.quantise(0.0) == 0.0 ? 1.0 : std::numeric_limits<float>::min();
        best.scale = least_scale > 0.0 ? least_scale : none;
        best.codes.assign(weights.size(), grid.code(0.0));
        return best;
    }
    std::vector<std::pair<double, double>> ranked;  // weighted error, scale
    for (double scale : scale_candidates(grid, largest)) {
        scale = std::max(scale, least_scale);
        const auto rounded = round_plainly(grid, weights, scale);
        double error = 0.0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const double d = weights[i] - rounded[i];
            error += moments.diagonal(static_cast<int>(i)) * d * d;
        }
        ranked.emplace_back(error, scale);
    }
    std::ranges::stable_sort(ranked, {}, &std::pair<double, double>::first);
    ranked.resize(std::min(ranked.size(), kFinalists));
    std::vector<double> chosen;
    const auto consider = [&](std::vector<double> rounded, double scale) {
        const double error = error_of(weights, rounded, moments);
        if (chosen.empty() || error < best.error) {
            best.error = error;
            best.scale = scale;
            chosen = std::move(rounded);
        }
    };
    for (const auto& [unused, scale] : ranked) {
        consider(round_plainly(grid, weights, scale), scale);
        consider(round_compensating(grid, weights, moments, scale), scale);
    }
    for (const double w : chosen) {
        best.codes.push_back(grid.code(w / best.scale));
    }
    return best;
}

}  // namespace peforge::codesign
