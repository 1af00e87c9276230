// Tensors in files: NumPy .npy and IDX.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/io/array_file.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <string_view>

#include "generator/spec/error.hpp"

namespace peforge::codesign {

namespace {

constexpr std::size_t kMaxElements = std::size_t{1} << 31;

class Reader {
public:
    explicit Reader(const std::filesystem::path& file) : name_(file.string()) {
        std::ifstream in(file, std::ios::binary);
        if (!in || std::filesystem::is_directory(file)) {
            fail("cannot be read");
        }
        bytes_.assign(std::istreambuf_iterator<char>(in), {});
    }

    [[nodiscard]] NumberArray read() const {
        const std::string_view start(bytes_.data(), std::min<std::size_t>(bytes_.size(), 6));
        if (start == "\x93NUMPY") {
            return npy();
        }
        if (bytes_.size() >= 4 && start.substr(0, 2) == std::string_view("\0\0", 2)) {
            return idx();
        }
        fail("is neither an .npy nor an IDX file");
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw InputError(name_, "", what); }

    [[nodiscard]] std::uint32_t byte(std::size_t i) const {
        if (i >= bytes_.size()) {
            fail("is cut short");
        }
        return static_cast<unsigned char>(bytes_[i]);
    }

    /// Converts the elements of type T behind `offset`.
    template <typename T>
    [[nodiscard]] NumberArray elements(std::vector<int> shape, std::size_t offset) const {
        std::size_t count = 1;
        for (const int dim : shape) {
            count *= static_cast<std::size_t>(dim);
            if (count > kMaxElements) {
                fail("is too large");
            }
        }
        if (bytes_.size() - offset != count * sizeof(T)) {
            fail("holds " + std::to_string(bytes_.size() - offset) +
                 " bytes of data where its shape needs " + std::to_string(count * sizeof(T)));
        }
        NumberArray array{std::move(shape), std::vector<float>(count)};
        for (std::size_t i = 0; i < count; ++i) {
            T value;
            std::memcpy(&value, bytes_.data() + offset + (i * sizeof(T)), sizeof(T));
            array.data[i] = static_cast<float>(value);
        }
        return array;
    }

    [[nodiscard]] NumberArray npy() const {
        const bool wide = byte(6) >= 2;  // version 1 has a 16-bit header length, later ones 32
        std::size_t length = byte(8) | (byte(9) << 8U);
        if (wide) {
            length |= static_cast<std::size_t>((byte(10) << 16U) | (byte(11) << 24U));
        }
        const std::size_t start = wide ? 12 : 10;
        if (length > bytes_.size() - start) {
            fail("is cut short");
        }
        const std::string header(bytes_.data() + start, length);
        static const std::regex descr("'descr': *'([^']*)'");
        static const std::regex order("'fortran_order': *(True|False)");
        static const std::regex dims(R"('shape': *\(([0-9, ]*)\))");
        std::smatch type;
        std::smatch fortran;
        std::smatch shape_text;
        if (!std::regex_search(header, type, descr) || !std::regex_search(header, fortran, order) ||
            !std::regex_search(header, shape_text, dims)) {
            fail("has a damaged .npy header");
        }
        if (fortran[1] == "True") {
            fail("is in Fortran order; C order is needed");
        }
        std::vector<int> shape;
        static const std::regex number("[0-9]+");
        const std::string list = shape_text[1];
        for (std::sregex_iterator i(list.begin(), list.end(), number), end; i != end; ++i) {
            if (i->str().size() > 9) {
                fail("is too large");
            }
            shape.push_back(std::stoi(i->str()));
        }
        const std::string t = type[1];
        const std::size_t offset = start + length;
        if (t == "|u1" || t == "u1") {
            return elements<std::uint8_t>(std::move(shape), offset);
        }
        if (t == "|i1" || t == "i1") {
            return elements<std::int8_t>(std::move(shape), offset);
        }
        if (t == "<f4") {
            return elements<float>(std::move(shape), offset);
        }
        fail("has elements of type '" + t + "'; allowed: u1, i1, <f4");
    }

    [[nodiscard]] NumberArray idx() const {
        if (byte(2) != 0x08) {
            fail("is an IDX file of another type than unsigned bytes");
        }
        const std::size_t rank = byte(3);
        if (rank < 1 || rank > 4) {
            fail("is an IDX file with " + std::to_string(rank) + " dimensions; allowed: 1 to 4");
        }
        std::vector<int> shape;
        for (std::size_t i = 0; i < rank; ++i) {
            const std::size_t at = 4 + (4 * i);
            const std::uint32_t dim =
                (byte(at) << 24U) | (byte(at + 1) << 16U) | (byte(at + 2) << 8U) | byte(at + 3);
            if (dim > kMaxElements / 2) {
                fail("is too large");
            }
            shape.push_back(static_cast<int>(dim));
        }
        return elements<std::uint8_t>(std::move(shape), 4 + (4 * rank));
    }

    std::string name_;
    std::vector<char> bytes_;
};

}  // namespace

NumberArray read_array(const std::filesystem::path& file) {
    return Reader(file).read();
}

}  // namespace peforge::codesign
