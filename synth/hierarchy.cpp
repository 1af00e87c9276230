// SPDX-License-Identifier: Apache-2.0
#include "synth/hierarchy.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <regex>

#include "generator/spec/error.hpp"

namespace peforge::synth {

namespace {

struct Suffix {
    const char* text;
    Unit unit;
};

/// The first that fits decides, so "token_delay" stands before "delay".
constexpr auto kSuffixes = std::to_array<Suffix>({
    {"mul_pe", Unit::kPe},           {"shift_pe", Unit::kPe},
    {"terms_pe", Unit::kPe},         {"log_pe", Unit::kPe},
    {"bin_pe", Unit::kPe},           {"bin_convert", Unit::kAccumulator},
    {"float_pe", Unit::kPe},         {"mix_pe", Unit::kPe},
    {"floor_pe", Unit::kPe},         {"mix_act", Unit::kEdge},
    {"mix_wgt", Unit::kEdge},        {"dpe", Unit::kPe},
    {"ccu_chain", Unit::kPe},        {"ccu_tree", Unit::kPe},
    {"decision_tree", Unit::kPe},    {"lookup_sum", Unit::kPe},
    {"decode", Unit::kEdge},         {"acc_column", Unit::kAccumulator},
    {"acc_row", Unit::kAccumulator}, {"correction", Unit::kAccumulator},
    {"post", Unit::kPost},           {"post_lane", Unit::kPost},
    {"encode", Unit::kPost},         {"prm_column", Unit::kPost},
    {"ctrl", Unit::kControl},        {"skid", Unit::kControl},
    {"fifo", Unit::kControl},        {"token_delay", Unit::kControl},
    {"status", Unit::kControl},      {"popcount", Unit::kControl},
    {"nar_detect", Unit::kControl},  {"nar_count", Unit::kControl},
    {"delay", Unit::kEdge},          {"memory", Unit::kMemory},
});

/// Whether a module is top_..._suffix; the design's own name may end in anything.
bool ends_in(const std::string& module, const std::string& top, const std::string& suffix) {
    if (module.rfind(top + "_", 0) != 0) return false;
    const std::string rest = module.substr(top.size());
    const std::string end = "_" + suffix;
    return rest.size() >= end.size() &&
           rest.compare(rest.size() - end.size(), end.size(), end) == 0;
}

/// A parameter in Yosys JSON is a string of binary digits; text parameters are not numbers.
bool is_binary(const std::string& text) {
    return !text.empty() && text.size() <= 63 && text.find_first_not_of("01") == std::string::npos;
}

std::string without_backslash(const std::string& name) {
    return !name.empty() && name.front() == '\\' ? name.substr(1) : name;
}

}  // namespace

const char* to_string(Unit unit) {
    switch (unit) {
        case Unit::kPe:
            return "pe_array";
        case Unit::kEdge:
            return "edge";
        case Unit::kAccumulator:
            return "accumulators";
        case Unit::kPost:
            return "post";
        case Unit::kControl:
            return "control";
        case Unit::kMemory:
            return "memory";
        case Unit::kOther:
            break;
    }
    return "other";
}

Unit unit_of(const std::string& module, const std::string& top) {
    for (const Suffix& suffix : kSuffixes) {
        if (ends_in(module, top, suffix.text)) return suffix.unit;
    }
    return Unit::kOther;
}

bool is_repeated(const std::string& module, const std::string& top) {
    return ends_in(module, top, "post_lane") || ends_in(module, top, "dpe");
}

std::string clean_name(const std::string& yosys_name) {
    static const std::string kParamod = "$paramod";
    if (yosys_name.rfind(kParamod, 0) != 0) return without_backslash(yosys_name);
    const std::size_t start = yosys_name.find('\\');
    if (start == std::string::npos) return yosys_name;
    const std::size_t end = yosys_name.find('\\', start + 1);
    return yosys_name.substr(start + 1, end == std::string::npos ? end : end - start - 1);
}

std::vector<std::string> declared_modules(const std::string& verilog) {
    static const std::regex kModule("^[ \t]*module[ \t]+([A-Za-z_][A-Za-z0-9_$]*)",
                                    std::regex::ECMAScript | std::regex::multiline);
    std::vector<std::string> names;
    for (std::sregex_iterator it(verilog.begin(), verilog.end(), kModule), end; it != end; ++it) {
        names.push_back((*it)[1]);
    }
    return names;
}

Hierarchy::Hierarchy(const std::string& json, const std::string& top) : top_(top) {
    const nlohmann::json design = nlohmann::json::parse(json);
    const nlohmann::json& all = design.at("modules");
    for (const auto& [key, module] : all.items()) {
        ElaboratedModule m;
        m.name = clean_name(key);
        const nlohmann::json& attributes = module.at("attributes");
        if (attributes.contains("hdlname")) {
            m.name = without_backslash(attributes.at("hdlname").get<std::string>());
        }
        if (module.contains("parameter_default_values")) {
            for (const auto& [name, value] : module.at("parameter_default_values").items()) {
                if (value.is_string() && is_binary(value.get<std::string>())) {
                    m.parameters[name] = std::stoll(value.get<std::string>(), nullptr, 2);
                }
            }
        }
        for (const auto& [name, port] : module.at("ports").items()) {
            m.ports.push_back(
                {name, static_cast<int>(port.at("bits").size()), port.at("direction") == "input"});
        }
        for (const auto& [name, cell] : module.at("cells").items()) {
            const std::string type = cell.at("type").get<std::string>();
            if (all.contains(type)) m.children.emplace_back(name, type);
        }
        modules_[key] = std::move(m);
    }
    if (!modules_.contains(top)) {
        throw CheckFailedError("elaboration gave no module " + top);
    }
    count(top, 1);
    std::erase_if(modules_, [this](const auto& m) { return !instances_.contains(m.first); });
}

void Hierarchy::count(const std::string& module, long times) {
    instances_[module] += times;
    std::map<std::string, long> below;
    for (const auto& [instance, type] : modules_.at(module).children) ++below[type];
    for (const auto& [type, number] : below) count(type, times * number);
}

std::string Hierarchy::module_at(const std::vector<std::string>& path) const {
    std::string module = top_;
    for (const std::string& step : path) {
        std::string next;
        for (const auto& [instance, type] : modules_.at(module).children) {
            if (instance == step) next = type;
        }
        if (next.empty()) return {};
        module = next;
    }
    return modules_.at(module).name;
}

}  // namespace peforge::synth
