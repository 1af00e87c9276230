// Writes .npy files in tests.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace peforge::codesign::testing {

/// An .npy file (version 1.0) with the given header entries and raw bytes.
void write_npy(const std::filesystem::path& file, const std::string& descr,
               const std::string& shape, const void* data, std::size_t bytes,
               bool fortran_order = false);

/// Float and byte tensors; `shape` is written as given, for example "(2, 3, 4, 4)".
void write_npy(const std::filesystem::path& file, const std::string& shape,
               const std::vector<float>& data);
void write_npy(const std::filesystem::path& file, const std::string& shape,
               const std::vector<std::uint8_t>& data);

}  // namespace peforge::codesign::testing
