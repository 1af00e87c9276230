// Results of a run as JSON, CSV and a table.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peforge::codesign {

/// One convolution or fully connected layer.
struct LayerResult {
    std::string name;
    int m = 0;  ///< rows of one batch
    int k = 0;
    int n = 0;
    int groups = 1;
    bool on_array = true;
    std::uint64_t cycles = 0;        ///< of one batch; 0 on the host
    std::uint64_t cycles_saved = 0;  ///< of one batch: rows of zero weights that are not sent
    std::optional<std::uint64_t> mismatches;
    std::uint64_t saturations = 0;
    std::uint64_t nar = 0;
    double sqnr_db = 0.0;
    double scale = 1.0;
};

/// Everything result.json says.
struct RunResult {
    std::string network;
    std::string spec_name;
    std::string spec_hash;
    std::string formats;
    std::optional<std::string> lut_fit;  ///< LUT arrays: where the table entries come from
    std::string on;
    std::string data;
    std::string preprocessing;
    int images = 0;
    int correct = 0;
    int fp32_correct = 0;
    int same_class = 0;  ///< images on which fp32 and the quantised network agree
    int batch = 1;
    double macs_per_image = 0.0;
    double host_macs_per_image = 0.0;
    double output_sqnr_db = 0.0;
    std::string calibration_source;
    int calibration_images = 0;
    int calibration_overlap = 0;  ///< calibration images that are evaluated as well
    std::uint64_t seed = 1;
    std::optional<std::uint64_t> mismatches;        ///< RTL only
    std::optional<std::uint64_t> cycle_mismatches;  ///< RTL only: GEMM calls off the formula
    std::vector<LayerResult> layers;
};

double cycles_per_image(const RunResult& result);

/// Cycles per image that all rows of K would cost in addition.
double cycles_saved_per_image(const RunResult& result);

std::string to_json(const RunResult& result);
std::string to_table(const RunResult& result);

/// image,label,fp32,quantised: the classes of every image.
std::string predictions_csv(const std::vector<int>& labels, const std::vector<int>& fp32,
                            const std::vector<int>& quantised);

}  // namespace peforge::codesign
