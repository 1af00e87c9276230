// SPDX-License-Identifier: Apache-2.0
#include "synth/lut_area.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "generator/spec/error.hpp"

namespace peforge::synth {

namespace {

namespace fs = std::filesystem;
using Counts = std::vector<double>;

/// ceil(log2 n).
double bits(int n) {
    return std::bit_width(static_cast<unsigned>(n - 1));
}

Counts times(double factor, Counts counts) {
    for (double& count : counts) count *= factor;
    return counts;
}

/// Part of a module: its name behind the design's, or control.
std::string part_of(const std::string& module, const std::string& top) {
    static const std::vector<std::string> kParts = {
        "dpe",        "tree_dpe", "ccu_chain", "ccu_tree",  "decision_tree",
        "lookup_sum", "acc_row",  "post",      "post_lane", "prm_column"};
    const std::string name = module.size() > top.size() ? module.substr(top.size() + 1) : "";
    return std::ranges::find(kParts, name) != kParts.end() ? name : "control";
}

/// Non-negative least squares of the relative errors by coordinate descent: each step is the exact
/// minimum along one coefficient, so the error never grows.
Counts fit(const std::vector<Counts>& counts, const std::vector<double>& areas) {
    constexpr int kRounds = 20000;
    const std::size_t n = counts.front().size();
    std::vector<Counts> rows = counts;
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = times(1.0 / areas[i], rows[i]);
    Counts result(n, 0.0);
    std::vector<double> residual(rows.size(), 1.0);
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t j = 0; j < n; ++j) {
            double gradient = 0.0;
            double curvature = 0.0;
            for (std::size_t i = 0; i < rows.size(); ++i) {
                gradient += rows[i][j] * residual[i];
                curvature += rows[i][j] * rows[i][j];
            }
            if (curvature == 0.0) continue;
            const double next = std::max(0.0, result[j] + gradient / curvature);
            const double step = next - result[j];
            result[j] = next;
            for (std::size_t i = 0; i < rows.size(); ++i) residual[i] -= step * rows[i][j];
        }
    }
    return result;
}

}  // namespace

std::map<std::string, Counts> lut_area_counts(const Design& design) {
    if (!design.lut) throw std::invalid_argument("an array without tables has no LUT area model");
    const golden::LutParams& p = *design.lut;
    const double v = p.subvector;
    const double c = p.centroids;
    const double act = p.activation_bits;
    const double cent = p.centroid_bits;
    const double wide = std::max(act, cent);
    const bool l2 = p.metric == golden::Metric::kL2;
    const bool chebyshev = p.metric == golden::Metric::kChebyshev;
    const double distance = (l2 ? 2 * wide : wide) + (chebyshev ? 0 : bits(p.subvector));
    const double l1_elements = !l2 && !chebyshev ? v * wide : 0.0;
    const double chebyshev_elements = chebyshev ? v * wide : 0.0;
    const double l2_elements = l2 ? v * wide * wide : 0.0;
    const double acc = design.accumulator().width;
    const double psum = design.psum_bits;
    const double cols = p.columns;
    const double scale = p.post.scale_bits;
    const double prm = (p.post.has_bias ? acc : 0.0) + scale + p.post.shift_bits;
    const double out = design.out_bits;

    std::map<std::string, Counts> counts;
    if (p.encoder == golden::LutEncoder::kTree) {
        counts["decision_tree"] =
            times(p.ccus, {1.0, act * (c - 1), golden::tree_levels(p) * v * act});
    } else if (p.organisation == golden::LutOrganisation::kTree) {
        counts["tree_dpe"] = times(p.ccus * c, {1.0, 2 * v * cent + distance, l1_elements,
                                                chebyshev_elements, l2_elements});
        counts["ccu_tree"] = times(p.ccus, {v * act, c * (distance + p.index_bits)});
    } else {
        const int pes = (p.centroids + p.fold - 1) / p.fold;
        const double registers = v * act + 2 * v * cent * p.fold + distance + bits(pes);
        counts["dpe"] = times(p.ccus * pes, {1.0, registers, l1_elements, chebyshev_elements,
                                             l2_elements, distance, (p.fold - 1) * v * cent});
        counts["ccu_chain"] =
            times(p.ccus, {1.0, v * act, p.fold > 1 ? distance + 3.0 * p.index_bits : 0.0});
    }
    if (design.timing.update_latency > 1) {
        counts["lookup_sum"] =
            times(cols, {1.0, p.imms * psum, p.imms * psum * static_cast<double>(p.shift_bits)});
    }
    counts["acc_row"] = {1.0, cols, cols * acc, cols * psum,
                         p.accumulator.saturate ? cols * acc : 0.0};
    counts["post"] = {1.0, cols * out, cols};
    counts["post_lane"] = times(design.post_lanes, {1.0, acc, scale, acc * scale, out});
    counts["prm_column"] = times(cols, {1.0, prm});
    counts["control"] = {1.0,
                         static_cast<double>(design.m_bits),
                         static_cast<double>(design.tiles_bits),
                         bits(design.timing.index_words),
                         static_cast<double>(design.timing.latency),
                         cols,
                         cols * (acc + prm),
                         static_cast<double>(p.imms * p.shift_bits),
                         p.kept_tiles > 0 ? 1.0 : 0.0};
    return counts;
}

