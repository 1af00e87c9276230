// SPDX-License-Identifier: Apache-2.0
#include "generator/emit/emit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "generator/design/axi.hpp"
#include "generator/design/lut_model.hpp"
#include "generator/emit/axi.hpp"
#include "generator/emit/cocotb.hpp"
#include "generator/emit/datasheet.hpp"
#include "generator/emit/handoff.hpp"
#include "generator/emit/memories.hpp"
#include "generator/emit/register_files.hpp"
#include "generator/emit/render.hpp"
#include "generator/emit/tables.hpp"
#include "generator/emit/templates.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/sha256.hpp"
#include "golden/datapath/fields.hpp"
#include "golden/datapath/types.hpp"
#include "golden/formats/power_sum.hpp"

namespace peforge {

namespace {

namespace mst = kainjow::mustache;
using golden::DatapathKind;
using golden::Format;
using golden::FormatKind;

std::string description(const Design& d) {
    if (d.lut) {
        const golden::LutParams& l = *d.lut;
        return fmt::format("{} {} of {} elements, {} columns{}", l.centroids,
                           l.encoder == golden::LutEncoder::kTree ? "leaves" : "centroids",
                           l.subvector, l.columns,
                           l.imms > 1 ? fmt::format(", {} lookup units", l.imms) : "");
    }
    return fmt::format("{}x{} PEs, weights {}, activations {}{}", d.systolic->rows,
                       d.systolic->cols, golden::to_string(d.spec.weight),
                       golden::to_string(d.spec.activation),
                       mode_count(d) > 1        ? ", mixed precision"
                       : d.spec.run_time_fields ? ", fields chosen at run time"
                       : d.spec.run_time_types  ? ", types chosen at run time"
                                                : "");
}

/// Values that both tops share.
mst::data common_values(const Design& d) {
    const golden::PostParams& post = d.post();
    mst::data v;
    v.set("top", std::string(kTopMark));
    v.set("description", description(d));
    const bool high = d.spec.reset == ResetLevel::kHigh;
    v.set("reset_port", reset_port(d.spec));
    v.set("reset_high", high);
    v.set("rst_n", high ? "rst_n" : "rst_ni");
    v.set("output_stationary", d.output_stationary());
    v.set("cols", text(d.cols));
    v.set("rows_m", text(d.rows_m));
    v.set("acc_bits", text(d.accumulator().width));
    v.set("saturate", d.accumulator().saturate ? "1" : "0");
    v.set("tiles_bits", text(d.tiles_bits));
    v.set("scale_bits", text(post.scale_bits));
    v.set("shift_bits", text(post.shift_bits));
    v.set("shift_msb", text(post.shift_bits - 1));
    v.set("post_lanes", text(d.post_lanes));
    v.set("act_bits", text(d.act_bits));
    v.set("out_bits", text(d.out_bits));
    v.set("z_bits", text(post.z_bits));
    v.set("bias", post.has_bias);
    v.set("relu", post.has_relu);
    v.set("has_bias", post.has_bias ? "1" : "0");
    v.set("has_relu", post.has_relu ? "1" : "0");
    v.set("post_round_nearest", post.rounding == golden::Rounding::kNearestEven ? "1" : "0");
    v.set("post", mst::data{mst::partial{[] {
              return mark_section_lines(std::string(rtl_templates().at("post.mustache")));
          }}});
    return v;
}

mst::data parameter_list(const std::vector<std::pair<std::string, std::string>>& parameters) {
    mst::data list{mst::data::type::list};
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        mst::data entry;
        entry.set("key", parameters[i].first);
        entry.set("value", parameters[i].second);
        entry.set("last", i + 1 == parameters.size());
        list.push_back(entry);
    }
    return list;
}

/// Decoder of a format whose operands are {neg, log} or {neg, exponent, fraction}.
struct Decoder {
    std::string module;
    std::string parameters;
    int nar_top = 0;  ///< FLOAT_TOP of pf_nar_detect
};

Decoder log_decoder(const Format& f) {
    switch (f.kind) {
        case FormatKind::kInt:
        case FormatKind::kPot:
        case FormatKind::kApot:
        case FormatKind::kSp2:
        case FormatKind::kDenseShift:
        case FormatKind::kElpBsd:
        case FormatKind::kTernary:
        case FormatKind::kBinary:
            return {};
        case FormatKind::kLp:
        case FormatKind::kPosit:  // the same fields; only the fraction means something else
            return {"pf_lp_decode",
                    fmt::format(".N({}), .ES({}), .RS({}), .TERMINATED({}), .F({})", f.n, f.es,
                                f.rs, f.regime == golden::LpRegime::kTerminated ? 1 : 0,
                                golden::log_frac_bits(f))};
        case FormatKind::kAdaptivFloat:
            return {"pf_adaptivfloat_decode", fmt::format(".N({})", f.n)};
        case FormatKind::kFp8:
            return {"pf_fp8_decode", fmt::format(".E({}), .M({})", f.e, f.m), f.e == 5 ? 5 : 7};
        case FormatKind::kFlint:
            return {"pf_flint_decode", fmt::format(".N({})", f.n)};
    }
    throw std::logic_error("unknown format kind");
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Does the PE shift twice? Operands of pf_terms_pe are the codes themselves.
bool two_terms(const Format& f) {
    return golden::is_power_sum(f.kind) && golden::term_fields(f)[1].width > 0;
}

/// One power of two or zero: the codes are those of pot.
bool has_pot_decoder(const Format& f) {
    return f.kind == FormatKind::kPot ||
           (golden::is_power_sum(f.kind) && !two_terms(f) && golden::has_zero(f));
}

Parameters shift_parameters(const Format& weight) {
    Parameters p = {{"ACT_W", "ACT_W"}, {"SHIFT_W", "WGT_W - 1"}};
    if (!golden::has_zero(weight)) p.emplace_back("HAS_ZERO", "0");
    return p;
}

/// Widths of the fields, and the shift of each of their codes, the first in the lowest digit; f is
/// none.
Parameters term_parameters(const Format& weight) {
    Parameters p = {{"ACT_W", "ACT_W"}};
    const std::array<golden::TermField, 2> fields = golden::term_fields(weight);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const char letter = i == 0 ? 'A' : 'B';
        std::string digits;
        for (std::size_t code = 0; code < 4; ++code) {
            const int shift = fields[i].shifts[code];
            const bool none = code >> fields[i].width != 0 || shift == golden::TermField::kNone;
            digits.insert(digits.begin(), none ? 'f' : static_cast<char>('0' + shift));
        }
        p.emplace_back(fmt::format("{}_W", letter), text(fields[i].width));
        p.emplace_back(fmt::format("{}_SHIFTS", letter), "16'h" + digits);
    }
    p.emplace_back("OWN_SIGNS", fields[0].sign != fields[1].sign ? "1" : "0");
    return p;
}

/// Verilog of the partial sum's width for any ROWS and LANES: what the products of a tile need in
/// each mode, and what the PE adds up by itself.
std::string psum_width(const Design& d) {
    const golden::SystolicParams& s = *d.systolic;
    if (s.modes.empty()) return "TERM_W + $clog2(ROWS * LANES)";
    std::string width = s.datapath.kind == DatapathKind::kLog ? "TERM_W + 2" : "17";
    for (const golden::ModeParams& mode : s.modes) {
        const std::string tile =
            fmt::format("{} + $clog2({} * ROWS * LANES)", mode.datapath.term_bits, mode.products);
        width = fmt::format("(({0}) > ({1})) ? {0} : {1}", tile,
                            width.starts_with("((") ? "(" + width + ")" : width);
    }
    return width;
}

/// Edge and offsets of an array of mixed precision.
void set_modes(mst::data& v, const Design& d) {
    const golden::SystolicParams& s = *d.systolic;
    const bool mixed = !s.modes.empty();
    const bool log = s.datapath.kind == DatapathKind::kLog;
    v.set("mixed", mixed);
    v.set("mixed_log", mixed && log);
    v.set("modes", mixed || has_choice(d));
    if (!mixed) return;
    const int bits = static_cast<int>(std::bit_width(static_cast<unsigned>(mode_count(d) - 1)));
    v.set("mode_count", text(mode_count(d)));
    v.set("mode_bits", text(bits));
    v.set("mode_msb", text(bits - 1));
    v.set("act_edge", log ? "pf_lp_mix_act" : "pf_mul_mix_act");
    v.set("wgt_edge", log ? "pf_lp_mix_wgt" : "pf_mul_mix_wgt");
    v.set("shift_1", text(s.modes[1].datapath.acc_frac_bits - s.modes[0].datapath.acc_frac_bits));
    v.set("shift_2", text(s.modes[2].datapath.acc_frac_bits - s.modes[0].datapath.acc_frac_bits));
    mst::data list{mst::data::type::list};
    for (int mode = 0; mode < mode_count(d); ++mode) {
        const int products = s.modes[static_cast<std::size_t>(mode)].products;
        mst::data entry;
        entry.set("mode", text(mode));
        entry.set("case",
                  mode + 1 == mode_count(d) ? "default" : fmt::format("{}'d{}", bits, mode));
        entry.set("name", mode_name(d, mode));
        entry.set("products", text(products));
        entry.set("several", products > 1);
        entry.set("offset", std::to_string(mixed_offset(s.datapath.kind, d.term_bits, mode)));
        list.push_back(entry);
    }
    v.set("mode_offsets", list);
}

/// Ports of what a job chooses, and the mode that they make for pf_mode_ctrl.
void set_choice(mst::data& v, const Design& d) {
    v.set("choice", has_choice(d));
    mst::data ports{mst::data::type::list};
    std::string all;
    for (const golden::Selector& selector : selectors(d)) {
        mst::data entry;
        entry.set("port", selector_port(selector));
        entry.set("msb", text(selector.width - 1));
        ports.push_back(entry);
        all = selector_port(selector) + (all.empty() ? "" : ", ") + all;
        v.set(selector.name + "_msb", text(selector.width - 1));
        v.set(selector.name + "_largest", text(selector.largest));
    }
    v.set("choice_ports", ports);
    v.set("choice_mode", all);
}

/// Values of parameters that differ from those of a datapath without a choice.
void set_own(mst::data& v, Parameters& pe, const std::map<std::string, std::string>& own) {
    for (auto& [key, value] : pe) {
        if (const auto at = own.find(key); at != own.end()) value = at->second;
    }
    v.set("pe_parameters", parameter_list(pe));
    v.set("act_log", false);
    v.set("wgt_log", false);
}

/// Edge of an array of ANT's types, and what its PEs see of them: the form that all types share.
void set_types(mst::data& v, Parameters& pe, const Design& d) {
    v.set("types", d.spec.run_time_types);
    if (!d.spec.run_time_types) return;
    const golden::DatapathParams& dp = d.systolic->datapath;
    const golden::TypesOperand w = golden::types_operand(dp.weight.n);
    const golden::TypesOperand a = golden::types_operand(dp.activation.n);
    v.set("act_operand_bits", text(1 + a.exp_bits + a.frac_bits));
    v.set("weight_operand_bits", text(1 + w.exp_bits + w.frac_bits));
    // Every product is an integer of the sum: no bit that a shift drops is set.
    set_own(v, pe,
            {{"ACT_EXP_W", text(a.exp_bits)},
             {"WGT_EXP_W", text(w.exp_bits)},
             {"ACT_F", text(a.frac_bits)},
             {"WGT_F", text(w.frac_bits)},
             {"EXP_MIN", text(-w.bias - a.bias)},
             {"EXP_MAX", text(w.exp_max - w.bias + a.exp_max - a.bias)},
             {"A", text(w.bias + a.bias)},
             {"ROUND_NEAREST", "0"}});
}

/// Edge of an array whose LP fields come with each job, and what its PEs see of them: logs of the
/// widest fields, all at the same place.
void set_fields(mst::data& v, Parameters& pe, const Design& d) {
    const golden::DatapathParams& dp = d.systolic->datapath;
    v.set("fields", d.spec.run_time_fields);
    if (!d.spec.run_time_fields) return;
    const int octaves = golden::fields_octaves(dp);
    const golden::FieldsPlacing place = golden::fields_placing(octaves, dp.rounding);
    const auto frac = [](const Format& f) { return std::max(0, f.n - 2); };
    // A log before it is placed is at least -2^es * rs; the largest is as far above zero.
    int span = 0;
    for (const Format& f : {dp.weight, dp.activation}) {
        span = std::max(span, 2 * (f.n - 1) * (1 << golden::largest_es(f.n)) + 1);
    }
    const int add_bits = 1 + static_cast<int>(std::bit_width(
                                 static_cast<unsigned>(std::max(span - place.bias, place.bias))));
    v.set("octaves", text(octaves));
    v.set("place_bits", text(place.int_bits));
    v.set("place_min", text(place.int_min));
    v.set("place_bias", text(place.bias));
    v.set("add_bits", text(std::max(add_bits, 5)));
    v.set("act_operand_bits", text(1 + place.int_bits + frac(dp.activation)));
    v.set("weight_operand_bits", text(1 + place.int_bits + frac(dp.weight)));
    const auto scaled = [](int integer, int frac_bits) { return text(integer * (1 << frac_bits)); };
    set_own(v, pe,
            {{"ACT_F", text(frac(dp.activation))},
             {"WGT_F", text(frac(dp.weight))},
             {"ACT_LOG_MIN", scaled(place.int_min, frac(dp.activation))},
             {"WGT_LOG_MIN", scaled(place.int_min, frac(dp.weight))},
             {"LOG_MAX", text((2 * place.bias + 1) * (1 << dp.log_frac_bits) - 1)},
             {"A", text(octaves - 2 * place.bias)}});
}

mst::data systolic_values(const Design& d) {
    const golden::SystolicParams& s = *d.systolic;
    const golden::DatapathParams& dp = s.datapath;
    mst::data v = common_values(d);
    v.set("rows", text(s.rows));
    v.set("lanes", text(s.lanes));
    v.set("pipeline", text(s.pipeline));
    // A mixed integer PE has products of its own widths.
    if (s.modes.empty() || dp.kind == DatapathKind::kLog) v.set("term_bits", text(d.term_bits));
    v.set("weight_word_bits", text(d.weight_word_bits));
    v.set("act_word_bits", text(d.act_word_bits));
    v.set("psum_width", psum_width(d));
    const int stages = s.pipeline + (d.output_stationary() || d.bin_bits != 0 ? 1 : 0);
    v.set("latency_note", "ROWS+" + text(stages));
    v.set("bins", d.bin_bits != 0);
    v.set("bin_count", text(1 << dp.log_frac_bits));
    v.set("log_frac_bits", text(dp.log_frac_bits));
    v.set("mantissa_bits", text(dp.mantissa_bits));
    if (d.bin_bits != 0) v.set("bin_table", bin_table(dp));

    Parameters pe;
    std::string module;
    if (dp.kind == DatapathKind::kMul) {
        module = "pf_mul_pe";
        pe = {{"ACT_W", "ACT_W"}, {"WGT_W", "WGT_W"}};
    } else if (dp.kind == DatapathKind::kShift) {
        module = two_terms(dp.weight) ? "pf_terms_pe" : "pf_shift_pe";
        pe = two_terms(dp.weight) ? term_parameters(dp.weight) : shift_parameters(dp.weight);
    } else if (dp.kind == DatapathKind::kFloat) {
        module = "pf_float_pe";
        const std::string act_frac = text(golden::log_frac_bits(dp.activation));
        const std::string wgt_frac = text(golden::log_frac_bits(dp.weight));
        pe = {{"ACT_EXP_W", "ACT_W - 1 - " + act_frac},
              {"WGT_EXP_W", "WGT_W - 1 - " + wgt_frac},
              {"ACT_F", act_frac},
              {"WGT_F", wgt_frac},
              {"EXP_MIN", text(dp.log_min)},
              {"EXP_MAX", text(dp.log_max)},
              {"A", text(dp.acc_frac_bits)},
              {"ROUND_NEAREST", dp.rounding == golden::Rounding::kNearestEven ? "1" : "0"},
              {"TERM_W", "TERM_W"}};
    } else if (d.bin_bits != 0) {
        module = "pf_bin_pe";
        pe = {{"ACT_LOG_W", "ACT_W - 1"},
              {"WGT_LOG_W", "WGT_W - 1"},
              {"ACT_F", text(golden::log_frac_bits(dp.activation))},
              {"WGT_F", text(golden::log_frac_bits(dp.weight))},
              {"ACT_LOG_MIN", text(golden::min_decoded(dp.activation))},
              {"WGT_LOG_MIN", text(golden::min_decoded(dp.weight))},
              {"LOG_MAX", text(dp.log_max)},
              {"A", text(golden::kept_frac_bits(dp))}};
    } else {
        module = "pf_log_pe";
        pe = {{"ACT_LOG_W", "ACT_W - 1"},
              {"WGT_LOG_W", "WGT_W - 1"},
              {"ACT_F", text(golden::log_frac_bits(dp.activation))},
              {"WGT_F", text(golden::log_frac_bits(dp.weight))},
              {"ACT_LOG_MIN", text(golden::min_decoded(dp.activation))},
              {"WGT_LOG_MIN", text(golden::min_decoded(dp.weight))},
              {"LOG_MAX", text(dp.log_max)},
              {"M", text(dp.mantissa_bits)},
              {"A", text(dp.acc_frac_bits)},
              {"ROUND_NEAREST", dp.rounding == golden::Rounding::kNearestEven ? "1" : "0"},
              {"TERM_W", "TERM_W"}};
    }
    pe.insert(pe.end(),
              {{"LANES", "LANES"},
               {"PIPELINE", "PIPELINE"},
               {"ZERO_GATING", d.spec.zero_gating ? "1" : "0"},
               {d.bin_bits != 0 ? "BIN_W" : "PSUM_W", d.bin_bits != 0 ? "BIN_W" : "PSUM_W"}});
    if (d.output_stationary()) pe.emplace_back("SUM_STAYS", "1");
    if (!s.modes.empty()) {
        module = dp.kind == DatapathKind::kLog ? "pf_log_mix_pe" : "pf_mul_mix_pe";
        pe = {{"PSUM_W", "PSUM_W"}};
        if (dp.kind == DatapathKind::kLog) {
            pe.insert(pe.begin(), {{"M", text(dp.mantissa_bits)},
                                   {"A", text(dp.acc_frac_bits)},
                                   {"I_MIN", text(dp.log_min >> dp.log_frac_bits)},
                                   {"I_MAX", text(dp.log_max >> dp.log_frac_bits)},
                                   {"TERM_W", "TERM_W"},
                                   {"PIPELINE", "PIPELINE"}});
        }
    }
    v.set("pe_module", module);
    v.set("pe_parameters", parameter_list(pe));
    const MixedOperands mixed = mixed_operands(dp);
    v.set("act_operand_bits",
          text(s.modes.empty() ? operand_bits(dp, dp.activation) : mixed.activation_bits));
    v.set("weight_operand_bits",
          text(s.modes.empty() ? operand_bits(dp, dp.weight) : mixed.weight_bits));
    set_modes(v, d);

    v.set("psum_offset", std::to_string(psum_offset(dp)));

    const auto set_operand = [&v, &s](const std::string& side, const Format& f) {
        const bool decoded = has_pot_decoder(f);
        v.set(side + "_int", (f.kind == FormatKind::kInt || golden::is_power_sum(f.kind)) &&
                                 !decoded && s.modes.empty());
        v.set(side + "_pot", decoded);
        v.set(side + "_log", (f.kind == FormatKind::kLp || golden::is_float(f)) && s.modes.empty());
        const Decoder decoder = log_decoder(f);
        v.set(side + "_decoder", decoder.module);
        v.set(side + "_decoder_parameters", decoder.parameters);
        v.set(side + "_nar", golden::has_nar(f));
        v.set(side + "_nar_top", text(decoder.nar_top));
    };
    set_operand("act", dp.activation);
    set_operand("wgt", dp.weight);
    const bool nar = golden::has_nar(dp.activation) || golden::has_nar(dp.weight);
    v.set("nar", nar && s.modes.empty());
    v.set("no_nar", !nar);
    set_choice(v, d);
    set_fields(v, pe, d);
    set_types(v, pe, d);
    return v;
}

mst::data lut_values(const Design& d) {
    const golden::LutParams& l = *d.lut;
    mst::data v = common_values(d);
    const bool decision_tree = l.encoder == golden::LutEncoder::kTree;
    const bool side_by_side = l.organisation == golden::LutOrganisation::kTree;
    v.set("subvector", text(l.subvector));
    v.set("centroids", text(l.centroids));
    v.set("ccus", text(l.ccus));
    v.set("imms", text(l.imms));
    v.set("fold", text(l.fold));
    v.set("folded", l.organisation == golden::LutOrganisation::kFolded);
    v.set("reuse", l.kept_tiles > 0);
    v.set("kept_tiles", text(l.kept_tiles));
    v.set("centroid_bits", text(l.centroid_bits));
    v.set("entry_bits", text(l.entry_bits));
    v.set("shift", l.shift_bits > 0);
    v.set("level_bits", text(l.shift_bits));
    v.set("metric", text(static_cast<int>(l.metric)));
    v.set("metric_is_l2", l.metric == golden::Metric::kL2 ? "1" : "0");
    v.set("metric_is_chebyshev", l.metric == golden::Metric::kChebyshev ? "1" : "0");
    v.set("decision_tree", decision_tree);
    v.set("side_by_side", !decision_tree && side_by_side);
    v.set("chain", !decision_tree && !side_by_side);
    v.set("encoder", decision_tree  ? "pf_decision_tree"
                     : side_by_side ? "pf_ccu_tree"
                                    : "pf_ccu_chain");
    v.set("word_width",
          decision_tree ? fmt::format("((SUBVECTOR > 1) ? $clog2(SUBVECTOR) : 1)+{}", d.act_bits)
                        : fmt::format("SUBVECTOR*{}", l.centroid_bits));
    v.set("latency_note", text(d.timing.latency));
    return v;
}

/// Every emitted module: its template text before renaming, leaves first, the top last.
class ModuleCollector {
public:
    explicit ModuleCollector(const Design& design) : design_(design) {}

