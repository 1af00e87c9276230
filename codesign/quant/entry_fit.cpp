// Table entries of a LUT layer as integers.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/entry_fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "codesign/engine/parallel.hpp"

namespace peforge::codesign {

namespace {

/// Turns of scales and shifts at most; three are usual.
constexpr int kTurns = 10;

class Search {
public:
    Search(const EntryProblem& problem, int threads)
        : p_(problem),
          threads_(threads),
          s_(static_cast<std::size_t>(problem.subspaces)),
          c_(static_cast<std::size_t>(problem.centroids)),
          n_(static_cast<std::size_t>(problem.n)),
          top_((1 << problem.shift_bits) - 1),
          low_(-std::ldexp(1.0, problem.bits - 1)),
          high_(-low_ - 1.0) {}

    EntryFit run() {
        EntryFit best = settle(std::vector<int>(s_, 0));
        if (top_ > 0) {
            EntryFit shifted = settle(octaves());
            if (shifted.error < best.error) {
                best = std::move(shifted);
            }
        } else {
            best.shifts.clear();
        }
        return best;
    }

private:
    [[nodiscard]] double entry(std::size_t s, std::size_t c, std::size_t n) const {
        return p_.entries[(((s * c_) + c) * n_) + n];
    }

    [[nodiscard]] double rounded(double x, double step) const {
        return std::clamp(std::nearbyint(x / step), low_, high_);
    }

    [[nodiscard]] double error(std::size_t s, std::size_t n, double step) const {
        double sum = 0.0;
        for (std::size_t c = 0; c < c_; ++c) {
            const double x = entry(s, c, n);
            const double d = x - (step * rounded(x, step));
            sum += p_.weights[(s * c_) + c] * d * d;
        }
        return sum;
    }

    [[nodiscard]] double column_error(std::size_t n, const std::vector<int>& shifts,
                                      double scale) const {
        double sum = 0.0;
        for (std::size_t s = 0; s < s_; ++s) {
            sum += error(s, n, std::ldexp(scale, shifts[s]));
        }
        return sum;
    }

    /// Shifts that bring the largest entries of all subspaces, relative to their columns, into the
    /// same octave as far as shifts reach.
    [[nodiscard]] std::vector<int> octaves() const {
        std::vector<double> column(n_, 0.0);
        for (std::size_t i = 0; i < p_.entries.size(); ++i) {
            const double x = std::abs(p_.entries[i]);
            column[i % n_] = std::max(column[i % n_], x);
        }
        std::vector<double> range(s_, 0.0);
        for (std::size_t i = 0; i < p_.entries.size(); ++i) {
            if (column[i % n_] > 0.0) {
                double& r = range[i / (c_ * n_)];
                r = std::max(r, std::abs(p_.entries[i]) / column[i % n_]);
            }
        }
        std::vector<int> shifts;
        for (const double r : range) {
            // The largest range is 1, and log2 of no entry at all is far below every shift.
            const double octave = r > 0.0 ? std::nearbyint(std::log2(r)) : -top_;
            shifts.push_back(top_ + static_cast<int>(std::max<double>(octave, -top_)));
        }
        return shifts;
    }

    [[nodiscard]] double best_scale(std::size_t n, const std::vector<int>& shifts) const {
        double largest = 0.0;
        for (std::size_t s = 0; s < s_; ++s) {
            for (std::size_t c = 0; c < c_; ++c) {
                largest = std::max(largest, std::ldexp(std::abs(entry(s, c, n)), -shifts[s]));
            }
        }
        const double least = p_.least_scales.empty() ? 0.0 : p_.least_scales[n];
        if (largest == 0.0) {
            return std::max(1.0, least);
        }
        // From a little headroom to clipping.
        constexpr int kStepsPerOctave = 16;
        constexpr int kFirst = -8;
        constexpr int kLast = 40;
        double best = 0.0;
        double least_error = std::numeric_limits<double>::infinity();
        for (int i = kFirst; i <= kLast; ++i) {
            const double scale = std::max(
                least, largest / high_ * std::exp2(-static_cast<double>(i) / kStepsPerOctave));
            const double e = column_error(n, shifts, scale);
            if (e < least_error) {
                least_error = e;
                best = scale;
            }
        }
        return best;
    }

    void choose_scales(EntryFit& fit, const std::vector<int>& shifts) const {
        parallel_for(p_.n, threads_, [&](int column, int) {
            const auto n = static_cast<std::size_t>(column);
            const double scale = best_scale(n, shifts);
            // The grid moves with the largest shifted entry: what was better before stays.
            if (fit.scales[n] == 0.0 ||
                column_error(n, shifts, scale) < column_error(n, shifts, fit.scales[n])) {
                fit.scales[n] = scale;
            }
        });
    }

    /// True when a shift has changed.
    bool choose_shifts(const EntryFit& fit, std::vector<int>& shifts) const {
        const std::vector<int> before = shifts;
        parallel_for(p_.subspaces, threads_, [&](int subspace, int) {
            const auto s = static_cast<std::size_t>(subspace);
            const auto total = [&](int shift) {
                double sum = 0.0;
                for (std::size_t n = 0; n < n_; ++n) {
                    sum += error(s, n, std::ldexp(fit.scales[n], shift));
                }
                return sum;
            };
            double least = total(shifts[s]);
            for (int shift = 0; shift <= top_; ++shift) {
                const double e = total(shift);
                if (e < least) {
                    least = e;
                    shifts[s] = shift;
                }
            }
        });
        return shifts != before;
    }

    [[nodiscard]] EntryFit settle(std::vector<int> shifts) const {
        EntryFit fit;
        fit.scales.assign(n_, 0.0);
        choose_scales(fit, shifts);
        for (int turn = 0; turn < kTurns && top_ > 0 && choose_shifts(fit, shifts); ++turn) {
            choose_scales(fit, shifts);
        }
        fit.shifts.assign(shifts.begin(), shifts.end());
        fit.entries.reserve(p_.entries.size());
        for (std::size_t s = 0; s < s_; ++s) {
            for (std::size_t c = 0; c < c_; ++c) {
                for (std::size_t n = 0; n < n_; ++n) {
                    const double step = std::ldexp(fit.scales[n], shifts[s]);
                    fit.entries.push_back(static_cast<std::int16_t>(rounded(entry(s, c, n), step)));
                }
            }
        }
        for (std::size_t n = 0; n < n_; ++n) {
            fit.error += column_error(n, shifts, fit.scales[n]);
        }
        return fit;
    }

    const EntryProblem& p_;
    int threads_;
    std::size_t s_;
    std::size_t c_;
    std::size_t n_;
    int top_;  // the largest shift
    double low_;
    double high_;
};

}  // namespace

EntryFit fit_entries(const EntryProblem& problem, int threads) {
    return Search(problem, threads).run();
}

}  // namespace peforge::codesign
