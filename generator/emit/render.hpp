// Text templates: mustache files of rtl_templates/ and the renaming of their modules.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kainjow/mustache.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace peforge {

/// Stands for the top's name until modules have been renamed: that name may begin like theirs.
constexpr std::string_view kTopMark = "@top@";

/// A number as template text.
inline std::string text(long long value) {
    return std::to_string(value);
}

/// A text for a partial of render(): lines that only begin or end a section are marked, so that
/// they leave no empty line behind (the library does when the section is left out).
std::string mark_section_lines(const std::string& text);

/// Renders a mustache text of rtl_templates(); values are inserted as they are. Throws
/// std::logic_error when a template is malformed.
std::string render(const std::string& text, const kainjow::mustache::data& values);

/// Replaces the template prefix `pf_` of every identifier by `prefix_`.
std::string rename_modules(const std::string& text, const std::string& prefix);

/// Names of the modules (without `pf_`) that a text's code, not its comments, refers to; names that
/// only stop elaboration (pf_..._error_...) are left out.
std::vector<std::string> referenced_modules(const std::string& text);

/// Whether a text's code, not its comments, has `word` as an identifier of its own: neither the
/// name of the module it declares nor a port of an instance (.word).
bool uses_identifier(const std::string& text, const std::string& word);

}  // namespace peforge
