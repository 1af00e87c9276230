// SPDX-License-Identifier: Apache-2.0
#include "verif/fuzz/spec_source.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <optional>

#include "generator/spec/parameters.hpp"

namespace peforge::fuzz {
namespace {

using golden::Format;
using golden::FormatKind;
using json = nlohmann::ordered_json;

/// Ends, small and uniform values: corners are where widths and loops go wrong.
int shaped(Random& random, int low, int high) {
    switch (random.below(6)) {
        case 0:
            return low;
        case 1:
            return high;
        case 2:
        case 3:
            return random.between(low, std::min(high, low + 3));
        default:
            return random.between(low, high);
    }
}

std::string random_name(Random& random) {
    // Names that collide with something in Verilog files, C++ files or the template prefix.
    static constexpr std::string_view kOdd[] = {"pf",
                                                "pf_",
                                                "pf_mul_pe",
                                                "top",
                                                "TOP",
                                                "_",
                                                "a",
                                                "clk_i",
                                                "u_post",
                                                "class_",
                                                "double",
                                                "template",
                                                "main",
                                                "binding",
                                                "Vmodel",
                                                "memory",
                                                "gen_pe",
                                                "NULL",
                                                "u",
                                                "post",
                                                "std",
                                                "array_t",
                                                "operator",
                                                "x0123456789_x0123456789_"
                                                "x0123456789_x0123456789_x0123456789_abcd"};
    static constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    for (;;) {
        std::string name;
        if (random.percent(20)) {
            name = std::string(random.pick(kOdd));
        } else {
            name += kLetters[random.below(kLetters.size() - 10)];
            const std::size_t length = 1 + random.below(random.percent(10) ? 64 : 12);
            while (name.size() < length) name += random.pick(kLetters);
        }
        if (check_name(name).empty()) return name;
    }
}

/// Largest value to draw for a row: the table's, or what the budget leaves.
int largest(const Parameter& p, const Spec& spec, const SizeBudget& budget) {
    int limit = p.max;
    if (p.pointer == "/array/rows" || p.pointer == "/array/columns") {
        limit = budget.pes;
    } else if (p.pointer == "/array/cols") {
        limit = budget.pes / spec.rows;
    } else if (p.pointer == "/array/centroids") {
        limit = 4 * budget.pes / spec.subvector;
    } else if (p.pointer == "/array/ccus") {
        limit = std::max(1, 8 * budget.pes / (spec.subvector * spec.centroids));
    } else if (p.pointer == "/lut/fold") {
        limit = spec.centroids;
    } else if (p.pointer == "/pe/lanes") {
        limit = budget.pes / (spec.rows * spec.cols);
    } else if (p.pointer == "/post/lanes") {
        limit = spec.kind == ArrayKind::kLut ? spec.columns : spec.cols;
    } else if (p.pointer == "/buffers/rows_m") {
        limit = budget.rows_m;
    } else if (p.pointer == "/accumulator/max_k") {
        limit = budget.max_k;
    } else if (p.pointer == "/accumulator/frac_bits") {
        limit = 40;
    }
    return std::clamp(limit, p.min, p.max);
}

int smallest(const Parameter& p) {
    // Far below the range of any product everything rounds to zero.
    return p.pointer == "/accumulator/frac_bits" ? std::max(p.min, -8) : p.min;
}

FormatKind random_kind(Random& random, const Parameter& p, const Spec& spec) {
    const auto any = [&random] {
        return static_cast<FormatKind>(random.below(golden::kFormatKindNames.size()));
    };
    // Formats of weights alone are refused elsewhere.
    const auto operand = [&any] {
        for (;;) {
            if (const FormatKind kind = any(); !golden::is_power_sum(kind)) return kind;
        }
    };
    if (p.format == &Spec::output && !random.percent(3)) return operand();
    if (p.format == &Spec::activation && !random.percent(3)) {
        if (spec.kind == ArrayKind::kLut) return FormatKind::kInt;
        if (golden::is_float(spec.weight)) {
            for (;;) {
                if (const FormatKind kind = any(); golden::is_float({.kind = kind})) return kind;
            }
        }
        return spec.weight.kind == FormatKind::kLp ? FormatKind::kLp : FormatKind::kInt;
    }
    return any();
}

json random_format(Random& random, FormatKind kind, Format& format) {
    json object = json::object();
    format.kind = kind;
    if (const int bits = golden::fixed_bits(kind); bits != 0) format.n = bits;
    for (const FormatParameter& p : format_parameters()) {
        if (!belongs(p, kind) || (!p.required && random.percent(50))) continue;
        if (p.key != "format") {
            int high =
                p.type == ParameterType::kEnum ? static_cast<int>(p.choices.size()) - 1 : p.max;
            if (p.key == "es") high = std::clamp(format.n - 2, p.min, p.max);
            if (p.key == "rs") high = std::clamp(format.n - 1, p.min, p.max);
            int low = p.min;
            if (p.key == "e") high = std::min(p.max, format.n - 1);
            if (p.key == "m") low = high = 7 - format.e;
            p.codec.set(format, {shaped(random, low, high), {}});
        }
        object[std::string(p.key)] = json::parse(value_json(p, format));
    }
    return object;
}

/// Keys of a LUT array that others decide, drawn so that most specs are legal; nothing for others.
std::optional<ParameterValue> random_lut_value(Random& random, const Parameter& p,
                                               const Spec& spec) {
    if (spec.kind != ArrayKind::kLut || random.percent(2)) return std::nullopt;
    const bool decision_tree = spec.lut_encoder == golden::LutEncoder::kTree;
    const bool folded = spec.lut_organisation == golden::LutOrganisation::kFolded;
    const bool power = std::has_single_bit(static_cast<unsigned>(spec.centroids));
    const auto value = [](int number) { return ParameterValue{number, {}}; };
    if (p.pointer == "/array/imms") {
        return value(spec.ccus * static_cast<int>(1 + random.below(std::min(4, 16 / spec.ccus))));
    }
    if (p.pointer == "/lut/encoder" && (!power || spec.metric != golden::Metric::kL1)) {
        return value(0);
    }
    if (p.pointer == "/lut/organisation" && decision_tree) return value(0);
    if (p.pointer == "/lut/fold" && !folded) return value(1);
    if (p.pointer == "/lut/fold") {
        return value(2 + static_cast<int>(random.below(std::max(1, spec.centroids - 1))));
    }
    if (p.pointer == "/centroid/n" && decision_tree) return value(Spec{}.centroid_bits);
    return std::nullopt;
}

ParameterValue random_value(Random& random, const Parameter& p, const Spec& spec,
                            const SizeBudget& budget) {
    if (const auto value = random_lut_value(random, p, spec)) return *value;
    if (p.pointer == "/array/centroids" && random.percent(40)) {
        const int most = largest(p, spec, budget);
        return {
            std::min(2 << random.below(6),
                     static_cast<int>(std::bit_floor(static_cast<unsigned>(std::max(2, most))))),
            {}};
    }
    switch (p.type) {
        case ParameterType::kName:
            return {std::nullopt, random_name(random)};
        case ParameterType::kEnum:
            return {static_cast<int>(random.below(p.choices.size())), {}};
        case ParameterType::kIntOrAuto:
            if (random.percent(50)) return {};
            break;
        default:
            break;
    }
    return {shaped(random, smallest(p), largest(p, spec, budget)), {}};
}

/// Is the default refused because of a key before it?
bool needed_by_others(const Parameter& p, const Spec& spec) {
    return (p.pointer == "/array/imms" && spec.ccus > 1) ||
           (p.pointer == "/lut/fold" && spec.lut_organisation == golden::LutOrganisation::kFolded);
}

}  // namespace

std::string random_spec(Random& random, const SizeBudget& budget) {
    Spec spec;
    json document = json::object();
    // A key that is left out stands for its default, which some rows below it depend on: Spec has
    // the defaults already.
    for (const Parameter& p : parameters()) {
        const bool needed = p.required || needed_by_others(p, spec);
        if (!belongs(p, spec) || (!needed && random.percent(35))) continue;
        json value;
        if (p.type == ParameterType::kFormat) {
            value = random_format(random, random_kind(random, p, spec), spec.*(p.format));
        } else {
            p.codec.set(spec, random_value(random, p, spec, budget));
            value = json::parse(value_json(p, spec));
        }
        document[json::json_pointer(std::string(p.pointer))] = value;
    }
    return document.dump(2) + "\n";
}

}  // namespace peforge::fuzz
