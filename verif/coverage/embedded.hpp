// Text files of verif/coverage, embedded in the program.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace peforge {

/// waivers.txt.
const std::map<std::string, std::string_view>& coverage_waivers();

}  // namespace peforge
