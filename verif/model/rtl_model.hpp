// A generated array, Verilated and loaded: runs beats, or whole GEMMs.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"
#include "generator/plan/plan.hpp"
#include "golden/array/array.hpp"
#include "verif/model/beats.hpp"
#include "verif/model/rtl_abi.h"
#include "verif/model/rtl_build.hpp"

namespace peforge {

/// What a stretch of simulation begins with.
enum class Start : std::uint32_t {
    kGoOn = PEFORGE_RTL_GO_ON,   ///< nothing: counters and flags go on
    kClear = PEFORGE_RTL_CLEAR,  ///< a pulse of clear_i
    kReset = PEFORGE_RTL_RESET,  ///< reset for four cycles
};

/// A stretch of simulation: what to feed, and as many output beats to wait for as `beats.out` has.
struct Stretch {
    /// Longer than any pause a legal stall pattern makes.
    static constexpr std::uint64_t kWatchdogCycles = 20'000;

    Start start = Start::kReset;
    std::uint64_t stop_after = 0;  ///< broken off after so many cycles; 0: until all beats passed
    std::uint64_t clear_at = 0;    ///< clear_i pulses behind so many cycles; 0: never
    std::uint64_t watchdog = kWatchdogCycles;  ///< gives up when no beat passes for so many cycles
    Beats beats;
    StallProfile stall;
    std::uint64_t pause_seed = 0;
};

/// What came out.
struct StretchResult {
    bool moved = true;  ///< false: the watchdog ended it
    PeforgeRtlStats stats{};
    StreamBeats out;                    ///< the beats that came
    std::vector<std::uint64_t> cycles;  ///< of each
};

/// Verilates a Design's emitted RTL (cached by content hash in `cache_dir`), loads it and drives
/// it.
class RtlModel {
public:
    /// Throws MissingToolError when verilator or a C++ compiler is missing, CheckFailedError when
    /// the RTL does not compile.
    RtlModel(const Design& design, const std::filesystem::path& cache_dir,
             const RtlOptions& options = {});

    /// The same for RTL files that may differ from what the Design emits (planted bugs, edits).
    RtlModel(const Design& design, const FileSet& files, const std::filesystem::path& cache_dir,
             const RtlOptions& options = {});
    ~RtlModel();
    RtlModel(RtlModel&&) noexcept;
    RtlModel& operator=(RtlModel&&) noexcept;

    /// The first stretch has to reset the array.
    StretchResult run(const Stretch& stretch);

    /// Runs one GEMM on a systolic array; see golden::SystolicArray::run for the operands and
    /// golden::used_rows for `rows`. The counters start from zero. Throws CheckFailedError when the
    /// array stops moving or breaks its protocol.
    PeforgeRtlStats gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                         std::span<const golden::Code> weights,
                         std::span<const golden::ColumnParams> columns, bool relu,
                         std::span<golden::Code> out, const golden::RowLists& rows = {});

    /// The same on a LUT array.
    PeforgeRtlStats gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                         const golden::LutLayer& layer,
                         std::span<const golden::ColumnParams> columns, bool relu,
                         std::span<golden::Code> out);

    /// Opens the array afresh as a mutant of a netlist of verif/mutation; 0 is the original.
    void open_mutant(std::uint32_t mutant);

    /// Records the ports of every clock cycle from now on into two text files; see rtl_abi.h for
    /// the lines. Throws InputError when they cannot be written.
    void record(const std::filesystem::path& inputs, const std::filesystem::path& outputs);

    /// Cycles recorded so far, all of them in the files; 0 without a recording. Throws InputError
    /// when writing failed.
    [[nodiscard]] std::uint64_t recorded_cycles();

    /// Writes the counters of all runs so far in Verilator's format; needs RtlOptions::coverage.
    void write_coverage(const std::filesystem::path& file) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace peforge
