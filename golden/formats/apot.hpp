// Format apot{n}: sums of powers of two from disjoint sets (APoT, ICLR 2020).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "golden/formats/power_sum.hpp"

namespace peforge::golden {

/// Sign and fields. The sets of powers are those of the authors' code for n - 1 magnitude bits
/// (repository yhhhli/APoT_Quantization), multiplied by their smallest one's inverse:
/// n = 3: {1, 2, 4}; n = 4: {1, 4, 8} + {2}; n = 5: {2, 8, 32} + {1, 4, 16}; each or none.
/// The codes of n = 4 are those of PoTAcc (arXiv 2409.20403), so that zero is s010; those of the
/// others are ours: none, then ascending powers.
struct ApotFormat : PowerSumFormat<ApotFormat> {
    static constexpr std::string_view kKeys = "n";
    static constexpr int kMinBits = 3;
    static constexpr int kMaxBits = 5;

    static std::string text(const Format& f) { return "apot:n=" + std::to_string(f.n); }
    static std::string check(const Format& f, std::string& key) {
        return check_bits<ApotFormat>(f, key, "apot");
    }

    static constexpr std::array<TermField, 2> fields(int n) {
        constexpr int kNone = TermField::kNone;
        switch (n) {
            case 3:
                return {{{.lsb = 0, .width = 2, .shifts = {kNone, 0, 1, 2}, .sign = 2}, {}}};
            case 4:
                return {{{.lsb = 1, .width = 2, .shifts = {0, kNone, 2, 3}, .sign = 3},
                         {.lsb = 0, .width = 1, .shifts = {kNone, 1}, .sign = 3}}};
            case 5:
                return {{{.lsb = 2, .width = 2, .shifts = {kNone, 1, 3, 5}, .sign = 4},
                         {.lsb = 0, .width = 2, .shifts = {kNone, 0, 2, 4}, .sign = 4}}};
            default:
                throw std::logic_error("no apot of this width");
        }
    }
};

}  // namespace peforge::golden
