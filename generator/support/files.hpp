// Whole files at once.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace peforge {

/// The content of a file. Throws InputError when it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Writes a file and the folders above it. Throws std::filesystem::filesystem_error when it cannot.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace peforge
