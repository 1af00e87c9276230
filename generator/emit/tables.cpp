// SPDX-License-Identifier: Apache-2.0
#include "generator/emit/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <stdexcept>
#include <vector>

#include "generator/emit/render.hpp"
#include "golden/formats/boundary.hpp"
#include "golden/formats/encode_boundary.hpp"
#include "golden/formats/power_sum.hpp"

namespace peforge {

namespace {

namespace mst = kainjow::mustache;
using golden::Format;
using golden::FormatKind;

/// A sized decimal literal of `value` modulo 2^width, width <= 63.
std::string literal(int width, long long value) {
    const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
    return fmt::format("{}'d{}", width, static_cast<std::uint64_t>(value) & mask);
}

/// Bits of an unsigned number that reaches `largest`, at least one.
int unsigned_bits(std::uint64_t largest) {
    return std::max(1, static_cast<int>(std::bit_width(largest)));
}

/// Bits of a signed number in low..high.
int signed_bits(long long low, long long high) {
    return 1 + static_cast<int>(
                   std::bit_width(static_cast<std::uint64_t>(std::max({high, -low - 1, 0LL}))));
}

/// Entries of a case statement whose last one is the default: {index, value} of all others.
mst::data case_entries(int index_bits, int value_bits, const std::vector<std::uint64_t>& values) {
    mst::data list{mst::data::type::list};
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
        mst::data entry;
        entry.set("index", literal(index_bits, static_cast<long long>(i)));
        entry.set("value", literal(value_bits, static_cast<long long>(values[i])));
        list.push_back(entry);
    }
    return list;
}

mst::data common_values(const golden::PostParams& post) {
    mst::data v;
    v.set("format", golden::to_string(post.output));
    v.set("n", text(post.output.n));
    v.set("code_msb", text(post.output.n - 1));
    v.set("z_bits", text(post.z_bits));
    v.set("z_msb", text(post.z_bits - 1));
    v.set("z_frac_bits", text(post.z_frac_bits));
    return v;
}

mst::data int_values(const golden::PostParams& post) {
    if (post.z_bits != post.output.n || post.z_frac_bits != 0) {
        throw std::invalid_argument("the encoder of " + golden::to_string(post.output) +
                                    " needs z of n bits without fraction");
    }
    return common_values(post);
}

mst::data pot_values(const golden::PostParams& post) {
    mst::data v = common_values(post);
    v.set("rounding", post.output.pot_rounding == golden::PotRounding::kLog
                          ? "nearest exponent"
                          : "nearest value, ties to the even code");
    const golden::Encoder encoder(post.output, post.z_frac_bits);
    mst::data levels{mst::data::type::list};
    for (std::size_t i = encoder.thresholds().size(); i-- > 0;) {
        // A threshold beyond every input would be cut to a smaller number.
        if (encoder.thresholds()[i] > std::int64_t{1} << (post.z_bits - 1)) continue;
        mst::data level;
        level.set("threshold", literal(post.z_bits, encoder.thresholds()[i]));
        level.set("code", literal(post.output.n - 1, encoder.positive_codes()[i]));
        levels.push_back(level);
    }
    v.set("levels", levels);
    return v;
}

/// The encoder's log table. Interval i of the normalised fraction, [i, i+1) * 2^-index_bits, holds
/// at most one threshold 2^(j * 2^-log_bits): thresholds are at least ln(2) * 2^-log_bits apart and
/// index_bits = log_bits + 1. An entry is {j of the interval's start, limit}: fractions whose low
/// bits exceed the limit belong to j + 1.
std::vector<std::uint64_t> log_table(int log_bits, int index_bits, int frac_bits) {
    const int limit_bits = frac_bits - index_bits;
    const std::int64_t never = (std::int64_t{1} << limit_bits) - 1;
    const auto threshold = [&](int j) {
        const golden::Boundary b{
            .mantissa = 1, .exponent = j, .exponent_frac_bits = log_bits, .inclusive = true};
        return golden::smallest_integer(b, frac_bits) - (std::int64_t{1} << frac_bits);
    };
    std::vector<std::uint64_t> table;
    int j = 0;
    for (std::int64_t i = 0; i < std::int64_t{1} << index_bits; ++i) {
        const std::int64_t start = i << limit_bits;
        const std::int64_t end = (i + 1) << limit_bits;
        while (j + 1 < 1 << log_bits && threshold(j + 1) <= start) ++j;
        std::int64_t limit = never;
        if (j + 1 < 1 << log_bits && threshold(j + 1) < end) limit = threshold(j + 1) - 1 - start;
        table.push_back((static_cast<std::uint64_t>(j) << limit_bits) |
                        static_cast<std::uint64_t>(limit));
    }
    return table;
}

mst::data lp_values(const golden::PostParams& post) {
    const Format& f = post.output;
    mst::data v = common_values(post);

    const int log_bits = golden::log_frac_bits(f) + 1;
    const int index_bits = log_bits + 1;
    const int frac_bits = std::max(post.z_bits, index_bits + 1);
    const int pad = frac_bits - (post.z_bits - 1);
    const int value_bits = log_bits + frac_bits - index_bits;

    // Runs that the encoder writes: up to rs bits without terminator, or up to rs - 1 with one. A
    // terminated format of full length is the capped one.
    const bool capped = f.regime == golden::LpRegime::kCapped || f.rs == f.n - 1;
    const int run_max = capped ? f.rs - 1 : f.rs - 2;
    const int shift_bits = unsigned_bits(static_cast<std::uint64_t>(run_max));

    const int exp_top = post.z_bits - 1 - post.z_frac_bits;
    const int count_bits = unsigned_bits(static_cast<std::uint64_t>(post.z_bits - 1));
    const int exp_bits = std::max({signed_bits(exp_top - (1 << count_bits) + 1, exp_top),
                                   count_bits + 1, f.es + 1 + shift_bits});
    const int run_bits = exp_bits - f.es - 1;
    const int ulfx_bits = f.es + log_bits;
    const int long_bits = std::max(ulfx_bits + 3 + run_max, f.n + 1);

    v.set("es", text(f.es));
    v.set("log_bits", text(log_bits));
    v.set("index_bits", text(index_bits));
    v.set("frac_bits", text(frac_bits));
    v.set("count_bits", text(count_bits));
    v.set("exp_bits", text(exp_bits));
    v.set("exp_top", literal(exp_bits, exp_top));
    v.set("shift_bits", text(shift_bits));
    v.set("long_bits", text(long_bits));
    v.set("capped", capped ? "1" : "0");
    v.set("run_limit", literal(run_bits + 1, run_max));
    v.set("run_last", literal(shift_bits, run_max));
    v.set("pad", literal(pad, 0));
    v.set("minpos", literal(f.n, golden::positive_code(f, 0)));
    v.set("maxpos", literal(f.n, golden::positive_code(f, golden::positive_count(f) - 1)));

    const golden::Encoder encoder(f, post.z_frac_bits);
    v.set("nonzero_threshold", literal(post.z_bits, encoder.thresholds().front()));

    const std::vector<std::uint64_t> table = log_table(log_bits, index_bits, frac_bits);
    v.set("entries", case_entries(index_bits, value_bits, table));
    v.set("last", literal(value_bits, static_cast<long long>(table.back())));
    return v;
}

/// How numbers of one octave become places in the order of values: base + the leading `bits`
/// fraction bits, rounded to nearest with ties to the even place where `rounds`; the octave's first
/// number takes one place less where `tie_down`.
struct Octave {
    int base = 0;
    int bits = 0;
    bool rounds = false;
    bool tie_down = false;
};

/// The octave [2^exponent, 2^(exponent+1)) of a format whose boundaries are dyadic, but for the
/// boundary to zero. Throws std::logic_error for a format that is not of this kind.
Octave octave_of(const Format& f, int exponent) {
    const auto fail = [&f] {
        throw std::logic_error("octaves of " + golden::to_string(f) + " are not evenly spaced");
    };
    Octave octave{.base = 1};
    int first = -1;  // numerator of the first boundary inside, of 2^(bits+1) parts
    for (int i = 1; i < golden::positive_count(f); ++i) {
        const golden::Boundary b = golden::lower_boundary(f, i);
        if (b.exponent_frac_bits != 0) fail();
        const int top = static_cast<int>(std::bit_width(static_cast<unsigned>(b.mantissa))) - 1;
        if (b.exponent + top > exponent) break;
        if (b.exponent + top < exponent) {
            octave.base = i + 1;
            continue;
        }
        const int numerator = b.mantissa - (1 << top);
        if (numerator == 0) {  // the octave's first number is on the boundary
            octave.base = i + 1;
            octave.tie_down = !b.inclusive;
            continue;
        }
        // Odd numerators of 2^top parts.
        if (octave.tie_down || b.inclusive != ((i + 1) % 2 == 0)) fail();
        if (first < 0) {
            first = numerator;
            octave.bits = top - 1;
            octave.rounds = true;
            octave.base = i - (numerator - 1) / 2;
            // Places that the octave would count below the first code are lifted to it.
            if (octave.base < 0 || (numerator > 1 && i != 1)) fail();
        }
        if (top - 1 != octave.bits || octave.base + (numerator - 1) / 2 != i) fail();
    }
    return octave;
}

mst::data float_values(const golden::PostParams& post) {
    const Format& f = post.output;
    mst::data v = common_values(post);
    const bool posit = f.kind == FormatKind::kPosit;
    const bool flint = f.kind == FormatKind::kFlint;
    v.set("rounding", posit ? "the nearest string of bits, ties to even"
                      : flint
                          ? "to the nearest value, ties to the even place in the order of values"
                          : "to the nearest value, ties to the even code");
    v.set("twos_complement", posit);
    v.set("sign_magnitude", !posit && !flint);
    v.set("flint", flint);

    // A magnitude with `zeros` leading zeros is in the octave of 2^(z_bits - 1 - zeros - z_frac).
    std::vector<Octave> octaves;
    int most_bits = 1;
    for (int zeros = 0; zeros < post.z_bits; ++zeros) {
        octaves.push_back(octave_of(f, post.z_bits - 1 - zeros - post.z_frac_bits));
        most_bits = std::max(most_bits, octaves.back().bits);
    }
    const int place_bits = f.n - 1;
    const int shift_bits = unsigned_bits(static_cast<std::uint64_t>(most_bits));
    const int count_bits = unsigned_bits(static_cast<std::uint64_t>(post.z_bits - 1));
    const int frac_bits = std::max(post.z_bits, most_bits + 2);
    std::vector<std::uint64_t> table;
    for (const Octave& octave : octaves) {
        table.push_back((octave.tie_down ? std::uint64_t{2} : 0) | (octave.rounds ? 1 : 0));
        table.back() =
            (table.back() << shift_bits) |
            static_cast<std::uint64_t>(octave.rounds ? most_bits - octave.bits : most_bits);
        table.back() = (table.back() << place_bits) | static_cast<std::uint64_t>(octave.base);
    }
    const int value_bits = place_bits + shift_bits + 2;
    v.set("count_bits", text(count_bits));
    v.set("frac_bits", text(frac_bits));
    v.set("most_bits", text(most_bits));
    v.set("shift_bits", text(shift_bits));
    v.set("pad", literal(frac_bits - (post.z_bits - 1), 0));
    v.set("count", literal(place_bits, golden::positive_count(f)));
    v.set("count_wide", literal(place_bits + 1, golden::positive_count(f)));
    v.set("one", literal(place_bits, 1));
    const golden::Encoder encoder(f, post.z_frac_bits);
    v.set("nonzero_threshold", literal(post.z_bits, encoder.thresholds().front()));
    v.set("entries", case_entries(count_bits, value_bits, table));
    v.set("last", literal(value_bits, static_cast<long long>(table.back())));
    return v;
}

/// The largest shift of each term of a weight.
std::vector<int> largest_shifts(const Format& weight) {
    if (weight.kind == FormatKind::kPot) return {golden::max_decoded(weight)};
    std::vector<int> largest;
    const auto fields = golden::term_fields(weight);
    for (std::size_t i = 0; i == 0 || (i < fields.size() && fields[i].width > 0); ++i) {
        const auto end = fields[i].shifts.begin() + (1 << fields[i].width);
        largest.push_back(*std::max_element(fields[i].shifts.begin(), end));
    }
    return largest;
}

}  // namespace

