// SPDX-License-Identifier: Apache-2.0
#include "synth/sram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string_view>

#include "generator/spec/document.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/sha256.hpp"

namespace peforge::synth {

namespace {

constexpr std::size_t kLargestFile = 1 << 20;
constexpr int kLargestSide = 1 << 20;  // bits of a word, words

/// Reads the members of one object; every message has the file and the pointer.
class ObjectReader {
public:
    ObjectReader(const Node& node, std::string file, std::string pointer,
                 std::span<const std::string_view> keys)
        : node_(node), file_(std::move(file)), pointer_(std::move(pointer)) {
        if (node.kind != Node::Kind::kObject) refuse("", show(node), "an object");
        std::string allowed;
        for (const std::string_view key : keys) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(key);
        }
        for (const Member& m : node.members) {
            if (std::find(keys.begin(), keys.end(), m.key) == keys.end()) {
                throw InputError(file_, pointer_ + pointer_step(m.key),
                                 "unknown key; allowed: " + allowed);
            }
            if (node.find(m.key) != &m.value) {
                throw InputError(file_, pointer_ + pointer_step(m.key),
                                 "the key stands twice; allowed: once");
            }
        }
    }

    [[nodiscard]] bool has(std::string_view key) const { return node_.find(key) != nullptr; }

    [[nodiscard]] std::string text(std::string_view key) const {
        const Node& value = need(key, "a text that is not empty");
        if (value.kind != Node::Kind::kString || value.text.empty()) {
            refuse(key, show(value), "a text that is not empty");
        }
        return value.text;
    }

    [[nodiscard]] int count(std::string_view key) const {
        const std::string allowed = fmt::format("an integer of 1..{}", kLargestSide);
        const Node& value = need(key, allowed);
        if (value.kind != Node::Kind::kInteger || value.integer < 1 ||
            value.integer > kLargestSide) {
            refuse(key, show(value), allowed);
        }
        return static_cast<int>(value.integer);
    }

    /// A number above zero, or from zero on.
    [[nodiscard]] double number(std::string_view key, bool zero) const {
        return *read_number(key, zero, false);
    }

    [[nodiscard]] std::optional<double> number_or_null(std::string_view key) const {
        return read_number(key, true, true);
    }

private:
    [[nodiscard]] std::optional<double> read_number(std::string_view key, bool zero,
                                                    bool null) const {
        const std::string allowed =
            std::string(zero ? "a number of 0 or more" : "a number above 0") +
            (null ? ", or null where it is not known" : "");
        const Node& value = need(key, allowed);
        if (null && value.kind == Node::Kind::kNull) return std::nullopt;
        if (value.kind == Node::Kind::kInteger || value.kind == Node::Kind::kOtherNumber) {
            const double number = std::strtod(value.text.c_str(), nullptr);
            if (std::isfinite(number) && (zero ? number >= 0.0 : number > 0.0)) return number;
        }
        refuse(key, show(value), allowed);
    }

    [[nodiscard]] const Node& need(std::string_view key, const std::string& allowed) const {
        const Node* value = node_.find(key);
        if (value == nullptr) {
            throw InputError(file_, pointer_ + pointer_step(key),
                             "is missing; allowed: " + allowed);
        }
        return *value;
    }

    [[noreturn]] void refuse(std::string_view key, const std::string& got,
                             const std::string& allowed) const {
        throw InputError(file_, pointer_ + (key.empty() ? "" : pointer_step(key)),
                         "is " + got + "; allowed: " + allowed);
    }

