// Everything that is printed from the parameter table: canonical JSON, JSON Schema, help,
// reference.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "generator/spec/parameters.hpp"
#include "generator/spec/spec.hpp"

namespace peforge {
namespace {

using golden::Format;
using golden::FormatKind;
using nlohmann::ordered_json;

/// Every kind, in order.
constexpr auto kFormatKindList = [] {
    std::array<FormatKind, golden::kFormatKindNames.size()> kinds{};
    for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = static_cast<FormatKind>(i);
    return kinds;
}();

/// "/array/rows" -> {"array", "rows"}; "/name" -> {"", "name"}.
std::pair<std::string_view, std::string_view> split(std::string_view pointer) {
    const std::size_t slash = pointer.find('/', 1);
    if (slash == std::string_view::npos) {
        return {"", pointer.substr(1)};
    }
    return {pointer.substr(1, slash - 1), pointer.substr(slash + 1)};
}

/// "/array/rows" -> "array.rows".
std::string dotted(std::string_view pointer) {
    const auto [section, key] = split(pointer);
    return section.empty() ? std::string(key) : fmt::format("{}.{}", section, key);
}

std::string kinds_text(const FormatParameter& p) {
    std::string text;
    for (const FormatKind kind : kFormatKindList) {
        if (belongs(p, kind)) {
            text += fmt::format("{}{}", text.empty() ? "" : ", ", golden::kind_name(kind));
        }
    }
    return text;
}

/// A default, or "required".
std::string default_text(const Parameter& p) {
    return p.required ? "required" : value_json(p, Spec{});
}

std::string default_text(const FormatParameter& p) {
    if (p.required) return "required";
    return p.set_default != nullptr ? std::string(p.default_text) : value_json(p, Format{});
}

/// One "key": value line of an object; the first has no comma before it.
void append_line(std::string& out, bool& first, int indent, std::string_view key,
                 std::string_view value) {
    out += fmt::format("{}\n{:{}}\"{}\": {}", first ? "" : ",", "", indent, key, value);
    first = false;
}

std::string format_json(const Format& format) {
    std::string out = "{";
    bool first = true;
    for (const FormatParameter& p : format_parameters()) {
        if (belongs(p, format.kind)) {
            append_line(out, first, 4, p.key, value_json(p, format));
        }
    }
    return out + "\n  }";
}

/// Schema of one value. Limits that depend on other keys are in the description.
template <class Row>
ordered_json value_schema(const Row& p) {
    ordered_json schema;
    schema["description"] = p.help;
    const auto integer = [&p] {
        return ordered_json{{"type", "integer"}, {"minimum", p.min}, {"maximum", p.max}};
    };
    switch (p.type) {
        case ParameterType::kName:
            schema["type"] = "string";
            schema["pattern"] = "^(?!.*__)(?!.*_$)[A-Za-z_][A-Za-z0-9_]{0,63}$";
            return schema;
        case ParameterType::kInt:
            schema.update(integer());
            break;
        case ParameterType::kBool:
            if (p.min == 1) {
                schema["const"] = true;
            } else {
                schema["type"] = "boolean";
            }
            break;
        case ParameterType::kEnum:
            schema["enum"] = ordered_json::array();
            for (const std::string_view choice : p.choices) {
                schema["enum"].push_back(choice);
            }
            break;
        case ParameterType::kIntOrAuto:
            schema["oneOf"] = {ordered_json{{"const", "auto"}}, integer()};
            break;
        case ParameterType::kFormat:
            schema["$ref"] = "#/$defs/format";
            return schema;
    }
    if (!p.limit.empty()) {
        schema["description"] = fmt::format("{}; at most {}", p.help, p.limit);
    }
    // A default that depends on other keys is told in the description.
    const std::string fallback = default_text(p);
    if (!p.required && ordered_json::accept(fallback)) {
        schema["default"] = ordered_json::parse(fallback);
    } else if (!p.required) {
        schema["description"] =
            fmt::format("{}; default {}", schema["description"].get<std::string>(), fallback);
    }
    return schema;
}

ordered_json object_schema() {
    return {{"type", "object"},
            {"properties", ordered_json::object()},
            {"required", ordered_json::array()},
            {"additionalProperties", false}};
}

/// Schema of a format object; `weight`: formats of weights alone are legal as well.
ordered_json format_schema(bool weight) {
    ordered_json variants = ordered_json::array();
    for (const FormatKind kind : kFormatKindList) {
        if (!weight && golden::is_power_sum(kind)) {
            continue;
        }
        ordered_json object = object_schema();
        for (const FormatParameter& p : format_parameters()) {
            if (!belongs(p, kind)) {
                continue;
            }
            object["properties"][p.key] =
                p.key == "format"
                    ? ordered_json{{"description", p.help}, {"const", golden::kind_name(kind)}}
                    : value_schema(p);
            if (p.required) {
                object["required"].push_back(p.key);
            }
        }
        variants.push_back(std::move(object));
    }
    return {{"oneOf", std::move(variants)}};
}

/// Schema of the specs of one array kind.
ordered_json kind_schema(ArrayKind kind) {
    // Keys of some datapaths are among those of every systolic array, and so are those of the
    // buffered sums: whether they belong depends on two formats and on the dataflow, which the
    // program checks.
    Spec any;
    any.kind = kind;

    ordered_json top = object_schema();
    const auto require = [](ordered_json& object, std::string_view key) {
        if (object["required"].empty() || object["required"].back() != key) {
            object["required"].push_back(key);
        }
    };
    for (const Parameter& p : parameters()) {
        const bool of_formats = depends_on_formats(p.scope) && kind == ArrayKind::kSystolic;
        if (!of_formats && !belongs(p, any)) {
            continue;
        }
        const auto [section, key] = split(p.pointer);
        ordered_json* object = &top;
        if (!section.empty()) {
            const std::string name(section);
            if (!top["properties"].contains(name)) {
                top["properties"][name] = object_schema();
            }
            if (p.required) {
                require(top, name);
            }
            object = &top["properties"][name];
        }
        ordered_json schema = value_schema(p);
        if (p.type == ParameterType::kFormat && p.pointer != "/weight") {
            schema["$ref"] = "#/$defs/operand_format";
        }
        if (p.pointer == "/array/kind") {
            schema.erase("enum");
            schema["const"] = p.choices[static_cast<std::size_t>(kind)];
        }
        if (depends_on_formats(p.scope) || p.scope == Scope::kBuffered) {
            schema["description"] = fmt::format(
                "{}; only with {}", schema["description"].get<std::string>(), scope_text(p.scope));
        }
        (*object)["properties"][std::string(key)] = std::move(schema);
        if (p.required) {
            require(*object, key);
        }
    }
    return top;
}

}  // namespace

std::string to_json(const Spec& spec) {
    std::string out = "{";
    bool first = true;
    bool first_in_section = true;
    std::string_view open;
    const auto close_section = [&] {
        if (!open.empty()) {
            out += "\n  }";
            open = "";
        }
    };
    for (const Parameter& p : parameters()) {
        if (!belongs(p, spec)) {
            continue;
        }
        const auto [section, key] = split(p.pointer);
        if (section.empty()) {
            close_section();
            append_line(out, first, 2, key,
                        p.type == ParameterType::kFormat ? format_json(spec.*(p.format))
                                                         : value_json(p, spec));
            continue;
        }
        if (section != open) {
            close_section();
            append_line(out, first, 2, section, "{");
            open = section;
            first_in_section = true;
        }
        append_line(out, first_in_section, 4, key, value_json(p, spec));
    }
    close_section();
    return out + "\n}\n";
}

std::string json_schema() {
    ordered_json schema;
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    schema["title"] = "peforge spec";
    schema["oneOf"] = {kind_schema(ArrayKind::kSystolic), kind_schema(ArrayKind::kLut)};
    schema["$defs"] = {{"format", format_schema(true)}, {"operand_format", format_schema(false)}};
    return schema.dump(2) + "\n";
}

std::string spec_reference_markdown() {
    std::string out =
        "| Key | Allowed | Default | Only with | Meaning |\n"
        "|---|---|---|---|---|\n";
    for (const Parameter& p : parameters()) {
        const std::string default_value =
            p.required ? "required" : fmt::format("`{}`", default_text(p));
        out += fmt::format("| `{}` | {} | {} | {} | {} |\n", dotted(p.pointer),
                           p.type == ParameterType::kFormat ? "a format object" : allowed_text(p),
                           default_value, scope_text(p.scope), p.help);
    }
    out +=
        "\nKeys of a format object (`weight`, `activation`, `output`):\n\n"
        "| Key | Formats | Allowed | Default | Meaning |\n"
        "|---|---|---|---|---|\n";
    for (const FormatParameter& p : format_parameters()) {
        const std::string default_value =
            p.required ? "required" : fmt::format("`{}`", default_text(p));
        out += fmt::format("| `{}` | {} | {} | {} | {} |\n", p.key, kinds_text(p), allowed_text(p),
                           default_value, p.help);
    }
    return out;
}

std::string spec_help() {
    constexpr std::string_view kLine = "  {:<26} {:<38} {:<19} {}{}\n";
    std::string out = "Keys of a spec: allowed values, default, meaning.\n\n";
    for (const Parameter& p : parameters()) {
        std::string allowed = allowed_text(p);
        if (p.type == ParameterType::kName) {
            allowed = "an identifier";
        } else if (p.type == ParameterType::kFormat) {
            allowed = "a format object";
        }
        out += fmt::format(fmt::runtime(kLine), dotted(p.pointer), allowed, default_text(p), p.help,
                           p.scope == Scope::kAll ? "" : fmt::format(" [{}]", scope_text(p.scope)));
    }
    out += "\nKeys of a format object (weight, activation, output):\n\n";
    for (const FormatParameter& p : format_parameters()) {
        out += fmt::format(fmt::runtime(kLine), p.key, allowed_text(p), default_text(p), p.help,
                           fmt::format(" [{}]", kinds_text(p)));
    }
    return out;
}

}  // namespace peforge