mst::data log2lin_values(const golden::DatapathParams& datapath) {
    const int frac_bits = datapath.log_frac_bits;
    const int value_bits = datapath.mantissa_bits + 1;
    const std::vector<std::uint64_t> table(datapath.table.begin(), datapath.table.end());
    mst::data v;
    v.set("frac_bits", text(frac_bits));
    v.set("frac_msb", text(std::max(1, frac_bits) - 1));
    v.set("mantissa_bits", text(datapath.mantissa_bits));
    v.set("entries", case_entries(std::max(1, frac_bits), value_bits, table));
    v.set("last", literal(value_bits, static_cast<long long>(table.back())));
    return v;
}

std::string bin_table(const golden::DatapathParams& datapath) {
    const int width = datapath.mantissa_bits + 1;
    std::string bits;
    for (const std::uint32_t entry : datapath.table)
        bits.insert(0, fmt::format("{:0{}b}", entry, width));
    return fmt::format("{}'b{}", bits.size(), bits);
}

std::string encode_template(const golden::PostParams& post) {
    switch (post.output.kind) {
        case FormatKind::kInt:
            return "pf_encode_int.v.mustache";
        case FormatKind::kPot:
            return "pf_encode_pot.v.mustache";
        case FormatKind::kLp:
            return "pf_encode_lp.v.mustache";
        case FormatKind::kPosit:
        case FormatKind::kAdaptivFloat:
        case FormatKind::kFp8:
        case FormatKind::kFlint:
            return "pf_encode_float.v.mustache";
        default:
            break;  // weights alone
    }
    throw std::logic_error("unknown format kind");
}

