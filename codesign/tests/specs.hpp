// Small specs of every family, for tests.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace peforge::codesign::testing {

inline std::string systolic_spec(const std::string& weight, const std::string& activation) {
    return R"({"name": "t", "array": {"kind": "systolic", "rows": 4, "cols": 4}, "weight": )" +
           weight + R"(, "activation": )" + activation + R"(, "output": )" + activation +
           R"(, "accumulator": {"max_k": 64}, "buffers": {"rows_m": 32}})";
}

inline std::string int8_spec() {
    return systolic_spec(R"({"format": "int", "n": 8})", R"({"format": "int", "n": 8})");
}

inline std::string pot4_spec() {
    return systolic_spec(R"({"format": "pot", "n": 4})", R"({"format": "int", "n": 8})");
}

inline std::string lp8_spec() {
    return systolic_spec(R"({"format": "lp", "n": 8, "es": 1, "rs": 3})",
                         R"({"format": "lp", "n": 8, "es": 1, "rs": 3})");
}

inline std::string lut_spec() {
    return R"({"name": "t", "array": {"kind": "lut", "subvector": 2, "centroids": 16,
               "metric": "l2", "columns": 4}, "activation": {"format": "int", "n": 8},
               "centroid": {"n": 8}, "entry": {"n": 8}, "output": {"format": "int", "n": 8},
               "accumulator": {"max_k": 64}, "buffers": {"rows_m": 32}})";
}

/// Decision trees over long sub-vectors, so K runs along the window; narrow entries with shifts.
/// Three subspaces are looked up at a time.
inline std::string lut_tree_spec() {
    return R"({"name": "t", "array": {"kind": "lut", "subvector": 8, "centroids": 4, "columns": 4,
               "imms": 3}, "lut": {"encoder": "tree"}, "activation": {"format": "int", "n": 8},
               "entry": {"n": 6, "shift_bits": 2}, "output": {"format": "int", "n": 8},
               "accumulator": {"max_k": 64}, "buffers": {"rows_m": 32}})";
}

}  // namespace peforge::codesign::testing
