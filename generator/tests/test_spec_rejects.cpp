// Every rejected spec: the pointer and the words of its message.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "generator/design/design.hpp"
#include "generator/spec/error.hpp"
#include "generator/spec/spec.hpp"

namespace {

using peforge::InputError;

const std::string kSystolic = R"({
  "name": "t",
  "array": { "kind": "systolic", "rows": 8, "cols": 8 },
  "weight": { "format": "int", "n": 8 },
  "activation": { "format": "int", "n": 8 },
  "accumulator": { "max_k": 1152 },
  "post": { "bias": true },
  "output": { "format": "int", "n": 8 },
  "pe": { "lanes": 1 },
  "buffers": { "rows_m": 256 }
})";

const std::string kLog = R"({
  "name": "t",
  "array": { "kind": "systolic", "rows": 8, "cols": 8 },
  "weight": { "format": "lp", "n": 4, "es": 1, "rs": 2 },
  "activation": { "format": "lp", "n": 8, "es": 1, "rs": 3 },
  "accumulator": { "max_k": 1152 },
  "output": { "format": "lp", "n": 8, "es": 1, "rs": 4 }
})";

// Products from 2^-47 to 2^47.
const std::string kWideLog = R"({
  "name": "t",
  "array": { "kind": "systolic", "rows": 8, "cols": 8 },
  "weight": { "format": "lp", "n": 8, "es": 2, "rs": 6 },
  "activation": { "format": "lp", "n": 8, "es": 2, "rs": 6 },
  "accumulator": { "max_k": 1152 },
  "output": { "format": "lp", "n": 8, "es": 1, "rs": 4 }
})";

const std::string kLut = R"({
  "name": "t",
  "array": { "kind": "lut", "subvector": 4, "centroids": 16, "columns": 32 },
  "activation": { "format": "int", "n": 8 },
  "centroid": { "n": 8 },
  "entry": { "n": 8 },
  "accumulator": { "max_k": 1152 },
  "output": { "format": "int", "n": 8 }
})";

/// `text` with its only occurrence of `from` replaced.
std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos || text.find(from, at + 1) != std::string::npos) {
        std::abort();  // the case itself is wrong
    }
    return text.replace(at, from.size(), to);
}

/// An array of run-time types; `more` goes into its array.
std::string types(const std::string& value, const std::string& more) {
    return R"({"name": "t", "array": {"kind": "systolic", )" + more +
           R"("rows": 8, "cols": 8}, "weight": {"format": "flint", "n": 4},
               "activation": {"n": 4, "format": "flint"},
               "output": {"format": "int", "n": 8}, "pe": {"run_time_types": )" +
           value + "}}";
}

/// An array of run-time fields; `more` goes into its weight.
std::string fields(const std::string& value, const std::string& more) {
    return R"({"name": "t", "array": {"kind": "systolic", "rows": 8, "cols": 8},
               "weight": {"format": "lp", "n": 8, "es": 1, "rs": 3)" +
           more + R"(}, "activation": {"format": "lp", "n": 8, "rs": 3, "es": 1},
               "output": {"format": "int", "n": 8}, "pe": {"run_time_fields": )" +
           value + "}}";
}

