// coverage.txt and coverage.html.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "coco/test.hpp"
#include "verif/coverage/coverage.hpp"

namespace peforge::coverage {

namespace {

/// Uncovered bits of one signal as one line: "count_q[20:31]".
struct Group {
    std::string file;
    int line = 0;
    Page page = Page::kLine;
    std::string name;       ///< signal, or kind of the line point
    std::vector<int> bits;  ///< empty: no vector
    std::optional<std::size_t> waiver;

    [[nodiscard]] std::string text() const {
        if (bits.empty()) return name;
        std::string list;
        for (std::size_t i = 0; i < bits.size();) {
            std::size_t j = i;
            while (j + 1 < bits.size() && bits[j + 1] == bits[j] + 1) ++j;
            list += list.empty() ? "" : ",";
            list += i == j ? fmt::format("{}", bits[i]) : fmt::format("{}:{}", bits[i], bits[j]);
            i = j + 1;
        }
        return fmt::format("{}[{}]", name, list);
    }
};

/// Points of a map's keys by signal and waiver.
template <class Accept>
std::vector<Group> groups(const Judged& judged, Accept accept) {
    std::map<std::tuple<std::string, int, Page, std::string, std::size_t>, Group> all;
    for (const auto& [key, point] : judged.design->points) {
        const std::optional<std::optional<std::size_t>> waiver = accept(key, point);
        if (!waiver) continue;
        std::string name = key.comment;
        std::optional<int> bit;
        const std::size_t open = name.rfind('[');
        if (key.page == Page::kToggle && open != std::string::npos) {
            bit = std::atoi(name.c_str() + open + 1);
            name.resize(open);
        }
        Group& group = all[{key.file, key.line, key.page, name, waiver->value_or(SIZE_MAX)}];
        group.file = key.file;
        group.line = key.line;
        group.page = key.page;
        group.name = name;
        group.waiver = *waiver;
        if (bit) group.bits.push_back(*bit);
    }
    std::vector<Group> list;
    for (auto& [key, group] : all) {
        std::sort(group.bits.begin(), group.bits.end());
        list.push_back(std::move(group));
    }
    return list;
}

using Accepted = std::optional<std::optional<std::size_t>>;

std::vector<Group> uncovered(const Judged& judged) {
    return groups(judged, [&judged](const PointKey& key, const Point& point) -> Accepted {
        if (point.covered || judged.waived.points.contains(key)) return std::nullopt;
        return std::optional<std::size_t>();
    });
}

std::vector<Group> with_waiver(const std::map<PointKey, std::size_t>& points,
                               const Judged& judged) {
    return groups(judged, [&points](const PointKey& key, const Point&) -> Accepted {
        const auto at = points.find(key);
        if (at == points.end()) return std::nullopt;
        return std::optional<std::size_t>(at->second);
    });
}

std::string place(const Group& g) {
    return fmt::format("{}:{} {}", g.file, g.line, g.text());
}

std::string percent(const std::map<Page, Score>& scores, Page page) {
    const auto at = scores.find(page);
    if (at == scores.end()) return "-";
    return fmt::format("{:.1f}", at->second.percent());
}

Score of(const std::map<Page, Score>& scores, Page page) {
    const auto at = scores.find(page);
    return at == scores.end() ? Score{} : at->second;
}

std::string fraction(const Score& s) {
    return s.waived == 0 ? fmt::format("{}/{}", s.covered, s.total)
                         : fmt::format("{}/{} - {}", s.covered, s.total, s.waived);
}

constexpr const char* kStyle =
    "body{font:14px/1.45 sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;margin:.6em 0 1.4em}"
    "th,td{border:1px solid #ccc;padding:.15em .6em;text-align:left;vertical-align:top}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "tr.bad td{background:#fdd}tr.waived td{background:#ffd}tr.good td{background:#e8f6e8}"
    "td.source{font-family:monospace;white-space:pre;font-size:12px;border-width:0 1px}"
    "table.file td{border-width:0 1px;font-size:12px;padding:0 .5em}"
    "details{margin:.3em 0}summary{cursor:pointer}code{font-size:12px}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}th,td{border-color:#444}"
    "tr.bad td{background:#5a1f1f}tr.waived td{background:#4d4614}tr.good td{background:#1d3a1d}}";

/// What the points of a source line say.
struct LineState {
    std::optional<std::uint64_t> count;  ///< of its blocks, the smallest
    std::vector<std::string> missing;
    std::vector<std::string> waived;
    std::size_t missed_instances = 0;  ///< of points that other instances cover
    bool has_points = false;
};

/// Lines of "90-91,93".
std::vector<int> lines_of(const PointKey& key, const Point& point) {
    std::vector<int> lines;
    std::istringstream parts(point.lines);
    for (std::string part; std::getline(parts, part, ',');) {
        const int first = std::atoi(part.c_str());
        const std::size_t dash = part.find('-');
        const int last = dash == std::string::npos ? first : std::atoi(part.c_str() + dash + 1);
        for (int line = first; line <= last; ++line) lines.push_back(line);
    }
    if (std::find(lines.begin(), lines.end(), key.line) == lines.end()) lines.push_back(key.line);
    return lines;
}

std::map<std::string, std::map<int, LineState>> line_states(const Judged& judged) {
    std::map<std::string, std::map<int, LineState>> files;
    for (const auto& [key, point] : judged.design->points) {
        std::map<int, LineState>& file = files[key.file];
        LineState& state = file[key.line];
        state.has_points = true;
        if (point.covered) {
            state.missed_instances = std::max(state.missed_instances, point.missed.size());
        }
        if (key.page == Page::kLine) {
            for (const int line : lines_of(key, point)) {
                std::optional<std::uint64_t>& count = file[line].count;
                count = std::min(count.value_or(UINT64_MAX), point.count);
            }
        }
    }
    for (const Group& g : uncovered(judged)) files[g.file][g.line].missing.push_back(g.text());
    for (const Group& g : with_waiver(judged.waived.points, judged)) {
        files[g.file][g.line].waived.push_back(g.text());
    }
    return files;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

void add_sources(std::string& out, const Judged& judged) {
    const auto states = line_states(judged);
    for (const auto& [file, text] : judged.design->sources) {
        const auto at = states.find(file);
        const auto scores = judged.modules.find(module_of(file, judged.design->spec));
        const bool any = scores != judged.modules.end();
        out += fmt::format(
            "<details><summary><code>{}</code> line {} %, toggle {} %</summary>"
            "<table class=file><tr><th class=n>line<th class=n>count<th>source<th>not covered</tr>",
            coco::xml_text(file), any ? percent(scores->second, Page::kLine) : "-",
            any ? percent(scores->second, Page::kToggle) : "-");
        std::istringstream rows(text);
        int number = 0;
        for (std::string row; std::getline(rows, row);) {
            ++number;
            LineState state;
            if (at != states.end()) {
                const auto found = at->second.find(number);
                if (found != at->second.end()) state = found->second;
            }
            std::string remark = coco::xml_text(joined(state.missing));
            if (!state.waived.empty()) {
                remark += fmt::format("{}waived: {}", remark.empty() ? "" : "; ",
                                      coco::xml_text(joined(state.waived)));
            }
            if (state.missed_instances != 0) {
                remark += fmt::format("{}never in {} instances", remark.empty() ? "" : "; ",
                                      state.missed_instances);
            }
            const char* kind = !state.missing.empty()  ? " class=bad"
                               : !state.waived.empty() ? " class=waived"
                               : state.has_points      ? " class=good"
                                                       : "";
            out += fmt::format("<tr{}><td class=n>{}<td class=n>{}<td class=source>{}<td>{}</tr>\n",
                               kind, number,
                               state.count ? std::to_string(*state.count) : std::string(),
                               coco::xml_text(row), remark);
        }
        out += "</table></details>\n";
    }
}

void add_waived(std::string& out, const char* title, const std::vector<Group>& list,
                const std::vector<Waiver>& waivers) {
    if (list.empty()) return;
    out += fmt::format(
        "<details><summary>{} ({})</summary>"
        "<table><tr><th>where<th>what<th>waiver<th>reason</tr>\n",
        title, list.size());
    for (const Group& g : list) {
        const Waiver& w = waivers[*g.waiver];
        out += fmt::format("<tr><td>{}:{}<td><code>{}</code><td>waivers.txt:{}<td>{}</tr>\n",
                           coco::xml_text(g.file), g.line, coco::xml_text(g.text()), w.line,
                           coco::xml_text(w.reason));
    }
    out += "</table></details>\n";
}

}  // namespace

std::string text_report(const std::vector<Judged>& designs, const std::vector<Waiver>& waivers) {
    std::string out =
        "Coverage. Percentages are covered points of those that are not waived; columns of points "
        "are covered/all - waived.\n\n";
    for (const Judged& j : designs) out += summary(j) + "\n";
    for (const Judged& j : designs) {
        const DesignCoverage& d = *j.design;
        out += fmt::format("\n== {} (hash {}): {} tests, {} failed\n", d.spec, d.spec_hash, d.tests,
                           d.failures);
        for (const std::string& run : d.runs) out += "run: " + run + "\n";
        out += fmt::format("\n{:16} {:>8} {:>14} {:>8} {:>18}\n", "module", "line %", "points",
                           "toggle %", "bits");
        const auto row = [&out](const std::string& name, const std::map<Page, Score>& scores) {
            out += fmt::format("{:16} {:>8} {:>14} {:>8} {:>18}\n", name,
                               percent(scores, Page::kLine), fraction(of(scores, Page::kLine)),
                               percent(scores, Page::kToggle), fraction(of(scores, Page::kToggle)));
        };
        for (const auto& [name, scores] : j.modules) row(name, scores);
        row("all", j.total);
        const std::vector<Group> missing = uncovered(j);
        if (!missing.empty()) out += "\nnot covered:\n";
        for (const Group& g : missing) {
            out += fmt::format("  {:6} {}\n", to_string(g.page), place(g));
        }
        const std::vector<Group> waived = with_waiver(j.waived.points, j);
        if (!waived.empty()) out += "\nwaived:\n";
        for (const Group& g : waived) {
            out += fmt::format("  {:6} {}: {}\n", to_string(g.page), place(g),
                               waivers[*g.waiver].reason);
        }
        const std::vector<Group> stale = with_waiver(j.waived.stale, j);
        if (!stale.empty()) out += "\nstale waivers (the point is covered):\n";
        for (const Group& g : stale) {
            out += fmt::format("  {:6} {} (waivers.txt:{})\n", to_string(g.page), place(g),
                               waivers[*g.waiver].line);
        }
        out += fmt::format("\nbins: {} of {} hit\n", j.bins_hit, d.bins.size());
        for (const auto& [name, bin] : d.bins) {
            if (!name.starts_with("out.code_") || bin.count == 0) {
                out += fmt::format("  {:32} {:>12}  {}\n", name, bin.count, bin.meaning);
            }
        }
        std::size_t codes = 0;
        std::size_t hit = 0;
        for (const auto& [name, bin] : d.bins) {
            if (!name.starts_with("out.code_")) continue;
            ++codes;
            hit += bin.count != 0 ? 1 : 0;
        }
        out += fmt::format("  output codes hit: {} of {}\n", hit, codes);
    }
    return out;
}

std::string html_report(const std::vector<Judged>& designs, const std::vector<Waiver>& waivers) {
    std::string out = fmt::format(
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Coverage</title>"
        "<style>{}</style><h1>Coverage</h1>"
        "<p>Percentages are covered points of those that are not waived. A toggle point is a bit "
        "that changed in both directions in one instance; a line point is a block or a branch."
        "<table><tr><th>spec<th class=n>line %<th class=n>toggle %<th class=n>bins<th "
        "class=n>waived<th class=n>stale<th>runs</tr>\n",
        kStyle);
    std::size_t number = 0;
    for (const Judged& j : designs) {
        std::vector<std::string> runs(j.design->runs.begin(), j.design->runs.end());
        out += fmt::format(
            "<tr><td><a href=\"#d{}\">{}</a><td class=n>{}<td class=n>{}<td class=n>{}/{}<td "
            "class=n>{}<td class=n>{}<td>{} tests, {} failed: {}</tr>\n",
            number++, coco::xml_text(j.design->spec), percent(j.total, Page::kLine),
            percent(j.total, Page::kToggle), j.bins_hit, j.design->bins.size(),
            j.waived.points.size(), j.waived.stale.size(), j.design->tests, j.design->failures,
            coco::xml_text(joined(runs)));
    }
    out += "</table>\n";
    number = 0;
    for (const Judged& j : designs) {
        const DesignCoverage& d = *j.design;
        out += fmt::format(
            "<h2 id=d{}>{}</h2><p>Spec hash {}, RTL SHA-256 <code>{}</code>"
            "<table><tr><th>module<th class=n>line %<th class=n>points<th class=n>toggle %<th "
            "class=n>bits</tr>\n",
            number++, coco::xml_text(d.spec), d.spec_hash, d.rtl);
        const auto row = [&out](const std::string& name, const std::map<Page, Score>& scores) {
            const bool all = of(scores, Page::kLine).percent() == 100.0 &&
                             of(scores, Page::kToggle).percent() == 100.0;
            out += fmt::format(
                "<tr{}><td>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}</tr>\n",
                all ? " class=good" : "", coco::xml_text(name), percent(scores, Page::kLine),
                fraction(of(scores, Page::kLine)), percent(scores, Page::kToggle),
                fraction(of(scores, Page::kToggle)));
        };
        for (const auto& [name, scores] : j.modules) row(name, scores);
        row("all", j.total);
        out += "</table>\n<h3>Not covered</h3>";
        const std::vector<Group> missing = uncovered(j);
        if (missing.empty()) {
            out += "<p>Nothing but what is waived.\n";
        } else {
            out += "<table><tr><th>where<th>page<th>what</tr>\n";
            for (const Group& g : missing) {
                out += fmt::format("<tr class=bad><td>{}:{}<td>{}<td><code>{}</code></tr>\n",
                                   coco::xml_text(g.file), g.line, to_string(g.page),
                                   coco::xml_text(g.text()));
            }
            out += "</table>\n";
        }
        add_waived(out, "Waived", with_waiver(j.waived.points, j), waivers);
        add_waived(out, "Stale waivers: these points are covered", with_waiver(j.waived.stale, j),
                   waivers);
        out += fmt::format(
            "<h3>Bins</h3><details{}><summary>{} of {} hit</summary><table><tr>"
            "<th>bin<th class=n>count<th>meaning</tr>\n",
            j.bins_hit == d.bins.size() ? "" : " open", j.bins_hit, d.bins.size());
        for (const auto& [name, bin] : d.bins) {
            out += fmt::format("<tr{}><td><code>{}</code><td class=n>{}<td>{}</tr>\n",
                               bin.count == 0 ? " class=bad" : "", coco::xml_text(name), bin.count,
                               coco::xml_text(bin.meaning));
        }
        out += "</table></details>\n<h3>Sources</h3>\n";
        add_sources(out, j);
    }
    return out + "</html>\n";
}

}  // namespace peforge::coverage
