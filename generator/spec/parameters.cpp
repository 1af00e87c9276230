// The parameter table: every key of a spec with its type, range, default, scope and help.
//
// SPDX-License-Identifier: Apache-2.0
#include "generator/spec/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>

namespace peforge {
namespace {

using golden::Format;
using golden::FormatKind;

/// Codec of one data member: int, bool, enum or std::optional<int>.
template <class Owner, auto Member>
constexpr ParameterCodec<Owner> member() {
    return {.set =
                [](Owner& owner, const ParameterValue& v) {
                    using T = std::remove_reference_t<decltype(owner.*Member)>;
                    if constexpr (std::is_same_v<T, std::optional<int>>) {
                        owner.*Member = v.number;
                    } else {
                        owner.*Member = static_cast<T>(*v.number);
                    }
                },
            .get =
                [](const Owner& owner) {
                    using T = std::remove_cvref_t<decltype(owner.*Member)>;
                    if constexpr (std::is_same_v<T, std::optional<int>>) {
                        return ParameterValue{owner.*Member, {}};
                    } else {
                        return ParameterValue{static_cast<int>(owner.*Member), {}};
                    }
                }};
}

constexpr ParameterCodec<Spec> name_codec() {
    return {.set = [](Spec& s, const ParameterValue& v) { s.name = v.text; },
            .get =
                [](const Spec& s) {
                    return ParameterValue{std::nullopt, s.name};
                }};
}

// In the order of the C++ enumerators.
constexpr std::array<std::string_view, 2> kArrayKinds{"systolic", "lut"};
constexpr std::array<std::string_view, 2> kDataflows{"weight_stationary", "output_stationary"};
constexpr std::array<std::string_view, 3> kMetrics{"l1", "l2", "chebyshev"};
constexpr std::array<std::string_view, 2> kEncoders{"distance", "tree"};
constexpr std::array<std::string_view, 3> kOrganisations{"chain", "tree", "folded"};
constexpr std::array<std::string_view, 2> kRoundings{"truncate", "nearest_even"};
constexpr std::array<std::string_view, 2> kRegimes{"capped", "terminated"};
constexpr std::array<std::string_view, 2> kPotRoundings{"nearest", "log"};
constexpr std::array<std::string_view, 2> kConverts{"per_product", "per_bin"};
constexpr std::array<std::string_view, 2> kResetLevels{"active_low", "active_high"};

constexpr auto kName = ParameterType::kName;
constexpr auto kInt = ParameterType::kInt;
constexpr auto kBool = ParameterType::kBool;
constexpr auto kEnum = ParameterType::kEnum;
constexpr auto kIntOrAuto = ParameterType::kIntOrAuto;
constexpr auto kFormat = ParameterType::kFormat;

constexpr std::array kParameters{
    Parameter{.pointer = "/name",
              .type = kName,
              .required = true,
              .help = "name of the design: top module and prefix of every emitted module",
              .codec = name_codec()},
    Parameter{.pointer = "/array/kind",
              .type = kEnum,
              .required = true,
              .choices = kArrayKinds,
              .help = "systolic array of PEs, or lookup-table array",
              .codec = member<Spec, &Spec::kind>()},
    Parameter{.pointer = "/array/dataflow",
              .type = kEnum,
              .scope = Scope::kSystolic,
              .choices = kDataflows,
              .help = "operand that stays in the PEs",
              .codec = member<Spec, &Spec::dataflow>()},
    Parameter{.pointer = "/array/rows",
              .type = kInt,
              .scope = Scope::kSystolic,
              .required = true,
              .min = 1,
              .max = 256,
              .help = "rows of PEs, along K (output_stationary: along M)",
              .codec = member<Spec, &Spec::rows>()},
    Parameter{.pointer = "/array/cols",
              .type = kInt,
              .scope = Scope::kSystolic,
              .required = true,
              .min = 1,
              .max = 256,
              .help = "columns of PEs, along N",
              .codec = member<Spec, &Spec::cols>()},
    Parameter{.pointer = "/array/subvector",
              .type = kInt,
              .scope = Scope::kLut,
              .required = true,
              .min = 1,
              .max = 16,
              .help = "elements of K in one subspace (v)",
              .codec = member<Spec, &Spec::subvector>()},
    Parameter{.pointer = "/array/centroids",
              .type = kInt,
              .scope = Scope::kLut,
              .required = true,
              .min = 2,
              .max = 64,
              .help = "centroids of a subspace (c); a power of two with lut.encoder \"tree\"",
              .codec = member<Spec, &Spec::centroids>()},
    Parameter{.pointer = "/array/metric",
              .type = kEnum,
              .scope = Scope::kLut,
              .choices = kMetrics,
              .help = "distance between an activation vector and a centroid",
              .codec = member<Spec, &Spec::metric>()},
    Parameter{.pointer = "/array/columns",
              .type = kInt,
              .scope = Scope::kLut,
              .required = true,
              .min = 1,
              .max = 256,
              .help = "table columns (Tn): lookup-accumulate lanes, along N",
              .codec = member<Spec, &Spec::columns>()},
    Parameter{.pointer = "/array/ccus",
              .type = kInt,
              .scope = Scope::kLut,
              .min = 1,
              .max = 16,
              .help = "closest-centroid units: subspaces encoded at a time; divides imms",
              .codec = member<Spec, &Spec::ccus>()},
    Parameter{.pointer = "/array/imms",
              .type = kInt,
              .scope = Scope::kLut,
              .min = 1,
              .max = 16,
              .help = "lookup units: subspaces looked up, and added, in a cycle",
              .codec = member<Spec, &Spec::imms>()},
    Parameter{.pointer = "/lut/encoder",
              .type = kEnum,
              .scope = Scope::kLut,
              .choices = kEncoders,
              .help = "closest centroid, or a decision tree of one comparison a level (MADDNESS)",
              .codec = member<Spec, &Spec::lut_encoder>()},
    Parameter{.pointer = "/lut/organisation",
              .type = kEnum,
              .scope = Scope::kLut,
              .choices = kOrganisations,
              .help = "distance PEs: a chain, side by side below a tree of comparators, or fewer "
                      "than centroids (fold)",
              .codec = member<Spec, &Spec::lut_organisation>()},
    Parameter{.pointer = "/lut/fold",
              .type = kInt,
              .scope = Scope::kLut,
              .min = 1,
              .max = 64,
              .limit = "centroids",
              .help = "organisation \"folded\": cycles of a vector in ceil(centroids / fold) PEs",
              .codec = member<Spec, &Spec::lut_fold>()},
    Parameter{.pointer = "/weight",
              .type = kFormat,
              .scope = Scope::kSystolic,
              .required = true,
              .help = "number format of the weights",
              .format = &Spec::weight},
    Parameter{.pointer = "/activation",
              .type = kFormat,
              .required = true,
              .help = "number format of the activations (lut: int)",
              .format = &Spec::activation},
    Parameter{.pointer = "/centroid/n",
              .type = kInt,
              .scope = Scope::kLut,
              .min = 2,
              .max = 8,
              .help = "bits of a centroid element, signed",
              .codec = member<Spec, &Spec::centroid_bits>()},
    Parameter{.pointer = "/entry/n",
              .type = kInt,
              .scope = Scope::kLut,
              .min = 2,
              .max = 16,
              .help = "bits of a table entry, signed",
              .codec = member<Spec, &Spec::entry_bits>()},
    Parameter{.pointer = "/entry/shift_bits",
              .type = kInt,
              .scope = Scope::kLut,
              .min = 0,
              .max = 3,
              .help = "bits of a left shift that all entries of a subspace share; 0 = none",
              .codec = member<Spec, &Spec::entry_shift_bits>()},
    Parameter{.pointer = "/accumulator/max_k",
              .type = kInt,
              .min = 1,
              .max = 65536,
              .help = "longest dot product; auto width never overflows up to it",
              .codec = member<Spec, &Spec::max_k>()},
    Parameter{.pointer = "/accumulator/width",
              .type = kIntOrAuto,
              .min = 2,
              .max = 48,
              .help = "accumulator bits, signed; auto = no overflow up to max_k",
              .codec = member<Spec, &Spec::acc_width>()},
    Parameter{.pointer = "/accumulator/saturate",
              .type = kBool,
              .scope = Scope::kBuffered,
              .max = 1,
              .help = "allow a width below what max_k needs; sums then saturate and are counted",
              .codec = member<Spec, &Spec::acc_saturate>()},
    Parameter{.pointer = "/accumulator/frac_bits",
              .type = kIntOrAuto,
              .scope = Scope::kPlaced,
              .min = -1024,
              .max = 48,
              .help = "fraction bits of a product term; auto = exact within octaves",
              .codec = member<Spec, &Spec::acc_frac_bits>()},
    Parameter{.pointer = "/accumulator/mantissa_bits",
              .type = kIntOrAuto,
              .scope = Scope::kLog,
              .min = 0,
              .max = 20,
              .help = "fraction bits of the log-to-linear table; auto = log fraction bits + 3",
              .codec = member<Spec, &Spec::mantissa_bits>()},
    Parameter{.pointer = "/accumulator/octaves",
              .type = kInt,
              .scope = Scope::kPlaced,
              .min = 4,
              .max = 40,
              .help = "most bits kept below the largest product (frac_bits auto)",
              .codec = member<Spec, &Spec::octaves>()},
    Parameter{.pointer = "/accumulator/rounding",
              .type = kEnum,
              .scope = Scope::kPlaced,
              .choices = kRoundings,
              .help = "rounding of product bits below the accumulator's unit",
              .codec = member<Spec, &Spec::acc_rounding>()},
    Parameter{.pointer = "/post/bias",
              .type = kBool,
              .max = 1,
              .help = "add a bias per column before scaling",
              .codec = member<Spec, &Spec::bias>()},
    Parameter{.pointer = "/post/scale_bits",
              .type = kInt,
              .min = 4,
              .max = 24,
              .help = "bits of the scale of a column, unsigned",
              .codec = member<Spec, &Spec::scale_bits>()},
    Parameter{.pointer = "/post/relu",
              .type = kBool,
              .max = 1,
              .help = "rectifier, switched on or off for each job",
              .codec = member<Spec, &Spec::relu>()},
    Parameter{.pointer = "/post/rounding",
              .type = kEnum,
              .choices = kRoundings,
              .help = "rounding of the right shift behind the scale",
              .codec = member<Spec, &Spec::post_rounding>()},
    Parameter{.pointer = "/post/lanes",
              .type = kIntOrAuto,
              .min = 1,
              .max = 256,
              .limit = "columns",
              .help = "columns post-processed in a cycle; auto = one lane per eight columns",
              .codec = member<Spec, &Spec::post_lanes>()},
    Parameter{.pointer = "/output",
              .type = kFormat,
              .required = true,
              .help = "number format of the outputs",
              .format = &Spec::output},
    Parameter{.pointer = "/pe/lanes",
              .type = kInt,
              .scope = Scope::kSystolic,
              .min = 1,
              .max = 16,
              .help = "products of a PE, summed into one partial sum",
              .codec = member<Spec, &Spec::lanes>()},
    Parameter{.pointer = "/pe/pipeline",
              .type = kInt,
              .scope = Scope::kSystolic,
              .min = 1,
              .max = 2,
              .help = "register stages of a PE: 1 = sum, 2 = product and sum",
              .codec = member<Spec, &Spec::pipeline>()},
    Parameter{.pointer = "/pe/zero_gating",
              .type = kBool,
              .scope = Scope::kSystolic,
              .max = 1,
              .help = "hold operands of a product that is zero",
              .codec = member<Spec, &Spec::zero_gating>()},
    Parameter{.pointer = "/pe/mixed_precision",
              .type = kBool,
              .scope = Scope::kSystolic,
              .max = 1,
              .help = "several narrower products in place of one, the mode chosen for each job",
              .codec = member<Spec, &Spec::mixed_precision>()},
    Parameter{.pointer = "/pe/run_time_fields",
              .type = kBool,
              .scope = Scope::kLog,
              .max = 1,
              .help = "es and rs of weights and activations come with each job; those of the spec "
                      "are the defaults",
              .codec = member<Spec, &Spec::run_time_fields>()},
    Parameter{.pointer = "/pe/run_time_types",
              .type = kBool,
              .scope = Scope::kFlint,
              .max = 1,
              .help = "ANT: int, flint or PoT of the same width, for weights and for activations, "
                      "comes with each job; flint is the default",
              .codec = member<Spec, &Spec::run_time_types>()},
    Parameter{.pointer = "/pe/convert",
              .type = kEnum,
              .scope = Scope::kLog,
              .choices = kConverts,
              .help = "log to linear: in the PE, or once for each fraction's sum below a column",
              .codec = member<Spec, &Spec::convert>()},
    Parameter{.pointer = "/buffers/rows_m",
              .type = kInt,
              .scope = Scope::kBuffered,
              .min = 1,
              .max = 4096,
              .help = "depth of the accumulator buffer: rows of one job",
              .codec = member<Spec, &Spec::rows_m>()},
    Parameter{.pointer = "/buffers/indices",
              .type = kIntOrAuto,
              .scope = Scope::kLut,
              .min = 0,
              .max = 65536,
              .help = "subspaces whose indices are kept for later column tiles; auto = those of "
                      "max_k (rows_m * indices / imms at most 262144)",
              .codec = member<Spec, &Spec::kept_indices>()},
    Parameter{.pointer = "/buffers/double_buffer",
              .type = kBool,
              .min = 1,
              .max = 1,
              .help = "load the next tile's weights or tables behind the running one",
              .codec = member<Spec, &Spec::double_buffer>()},
    Parameter{.pointer = "/interface/reset",
              .type = kEnum,
              .choices = kResetLevels,
              .help = "level of the synchronous reset: port rst_ni or rst_i of the top",
              .codec = member<Spec, &Spec::reset>()},
};

constexpr unsigned bit(FormatKind kind) {
    return 1U << static_cast<unsigned>(kind);
}

constexpr unsigned kEveryKind = (1U << golden::kFormatKindNames.size()) - 1;
constexpr unsigned kSignMagnitude = bit(FormatKind::kAdaptivFloat) | bit(FormatKind::kFlint);

constexpr std::array kFormatParameters{
    FormatParameter{.key = "format",
                    .type = kEnum,
                    .kinds = kEveryKind,
                    .required = true,
                    .choices = golden::kFormatKindNames,
                    .help = "number format (docs/number_formats.md)",
                    .codec = member<Format, &Format::kind>()},
    FormatParameter{.key = "n",
                    .type = kInt,
                    .kinds = bit(FormatKind::kInt) | bit(FormatKind::kLp),
                    .required = true,
                    .min = 2,
                    .max = 8,
                    .help = "bits of a code",
                    .codec = member<Format, &Format::n>()},
    FormatParameter{.key = "n",
                    .type = kInt,
                    .kinds = bit(FormatKind::kPot),
                    .required = true,
                    .min = 2,
                    .max = 5,
                    .help = "bits of a code: sign and exponent code",
                    .codec = member<Format, &Format::n>()},
    FormatParameter{.key = "n",
                    .type = kInt,
                    .kinds = bit(FormatKind::kApot),
                    .required = true,
                    .min = 3,
                    .max = 5,
                    .help = "bits of a code: sign and selected powers",
                    .codec = member<Format, &Format::n>()},
    FormatParameter{.key = "n",
                    .type = kInt,
                    .kinds = bit(FormatKind::kSp2),
                    .required = true,
                    .min = 4,
                    .max = 4,
                    .help = "bits of a code: sign and selected powers",
                    .codec = member<Format, &Format::n>()},
    FormatParameter{.key = "n",
                    .type = kInt,
                    .kinds = bit(FormatKind::kDenseShift),
                    .required = true,
                    .min = 2,
                    .max = 4,
                    .help = "bits of a code: sign and exponent",
                    .codec = member<Format, &Format::n>()},
    FormatParameter{.key = "n",
                    .type = kInt,
                    .kinds = bit(FormatKind::kElpBsd),
                    .required = true,
                    .min = 6,
                    .max = 6,
                    .help = "bits of a code: two signed digits",
                    .codec = member<Format, &Format::n>()},
    FormatParameter{.key = "n",
                    .type = kInt,
                    .kinds = bit(FormatKind::kPosit) | kSignMagnitude,
                    .required = true,
                    .min = 3,
                    .max = 8,
                    .help = "bits of a code",
                    .codec = member<Format, &Format::n>()},
    FormatParameter{.key = "e",
                    .type = kInt,
                    .kinds = bit(FormatKind::kAdaptivFloat),
                    .required = true,
                    .min = 1,
                    .max = 5,
                    .limit = "min(5, n-1)",
                    .help = "exponent bits",
                    .codec = member<Format, &Format::e>()},
    FormatParameter{.key = "e",
                    .type = kInt,
                    .kinds = bit(FormatKind::kFp8),
                    .required = true,
                    .min = 2,
                    .max = 5,
                    .help = "exponent bits",
                    .codec = member<Format, &Format::e>()},
    FormatParameter{.key = "m",
                    .type = kInt,
                    .kinds = bit(FormatKind::kFp8),
                    .required = true,
                    .min = 2,
                    .max = 5,
                    .limit = "7-e, and no less",
                    .help = "mantissa bits",
                    .codec = member<Format, &Format::m>()},
    FormatParameter{.key = "es",
                    .type = kInt,
                    .kinds = bit(FormatKind::kPosit),
                    .required = true,
                    .min = 0,
                    .max = 4,
                    .limit = "min(4, n-2)",
                    .help = "exponent bits",
                    .codec = member<Format, &Format::es>()},
    FormatParameter{.key = "rs",
                    .type = kInt,
                    .kinds = bit(FormatKind::kPosit),
                    .min = 1,
                    .max = 7,
                    .limit = "n-1",
                    .help = "longest regime; n-1 is the standard posit",
                    .codec = member<Format, &Format::rs>(),
                    .default_text = "n-1",
                    .set_default = [](Format& f) { f.rs = f.n - 1; }},
    FormatParameter{.key = "es",
                    .type = kInt,
                    .kinds = bit(FormatKind::kLp),
                    .required = true,
                    .min = 0,
                    .max = 6,
                    .limit = "max(0, n-2)",
                    .help = "exponent bits",
                    .codec = member<Format, &Format::es>()},
    FormatParameter{.key = "rs",
                    .type = kInt,
                    .kinds = bit(FormatKind::kLp),
                    .required = true,
                    .min = 1,
                    .max = 7,
                    .limit = "n-1",
                    .help = "longest regime (terminated: at least 2)",
                    .codec = member<Format, &Format::rs>()},
    FormatParameter{.key = "regime",
                    .type = kEnum,
                    .kinds = bit(FormatKind::kLp),
                    .choices = kRegimes,
                    .help = "a regime of rs bits has no terminator, or always has one",
                    .codec = member<Format, &Format::regime>()},
    FormatParameter{.key = "flush_to_zero",
                    .type = kBool,
                    .kinds = bit(FormatKind::kLp),
                    .max = 1,
                    .help = "encode values below minpos/2 to zero",
                    .codec = member<Format, &Format::flush_to_zero>()},
    FormatParameter{.key = "rounding",
                    .type = kEnum,
                    .kinds = bit(FormatKind::kPot),
                    .choices = kPotRoundings,
                    .help = "encode to the nearest value, or to the nearest exponent",
                    .codec = member<Format, &Format::pot_rounding>()},
};

// Verilog-2005 (IEEE 1364) and SystemVerilog (IEEE 1800-2017), sorted: generated files are read by
// both kinds of front end.
constexpr std::string_view kKeywords[] = {
    "accept_on",
    "alias",
    "always",
    "always_comb",
    "always_ff",
    "always_latch",
    "and",
    "assert",
    "assign",
    "assume",
    "automatic",
    "before",
    "begin",
    "bind",
    "bins",
    "binsof",
    "bit",
    "break",
    "buf",
    "bufif0",
    "bufif1",
    "byte",
    "case",
    "casex",
    "casez",
    "cell",
    "chandle",
    "checker",
    "class",
    "clocking",
    "cmos",
    "config",
    "const",
    "constraint",
    "context",
    "continue",
    "cover",
    "covergroup",
    "coverpoint",
    "cross",
    "deassign",
    "default",
    "defparam",
    "design",
    "disable",
    "dist",
    "do",
    "edge",
    "else",
    "end",
    "endcase",
    "endchecker",
    "endclass",
    "endclocking",
    "endconfig",
    "endfunction",
    "endgenerate",
    "endgroup",
    "endinterface",
    "endmodule",
    "endpackage",
    "endprimitive",
    "endprogram",
    "endproperty",
    "endsequence",
    "endspecify",
    "endtable",
    "endtask",
    "enum",
    "event",
    "eventually",
    "expect",
    "export",
    "extends",
    "extern",
    "final",
    "first_match",
    "for",
    "force",
    "foreach",
    "forever",
    "fork",
    "forkjoin",
    "function",
    "generate",
    "genvar",
    "global",
    "highz0",
    "highz1",
    "if",
    "iff",
    "ifnone",
    "ignore_bins",
    "illegal_bins",
    "implements",
    "implies",
    "import",
    "incdir",
    "include",
    "initial",
    "inout",
    "input",
    "inside",
    "instance",
    "int",
    "integer",
    "interconnect",
    "interface",
    "intersect",
    "join",
    "join_any",
    "join_none",
    "large",
    "let",
    "liblist",
    "library",
    "local",
    "localparam",
    "logic",
    "longint",
    "macromodule",
    "matches",
    "medium",
    "modport",
    "module",
    "nand",
    "negedge",
    "nettype",
    "new",
    "nexttime",
    "nmos",
    "nor",
    "noshowcancelled",
    "not",
    "notif0",
    "notif1",
    "null",
    "or",
    "output",
    "package",
    "packed",
    "parameter",
    "pmos",
    "posedge",
    "primitive",
    "priority",
    "program",
    "property",
    "protected",
    "pull0",
    "pull1",
    "pulldown",
    "pullup",
    "pulsestyle_ondetect",
    "pulsestyle_onevent",
    "pure",
    "rand",
    "randc",
    "randcase",
    "randsequence",
    "rcmos",
    "real",
    "realtime",
    "ref",
    "reg",
    "reject_on",
    "release",
    "repeat",
    "restrict",
    "return",
    "rnmos",
    "rpmos",
    "rtran",
    "rtranif0",
    "rtranif1",
    "s_always",
    "s_eventually",
    "s_nexttime",
    "s_until",
    "s_until_with",
    "scalared",
    "sequence",
    "shortint",
    "shortreal",
    "showcancelled",
    "signed",
    "small",
    "soft",
    "solve",
    "specify",
    "specparam",
    "static",
    "string",
    "strong",
    "strong0",
    "strong1",
    "struct",
    "super",
    "supply0",
    "supply1",
    "sync_accept_on",
    "sync_reject_on",
    "table",
    "tagged",
    "task",
    "this",
    "throughout",
    "time",
    "timeprecision",
    "timeunit",
    "tran",
    "tranif0",
    "tranif1",
    "tri",
    "tri0",
    "tri1",
    "triand",
    "trior",
    "trireg",
    "type",
    "typedef",
    "union",
    "unique",
    "unique0",
    "unsigned",
    "until",
    "until_with",
    "untyped",
    "use",
    "uwire",
    "var",
    "vectored",
    "virtual",
    "void",
    "wait",
    "wait_order",
    "wand",
    "weak",
    "weak0",
    "weak1",
    "while",
    "wildcard",
    "wire",
    "with",
    "within",
    "wor",
    "xnor",
    "xor",
};
static_assert(std::ranges::is_sorted(kKeywords));

std::string allowed(ParameterType type, int min, int max, std::string_view limit,
                    std::span<const std::string_view> choices) {
    std::string range = fmt::format("{}..", min);
    range += limit.empty() ? std::to_string(max) : std::string(limit);
    if (limit.empty() && min == max) {
        range = std::to_string(min);
    }
    switch (type) {
        case ParameterType::kName:
            return "an identifier of letters, digits and single _, not at the end (at most 64 "
                   "characters), that is no Verilog or SystemVerilog keyword";
        case ParameterType::kInt:
            return limit.empty() && min == max ? range : "an integer " + range;
        case ParameterType::kBool:
            return min == 1 ? "true" : "true or false";
        case ParameterType::kEnum: {
            std::string text;
            for (const std::string_view c : choices) {
                text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", c);
            }
            return text;
        }
        case ParameterType::kIntOrAuto:
            return "\"auto\" or an integer " + range;
        case ParameterType::kFormat:
            break;
    }
    return "a format object such as {\"format\": \"int\", \"n\": 8}";
}

std::string to_json_text(ParameterType type, std::span<const std::string_view> choices,
                         const ParameterValue& v) {
    switch (type) {
        case ParameterType::kName:
            return '"' + v.text + '"';
        case ParameterType::kBool:
            return *v.number != 0 ? "true" : "false";
        case ParameterType::kEnum:
            return fmt::format("\"{}\"", choices[static_cast<std::size_t>(*v.number)]);
        default:
            return v.number ? std::to_string(*v.number) : "\"auto\"";
    }
}

}  // namespace

std::span<const Parameter> parameters() {
    return kParameters;
}

std::span<const FormatParameter> format_parameters() {
    return kFormatParameters;
}

bool belongs(const FormatParameter& p, FormatKind kind) {
    return (p.kinds & bit(kind)) != 0;
}

const FormatParameter* find_format_parameter(std::string_view key, FormatKind kind) {
    for (const FormatParameter& p : kFormatParameters) {
        if (p.key == key && belongs(p, kind)) {
            return &p;
        }
    }
    return nullptr;
}

bool belongs(const Parameter& p, const Spec& spec) {
    switch (p.scope) {
        case Scope::kSystolic:
            return spec.kind == ArrayKind::kSystolic;
        case Scope::kLut:
            return spec.kind == ArrayKind::kLut;
        case Scope::kLog:
            return spec.kind == ArrayKind::kSystolic && spec.weight.kind == FormatKind::kLp &&
                   spec.activation.kind == FormatKind::kLp;
        case Scope::kFlint:
            return spec.kind == ArrayKind::kSystolic && spec.weight.kind == FormatKind::kFlint &&
                   spec.activation.kind == FormatKind::kFlint;
        case Scope::kPlaced: {
            const bool log =
                spec.weight.kind == FormatKind::kLp && spec.activation.kind == FormatKind::kLp;
            return spec.kind == ArrayKind::kSystolic &&
                   (log || (golden::is_float(spec.weight) && golden::is_float(spec.activation)));
        }
        case Scope::kBuffered:
            return spec.kind != ArrayKind::kSystolic ||
                   spec.dataflow != golden::Dataflow::kOutputStationary;
        case Scope::kAll:
            break;
    }
    return true;
}

bool depends_on_formats(Scope scope) {
    return scope == Scope::kLog || scope == Scope::kFlint || scope == Scope::kPlaced;
}

std::string scope_text(Scope scope) {
    switch (scope) {
        case Scope::kSystolic:
            return "array.kind \"systolic\"";
        case Scope::kLut:
            return "array.kind \"lut\"";
        case Scope::kLog:
            return "\"lp\" weights with \"lp\" activations";
        case Scope::kFlint:
            return "\"flint\" weights with \"flint\" activations";
        case Scope::kPlaced:
            return "\"lp\" or floating-point weights and activations";
        case Scope::kBuffered:
            return "array.dataflow \"weight_stationary\" or array.kind \"lut\"";
        case Scope::kAll:
            break;
    }
    return "";
}

std::string allowed_text(const Parameter& p) {
    return allowed(p.type, p.min, p.max, p.limit, p.choices);
}

std::string allowed_text(const FormatParameter& p) {
    return allowed(p.type, p.min, p.max, p.limit, p.choices);
}

std::string value_json(const Parameter& p, const Spec& spec) {
    return to_json_text(p.type, p.choices, p.codec.get(spec));
}

std::string value_json(const FormatParameter& p, const Format& format) {
    return to_json_text(p.type, p.choices, p.codec.get(format));
}

std::string check_name(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (name.empty()) {
        return "is empty";
    }
    if (name.size() > 64) {
        return fmt::format("has {} characters", name.size());
    }
    if (!letter(name.front()) ||
        !std::ranges::all_of(name, [&](char c) { return letter(c) || digit(c); })) {
        return "is no identifier";
    }
    // Module names are name_part, and Verilator keeps "__" in module names for itself.
    if (name.back() == '_' || name.find("__") != std::string_view::npos) {
        return "ends in an underscore or has two in a row";
    }
    if (std::ranges::binary_search(kKeywords, name)) {
        return "is a keyword";
    }
    if (name == "TOP") {
        return "is the name of Verilator's root";
    }
    return "";
}

}  // namespace peforge