double LutAreaSample::area() const {
    double sum = 0.0;
    for (const auto& [part, area] : areas) sum += area;
    return sum;
}

LutAreaSample load_lut_area_sample(const fs::path& spec) {
    LutAreaSample sample;
    sample.design = resolve(load_spec(spec), spec.string());
    const fs::path file = spec.parent_path() / spec.stem() / "report.json";
    std::ifstream in(file);
    const nlohmann::json report = nlohmann::json::parse(in, nullptr, false);
    if (!report.is_object() || !report.contains("modules")) {
        throw InputError(file.string(), "", "no report of peforge synth");
    }
    if (report.value("spec_hash", "") != sample.design.spec.hash) {
        throw InputError(file.string(), "/spec_hash", "is of another spec than " + spec.string());
    }
    for (const nlohmann::json& module : report.at("modules")) {
        if (module.at("unit") == "memory") continue;
        sample.areas[part_of(module.at("name"), sample.design.top)] +=
            module.at("area_total").get<double>();
    }
    sample.library = report.at("target");
    sample.tools = report.at("tools").get<std::map<std::string, std::string>>();
    return sample;
}

LutAreaModel fit_lut_area(const std::vector<LutAreaSample>& samples) {
    LutAreaModel model;
    std::map<std::string, std::pair<std::vector<Counts>, std::vector<double>>> parts;
    for (const LutAreaSample& sample : samples) {
        if (model.samples++ == 0) {
            model.library = sample.library;
            model.tools = sample.tools;
        } else if (model.library != sample.library) {
            throw InputError(sample.design.file, "",
                             "synthesised for " + sample.library + ", others for " + model.library);
        }
        for (const auto& [part, counts] : lut_area_counts(sample.design)) {
            const auto area = sample.areas.find(part);
            if (area == sample.areas.end() || area->second <= 0.0) continue;
            parts[part].first.push_back(counts);
            parts[part].second.push_back(area->second);
        }
    }
    for (const auto& [part, data] : parts) {
        model.coefficients[part] = fit(data.first, data.second);
    }
    return model;
}

std::map<std::string, double> estimate_lut_area(const LutAreaModel& model, const Design& design) {
    std::map<std::string, double> areas;
    for (const auto& [part, counts] : lut_area_counts(design)) {
        const auto found = model.coefficients.find(part);
        if (found == model.coefficients.end()) continue;
        double area = 0.0;
        for (std::size_t i = 0; i < counts.size(); ++i) area += counts[i] * found->second[i];
        areas[part] = area;
    }
    return areas;
}

std::string to_json(const LutAreaModel& model) {
    nlohmann::ordered_json j;
    j["library"] = model.library;
    j["tools"] = model.tools;
    j["samples"] = model.samples;
    for (const auto& [part, numbers] : model.coefficients) {
        for (const double number : numbers) {
            j["coefficients"][part].push_back(std::round(number * 1000.0) / 1000.0);
        }
    }
    return j.dump(2) + "\n";
}

LutAreaModel parse_lut_area_model(const std::string& text, const std::string& file) {
    const nlohmann::json j = nlohmann::json::parse(text, nullptr, false);
    LutAreaModel model;
    try {
        model.library = j.at("library");
        model.tools = j.at("tools").get<std::map<std::string, std::string>>();
        model.samples = j.at("samples");
        model.coefficients = j.at("coefficients").get<std::map<std::string, std::vector<double>>>();
    } catch (const nlohmann::json::exception&) {
        throw InputError(file, "",
                         "no area model; allowed: what peforge-lut-area fit writes (library, "
                         "tools, samples, coefficients)");
    }
    return model;
}

}  // namespace peforge::synth
