// Spec: what the user wrote, checked.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "golden/array/array.hpp"

namespace peforge {

enum class ArrayKind { kSystolic, kLut };
enum class ResetLevel { kLow, kHigh };

/// A checked spec, one field per JSON key (docs/spec.md). `std::nullopt` means "auto".
struct Spec {
    std::string name;  ///< Verilog identifier; prefix of every emitted module

    ArrayKind kind = ArrayKind::kSystolic;
    // array.kind = systolic
    golden::Dataflow dataflow = golden::Dataflow::kWeightStationary;
    int rows = 8;
    int cols = 8;
    // array.kind = lut
    int subvector = 4;
    int centroids = 16;
    golden::Metric metric = golden::Metric::kL1;
    int columns = 32;
    int ccus = 1;
    int imms = 1;
    golden::LutEncoder lut_encoder = golden::LutEncoder::kDistance;
    golden::LutOrganisation lut_organisation = golden::LutOrganisation::kChain;
    int lut_fold = 1;
    int centroid_bits = 8;     ///< /centroid/n
    int entry_bits = 8;        ///< /entry/n
    int entry_shift_bits = 0;  ///< /entry/shift_bits

    golden::Format weight;  ///< systolic only
    golden::Format activation;
    golden::Format output;

    // accumulator
    int max_k = 1152;
    std::optional<int> acc_width;
    bool acc_saturate = false;         ///< not output-stationary
    std::optional<int> acc_frac_bits;  ///< log datapath only
    std::optional<int> mantissa_bits;  ///< log datapath only
    int octaves = 24;                  ///< log datapath only
    golden::Rounding acc_rounding = golden::Rounding::kTruncate;

    // post
    bool bias = true;
    int scale_bits = 16;
    bool relu = true;
    golden::Rounding post_rounding = golden::Rounding::kNearestEven;
    std::optional<int> post_lanes;  ///< auto = one per column

    // pe
    int lanes = 1;
    int pipeline = 1;
    bool zero_gating = true;
    bool mixed_precision = false;
    bool run_time_fields = false;                            ///< log datapath only
    bool run_time_types = false;                             ///< flint only
    golden::Convert convert = golden::Convert::kPerProduct;  ///< log datapath only

    // buffers
    int rows_m = 256;                 ///< not output-stationary: its jobs have up to `rows` rows
    std::optional<int> kept_indices;  ///< /buffers/indices
    bool double_buffer = true;

    // interface
    ResetLevel reset = ResetLevel::kLow;

    std::string hash;  ///< 16 hex digits: FNV-1a 64 of the canonical JSON of all values

    bool operator==(const Spec&) const = default;
};

/// Reads and checks a spec file. Throws InputError (file, JSON pointer, what is wrong, what is
/// allowed) on the first problem.
Spec load_spec(const std::filesystem::path& file);

/// The same for text; `file` names it in messages.
Spec parse_spec(const std::string& text, const std::string& file);

/// Canonical JSON: every key with its value, fixed order, two-space indent, final newline.
std::string to_json(const Spec& spec);

/// JSON Schema (2020-12) of a spec, made from the parameter table.
std::string json_schema();

/// docs/spec.md's reference table (Markdown), made from the parameter table.
std::string spec_reference_markdown();

/// One parameter per line for `peforge help spec`, made from the parameter table.
std::string spec_help();

}  // namespace peforge
