// A JSON document with what a validator needs and a plain DOM loses: the order of the keys,
// repeated keys, and the text of numbers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace peforge {

struct Member;

struct Node {
    enum class Kind { kNull, kBool, kInteger, kOtherNumber, kString, kArray, kObject };

    Kind kind = Kind::kNull;
    bool boolean = false;
    std::int64_t integer = 0;     ///< kInteger; clipped to 64 bits
    std::string text{};           ///< kString: the value; numbers: as written
    std::vector<Member> members;  ///< kObject: in document order, repeated keys included; kArray:
                                  ///< the elements, without keys
    std::size_t begin = 0;        ///< position among all values of the document
    std::size_t end = 0;          ///< objects: a position behind the last member

    /// First member of that name, or nullptr (also for values that are no object).
    [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Member {
    std::string key;
    Node value;
};

/// Parses JSON (RFC 8259). -0, 1.5 and 1e3 become kOtherNumber. Throws InputError with line and
/// column on a syntax error, and on nesting deeper than 16 levels; `file` names the source.
Node parse_document(const std::string& text, const std::string& file);

/// Whole content of a file of at most `limit` bytes. Throws InputError (missing, a directory,
/// unreadable, too large).
std::string read_text_file(const std::filesystem::path& file, std::size_t limit);

/// The value for a message: `300`, `"foo"`, `an object`; long text is cut.
std::string show(const Node& node);

/// `text` as JSON string, ASCII only, cut to a readable length.
std::string show_string(const std::string& text);

/// One step of a JSON pointer: "/" and the key with ~ and / escaped (RFC 6901).
std::string pointer_step(std::string_view key);

}  // namespace peforge
