// IDX files of unsigned bytes.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/train/idx.hpp"

#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>
#include <system_error>

#include "generator/spec/error.hpp"

namespace peforge::codesign {

namespace {

constexpr std::uint8_t kTypeUnsignedByte = 0x08;
constexpr std::size_t kMaxRank = 4;
// No data set this project reads comes near this; it keeps the product of the sizes in 64 bits.
constexpr std::uint32_t kMaxSize = 1U << 24U;
constexpr std::uint64_t kMaxBytes = 1ULL << 32U;

}  // namespace

std::size_t IdxBytes::item_bytes() const {
    return std::accumulate(shape.begin() + 1, shape.end(), std::size_t{1}, std::multiplies<>());
}

IdxBytes parse_idx(const std::string& bytes, const std::string& name) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    if (bytes.size() < 4 || byte(0) != 0 || byte(1) != 0) {
        throw InputError(name, "", "not an IDX file (it must begin with two zero bytes)");
    }
    if (byte(2) != kTypeUnsignedByte) {
        throw InputError(name, "", "IDX element type must be unsigned byte (8)");
    }
    const std::size_t rank = byte(3);
    if (rank < 1 || rank > kMaxRank) {
        throw InputError(name, "", "IDX rank must be 1 to 4, is " + std::to_string(rank));
    }
    const std::size_t header = 4 + 4 * rank;
    if (bytes.size() < header) {
        throw InputError(name, "", "IDX header is cut short");
    }
    IdxBytes idx;
    std::uint64_t total = 1;
    for (std::size_t d = 0; d < rank; ++d) {
        std::uint32_t size = 0;
        for (std::size_t b = 0; b < 4; ++b) {
            size = (size << 8U) | byte(4 + 4 * d + b);
        }
        if (size > kMaxSize || total * size > kMaxBytes) {
            throw InputError(name, "", "IDX sizes are too large");
        }
        total *= size;
        idx.shape.push_back(size);
    }
    if (bytes.size() - header != total) {
        throw InputError(name, "",
                         "IDX sizes ask for " + std::to_string(total) + " bytes, the file has " +
                             std::to_string(bytes.size() - header));
    }
    idx.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
    return idx;
}

std::string format_idx(const IdxBytes& idx) {
    std::string bytes = {0, 0, static_cast<char>(kTypeUnsignedByte),
                         static_cast<char>(idx.shape.size())};
    for (const std::uint32_t size : idx.shape) {
        for (const unsigned shift : {24U, 16U, 8U, 0U}) {
            bytes.push_back(static_cast<char>((size >> shift) & 0xFFU));
        }
    }
    bytes.append(idx.data.begin(), idx.data.end());
    return bytes;
}

IdxBytes select_items(const IdxBytes& idx, const std::vector<std::size_t>& indices) {
    IdxBytes out;
    out.shape = idx.shape;
    out.shape.front() = static_cast<std::uint32_t>(indices.size());
    const std::size_t bytes = idx.item_bytes();
    out.data.reserve(bytes * indices.size());
    for (const std::size_t i : indices) {
        const auto first = idx.data.begin() + static_cast<std::ptrdiff_t>(i * bytes);
        out.data.insert(out.data.end(), first, first + static_cast<std::ptrdiff_t>(bytes));
    }
    return out;
}

std::string read_file(const std::filesystem::path& path) {
    std::error_code ignored;
    // A folder can be opened as a stream; reading from it throws.
    if (std::filesystem::is_regular_file(path, ignored)) {
        std::ifstream in(path, std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        if (in) {
            return bytes;
        }
    }
    throw InputError(path.string(), "", "cannot be read");
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::path part = path;
    part += ".part";
    std::ofstream out(part, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    std::error_code error;
    if (out) {
        std::filesystem::rename(part, path, error);
    }
    if (!out || error) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        throw InputError(path.string(), "", "cannot be written");
    }
}

}  // namespace peforge::codesign
