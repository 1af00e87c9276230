// Simulated time. One step is the precision of the run, 1 ps unless set otherwise.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace peforge::coco {

/// Power of ten of a unit in seconds: "fs" -15, "ps" -12, "ns" -9, "us" -6, "ms" -3, "sec" or "s"
/// 0.
/// @throws std::invalid_argument for another name ("step" has no fixed length)
int unit_exponent(std::string_view unit);

/// `value` units in steps of 10^precision seconds; "step" counts steps.
/// @throws std::invalid_argument when it is negative or not a whole number of steps
std::uint64_t to_steps(double value, std::string_view unit, int precision);

/// Steps of 10^precision seconds in `unit`.
double from_steps(std::uint64_t steps, std::string_view unit, int precision);

}  // namespace peforge::coco
