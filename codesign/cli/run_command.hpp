// peforge run: quantise a network, run it on an array, report.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "codesign/io/dataset.hpp"

namespace peforge::codesign {

/// The command line of `peforge run`. Empty paths of network, data and labels together stand for
/// the committed demonstration network and its data.
struct RunOptions {
    std::string network;
    std::string spec;
    std::string data;
    std::string labels;
    std::string on = "golden";  ///< golden | rtl
    int images = 0;             ///< 0: all
    int batch = 1;              ///< images per GEMM for the cycle counts
    std::string out;
    std::string record;  ///< folder for workloads of the layers; empty: none
    std::string calibration;
    int calibration_images = 64;
    PreprocessingOptions preprocessing;
    std::uint64_t seed = 1;
    std::string lut_fit = "least_squares";  ///< least_squares | kmeans, see LutMethod
    int threads = 0;                        ///< 0: one per processor
    bool json = false;
    bool quiet = false;
};

/// Runs the command and returns its exit status: 0, or 1 when RTL and golden model (or cycle
/// counter and formula) differ. Throws Error.
int run_command(const RunOptions& options);

}  // namespace peforge::codesign
