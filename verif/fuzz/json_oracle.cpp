// SPDX-License-Identifier: Apache-2.0
#include "verif/fuzz/json_oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <typeinfo>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"
#include "generator/spec/document.hpp"
#include "generator/spec/error.hpp"
#include "generator/spec/parameters.hpp"

namespace peforge::fuzz {
namespace {

using nlohmann::json;

/// A screen or two; a message that repeats the input is none.
constexpr std::size_t kLongestMessage = 1200;
constexpr std::size_t kLongestPlainKey = 48;

std::set<std::string> table_pointers() {
    std::set<std::string> known;
    for (const Parameter& p : parameters()) {
        const std::string pointer(p.pointer);
        known.insert(pointer);
        known.insert(pointer.substr(0, pointer.find('/', 1)));
        if (p.type != ParameterType::kFormat) continue;
        for (const FormatParameter& f : format_parameters()) {
            known.insert(pointer + "/" + std::string(f.key));
        }
    }
    return known;
}

/// A key that messages show as it is; others are quoted or cut there.
bool is_plain(const std::string& key) {
    return key.size() <= kLongestPlainKey && std::ranges::all_of(key, [](char c) {
               return c >= ' ' && c <= '~' && c != '"' && c != '\\';
           });
}

std::string step(const std::string& key) {
    std::string text = "/";
    for (const char c : key) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return text;
}

/// Pointers of the document's members, and those below which there are keys that are not plain.
struct DocumentPointers {
    std::set<std::string> plain;
    std::set<std::string> parents_of_odd;

    void add(const Node& object, const std::string& at) {
        for (const auto& [key, value] : object.members) {
            if (!is_plain(key)) {
                parents_of_odd.insert(at + "/");
                continue;
            }
            plain.insert(at + step(key));
            add(value, at + step(key));
        }
    }
};

bool has_known_pointer(const std::string& text, const std::string& rest) {
    static const std::set<std::string> kTable = table_pointers();
    DocumentPointers document;
    // A plain DOM would lose repeated keys, which messages may point to.
    document.add(parse_document(text, kSpecFile), "");
    // Keys may hold ": " themselves.
    for (std::size_t end = rest.find(": "); end != std::string::npos;
         end = rest.find(": ", end + 1)) {
        const std::string pointer = rest.substr(0, end);
        if (kTable.contains(pointer) || document.plain.contains(pointer)) return true;
    }
    return std::ranges::any_of(document.parents_of_odd,
                               [&](const std::string& p) { return rest.starts_with(p); });
}

/// "line 3, column 14: broken JSON: what".
bool is_syntax_message(std::string_view text) {
    const auto skip = [&text](std::string_view word) {
        const bool there = text.starts_with(word);
        if (there) text.remove_prefix(word.size());
        return there;
    };
    const auto skip_number = [&text] {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(digits);
        return digits != 0;
    };
    return skip("line ") && skip_number() && skip(", column ") && skip_number() &&
           skip(": broken JSON: ") && !text.empty();
}

bool says_what_is_allowed(const std::string& message) {
    constexpr std::string_view kWords[] = {"allowed", "required", " needs ", " must be "};
    return std::ranges::any_of(
        kWords, [&](std::string_view word) { return message.find(word) != std::string::npos; });
}

}  // namespace

std::string message_problem(const std::string& text, const std::string& message) {
    const std::string file = std::string(kSpecFile) + ": ";
    if (message.size() > kLongestMessage) {
        return fmt::format("the message has {} characters", message.size());
    }
    if (!message.starts_with(file)) return "the message does not begin with the file";
    const std::string rest = message.substr(file.size());
    if (is_syntax_message(rest)) {
        return json::accept(text) ? "legal JSON is called broken" : "";
    }
    if (!says_what_is_allowed(rest)) return "the message does not say what is allowed";
    if (rest.starts_with("nested deeper than ")) {
        return std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; }) > 16
                   ? ""
                   : "shallow JSON is called deep";
    }
    if (rest.starts_with("the document is ")) {
        return json::parse(text, nullptr, false).is_object() ? "an object is called none" : "";
    }
    return has_known_pointer(text, rest) ? ""
                                         : "the message has no JSON pointer, or an unknown one";
}

Judgement judge(const std::string& text, bool emit_too) {
    try {
        const Spec spec = parse_spec(text, kSpecFile);
        const Design design = resolve(spec, kSpecFile);
        if (parse_spec(to_json(spec), kSpecFile) != spec) {
            return {Verdict::kFailed, "canonical JSON gives another spec"};
        }
        if (emit_too && emit(design).empty()) return {Verdict::kFailed, "nothing was emitted"};
        return {Verdict::kAccepted, {}};
    } catch (const InputError& e) {
        const std::string problem = message_problem(text, e.what());
        if (problem.empty()) return {Verdict::kRejected, e.what()};
        return {Verdict::kFailed, problem + ": " + e.what()};
    } catch (const std::exception& e) {
        return {Verdict::kFailed, fmt::format("exception {}: {}", typeid(e).name(), e.what())};
    } catch (...) {
        return {Verdict::kFailed, "exception of unknown type"};
    }
}

}  // namespace peforge::fuzz
