// The fuzzers' own judgement: what they must notice.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "generator/spec/spec.hpp"
#include "verif/fuzz/isolate.hpp"
#include "verif/fuzz/json_mutator.hpp"
#include "verif/fuzz/json_oracle.hpp"
#include "verif/fuzz/spec_source.hpp"

namespace peforge::fuzz {
namespace {

constexpr const char* kText =
    R"({"array": {"rows": 0, "a/b": 1}, "output": {}, "output": {"x": 1}})";

TEST(MessageProblem, ProperOnesPass) {
    for (const char* message : {"spec.json: /array/rows: 0 is out of range; allowed: an integer",
                                "spec.json: /weight: missing; required: an object",
                                "spec.json: /array/a~1b: unknown key; allowed: rows",
                                "spec.json: /output/x: unknown key; allowed: format"}) {
        EXPECT_EQ(message_problem(kText, message), "") << message;
    }
    EXPECT_EQ(message_problem("{", "spec.json: line 1, column 2: broken JSON: syntax error"), "");
}

TEST(MessageProblem, OthersAreNoticed) {
    for (const char* message :
         {"other.json: /array/rows: out of range; allowed: 1",
          "/array/rows: out of range; allowed: 1", "spec.json: /array/rows: 0 is wrong",
          "spec.json: 0 is wrong; allowed: 1", "spec.json: /array/rowz: 0 is wrong; allowed: 1",
          "spec.json: array.rows: wrong; allowed: 1",
          "spec.json: line 1, column 2: broken JSON: syntax error",
          "spec.json: nested deeper than 16 levels; allowed: less",
          "spec.json: the document is an array; allowed: an object"}) {
        EXPECT_NE(message_problem(kText, message), "") << message;
    }
    EXPECT_NE(
        message_problem(kText, "spec.json: /array/rows: " + std::string(5000, 'x') + "allowed"),
        "");
}

TEST(Isolated, CrashesHangsAndExceptionsAreTold) {
    const std::map<std::size_t, void (*)(Child&)> works = {
        {0, [](Child& child) { child.say("fine"); }},
        {1, [](Child& child) { child.say("then"), std::raise(SIGKILL); }},
        {2,
         [](Child& child) {
             child.limit_cpu(0.05);
             for (volatile bool on = true; on;) {
             }
         }},
        {3, [](Child&) { throw std::runtime_error("thrown"); }},
        {4, [](Child&) { _Exit(3); }}};
    auto at = works.begin();
    std::map<std::size_t, Ended> ends;
    run_isolated(
        2,
        [&]() -> std::optional<Work> {
            if (at == works.end()) return std::nullopt;
            const Work work{at->first, at->second};
            ++at;
            return work;
        },
        [&](const Ended& end) { ends[end.id] = end; });
    ASSERT_EQ(ends.size(), works.size());
    EXPECT_EQ(ends.at(0).problem(), "");
    EXPECT_EQ(ends.at(0).said, "fine");
    EXPECT_EQ(ends.at(1).problem(), "crash: signal 9");
    EXPECT_EQ(ends.at(1).said, "then");
    EXPECT_NE(ends.at(2).problem().find("hang"), std::string::npos);
    EXPECT_NE(ends.at(3).said.find("thrown"), std::string::npos);
    EXPECT_NE(ends.at(3).problem(), "");
    EXPECT_EQ(ends.at(4).problem(), "crash: exit status 3");
}

TEST(RandomSpec, CoversWhatASpecCanSay) {
    std::set<std::string> seen;
    int accepted = 0;
    constexpr int kCandidates = 3000;
    for (int i = 0; i < kCandidates; ++i) {
        Random random(1, static_cast<std::uint64_t>(i));
        const std::string text = random_spec(random, {});
        if (judge(text).verdict != Verdict::kAccepted) continue;
        ++accepted;
        const Spec s = parse_spec(text, kSpecFile);
        const auto note = [&seen](bool what, const std::string& name) {
            if (what) seen.insert(name);
        };
        const bool systolic = s.kind == ArrayKind::kSystolic;
        const int w = static_cast<int>(s.weight.kind);
        if (systolic) seen.insert("datapath " + std::to_string(w));
        if (!systolic) seen.insert("metric " + std::to_string(static_cast<int>(s.metric)));
        seen.insert("output " + std::to_string(static_cast<int>(s.output.kind)));
        note(systolic && s.rows == 1 && s.cols == 1, "1x1");
        note(systolic && s.rows == 1 && s.cols > 1, "1xN");
        note(systolic && s.rows > 1 && s.cols == 1, "Nx1");
        note(systolic && s.lanes > 1 && s.pipeline == 2, "lanes, pipeline");
        note(systolic && !s.zero_gating, "no gating");
        note(s.acc_saturate && s.acc_width, "saturate");
        note(s.post_rounding == golden::Rounding::kTruncate, "truncate");
        note(s.output.regime == golden::LpRegime::kTerminated, "terminated");
        note(!s.relu, "no relu");
        note(!s.bias, "no bias");
        note(s.rows_m == 1, "one row");
        note(s.run_time_fields, "fields");
        note(s.run_time_types, "types");
    }
    EXPECT_GT(accepted, kCandidates / 3);
    const std::size_t weights = golden::kFormatKindNames.size();
    std::size_t outputs = 0;
    for (std::size_t i = 0; i < weights; ++i) {
        if (!golden::is_power_sum(static_cast<golden::FormatKind>(i))) ++outputs;
    }
    constexpr std::size_t kMetrics = 3;
    constexpr std::size_t kNoted = 13;
    EXPECT_EQ(seen.size(), kMetrics + weights + outputs + kNoted);
}

TEST(MutatedSpec, RepeatsFromItsSeed) {
    const auto originals = read_specs(std::filesystem::path(PEFORGE_SOURCE_DIR) / "specs");
    ASSERT_FALSE(originals.empty());
    std::set<std::string> texts;
    for (std::uint64_t i = 0; i < 200; ++i) {
        Random one(5, i);
        Random again(5, i);
        const std::string text = mutated_spec(originals, one);
        EXPECT_EQ(text, mutated_spec(originals, again));
        texts.insert(text);
    }
    EXPECT_GT(texts.size(), 190U);
}

}  // namespace
}  // namespace peforge::fuzz
