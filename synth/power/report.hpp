// The printed forms of a power measurement.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "synth/power/power.hpp"

namespace peforge::synth::power {

/// `power` of report.json.
nlohmann::ordered_json to_json(const PowerReport& report);

/// The part of report.txt about power.
std::string to_text(const PowerReport& report);

}  // namespace peforge::synth::power
