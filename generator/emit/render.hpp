// Text templates: mustache files of rtl_templates/ and the renaming of their modules.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kainjow/mustache.hpp>
#include <map>
#include <string>

namespace peforge {

/// Renders a mustache text of rtl_templates(); values are inserted as they are. Throws
/// std::logic_error when a template is malformed.
std::string render(const std::string& text, const kainjow::mustache::data& values);

/// Replaces the template prefix `pf_` of every identifier by `prefix_`.
std::string rename_modules(const std::string& text, const std::string& prefix);

/// Names of the template modules (without `pf_`) that a text refers to.
std::vector<std::string> referenced_modules(const std::string& text);

}  // namespace peforge