mst::data encode_values(const golden::PostParams& post) {
    switch (post.output.kind) {
        case FormatKind::kInt:
            return int_values(post);
        case FormatKind::kPot:
            return pot_values(post);
        case FormatKind::kLp:
            return lp_values(post);
        case FormatKind::kPosit:
        case FormatKind::kAdaptivFloat:
        case FormatKind::kFp8:
        case FormatKind::kFlint:
            return float_values(post);
        default:
            break;  // weights alone
    }
    throw std::logic_error("unknown format kind");
}

std::uint64_t psum_offset(const golden::DatapathParams& datapath) {
    switch (datapath.kind) {
        case golden::DatapathKind::kMul: {
            std::uint64_t offset = 0;
            for (int digit = 0; 2 * digit < datapath.weight.n; ++digit) {
                offset += std::uint64_t{1} << (datapath.activation.n + 2 * digit);
            }
            return offset;
        }
        case golden::DatapathKind::kShift: {
            std::uint64_t offset = 0;
            for (const int shift : largest_shifts(datapath.weight)) {
                offset += std::uint64_t{1} << (datapath.activation.n + shift - 1);
            }
            return offset;
        }
        case golden::DatapathKind::kLog:
            if (datapath.convert == golden::Convert::kPerBin) {
                return std::uint64_t{1} << (datapath.term_bits - datapath.mantissa_bits - 1);
            }
            return std::uint64_t{1} << (datapath.term_bits - 1);
        case golden::DatapathKind::kFloat:
            return std::uint64_t{1} << (datapath.term_bits - 1);
    }
    throw std::logic_error("unknown datapath kind");
}