    void add_top(const std::string& rendered) {
        add_references(rendered);
        modules_.emplace_back("", rendered);
    }

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& modules() const {
        return modules_;
    }

private:
    void add_references(const std::string& module_text) {
        for (const std::string& name : referenced_modules(module_text)) {
            if (!seen_.insert(name).second) continue;
            const std::string body = module_body(name);
            add_references(body);
            modules_.emplace_back(name, body);
        }
    }

    /// A module is a plain file, or a template that holds this design's tables.
    [[nodiscard]] std::string module_body(const std::string& name) const {
        if (name == "log2lin") {
            return render(std::string(rtl_templates().at("pf_log2lin.v.mustache")),
                          log2lin_values(design_.systolic->datapath));
        }
        if (name == "encode") {
            return render(std::string(rtl_templates().at(encode_template(design_.post()))),
                          encode_values(design_.post()));
        }
        return std::string(rtl_templates().at("pf_" + name + ".v"));
    }

    const Design& design_;
    std::set<std::string> seen_;
    std::vector<std::pair<std::string, std::string>> modules_;
};

/// The head of every generated file; the templates' own licence line does not apply to output.
std::string with_header(const Design& d, const std::string& body) {
    std::string out = fmt::format(
        "// Generated by peforge {} from spec {} (hash {}).\n"
        "// This file belongs to you without conditions.\n//\n",
        PEFORGE_VERSION, d.spec.name, d.spec.hash);
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("// SPDX-License-Identifier", 0) != 0) out.append(line).append("\n");
    }
    return out;
}

