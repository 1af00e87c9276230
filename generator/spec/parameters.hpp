// The parameter table: every key of a spec with its type, range, default, scope and help.
//
// The validator, the JSON Schema, `peforge help spec`, the reference table of docs/spec.md and the
// canonical JSON are all made from it. Defaults are the member initialisers of Spec and Format.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "generator/spec/spec.hpp"

namespace peforge {

enum class ParameterType {
    kName,       ///< string: a Verilog identifier
    kInt,        ///< integer min..max
    kBool,       ///< false or true; min = 1 allows only true
    kEnum,       ///< one of `choices`
    kIntOrAuto,  ///< "auto" or an integer min..max
    kFormat,     ///< object; its keys are format_parameters()
};

/// Which specs a key belongs to.
enum class Scope {
    kAll,
    kSystolic,  ///< array.kind "systolic"
    kLut,       ///< array.kind "lut"
    kLog,       ///< systolic with lp weights and lp activations
    kFlint,     ///< systolic with flint weights and flint activations
    kPlaced,    ///< systolic with lp or floating-point weights: terms have a place below the unit
    kBuffered,  ///< sums in a buffer behind the array: every array but an output-stationary one
};

/// A value on its way between JSON and Spec: an integer, a bool (0, 1), the index of a choice, or
/// nothing for "auto". `text` is used by kName alone.
struct ParameterValue {
    std::optional<int> number;
    std::string text{};
};

/// A key of the spec. `Owner` is Spec or golden::Format.
template <class Owner>
struct ParameterCodec {
    void (*set)(Owner&, const ParameterValue&) = nullptr;
    ParameterValue (*get)(const Owner&) = nullptr;
};

struct Parameter {
    std::string_view pointer{};  ///< JSON pointer
    ParameterType type = ParameterType::kInt;
    Scope scope = Scope::kAll;
    bool required = false;
    int min = 0;
    int max = 0;
    std::span<const std::string_view> choices{};  ///< kEnum, in the order of the C++ enumerators
    std::string_view limit{};  ///< text of an upper limit that depends on other keys; empty: `max`
    std::string_view help{};
    ParameterCodec<Spec> codec{};            ///< all types but kFormat
    golden::Format Spec::*format = nullptr;  ///< kFormat
};

/// A key of a format object; which kinds it belongs to is a bit mask over golden::FormatKind.
struct FormatParameter {
    std::string_view key{};
    ParameterType type = ParameterType::kInt;
    unsigned kinds = 0;
    bool required = false;
    int min = 0;
    int max = 0;
    std::span<const std::string_view> choices{};
    std::string_view limit{};
    std::string_view help{};
    ParameterCodec<golden::Format> codec{};
    std::string_view default_text{};                 ///< a default that depends on other keys
    void (*set_default)(golden::Format&) = nullptr;  ///< how to set it
};

/// All keys in canonical order.
std::span<const Parameter> parameters();

/// All keys of a format object in canonical order. A key whose range depends on the kind has one
/// row for each.
std::span<const FormatParameter> format_parameters();

/// The row of `key` for a format kind; nullptr when the key does not belong to it.
const FormatParameter* find_format_parameter(std::string_view key, golden::FormatKind kind);

/// Does the key belong to this format kind?
bool belongs(const FormatParameter& p, golden::FormatKind kind);

/// Does the key belong to this spec (array kind, dataflow and datapath)?
bool belongs(const Parameter& p, const Spec& spec);

/// Does its belonging depend on the formats of weights and activations?
bool depends_on_formats(Scope scope);

/// "array.kind \"lut\"" and the like; empty for Scope::kAll.
std::string scope_text(Scope scope);

/// What a key accepts, for messages and tables: "an integer 1..256", "\"l1\", \"l2\"", ...
std::string allowed_text(const Parameter& p);
std::string allowed_text(const FormatParameter& p);

/// JSON text of the value of a key: 8, true, "lp", "auto".
std::string value_json(const Parameter& p, const Spec& spec);
std::string value_json(const FormatParameter& p, const golden::Format& format);

/// Is `name` a plain identifier (letters, digits, _; at most 64) and no keyword of Verilog or
/// SystemVerilog? Otherwise the text says why not.
std::string check_name(std::string_view name);

}  // namespace peforge
