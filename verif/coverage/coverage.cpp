// Collecting, judging, merging, and coverage.json.
//
// SPDX-License-Identifier: Apache-2.0
#include "verif/coverage/coverage.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "generator/support/sha256.hpp"

namespace peforge::coverage {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 1;

std::string key_of(const DesignCoverage& d) {
    return fmt::format("{} {} {}", d.spec, d.spec_hash, d.rtl);
}

Json to_json(const DesignCoverage& d) {
    Json j{{"spec", d.spec},        {"spec_hash", d.spec_hash}, {"rtl_sha256", d.rtl},
           {"facts", d.facts},      {"runs", d.runs},           {"tests", d.tests},
           {"failures", d.failures}};
    j["bins"] = Json::array();
    for (const auto& [name, bin] : d.bins) {
        j["bins"].push_back({{"name", name}, {"meaning", bin.meaning}, {"count", bin.count}});
    }
    j["sources"] = Json::object();
    for (const auto& [file, text] : d.sources) j["sources"][file] = text;
    j["points"] = Json::array();
    for (const auto& [key, point] : d.points) {
        Json p{{"file", key.file},
               {"line", key.line},
               {"column", key.column},
               {"page", to_string(key.page)},
               {"comment", key.comment},
               {"count", point.count},
               {"instances", point.instances},
               {"covered", point.covered}};
        if (!point.lines.empty()) p["lines"] = point.lines;
        if (!point.missed.empty()) p["missed"] = point.missed;
        j["points"].push_back(std::move(p));
    }
    return j;
}

DesignCoverage design_of(const Json& j) {
    DesignCoverage d;
    j.at("spec").get_to(d.spec);
    j.at("spec_hash").get_to(d.spec_hash);
    j.at("rtl_sha256").get_to(d.rtl);
    j.at("facts").get_to(d.facts);
    j.at("runs").get_to(d.runs);
    j.at("tests").get_to(d.tests);
    j.at("failures").get_to(d.failures);
    for (const Json& bin : j.at("bins")) {
        d.bins[bin.at("name").get<std::string>()] = {bin.at("meaning").get<std::string>(),
                                                     bin.at("count").get<std::uint64_t>()};
    }
    for (const auto& [file, text] : j.at("sources").items())
        d.sources[file] = text.get<std::string>();
    for (const Json& p : j.at("points")) {
        PointKey key;
        p.at("file").get_to(key.file);
        p.at("line").get_to(key.line);
        p.at("column").get_to(key.column);
        const auto page = p.at("page").get<std::string>();
        if (page != "line" && page != "toggle") {
            throw std::invalid_argument("page is line or toggle, got " + page);
        }
        key.page = page == "line" ? Page::kLine : Page::kToggle;
        p.at("comment").get_to(key.comment);
        Point point;
        p.at("count").get_to(point.count);
        p.at("instances").get_to(point.instances);
        p.at("covered").get_to(point.covered);
        if (p.contains("lines")) p.at("lines").get_to(point.lines);
        if (p.contains("missed")) p.at("missed").get_to(point.missed);
        d.points.emplace(std::move(key), std::move(point));
    }
    return d;
}

}  // namespace

DesignCoverage collect(const Design& design, const FileSet& files,
                       const std::vector<TestCase>& tests, int level, std::uint64_t seed,
                       const RtlModel& rtl, const replay::Layout& layout,
                       const replay::Recording& recording) {
    DesignCoverage d;
    d.spec = design.spec.name;
    d.spec_hash = design.spec.hash;
    d.facts = facts(design);
    Sha256 hash;
    for (const auto& [name, text] : files) {
        if (!name.starts_with("rtl/") || !name.ends_with(".v")) continue;
        hash.update(fmt::format("{}\n{}\n", name, text.size()));
        hash.update(text);
        d.sources[name] = text;
    }
    d.rtl = hash.hex();
    d.runs.insert(fmt::format("level {}, seed {}", level, seed));

    const ScratchDir scratch;
    const fs::path file = scratch.path() / "coverage.dat";
    rtl.write_coverage(file);
    d.points = parse_points(read_file(file), "coverage.dat");

    BinCounter counter(design);
    for (const TestCase& test : tests) {
        for (const Episode& episode : test_vectors(design, test, seed)) {
            // What a broken-off episode still took in is not known beat by beat.
            if (episode.feed.stop_after == 0) counter.add_beats(episode.feed.beats);
        }
    }
    counter.add_recording(layout, recording);
    d.bins = counter.bins();
    return d;
}

