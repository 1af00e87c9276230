// Formats ternary {-1, 0, +1} and binary {-1, +1}: no parameters.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "golden/formats/power_sum.hpp"

namespace peforge::golden {

/// Two bits, sign and magnitude, as pot with n = 2; 10 is a second zero that is never written.
struct TernaryFormat : PowerSumFormat<TernaryFormat> {
    static constexpr std::string_view kKeys = "no parameters";
    static constexpr int kMinBits = 2;
    static constexpr int kMaxBits = 2;

    static std::string text(const Format& /*f*/) { return "ternary"; }
    static std::string check(const Format& f, std::string& key) {
        return check_bits<TernaryFormat>(f, key, "ternary");
    }

    static constexpr std::array<TermField, 2> fields(int /*n*/) {
        return {{{.lsb = 0, .width = 1, .shifts = {TermField::kNone, 0}, .sign = 1}, {}}};
    }
};

/// One bit, the sign. There is no zero; it is encoded as +1, the code 0.
struct BinaryFormat : PowerSumFormat<BinaryFormat> {
    static constexpr std::string_view kKeys = "no parameters";
    static constexpr int kMinBits = 1;
    static constexpr int kMaxBits = 1;

    static std::string text(const Format& /*f*/) { return "binary"; }
    static std::string check(const Format& f, std::string& key) {
        return check_bits<BinaryFormat>(f, key, "binary");
    }

    /// The field of no bits selects its only power.
    static constexpr std::array<TermField, 2> fields(int /*n*/) {
        return {{{.lsb = 0, .width = 0, .shifts = {0}, .sign = 0}, {}}};
    }
};

}  // namespace peforge::golden
