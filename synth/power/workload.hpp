// What an array does while its energy is measured: a recorded simulation of its RTL, and how much
// work is in it.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"
#include "verif/model/beats.hpp"
#include "verif/replay/trace.hpp"

namespace peforge::synth::power {

/// Operands of the built-in workload. Weights are normal, activations the positive half of a normal
/// distribution; each is scaled so that the format's mean squared error is least.
struct OperandModel {
    double zeros = 0.5;  ///< share of activations that are zero, 0..1
    std::uint64_t seed = 1;
};

/// A recording of verif/replay with the cycles that count, [window.begin, window.end).
struct Workload {
    std::string description;
    std::string mode;  ///< of a mixed array; empty: it has one
    replay::Recording recording;
    replay::Section window;
    std::uint64_t macs =
        0;  ///< products of the GEMMs in the window, of a LUT array dense-equivalent
    /// Shares of the operands that are zero codes; of activations alone in LUT arrays.
    double zero_activations = 0.0;
    double zero_weights = 0.0;
};

/// Shape of the built-in workload: whole tiles, 128 rows where the buffer has them.
golden::GemmShape workload_shape(const Design& design);

/// Simulates the RTL with the built-in workload, a warm-up GEMM before the one that counts, and
/// records it in `dir`. `design` may be in one of its modes (in_mode). Throws as RtlModel does.
Workload record_workload(const Design& design, const FileSet& files, const OperandModel& operands,
                         const std::filesystem::path& dir, const std::filesystem::path& cache_dir);

/// A GEMM with everything that belongs to it; views.
struct GemmOperands {
    golden::GemmShape shape;
    std::span<const golden::Code> activations;  ///< [m][k]
    Weights weights;
    std::span<const golden::ColumnParams> columns;
    bool relu = false;
};

/// Simulates the RTL with `warm_up`, then with `counted`, whose cycles and products count, and
/// records both in `dir`; description and mode are left empty. Throws CheckFailedError when an
/// output is not the golden model's.
Workload record_gemms(const Design& design, const FileSet& files, const GemmOperands& warm_up,
                      const GemmOperands& counted, const std::filesystem::path& dir,
                      const std::filesystem::path& cache_dir);

/// Reads activity.json of a folder that `write_workload` filled, of the same design. Throws
/// InputError.
Workload read_workload(const Design& design, const std::filesystem::path& dir);

/// Writes activity.json beside the recording in `dir`.
void write_workload(const Design& design, const Workload& workload,
                    const std::filesystem::path& dir);

}  // namespace peforge::synth::power