    const Node& node_;
    std::string file_;
    std::string pointer_;
};

SramMacro read_macro(const Node& node, const std::string& file, const std::string& pointer) {
    static constexpr std::array<std::string_view, 9> kKeys = {
        "name",       "width",     "depth", "area_um2", "read_energy_pj", "write_energy_pj",
        "leakage_uw", "access_ns", "source"};
    const ObjectReader object(node, file, pointer, kKeys);
    SramMacro m;
    m.name = object.text("name");
    m.width = object.count("width");
    m.depth = object.count("depth");
    m.area_um2 = object.number("area_um2", false);
    m.read_energy_pj = object.number_or_null("read_energy_pj");
    m.write_energy_pj = object.number_or_null("write_energy_pj");
    m.leakage_uw = object.number_or_null("leakage_uw");
    if (object.has("access_ns")) m.access_ns = object.number_or_null("access_ns");
    if (object.has("source")) m.source = object.text("source");
    return m;
}

SramFormula read_formula(const Node& node, const std::string& file) {
    static constexpr std::array<std::string_view, 4> kKeys = {"fixed_um2", "row_um2", "column_um2",
                                                              "bit_um2"};
    const ObjectReader object(node, file, "/formula", kKeys);
    return {object.number("fixed_um2", true), object.number("row_um2", true),
            object.number("column_um2", true), object.number("bit_um2", false)};
}

int ceil_div(int a, int b) {
    return (a + b - 1) / b;
}

}  // namespace

SramModel parse_sram_model(const std::string& text, const std::string& file) {
    static constexpr std::array<std::string_view, 8> kKeys = {
        "name",         "source",       "technology", "scale_area",
        "scale_energy", "scale_reason", "macros",     "formula"};
    const Node root = parse_document(text, file);
    const ObjectReader object(root, file, "", kKeys);
    SramModel model;
    model.file = std::filesystem::path(file).filename().string();
    model.sha256 = peforge::sha256(text);
    model.name = object.text("name");
    model.source = object.text("source");
    model.technology = object.text("technology");
    if (object.has("scale_area") || object.has("scale_energy") || object.has("scale_reason")) {
        model.scale = SramScale{object.number("scale_area", false),
                                object.number("scale_energy", false), object.text("scale_reason")};
    }
    const Node* macros = root.find("macros");
    const Node* formula = root.find("formula");
    if ((macros == nullptr) == (formula == nullptr)) {
        throw InputError(file, macros == nullptr ? "/macros" : "/formula",
                         macros == nullptr ? "is missing; allowed: macros, or a formula"
                                           : "stands beside macros; allowed: one of the two");
    }
    if (formula != nullptr) {
        model.formula = read_formula(*formula, file);
        return model;
    }
    if (macros->kind != Node::Kind::kArray || macros->members.empty()) {
        throw InputError(file, "/macros",
                         macros->kind == Node::Kind::kArray
                             ? "is empty; allowed: one macro or more"
                             : "is " + show(*macros) + "; allowed: an array of macros");
    }
    for (std::size_t i = 0; i < macros->members.size(); ++i) {
        model.macros.push_back(
            read_macro(macros->members[i].value, file, fmt::format("/macros/{}", i)));
    }
    return model;
}

SramModel load_sram_model(const std::filesystem::path& file) {
    return parse_sram_model(read_text_file(file, kLargestFile), file.string());
}

SramTiling tile(const SramModel& model, int width, int depth) {
    const double area = model.scale ? model.scale->area : 1.0;
    const double energy = model.scale ? model.scale->energy : 1.0;
    if (model.formula) {
        const SramFormula& f = *model.formula;
        SramTiling t;
        t.area_um2 = area * (f.fixed_um2 + f.row_um2 * depth + f.column_um2 * width +
                             f.bit_um2 * width * depth);
        return t;
    }
    const auto times = [](const std::optional<double>& value, double factor) {
        return value ? std::optional(*value * factor) : std::nullopt;
    };
    std::optional<SramTiling> best;
    for (const SramMacro& m : model.macros) {
        SramTiling t;
        t.macro = m.name;
        t.across = ceil_div(width, m.width);
        t.down = ceil_div(depth, m.depth);
        const double macros = static_cast<double>(t.across) * t.down;
        t.area_um2 = area * m.area_um2 * macros;
        t.read_energy_pj = times(m.read_energy_pj, energy * t.across);
        t.write_energy_pj = times(m.write_energy_pj, energy * t.across);
        t.leakage_uw = times(m.leakage_uw, macros);
        const bool fewer = best && t.area_um2 == best->area_um2 &&
                           macros < static_cast<double>(best->across) * best->down;
        if (!best || t.area_um2 < best->area_um2 || fewer) best = t;
    }
    return *best;
}

}  // namespace peforge::synth
