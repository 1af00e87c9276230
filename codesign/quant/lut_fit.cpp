// Codebooks and tables of a LUT layer from calibration rows.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/lut_fit.hpp"

#include <algorithm>

#include "codesign/engine/parallel.hpp"
#include "codesign/quant/entry_fit.hpp"
#include "codesign/quant/kmeans.hpp"
#include "codesign/quant/tree_fit.hpp"

namespace peforge::codesign {

namespace {

/// Rounds of the refinement. Between 4 and 40 the accuracy of the committed network moves by half a
/// point without a trend; none at all costs one to two points there and half of the accuracy on
/// harder networks.
constexpr int kRounds = 8;

/// Rows' worth of confidence in an entry's starting value.
constexpr double kRidge = 64.0;

class Fitter {
public:
    Fitter(const golden::LutParams& params, const LutCalibration& data,
           const LutFitOptions& options)
        : params_(params),
          data_(data),
          options_(options),
          m_(static_cast<std::size_t>(data.shape.m)),
          k_(static_cast<std::size_t>(data.shape.k)),
          n_(static_cast<std::size_t>(data.shape.n)),
          v_(static_cast<std::size_t>(params.subvector)),
          c_(static_cast<std::size_t>(params.centroids)),
          s_((k_ + v_ - 1) / v_) {}

    LutFit run() {
        fit_.layer.subspaces = static_cast<int>(s_);
        fit_.layer.n = data_.shape.n;
        find_prototypes();
        start_entries();
        indices_.resize(m_ * s_);
        golden::LutArray(params_).encode(data_.shape.m, data_.shape.k, data_.codes, fit_.layer,
                                         indices_);
        if (options_.method == LutMethod::kLeastSquares) {
            refine();
        }
        round_entries();
        return std::move(fit_);
    }

private:
    /// Codes of a subspace as signed numbers, [m][v]. Elements behind K are zero in the array; zero
    /// points give zero centroids.
    [[nodiscard]] std::vector<std::int8_t> sub_vectors(std::size_t s) const {
        const std::size_t width = std::min(v_, k_ - (s * v_));
        const int sign = 1 << (params_.activation_bits - 1);
        std::vector<std::int8_t> points(m_ * v_, 0);
        for (std::size_t row = 0; row < m_; ++row) {
            for (std::size_t t = 0; t < width; ++t) {
                const int code = data_.codes[(row * k_) + (s * v_) + t];
                points[(row * v_) + t] = static_cast<std::int8_t>((code ^ sign) - sign);
            }
        }
        return points;
    }

    void find_prototypes() {
        const bool tree = params_.encoder == golden::LutEncoder::kTree;
        const auto levels = static_cast<std::size_t>(tree ? golden::tree_levels(params_) : 0);
        prototypes_.resize(s_ * c_ * v_);
        fit_.layer.centroids.resize(tree ? 0 : s_ * c_ * v_);
        fit_.layer.splits.resize(s_ * levels);
        fit_.layer.thresholds.resize(tree ? s_ * c_ : 0);
        parallel_for(static_cast<int>(s_), options_.threads, [&](int subspace, int) {
            const auto s = static_cast<std::size_t>(subspace);
            const std::vector<std::int8_t> points = sub_vectors(s);
            const auto prototypes = prototypes_.begin() + static_cast<std::ptrdiff_t>(s * c_ * v_);
            if (tree) {
                const DecisionTree found = fit_tree(points, params_.subvector, params_.centroids);
                std::ranges::copy(found.prototypes, prototypes);
                std::ranges::copy(found.splits, fit_.layer.splits.begin() +
                                                    static_cast<std::ptrdiff_t>(s * levels));
                std::ranges::copy(found.thresholds, fit_.layer.thresholds.begin() +
                                                        static_cast<std::ptrdiff_t>(s * c_));
                return;
            }
            const int high = (1 << (params_.centroid_bits - 1)) - 1;
            const auto centroids = kmeans(points, params_.subvector,
                                          {.clusters = params_.centroids,
                                           .metric = params_.metric,
                                           .low = -high - 1,
                                           .high = high,
                                           .seed = options_.seed + s});
            std::ranges::copy(centroids, prototypes);
            std::ranges::copy(
                centroids, fit_.layer.centroids.begin() + static_cast<std::ptrdiff_t>(s * c_ * v_));
        });
    }

    /// entries_[s][c][n] = activation_scale * sum_t prototype[s][c][t] * weight[n][s*v + t].
    void start_entries() {
        entries_.assign(s_ * c_ * n_, 0.0F);
        for (std::size_t s = 0; s < s_; ++s) {
            const std::size_t width = std::min(v_, k_ - (s * v_));
            for (std::size_t c = 0; c < c_; ++c) {
                for (std::size_t n = 0; n < n_; ++n) {
                    double sum = 0.0;
                    for (std::size_t t = 0; t < width; ++t) {
                        sum += prototypes_[(((s * c_) + c) * v_) + t] *
                               data_.weights[(n * k_) + (s * v_) + t];
                    }
                    entries_[(((s * c_) + c) * n_) + n] =
                        static_cast<float>(sum * data_.activation_scale);
                }
            }
        }
    }

