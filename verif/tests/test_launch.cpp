// The launcher, merging of results, and peforge regress as a user runs it.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "verif/benches/results.hpp"
#include "verif/launch/launcher.hpp"

namespace peforge {
namespace {

namespace fs = std::filesystem;
using launch::ProcessPool;
using launch::TaskEnd;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kPeforge = PEFORGE_BINARY_DIR "/bin/peforge";

std::string spec(const std::string& name) {
    return PEFORGE_SOURCE_DIR "/specs/" + name + ".json";
}

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

TEST(ProcessPools, KeepTheOrderOfTheTasksWhateverThatOfTheirEnds) {
    ProcessPool pool(3);
    std::vector<std::size_t> order;
    const std::vector<TaskEnd> ends =
        pool.run({{"slow", {"sh", "-c", "sleep 0.5; echo slow"}},
                  {"fast", {"sh", "-c", "echo fast; exit 7"}},
                  {"missing", {"peforge-no-such-program"}}},
                 [&](std::size_t task, const TaskEnd&) { order.push_back(task); });
    ASSERT_EQ(ends.size(), 3U);
    EXPECT_EQ(ends[0].output, "slow\n");
    EXPECT_EQ(ends[0].status, 0);
    EXPECT_EQ(ends[1].output, "fast\n");
    EXPECT_EQ(ends[1].status, 7);
    EXPECT_EQ(ends[2].status, 127);
    EXPECT_EQ(order.back(), 0U);
}

TEST(ProcessPools, PutTheirPrefixBeforeEveryCommand) {
    ProcessPool pool(1, {"env", "WHERE=cluster"});
    const std::vector<TaskEnd> ends = pool.run({{"task", {"sh", "-c", "echo $WHERE"}}}, {});
    EXPECT_EQ(ends.front().output, "cluster\n");
}

SpecResults results_of(std::vector<std::uint64_t> indices) {
    SpecResults results{"array", "0123", "verilator", 2, 9, {}};
    for (const std::uint64_t i : indices) {
        const std::string name = "test." + std::to_string(i);
        results.tests.push_back(
            {i, {name, i == 3 ? "went \"wrong\" <here>" : "", 10 * i, i, 0.5}, {name, i, "ab"}});
    }
    return results;
}

TEST(Results, ReadBackAsTheyWereWritten) {
    const SpecResults results = results_of({1, 3});
    EXPECT_EQ(to_json(parse_results(to_json(results), "results.json")), to_json(results));
    EXPECT_EQ(results.failures(), 1U);
    EXPECT_THROW(parse_results("{}", "results.json"), InputError);
    EXPECT_THROW(parse_results("nothing", "results.json"), InputError);
}

TEST(Results, MergeInTheOrderOfThePlan) {
    const SpecResults all = results_of({0, 1, 2, 3, 4});
    std::vector<SpecResults> parts = {results_of({0, 3}), results_of({1, 4}), results_of({2})};
    std::ranges::sort(parts, {}, [](const SpecResults& p) { return p.tests.front().index; });
    do {
        EXPECT_EQ(to_json(merged(parts)), to_json(all));
        EXPECT_EQ(results_xml({merged(parts)}), results_xml({all}));
    } while (std::next_permutation(parts.begin(), parts.end(),
                                   [](const SpecResults& a, const SpecResults& b) {
                                       return a.tests.front().index < b.tests.front().index;
                                   }));
}

TEST(Results, FailuresStandInTheXmlEscaped) {
    const std::string xml = results_xml({results_of({3})});
    EXPECT_THAT(xml, HasSubstr("failures=\"1\""));
    EXPECT_THAT(xml, HasSubstr("went &quot;wrong&quot; &lt;here&gt;"));
    EXPECT_THAT(xml, HasSubstr("<property name=\"random_seed\" value=\"9\" />"));
}

/// peforge regress in a scratch folder.
class Regress : public testing::Test {
protected:
    ProcessResult run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {kPeforge, "regress"});
        return run_process(arguments, scratch_.path());
    }
    std::string digests(const std::string& folder, const std::string& name) const {
        return read(scratch_.path() / folder / name / "digests.txt");
    }
    const ScratchDir scratch_;
};

