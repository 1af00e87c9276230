// Decision trees over small integer vectors.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/quant/tree_fit.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace peforge::codesign {

namespace {

constexpr int kLowest = std::numeric_limits<std::int8_t>::min();
constexpr std::size_t kValues = 256;

/// A number of points and their sum.
struct Moments {
    double count = 0.0;
    std::vector<double> sum;

    explicit Moments(std::size_t dimension) : sum(dimension, 0.0) {}

    /// What the points' mean takes off their sum of squares.
    [[nodiscard]] double gain() const {
        double squares = 0.0;
        for (const double x : sum) {
            squares += x * x;
        }
        return count == 0.0 ? 0.0 : squares / count;
    }
};

struct Cut {
    int threshold = 0;
    double gain = 0.0;  ///< of both halves
};

class Builder {
public:
    Builder(std::span<const std::int8_t> points, int dimension, int leaves)
        : points_(points),
          dimension_(static_cast<std::size_t>(dimension)),
          count_(points.size() / dimension_),
          leaves_(static_cast<std::size_t>(leaves)),
          node_(count_, 1) {}

    DecisionTree run() {
        tree_.thresholds.assign(leaves_, 0);
        std::vector<double> means = node_means(1, std::vector<double>(dimension_, 0.0));
        for (std::size_t first = 1; first < leaves_; first *= 2) {
            add_level(first);
            // The mean of the bucket above is for halves that stay empty.
            std::vector<double> above;
            for (std::size_t i = 0; i < 2 * first; ++i) {
                const auto mean = means.begin() + static_cast<std::ptrdiff_t>(i / 2 * dimension_);
                above.insert(above.end(), mean, mean + static_cast<std::ptrdiff_t>(dimension_));
            }
            means = node_means(2 * first, std::move(above));
        }
        tree_.prototypes = std::move(means);
        tree_.error = error();
        return std::move(tree_);
    }

private:
    [[nodiscard]] int value(std::size_t point, std::size_t element) const {
        return points_[(point * dimension_) + element];
    }

    /// Chooses the element and the thresholds of nodes first .. 2*first - 1 and moves the points.
    void add_level(std::size_t first) {
        std::size_t best = 0;
        double best_gain = -1.0;
        std::vector<Cut> best_cuts;
        for (std::size_t element = 0; element < dimension_; ++element) {
            const std::vector<Cut> cuts = cut_all(first, element);
            double gain = 0.0;
            for (const Cut& cut : cuts) {
                gain += cut.gain;
            }
            if (gain > best_gain) {
                best = element;
                best_gain = gain;
                best_cuts = cuts;
            }
        }
        tree_.splits.push_back(static_cast<std::uint8_t>(best));
        for (std::size_t i = 0; i < first; ++i) {
            tree_.thresholds[first + i] = static_cast<std::int8_t>(best_cuts[i].threshold);
        }
        for (std::size_t point = 0; point < count_; ++point) {
            std::size_t& node = node_[point];
            node = (2 * node) + (value(point, best) >= tree_.thresholds[node] ? 1U : 0U);
        }
    }

    /// The best threshold of every node of the level on one element.
    [[nodiscard]] std::vector<Cut> cut_all(std::size_t first, std::size_t element) const {
        // Sums of the points by node and value: the sorted lists of the publication.
        std::vector<double> counts(first * kValues, 0.0);
        std::vector<double> sums(first * kValues * dimension_, 0.0);
        for (std::size_t point = 0; point < count_; ++point) {
            const std::size_t bin = ((node_[point] - first) * kValues) +
                                    static_cast<std::size_t>(value(point, element) - kLowest);
            counts[bin] += 1.0;
            for (std::size_t t = 0; t < dimension_; ++t) {
                sums[(bin * dimension_) + t] += value(point, t);
            }
        }
        std::vector<Cut> cuts;
        for (std::size_t i = 0; i < first; ++i) {
            cuts.push_back(
                cut(std::span(counts).subspan(i * kValues, kValues),
                    std::span(sums).subspan(i * kValues * dimension_, kValues * dimension_)));
        }
        return cuts;
    }

    [[nodiscard]] Cut cut(std::span<const double> counts, std::span<const double> sums) const {
        Moments below(dimension_);
        Moments above(dimension_);
        for (std::size_t bin = 0; bin < kValues; ++bin) {
            above.count += counts[bin];
            for (std::size_t t = 0; t < dimension_; ++t) {
                above.sum[t] += sums[(bin * dimension_) + t];
            }
        }
        Cut best{.threshold = 0, .gain = -1.0};
        int last = kLowest;  // the largest value below the cut
        for (std::size_t bin = 0; bin < kValues; ++bin) {
            if (counts[bin] == 0.0) {
                continue;
            }
            const int here = static_cast<int>(bin) + kLowest;
            const double gain = below.gain() + above.gain();
            if (gain > best.gain) {
                // Nothing below: all points go right. Else halfway, rounded up.
                best = {below.count > 0.0 ? last + ((here - last + 1) / 2) : here, gain};
            }
            below.count += counts[bin];
            above.count -= counts[bin];
            for (std::size_t t = 0; t < dimension_; ++t) {
                below.sum[t] += sums[(bin * dimension_) + t];
                above.sum[t] -= sums[(bin * dimension_) + t];
            }
            last = here;
        }
        best.gain = std::max(best.gain, 0.0);  // an empty bucket
        return best;
    }

    /// Means of the points in nodes first .. first + size - 1, where `means` has one for each.
    [[nodiscard]] std::vector<double> node_means(std::size_t first,
                                                 std::vector<double> means) const {
        const std::size_t nodes = means.size() / dimension_;
        std::vector<Moments> moments(nodes, Moments(dimension_));
        for (std::size_t point = 0; point < count_; ++point) {
            Moments& m = moments[node_[point] - first];
            m.count += 1.0;
            for (std::size_t t = 0; t < dimension_; ++t) {
                m.sum[t] += value(point, t);
            }
        }
        for (std::size_t i = 0; i < nodes; ++i) {
            for (std::size_t t = 0; t < dimension_ && moments[i].count > 0.0; ++t) {
                means[(i * dimension_) + t] = moments[i].sum[t] / moments[i].count;
            }
        }
        return means;
    }

    [[nodiscard]] double error() const {
        double sum = 0.0;
        for (std::size_t point = 0; point < count_; ++point) {
            for (std::size_t t = 0; t < dimension_; ++t) {
                const double d =
                    value(point, t) - tree_.prototypes[((node_[point] - leaves_) * dimension_) + t];
                sum += d * d;
            }
        }
        return sum;
    }

    std::span<const std::int8_t> points_;
    std::size_t dimension_;
    std::size_t count_;
    std::size_t leaves_;
    std::vector<std::size_t> node_;  // where each point is
    DecisionTree tree_;
};

}  // namespace

DecisionTree fit_tree(std::span<const std::int8_t> points, int dimension, int leaves) {
    return Builder(points, dimension, leaves).run();
}

}  // namespace peforge::codesign
