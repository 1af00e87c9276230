// Broken, odd and nearly right spec texts, made from right ones.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "verif/fuzz/random.hpp"

namespace peforge::fuzz {

/// Texts of the *.json files of a folder, by name.
std::vector<std::string> read_specs(const std::filesystem::path& folder);

/// One of `originals` after one to four changes of its tree (keys deleted, doubled, renamed, moved;
/// values of other types and ranges) or its text (bytes flipped, dropped, inserted; cut; doubled
/// parts; odd tokens; deep nesting).
std::string mutated_spec(const std::vector<std::string>& originals, Random& random);

}  // namespace peforge::fuzz
