// Dense linear algebra for calibration, on libtorch's LAPACK.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace peforge::codesign {

/// X^T X / rows of a row-major matrix [rows][k]; the result is [k][k].
std::vector<double> gram(std::span<const float> x, int rows, int k);

/// Upper triangular U with U^T U = inverse(a + ridge * I); `a` is symmetric, positive semidefinite,
/// [k][k]; ridge > 0.
std::vector<double> inverse_cholesky(std::span<const double> a, int k, double ridge);

}  // namespace peforge::codesign
