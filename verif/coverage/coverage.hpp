// Coverage of a regression: Verilator's points, functional bins, waivers, reports, merging.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "generator/emit/emit.hpp"
#include "verif/benches/bench.hpp"
#include "verif/coverage/bins.hpp"
#include "verif/coverage/points.hpp"
#include "verif/coverage/waivers.hpp"
#include "verif/replay/trace.hpp"

namespace peforge::coverage {

/// Everything that the runs of one design's RTL say.
struct DesignCoverage {
    std::string spec;  ///< the spec's name, and the top module's
    std::string spec_hash;
    std::string rtl;  ///< SHA-256 of the simulated RTL
    std::set<std::string> facts;
    std::map<std::string, std::string> sources;  ///< RTL text by file name
    std::set<std::string> runs;                  ///< "level 1, seed 1"
    std::uint64_t tests = 0;
    std::uint64_t failures = 0;
    Points points;
    Bins bins;

    bool operator==(const DesignCoverage&) const = default;
};

/// Designs by spec name, spec hash and RTL.
using Coverage = std::map<std::string, DesignCoverage>;

/// What a regression on an instrumented model covered, but for the numbers of its verdicts. `rtl`
/// ran all of `tests` and nothing else, recorded into `recording`.
DesignCoverage collect(const Design& design, const FileSet& files,
                       const std::vector<TestCase>& tests, int level, std::uint64_t seed,
                       const RtlModel& rtl, const replay::Layout& layout,
                       const replay::Recording& recording);

/// Adds a design, or further runs of one that is there.
void add(Coverage& coverage, DesignCoverage design);

/// coverage.json. parse_coverage() throws InputError for anything else.
std::string to_json(const Coverage& coverage);
Coverage parse_coverage(const std::string& text, const std::string& file);

/// Points of a page: covered, waived, and all.
struct Score {
    std::size_t covered = 0;
    std::size_t waived = 0;
    std::size_t total = 0;

    /// Covered ones of those that are not waived, in percent; 100 when there are none.
    [[nodiscard]] double percent() const;
    void operator+=(const Score& other);
    bool operator==(const Score&) const = default;
};

/// A design judged by waivers.
struct Judged {
    const DesignCoverage* design = nullptr;
    Waived waived;
    std::map<std::string, std::map<Page, Score>> modules;
    std::map<Page, Score> total;
    std::size_t bins_hit = 0;
};

/// `design` must outlive the result.
Judged judge(const DesignCoverage& design, const std::vector<Waiver>& waivers);

/// coverage.txt: scores, uncovered points, empty bins, stale waivers.
std::string text_report(const std::vector<Judged>& designs, const std::vector<Waiver>& waivers);

/// coverage.html: the same with all bins and the annotated sources, in one file without scripts.
std::string html_report(const std::vector<Judged>& designs, const std::vector<Waiver>& waivers);

/// coverage.json, coverage.txt and coverage.html.
FileSet report_files(const Coverage& coverage);

/// One line for a person: "NAME: line 100.0 %, toggle 98.3 %, bins 120/124".
std::string summary(const Judged& design);

struct Options {
    std::vector<std::filesystem::path> folders;  ///< each with a coverage.json
    std::filesystem::path out;
    double min_line = 0.0;  ///< percent, of every design
    double min_toggle = 0.0;
    bool json = false;
    bool quiet = false;
};

/// peforge coverage: merges and reports. Returns kCheckFailed when a design is below a limit.
int coverage_command(const Options& options);

}  // namespace peforge::coverage