void add(Coverage& coverage, DesignCoverage design) {
    const std::string key = key_of(design);
    const auto at = coverage.find(key);
    if (at == coverage.end()) {
        coverage.emplace(key, std::move(design));
        return;
    }
    DesignCoverage& mine = at->second;
    mine.runs.merge(design.runs);
    mine.tests += design.tests;
    mine.failures += design.failures;
    merge_points(mine.points, design.points);
    for (const auto& [name, bin] : design.bins) {
        mine.bins.try_emplace(name, Bin{bin.meaning, 0}).first->second.count += bin.count;
    }
}

std::string to_json(const Coverage& coverage) {
    Json j{{"peforge_coverage", kFormatVersion}, {"designs", Json::array()}};
    for (const auto& [key, design] : coverage) j["designs"].push_back(to_json(design));
    return j.dump(1) + "\n";
}

Coverage parse_coverage(const std::string& text, const std::string& file) {
    try {
        const Json j = Json::parse(text);
        if (j.at("peforge_coverage").get<int>() != kFormatVersion) {
            throw InputError(file, "/peforge_coverage",
                             fmt::format("another version; allowed: {}", kFormatVersion));
        }
        Coverage coverage;
        for (const Json& design : j.at("designs")) add(coverage, design_of(design));
        return coverage;
    } catch (const nlohmann::json::exception& e) {
        throw InputError(file, "", std::string("is no coverage.json of peforge: ") + e.what());
    } catch (const std::invalid_argument& e) {
        throw InputError(file, "", std::string("is no coverage.json of peforge: ") + e.what());
    }
}

double Score::percent() const {
    const std::size_t reachable = total - waived;
    return reachable == 0 ? 100.0
                          : 100.0 * static_cast<double>(covered) / static_cast<double>(reachable);
}

void Score::operator+=(const Score& other) {
    covered += other.covered;
    waived += other.waived;
    total += other.total;
}

Judged judge(const DesignCoverage& design, const std::vector<Waiver>& waivers) {
    Judged judged;
    judged.design = &design;
    judged.waived =
        apply_waivers(design.points, waivers, design.spec, design.facts, design.sources);
    judged.total = {{Page::kLine, {}}, {Page::kToggle, {}}};
    for (const auto& [key, point] : design.points) {
        const Score one{point.covered ? 1U : 0U, judged.waived.points.contains(key) ? 1U : 0U, 1};
        judged.modules[module_of(key.file, design.spec)][key.page] += one;
        judged.total[key.page] += one;
    }
    for (const auto& [name, bin] : design.bins) judged.bins_hit += bin.count != 0 ? 1 : 0;
    return judged;
}

std::string summary(const Judged& j) {
    return fmt::format("{}: line {:.1f} %, toggle {:.1f} %, bins {}/{}", j.design->spec,
                       j.total.at(Page::kLine).percent(), j.total.at(Page::kToggle).percent(),
                       j.bins_hit, j.design->bins.size());
}

FileSet report_files(const Coverage& coverage) {
    const std::vector<Waiver>& waivers = project_waivers();
    std::vector<Judged> judged;
    for (const auto& [key, design] : coverage) judged.push_back(judge(design, waivers));
    return {{"coverage.json", to_json(coverage)},
            {"coverage.txt", text_report(judged, waivers)},
            {"coverage.html", html_report(judged, waivers)}};
}

int coverage_command(const Options& options) {
    Coverage all;
    for (const fs::path& folder : options.folders) {
        const fs::path file = folder / "coverage.json";
        for (auto& [key, design] : parse_coverage(read_file(file), file.string())) {
            add(all, std::move(design));
        }
    }
    write_folder(report_files(all), options.out);
    bool good = true;
    Json j = Json::array();
    for (const auto& [key, design] : all) {
        const Judged judged = judge(design, project_waivers());
        const double line = judged.total.at(Page::kLine).percent();
        const double toggle = judged.total.at(Page::kToggle).percent();
        const bool enough = line >= options.min_line && toggle >= options.min_toggle;
        good = good && enough;
        j.push_back({{"spec", design.spec},
                     {"line", line},
                     {"toggle", toggle},
                     {"bins_hit", judged.bins_hit},
                     {"bins", design.bins.size()},
                     {"stale_waivers", judged.waived.stale.size()},
                     {"enough", enough}});
        if (!options.json && (!options.quiet || !enough)) {
            fmt::print(
                "{}{}{}\n", summary(judged), enough ? "" : "  BELOW THE LIMIT",
                judged.waived.stale.empty()
                    ? std::string()
                    : fmt::format("  ({} points with a stale waiver)", judged.waived.stale.size()));
        }
    }
    if (options.json) fmt::print("{}\n", j.dump(2));
    if (!options.json && !options.quiet) {
        fmt::print("report in {}\n", (options.out / "coverage.html").string());
    }
    return good ? kDone : kCheckFailed;
}

}  // namespace peforge::coverage
