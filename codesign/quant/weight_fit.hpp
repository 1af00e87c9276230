// Quantisation of one column of weights against the statistics of its inputs.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "codesign/quant/format_grid.hpp"

namespace peforge::codesign {

/// Second moments of a layer's (quantised) inputs.
class InputMoments {
public:
    /// `rows` is [count][k].
    InputMoments(std::span<const float> rows, int count, int k);

    [[nodiscard]] int k() const { return k_; }
    /// d^T H d, the mean squared error at the output for weight errors d.
    [[nodiscard]] double output_error(std::span<const double> d) const;
    [[nodiscard]] double diagonal(int i) const { return h_[at(i, i)]; }
    /// Inputs in descending order of their second moment: the order of rounding.
    [[nodiscard]] const std::vector<int>& order() const { return order_; }
    /// U of inverse(H + ridge) = U^T U, rows and columns in order().
    [[nodiscard]] double inverse(int row, int column) const { return upper_[at(row, column)]; }

private:
    [[nodiscard]] std::size_t at(int row, int column) const {
        return (static_cast<std::size_t>(row) * static_cast<std::size_t>(k_)) +
               static_cast<std::size_t>(column);
    }

    int k_;
    std::vector<double> h_;
    std::vector<int> order_;
    std::vector<double> upper_;
};

struct WeightFit {
    double scale = 1.0;
    std::vector<golden::Code> codes;
    double error = 0.0;  ///< mean squared output error on the calibration inputs
};

/// Chooses scale and codes of one column.
///
/// Scales are ranked by the error of plain rounding, each input weighted by its second moment; for
/// the best few, weights are rounded one after the other and each rounding error is compensated in
/// the weights that are still free (optimal brain quantisation as in GPTQ, arXiv 2210.17323). The
/// result with the smallest output error wins, plain rounding included. `least_scale` bounds the
/// scale from below.
WeightFit fit_weights(const FormatGrid& grid, std::span<const double> weights,
                      const InputMoments& moments, double least_scale);

}  // namespace peforge::codesign
