// Coverage: reading and merging points, waivers, bins, and a planted line that no test reaches.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "generator/spec/error.hpp"
#include "verif/coverage/coverage.hpp"
#include "verif/model/rtl_build.hpp"
#include "verif/replay/regression.hpp"

namespace peforge::coverage {
namespace {

constexpr const char* kTiny = R"({"name": "coverage_tiny",
    "array": {"kind": "systolic", "rows": 1, "cols": 2},
    "weight": {"format": "int", "n": 3}, "activation": {"format": "int", "n": 3},
    "output": {"format": "int", "n": 4}, "accumulator": {"max_k": 8},
    "post": {"scale_bits": 4, "lanes": 1}, "buffers": {"rows_m": 3}})";

constexpr const char* kLog = R"({"name": "coverage_log",
    "array": {"kind": "systolic", "rows": 1, "cols": 1},
    "weight": {"format": "lp", "n": 4, "es": 1, "rs": 2},
    "activation": {"format": "lp", "n": 4, "es": 1, "rs": 2},
    "output": {"format": "lp", "n": 4, "es": 1, "rs": 2}, "accumulator": {"max_k": 8},
    "post": {"scale_bits": 4}, "buffers": {"rows_m": 3}})";

constexpr const char* kShift = R"({"name": "coverage_shift",
    "array": {"kind": "systolic", "rows": 1, "cols": 1},
    "weight": {"format": "pot", "n": 3}, "activation": {"format": "int", "n": 4},
    "output": {"format": "int", "n": 4}, "accumulator": {"max_k": 8},
    "post": {"scale_bits": 4}, "buffers": {"rows_m": 3}})";

Design design_of(const char* spec) {
    return resolve(parse_spec(spec, "spec"));
}

/// A record of a coverage file.
std::string record(const std::string& file, int line, const std::string& page,
                   const std::string& comment, const std::string& instance, int count,
                   const std::string& lines = {}) {
    const auto field = [](const std::string& key, const std::string& value) {
        return "\001" + key + "\002" + value;
    };
    return "C '" + field("f", file) + field("l", std::to_string(line)) + field("n", "7") +
           field("page", page) + field("o", comment) + (lines.empty() ? "" : field("S", lines)) +
           field("h", instance) + "' " + std::to_string(count) + "\n";
}

std::string toggle(const std::string& bit, const std::string& instance, int count) {
    return record("rtl/x_unit.v", 3, "v_toggle/x_unit__W4", bit, instance, count);
}

PointKey toggle_key(const std::string& bit) {
    return {"rtl/x_unit.v", 3, 7, Page::kToggle, bit};
}

TEST(CoveragePoints, ABitNeedsTwoChangesOfOneInstance) {
    const Points points = parse_points("# SystemC::Coverage-3\n" + toggle("a[0]", "TOP.u", 1) +
                                           toggle("a[0]", "TOP.v", 1) + toggle("a[1]", "TOP.u", 2) +
                                           toggle("a[1]", "TOP.v", 1),
                                       "x.dat");
    ASSERT_EQ(points.size(), 2U);
    const Point& once = points.at(toggle_key("a[0]"));
    EXPECT_FALSE(once.covered);
    EXPECT_EQ(once.count, 2U);
    EXPECT_EQ(once.missed_instances(), 2U);
    const Point& both = points.at(toggle_key("a[1]"));
    EXPECT_TRUE(both.covered);
    EXPECT_EQ(both.instances, 2U);
    EXPECT_EQ(both.missed, std::set<std::string>{"TOP.v"});
}

TEST(CoveragePoints, BranchesAndBlocksAreLinePoints) {
    const Points points =
        parse_points(record("rtl/x.v", 9, "v_branch/x", "if", "TOP.x", 0, "9-11,13") +
                         record("rtl/x.v", 20, "v_line/x", "block", "TOP.x", 5, "20"),
                     "x.dat");
    const Point& branch = points.at({"rtl/x.v", 9, 7, Page::kLine, "if"});
    EXPECT_FALSE(branch.covered);
    EXPECT_EQ(branch.lines, "9-11,13");
    EXPECT_TRUE(points.at({"rtl/x.v", 20, 7, Page::kLine, "block"}).covered);
}

