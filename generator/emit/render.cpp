// SPDX-License-Identifier: Apache-2.0
#include "generator/emit/render.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace peforge {

namespace {

constexpr std::string_view kPrefix = "pf_";

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Position of the next identifier that begins with the template prefix.
std::size_t find_identifier(const std::string& text, std::size_t from) {
    for (std::size_t at = text.find(kPrefix, from); at != std::string::npos;
         at = text.find(kPrefix, at + 1)) {
        if (at == 0 || !is_word(text[at - 1])) return at;
    }
    return std::string::npos;
}

/// Stands at the end of a line that is to disappear.
constexpr char kNoLine = '\x01';

/// Does the line hold nothing but the begin or the end of a section?
bool is_section_line(std::string_view line) {
    return line.size() > 5 && line.starts_with("{{") && line.ends_with("}}") &&
           (line[2] == '#' || line[2] == '^' || line[2] == '/') &&
           line.find("}}") == line.size() - 2;
}

}  // namespace

std::string mark_section_lines(const std::string& text) {
    std::string marked;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::string bare = line.substr(std::min(line.find_first_not_of(' '), line.size()));
        marked += is_section_line(bare) ? bare + kNoLine : line;
        marked += '\n';
    }
    return marked;
}

std::string render(const std::string& text, const kainjow::mustache::data& values) {
    kainjow::mustache::mustache view(mark_section_lines(text));
    if (!view.is_valid()) throw std::logic_error("template: " + view.error_message());
    view.set_custom_escape([](const std::string& s) { return s; });
    std::string out = view.render(values);
    const std::string gone = {kNoLine, '\n'};
    for (std::size_t at = out.find(gone); at != std::string::npos; at = out.find(gone, at)) {
        out.erase(at, gone.size());
    }
    return out;
}

std::string rename_modules(const std::string& text, const std::string& prefix) {
    std::string out;
    out.reserve(text.size());
    std::size_t done = 0;
    for (std::size_t at = find_identifier(text, 0); at != std::string::npos;
         at = find_identifier(text, done)) {
        out.append(text, done, at - done).append(prefix).append("_");
        done = at + kPrefix.size();
    }
    return out.append(text, done, std::string::npos);
}

std::vector<std::string> referenced_modules(const std::string& text) {
    std::set<std::string> names;
    for (std::size_t at = find_identifier(text, 0); at != std::string::npos;
         at = find_identifier(text, at + 1)) {
        const std::size_t line = text.rfind('\n', at) + 1;
        if (text.find("//", line) < at) continue;
        std::size_t end = at + kPrefix.size();
        while (end < text.size() && is_word(text[end])) ++end;
        const std::string name = text.substr(at + kPrefix.size(), end - at - kPrefix.size());
        if (name.find("_error_") == std::string::npos) names.insert(name);
    }
    return {names.begin(), names.end()};
}

bool uses_identifier(const std::string& text, const std::string& word) {
    constexpr std::string_view kModule = "module ";
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool whole = (at == 0 || (!is_word(text[at - 1]) && text[at - 1] != '.')) &&
                           (end == text.size() || !is_word(text[end]));
        if (!whole || text.find("//", text.rfind('\n', at) + 1) < at) continue;
        const bool declared =
            at >= kModule.size() && text.compare(at - kModule.size(), kModule.size(), kModule) == 0;
        if (!declared) return true;
    }
    return false;
}

}  // namespace peforge
