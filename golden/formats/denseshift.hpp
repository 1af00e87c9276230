// Format denseshift{n}: signed powers of two without zero (DenseShift, ICCV 2023).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "golden/formats/power_sum.hpp"

namespace peforge::golden {

/// Sign and exponent k of n - 1 bits: +-2^k. There is no zero; it is encoded as +1, the code 0.
struct DenseShiftFormat : PowerSumFormat<DenseShiftFormat> {
    static constexpr std::string_view kKeys = "n";
    static constexpr int kMinBits = 2;
    static constexpr int kMaxBits = 4;

    static std::string text(const Format& f) { return "denseshift:n=" + std::to_string(f.n); }
    static std::string check(const Format& f, std::string& key) {
        return check_bits<DenseShiftFormat>(f, key, "denseshift");
    }

    static constexpr std::array<TermField, 2> fields(int n) {
        return {
            {{.lsb = 0, .width = n - 1, .shifts = {0, 1, 2, 3, 4, 5, 6, 7}, .sign = n - 1}, {}}};
    }
};

}  // namespace peforge::golden
