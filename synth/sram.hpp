// SRAM models: what the macros behind the storage wrapper cost, from a file with its provenance.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace peforge::synth {

/// A macro with a read and a write port that work in the same cycle.
struct SramMacro {
    std::string name;
    int width = 0;                          ///< bits of a word
    int depth = 0;                          ///< words
    double area_um2 = 0.0;                  ///< > 0
    std::optional<double> read_energy_pj;   ///< of one read; empty: the file says null
    std::optional<double> write_energy_pj;  ///< of one write
    std::optional<double> leakage_uw;
    std::optional<double> access_ns;
    std::string source;  ///< where its figures come from, if not all of the file's
};

/// Area of a macro of any size: fixed + row * depth + column * width + bit * width * depth.
struct SramFormula {
    double fixed_um2 = 0.0;
    double row_um2 = 0.0;
    double column_um2 = 0.0;
    double bit_um2 = 0.0;  ///< > 0
};

/// Factors that carry a model to another technology.
struct SramScale {
    double area = 1.0;
    double energy = 1.0;
    std::string reason;
};

/// A model: a list of macros, or a formula.
struct SramModel {
    std::string file;  ///< file name, no folder
    std::string sha256;
    std::string name;
    std::string source;  ///< provenance of the figures
    std::string technology;
    std::optional<SramScale> scale;  ///< empty: the figures are taken as they are
    std::vector<SramMacro> macros;
    std::optional<SramFormula> formula;
};

/// How a memory is made of a model's macros. Area and energies with the model's scale, leakage as
/// it is.
struct SramTiling {
    std::string macro;  ///< name; empty: of the formula
    int across = 1;     ///< macros side by side in a word
    int down = 1;       ///< macros along the depth
    double area_um2 = 0.0;
    std::optional<double> read_energy_pj;   ///< the macros of one word
    std::optional<double> write_energy_pj;  ///< the macros of one word
    std::optional<double> leakage_uw;       ///< all macros
};

/// Reads a model. Throws InputError with the file, the JSON pointer and what is allowed.
SramModel parse_sram_model(const std::string& text, const std::string& file);
SramModel load_sram_model(const std::filesystem::path& file);

/// A memory of width x depth in macros of one kind, ceil(width / macro's) * ceil(depth / macro's)
/// of them: the kind with the smallest area; of equal areas that of the fewest macros, then the
/// first in the file. What selects among macros along the depth is not counted.
SramTiling tile(const SramModel& model, int width, int depth);

}  // namespace peforge::synth
