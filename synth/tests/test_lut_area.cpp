// Area model of LUT arrays: the fit finds coefficients it can know, and files say what is wrong.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "generator/spec/error.hpp"
#include "synth/lut_area.hpp"

namespace peforge::synth {
namespace {

Design array(int subvector, int centroids, int columns, const std::string& metric) {
    return resolve(parse_spec(
        fmt::format(R"({{"name": "t", "array": {{"kind": "lut", "subvector": {}, "centroids": {},
                         "columns": {}, "metric": "{}"}}, "activation": {{"format": "int", "n": 8}},
                         "output": {{"format": "int", "n": 8}}}})",
                    subvector, centroids, columns, metric),
        "t"));
}

/// Areas that are made of known prices, one for each count of a part.
std::map<std::string, double> priced(const Design& design) {
    std::map<std::string, double> areas;
    for (const auto& [part, counts] : lut_area_counts(design)) {
        for (std::size_t i = 0; i < counts.size(); ++i) {
            areas[part] += counts[i] * (10.0 + 7.0 * static_cast<double>(i));
        }
    }
    return areas;
}

TEST(LutArea, FitEstimatesArraysItHasNotSeen) {
    std::vector<LutAreaSample> samples;
    for (const char* metric : {"l1", "l2", "chebyshev"}) {
        for (const int v : {1, 3, 4, 9}) {
            for (const int columns : {4, 9, 32}) {
                const Design d = array(v, 3 * v + columns, columns, metric);
                samples.push_back({d, priced(d), "library", {}});
            }
        }
    }
    const LutAreaModel model = parse_lut_area_model(to_json(fit_lut_area(samples)), "model.json");
    for (const char* metric : {"l1", "l2", "chebyshev"}) {
        const Design d = array(6, 16, 20, metric);
        double exact = 0.0;
        double estimate = 0.0;
        for (const auto& [part, area] : priced(d)) exact += area;
        for (const auto& [part, area] : estimate_lut_area(model, d)) estimate += area;
        EXPECT_NEAR(estimate / exact, 1.0, 0.01) << metric;
    }
}

TEST(LutArea, SamplesOfTwoLibrariesAreRefused) {
    const Design d = array(4, 16, 8, "l1");
    EXPECT_THROW(fit_lut_area({{d, priced(d), "one", {}}, {d, priced(d), "two", {}}}), InputError);
    EXPECT_THROW(parse_lut_area_model("{}", "m.json"), InputError);
    EXPECT_THROW(parse_lut_area_model("nonsense", "m.json"), InputError);
}

/// The model that is shipped knows every part of the three kinds of encoders.
TEST(LutArea, ShippedModelKnowsEveryPart) {
    std::ifstream file(std::string(PEFORGE_SOURCE_DIR) + "/synth/models/lut_osu018.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const LutAreaModel model = parse_lut_area_model(text, "lut_osu018.json");
    for (const char* name : {"lut_v4_c16_n32", "lut_v3_c7_folded", "lut_v4_c8_maddness",
                             "lut_v2_c6_tree", "lut_v2_c3_n5_l2"}) {
        const Design d =
            resolve(load_spec(std::string(PEFORGE_SOURCE_DIR) + "/specs/" + name + ".json"), name);
        const auto estimate = estimate_lut_area(model, d);
        for (const auto& [part, counts] : lut_area_counts(d)) {
            ASSERT_TRUE(estimate.contains(part)) << name << " " << part;
            EXPECT_GT(estimate.at(part), 0.0) << name << " " << part;
        }
    }
}

}  // namespace
}  // namespace peforge::synth
