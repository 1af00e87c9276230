// Random changes of a spec's text: some keep it JSON, some do not.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace peforge::test {

/// Texts of all example specs, in order of their names.
inline std::vector<std::string> example_texts() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(PEFORGE_SOURCE_DIR) / "specs")) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> texts;
    for (const auto& file : files) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        texts.push_back(text.str());
    }
    return texts;
}

/// One to three changes of `text`. The same generator state gives the same result.
inline std::string mutate(std::string text, std::mt19937& random) {
    // Values and keys that a spec knows, so that many mutants stay legal or nearly so.
    constexpr std::string_view kPieces[] = {
        "0",
        "1",
        "2",
        "3",
        "5",
        "7",
        "8",
        "9",
        "16",
        "40",
        "41",
        "48",
        "256",
        "257",
        "65536",
        "-1",
        "-0",
        "1.5",
        "1e3",
        "1e999",
        "9223372036854775808",
        "null",
        "true",
        "false",
        "\"auto\"",
        "\"lp\"",
        "\"int\"",
        "\"pot\"",
        "\"lut\"",
        "\"l2\"",
        "\"l1\"",
        "\"rows\"",
        "\"es\"",
        "\"n\"",
        "\"width\"",
        "{}",
        "[]",
        "\"\"",
        "\"\\u0000\"",
        "\"wire\"",
        "\"systolic\"",
        "\"terminated\"",
        "\"octaves\"",
        "{ \"n\": 4 }",
        "{ \"format\": \"lp\", \"n\": 8, \"es\": 2, \"rs\": 7 }"};
    constexpr std::size_t kNumbers = 9;
    const auto below = [&random](std::size_t n) {
        return static_cast<std::size_t>(random() % std::max<std::size_t>(n, 1));
    };
    const std::size_t changes = 1 + below(3);
    for (std::size_t i = 0; i < changes; ++i) {
        const std::size_t at = below(text.size());
        switch (below(24)) {
            case 0:  // drop a byte
                text.erase(at, 1);
                break;
            case 1:  // flip a bit
                text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
                break;
            case 2:  // cut
                text.resize(at);
                break;
            case 3:  // repeat a part
                text.insert(at, text.substr(below(text.size()), below(60)));
                break;
            default: {  // replace a number, a string or a word
                const std::size_t start =
                    text.find_first_of(below(3) != 0 ? "0123456789" : "0123456789\"tf", at);
                if (start == std::string::npos) {
                    break;
                }
                const std::size_t end =
                    text[start] == '"' ? text.find('"', start + 1)
                                       : text.find_first_not_of("0123456789truefals", start) - 1;
                // Mostly a small number for a number, so that many mutants are legal JSON.
                const bool number = text[start] >= '0' && text[start] <= '9' && below(4) != 0;
                const std::string_view piece =
                    kPieces[below(number ? kNumbers : std::size(kPieces))];
                if (end < text.size()) {
                    text.replace(start, end - start + 1, piece);
                }
                break;
            }
        }
        if (text.empty()) {
            return text;
        }
    }
    return text;
}

}  // namespace peforge::test
