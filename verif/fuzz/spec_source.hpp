// Random specs with legal-looking values, drawn along the parameter table.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "verif/fuzz/random.hpp"

namespace peforge::fuzz {

/// Upper limits that keep simulation and synthesis short.
struct SizeBudget {
    int pes = 24;     ///< products of the array: rows * cols * lanes; lut: columns
    int rows_m = 40;  ///< depth of the accumulator buffer, where it is not the default
    int max_k = 160;  ///< longest dot product, where it is not the default
};

/// JSON text of a candidate. Each value fits its row of the table, so that only contradictions
/// between values can make it illegal; a few per cent draw formats that do not go together.
std::string random_spec(Random& random, const SizeBudget& budget);

}  // namespace peforge::fuzz