nlohmann::ordered_json manifest(const Design& d, const std::vector<std::string>& rtl) {
    nlohmann::ordered_json m;
    m["generator"] = "peforge";
    m["version"] = PEFORGE_VERSION;
    m["name"] = d.spec.name;
    m["spec_hash"] = d.spec.hash;
    m["top"] = d.top;
    m["description"] = description(d);
    m["licence"] = "The generated files belong to you without conditions.";
    m["rtl"] = rtl;
    m["axi_top"] = axi_top(d);
    for (const auto& [key, ports] : {std::pair("ports", d.ports), {"axi_ports", axi_ports(d)}}) {
        for (const Port& p : ports) {
            m[key].push_back({{"name", p.name},
                              {"direction", p.input ? "input" : "output"},
                              {"width", p.width}});
        }
    }
    nlohmann::ordered_json& n = m["numerics"];
    if (d.systolic) {
        const golden::DatapathParams& dp = d.systolic->datapath;
        static constexpr const char* kNames[] = {"mul", "shift", "log", "float"};
        n["datapath"] = kNames[static_cast<int>(dp.kind)];
        n["term_bits"] = d.term_bits;
        n["psum_bits"] = d.psum_bits;
        if (dp.kind == DatapathKind::kLog) {
            n["log_frac_bits"] = dp.log_frac_bits;
            n["mantissa_bits"] = dp.mantissa_bits;
            n["acc_frac_bits"] = dp.acc_frac_bits;
            n["table"] = dp.table;
            if (d.bin_bits != 0) {
                n["bin_bits"] = d.bin_bits;
                n["bin_frac_bits"] = golden::kept_frac_bits(dp);
            }
        } else if (dp.kind == DatapathKind::kFloat) {
            n["mantissa_bits"] = dp.mantissa_bits;
            n["acc_frac_bits"] = dp.acc_frac_bits;
        }
        if (d.spec.run_time_fields) {
            const auto range = [](int low, int high) { return nlohmann::json{low, high}; };
            for (const auto& [role, f] :
                 {std::pair("weight", dp.weight), std::pair("activation", dp.activation)}) {
                n["run_time_fields"][role] = {{"es", range(0, golden::largest_es(f.n))},
                                              {"rs", range(1, f.n - 1)}};
            }
            n["run_time_fields"]["acc_frac_bits"] =
                fmt::format("{} - floor(largest log2 of a product)", golden::fields_octaves(dp));
        }
        if (d.spec.run_time_types) {
            for (const auto& [role, f] :
                 {std::pair("weight", dp.weight), std::pair("activation", dp.activation)}) {
                const int largest = static_cast<int>(golden::largest_type(f.n));
                for (int type = 0; type <= largest; ++type) {
                    const Format format =
                        golden::format_of(static_cast<golden::OperandType>(type), f.n);
                    n["run_time_types"][role].push_back(
                        {{"type", type},
                         {"format", golden::to_string(format)},
                         {"acc_frac_bits", golden::unit_frac_bits(format)}});
                }
            }
        }
        for (int mode = 0; mode < mode_count(d) && mode_count(d) > 1; ++mode) {
            const golden::ModeParams& one = d.systolic->modes[static_cast<std::size_t>(mode)];
            n["modes"].push_back({{"name", mode_name(d, mode)},
                                  {"weight", golden::to_string(one.datapath.weight)},
                                  {"activation", golden::to_string(one.datapath.activation)},
                                  {"products", one.products},
                                  {"term_bits", one.datapath.term_bits},
                                  {"acc_frac_bits", one.datapath.acc_frac_bits}});
        }
    } else {
        n["datapath"] = "lut";
        if (d.lut->encoder == golden::LutEncoder::kDistance) {
            n["distance_bits"] = d.lut->distance_bits;
        }
        n["index_bits"] = d.lut->index_bits;
        n["entry_bits"] = d.lut->entry_bits;
        n["psum_bits"] = d.psum_bits;
    }
    n["accumulator_bits"] = d.accumulator().width;
    n["z_bits"] = d.post().z_bits;
    n["z_frac_bits"] = d.post().z_frac_bits;
    n["worst_product_relative_error"] = d.bounds.product_relative;
    n["worst_dot_product_error"] = d.bounds.dot_absolute;
    nlohmann::ordered_json& t = m["timing"];
    t["tile_k"] = d.tile_k;
    t["tile_beats"] = d.timing.tile_beats;
    t["wave"] = d.timing.wave;
    t["latency"] = d.timing.latency;
    if (d.lut) {
        const LutRates rates = lut_rates(d);
        t["encode_cycles_per_row"] = rates.encode_row;
        t["encode_cycles_per_tile"] = rates.encode_tile;
        t["index_words"] = d.timing.index_words;
        t["peak_operations_per_cycle"] = lut_peak(d);
        t["warnings"] = rate_warnings(d);
    }
    t["post_cycles"] = d.timing.post_cycles;
    t["post_latency"] = d.timing.post_latency;
    return m;
}

