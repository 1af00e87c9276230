// SPDX-License-Identifier: Apache-2.0
#include "golden/datapath/types.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace peforge::golden {

namespace {

constexpr int kMostPotBits = 5;

/// Largest magnitude of a number of n bits in units of the smallest positive one.
std::int64_t largest_magnitude(const Format& f) {
    int largest = 0;
    for (int code = 0; code < code_count(f); ++code) {
        largest = std::max(largest, std::abs(linear_factor(f, decode(f, static_cast<Code>(code)))));
    }
    return largest;
}

std::int64_t largest_magnitude(int n) {
    std::int64_t largest = 0;
    for (int type = 0; type <= static_cast<int>(largest_type(n)); ++type) {
        largest =
            std::max(largest, largest_magnitude(format_of(static_cast<OperandType>(type), n)));
    }
    return largest;
}

void require_type(OperandType type, int n) {
    if (type < OperandType::kInt || type > largest_type(n)) {
        throw std::out_of_range("type " + std::to_string(static_cast<int>(type)) +
                                " for words of " + std::to_string(n) + " bits; allowed: 0.." +
                                std::to_string(static_cast<int>(largest_type(n))));
    }
}

}  // namespace

OperandType largest_type(int n) {
    return n <= kMostPotBits ? OperandType::kPot : OperandType::kFlint;
}

Format format_of(OperandType type, int n) {
    require_type(type, n);
    const FormatKind kind = type == OperandType::kInt   ? FormatKind::kInt
                            : type == OperandType::kPot ? FormatKind::kPot
                                                        : FormatKind::kFlint;
    return {.kind = kind, .n = n};
}

int types_mode(const JobTypes& types) {
    return static_cast<int>(types.weight) + 4 * static_cast<int>(types.activation);
}

JobTypes types_of_mode(int mode, int weight_bits, int activation_bits) {
    const JobTypes types{.weight = static_cast<OperandType>(mode & 3),
                         .activation = static_cast<OperandType>(mode >> 2)};
    require_type(types.weight, weight_bits);
    require_type(types.activation, activation_bits);
    return types;
}

TypesOperand types_operand(int n) {
    TypesOperand o;
    o.frac_bits = n - 2;
    o.exp_max =
        static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest_magnitude(n)))) - 1;
    // Exponents 0..exp_max, and one pattern more.
    o.exp_bits = static_cast<int>(std::bit_width(static_cast<unsigned>(o.exp_max + 1)));
    o.bias = (1 << (o.exp_bits - 1)) - 1;
    return o;
}

DatapathParams make_types_datapath(const Format& weight, const Format& activation,
                                   Rounding rounding) {
    for (const Format& f : {weight, activation}) {
        if (f.kind != FormatKind::kFlint) {
            throw std::invalid_argument("run-time types need flint, got " + to_string(f));
        }
    }
    DatapathParams d;
    d.kind = DatapathKind::kFloat;
    d.rounding = rounding;
    d.weight = weight;
    d.activation = activation;
    d.mantissa_bits = types_operand(weight.n).frac_bits + types_operand(activation.n).frac_bits;
    const std::int64_t largest = largest_magnitude(weight.n) * largest_magnitude(activation.n);
    d.term_bits = 1 + static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest)));
    return with_types(d, {});
}

DatapathParams with_types(const DatapathParams& d, const JobTypes& types) {
    DatapathParams other = d;
    other.weight = format_of(types.weight, d.weight.n);
    other.activation = format_of(types.activation, d.activation.n);
    other.acc_frac_bits = unit_frac_bits(other.weight) + unit_frac_bits(other.activation);
    other.max_term = largest_magnitude(other.weight) * largest_magnitude(other.activation);
    // Exponents of the smallest and the largest product of operands, as in other float datapaths.
    other.log_min = -other.acc_frac_bits;
    other.log_max =
        static_cast<int>(
            std::bit_width(static_cast<std::uint64_t>(largest_magnitude(other.weight)))) +
        static_cast<int>(
            std::bit_width(static_cast<std::uint64_t>(largest_magnitude(other.activation)))) -
        2 - other.acc_frac_bits;
    return other;
}

}  // namespace peforge::golden