int operand_bits(const golden::DatapathParams& datapath, const Format& format) {
    if (datapath.kind == golden::DatapathKind::kLog ||
        datapath.kind == golden::DatapathKind::kFloat) {
        return 1 + signed_bits(golden::min_decoded(format) - 1, golden::max_decoded(format));
    }
    return format.n;  // int: the value; pot: sign and shift; sums of powers: sign and fields
}

MixedOperands mixed_operands(const golden::DatapathParams& datapath) {
    return datapath.kind == golden::DatapathKind::kLog ? MixedOperands{18, 9}
                                                       : MixedOperands{32, 16};
}

std::uint64_t mixed_offset(golden::DatapathKind kind, int term_bits, int mode) {
    if (kind == golden::DatapathKind::kLog) {
        // The inverted sign bits of two terms and of two powers of eight bits.
        return (std::uint64_t{1} << term_bits) + (std::uint64_t{1} << 8);
    }
    // Two digits of each of four units: 32 for a digit that meets the low half of an activation, or
    // a whole one, and 16 for one that meets a high half. Digits and units count at their places.
    std::uint64_t offset = 0;
    for (int unit = 0; unit < 4; ++unit) {
        const std::uint64_t digit = unit % 2 == 0 ? 32 : 16;
        const std::uint64_t digits = mode == 3 ? digit + digit : digit + 4 * digit;
        const int high_activation = mode <= 1 ? unit % 2 : 0;
        const int high_weight = mode == 0 ? unit / 2 : 0;
        offset += digits << (4 * (high_activation + high_weight));
    }
    return offset;
}

}  // namespace peforge
