// Figures of a synthesis report for the datasheet.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "generator/emit/emit.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"

namespace peforge {

SynthesisFigures read_figures(const std::filesystem::path& report, const Design& design) {
    const auto refuse = [&report](const std::string& where, const std::string& what) {
        return InputError(report.string(), where, what + "; allowed: report.json of peforge synth");
    };
    nlohmann::json j;
    try {
        j = nlohmann::json::parse(read_file(report));
    } catch (const std::exception&) {
        throw refuse("", "is no JSON that can be read");
    }
    if (!j.is_object() || !j.contains("target")) throw refuse("/target", "is missing");
    if (j.value("spec_hash", design.spec.hash) != design.spec.hash) {
        throw refuse("/spec_hash", "is that of another spec than " + design.spec.hash);
    }
    const auto number = [&j](const char* key) -> std::optional<double> {
        const auto at = j.find(key);
        return at != j.end() && at->is_number() ? std::optional(at->get<double>()) : std::nullopt;
    };
    const auto word = [&j](const char* key) -> std::string {
        const auto at = j.find(key);
        return at != j.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    SynthesisFigures figures;
    figures.area = number("area");
    figures.unit = word("unit");
    figures.fmax_mhz = number("fmax_mhz");
    if (const auto library = j.find("library"); library != j.end() && library->is_object()) {
        figures.library = library->value("name", "");
    }
    if (const auto power = j.find("power");
        power != j.end() && power->is_array() && !power->empty() && power->front().is_object()) {
        const nlohmann::json& first = power->front();
        if (first.contains("pj_per_mac") && first["pj_per_mac"].is_number()) {
            figures.pj_per_product = first["pj_per_mac"].get<double>();
        }
        if (first.contains("workload") && first["workload"].is_object()) {
            figures.workload = first["workload"].value("description", "");
        }
    }
    figures.source = "target " + word("target");
    if (const auto tools = j.find("tools"); tools != j.end() && tools->is_object()) {
        for (const auto& [tool, version] : tools->items()) {
            if (version.is_string())
                figures.source += fmt::format(", {} {}", tool, version.get<std::string>());
        }
    }
    return figures;
}

}  // namespace peforge
