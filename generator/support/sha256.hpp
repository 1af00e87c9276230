// SHA-256: names the exact content of a file, a library or a run.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace peforge {

/// SHA-256 (FIPS 180-4) of data that comes in pieces.
class Sha256 {
public:
    void update(std::string_view data);

    /// Digest of everything so far, 64 lower-case hex digits.
    [[nodiscard]] std::string hex() const;

private:
    std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> block_{};
    std::size_t used_ = 0;  ///< bytes of block_ not yet absorbed
    std::uint64_t bytes_ = 0;
};

/// SHA-256 of `data`, 64 lower-case hex digits.
std::string sha256(std::string_view data);

}  // namespace peforge
