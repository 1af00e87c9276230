// A generated array, Verilated and loaded: runs whole GEMMs beat by beat.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"
#include "golden/array/array.hpp"
#include "verif/model/rtl_abi.h"

namespace peforge {

/// Verilates a Design's emitted RTL (cached by content hash in `cache_dir`), loads it and drives
/// it.
class RtlModel {
public:
    /// Throws MissingToolError when verilator or a C++ compiler is missing, CheckFailedError when
    /// the RTL does not compile. `waves` names an FST file to write, or is empty.
    RtlModel(const Design& design, const std::filesystem::path& cache_dir,
             const std::filesystem::path& waves = {});

    /// The same for RTL files that may differ from what the Design emits (planted bugs, edits).
    RtlModel(const Design& design, const FileSet& files, const std::filesystem::path& cache_dir,
             const std::filesystem::path& waves = {});
    ~RtlModel();
    RtlModel(RtlModel&&) noexcept;
    RtlModel& operator=(RtlModel&&) noexcept;

    /// Runs one GEMM on a systolic array; see golden::SystolicArray::run for the operands.
    /// Throws CheckFailedError when the array stops moving.
    PeforgeRtlStats gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                         std::span<const golden::Code> weights,
                         std::span<const golden::ColumnParams> columns, bool relu,
                         std::span<golden::Code> out, const PeforgeRtlStall& stall = {});

    /// The same on a LUT array.
    PeforgeRtlStats gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                         const golden::LutLayer& layer,
                         std::span<const golden::ColumnParams> columns, bool relu,
                         std::span<golden::Code> out, const PeforgeRtlStall& stall = {});

    /// Opens the array afresh, from reset, as a mutant of a netlist of verif/mutation (0 is the
    /// original). From now on it counts as hanging when nothing moves for `watchdog` cycles.
    void open_mutant(std::uint32_t mutant, std::uint64_t watchdog);

    /// Resets the array and records the ports of every clock cycle from then on into two text
    /// files; see rtl_abi.h for the lines. Throws InputError when they cannot be written.
    void record(const std::filesystem::path& inputs, const std::filesystem::path& outputs);

    /// Cycles recorded so far, all of them in the files; 0 without a recording. Throws InputError
    /// when writing failed.
    [[nodiscard]] std::uint64_t recorded_cycles();

    /// Clock cycle of the beat that carried out[m][n] in the last gemm().
    [[nodiscard]] std::uint64_t output_cycle(int m, int n) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace peforge
