// Area model of LUT arrays: logic area of any configuration from a few coefficients of a library.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "generator/design/design.hpp"

namespace peforge::synth {

/// Counts that the area of each part of a LUT array is proportional to, by part: distance PEs,
/// encoders around them, sums, accumulators, post-processing, control (docs/lut.md, "Area").
/// Memories are not in it. Throws std::invalid_argument for an array without tables.
std::map<std::string, std::vector<double>> lut_area_counts(const Design& design);

/// A synthesised configuration: the logic area of each part, memories left out.
struct LutAreaSample {
    Design design;
    std::map<std::string, double> areas;
    std::string library;
    std::map<std::string, std::string> tools;

    [[nodiscard]] double area() const;
};

/// Reads SPEC (NAME.json) and the report of `peforge synth` beside it (NAME/report.json). Throws
/// InputError.
LutAreaSample load_lut_area_sample(const std::filesystem::path& spec);

/// Area of one count of each part, in um2, none below zero.
struct LutAreaModel {
    std::string library;
    std::map<std::string, std::string> tools;
    int samples = 0;
    std::map<std::string, std::vector<double>> coefficients;
};

/// Fits the coefficients to samples of one library: least squares of the relative errors of each
/// part, none below zero.
LutAreaModel fit_lut_area(const std::vector<LutAreaSample>& samples);

/// Estimated logic area of each part, in um2. Parts that the model has never seen are left out.
std::map<std::string, double> estimate_lut_area(const LutAreaModel& model, const Design& design);

std::string to_json(const LutAreaModel& model);
LutAreaModel parse_lut_area_model(const std::string& text, const std::string& file);

}  // namespace peforge::synth
