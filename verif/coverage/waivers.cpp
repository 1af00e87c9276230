// SPDX-License-Identifier: Apache-2.0
#include "verif/coverage/waivers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <sstream>

#include "generator/spec/error.hpp"
#include "verif/coverage/embedded.hpp"

namespace peforge::coverage {

namespace {

/// '*' any text, '?' any character.
bool glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

constexpr int kMsb = std::numeric_limits<int>::max();

/// A signal and one of its bits: "a[3][7]" is bit 7 of "a[3]".
struct Bit {
    std::string_view signal;
    std::optional<int> index;
};

std::optional<int> number(std::string_view text) {
    if (text == "msb") return kMsb;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Bit split(std::string_view comment) {
    const std::size_t open = comment.rfind('[');
    if (open == std::string_view::npos || comment.back() != ']') return {comment, std::nullopt};
    return {comment.substr(0, open), number(comment.substr(open + 1, comment.size() - open - 2))};
}

/// A toggle pattern: signal, and the range of its bits.
struct BitRange {
    std::string_view signal;
    bool all = true;
    int low = 0;
    int high = kMsb;
};

std::optional<BitRange> parse_range(std::string_view pattern) {
    const std::size_t open = pattern.rfind('[');
    const std::size_t colon = pattern.rfind(':');
    if (open == std::string_view::npos || colon == std::string_view::npos || colon < open ||
        pattern.back() != ']') {
        return BitRange{pattern};
    }
    const auto low = number(pattern.substr(open + 1, colon - open - 1));
    const auto high = number(pattern.substr(colon + 1, pattern.size() - colon - 2));
    if (!low || !high || *low > *high) return std::nullopt;
    return BitRange{pattern.substr(0, open), false, *low, *high};
}

/// Highest bit of each signal of a file.
using Widths = std::map<std::pair<std::string, std::string>, int>;

bool matches_bit(const Waiver& waiver, const PointKey& key, const Widths& msb) {
    const BitRange range = *parse_range(waiver.pattern);
    const Bit bit = split(key.comment);
    if (range.all) return glob(range.signal, key.comment) || glob(range.signal, bit.signal);
    if (!bit.index || !glob(range.signal, bit.signal)) return false;
    const int top = msb.at({key.file, std::string(bit.signal)});
    const auto resolved = [top](int index) { return index == kMsb ? top : index; };
    return *bit.index >= resolved(range.low) && *bit.index <= resolved(range.high);
}

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

bool holds(const Waiver& waiver, const std::set<std::string>& known) {
    return std::all_of(waiver.facts.begin(), waiver.facts.end(), [&known](const std::string& f) {
        return f.front() == '!' ? !known.contains(f.substr(1)) : known.contains(f);
    });
}

Waiver parse_waiver(const std::string& row, const std::string& file, int line) {
    const auto fail = [&](const std::string& what) {
        return InputError(file, fmt::format("line {}", line), what);
    };
    const std::size_t open = row.find('"');
    const std::size_t close = row.find('"', open + 1);
    const std::size_t arrow = row.find("->", close == std::string::npos ? 0 : close);
    if (open == std::string::npos || close == std::string::npos || arrow == std::string::npos) {
        throw fail("expected: PAGE MODULE \"PATTERN\" [if FACT, ...] -> REASON");
    }
    Waiver waiver;
    waiver.line = line;
    std::istringstream head(row.substr(0, open));
    std::string page;
    std::string rest;
    head >> page >> waiver.module >> rest;
    if ((page != "line" && page != "toggle") || waiver.module.empty() || !rest.empty()) {
        throw fail("the page is line or toggle, then one module");
    }
    waiver.page = page == "line" ? Page::kLine : Page::kToggle;
    waiver.pattern = row.substr(open + 1, close - open - 1);
    if (waiver.pattern.empty()) throw fail("the pattern is empty");
    if (waiver.page == Page::kToggle && !parse_range(waiver.pattern)) {
        throw fail("the range of bits is [LOW:HIGH] with LOW <= HIGH");
    }
    const std::string condition = trimmed(row.substr(close + 1, arrow - close - 1));
    if (!condition.empty()) {
        if (!condition.starts_with("if ")) throw fail("behind the pattern stands: if FACT, ...");
        std::istringstream list(condition.substr(3));
        for (std::string fact; std::getline(list, fact, ',');) {
            fact = trimmed(fact);
            if (fact.empty() || fact == "!") throw fail("an empty fact");
            waiver.facts.push_back(fact);
        }
        if (waiver.facts.empty()) throw fail("an empty fact");
    }
    waiver.reason = trimmed(row.substr(arrow + 2));
    if (waiver.reason.empty()) throw fail("a waiver needs a reason");
    return waiver;
}

}  // namespace

std::vector<Waiver> parse_waivers(std::string_view text, const std::string& file) {
    std::vector<Waiver> waivers;
    std::istringstream rows{std::string(text)};
    int line = 0;
    for (std::string row; std::getline(rows, row);) {
        ++line;
        row = trimmed(row);
        if (row.empty() || row.front() == '#') continue;
        waivers.push_back(parse_waiver(row, file, line));
    }
    return waivers;
}

const std::vector<Waiver>& project_waivers() {
    static const std::vector<Waiver> waivers =
        parse_waivers(coverage_waivers().at("waivers.txt"), "waivers.txt");
    return waivers;
}

std::set<std::string> facts(const Design& d) {
    std::set<std::string> known;
    const auto add = [&known](bool holds, std::string fact) {
        if (holds) known.insert(std::move(fact));
    };
    const auto is_lp = [](const golden::Format& f) { return f.kind == golden::FormatKind::kLp; };
    add(d.systolic.has_value(), "systolic");
    add(d.lut.has_value(), "lut");
    add(mode_count(d) > 1, "mixed");
    add(d.accumulator().saturate, "saturate");
    add(d.post().has_bias, "bias");
    add(d.post().has_relu, "relu");
    add(d.post_lanes < d.cols, "serial_post");
    add(golden::has_nar(d.spec.activation) || (d.systolic && golden::has_nar(d.spec.weight)),
        "nar");
    add(d.post().rounding == golden::Rounding::kTruncate, "post_truncates");
    add(is_lp(d.post().output) && d.post().output.regime == golden::LpRegime::kCapped, "capped");
    add(!d.output_stationary() && d.timing.wave <= 1, "short_wave");
    add(mode_count(d) > 1 || has_choice(d), "modes");
    add(has_choice(d), "choice");
    add(d.output_stationary(), "output_stationary");
    add((d.rows_m & (d.rows_m - 1)) == 0, "rows_m_power_of_2");
    add(d.rows_m == (1 << d.m_bits) - 1, "every_m_fits");
    known.insert(fmt::format("cols={}", d.cols));
    known.insert(fmt::format("activation={}", golden::kind_name(d.spec.activation.kind)));
    known.insert(fmt::format("output={}", golden::kind_name(d.post().output.kind)));
    known.insert("spec=" + d.spec.name);
    if (d.systolic) {
        known.insert(fmt::format("rows={}", d.systolic->rows));
        known.insert(fmt::format("lanes={}", d.systolic->lanes));
        known.insert(fmt::format("pipeline={}", d.systolic->pipeline));
        known.insert(fmt::format("weight={}", golden::kind_name(d.spec.weight.kind)));
    } else {
        static constexpr const char* kMetrics[] = {"l1", "l2", "chebyshev"};
        add(d.lut->kept_tiles > 0, "keeps_indices");
        known.insert(fmt::format("centroids={}", d.lut->centroids));
        known.insert(fmt::format("ccus={}", d.lut->ccus));
        known.insert(fmt::format("fold={}", d.lut->fold));
        known.insert(fmt::format("metric={}", kMetrics[static_cast<int>(d.lut->metric)]));
    }
    return known;
}

std::string module_of(const std::string& file, const std::string& top) {
    std::string name = file.substr(file.rfind('/') + 1);
    if (name.ends_with(".v")) name.resize(name.size() - 2);
    if (name == top) return "top";
    return name.starts_with(top + "_") ? name.substr(top.size() + 1) : name;
}

Waived apply_waivers(const Points& points, const std::vector<Waiver>& waivers,
                     const std::string& top, const std::set<std::string>& facts,
                     const std::map<std::string, std::string>& sources) {
    std::map<std::string, std::vector<std::string>> lines;
    for (const auto& [file, text] : sources) {
        std::istringstream rows(text);
        for (std::string row; std::getline(rows, row);) lines[file].push_back(trimmed(row));
    }
    Widths msb;
    for (const auto& [key, point] : points) {
        if (key.page != Page::kToggle) continue;
        const Bit bit = split(key.comment);
        if (!bit.index) continue;
        int& highest = msb[{key.file, std::string(bit.signal)}];
        highest = std::max(highest, *bit.index);
    }
    const auto matches = [&](const Waiver& waiver, const PointKey& key) {
        if (waiver.page != key.page || !glob(waiver.module, module_of(key.file, top))) return false;
        if (key.page == Page::kToggle) return matches_bit(waiver, key, msb);
        const auto at = lines.find(key.file);
        const auto index = static_cast<std::size_t>(key.line - 1);
        return at != lines.end() && index < at->second.size() &&
               glob(waiver.pattern, key.comment + ": " + at->second[index]);
    };
    Waived waived;
    for (const auto& [key, point] : points) {
        for (std::size_t i = 0; i < waivers.size(); ++i) {
            if (!holds(waivers[i], facts) || !matches(waivers[i], key)) continue;
            (point.covered ? waived.stale : waived.points).emplace(key, i);
            break;
        }
    }
    return waived;
}

}  // namespace peforge::coverage
