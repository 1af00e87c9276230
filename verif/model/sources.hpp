// The simulation driver's sources, embedded in the program.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace peforge {

/// rtl_driver.cpp and rtl_abi.h by name.
const std::map<std::string, std::string_view>& simulation_sources();

/// The coroutine harness: its headers and scheduler.cpp, by name.
const std::map<std::string, std::string_view>& harness_sources();

/// verif/mutation/reasons.txt.
const std::map<std::string, std::string_view>& mutation_reasons();

}  // namespace peforge
