// IDX files of unsigned bytes: the file format of MNIST.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace peforge::codesign {

/// A tensor of bytes as an IDX file holds it, row-major (last dimension fastest).
struct IdxBytes {
    std::vector<std::uint32_t> shape;  ///< 1 to 4 dimensions, outermost first
    std::vector<std::uint8_t> data;    ///< exactly the product of `shape` bytes

    /// Number of items along the outermost dimension.
    [[nodiscard]] std::size_t items() const { return shape.front(); }
    /// Bytes of one item.
    [[nodiscard]] std::size_t item_bytes() const;
};

/// Parses the bytes of an IDX file (magic 0, 0, 0x08, rank; big-endian sizes; data). `name` is used
/// in messages only. Throws InputError on another element type, a bad rank, or a length that
/// disagrees with the sizes.
IdxBytes parse_idx(const std::string& bytes, const std::string& name);

/// The bytes of the IDX file that parse_idx() reads back as `idx`.
std::string format_idx(const IdxBytes& idx);

/// The items with these indices, in this order. Every index must be below items().
IdxBytes select_items(const IdxBytes& idx, const std::vector<std::size_t>& indices);

/// Whole contents of a file. Throws InputError when it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Writes a file whole or not at all (a temporary neighbour, then a rename). Throws InputError
/// when the folder cannot be written.
void write_file(const std::filesystem::path& path, const std::string& bytes);

}  // namespace peforge::codesign
