// A JSON document that keeps key order, repeated keys and the text of numbers.
//
// SPDX-License-Identifier: Apache-2.0
#include "generator/spec/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "generator/spec/error.hpp"

namespace peforge {
namespace {

using nlohmann::json;

constexpr std::size_t kDeepest = 16;
constexpr std::size_t kLongestQuote = 48;
constexpr std::size_t kLongestSyntaxMessage = 200;

/// "line L, column C" of the byte that stopped the parser, which is number `position` (from 1).
std::string place(const std::string& text, std::size_t position) {
    const std::size_t offset = std::min(position == 0 ? 0 : position - 1, text.size());
    const std::string_view before(text.data(), offset);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = offset - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
    return fmt::format("line {}, column {}", line, column);
}

/// Builds the tree from the parser's events (the parser itself does not recurse).
class TreeBuilder final : public nlohmann::json_sax<json> {
public:
    TreeBuilder(const std::string& text, const std::string& file) : text_(text), file_(file) {}

    Node take() { return std::move(root_); }

    bool null() override { return add({}); }
    bool boolean(bool value) override {
        Node node = scalar(Node::Kind::kBool, value ? "true" : "false");
        node.boolean = value;
        return add(std::move(node));
    }
    bool number_integer(number_integer_t value) override {
        // The parser reports 0 as unsigned, so this was -0.
        if (value == 0) return add(scalar(Node::Kind::kOtherNumber, "-0"));
        return add(integer(value, std::to_string(value)));
    }
    bool number_unsigned(number_unsigned_t value) override {
        constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
        return add(integer(static_cast<std::int64_t>(std::min<std::uint64_t>(value, kMax)),
                           std::to_string(value)));
    }
    bool number_float(number_float_t value, const string_t& written) override {
        // Integers beyond 64 bits arrive here as well.
        if (written.find_first_of(".eE") == std::string::npos) {
            using Limits = std::numeric_limits<std::int64_t>;
            return add(integer(value < 0 ? Limits::min() : Limits::max(), written));
        }
        return add(scalar(Node::Kind::kOtherNumber, written));
    }
    bool string(string_t& value) override {
        return add(scalar(Node::Kind::kString, std::move(value)));
    }
    bool binary(binary_t& /*value*/) override { return false; }  // not in JSON text
    bool start_object(std::size_t /*size*/) override { return open(Node::Kind::kObject); }
    bool start_array(std::size_t /*size*/) override { return open(Node::Kind::kArray); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& value) override {
        stack_.back().members.push_back({std::move(value), {}});
        return true;
    }
    bool parse_error(std::size_t position, const std::string& /*last_token*/,
                     const json::exception& error) override {
        std::string what = error.what();
        const std::size_t syntax = what.find("syntax error");
        const std::size_t bracket = what.find("] ");
        if (syntax != std::string::npos) {
            what.erase(0, syntax);
        } else if (bracket != std::string::npos) {
            what.erase(0, bracket + 2);
        }
        if (what.size() > kLongestSyntaxMessage) {
            what = what.substr(0, kLongestSyntaxMessage) + "...";
        }
        throw InputError(file_, place(text_, position), "broken JSON: " + what);
    }

private:
    static Node scalar(Node::Kind kind, std::string text) {
        Node node;
        node.kind = kind;
        node.text = std::move(text);
        return node;
    }
    static Node integer(std::int64_t value, std::string text) {
        Node node = scalar(Node::Kind::kInteger, std::move(text));
        node.integer = value;
        return node;
    }

    bool add(Node node) {
        node.begin = order_++;
        node.end = node.begin;
        put(std::move(node));
        return true;
    }
    bool open(Node::Kind kind) {
        if (stack_.size() == kDeepest) {
            throw InputError(file_, "",
                             fmt::format("nested deeper than {} levels; allowed: an object of "
                                         "objects of plain values",
                                         kDeepest));
        }
        stack_.push_back(scalar(kind, {}));
        stack_.back().begin = order_++;
        return true;
    }
    bool close() {
        Node node = std::move(stack_.back());
        stack_.pop_back();
        node.end = order_++;
        put(std::move(node));
        return true;
    }
    void put(Node node) {
        if (stack_.empty()) {
            root_ = std::move(node);
        } else if (stack_.back().kind == Node::Kind::kObject) {
            stack_.back().members.back().value = std::move(node);
        } else {
            stack_.back().members.push_back({{}, std::move(node)});
        }
    }

    const std::string& text_;
    const std::string& file_;
    Node root_;
    std::vector<Node> stack_;
    std::size_t order_ = 0;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
    if (kind != Kind::kObject) return nullptr;
    for (const Member& m : members) {
        if (m.key == key) {
            return &m.value;
        }
    }
    return nullptr;
}

Node parse_document(const std::string& text, const std::string& file) {
    TreeBuilder builder(text, file);
    json::sax_parse(text, &builder);
    return builder.take();
}

std::string read_text_file(const std::filesystem::path& file, std::size_t limit) {
    namespace fs = std::filesystem;
    const std::string name = file.string();
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (status.type() == fs::file_type::not_found) {
        throw InputError(name, "", "no such file");
    }
    if (fs::is_directory(status)) {
        throw InputError(name, "", "is a directory; allowed: a file");
    }
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::string text(limit + 1, '\0');
    if (in) {
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(in.gcount()));
    }
    if (!in.is_open() || in.bad()) {
        throw InputError(name, "", fmt::format("cannot be read: {}", std::strerror(errno)));
    }
    if (text.size() > limit) {
        throw InputError(name, "", fmt::format("is larger than {} bytes", limit));
    }
    return text;
}

std::string show_string(const std::string& text) {
    std::string quoted =
        json(text.substr(0, kLongestQuote)).dump(-1, ' ', true, json::error_handler_t::replace);
    if (text.size() > kLongestQuote) {
        quoted.insert(quoted.size() - 1, "...");
    }
    return quoted;
}

std::string show(const Node& node) {
    switch (node.kind) {
        case Node::Kind::kNull:
            return "null";
        case Node::Kind::kString:
            return show_string(node.text);
        case Node::Kind::kArray:
            return "an array";
        case Node::Kind::kObject:
            return "an object";
        default:
            break;
    }
    return node.text.size() > kLongestQuote ? node.text.substr(0, kLongestQuote) + "..."
                                            : node.text;
}

std::string pointer_step(std::string_view key) {
    const std::string quoted = show_string(std::string(key));
    std::string step = "/";
    for (const char c : std::string_view(quoted).substr(1, quoted.size() - 2)) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

}  // namespace peforge
