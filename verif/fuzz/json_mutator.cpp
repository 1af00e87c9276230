// SPDX-License-Identifier: Apache-2.0
#include "verif/fuzz/json_mutator.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "generator/spec/parameters.hpp"

namespace peforge::fuzz {
namespace {

using json = nlohmann::ordered_json;
using namespace std::string_view_literals;

/// JSON values of every kind, legal and not; numbers at and beyond the limits of every type.
constexpr std::string_view kTokens[] = {"0",
                                        "1",
                                        "2",
                                        "3",
                                        "4",
                                        "5",
                                        "7",
                                        "8",
                                        "9",
                                        "16",
                                        "24",
                                        "40",
                                        "48",
                                        "49",
                                        "64",
                                        "256",
                                        "257",
                                        "1152",
                                        "4096",
                                        "65536",
                                        "65537",
                                        "-1",
                                        "-8",
                                        "-1024",
                                        "-1025",
                                        "2147483647",
                                        "2147483648",
                                        "-2147483648",
                                        "-2147483649",
                                        "4294967296",
                                        "4294967304",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "-9223372036854775809",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "18446744073709551624",
                                        "1000000000000000000000000000000000000000000",
                                        "-0",
                                        "0.0",
                                        "-0.0",
                                        "8.0",
                                        "8e0",
                                        "1.5",
                                        "1e3",
                                        "1e999",
                                        "-1e999",
                                        "1e-999",
                                        "1e99999999999999999999",
                                        "4.9e-324",
                                        "00",
                                        "08",
                                        "+8",
                                        "8.",
                                        ".8",
                                        "0x8",
                                        "1_0",
                                        "8u",
                                        "NaN",
                                        "Infinity",
                                        "-",
                                        "- 8",
                                        "8 8",
                                        "null",
                                        "true",
                                        "false",
                                        "True",
                                        "nul",
                                        "tru",
                                        "[]",
                                        "[[]]",
                                        "[8]",
                                        "[1,2,[3,{\"a\":[]}]]",
                                        "[,]",
                                        "[8,]",
                                        "{}",
                                        "{\"n\":8}",
                                        "{\"n\":8,}",
                                        "{\"a\"}",
                                        "{8:8}",
                                        "{\"\":8}",
                                        "{\"a/b~c\":8}",
                                        "{\"n\":8,\"n\":8}",
                                        "{\"format\":\"int\",\"n\":8}",
                                        "{\"format\":\"pot\",\"n\":4}",
                                        "{\"format\":\"lp\",\"n\":8,\"es\":2,\"rs\":7}",
                                        "{\"format\":[]}",
                                        "{\"format\":\"posit\"}",
                                        "\"\"",
                                        "\"auto\"",
                                        "\"Auto\"",
                                        "\"8\"",
                                        "\"int\"",
                                        "\"pot\"",
                                        "\"lp\"",
                                        "\"lut\"",
                                        "\"systolic\"",
                                        "\"l1\"",
                                        "\"l2\"",
                                        "\"chebyshev\"",
                                        "\"truncate\"",
                                        "\"nearest_even\"",
                                        "\"nearest\"",
                                        "\"log\"",
                                        "\"capped\"",
                                        "\"terminated\"",
                                        "\"weight_stationary\"",
                                        "\"wire\"",
                                        "\"a b\"",
                                        "\"a\\nb\"",
                                        "\"a\\tb\"",
                                        "\"../../x\"",
                                        "\"/tmp/x\"",
                                        "\"%s%n\"",
                                        "\"{{top}}\"",
                                        "\"`define\"",
                                        "\"\\u0000\"",
                                        "\"a\\u0000b\"",
                                        "\"\\ud800\"",
                                        "\"\\udc00\\ud800\"",
                                        "\"\\ud83d\\ude00\"",
                                        "\"\\u202e\"",
                                        "\"\\x41\"",
                                        "\"\\u12\"",
                                        "\"\\",
                                        "\"",
                                        "'int'",
                                        "\"\xc3\xa9\"",
                                        "\"\xf0\x9f\x98\x80\"",
                                        "\"\xe2\x80\xae\"",
                                        "\"\xff\xfe\"",
                                        "\"\xc0\x80\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        "\"\xe2\x82\"",
                                        "\"\x7f\"",
                                        "\"\x1b[31m\"",
                                        "\"\n\"",
                                        "\"a\0b\""sv,
                                        "\0"sv,
                                        "/**/8",
                                        "// 8\n8",
                                        "\xef\xbb\xbf"};

constexpr std::string_view kFragments[] = {",",
                                           ":",
                                           "{",
                                           "}",
                                           "[",
                                           "]",
                                           "\"",
                                           "\\",
                                           "\\u",
                                           "\0"sv,
                                           "\xff",
                                           "\xef\xbb\xbf",
                                           "\xe2\x80\xa8",
                                           "\r",
                                           "\r\n",
                                           "\n\n",
                                           "\t",
                                           "\v",
                                           " ",
                                           "//",
                                           "/*",
                                           "#",
                                           ",,",
                                           "}}",
                                           "e",
                                           "-",
                                           "\x1a",
                                           "{}",
                                           "[]"};

/// A string or a number many times as long as any buffer would expect.
std::string long_token(Random& random) {
    const std::size_t length = std::size_t{1} << (4 + random.below(12));
    switch (random.below(4)) {
        case 0:
            return '"' + std::string(length, 'a') + '"';
        case 1:
            return "1" + std::string(length, '0');
        case 2:
            return "0." + std::string(length, '0') + "1";
        default:
            return "\"" + std::string(length, '/') + "~\\\"" + "\"";
    }
}

std::string nested(Random& random, const std::string& inner, std::size_t deepest) {
    const std::size_t depth = 1 + random.below(random.percent(20) ? deepest : 24);
    const bool closed = !random.percent(20);
    std::string text;
    std::string end;
    for (std::size_t i = 0; i < depth; ++i) {
        const bool object = random.percent(50);
        text += object ? "{\"a\":" : "[";
        end += object ? '}' : ']';
    }
    std::reverse(end.begin(), end.end());
    return text + inner + (closed ? end : "");
}

constexpr std::size_t kDeepText = 20000;
constexpr std::size_t kDeepTree = 60;  // indented by its depth when it is printed

std::string odd_token(Random& random, std::size_t deepest) {
    switch (random.below(16)) {
        case 0:
            return long_token(random);
        case 1:
            return nested(random, "8", deepest);
        default:
            return std::string(random.pick(kTokens));
    }
}

/// A legal token of JSON, for changes of the tree.
json odd_value(Random& random) {
    for (;;) {
        json value = json::parse(odd_token(random, kDeepTree), nullptr, false);
        if (!value.is_discarded()) return value;
    }
}

std::string odd_key(Random& random, const std::string& key) {
    switch (random.below(8)) {
        case 0:
            return "";
        case 1:
            return key + std::string(1, static_cast<char>(1 + random.below(126)));
        case 2:
            return key.substr(0, random.below(key.size() + 1));
        case 3:
            return std::string("a/~\"\\\n\x01 \xc3\xa9", 1 + random.below(9));
        case 4:
            return std::string(random.below(3000), 'k');
        case 5: {  // of another format
            const auto rows = format_parameters();
            return std::string(random.pick(rows).key);
        }
        default: {  // of another section
            const auto rows = parameters();
            const std::string_view pointer = random.pick(rows).pointer;
            return std::string(pointer.substr(pointer.rfind('/') + 1));
        }
    }
}

/// A random object of the tree: the root, or below it.
json& some_object(json& root, Random& random) {
    json* object = &root;
    while (!object->empty() && random.percent(75)) {
        std::vector<json*> children;
        for (auto& [key, child] : object->items()) {
            if (child.is_object()) children.push_back(&child);
        }
        if (children.empty()) break;
        object = random.pick(children);
    }
    return *object;
}

void change_tree(json& root, Random& random) {
    // The members as a plain list, so that keys can repeat.
    auto& members = some_object(root, random).get_ref<json::object_t&>();
    std::vector<std::pair<std::string, json>> list;
    for (auto& [key, value] : members) list.emplace_back(key, std::move(value));
    const std::size_t at = random.below(list.size());
    if (list.empty()) {
        list.emplace_back(odd_key(random, "n"), odd_value(random));
    } else {
        const std::string key = list[at].first;
        switch (random.below(10)) {
            case 0:
                list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            case 1:  // the same again
                list.emplace_back(list[random.below(list.size())]);
                break;
            case 2:  // the key again, with another value
                list.emplace_back(key, odd_value(random));
                break;
            case 3: {  // renamed
                json value = std::move(list[at].second);
                list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
                list.emplace(list.begin() + static_cast<std::ptrdiff_t>(at), odd_key(random, key),
                             std::move(value));
                break;
            }
            case 4:  // one more
                list.emplace_back(odd_key(random, key), odd_value(random));
                break;
            case 5: {  // two values change places
                std::swap(list[at].second, list[random.below(list.size())].second);
                break;
            }
            case 6:  // an integer beside the old one
                if (list[at].second.is_number_integer()) {
                    list[at].second = list[at].second.get<std::int64_t>() + random.between(-3, 3);
                    break;
                }
                [[fallthrough]];
            case 7:  // copied into itself
                if (list[at].second.is_object()) {
                    const json copy = list[at].second;
                    list[at].second[odd_key(random, key)] = copy;
                    break;
                }
                [[fallthrough]];
            default:
                list[at].second = odd_value(random);
                break;
        }
    }
    members.clear();
    for (auto& [key, value] : list)
        members.json::object_t::Container::emplace_back(key, std::move(value));
}

/// Replaces a number, a string or a word behind a random place.
void replace_token(std::string& text, Random& random) {
    const std::size_t start = text.find_first_of("0123456789\"tfn", random.below(text.size()));
    if (start == std::string::npos) return;
    std::size_t end = text[start] == '"'
                          ? text.find('"', start + 1)
                          : text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz", start);
    if (end == std::string::npos) end = text.size();
    if (end < text.size() && text[start] == '"') ++end;
    text.replace(start, end - start, odd_token(random, kDeepText));
}

void change_text(std::string& text, Random& random) {
    const std::size_t at = random.below(text.size());
    switch (random.below(9)) {
        case 0:
            if (!text.empty()) text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
            break;
        case 1:
            text.resize(at);
            break;
        case 2:
            text.erase(at, 1 + random.below(random.percent(50) ? 2 : 60));
            break;
        case 3:
            text.insert(at, 1, static_cast<char>(random.below(256)));
            break;
        case 4:
            text.insert(at, random.pick(kFragments));
            break;
        case 5:
            text.insert(at, text.substr(random.below(text.size()), random.below(120)));
            break;
        case 6:
            text = nested(random, text, kDeepText);
            break;
        default:
            replace_token(text, random);
            break;
    }
}

}  // namespace

std::vector<std::string> read_specs(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".json") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<std::string> texts;
    for (const auto& path : paths) {
        std::ifstream in(path, std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return texts;
}

std::string mutated_spec(const std::vector<std::string>& originals, Random& random) {
    json root = json::parse(random.pick(originals));
    const std::size_t tree_changes = random.below(4);
    for (std::size_t i = 0; i < tree_changes && root.is_object(); ++i) change_tree(root, random);
    std::string text =
        root.dump(random.percent(50) ? 2 : -1, ' ', false, json::error_handler_t::replace);
    const std::size_t text_changes = tree_changes == 0 ? 1 + random.below(4) : random.below(2);
    for (std::size_t i = 0; i < text_changes; ++i) change_text(text, random);
    return text;
}

}  // namespace peforge::fuzz
