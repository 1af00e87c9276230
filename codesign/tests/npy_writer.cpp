// Writes .npy files in tests.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/tests/npy_writer.hpp"

#include <fstream>

namespace peforge::codesign::testing {

void write_npy(const std::filesystem::path& file, const std::string& descr,
               const std::string& shape, const void* data, std::size_t bytes, bool fortran_order) {
    std::string header = "{'descr': '" + descr +
                         "', 'fortran_order': " + (fortran_order ? "True" : "False") +
                         ", 'shape': " + shape + ", }";
    while ((10 + header.size() + 1) % 64 != 0) {
        header += ' ';
    }
    header += '\n';
    std::ofstream out(file, std::ios::binary);
    out << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(header.size() & 0xFFU)
        << static_cast<char>(header.size() >> 8U) << header;
    out.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
}

void write_npy(const std::filesystem::path& file, const std::string& shape,
               const std::vector<float>& data) {
    write_npy(file, "<f4", shape, data.data(), data.size() * sizeof(float));
}

void write_npy(const std::filesystem::path& file, const std::string& shape,
               const std::vector<std::uint8_t>& data) {
    write_npy(file, "|u1", shape, data.data(), data.size());
}

}  // namespace peforge::codesign::testing