struct Case {
    std::string name;
    std::string text;
    std::string pointer;  ///< or "line L, column C", or empty
    std::string words;    ///< part of the message
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

std::vector<Case> cases() {
    const auto rows = [](const std::string& value) {
        return with(kSystolic, R"("rows": 8)", "\"rows\": " + value);
    };
    const auto name = [](const std::string& value) {
        return with(kSystolic, R"("t")", '"' + value + '"');
    };
    const auto weight = [](const std::string& value) {
        return with(kSystolic, R"("weight": { "format": "int", "n": 8 })", "\"weight\": " + value);
    };
    const auto log_weight = [](const std::string& value) {
        return with(kLog, R"("weight": { "format": "lp", "n": 4, "es": 1, "rs": 2 })",
                    "\"weight\": " + value);
    };
    const auto acc = [](const std::string& base, const std::string& extra) {
        return with(base, R"("max_k": 1152)", R"("max_k": 1152, )" + extra);
    };
    const auto post = [](const std::string& extra) {
        return with(kSystolic, R"("bias": true)", extra);
    };
    std::string deep;
    for (int i = 0; i < 100000; ++i) {
        deep += "[";
    }
    return {
        // The document.
        {"empty", "", "line 1, column 1", "broken JSON"},
        {"broken", "{\n  \"name\" 3\n}", "line 2, column 10", "broken JSON"},
        {"unclosed", "{ \"name\": \"t\"", "line 1, column 14", "unexpected end of input"},
        {"trailing_comma", "{\n\"name\": \"t\",\n}", "line 3, column 1", "broken JSON"},
        {"trailing_text", kSystolic + " x", "line 11, column 3", "broken JSON"},
        {"comment", "// a\n{}", "line 1, column 1", "broken JSON"},
        {"overflow", rows("1e999"), "line 3, column 46", "1e999"},
        {"bad_utf8", "{ \"na\xff\": 1 }", "line 1, column 6", "broken JSON"},
        {"deep", deep, "", "nested deeper than 16"},
        {"deep_inside", rows(deep), "", "nested deeper than 16"},
        {"array_document", "[]", "", "the document is an array; allowed: an object"},
        {"null_document", "null", "", "the document is null"},
        {"string_document", "\"x\"", "", "allowed: an object"},
        // Keys.
        {"unknown_top", with(kSystolic, R"("pe")", R"("pes")"), "/pes",
         "unknown key; did you mean \"pe\"? allowed: name, array, weight"},
        {"unknown_array", with(kSystolic, R"("cols")", R"("columsn")"), "/array/columsn",
         "did you mean \"cols\"? allowed: kind, dataflow, rows, cols"},
        {"unknown_lut_array", with(kLut, R"("columns")", R"("cols")"), "/array/cols",
         "allowed only with array.kind \"systolic\""},
        {"unknown_format_key", weight(R"({ "format": "int", "k": 8 })"), "/weight/k",
         "did you mean \"n\"? allowed: format, n"},
        {"unknown_far", with(kSystolic, R"("pe")", R"("qqqqqqqqqq")"), "/qqqqqqqqqq",
         "did you mean"},
        {"empty_key", with(kSystolic, R"("pe")", R"("")"), "/", "unknown key"},
        {"slash_key", with(kSystolic, R"("pe")", R"("array/rows")"), "/array~1rows", "unknown key"},
        {"newline_key", with(kSystolic, R"("pe")", R"("a\nb")"), "/a\\nb", "unknown key"},
        {"case_matters", with(kSystolic, R"("name")", R"("Name")"), "/Name",
         "did you mean \"name\"?"},
        {"repeated_top", with(kSystolic, R"("pe": {)", R"("name": "u", "pe": {)"), "/name",
         "repeated key"},
        {"repeated_inside", rows("8, \"rows\": 8"), "/array/rows", "repeated key"},
        {"repeated_format_key", weight(R"({ "format": "int", "n": 8, "n": 8 })"), "/weight/n",
         "repeated key"},
        {"missing_name", with(kSystolic, R"("name": "t",)", ""), "/name", "missing; required"},
        {"missing_array",
         with(kSystolic, R"("array": { "kind": "systolic", "rows": 8, "cols": 8 },)", ""), "/array",
         "missing; required: an object"},
        {"missing_kind", with(kSystolic, R"("kind": "systolic", )", ""), "/array/kind",
         "missing; required: \"systolic\", \"lut\""},
        {"missing_rows", with(kSystolic, R"("rows": 8, )", ""), "/array/rows",
         "missing; required: an integer 1..256"},
        {"missing_columns", with(kLut, R"(, "columns": 32)", ""), "/array/columns", "missing"},
        {"missing_weight", with(kSystolic, R"("weight": { "format": "int", "n": 8 },)", ""),
         "/weight", "missing; required: a format object"},
        {"missing_output",
         with(kLut, R"(,
  "output": { "format": "int", "n": 8 })",
              ""),
         "/output", "missing"},
        {"missing_format", weight(R"({ "n": 8 })"), "/weight/format",
         "missing; required: \"int\", \"pot\", \"lp\""},
        {"missing_n", weight(R"({ "format": "int" })"), "/weight/n",
         "missing; required: an integer 2..8"},
        {"missing_es", log_weight(R"({ "format": "lp", "n": 4, "rs": 2 })"), "/weight/es",
         "missing"},
        {"missing_rs", log_weight(R"({ "format": "lp", "n": 4, "es": 1 })"), "/weight/rs",
         "missing"},
        // Types and ranges.
        {"rows_zero", rows("0"), "/array/rows", "0 is out of range; allowed: an integer 1..256"},
        {"rows_negative", rows("-1"), "/array/rows", "-1 is out of range"},
        {"rows_large", rows("257"), "/array/rows", "257 is out of range"},
        {"rows_text", rows("\"8\""), "/array/rows",
         "\"8\" is not an integer; allowed: an integer 1..256"},
        {"rows_real", rows("1.5"), "/array/rows", "1.5 is not an integer"},
        {"rows_real_integral", rows("8.0"), "/array/rows", "8.0 is not an integer"},
        {"rows_exponent", rows("1e3"), "/array/rows", "1e3 is not an integer"},
        {"rows_minus_zero", rows("-0"), "/array/rows", "-0 is not an integer"},
        {"rows_2_63", rows("9223372036854775808"), "/array/rows",
         "9223372036854775808 is out of range"},
        {"rows_2_32", rows("4294967304"), "/array/rows", "4294967304 is out of range"},
        {"rows_2_70", rows("1180591620717411303424"), "/array/rows",
         "1180591620717411303424 is out of range"},
        {"rows_minus_2_70", rows("-1180591620717411303424"), "/array/rows", "is out of range"},
        {"rows_null", rows("null"), "/array/rows", "null is not an integer"},
        {"rows_true", rows("true"), "/array/rows", "true is not an integer"},
        {"rows_array", rows("[8]"), "/array/rows", "an array is not an integer"},
        {"rows_object", rows("{}"), "/array/rows", "an object is not an integer"},
        {"rows_auto", rows("\"auto\""), "/array/rows", "\"auto\" is not an integer"},
        {"cols_zero", with(kSystolic, R"("cols": 8)", R"("cols": 0)"), "/array/cols",
         "allowed: an integer 1..256"},
        {"kind", with(kSystolic, R"("systolic")", R"("simd")"), "/array/kind",
         "\"simd\" is not supported in this version; allowed: \"systolic\", \"lut\""},
        {"kind_number", with(kSystolic, R"("systolic")", "3"), "/array/kind", "3 is not a string"},
        {"dataflow", rows(R"(8, "dataflow": "row_stationary")"), "/array/dataflow",
         "\"row_stationary\" is not supported in this version; allowed: \"weight_stationary\", "
         "\"output_stationary\""},
        {"subvector", with(kLut, R"("subvector": 4)", R"("subvector": 17)"), "/array/subvector",
         "allowed: an integer 1..16"},
        {"centroids", with(kLut, R"("centroids": 16)", R"("centroids": 1)"), "/array/centroids",
         "allowed: an integer 2..64"},
        {"columns", with(kLut, R"("columns": 32)", R"("columns": 257)"), "/array/columns",
         "allowed: an integer 1..256"},
        {"metric", with(kLut, R"("columns": 32)", R"("columns": 32, "metric": "l3")"),
         "/array/metric", "allowed: \"l1\", \"l2\", \"chebyshev\""},
        {"ccus", with(kLut, R"("columns": 32)", R"("columns": 32, "ccus": 2)"), "/array/ccus",
         "2 does not divide imms; allowed: a divisor of 1"},
        {"ccus_range", with(kLut, R"("columns": 32)", R"("columns": 32, "ccus": 17)"),
         "/array/ccus", "17 is out of range; allowed: an integer 1..16"},
        {"fold_missing",
         with(kLut, R"("entry")", R"("lut": { "organisation": "folded" }, "entry")"), "/lut/fold",
         "1 with organisation \"folded\"; allowed: 2..16"},
        {"fold_of_a_chain", with(kLut, R"("entry")", R"("lut": { "fold": 2 }, "entry")"),
         "/lut/fold", "2 goes with organisation \"folded\" alone; allowed: 1"},
        {"decision_tree_metric",
         with(kLut, R"("columns": 32 })",
              R"("columns": 32, "metric": "l2" }, "lut": { "encoder": "tree" })"),
         "/array/metric", "does not go with encoder \"tree\""},
        {"decision_tree_leaves",
         with(kLut, R"("centroids": 16, "columns": 32 })",
              R"("centroids": 12, "columns": 32 }, "lut": { "encoder": "tree" })"),
         "/array/centroids", "allowed: 2, 4, 8, 16, 32, 64"},
        {"decision_tree_organisation",
         with(kLut, R"("entry")",
              R"("lut": { "encoder": "tree", "organisation": "tree" }, "entry")"),
         "/lut/organisation", "does not go with encoder \"tree\""},
        {"shift_bits",
         with(kLut, R"("entry": { "n": 8 })", R"("entry": { "n": 8, "shift_bits": 4 })"),
         "/entry/shift_bits", "4 is out of range; allowed: an integer 0..3"},
        {"indices", with(kLut, R"("entry")", R"("buffers": { "indices": -1 }, "entry")"),
         "/buffers/indices", "-1 is out of range"},
        {"centroid_n", with(kLut, R"("centroid": { "n": 8 })", R"("centroid": { "n": 9 })"),
         "/centroid/n", "allowed: an integer 2..8"},
        {"entry_n", with(kLut, R"("entry": { "n": 8 })", R"("entry": { "n": 1 })"), "/entry/n",
         "allowed: an integer 2..16"},
        {"section_not_object", with(kSystolic, R"({ "lanes": 1 })", "7"), "/pe",
         "7 is not an object"},
        {"format_not_object", weight(R"("int8")"), "/weight", "\"int8\" is not an object"},
        {"max_k_zero", with(kLut, R"("max_k": 1152)", R"("max_k": 0)"), "/accumulator/max_k",
         "allowed: an integer 1..65536"},
        {"width_text", acc(kLut, R"("width": "full")"), "/accumulator/width",
         "\"full\" is not an integer; allowed: \"auto\" or an integer 2..48"},
        {"width_49", acc(kLut, R"("width": 49)"), "/accumulator/width", "49 is out of range"},
        {"saturate_number", acc(kLut, R"("saturate": 1)"), "/accumulator/saturate",
         "1 is neither true nor false; allowed: true or false"},
        {"octaves_small", acc(kLog, R"("octaves": 3)"), "/accumulator/octaves",
         "allowed: an integer 4..40"},
        {"octaves_large", acc(kLog, R"("octaves": 41)"), "/accumulator/octaves",
         "allowed: an integer 4..40"},
        {"mantissa_large", acc(kLog, R"("mantissa_bits": 21)"), "/accumulator/mantissa_bits",
         "allowed: \"auto\" or an integer 0..20"},
        {"frac_large", acc(kLog, R"("frac_bits": 49)"), "/accumulator/frac_bits",
         "49 is out of range"},
        {"rounding", acc(kLog, R"("rounding": "up")"), "/accumulator/rounding",
         "allowed: \"truncate\", \"nearest_even\""},
        {"bias", post(R"("bias": 0)"), "/post/bias", "allowed: true or false"},
        {"relu", post(R"("relu": null)"), "/post/relu", "null is neither true nor false"},
        {"scale_small", post(R"("scale_bits": 3)"), "/post/scale_bits",
         "allowed: an integer 4..24"},
        {"scale_large", post(R"("scale_bits": 25)"), "/post/scale_bits",
         "allowed: an integer 4..24"},
        {"post_rounding", post(R"("rounding": "floor")"), "/post/rounding",
         "allowed: \"truncate\", \"nearest_even\""},
        {"post_lanes", post(R"("lanes": 0)"), "/post/lanes",
         "allowed: \"auto\" or an integer 1..columns"},
        {"post_lanes_columns", post(R"("lanes": 9)"), "/post/lanes",
         "9 is out of range; allowed: \"auto\" or an integer 1..8"},
        {"post_lanes_lut", acc(kLut, R"("saturate": false }, "post": { "lanes": 33)"),
         "/post/lanes", "allowed: \"auto\" or an integer 1..32"},
        {"lanes", with(kSystolic, R"("lanes": 1)", R"("lanes": 17)"), "/pe/lanes",
         "allowed: an integer 1..16"},
        {"pipeline", with(kSystolic, R"("lanes": 1)", R"("pipeline": 3)"), "/pe/pipeline",
         "allowed: an integer 1..2"},
        {"zero_gating", with(kSystolic, R"("lanes": 1)", R"("zero_gating": "on")"),
         "/pe/zero_gating", "\"on\" is neither true nor false"},
        {"rows_m", with(kSystolic, R"("rows_m": 256)", R"("rows_m": 4097)"), "/buffers/rows_m",
         "allowed: an integer 1..4096"},
        {"double_buffer", with(kSystolic, R"("rows_m": 256)", R"("double_buffer": false)"),
         "/buffers/double_buffer", "false is not supported in this version; allowed: true"},
        // Names.
        {"name_number", with(kSystolic, R"("t")", "1"), "/name", "1 is not a string"},
        {"name_empty", name(""), "/name", "is empty"},
        {"name_digit", name("4x4"), "/name", "\"4x4\" is no identifier"},
        {"name_tail", name("a_"), "/name", "ends in an underscore"},
        {"name_double", name("a__b"), "/name", "two in a row"},
        {"name_dash", name("lp-4"), "/name", "is no identifier"},
        {"name_dollar", name("a$b"), "/name", "is no identifier"},
        {"name_space", name("a b"), "/name", "is no identifier"},
        {"name_path", name("../x"), "/name", "is no identifier"},
        {"name_newline", name("a\\nb"), "/name", "\"a\\nb\" is no identifier"},
        {"name_utf8", name("\xc3\xa9t"), "/name", "is no identifier"},
        {"name_nul", name("a\\u0000"), "/name", "is no identifier"},
        {"name_long", name(std::string(65, 'a')), "/name", "has 65 characters"},
        {"name_verilog", name("module"), "/name", "\"module\" is a keyword"},
        {"name_verilog_last", name("xor"), "/name", "is a keyword"},
        {"name_systemverilog", name("logic"), "/name", "is a keyword"},
        // Formats.
        {"format_takum", weight(R"({ "format": "takum", "n": 8 })"), "/weight/format",
         "\"takum\" is not supported in this version; allowed: \"int\", \"pot\", \"lp\", "
         "\"posit\""},
        {"posit_with_int", weight(R"({ "format": "posit", "n": 8, "es": 1 })"),
         "/activation/format",
         "allowed: int with int, pot with int, lp with lp, and any two of posit"},
        {"posit_n_2", weight(R"({ "format": "posit", "n": 2, "es": 0 })"), "/weight/n",
         "allowed: an integer 3..8"},
        {"posit_es", weight(R"({ "format": "posit", "n": 4, "es": 3 })"), "/weight/es",
         "needs es in 0..2"},
        {"posit_rs", weight(R"({ "format": "posit", "n": 4, "es": 1, "rs": 4 })"), "/weight/rs",
         "needs rs in 1..3"},
        {"posit_regime", weight(R"({ "format": "posit", "n": 4, "es": 1, "regime": "capped" })"),
         "/weight/regime", "allowed only with format \"lp\""},
        {"adaptivfloat_e", weight(R"({ "format": "adaptivfloat", "n": 4, "e": 4 })"), "/weight/e",
         "needs e in 1..3"},
        {"adaptivfloat_no_e", weight(R"({ "format": "adaptivfloat", "n": 4 })"), "/weight/e",
         "missing; required: an integer 1..min(5, n-1)"},
        {"fp8_n", weight(R"({ "format": "fp8", "n": 8, "e": 4, "m": 3 })"), "/weight/n",
         "does not belong to this format"},
        {"fp8_m", weight(R"({ "format": "fp8", "e": 4, "m": 4 })"), "/weight/m", "needs m = 3"},
        {"fp8_e", weight(R"({ "format": "fp8", "e": 6, "m": 2 })"), "/weight/e",
         "allowed: an integer 2..5"},
        {"flint_n", weight(R"({ "format": "flint", "n": 9 })"), "/weight/n",
         "allowed: an integer 3..8"},
        {"flint_es", weight(R"({ "format": "flint", "n": 4, "es": 1 })"), "/weight/es",
         "does not belong to this format"},
        {"apot_n", weight(R"({ "format": "apot", "n": 6 })"), "/weight/n",
         "6 is out of range; allowed: an integer 3..5"},
        {"apot_no_n", weight(R"({ "format": "apot" })"), "/weight/n",
         "missing; required: an integer 3..5"},
        {"sp2_n", weight(R"({ "format": "sp2", "n": 5 })"), "/weight/n",
         "5 is out of range; allowed: 4"},
        {"denseshift_n", weight(R"({ "format": "denseshift", "n": 5 })"), "/weight/n",
         "allowed: an integer 2..4"},
        {"elp_bsd_n", weight(R"({ "format": "elp_bsd", "n": 4 })"), "/weight/n", "allowed: 6"},
        {"ternary_n", weight(R"({ "format": "ternary", "n": 2 })"), "/weight/n",
         "does not belong to this format; allowed only with format \"int\""},
        {"binary_rounding", weight(R"({ "format": "binary", "rounding": "log" })"),
         "/weight/rounding", "allowed only with format \"pot\""},
        {"apot_activation",
         with(kSystolic, R"("activation": { "format": "int", "n": 8 })",
              R"("activation": { "format": "apot", "n": 4 })"),
         "/activation/format",
         "\"apot\" is a format of weights alone; allowed: \"int\", \"pot\", \"lp\", \"posit\", "
         "\"adaptivfloat\", \"fp8\", \"flint\""},
        {"binary_output",
         with(kSystolic, R"("output": { "format": "int", "n": 8 })",
              R"("output": { "format": "binary" })"),
         "/output/format", "\"binary\" is a format of weights alone; allowed: \"int\""},
        {"ternary_lut_activation",
         with(kLut, R"("activation": { "format": "int", "n": 8 })",
              R"("activation": { "format": "ternary" })"),
         "/activation/format", "\"ternary\" is a format of weights alone"},
        {"apot_with_lp",
         with(with(kSystolic, R"("weight": { "format": "int", "n": 8 })",
                   R"("weight": { "format": "apot", "n": 4 })"),
              R"("activation": { "format": "int", "n": 8 })",
              R"("activation": { "format": "lp", "n": 8, "es": 1, "rs": 3 })"),
         "/activation/format",
         "\"apot\" weights with \"lp\" activations have no datapath; allowed: int with int"},
        {"format_number", weight(R"({ "format": 8, "n": 8 })"), "/weight/format",
         "8 is not a string"},
        {"int_n_1", weight(R"({ "format": "int", "n": 1 })"), "/weight/n",
         "allowed: an integer 2..8"},
        {"int_n_9", weight(R"({ "format": "int", "n": 9 })"), "/weight/n",
         "allowed: an integer 2..8"},
        {"pot_n_6", weight(R"({ "format": "pot", "n": 6 })"), "/weight/n",
         "allowed: an integer 2..5"},
        {"pot_n_6_before_format", weight(R"({ "n": 6, "format": "pot" })"), "/weight/n",
         "allowed: an integer 2..5"},
        {"lp_n_9", log_weight(R"({ "format": "lp", "n": 9, "es": 1, "rs": 2 })"), "/weight/n",
         "allowed: an integer 2..8"},
        {"int_es", weight(R"({ "format": "int", "n": 8, "es": 1 })"), "/weight/es",
         "allowed only with format \"posit\", format \"lp\""},
        {"int_rounding", weight(R"({ "format": "int", "n": 8, "rounding": "log" })"),
         "/weight/rounding", "allowed only with format \"pot\""},
        {"pot_regime", weight(R"({ "format": "pot", "n": 4, "regime": "capped" })"),
         "/weight/regime", "allowed only with format \"lp\""},
        {"lp_rs_n", log_weight(R"({ "format": "lp", "n": 4, "es": 1, "rs": 4 })"), "/weight/rs",
         "rs in 1..3, got 4"},
        {"lp_rs_0", log_weight(R"({ "format": "lp", "n": 4, "es": 1, "rs": 0 })"), "/weight/rs",
         "0 is out of range"},
        {"lp_es_no_regime", log_weight(R"({ "format": "lp", "n": 4, "es": 3, "rs": 2 })"),
         "/weight/es", "es in 0..2, got 3"},
        {"lp_es_n2", log_weight(R"({ "format": "lp", "n": 2, "es": 1, "rs": 1 })"), "/weight/es",
         "es in 0..0, got 1"},
        {"lp_terminated_rs_1",
         log_weight(R"({ "format": "lp", "n": 4, "es": 1, "rs": 1, "regime": "terminated" })"),
         "/weight/rs", "rs in 2..3"},
        {"lp_regime", log_weight(R"({ "format": "lp", "n": 4, "es": 1, "rs": 2, "regime": "x" })"),
         "/weight/regime", "allowed: \"capped\", \"terminated\""},
        {"lp_flush",
         log_weight(R"({ "format": "lp", "n": 4, "es": 1, "rs": 2, "flush_to_zero": 0 })"),
         "/weight/flush_to_zero", "allowed: true or false"},
        {"pot_rounding", weight(R"({ "format": "pot", "n": 4, "rounding": "even" })"),
         "/weight/rounding", "allowed: \"nearest\", \"log\""},
        // Keys that do not belong.
        {"lut_weight",
         with(kLut, R"("centroid")", R"("weight": { "format": "int", "n": 8 }, "centroid")"),
         "/weight", "allowed only with array.kind \"systolic\""},
        {"lut_rows", with(kLut, R"("columns": 32)", R"("columns": 32, "rows": 8)"), "/array/rows",
         "allowed only with array.kind \"systolic\""},
        {"lut_pe", with(kLut, R"("centroid")", R"("pe": {}, "centroid")"), "/pe",
         "allowed only with array.kind \"systolic\""},
        {"systolic_columns", rows(R"(8, "columns": 8)"), "/array/columns",
         "allowed only with array.kind \"lut\""},
        {"systolic_centroid", with(kSystolic, R"("pe")", R"("centroid": { "n": 8 }, "pe")"),
         "/centroid", "allowed only with array.kind \"lut\""},
        {"systolic_entry", with(kSystolic, R"("pe")", R"("entry": {}, "pe")"), "/entry",
         "allowed only with array.kind \"lut\""},
        {"mixed_int4",
         with(with(kSystolic, R"("lanes": 1)", R"("mixed_precision": true)"),
              R"("weight": { "format": "int", "n": 8 })",
              R"("weight": { "format": "int", "n": 4 })"),
         "/weight/format",
         "allowed with mixed_precision: int8 weights and activations, or lp with"},
        {"mixed_lanes", with(kSystolic, R"("lanes": 1)", R"("mixed_precision": true, "lanes": 2)"),
         "/pe/lanes", "allowed with mixed_precision: 1"},
        {"mixed_pipeline",
         with(kSystolic, R"("lanes": 1)", R"("mixed_precision": true, "pipeline": 2)"),
         "/pe/pipeline", "allowed with mixed_precision: 1 for int"},
        {"mixed_dataflow",
         with(with(with(kSystolic, R"("lanes": 1)", R"("mixed_precision": true)"),
                   R"("systolic", "rows")",
                   R"("systolic", "dataflow": "output_stationary", "rows")"),
              R"({ "rows_m": 256 })", "{}"),
         "/array/dataflow", "allowed with mixed_precision: \"weight_stationary\""},
        {"mixed_octaves",
         R"({"name": "t", "array": {"kind": "systolic", "rows": 8, "cols": 8},
             "weight": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "activation": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "output": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "accumulator": {"octaves": 18}, "pe": {"mixed_precision": true}})",
         "/accumulator/octaves", "allowed with mixed_precision: 14..17"},
        {"mixed_number", with(kSystolic, R"("lanes": 1)", R"("mixed_precision": 1)"),
         "/pe/mixed_precision", "allowed: true or false"},
        {"mixed_lut", with(kLut, R"("output")", R"("pe": { "mixed_precision": true }, "output")"),
         "/pe", "allowed only with array.kind \"systolic\""},
        {"fields_int", with(kSystolic, R"("lanes": 1)", R"("run_time_fields": true)"),
         "/pe/run_time_fields",
         "does not belong to this spec; allowed only with \"lp\" weights with"},
        {"fields_number", fields("1", ""), "/pe/run_time_fields", "allowed: true or false"},
        {"fields_terminated", fields("true", R"(, "regime": "terminated")"), "/weight/regime",
         "allowed with run_time_fields: \"capped\""},
        {"fields_es", with(fields("true", ""), R"("es": 1, "rs")", R"("es": 4, "rs")"),
         "/weight/es", "allowed with run_time_fields: 0..3"},
        {"fields_es_of_activations",
         with(fields("true", ""), R"("rs": 3, "es": 1)", R"("rs": 3, "es": 5)"), "/activation/es",
         "allowed with run_time_fields: 0..3"},
        {"fields_mixed",
         with(fields("true", ""), R"("pe": {)",
              R"("accumulator": {"octaves": 16}, "pe": {"mixed_precision": true, )"),
         "/pe/mixed_precision", "allowed with run_time_fields: false"},
        {"fields_dataflow",
         with(fields("true", ""), R"("systolic",)",
              R"("systolic", "dataflow": "output_stationary",)"),
         "/array/dataflow", "allowed with run_time_fields: \"weight_stationary\""},
        {"fields_frac_bits",
         with(fields("true", ""), R"("pe": {)", R"("accumulator": {"frac_bits": 9}, "pe": {)"),
         "/accumulator/frac_bits", "allowed with run_time_fields: \"auto\""},
        {"types_int", with(kSystolic, R"("lanes": 1)", R"("run_time_types": true)"),
         "/pe/run_time_types",
         "does not belong to this spec; allowed only with \"flint\" weights with \"flint\" "
         "activations"},
        {"types_of_weights",
         with(types("true", ""), R"("format": "flint", "n": 4)",
              R"("format": "posit", "n": 4, "es": 0)"),
         "/pe/run_time_types",
         "does not belong to this spec; allowed only with \"flint\" weights with"},
        {"types_number", types("1", ""), "/pe/run_time_types", "allowed: true or false"},
        {"types_mixed",
         with(types("true", ""), R"("pe": {)", R"("pe": {"mixed_precision": true, )"),
         "/weight/format", "allowed with mixed_precision: int8"},
        {"types_fields",
         with(types("true", ""), R"("pe": {)", R"("pe": {"run_time_fields": true, )"),
         "/pe/run_time_fields",
         "does not belong to this spec; allowed only with \"lp\" weights with"},
        {"fields_types",
         with(fields("true", ""), R"("pe": {)", R"("pe": {"run_time_types": true, )"),
         "/pe/run_time_types",
         "does not belong to this spec; allowed only with \"flint\" weights with"},
        {"types_dataflow", types("true", R"("dataflow": "output_stationary",)"), "/array/dataflow",
         "does not go with run-time types; allowed with run_time_types: \"weight_stationary\""},
        {"types_frac_bits",
         with(types("true", ""), R"("pe": {)", R"("accumulator": {"frac_bits": 4}, "pe": {)"),
         "/accumulator/frac_bits", "allowed with run_time_types: \"auto\""},
        {"types_width",
         with(types("true", ""), R"("pe": {)",
              R"("accumulator": {"max_k": 96, "width": 20}, "pe": {)"),
         "/accumulator/width", "20 is too narrow for max_k 96; allowed: 21 or more"},
        {"bins_of_five_bits",
         R"({"name": "t", "array": {"kind": "systolic", "rows": 8, "cols": 8},
             "weight": {"format": "lp", "n": 4, "es": 1, "rs": 2},
             "activation": {"format": "lp", "n": 8, "es": 0, "rs": 3},
             "output": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "pe": {"convert": "per_bin"}})",
         "/pe/convert",
         "would need 2^5 sums in a PE, one for each fraction of a logarithm; "
         "allowed: \"per_product\", or formats of at most 2 fraction bits"},
        {"bins_output_stationary",
         R"({"name": "t", "array": {"kind": "systolic", "dataflow": "output_stationary",
             "rows": 8, "cols": 8},
             "weight": {"format": "lp", "n": 4, "es": 1, "rs": 2},
             "activation": {"format": "lp", "n": 4, "es": 1, "rs": 2},
             "output": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "pe": {"convert": "per_bin"}})",
         "/pe/convert", "needs array.dataflow \"weight_stationary\"; allowed: \"per_product\""},
        {"bins_mixed",
         R"({"name": "t", "array": {"kind": "systolic", "rows": 8, "cols": 8},
             "weight": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "activation": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "output": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "accumulator": {"octaves": 16},
             "pe": {"convert": "per_bin", "mixed_precision": true}})",
         "/pe/convert", "does not go with mixed_precision; allowed: \"per_product\""},
        {"bins_fields",
         R"({"name": "t", "array": {"kind": "systolic", "rows": 8, "cols": 8},
             "weight": {"format": "lp", "n": 4, "es": 1, "rs": 2},
             "activation": {"format": "lp", "n": 4, "es": 1, "rs": 2},
             "output": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "pe": {"convert": "per_bin", "run_time_fields": true}})",
         "/pe/convert", "does not go with run_time_fields; allowed: \"per_product\""},
        {"bins_of_integers", with(kSystolic, R"("lanes": 1)", R"("convert": "per_bin")"),
         "/pe/convert", "allowed only with \"lp\" weights with \"lp\" activations"},
        {"bins_word",
         R"({"name": "t", "array": {"kind": "systolic", "rows": 8, "cols": 8},
             "weight": {"format": "lp", "n": 4, "es": 1, "rs": 2},
             "activation": {"format": "lp", "n": 4, "es": 1, "rs": 2},
             "output": {"format": "lp", "n": 8, "es": 1, "rs": 3},
             "pe": {"convert": "per_pe"}})",
         "/pe/convert", "allowed: \"per_product\", \"per_bin\""},
        {"mul_octaves", acc(kSystolic, R"("octaves": 16)"), "/accumulator/octaves",
         "allowed only with \"lp\" or floating-point weights and activations"},
        {"mul_frac", acc(kSystolic, R"("frac_bits": "auto")"), "/accumulator/frac_bits",
         "does not belong"},
        {"mul_mantissa", acc(kSystolic, R"("mantissa_bits": 5)"), "/accumulator/mantissa_bits",
         "does not belong"},
        {"lut_rounding", acc(kLut, R"("rounding": "truncate")"), "/accumulator/rounding",
         "does not belong"},
        {"output_stationary_rows_m", rows(R"(8, "dataflow": "output_stationary")"),
         "/buffers/rows_m",
         "allowed only with array.dataflow \"weight_stationary\" or array.kind \"lut\""},
        {"output_stationary_saturate",
         with(acc(kSystolic, R"("saturate": true)"), R"("rows": 8)",
              R"("dataflow": "output_stationary", "rows": 8)"),
         "/accumulator/saturate", "allowed only with array.dataflow \"weight_stationary\""},
        {"lut_dataflow",
         with(kLut, R"("columns": 32)", R"("columns": 32, "dataflow": "output_stationary")"),
         "/array/dataflow", "allowed only with array.kind \"systolic\""},
        // Contradictions.
        {"output_stationary_narrow",
         with(with(acc(kSystolic, R"("width": 26)"), R"("rows": 8)",
                   R"("dataflow": "output_stationary", "rows": 8)"),
              R"("buffers": { "rows_m": 256 })", R"("buffers": {})"),
         "/accumulator/width", "26 is too narrow for max_k 1152; allowed: 27 or more"},
        {"int_lp",
         with(kSystolic, R"("activation": { "format": "int", "n": 8 })",
              R"("activation": { "format": "lp", "n": 8, "es": 1, "rs": 3 })"),
         "/activation/format",
         "\"int\" weights with \"lp\" activations have no datapath; allowed: int with int, pot "
         "with int, lp with lp"},
        {"lp_pot",
         with(kLog, R"("activation": { "format": "lp", "n": 8, "es": 1, "rs": 3 })",
              R"("activation": { "format": "pot", "n": 4 })"),
         "/activation/format", "have no datapath"},
        {"lut_lp",
         with(kLut, R"("activation": { "format": "int", "n": 8 })",
              R"("activation": { "format": "lp", "n": 8, "es": 1, "rs": 3 })"),
         "/activation/format", "\"lp\" has no datapath in a lut array; allowed: \"int\""},
        {"narrow_max_k", acc(kSystolic, R"("width": 26)"), "/accumulator/width",
         "26 is too narrow for max_k 1152; allowed: 27 or more, or \"saturate\": true"},
        {"narrow_tile", acc(kSystolic, R"("width": 18, "saturate": true)"), "/accumulator/width",
         "18 is too narrow for one tile's sum; allowed: 19..48"},
        {"narrow_lut", acc(kLut, R"("width": 16)"), "/accumulator/width",
         "16 is too narrow for max_k 1152; allowed: 17 or more"},
        {"narrow_lut_entry", acc(kLut, R"("width": 8, "saturate": true)"), "/accumulator/width",
         "allowed: 9..48"},
        {"wide_psum", acc(with(kWideLog, R"("rows": 8)", R"("rows": 256)"), R"("octaves": 40)"),
         "/accumulator/octaves", "allowed: at most 48"},
        {"wide_psum_frac",
         acc(with(kWideLog, R"("rows": 8)", R"("rows": 256)"), R"("frac_bits": 0)"),
         "/accumulator/frac_bits", "allowed: at most 48"},
        {"wide_auto", with(kWideLog, R"("max_k": 1152)", R"("max_k": 65536, "octaves": 34)"),
         "/accumulator/width", "auto needs 52 bits for max_k 65536; allowed: at most 48"},
        {"coarse_mantissa", acc(kLog, R"("mantissa_bits": 1)"), "/accumulator/mantissa_bits",
         "allowed: 3 to 20"},
        {"fine_frac", acc(kLog, R"("frac_bits": 48)"), "/accumulator/frac_bits",
         "allowed: at most"},
        {"coarse_frac", acc(kLog, R"("frac_bits": -100)"), "/accumulator/frac_bits",
         "-100 rounds every product to zero"},
        {"encoder_width",
         with(acc(kLog, R"("octaves": 40, "frac_bits": 8)"), R"("es": 1, "rs": 4)",
              R"("es": 3, "rs": 7)"),
         "/accumulator/octaves", "at most 40"},
        // Of several problems the first in the document counts.
        {"first_unknown", with(rows("0"), R"("name": "t")", R"("nam": "t")"), "/nam", "unknown"},
        {"first_range", with(rows("0"), R"("pe")", R"("pes")"), "/array/rows", "out of range"},
        {"first_contradiction",
         with(with(kLog, R"("n": 4, "es": 1, "rs": 2)", R"("n": 4, "es": 1, "rs": 4)"),
              R"("max_k": 1152)", R"("max_k": 0)"),
         "/weight/rs", "got 4"},
        {"first_missing",
         with(with(kSystolic, R"("rows": 8, )", ""), R"("max_k": 1152)", R"("max_k": 0)"),
         "/array/rows", "missing"},
        {"first_pair",
         with(with(kSystolic, R"("activation": { "format": "int", "n": 8 })",
                   R"("activation": { "format": "lp", "n": 8, "es": 1, "rs": 3 })"),
              R"("rows_m": 256)", R"("rows_m": 0)"),
         "/activation/format", "datapath"},
        {"not_blamed_on_default_cols",
         with(post(R"("lanes": 9)"), R"("cols": 8)", R"("cols": "9")"), "/array/cols",
         "is not an integer"},
    };
}

