// What an encoder needs to know about a format, the same for every kind.
//
// Positive codes minpos_code..maxpos_code are consecutive and increase with the value; each one is
// reached at its lower boundary, and negative numbers take the negated code.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "golden/formats/boundary.hpp"
#include "golden/formats/format.hpp"

namespace peforge::golden {

/// Smallest and largest positive code that the encoder writes.
Code minpos_code(const Format& f);
Code maxpos_code(const Format& f);

/// The code of -x for the positive code of x.
Code negate(const Format& f, Code positive);

/// Boundary between positive code - 1 (for minpos_code: zero) and positive code.
Boundary lower_boundary(const Format& f, Code code);

}  // namespace peforge::golden