    /// residual[row][n] = fp32 result - sum of the selected entries, without the column's mean.
    std::vector<float> residuals() {
        std::vector<float> columns(k_ * n_);  // [k][n], for a contiguous inner loop
        for (std::size_t n = 0; n < n_; ++n) {
            for (std::size_t k = 0; k < k_; ++k) {
                columns[(k * n_) + n] = static_cast<float>(data_.weights[(n * k_) + k]);
            }
        }
        std::vector<float> residual(m_ * n_, 0.0F);
        parallel_for(static_cast<int>(m_), options_.threads, [&](int index, int) {
            const auto row = static_cast<std::size_t>(index);
            float* r = residual.data() + (row * n_);
            for (std::size_t k = 0; k < k_; ++k) {
                const float x = data_.inputs[(row * k_) + k];
                for (std::size_t n = 0; x != 0.0F && n < n_; ++n) {
                    r[n] += x * columns[(k * n_) + n];
                }
            }
            for (std::size_t s = 0; s < s_; ++s) {
                const float* e = entry_row(s, indices_[(row * s_) + s]);
                for (std::size_t n = 0; n < n_; ++n) {
                    r[n] -= e[n];
                }
            }
        });
        return residual;
    }

    float* entry_row(std::size_t s, std::size_t c) {
        return entries_.data() + (((s * c_) + c) * n_);
    }

    void remove_means(std::vector<float>& residual) const {
        for (std::size_t n = 0; n < n_; ++n) {
            double sum = 0.0;
            for (std::size_t row = 0; row < m_; ++row) {
                sum += residual[(row * n_) + n];
            }
            const auto mean = static_cast<float>(sum / static_cast<double>(m_));
            for (std::size_t row = 0; row < m_; ++row) {
                residual[(row * n_) + n] -= mean;
            }
        }
    }

    void refine() {
        std::vector<float> residual = residuals();
        std::vector<float> step(c_ * n_);
        std::vector<double> count(c_);
        for (int round = 0; round < kRounds; ++round) {
            remove_means(residual);
            for (std::size_t s = 0; s < s_; ++s) {
                std::ranges::fill(step, 0.0F);
                std::ranges::fill(count, 0.0);
                for (std::size_t row = 0; row < m_; ++row) {
                    const std::size_t c = indices_[(row * s_) + s];
                    count[c] += 1.0;
                    for (std::size_t n = 0; n < n_; ++n) {
                        step[(c * n_) + n] += residual[(row * n_) + n];
                    }
                }
                for (std::size_t c = 0; c < c_; ++c) {
                    const auto factor = static_cast<float>(1.0 / (count[c] + kRidge));
                    float* e = entry_row(s, c);
                    for (std::size_t n = 0; n < n_; ++n) {
                        step[(c * n_) + n] *= factor;
                        e[n] += step[(c * n_) + n];
                    }
                }
                for (std::size_t row = 0; row < m_; ++row) {
                    const std::size_t c = indices_[(row * s_) + s];
                    for (std::size_t n = 0; n < n_; ++n) {
                        residual[(row * n_) + n] -= step[(c * n_) + n];
                    }
                }
            }
        }
    }

    /// An entry's error counts as often as it is selected, and a little where no row selects it.
    void round_entries() {
        std::vector<double> weights(s_ * c_, 1.0);
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            weights[((i % s_) * c_) + indices_[i]] += 1.0;
        }
        EntryFit fit = fit_entries({.subspaces = fit_.layer.subspaces,
                                    .centroids = params_.centroids,
                                    .n = fit_.layer.n,
                                    .entries = entries_,
                                    .weights = weights,
                                    .least_scales = data_.least_scales,
                                    .bits = params_.entry_bits,
                                    .shift_bits = params_.shift_bits},
                                   options_.threads);
        fit_.layer.entries = std::move(fit.entries);
        fit_.layer.shifts = std::move(fit.shifts);
        fit_.scales = std::move(fit.scales);
    }

    golden::LutParams params_;
    const LutCalibration& data_;
    LutFitOptions options_;
    std::size_t m_;
    std::size_t k_;
    std::size_t n_;
    std::size_t v_;
    std::size_t c_;
    std::size_t s_;
    LutFit fit_;
    std::vector<double> prototypes_;  // [s][c][v], in units of a code
    std::vector<float> entries_;      // [s][c][n], real
    std::vector<std::uint8_t> indices_;
};

}  // namespace

LutFit fit_lut(const golden::LutParams& params, const LutCalibration& calibration,
               const LutFitOptions& options) {
    return Fitter(params, calibration, options).run();
}

}  // namespace peforge::codesign
