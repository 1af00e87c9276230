// Format elp_bsd{n}: two signed digits (after CoNLoCNN's encoded low-precision binary signed
// digits).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "golden/formats/power_sum.hpp"

namespace peforge::golden {

/// Two digits of three bits, sign and select: +-{1, 16, 32} and +-{2, 4, 8}, or none each; 41
/// values. That digits select from small sets is unconfirmed, and the sets are our choice
/// (docs/number_formats.md).
struct ElpBsdFormat : PowerSumFormat<ElpBsdFormat> {
    static constexpr std::string_view kKeys = "n";
    static constexpr int kMinBits = 6;
    static constexpr int kMaxBits = 6;

    static std::string text(const Format& f) { return "elp_bsd:n=" + std::to_string(f.n); }
    static std::string check(const Format& f, std::string& key) {
        return check_bits<ElpBsdFormat>(f, key, "elp_bsd");
    }

    static constexpr std::array<TermField, 2> fields(int /*n*/) {
        constexpr int kNone = TermField::kNone;
        return {{{.lsb = 3, .width = 2, .shifts = {kNone, 0, 4, 5}, .sign = 5},
                 {.lsb = 0, .width = 2, .shifts = {kNone, 1, 2, 3}, .sign = 2}}};
    }
};

}  // namespace peforge::golden
