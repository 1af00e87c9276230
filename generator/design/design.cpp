// Spec -> Design: every number is decided here.
//
// SPDX-License-Identifier: Apache-2.0
#include "generator/design/design.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <stdexcept>

#include "generator/spec/error.hpp"
#include "generator/support/integers.hpp"
#include "golden/datapath/fields.hpp"
#include "golden/datapath/types.hpp"

namespace peforge {
namespace {

using golden::Code;
using golden::DatapathKind;
using golden::DatapathParams;
using golden::Format;
using golden::FormatKind;

constexpr int kMaxAccumulatorBits = 48;
constexpr int kShiftBits = 6;     // post-processing shifts by 0..63
constexpr int kCounterBits = 32;  // cycles_o, saturations_o, nar_count_o

/// Width of an unsigned counter that reaches `largest` >= 1.
int counter_bits(std::uint64_t largest) {
    return static_cast<int>(std::bit_width(largest));
}

DatapathKind datapath_kind(const Spec& spec) {
    switch (spec.weight.kind) {
        case FormatKind::kPot:
        case FormatKind::kApot:
        case FormatKind::kSp2:
        case FormatKind::kDenseShift:
        case FormatKind::kElpBsd:
        case FormatKind::kTernary:
        case FormatKind::kBinary:
            return DatapathKind::kShift;
        case FormatKind::kLp:
            return DatapathKind::kLog;
        case FormatKind::kPosit:
        case FormatKind::kAdaptivFloat:
        case FormatKind::kFp8:
        case FormatKind::kFlint:
            return DatapathKind::kFloat;
        case FormatKind::kInt:
            break;
    }
    return DatapathKind::kMul;
}

DatapathParams make_datapath(const Spec& spec, const std::string& file) {
    const auto make = [&spec](std::optional<int> frac_bits) {
        if (spec.run_time_fields) {
            return golden::make_fields_datapath(spec.weight, spec.activation, spec.mantissa_bits,
                                                spec.octaves, spec.acc_rounding);
        }
        if (spec.run_time_types) {
            return golden::make_types_datapath(spec.weight, spec.activation, spec.acc_rounding);
        }
        return golden::make_datapath(datapath_kind(spec), spec.weight, spec.activation,
                                     spec.mantissa_bits, frac_bits, spec.octaves, spec.acc_rounding,
                                     spec.convert);
    };
    DatapathParams d;
    try {
        d = make(std::nullopt);
    } catch (const std::invalid_argument& e) {
        throw InputError(file, "/accumulator/mantissa_bits", e.what());
    }
    if (spec.acc_frac_bits) {
        try {
            d = make(spec.acc_frac_bits);
        } catch (const std::invalid_argument& e) {
            throw InputError(file, "/accumulator/frac_bits", e.what());
        }
    }
    if (d.max_term == 0) {
        throw InputError(file, "/accumulator/frac_bits",
                         fmt::format("{} rounds every product to zero; allowed: \"auto\" or more "
                                     "fraction bits",
                                     golden::kept_frac_bits(d)));
    }
    return d;
}

/// Accumulator of sums that need `required` bits up to max_k and `least` bits in any case.
golden::AccumulatorParams make_accumulator(const Spec& spec, int least, int required,
                                           const std::string& file) {
    const std::string where = "/accumulator/width";
    const int width = spec.acc_width.value_or(required);
    if (width < least) {
        throw InputError(file, where,
                         fmt::format("{} is too narrow for one tile's sum; allowed: {}..{}", width,
                                     least, kMaxAccumulatorBits));
    }
    if (width < required && !spec.acc_saturate) {
        const bool can_saturate = spec.kind != ArrayKind::kSystolic ||
                                  spec.dataflow != golden::Dataflow::kOutputStationary;
        throw InputError(
            file, where,
            fmt::format("{} is too narrow for max_k {}; allowed: {} or more{}", width, spec.max_k,
                        required, can_saturate ? ", or \"saturate\": true" : ""));
    }
    if (width > kMaxAccumulatorBits) {
        throw InputError(file, where,
                         fmt::format("auto needs {} bits for max_k {}; allowed: at most {}", width,
                                     spec.max_k, kMaxAccumulatorBits));
    }
    return {.width = width, .max_k = spec.max_k, .saturate = width < required};
}

golden::PostParams make_post(const Spec& spec, const std::string& file) {
    golden::PostParams p{.output = spec.output,
                         .scale_bits = spec.scale_bits,
                         .shift_bits = kShiftBits,
                         .has_bias = spec.bias,
                         .has_relu = spec.relu,
                         .rounding = spec.post_rounding};
    try {
        golden::choose_z(p, spec.octaves);
    } catch (const std::invalid_argument& e) {
        throw InputError(file, "/accumulator/octaves", e.what());
    }
    return p;
}

/// Unsigned width of the largest distance of two vectors of signed integers.
int distance_bits(const Spec& spec) {
    const std::uint64_t v = static_cast<std::uint64_t>(spec.subvector);
    // Extremes have opposite signs: (2^(a-1) - 1) + 2^(c-1) = 2^(a-1) + (2^(c-1) - 1).
    const std::uint64_t difference = (std::uint64_t{1} << (spec.activation.n - 1)) +
                                     (std::uint64_t{1} << (spec.centroid_bits - 1)) - 1;
    switch (spec.metric) {
        case golden::Metric::kL1:
            return counter_bits(v * difference);
        case golden::Metric::kL2:
            return counter_bits(v * difference * difference);
        case golden::Metric::kChebyshev:
            break;
    }
    return counter_bits(difference);
}

/// Enumerates all operand pairs of the log and the float datapath; the others are exact.
///
/// A product is of normal size when all its mantissa bits reach the accumulator
/// (I + A - m >= 0). When A leaves no such product, all that are not rounded to zero count.
ErrorBounds enumerate_errors(const DatapathParams& d, int max_k) {
    ErrorBounds bounds;
    if (d.kind == DatapathKind::kMul || d.kind == DatapathKind::kShift) {
        return bounds;
    }
    const double normal = std::ldexp(1.0, d.mantissa_bits - d.acc_frac_bits);
    double relative_normal = -1.0;
    double relative_any = 0.0;
    double absolute = 0.0;
    for (int w = 0; w < golden::code_count(d.weight); ++w) {
        const double w_real = golden::to_real(d.weight, static_cast<Code>(w));
        for (int a = 0; a < golden::code_count(d.activation); ++a) {
            const double exact = w_real * golden::to_real(d.activation, static_cast<Code>(a));
            if (std::isnan(exact) || exact == 0.0) {
                continue;
            }
            const std::int64_t units =
                golden::product_term(d, static_cast<Code>(w), static_cast<Code>(a));
            const double term = std::ldexp(static_cast<double>(units), -d.acc_frac_bits);
            const double error = std::fabs(term - exact);
            absolute = std::max(absolute, error);
            if (units != 0) {
                relative_any = std::max(relative_any, error / std::fabs(exact));
            }
            if (std::fabs(exact) >= normal) {
                relative_normal = std::max(relative_normal, error / std::fabs(exact));
            }
        }
    }
    bounds.product_relative = relative_normal >= 0.0 ? relative_normal : relative_any;
    bounds.dot_absolute = absolute * max_k;
    return bounds;
}

}  // namespace

std::string reset_port(const Spec& spec) {
    return spec.reset == ResetLevel::kHigh ? "rst_i" : "rst_ni";
}

namespace {

std::vector<Port> make_ports(const Design& d) {
    const Spec& s = d.spec;
    std::vector<Port> ports;
    const auto in = [&ports](std::string name, int width = 1) {
        ports.push_back({std::move(name), width, true});
    };
    const auto out = [&ports](std::string name, int width = 1) {
        ports.push_back({std::move(name), width, false});
    };
    in("clk_i");
    in(reset_port(s));
    in("clear_i");
    in("job_valid_i");
    out("job_ready_o");
    in("job_m_i", d.m_bits);
    in("job_tiles_i", d.tiles_bits);
    if (s.relu) {
        in("job_relu_i");
    }
    if (d.lut && d.lut->kept_tiles > 0) {
        in("job_keep_i");
        in("job_reuse_i");
    }
    if (mode_count(d) > 1) {
        in("job_mode_i", counter_bits(static_cast<std::uint64_t>(mode_count(d) - 1)));
    }
    for (const golden::Selector& selector : selectors(d)) {
        in(selector_port(selector), selector.width);
    }
    in("prm_valid_i");
    out("prm_ready_o");
    if (s.bias) {
        in("prm_bias_i", d.accumulator().width);
    }
    in("prm_scale_i", s.scale_bits);
    in("prm_shift_i", kShiftBits);
    in("wgt_valid_i");
    out("wgt_ready_o");
    in("wgt_data_i", d.systolic
                         ? s.cols * s.lanes * d.weight_word_bits
                         : s.entry_shift_bits + s.columns * s.entry_bits + d.encoder_word_bits);
    in("wgt_last_i");
    in("act_valid_i");
    out("act_ready_o");
    in("act_data_i",
       d.systolic ? s.rows * s.lanes * d.act_word_bits : s.ccus * s.subvector * s.activation.n);
    in("act_last_i");
    out("out_valid_o");
    in("out_ready_i");
    out("out_data_o", d.cols * s.output.n);
    out("out_last_o");
    out("busy_o");
    out("cycles_o", kCounterBits);
    out("saturations_o", kCounterBits);
    out("nar_o");
    out("nar_count_o", kCounterBits);
    out("error_o");
    return ports;
}

/// The modes that the PEs of mixed precision have: pf_log_mix_pe and pf_mul_mix_pe.
std::vector<golden::ModeParams> make_modes(const DatapathParams& widest, const Spec& s) {
    const auto make = [&](int products, const Format& weight, const Format& activation) {
        // Powers of two need no mantissa bits.
        const bool exact = golden::log_frac_bits(weight) + golden::log_frac_bits(activation) == 0;
        return golden::ModeParams{
            products, golden::make_datapath(widest.kind, weight, activation,
                                            exact ? std::optional(0) : std::nullopt, std::nullopt,
                                            s.octaves, s.acc_rounding)};
    };
    if (widest.kind == DatapathKind::kLog) {
        const Format lp4{.kind = FormatKind::kLp, .n = 4, .es = 1, .rs = 2};
        const Format lp2{.kind = FormatKind::kLp, .n = 2, .es = 0, .rs = 1};
        return {{1, widest}, make(2, lp4, s.activation), make(4, lp2, lp4)};
    }
    const Format int4{.kind = FormatKind::kInt, .n = 4};
    const Format int2{.kind = FormatKind::kInt, .n = 2};
    return {{1, widest}, make(2, int4, s.activation), make(4, int4, int4), make(8, int2, int4)};
}

void resolve_systolic(Design& d, const std::string& file) {
    const Spec& s = d.spec;
    golden::SystolicParams p;
    p.rows = s.rows;
    p.cols = s.cols;
    p.lanes = s.lanes;
    p.pipeline = s.pipeline;
    const bool output_stationary = s.dataflow == golden::Dataflow::kOutputStationary;
    p.dataflow = s.dataflow;
    p.rows_m = output_stationary ? s.rows : s.rows_m;
    p.datapath = make_datapath(s, file);
    if (s.run_time_fields) p.choice = golden::Choice::kFields;
    if (s.run_time_types) p.choice = golden::Choice::kTypes;
    d.mode = golden::choice_mode(p.choice, s.weight, s.activation);
    const int tile_k = output_stationary ? s.lanes : s.rows * s.lanes;
    d.tile_k = tile_k;
    d.cols = s.cols;
    int term_bits = p.datapath.term_bits;
    int tile_bits = golden::accumulator_bits(term_bits, tile_k);
    int sum_bits = golden::accumulator_bits(term_bits, std::max(s.max_k, tile_k));
    d.weight_word_bits = s.weight.n;
    d.act_word_bits = s.activation.n;
    if (s.mixed_precision) {
        p.modes = make_modes(p.datapath, s);
        for (const golden::ModeParams& mode : p.modes) {
            // The PE holds each product in the widest mode's term.
            term_bits = std::max(term_bits, mode.datapath.term_bits);
            const int products = tile_k * mode.products;
            tile_bits =
                std::max(tile_bits, golden::accumulator_bits(mode.datapath.term_bits, products));
            sum_bits = std::max(sum_bits, golden::accumulator_bits(mode.datapath.term_bits,
                                                                   std::max(s.max_k, products)));
            d.weight_word_bits =
                std::max(d.weight_word_bits, mode.products * mode.datapath.weight.n);
            d.act_word_bits = std::max(d.act_word_bits, mode.products * mode.datapath.activation.n);
        }
    }
    d.term_bits = term_bits;
    if (s.mixed_precision) {
        // What the PE itself adds up: four terms with their signs, or a product of 17 bits.
        tile_bits = std::max(tile_bits, p.datapath.kind == DatapathKind::kLog ? term_bits + 2 : 17);
        sum_bits = std::max(sum_bits, tile_bits);
    }
    d.psum_bits = tile_bits;
    if (d.psum_bits > kMaxAccumulatorBits) {
        throw InputError(
            file, s.acc_frac_bits ? "/accumulator/frac_bits" : "/accumulator/octaves",
            fmt::format("the sum of {} products of {} bits needs {} bits; allowed: at "
                        "most {}",
                        tile_k, p.datapath.term_bits, d.psum_bits, kMaxAccumulatorBits));
    }
    p.accumulator = make_accumulator(s, d.psum_bits, sum_bits, file);
    if (s.convert == golden::Convert::kPerBin) d.bin_bits = d.psum_bits - p.datapath.mantissa_bits;
    if (output_stationary) d.psum_bits = p.accumulator.width;
    d.rows_m = p.rows_m;
    p.post = make_post(s, file);
    d.bounds = enumerate_errors(p.datapath, s.max_k);
    d.weight_bits = s.weight.n;
    d.systolic = std::move(p);
}

/// Width of a decision tree's choice of an element.
int split_bits(int subvector) {
    return subvector == 1 ? 1 : counter_bits(static_cast<std::uint64_t>(subvector - 1));
}

/// Index words of the largest buffer: 16 subspaces of 64 centroids would be 24 Mbit.
constexpr int kMaxIndexWords = 1 << 18;

/// Tiles of a job whose indices the array can keep.
int kept_tiles(const Spec& s, int tile_k, const std::string& file) {
    const int all = ceil_div(s.max_k, tile_k);
    const int most = kMaxIndexWords / s.rows_m;
    if (!s.kept_indices) return std::min(all, most);
    const int tiles = std::min(ceil_div(*s.kept_indices, s.imms), all);
    if (tiles > most) {
        throw InputError(file, "/buffers/indices",
                         fmt::format("{} subspaces of {} rows are more than {} words; allowed: "
                                     "\"auto\" or at most {}",
                                     *s.kept_indices, s.rows_m, kMaxIndexWords, most * s.imms));
    }
    return tiles;
}

void resolve_lut(Design& d, const std::string& file) {
    const Spec& s = d.spec;
    golden::LutParams p;
    p.subvector = s.subvector;
    p.centroids = s.centroids;
    p.encoder = s.lut_encoder;
    p.metric = s.metric;
    p.organisation = s.lut_organisation;
    // As many phases as have centroids: 5 centroids in 2 PEs are 3 phases, not 4.
    p.fold = ceil_div(s.centroids, ceil_div(s.centroids, s.lut_fold));
    p.ccus = s.ccus;
    p.imms = s.imms;
    p.columns = s.columns;
    p.rows_m = s.rows_m;
    p.activation_bits = s.activation.n;
    p.centroid_bits = s.centroid_bits;
    p.entry_bits = s.entry_bits;
    p.shift_bits = s.entry_shift_bits;
    p.distance_bits = distance_bits(s);
    p.index_bits = counter_bits(static_cast<std::uint64_t>(s.centroids - 1));
    d.tile_k = s.subvector * s.imms;
    p.kept_tiles = kept_tiles(s, d.tile_k, file);
    d.act_word_bits = s.activation.n;
    d.rows_m = s.rows_m;
    d.cols = s.columns;
    // A sum of a tile's entries, shifted as far as they can be.
    const int shifted = s.entry_bits + (1 << s.entry_shift_bits) - 1;
    d.psum_bits = golden::accumulator_bits(shifted, s.imms);
    const int least = d.psum_bits + 1;
    const int subspaces = ceil_div(s.max_k, d.tile_k) * s.imms;
    p.accumulator = make_accumulator(
        s, least, std::max(least, golden::accumulator_bits(shifted, subspaces)), file);
    p.post = make_post(s, file);
    d.weight_bits = s.entry_bits;
    // A table row, and what the encoder needs to know of the centroid, or of the node, with it.
    d.encoder_word_bits = s.lut_encoder == golden::LutEncoder::kTree
                              ? split_bits(s.subvector) + s.activation.n
                              : s.subvector * s.centroid_bits;
    d.lut = p;
}

}  // namespace

Design resolve(const Spec& spec, const std::string& file) {
    Design d;
    d.spec = spec;
    d.top = spec.name;
    d.file = file;
    if (spec.kind == ArrayKind::kSystolic) {
        resolve_systolic(d, file);
    } else {
        resolve_lut(d, file);
    }
    d.act_bits = spec.activation.n;
    d.out_bits = spec.output.n;
    // A lane is as large as several PEs and works once per output, not once per product.
    d.post_lanes = spec.post_lanes.value_or(ceil_div(d.cols, 8));
    d.m_bits = counter_bits(static_cast<std::uint64_t>(d.rows_m));
    d.tiles_bits = counter_bits(static_cast<std::uint64_t>(ceil_div(spec.max_k, d.tile_k)));
    d.timing = d.systolic ? golden::timing(*d.systolic, d.post_lanes)
                          : golden::timing(*d.lut, d.post_lanes);
    d.ports = make_ports(d);
    d.memories = memories(d);
    return d;
}

std::vector<golden::Job> plan(const Design& design, golden::GemmShape shape,
                              const golden::RowLists& rows) {
    return design.lut
               ? golden::plan(shape, *design.lut)
               : golden::plan(shape, design.tile_k, design.cols, design.rows_m, design.mode, rows);
}

bool has_nar(const Design& design) {
    return design.systolic && (golden::has_nar(design.systolic->datapath.activation) ||
                               golden::has_nar(design.systolic->datapath.weight));
}

bool has_choice(const Design& design) {
    return design.systolic && design.systolic->choice != golden::Choice::kNothing;
}

std::vector<golden::Selector> selectors(const Design& design) {
    if (!has_choice(design)) return {};
    return golden::selectors(design.systolic->choice, design.spec.weight, design.spec.activation);
}

std::string selector_port(const golden::Selector& selector) {
    return fmt::format("job_{}_i", selector.name);
}

int mode_count(const Design& design) {
    return design.systolic ? std::max(1, static_cast<int>(design.systolic->modes.size())) : 1;
}

std::string mode_name(const Design& design, int mode) {
    const Design d = in_mode(design, mode);
    if (has_choice(design)) {
        return golden::to_string(d.spec.weight) + " " + golden::to_string(d.spec.activation);
    }
    return fmt::format("W{}A{}", d.weight_bits, d.act_bits);
}

Design in_mode(const Design& design, int mode) {
    Design d = design;
    if (!design.systolic) return d;
    d.systolic = golden::in_mode(*design.systolic, mode);
    d.spec.weight = d.systolic->datapath.weight;
    d.spec.activation = d.systolic->datapath.activation;
    d.weight_bits = d.spec.weight.n;
    d.act_bits = d.spec.activation.n;
    d.products = d.systolic->lanes / design.systolic->lanes;
    d.tile_k = design.tile_k * d.products;
    d.mode = mode;
    return d;
}

std::optional<int> job_mode(const Design& design,
                            const std::function<std::uint64_t(const std::string&)>& port) {
    if (!has_choice(design)) {
        const std::uint64_t mode = mode_count(design) > 1 ? port("job_mode_i") : 0;
        return mode < static_cast<std::uint64_t>(mode_count(design))
                   ? std::optional(static_cast<int>(mode))
                   : std::nullopt;
    }
    int mode = 0;
    for (const golden::Selector& selector : selectors(design)) {
        const auto value = static_cast<int>(port(selector_port(selector)));
        if (value < selector.lowest || value > selector.largest) return std::nullopt;
        mode |= value << selector.place;
    }
    return mode;
}

std::map<std::string, std::uint64_t> job_mode_ports(const Design& design) {
    if (!has_choice(design)) {
        return {{"job_mode_i", static_cast<std::uint64_t>(design.mode)}};
    }
    std::map<std::string, std::uint64_t> ports;
    for (const golden::Selector& selector : selectors(design)) {
        ports[selector_port(selector)] =
            static_cast<std::uint64_t>(golden::selected(selector, design.mode));
    }
    return ports;
}

std::vector<Stream> streams(const Design& design) {
    std::vector<Stream> all;
    for (const Port& port : design.ports) {
        const std::size_t mark = port.name.find("_valid_");
        if (mark != std::string::npos) all.push_back({port.name.substr(0, mark), port.input, {}});
    }
    for (const Port& port : design.ports) {
        for (Stream& stream : all) {
            if (!port.name.starts_with(stream.name + "_")) continue;
            const std::string_view role = std::string_view(port.name).substr(stream.name.size());
            if (!role.starts_with("_valid_") && !role.starts_with("_ready_")) {
                stream.payload.push_back(port);
            }
        }
    }
    return all;
}

}  // namespace peforge
