// SPDX-License-Identifier: Apache-2.0
#include "golden/datapath/fields.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace peforge::golden {

namespace {

constexpr int kMostEs = 3;
constexpr int kMostRs = 7;

/// Format of the same words with other fields.
Format format_with(Format f, const LpFields& fields) {
    f.es = fields.es;
    f.rs = fields.rs;
    return f;
}

void require_legal(int n, const LpFields& fields) {
    if (!legal_fields(n, fields)) {
        throw std::out_of_range("es = " + std::to_string(fields.es) +
                                ", rs = " + std::to_string(fields.rs) + " for words of " +
                                std::to_string(n) + " bits; allowed: es 0.." +
                                std::to_string(largest_es(n)) + ", rs 1.." + std::to_string(n - 1));
    }
}

/// Width of the term of the largest log with I = 0 in units of 2^-octaves.
int widest_term(const DatapathParams& d, int octaves) {
    DatapathParams unit = d;
    unit.acc_frac_bits = octaves;
    const auto largest =
        static_cast<std::uint64_t>(log_magnitude(unit, (1 << d.log_frac_bits) - 1));
    return 1 + static_cast<int>(std::bit_width(largest));
}

/// The limits of the products of d's formats, and A for them.
void place_products(DatapathParams& d, int octaves) {
    const auto sum = [&d](int weight, int activation) {
        return (weight << (d.log_frac_bits - log_frac_bits(d.weight))) +
               (activation << (d.log_frac_bits - log_frac_bits(d.activation)));
    };
    d.log_min = sum(min_decoded(d.weight), min_decoded(d.activation));
    d.log_max = sum(max_decoded(d.weight), max_decoded(d.activation));
    d.acc_frac_bits = octaves - (d.log_max >> d.log_frac_bits);
    d.max_term = log_magnitude(d, d.log_max);
}

}  // namespace

int largest_es(int n) {
    return std::min(kMostEs, std::max(0, n - 2));
}

bool legal_fields(int n, const LpFields& fields) {
    return fields.es >= 0 && fields.es <= largest_es(n) && fields.rs >= 1 && fields.rs <= n - 1;
}

int fields_mode(const JobFields& fields) {
    return fields.weight.es + 4 * fields.weight.rs + 32 * fields.activation.es +
           128 * fields.activation.rs;
}

JobFields fields_of_mode(int mode, int weight_bits, int activation_bits) {
    const JobFields fields{.weight = {mode & kMostEs, (mode >> 2) & kMostRs},
                           .activation = {(mode >> 5) & kMostEs, (mode >> 7) & kMostRs}};
    if (mode < 0 || mode != fields_mode(fields)) {
        throw std::out_of_range("no fields have the mode " + std::to_string(mode));
    }
    require_legal(weight_bits, fields.weight);
    require_legal(activation_bits, fields.activation);
    return fields;
}

DatapathParams make_fields_datapath(const Format& weight, const Format& activation,
                                    std::optional<int> mantissa_bits, int octaves,
                                    Rounding rounding) {
    for (const Format& f : {weight, activation}) {
        if (f.kind != FormatKind::kLp || f.regime != LpRegime::kCapped ||
            !legal_fields(f.n, {f.es, f.rs})) {
            throw std::invalid_argument("run-time fields need lp with a capped regime and es 0.." +
                                        std::to_string(largest_es(f.n)) + ", got " + to_string(f));
        }
    }
    // The formats of the finest logs have the numbers that all fields share.
    const LpFields finest{.es = 0, .rs = 1};
    DatapathParams d =
        make_datapath(DatapathKind::kLog, format_with(weight, finest),
                      format_with(activation, finest), mantissa_bits, 0, octaves, rounding);
    d.term_bits = widest_term(d, octaves);
    d.weight = weight;
    d.activation = activation;
    place_products(d, octaves);
    return d;
}

DatapathParams with_fields(const DatapathParams& d, const JobFields& fields) {
    require_legal(d.weight.n, fields.weight);
    require_legal(d.activation.n, fields.activation);
    DatapathParams other = d;
    other.weight = format_with(d.weight, fields.weight);
    other.activation = format_with(d.activation, fields.activation);
    place_products(other, fields_octaves(d));
    return other;
}

FieldsPlacing fields_placing(int octaves, Rounding rounding) {
    // A product in the octave -octaves is the last one of a unit or more; to nearest, the next
    // octave may round up to a unit. The other operand is below 2^1.
    const int below = octaves + 1 + (rounding == Rounding::kNearestEven ? 1 : 0);
    // Octaves -below..0, and one more pattern, for zero.
    const int int_bits = static_cast<int>(std::bit_width(static_cast<unsigned>(below + 1)));
    const int bias = (1 << (int_bits - 1)) - 1;
    return {.int_bits = int_bits, .int_min = bias - below, .bias = bias};
}

int fields_octaves(const DatapathParams& d) {
    return d.acc_frac_bits + (d.log_max >> d.log_frac_bits);
}

}  // namespace peforge::golden
