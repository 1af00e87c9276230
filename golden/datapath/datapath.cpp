// Product terms, and the numbers that define them.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/datapath/datapath.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

#include "golden/formats/exp2_table.hpp"

namespace peforge::golden {

namespace {

constexpr int kMaxLogFracBits = 6;
constexpr int kMaxMantissaBits = 20;
constexpr int kMaxTermBits = 62;

/// log2 of an operand with F fraction bits.
int aligned_log(const DatapathParams& d, const Format& f, const Decoded& x) {
    return x.value * (1 << (d.log_frac_bits - log_frac_bits(f)));
}

/// `magnitude` of mantissa_bits fraction bits times 2^exponent, in units of 2^-A.
std::int64_t place(const DatapathParams& d, std::int64_t magnitude, int exponent) {
    const int shift = exponent + d.acc_frac_bits - d.mantissa_bits;
    if (shift < 0 && d.convert == Convert::kPerBin) return 0;  // less than a unit of its bin
    return shift >= 0 ? magnitude << shift : round_shift(magnitude, -shift, d.rounding);
}

std::int64_t float_magnitude(const DatapathParams& d, const Decoded& w, const Decoded& a) {
    const int wf = log_frac_bits(d.weight);
    const int af = log_frac_bits(d.activation);
    const auto mantissa = [](const Decoded& x, int frac_bits) {
        const std::int64_t one = std::int64_t{1} << frac_bits;
        return one | (x.value & (one - 1));
    };
    return place(d, mantissa(w, wf) * mantissa(a, af), (w.value >> wf) + (a.value >> af));
}

std::int64_t term_of(const DatapathParams& d, const Decoded& w, const Decoded& a) {
    if (w.zero || a.zero) {
        return 0;
    }
    switch (d.kind) {
        case DatapathKind::kMul:
            return std::int64_t{w.value} * a.value;
        case DatapathKind::kShift:
            return std::int64_t{a.value} * linear_factor(d.weight, w);
        case DatapathKind::kLog: {
            const std::int64_t magnitude =
                log_magnitude(d, aligned_log(d, d.weight, w) + aligned_log(d, d.activation, a));
            return w.negative != a.negative ? -magnitude : magnitude;
        }
        case DatapathKind::kFloat: {
            if (is_linear(d)) {
                return std::int64_t{linear_factor(d.weight, w)} * linear_factor(d.activation, a);
            }
            const std::int64_t magnitude = float_magnitude(d, w, a);
            return w.negative != a.negative ? -magnitude : magnitude;
        }
    }
    throw std::logic_error("unknown datapath kind");
}

void check_operands(DatapathKind kind, const Format& weight, const Format& activation) {
    const auto logarithmic = [](const Format& f) {
        return f.kind == FormatKind::kLp || f.kind == FormatKind::kPot;
    };
    bool legal = false;
    std::string allowed;
    switch (kind) {
        case DatapathKind::kMul:
            legal = weight.kind == FormatKind::kInt && activation.kind == FormatKind::kInt;
            allowed = "datapath mul needs int weights and int activations";
            break;
        case DatapathKind::kShift:
            legal = (weight.kind == FormatKind::kPot || is_power_sum(weight.kind)) &&
                    activation.kind == FormatKind::kInt;
            allowed =
                "datapath shift needs pot, apot, sp2, denseshift, elp_bsd, ternary or binary "
                "weights and int activations";
            break;
        case DatapathKind::kLog:
            legal = logarithmic(weight) && logarithmic(activation);
            allowed = "datapath log needs lp or pot weights and activations";
            break;
        case DatapathKind::kFloat:
            legal = is_float(weight) && is_float(activation);
            allowed =
                "datapath float needs posit, adaptivfloat, fp8 or flint weights and activations";
            break;
    }
    if (!legal) {
        throw std::invalid_argument(allowed + ", got " + to_string(weight) + " and " +
                                    to_string(activation));
    }
}

/// Decides A for products up to the octave `high` that need `exact` fraction bits.
void choose_fraction(DatapathParams& d, int exact, int high, std::optional<int> acc_frac_bits,
                     int octaves) {
    // The mantissas of bins' multiples lie below the bins' unit.
    const int below = d.convert == Convert::kPerBin ? d.mantissa_bits : 0;
    const int kept = acc_frac_bits.value_or(std::min(exact, octaves - high));
    d.acc_frac_bits = kept + below;
    const int most = kMaxTermBits - 1 - high - below;
    if (kept > most) {
        throw std::invalid_argument("acc_frac_bits = " + std::to_string(kept) +
                                    " gives product terms of more than 62 bits; allowed: at most " +
                                    std::to_string(most) + ", or \"auto\"");
    }
}

void fill_log(DatapathParams& d, std::optional<int> mantissa_bits, std::optional<int> acc_frac_bits,
              int octaves) {
    const int weight_frac = log_frac_bits(d.weight);
    const int activation_frac = log_frac_bits(d.activation);
    const int frac = std::max(weight_frac, activation_frac);
    d.log_frac_bits = frac;
    const auto sum = [&](int weight, int activation) {
        return weight * (1 << (frac - weight_frac)) + activation * (1 << (frac - activation_frac));
    };
    d.log_min = sum(min_decoded(d.weight), min_decoded(d.activation));
    d.log_max = sum(max_decoded(d.weight), max_decoded(d.activation));
    d.mantissa_bits = mantissa_bits.value_or(frac + 3);
    d.table = log_to_linear_table(frac, d.mantissa_bits);
    const auto overflows = [frac](int m) {
        return (log_to_linear_table(frac, m).back() >> (m + 1)) != 0;
    };
    if (overflows(d.mantissa_bits)) {
        int smallest = d.mantissa_bits + 1;
        while (overflows(smallest)) ++smallest;
        throw std::invalid_argument(
            "mantissa_bits = " + std::to_string(d.mantissa_bits) + " is too small for logs with " +
            std::to_string(frac) + " fraction bits: a table entry rounds up to 2^(m+1); allowed: " +
            std::to_string(smallest) + " to " + std::to_string(kMaxMantissaBits) + ", or \"auto\"");
    }
    // A product has its mantissa's bits below its octave, unless the bins' multiples have them.
    const int mantissa = d.convert == Convert::kPerBin ? 0 : d.mantissa_bits;
    choose_fraction(d, mantissa - (d.log_min >> frac), d.log_max >> frac, acc_frac_bits, octaves);
}

/// Fraction bits that the numbers of a floating-point format need: those of small ones may have
/// fewer bits behind their first than others.
int fraction_bits(const Format& f) {
    const int frac = log_frac_bits(f);
    int most = std::numeric_limits<int>::min();
    for (int code = 0; code < code_count(f); ++code) {
        const Decoded d = decode(f, static_cast<Code>(code));
        if (d.zero || d.nar) continue;
        const int exponent = d.value >> frac;
        const auto mantissa = static_cast<unsigned>((1 << frac) + (d.value - (exponent << frac)));
        most = std::max(most, frac - std::countr_zero(mantissa) - exponent);
    }
    return most;
}

void fill_float(DatapathParams& d, std::optional<int> acc_frac_bits, int octaves) {
    const int wf = log_frac_bits(d.weight);
    const int af = log_frac_bits(d.activation);
    d.mantissa_bits = wf + af;
    d.log_min = (min_decoded(d.weight) >> wf) + (min_decoded(d.activation) >> af);
    d.log_max = (max_decoded(d.weight) >> wf) + (max_decoded(d.activation) >> af);
    // Mantissas are at most 2 - 2^-F each, so that a product reaches one octave higher, or none
    // where one of them has no fraction.
    const int carry = wf > 0 && af > 0 ? 1 : 0;
    const int exact = fraction_bits(d.weight) + fraction_bits(d.activation);
    choose_fraction(d, exact, d.log_max + carry, acc_frac_bits, octaves);
}

}  // namespace

std::vector<std::uint32_t> log_to_linear_table(int frac_bits, int mantissa_bits) {
    if (frac_bits < 0 || frac_bits > kMaxLogFracBits) {
        throw std::invalid_argument("log fraction bits must be in 0..6, got " +
                                    std::to_string(frac_bits));
    }
    if (mantissa_bits < 0 || mantissa_bits > kMaxMantissaBits) {
        throw std::invalid_argument("mantissa_bits must be in 0..20, got " +
                                    std::to_string(mantissa_bits));
    }
    std::vector<std::uint32_t> table;
    table.reserve(std::size_t{1} << frac_bits);
    for (int f = 0; f < (1 << frac_bits); ++f) {
        table.push_back(static_cast<std::uint32_t>(
            exp2_rounded(f << (kExp2FracBits - frac_bits), mantissa_bits)));
    }
    return table;
}

int kept_frac_bits(const DatapathParams& d) {
    return d.acc_frac_bits - (d.convert == Convert::kPerBin ? d.mantissa_bits : 0);
}

std::int64_t log_magnitude(const DatapathParams& d, int log_sum) {
    const int fraction = log_sum & ((1 << d.log_frac_bits) - 1);
    return place(d, d.table[static_cast<std::size_t>(fraction)], log_sum >> d.log_frac_bits);
}

bool is_linear(const DatapathParams& d) {
    if (d.kind != DatapathKind::kFloat) return d.kind != DatapathKind::kLog;
    return has_linear_factor(d.weight) && has_linear_factor(d.activation) &&
           d.acc_frac_bits == unit_frac_bits(d.weight) + unit_frac_bits(d.activation);
}

std::int64_t product_term(const DatapathParams& d, Code weight, Code activation) {
    return term_of(d, decode(d.weight, weight), decode(d.activation, activation));
}

DatapathParams make_datapath(DatapathKind kind, const Format& weight, const Format& activation,
                             std::optional<int> mantissa_bits, std::optional<int> acc_frac_bits,
                             int octaves, Rounding rounding, Convert convert) {
    check_operands(kind, weight, activation);
    if (convert == Convert::kPerBin && kind != DatapathKind::kLog) {
        throw std::invalid_argument("bins belong to the log datapath alone");
    }
    DatapathParams d;
    d.kind = kind;
    d.weight = weight;
    d.activation = activation;
    d.rounding = rounding;
    d.convert = convert;
    if (kind == DatapathKind::kLog) {
        fill_log(d, mantissa_bits, acc_frac_bits, octaves);
    } else if (kind == DatapathKind::kFloat) {
        fill_float(d, acc_frac_bits, octaves);
    }
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
    for (int w = 0; w < code_count(weight); ++w) {
        const Decoded decoded = decode(weight, static_cast<Code>(w));
        for (int a = 0; a < code_count(activation); ++a) {
            const std::int64_t term = term_of(d, decoded, decode(activation, static_cast<Code>(a)));
            lowest = std::min(lowest, term);
            highest = std::max(highest, term);
        }
    }
    d.max_term = std::max(highest, -lowest);
    // -x-1 = ~x: both ends need as many magnitude bits, and one bit more for the sign.
    d.term_bits = 1 + static_cast<int>(
                          std::bit_width(static_cast<std::uint64_t>(std::max(highest, ~lowest))));
    return d;
}

int accumulator_bits(int term_bits, int count) {
    if (count < 1) {
        throw std::invalid_argument("accumulator_bits needs a count of at least 1");
    }
    return term_bits + static_cast<int>(std::bit_width(static_cast<std::uint32_t>(count - 1)));
}

std::int64_t round_shift(Int128 x, int shift, Rounding rounding) {
    constexpr int kWidth = 128;
    Int128 result = 0;
    if (shift >= kWidth - 1) {
        // |x| <= 2^127, so the quotient is in [-1, 1): half of it or less is a tie at most, to
        // zero.
        result = rounding == Rounding::kTruncate && x < 0 ? -1 : 0;
        if (rounding == Rounding::kNearestEven && shift == kWidth - 1) {
            constexpr Int128 kHalf = static_cast<Int128>(1) << (kWidth - 2);
            result = x > kHalf ? 1 : (x < -kHalf ? -1 : 0);
        }
    } else {
        result = x >> shift;
        if (rounding == Rounding::kNearestEven && shift > 0) {
            const Int128 rest = x - result * (static_cast<Int128>(1) << shift);
            const Int128 half = static_cast<Int128>(1) << (shift - 1);
            if (rest > half || (rest == half && (result & 1) != 0)) {
                ++result;
            }
        }
    }
    constexpr Int128 kLow = std::numeric_limits<std::int64_t>::min();
    constexpr Int128 kHigh = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::clamp(result, kLow, kHigh));
}

}  // namespace peforge::golden
