// The code table of a format, for printing and for tables in generated RTL.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "golden/formats/format.hpp"

namespace peforge::golden {

struct CodeRow {
    Code code = 0;
    std::string bits;     ///< n digits, most significant first
    double value = 0.0;   ///< to_real(); NaR is a quiet NaN
    bool emitted = true;  ///< whether the encoder ever writes this code
};

/// All 2^n codes in ascending order of the unsigned code word.
std::vector<CodeRow> code_table(const Format& f);

/// The positive codes that the encoder writes, in ascending order of value.
std::vector<Code> positive_codes(const Format& f);

}  // namespace peforge::golden
