// SHA-256, to name the exact library a figure was made with.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace peforge::synth {

/// SHA-256 of `data` (FIPS 180-4), 64 lower-case hex digits.
std::string sha256(std::string_view data);

}  // namespace peforge::synth
