// Switching workloads from a network's own layers, for `peforge synth --power --activity`.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "codesign/io/dataset.hpp"
#include "codesign/quant/network.hpp"

namespace peforge::codesign {

/// Most rows of a layer that are recorded.
inline constexpr int kRecordedRows = 256;

/// Runs the first `count` images on the golden model and each layer's first GEMM, at most
/// kRecordedRows rows of it, on the RTL: twice, the second time counts. Writes a folder of
/// write_workload() for each layer into `dir`, named as the layers are with '/' and blanks as '_',
/// whole or not at all. Throws as RtlModel does.
void record_layers(const QuantNetwork& network, const Images& images, int count,
                   const std::filesystem::path& dir, const std::filesystem::path& cache_dir,
                   const std::function<void(std::string_view)>& progress);

}  // namespace peforge::codesign
