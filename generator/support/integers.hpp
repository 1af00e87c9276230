// Small integer helpers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace peforge {

/// ceil(a / b) for a >= 0, b >= 1.
constexpr int ceil_div(int a, int b) {
    return (a + b - 1) / b;
}

}  // namespace peforge
