// What a layer costs on a design: cycles, time, energy, area, and where each number comes from.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"
#include "synth/synth.hpp"

namespace peforge::synth {

/// Energy of the logic in one mode, in two parts: `idle` is spent in every cycle (clock pins),
/// `product` with every product on top of it. Measured under the built-in workload.
struct ModeEnergy {
    std::string mode;  ///< empty where the array has one
    double idle_pj_per_cycle = 0.0;
    double product_pj = 0.0;
    std::string workload;
};

/// A design on a library at a clock.
struct HardwareCost {
    std::string key;  ///< SHA-256 of all that the figures depend on
    double area = 0.0;
    std::string unit;
    long long memory_bits = 0;  ///< not in the area
    double tmin_ns = 0.0;
    double period_ns = 0.0;  ///< the clock asked for, or tmin_ns where that is longer
    double leakage_nw = 0.0;
    std::vector<ModeEnergy> modes;
    std::string library;  ///< name and SHA-256 of the file
    std::map<std::string, std::string> tools;
    std::string fit;  ///< how the figures were fitted; empty: synthesised and simulated
};

struct CostSettings {
    std::string target = "osu018";
    std::optional<double> clock_ns;
    std::vector<std::filesystem::path> activity;  ///< recorded workloads; empty: the built-in one
    std::filesystem::path cache;                  ///< folder of the cost library
    std::function<void(std::string_view)> progress;
};

/// Figures of a design: from the cost library, or synthesised, measured and put there. Throws as
/// synthesise() and measure_power() do.
HardwareCost hardware_cost(const Design& design, const CostSettings& settings);

/// The same without synthesising this design: its array's rows and columns are those of a fit
/// through four smaller arrays of the same spec, 4 or 8 rows by 4 or 8 columns, each from
/// hardware_cost(). Area, idle energy, leakage and energy of a full cycle are a + b R + c C + d R
/// C; the shortest period is the longest of the four. Systolic arrays alone, else InputError.
HardwareCost fitted_cost(const Design& design, const CostSettings& settings);

struct LayerCost {
    golden::GemmShape shape;
    std::string mode;
    std::uint64_t cycles = 0;
    double time_us = 0.0;
    double idle_uj = 0.0;
    double product_uj = 0.0;
    double leakage_uj = 0.0;
    double utilisation = 0.0;  ///< products over what the array could do in these cycles

    [[nodiscard]] double energy_uj() const { return idle_uj + product_uj + leakage_uj; }
};

/// Throws InputError for an unknown mode and a shape that the array cannot run.
void check_layer(const Design& design, golden::GemmShape shape, const std::string& mode);

/// Cost of a GEMM. `mode`: of a mixed array, empty for the first. Throws as
/// check_layer().
LayerCost layer_cost(const Design& design, const HardwareCost& hardware, golden::GemmShape shape,
                     const std::string& mode);

/// Both as JSON and as text for people.
std::string to_json(const Design& design, const HardwareCost& hardware, const LayerCost& layer);
std::string to_text(const Design& design, const HardwareCost& hardware, const LayerCost& layer);

}  // namespace peforge::synth