TEST(CoveragePoints, OtherTextIsAnError) {
    for (const std::string text :
         {"nonsense\n", "C '' 1\n", "C 'f' 1\n", "C '\001f\002a\001l\002x\001page\002v_line/a' 1\n",
          "C '\001f\002a\001l\0021\001page\002v_user/a' 1\n",
          "C '\001f\002a\001l\0021\001page\002v_line/a' -1\n"}) {
        EXPECT_THROW(parse_points(text, "x.dat"), InputError) << text;
    }
    EXPECT_TRUE(parse_points("", "x.dat").empty());
}

TEST(CoveragePoints, MergingDoesNotDependOnTheOrder) {
    const std::vector<Points> runs = {
        parse_points(toggle("a", "TOP.u", 2) + toggle("a", "TOP.v", 0) + toggle("b", "TOP.u", 1),
                     "1"),
        parse_points(toggle("a", "TOP.u", 0) + toggle("a", "TOP.v", 0) + toggle("b", "TOP.u", 1),
                     "2"),
        parse_points(toggle("a", "TOP.u", 0) + toggle("a", "TOP.v", 3) + toggle("b", "TOP.u", 0),
                     "3")};
    std::vector<std::size_t> order = {0, 1, 2};
    std::optional<Points> first;
    do {
        Points merged;
        for (const std::size_t i : order) merge_points(merged, runs[i]);
        if (!first) first = merged;
        EXPECT_EQ(merged, *first);
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_TRUE(first->at(toggle_key("a")).covered);
    EXPECT_TRUE(first->at(toggle_key("a")).missed.empty());
    EXPECT_EQ(first->at(toggle_key("a")).count, 5U);
    // One change in each of two runs may be the same direction twice.
    EXPECT_FALSE(first->at(toggle_key("b")).covered);

    Points other = parse_points(toggle("a", "TOP.w", 2), "4");
    EXPECT_THROW(merge_points(other, runs[0]), InputError);
}

TEST(CoverageWaivers, PatternsRangesAndFacts) {
    const Points points =
        parse_points(toggle("a[0]", "u", 0) + toggle("a[1]", "u", 0) + toggle("a[2]", "u", 4) +
                         toggle("a[3]", "u", 0) + toggle("b[2][5]", "u", 0) + toggle("c", "u", 0) +
                         record("rtl/x_unit.v", 2, "v_branch/x_unit", "if", "u", 0),
                     "x.dat");
    const std::map<std::string, std::string> sources = {
        {"rtl/x_unit.v", "module x_unit;\n    if (never) y <= 1;\nendmodule\n"}};
    const auto waived = [&](const std::string& text, const std::set<std::string>& known = {}) {
        return apply_waivers(points, parse_waivers(text, "w"), "x", known, sources);
    };
    EXPECT_EQ(waived("toggle unit \"a[0:1]\" -> r\n").points.size(), 2U);
    EXPECT_EQ(waived("toggle unit \"a[msb:msb]\" -> r\n").points.size(), 1U);
    EXPECT_EQ(waived("toggle unit \"b[2]\" -> r\n").points.size(), 1U);
    EXPECT_EQ(waived("toggle unit \"c\" -> r\n").points.size(), 1U);
    EXPECT_EQ(waived("toggle other \"c\" -> r\n").points.size(), 0U);
    EXPECT_EQ(waived("line unit \"if: if (never) *\" -> r\n").points.size(), 1U);
    EXPECT_EQ(waived("line unit \"else: if (never) *\" -> r\n").points.size(), 0U);
    EXPECT_EQ(waived("toggle unit \"c\" if lut, !bias -> r\n").points.size(), 0U);
    EXPECT_EQ(waived("toggle unit \"c\" if lut, !bias -> r\n", {"lut"}).points.size(), 1U);
    EXPECT_EQ(waived("toggle unit \"c\" if lut, !bias -> r\n", {"lut", "bias"}).points.size(), 0U);

    const Waived stale = waived("toggle * \"a\" -> too broad\n");
    EXPECT_EQ(stale.points.size(), 3U);
    ASSERT_EQ(stale.stale.size(), 1U);
    EXPECT_EQ(stale.stale.begin()->first.comment, "a[2]");
}

TEST(CoverageWaivers, MistakesAreErrors) {
    for (const char* text :
         {"toggle unit \"c\"\n", "toggle unit \"c\" ->\n", "toggle unit -> r\n",
          "toggle \"c\" -> r\n", "branch unit \"c\" -> r\n", "toggle unit \"\" -> r\n",
          "toggle unit \"a[3:1]\" -> r\n", "toggle unit \"c\" when lut -> r\n",
          "toggle unit \"c\" if -> r\n", "toggle unit \"c\" if lut,,bias -> r\n"}) {
        EXPECT_THROW(parse_waivers(text, "w"), InputError) << text;
    }
    EXPECT_FALSE(project_waivers().empty());
}

TEST(CoverageBins, CountsWhatAJobIs) {
    const Design d = design_of(kTiny);
    // One row, one tile, both columns: 3 * 3 and 3 * -4, scaled by 2^-1 (a tie) and by 0.
    const std::vector<golden::Code> act = {3};
    const std::vector<golden::Code> wgt = {3, 4};
    const std::vector<golden::ColumnParams> columns = {{0, 1, 1}, {0, 0, 0}};
    BinCounter counter(d);
    const std::vector<golden::Code> out = {4, 0};
    counter.add_beats(pack(d, {1, 1, 2}, act, {wgt, nullptr}, columns, true, out));
    const Bins bins = counter.bins();
    const auto count = [&bins](const char* name) { return bins.at(name).count; };
    EXPECT_EQ(count("act.maxpos"), 1U);
    EXPECT_EQ(count("act.most_negative"), 0U);
    EXPECT_EQ(count("wgt.maxpos"), 1U);
    EXPECT_EQ(count("wgt.most_negative"), 1U);
    EXPECT_EQ(count("job.one_row"), 1U);
    EXPECT_EQ(count("job.one_tile"), 1U);
    EXPECT_EQ(count("job.refused"), 0U);
    EXPECT_EQ(count("post.tie_down"), 1U);  // 9 / 2 = 4.5
    EXPECT_EQ(count("post.tie_up"), 0U);
    EXPECT_EQ(count("post.scale_zero"), 1U);
    EXPECT_EQ(count("post.relu_passes"), 1U);
    EXPECT_EQ(count("out.code_0x04"), 1U);
    EXPECT_EQ(count("out.code_0x00"), 1U);
    // What this spec cannot have is absent.
    EXPECT_FALSE(bins.contains("act.nar"));
    EXPECT_FALSE(bins.contains("sum.saturated"));
    EXPECT_FALSE(bins.contains("lut.tie"));
}

/// Bins of one row of activations against one column of weights.
Bins bins_of(const char* spec, const std::vector<golden::Code>& act,
             const std::vector<golden::Code>& wgt) {
    const Design d = design_of(spec);
    const std::vector<golden::ColumnParams> columns = {{0, 1, 0}};
    BinCounter counter(d);
    const std::vector<golden::Code> out = {0};
    counter.add_beats(
        pack(d, {1, static_cast<int>(act.size()), 1}, act, {wgt, nullptr}, columns, false, out));
    return counter.bins();
}

TEST(CoverageBins, RegimesOfLogarithmicPosits) {
    // NaR, maxpos, minpos; as weights 1 (a regime of one 1), zero, most negative.
    const Bins bins = bins_of(kLog, {0x8, 0x7, 0x1}, {0x4, 0x0, 0x9});
    const auto count = [&bins](const char* name) { return bins.at(name).count; };
    EXPECT_EQ(count("act.nar"), 1U);
    EXPECT_EQ(count("act.maxpos"), 1U);
    EXPECT_EQ(count("act.minpos"), 1U);
    EXPECT_EQ(count("act.regime_ones_2"), 1U);
    EXPECT_EQ(count("act.regime_zeros_2"), 1U);
    EXPECT_EQ(count("act.regime_ones_1"), 0U);
    EXPECT_EQ(count("wgt.regime_ones_1"), 1U);
    EXPECT_EQ(count("wgt.zero"), 1U);
    EXPECT_EQ(count("wgt.most_negative"), 1U);
}

TEST(CoverageBins, ExponentsOfPowersOfTwo) {
    const Bins bins = bins_of(kShift, {1, 2, 3}, {0x3, 0x4, 0x5});  // 1, zero with a sign, -2^-2
    const auto count = [&bins](const char* name) { return bins.at(name).count; };
    EXPECT_EQ(count("wgt.other_zero"), 1U);
    EXPECT_EQ(count("wgt.exponent_03"), 1U);
    EXPECT_EQ(count("wgt.exponent_01"), 1U);
    EXPECT_EQ(count("wgt.exponent_02"), 0U);
    EXPECT_EQ(count("wgt.minneg"), 1U);
    EXPECT_EQ(count("out.code_0x00"), 1U);
}

DesignCoverage run(const Design& design, const FileSet& files, const std::string& group) {
    std::vector<TestCase> tests = test_plan(design, 1, 1);
    std::erase_if(tests, [&](const TestCase& t) { return !t.name.starts_with(group); });
    DesignCoverage covered;
    replay::RegressionOptions options;
    options.cache_dir = default_cache_dir();
    options.coverage = true;
    options.on_done = [&](const RtlModel& rtl, const replay::Layout& layout,
                          const replay::Recording& recording) {
        covered = collect(design, files, tests, 1, 1, rtl, layout, recording);
    };
    for (const TestResult& r : replay::run_regression(design, files, tests, options).results) {
        EXPECT_EQ(r.failure, "") << r.name;
    }
    return covered;
}

TEST(CoverageRun, FindsAPlantedLineAndMergesRuns) {
    const Design design = design_of(kTiny);
    FileSet files = emit(design);
    std::string& text = files.at("rtl/coverage_tiny_status.v");
    const std::string from = "    assign busy_o = ";
    ASSERT_NE(text.find(from), std::string::npos);
    text.insert(
        text.find(from),
        "    reg planted_q;\n    wire unused_planted = planted_q;\n"
        "    always @(posedge clk_i) begin\n"
        "        planted_q <= 1'b0;\n"
        "        if (jobs_q == {JOBS_W{1'b1}}) begin\n            planted_q <= 1'b1;\n        end\n"
        "    end\n\n");
    const DesignCoverage smoke = run(design, files, "smoke.");
    const DesignCoverage all = run(design, files, "");
    const auto planted = [](const DesignCoverage& d) {
        std::vector<std::string> open;
        for (const auto& [key, point] : d.points) {
            if (point.covered || !key.file.ends_with("_status.v")) continue;
            if (key.page == Page::kLine) open.push_back(key.comment);
            if (key.comment == "planted_q") open.push_back("planted_q");
        }
        return open;
    };
    EXPECT_THAT(planted(all), testing::UnorderedElementsAre("if", "planted_q"));

    // Everything else of the lines is covered, and a smoke test alone covers less.
    const Judged judged = judge(all, project_waivers());
    const Score line = judged.total.at(Page::kLine);
    EXPECT_EQ(line.covered + line.waived + 1, line.total);
    EXPECT_LT(judge(smoke, project_waivers()).total.at(Page::kToggle).covered,
              judged.total.at(Page::kToggle).covered);
    EXPECT_EQ(all.bins.at("stream.out.not_ready").count > 0, true);
    EXPECT_EQ(smoke.bins.at("stream.out.not_ready").count, 0U);
    EXPECT_GT(all.bins.at("swap.weights_early").count, 0U);
    EXPECT_GT(all.bins.at("swap.weights_late").count, 0U);

    // Merged in either order, and through the file.
    Coverage one;
    add(one, smoke);
    add(one, all);
    Coverage two;
    add(two, all);
    add(two, smoke);
    EXPECT_EQ(one, two);
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one.begin()->second.tests, smoke.tests + all.tests);
    EXPECT_EQ(parse_coverage(to_json(one), "coverage.json"), one);
    EXPECT_THROW(parse_coverage("{}", "coverage.json"), InputError);

    const FileSet report = report_files(one);
    EXPECT_THAT(report.at("coverage.txt"), testing::HasSubstr("planted_q"));
    EXPECT_THAT(report.at("coverage.html"), testing::HasSubstr("if (jobs_q == {JOBS_W{1'b1}})"));
    EXPECT_THAT(report.at("coverage.html"), testing::Not(testing::HasSubstr("<script")));
}

}  // namespace
}  // namespace peforge::coverage
