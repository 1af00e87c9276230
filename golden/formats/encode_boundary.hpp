// What an encoder needs to know about a format, the same for every kind.
//
// The positive codes that an encoder writes are counted in ascending order of value; each is
// reached at its lower boundary, and negative numbers take the negated code.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "golden/formats/boundary.hpp"
#include "golden/formats/format.hpp"

namespace peforge::golden {

/// Number of positive codes that the encoder writes.
int positive_count(const Format& f);

/// The i-th of them, i = 0 for minpos.
Code positive_code(const Format& f, int i);

/// Boundary between the positive codes i - 1 (i = 0: zero) and i.
Boundary lower_boundary(const Format& f, int i);

/// The code of -x for the positive code of x.
Code negate(const Format& f, Code positive);

}  // namespace peforge::golden
