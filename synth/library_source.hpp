// Where the text of a target's library comes from: a named library, or files of the user's.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace peforge::synth {

/// Liberty text, and what to call it.
struct LibrarySource {
    std::string text;
    std::string file;           ///< first file, as given
    bool own = false;           ///< the user's: areas in units that are not known
    std::filesystem::path lef;  ///< where a LEF file with areas may lie
};

/// One library of several files' cells: those of the first, and cells and templates of the others.
/// Pairs are file names and texts. Throws InputError for a file that is no library, for units or a
/// supply that differ from the first's, and for a cell or a template of another content that stands
/// in two files.
std::string merge_liberty(const std::vector<std::pair<std::string, std::string>>& files);

/// Whether a target is meant as files: FILE.lib or FILE.lib.gz, several separated by commas.
bool is_library_files(const std::string& target);

/// Reads a target. Throws MissingToolError for a named library that is not installed, InputError
/// for files that cannot be read.
LibrarySource read_library(const std::string& target);

}  // namespace peforge::synth