class Rejects : public testing::TestWithParam<Case> {};

TEST_P(Rejects, WithPointerAndReason) {
    const Case& c = GetParam();
    try {
        peforge::resolve(peforge::parse_spec(c.text, "f.json"), "f.json");
        FAIL() << "accepted: " << c.text;
    } catch (const InputError& e) {
        const std::string what = e.what();
        const std::string expected = "f.json: " + (c.pointer.empty() ? "" : c.pointer + ": ");
        EXPECT_EQ(what.substr(0, expected.size()), expected) << what;
        EXPECT_NE(what.find(c.words), std::string::npos) << what;
        EXPECT_EQ(what.find('\n'), std::string::npos) << what;
        EXPECT_LT(what.size(), 400U) << what;
        EXPECT_EQ(e.status(), peforge::kBadInput);
    }
}

INSTANTIATE_TEST_SUITE_P(Spec, Rejects, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<Case>& i) { return i.param.name; });

/// The base texts are legal, so that each case is wrong for its own reason.
TEST(RejectsBase, IsAccepted) {
    for (const std::string& text : {kSystolic, kLog, kWideLog, kLut}) {
        EXPECT_NO_THROW(peforge::resolve(peforge::parse_spec(text, "f.json"))) << text;
    }
}

std::string file_message(const std::filesystem::path& file) {
    try {
        peforge::load_spec(file);
    } catch (const InputError& e) {
        return e.what();
    }
    return "accepted";
}

TEST(RejectsFile, MissingDirectoryHuge) {
    namespace fs = std::filesystem;
    const fs::path dir = fs::path(testing::TempDir()) / "peforge_spec_rejects";
    fs::create_directories(dir);
    EXPECT_EQ(file_message(dir / "none.json"), (dir / "none.json").string() + ": no such file");
    EXPECT_EQ(file_message(dir), dir.string() + ": is a directory; allowed: a file");
    EXPECT_EQ(file_message(dir / "none.json" / "x"),
              (dir / "none.json" / "x").string() + ": no such file");
    EXPECT_EQ(file_message("/dev/zero"), "/dev/zero: is larger than 1048576 bytes");
    {
        std::ofstream out(dir / "huge.json");
        out << std::string(3 << 20, ' ');
    }
    EXPECT_NE(file_message(dir / "huge.json").find("is larger than 1048576 bytes"),
              std::string::npos);
    EXPECT_NE(file_message("/dev/null").find("broken JSON"), std::string::npos);
    fs::remove_all(dir);
}

}  // namespace
