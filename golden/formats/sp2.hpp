// Format sp2{n}: sum of two powers of two (MSQ, arXiv 2012.04240).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "golden/formats/power_sum.hpp"

namespace peforge::golden {

/// Sign and two fields, the codes of PoTAcc (arXiv 2409.20403): {1, 2, 4} or none for code[2:1], 4
/// or none for code[0]. 4 has the codes s100, which is written, and s111.
struct Sp2Format : PowerSumFormat<Sp2Format> {
    static constexpr std::string_view kKeys = "n";
    static constexpr int kMinBits = 4;
    static constexpr int kMaxBits = 4;

    static std::string text(const Format& f) { return "sp2:n=" + std::to_string(f.n); }
    static std::string check(const Format& f, std::string& key) {
        return check_bits<Sp2Format>(f, key, "sp2");
    }

    static constexpr std::array<TermField, 2> fields(int /*n*/) {
        constexpr int kNone = TermField::kNone;
        return {{{.lsb = 1, .width = 2, .shifts = {0, 1, 2, kNone}, .sign = 3},
                 {.lsb = 0, .width = 1, .shifts = {kNone, 2}, .sign = 3}}};
    }
};

}  // namespace peforge::golden