/// C++ of what a job may choose.
std::string legal_choice(const Design& d) {
    std::string out;
    for (const golden::Selector& selector : selectors(d)) {
        const std::string port = selector_port(selector);
        if (selector.lowest > 0) {
            out += fmt::format(" &&\n               {}.get() >= {}", port, selector.lowest);
        }
        out += fmt::format(" &&\n               {}.get() <= {}", port, selector.largest);
    }
    return out;
}

/// C++ of when a job may keep or must reuse indices.
std::string legal_reuse(const Design& d) {
    return fmt::format(
        " &&\n               (job_reuse_i.get() != 0) == kept.indices &&\n"
        "               (!kept.indices || (m == kept.m && job_tiles_i.get() == kept.tiles)) &&\n"
        "               (job_keep_i.get() == 0 || job_tiles_i.get() <= {})",
        d.lut->kept_tiles);
}

/// Typed handles of the top's ports for benches on the coroutine harness (verif/harness); the port
/// types they deduce.
std::string binding(const Design& d) {
    std::string out = fmt::format(
        "// Generated by peforge {} from spec {} (hash {}).\n"
        "// This file belongs to you without conditions.\n"
        "//\n"
        "// Ports of {} as handles of peforge::harness, over Verilator's class of the top: include "
        "that\n// class's header first, then use binding::Dut<V{}> as the test's Dut. "
        "docs/harness.md"
        "\n#pragma once\n\n"
        "#include <cstdint>\n#include <tuple>\n#include <type_traits>\n\n"
        "#include \"coco/coco.hpp\"\n#include \"coco/verilator.hpp\"\n\n"
        "namespace binding {{\n\n"
        "inline constexpr unsigned kRowsM = {};\n\n"
        "template <class T>\nusing Port = peforge::coco::Sig<std::remove_reference_t<T>>;\n\n"
        "template <class Top>\nstruct Dut : peforge::coco::VerilatedDut<Top> {{\n"
        "    using peforge::coco::VerilatedDut<Top>::VerilatedDut;\n\n",
        PEFORGE_VERSION, d.spec.name, d.spec.hash, d.top, d.top, d.rows_m);
    const bool reuses = d.lut && d.lut->kept_tiles > 0;
    for (const Port& p : d.ports) {
        out += fmt::format("    Port<decltype(Top::{0})> {0}{{this->top.{0}, {1}}};\n", p.name,
                           p.width);
    }
    out += "\n    // Payload ports of the streams.\n";
    for (const Stream& stream : streams(d)) {
        std::string ports;
        for (const Port& p : stream.payload) ports += (ports.empty() ? "" : ", ") + p.name;
        out += fmt::format("    auto {}() {{ return std::tie({}); }}\n", stream.name, ports);
    }
    out += fmt::format(
        "\n    /// Whether the array takes the job on its port{0}.\n"
        "    bool good_job() {1}{{\n"
        "        const auto m = job_m_i.get();\n"
        "        const bool good = m != 0 && m <= kRowsM && job_tiles_i.get() != 0{2};\n"
        "{3}        return good;\n    }}\n",
        reuses ? "; remembers what it keeps, so ask once for each" : "", reuses ? "" : "const ",
        mode_count(d) > 1 ? fmt::format(" && job_mode_i.get() < {}", mode_count(d))
        : reuses          ? legal_reuse(d)
                          : legal_choice(d),
        reuses ? "        if (good) kept = {job_keep_i.get() != 0, m, job_tiles_i.get()};\n" : "");
    if (reuses) {
        out +=
            "\n    struct Kept {\n        bool indices = false;\n        std::uint64_t m = 0;\n"
            "        std::uint64_t tiles = 0;\n    };\n"
            "    Kept kept;  ///< of the last job that was taken; none after a reset\n";
    }
    out += fmt::format("    void forget_jobs() {{{}}}\n", reuses ? " kept = {}; " : "");
    out += fmt::format("    void set_reset(bool on) {{ {}.set({}); }}\n", reset_port(d.spec),
                       d.spec.reset == ResetLevel::kHigh ? "on ? 1 : 0" : "on ? 0 : 1");
    // For a recording of whole clock cycles: every port but the clock, in the top's order.
    for (const bool input : {true, false}) {
        std::string ports;
        for (const Port& p : d.ports) {
            if (p.input == input && p.name != "clk_i")
                ports += (ports.empty() ? "" : ", ") + p.name;
        }
        out += fmt::format("    auto {}() {{ return std::tie({}); }}\n",
                           input ? "inputs" : "outputs", ports);
    }
    return out + "};\n\n}  // namespace binding\n";
}

