// The project's RTL templates and simulation sources, embedded in the program.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace peforge {

/// Files of rtl_templates/ by name.
const std::map<std::string, std::string_view>& rtl_templates();

/// Files of rtl_templates/memories/: other bodies of pf_memory.
const std::map<std::string, std::string_view>& memory_templates();

/// Files of rtl_templates/axi/: the AXI wrapper.
const std::map<std::string, std::string_view>& axi_templates();

}  // namespace peforge
