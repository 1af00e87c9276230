// Codebooks and tables of a LUT layer from calibration rows.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/lut_fit.hpp"

#include <algorithm>

#include "codesign/engine/parallel.hpp"
#include "codesign/quant/format_grid.hpp"
#include "codesign/quant/kmeans.hpp"

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
    Fitter(const golden::LutParams& params, const LutCalibration& data, int threads)
        : params_(params),
          data_(data),
          threads_(threads),
          m_(static_cast<std::size_t>(data.shape.m)),
          k_(static_cast<std::size_t>(data.shape.k)),
          n_(static_cast<std::size_t>(data.shape.n)),
          v_(static_cast<std::size_t>(params.subvector)),
          c_(static_cast<std::size_t>(params.centroids)),
          s_((k_ + v_ - 1) / v_) {}

    LutFit run(std::uint64_t seed) {
        fit_.layer.subspaces = static_cast<int>(s_);
        fit_.layer.n = data_.shape.n;
        find_centroids(seed);
        start_entries();
        indices_.resize(m_ * s_);
        golden::LutArray(params_).encode(data_.shape.m, data_.shape.k, data_.codes, fit_.layer,
                                         indices_);
        refine();
        round_entries();
        return std::move(fit_);
    }

private:
    void find_centroids(std::uint64_t seed) {
        const int high = (1 << (params_.centroid_bits - 1)) - 1;
        fit_.layer.centroids.resize(s_ * c_ * v_);
        parallel_for(static_cast<int>(s_), threads_, [&](int subspace, int) {
            const auto s = static_cast<std::size_t>(subspace);
            const std::size_t width = std::min(v_, k_ - (s * v_));
            // Elements behind K are zero in the array; zero points give zero centroids.
            std::vector<std::int8_t> points(m_ * v_, 0);
            const int sign = 1 << (params_.activation_bits - 1);
            for (std::size_t row = 0; row < m_; ++row) {
                for (std::size_t t = 0; t < width; ++t) {
                    const int code = data_.codes[(row * k_) + (s * v_) + t];
                    points[(row * v_) + t] = static_cast<std::int8_t>((code ^ sign) - sign);
                }
            }
            const auto centroids = kmeans(points, params_.subvector,
                                          {.clusters = params_.centroids,
                                           .metric = params_.metric,
                                           .low = -high - 1,
                                           .high = high,
                                           .seed = seed + s});
            std::ranges::copy(
                centroids, fit_.layer.centroids.begin() + static_cast<std::ptrdiff_t>(s * c_ * v_));
        });
    }

    /// entries_[s][c][n] = activation_scale * sum_t centroid[s][c][t] * weight[n][s*v + t].
    void start_entries() {
        entries_.assign(s_ * c_ * n_, 0.0F);
        for (std::size_t s = 0; s < s_; ++s) {
            const std::size_t width = std::min(v_, k_ - (s * v_));
            for (std::size_t c = 0; c < c_; ++c) {
                for (std::size_t n = 0; n < n_; ++n) {
                    double sum = 0.0;
                    for (std::size_t t = 0; t < width; ++t) {
                        sum += fit_.layer.centroids[(((s * c_) + c) * v_) + t] *
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
        parallel_for(static_cast<int>(m_), threads_, [&](int index, int) {
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

    void round_entries() {
        golden::Format format;
        format.n = params_.entry_bits;
        const FormatGrid grid(format);
        fit_.layer.entries.resize(entries_.size());
        fit_.scales.resize(n_);
        parallel_for(static_cast<int>(n_), threads_, [&](int index, int) {
            const auto n = static_cast<std::size_t>(index);
            std::vector<float> column(s_ * c_);
            for (std::size_t i = 0; i < column.size(); ++i) {
                column[i] = entries_[(i * n_) + n];
            }
            const double scale = best_scale(grid, column);
            for (std::size_t i = 0; i < column.size(); ++i) {
                fit_.layer.entries[(i * n_) + n] =
                    static_cast<std::int8_t>(grid.quantise(column[i] / scale));
            }
            fit_.scales[n] = scale;
        });
    }

    golden::LutParams params_;
    const LutCalibration& data_;
    int threads_;
    std::size_t m_;
    std::size_t k_;
    std::size_t n_;
    std::size_t v_;
    std::size_t c_;
    std::size_t s_;
    LutFit fit_;
    std::vector<float> entries_;  // [s][c][n], real
    std::vector<std::uint8_t> indices_;
};

}  // namespace

LutFit fit_lut(const golden::LutParams& params, const LutCalibration& calibration,
               std::uint64_t seed, int threads) {
    return Fitter(params, calibration, threads).run(seed);
}

}  // namespace peforge::codesign