/// A rendered text with the names of this design's modules.
std::string name_modules(const std::string& body, const std::string& top) {
    std::string text = rename_modules(body, top);
    for (std::size_t at = text.find(kTopMark); at != std::string::npos;
         at = text.find(kTopMark, at + top.size())) {
        text.replace(at, kTopMark.size(), top);
    }
    return text;
}

}  // namespace

FileSet emit(const Design& design, const std::optional<SynthesisFigures>& figures) {
    const bool lut = design.lut.has_value();
    ModuleCollector collector(design);
    collector.add_top(render(
        std::string(rtl_templates().at(lut ? "pf_lut.v.mustache" : "pf_systolic.v.mustache")),
        lut ? lut_values(design) : systolic_values(design)));

    FileSet files;
    std::vector<std::string> rtl;
    for (const auto& [name, body] : collector.modules()) {
        const std::string module = name.empty() ? design.top : design.top + "_" + name;
        // Only modules begin with the templates' prefix.
        if (!module.starts_with("pf_") && uses_identifier(body, module)) {
            throw InputError(design.file, "/name",
                             fmt::format("module \"{0}\" would have a signal \"{0}\"; allowed: a "
                                         "name that no signal of the array has",
                                         module));
        }
        const std::string path = "rtl/" + module + ".v";
        files[path] = with_header(design, name_modules(body, design.top));
        rtl.push_back(path);
    }
    std::string filelist;
    for (const std::string& path : rtl) filelist += path + "\n";
    files["filelist.f"] = filelist;
    const Finish finish = [&design](const std::string& body) {
        return with_header(design, name_modules(body, design.top));
    };
    add_memories(design, finish, files);
    add_axi(design, finish, files);
    add_registers(design, files);
    files["spec.json"] = to_json(design.spec);
    files["bench/" + design.top + "_binding.hpp"] = binding(design);
    files[design.top + ".sdc"] = sdc(design, design.ports, "clk_i");
    add_cocotb(design, files);
    add_handoff(design, files);
    add_datasheet(design, figures, files);
    nlohmann::ordered_json m = manifest(design, rtl);
    for (const auto& [path, content] : files) m["files"][path] = sha256(content);
    files["manifest.json"] = m.dump(2) + "\n";
    return files;
}

}  // namespace peforge
