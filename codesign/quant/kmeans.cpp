// k-means over small integer vectors.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "codesign/quant/random.hpp"

namespace peforge::codesign {

namespace {

class Clustering {
public:
    Clustering(std::span<const std::int8_t> points, int dimension, const KMeansOptions& options)
        : dimension_(static_cast<std::size_t>(dimension)), options_(options) {
        merge(points);
        if (weights_.size() > static_cast<std::size_t>(options_.most_points)) {
            thin();
        }
        assignment_.resize(weights_.size());
        error_.resize(weights_.size());
    }

    std::vector<std::int8_t> run() {
        seed();
        std::vector<std::int8_t> best;
        double best_error = std::numeric_limits<double>::infinity();
        for (int i = 0; i <= options_.iterations; ++i) {
            const double error = assign();
            const bool done = error == last_error_;
            last_error_ = error;
            if (error < best_error) {
                best_error = error;
                best = centroids_;
            }
            if (done) {
                break;
            }
            update();
        }
        return best;
    }

private:
    /// Distinct points in ascending order, with how often they occur.
    void merge(std::span<const std::int8_t> points) {
        const auto at = [&](std::size_t i) { return points.subspan(i * dimension_, dimension_); };
        std::vector<std::size_t> order(points.size() / dimension_);
        std::iota(order.begin(), order.end(), 0);
        std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
            return std::ranges::lexicographical_compare(at(a), at(b));
        });
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto point = at(order[i]);
            if (i == 0 || !std::ranges::equal(point, at(order[i - 1]))) {
                points_.insert(points_.end(), point.begin(), point.end());
                weights_.push_back(0.0);
            }
            weights_.back() += 1.0;
        }
    }

    /// A sample of `most_points`: one at equal steps of the ordered points, from a random start on,
    /// so that each region keeps its share.
    void thin() {
        const double step =
            std::accumulate(weights_.begin(), weights_.end(), 0.0) / options_.most_points;
        double next = random_.uniform() * step;
        double passed = 0.0;
        std::vector<std::int8_t> points;
        std::vector<double> weights;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            passed += weights_[i];
            double drawn = 0.0;
            for (; next < passed; next += step) {
                drawn += 1.0;
            }
            if (drawn > 0.0) {
                const auto point = points_.begin() + static_cast<std::ptrdiff_t>(i * dimension_);
                points.insert(points.end(), point, point + static_cast<std::ptrdiff_t>(dimension_));
                weights.push_back(drawn);
            }
        }
        points_ = std::move(points);
        weights_ = std::move(weights);
    }

    [[nodiscard]] std::size_t clusters() const {
        return static_cast<std::size_t>(options_.clusters);
    }

    [[nodiscard]] int squared(std::size_t point, std::size_t cluster) const {
        int sum = 0;
        for (std::size_t t = 0; t < dimension_; ++t) {
            const int d =
                points_[(point * dimension_) + t] - centroids_[(cluster * dimension_) + t];
            sum += d * d;
        }
        return sum;
    }

    [[nodiscard]] int distance(std::size_t point, std::size_t cluster) const {
        if (options_.metric == golden::Metric::kL2) {
            return squared(point, cluster);
        }
        int sum = 0;
        int largest = 0;
        for (std::size_t t = 0; t < dimension_; ++t) {
            const int d = std::abs(points_[(point * dimension_) + t] -
                                   centroids_[(cluster * dimension_) + t]);
            sum += d;
            largest = std::max(largest, d);
        }
        return options_.metric == golden::Metric::kL1 ? sum : largest;
    }

    void set(std::size_t cluster, std::size_t point) {
        for (std::size_t t = 0; t < dimension_; ++t) {
            centroids_[(cluster * dimension_) + t] = clip(points_[(point * dimension_) + t]);
        }
    }

    [[nodiscard]] std::int8_t clip(double x) const {
        return static_cast<std::int8_t>(
            std::clamp<long>(std::lrint(x), options_.low, options_.high));
    }

    /// Index of a draw proportional to weight * factor.
    std::size_t draw(const std::vector<double>& factor) {
        double total = 0.0;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            total += weights_[i] * factor[i];
        }
        double left = random_.uniform() * total;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            left -= weights_[i] * factor[i];
            if (left < 0.0) {
                return i;
            }
        }
        return weights_.size() - 1;
    }

    /// k-means++ (Arthur and Vassilvitskii, 2007): each seed is drawn by its squared distance.
    void seed() {
        centroids_.assign(clusters() * dimension_, 0);
        std::vector<double> nearest(weights_.size(), 1.0);
        for (std::size_t c = 0; c < clusters(); ++c) {
            set(c, draw(nearest));
            for (std::size_t i = 0; i < nearest.size(); ++i) {
                const double d = squared(i, c);
                nearest[i] = c == 0 ? d : std::min(nearest[i], d);
            }
        }
    }

    double assign() {
        double total = 0.0;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            int best = std::numeric_limits<int>::max();
            for (std::size_t c = 0; c < clusters(); ++c) {
                const int d = distance(i, c);
                if (d < best) {
                    best = d;
                    assignment_[i] = c;
                }
            }
            error_[i] = squared(i, assignment_[i]);
            total += weights_[i] * error_[i];
        }
        return total;
    }

    void update() {
        std::vector<double> sum(clusters() * dimension_, 0.0);
        std::vector<double> mass(clusters(), 0.0);
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            mass[assignment_[i]] += weights_[i];
            for (std::size_t t = 0; t < dimension_; ++t) {
                sum[(assignment_[i] * dimension_) + t] +=
                    weights_[i] * points_[(i * dimension_) + t];
            }
        }
        for (std::size_t c = 0; c < clusters(); ++c) {
            if (mass[c] == 0.0) {
                const auto worst = std::ranges::max_element(error_);
                set(c, static_cast<std::size_t>(worst - error_.begin()));
                *worst = 0.0;
                continue;
            }
            for (std::size_t t = 0; t < dimension_; ++t) {
                centroids_[(c * dimension_) + t] = clip(sum[(c * dimension_) + t] / mass[c]);
            }
        }
    }

    std::size_t dimension_;
    KMeansOptions options_;
    Random random_{options_.seed};
    std::vector<std::int8_t> points_;
    std::vector<double> weights_;
    std::vector<std::size_t> assignment_;
    std::vector<double> error_;
    std::vector<std::int8_t> centroids_;
    double last_error_ = -1.0;
};

}  // namespace

std::vector<std::int8_t> kmeans(std::span<const std::int8_t> points, int dimension,
                                const KMeansOptions& options) {
    return Clustering(points, dimension, options).run();
}

}  // namespace peforge::codesign
