// Where the GEMM layers run: the golden model, or the generated RTL checked against it.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "codesign/quant/network.hpp"

namespace peforge::codesign {

/// What one GEMM call, or a sum of them, reported.
struct GemmStats {
    std::uint64_t cycles = 0;            ///< the array's cycle counter
    std::uint64_t cycle_mismatches = 0;  ///< calls whose counter differs from the formula
    std::uint64_t mismatches = 0;        ///< integers that differ between golden and RTL
    golden::Counters counters;           ///< of the golden model

    GemmStats& operator+=(const GemmStats& other);
};

/// One array. Not thread-safe: use one executor per thread.
class ArrayExecutor {
public:
    virtual ~ArrayExecutor() = default;
    /// Runs `m` rows [m][k] of activation codes; out is [m][n].
    virtual GemmStats gemm(const ArrayLayer& layer, int m,
                           std::span<const golden::Code> activations,
                           std::span<golden::Code> out) = 0;
};

/// Makes an executor for one more thread.
using ExecutorFactory = std::function<std::unique_ptr<ArrayExecutor>()>;

/// Cycles of one GEMM by the published formula when `rows` of K are sent.
std::uint64_t formula_cycles(const Design& design, const ArrayLayer& layer, int m,
                             const golden::RowLists& rows);

/// The golden model. Its arrays are shared between copies.
class GoldenExecutor : public ArrayExecutor {
public:
    explicit GoldenExecutor(const Design& design);

    GemmStats gemm(const ArrayLayer& layer, int m, std::span<const golden::Code> activations,
                   std::span<golden::Code> out) override;

    /// Raw accumulators [m][n].
    void accumulate(const ArrayLayer& layer, int m, std::span<const golden::Code> activations,
                    std::span<std::int64_t> acc) const;

private:
    Design design_;
    std::optional<golden::SystolicArray> systolic_;
    std::optional<golden::LutArray> lut_;
};

/// The generated RTL in simulation. Every GEMM runs on the golden model as well and each output
/// integer is compared; the network goes on with the RTL's result. The simulation library is built
/// once and kept in `cache_dir`.
ExecutorFactory checked_rtl(const Design& design, const std::filesystem::path& cache_dir);

}  // namespace peforge::codesign