TEST_F(Regress, GivesTheSameInOnePartAndInSeveral) {
    const std::string name = "int4x8_ws_1x5";
    const ProcessResult whole = run({spec(name), "-o", "whole"});
    ASSERT_EQ(whole.status, 0) << whole.output;
    const ProcessResult parts =
        run({spec(name), "-o", "parts", "--shards", "3", "--jobs", "2", "--launcher", "env A=1"});
    ASSERT_EQ(parts.status, 0) << parts.output;
    EXPECT_NE(digests("whole", name), "");
    EXPECT_EQ(digests("parts", name), digests("whole", name));
    EXPECT_THAT(read(scratch_.path() / "parts/results.xml"), HasSubstr("failures=\"0\""));
    EXPECT_THAT(parts.output, HasSubstr("** SPECS=1 TESTS="));
}

TEST_F(Regress, RefusesWhatItCannotRunAndWritesNothing) {
    const ProcessResult twice = run({spec("int4x8_ws_1x5"), spec("int4x8_ws_1x5"), "-o", "out"});
    EXPECT_EQ(twice.status, kBadInput);
    EXPECT_THAT(twice.output, HasSubstr("/name: \"int4x8_ws_1x5\" is there twice"));
    write(scratch_.path() / "bad.json", "{\"name\": \"bad\"}");
    const ProcessResult bad = run({"bad.json", "-o", "out"});
    EXPECT_EQ(bad.status, kBadInput);
    EXPECT_THAT(bad.output, StartsWith("peforge: bad.json: "));
    EXPECT_FALSE(fs::exists(scratch_.path() / "out"));
}

TEST_F(Regress, ATaskThatLeavesNoResultsIsStartedOnceMore) {
    // The first start of each task is lost, as on a machine that goes down.
    write(
        scratch_.path() / "lossy",
        "#!/bin/sh\necho start >> starts\n[ -e lost ] || { touch lost; exit 137; }\nexec \"$@\"\n");
    fs::permissions(scratch_.path() / "lossy", fs::perms::owner_all);
    const ProcessResult result = run({spec("int4x8_ws_1x5"), "-o", "out", "--launcher", "./lossy"});
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_EQ(read(scratch_.path() / "starts"), "start\nstart\n");
    write(scratch_.path() / "never", "#!/bin/sh\necho gone; exit 137\n");
    fs::permissions(scratch_.path() / "never", fs::perms::owner_all);
    const ProcessResult lost = run({spec("int4x8_ws_1x5"), "-o", "none", "--launcher", "./never"});
    EXPECT_EQ(lost.status, kCheckFailed);
    EXPECT_THAT(lost.output, HasSubstr("FAIL int4x8_ws_1x5.results: ended with status 137 and no "
                                       "results:\ngone"));
    EXPECT_THAT(read(scratch_.path() / "none/results.xml"), HasSubstr("failures=\"1\""));
}

TEST_F(Regress, ASpecThatLeavesNoResultsTakesNoOtherWithIt) {
    write(scratch_.path() / "picky",
          "#!/bin/sh\ncase \"$*\" in *pot3*) exit 1;; esac\nexec \"$@\"\n");
    fs::permissions(scratch_.path() / "picky", fs::perms::owner_all);
    const ProcessResult result = run({spec("int4x8_ws_1x5"), spec("pot3_ws_5x1"), "-o", "out",
                                      "--coverage", "--launcher", "./picky"});
    EXPECT_EQ(result.status, kCheckFailed);
    EXPECT_THAT(result.output, HasSubstr("** SPECS=2 TESTS=44 PASS=43 FAIL=1 SKIP=0 **"));
    EXPECT_NE(digests("out", "int4x8_ws_1x5"), "");
    EXPECT_TRUE(fs::exists(scratch_.path() / "out/coverage.json"));
}

/// The examples at level 1: what scripts/test shows of every family.
TEST_F(Regress, EveryExampleIsRightAtLevelOne) {
    std::vector<std::string> arguments;
    const std::vector<std::string> names = {
        "int8_ws_8x8", "lp8_ws_8x8",    "lp4_ws_8x8",  "pot4_ws_8x8",  "lut_v4_c16_n32",
        "lp8_ws_3x7",  "int4x8_ws_1x5", "pot3_ws_5x1", "lut_v3_c5_n7", "lut_v2_c3_n5_l2"};
    for (const std::string& name : names) arguments.push_back(spec(name));
    arguments.insert(arguments.end(), {"-o", "out"});
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_THAT(result.output, HasSubstr("** SPECS=10 "));
    EXPECT_THAT(result.output, HasSubstr(" FAIL=0 "));
}

}  // namespace
}  // namespace peforge
