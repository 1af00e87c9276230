// SPDX-License-Identifier: Apache-2.0
#include "verif/coverage/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "generator/spec/error.hpp"

namespace peforge::coverage {

namespace {

/// Fields of a record begin with kField, key and value are parted by kValue (verilated_cov.cpp).
constexpr char kField = '\001';
constexpr char kValue = '\002';

template <class T>
bool number(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

/// One record: C 'fields' count.
struct Record {
    PointKey key;
    std::string lines;
    std::string instance;
    std::uint64_t count = 0;
};

bool parse_record(std::string_view text, Record& record) {
    const std::size_t end = text.rfind("' ");
    if (!text.starts_with("C '") || end == std::string_view::npos || end < 3) return false;
    if (!number(text.substr(end + 2), record.count)) return false;
    std::string_view fields = text.substr(3, end - 3);
    bool paged = false;
    while (!fields.empty()) {
        if (fields.front() != kField) return false;
        fields.remove_prefix(1);
        const std::string_view field = fields.substr(0, fields.find(kField));
        fields.remove_prefix(field.size());
        const std::size_t mark = field.find(kValue);
        if (mark == std::string_view::npos) return false;
        const std::string_view name = field.substr(0, mark);
        const std::string_view value = field.substr(mark + 1);
        if (name == "f") {
            record.key.file = value;
        } else if (name == "l") {
            if (!number(value, record.key.line)) return false;
        } else if (name == "n") {
            if (!number(value, record.key.column)) return false;
        } else if (name == "o") {
            record.key.comment = value;
        } else if (name == "h") {
            record.instance = value;
        } else if (name == "S") {
            record.lines = value;
        } else if (name == "page") {
            record.key.page = value.starts_with("v_toggle/") ? Page::kToggle : Page::kLine;
            paged = value.starts_with("v_toggle/") || value.starts_with("v_line/") ||
                    value.starts_with("v_branch/");
        }
    }
    return paged && !record.key.file.empty() && record.key.line > 0;
}

}  // namespace

const char* to_string(Page page) {
    return page == Page::kLine ? "line" : "toggle";
}

Points parse_points(std::string_view text, const std::string& file) {
    struct Counts {
        std::string lines;
        std::map<std::string, std::uint64_t> instances;
    };
    std::map<PointKey, Counts> counts;
    int line = 0;
    while (!text.empty()) {
        const std::string_view row = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), row.size() + 1));
        ++line;
        if (row.empty() || row.front() == '#') continue;
        Record record;
        if (!parse_record(row, record)) {
            throw InputError(file, fmt::format("line {}", line),
                             "no record of line or toggle coverage");
        }
        Counts& point = counts[std::move(record.key)];
        point.lines = std::move(record.lines);
        point.instances[std::move(record.instance)] += record.count;
    }
    Points points;
    for (auto& [key, raw] : counts) {
        const std::uint64_t needed = key.page == Page::kToggle ? kTogglesNeeded : 1;
        Point point;
        point.lines = std::move(raw.lines);
        point.instances = static_cast<std::uint32_t>(raw.instances.size());
        for (const auto& [instance, count] : raw.instances) {
            point.count += count;
            if (count < needed) point.missed.insert(instance);
        }
        point.covered = point.missed.size() < raw.instances.size();
        if (!point.covered) point.missed.clear();
        points.emplace_hint(points.end(), key, std::move(point));
    }
    return points;
}

void merge_points(Points& into, const Points& from) {
    for (const auto& [key, point] : from) {
        const auto [at, fresh] = into.try_emplace(key, point);
        if (fresh) continue;
        Point& mine = at->second;
        if (mine.instances != point.instances || mine.lines != point.lines) {
            throw InputError(key.file, fmt::format("line {}", key.line),
                             "runs of different RTL cannot be merged");
        }
        mine.count += point.count;
        if (!point.covered) continue;
        if (!mine.covered) {
            mine.covered = true;
            mine.missed = point.missed;
            continue;
        }
        std::set<std::string> both;
        std::set_intersection(mine.missed.begin(), mine.missed.end(), point.missed.begin(),
                              point.missed.end(), std::inserter(both, both.end()));
        mine.missed = std::move(both);
    }
}

}  // namespace peforge::coverage
