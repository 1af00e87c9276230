// The regression notices every planted bug, by the check that the list names.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "generator/spec/error.hpp"
#include "verif/model/rtl_build.hpp"
#include "verif/planted/planted.hpp"

namespace peforge::planted {

void PrintTo(const Bug& bug, std::ostream* out) {
    *out << bug.name;
}

namespace {

using ::testing::HasSubstr;

Design sound_design(const std::string& spec) {
    return planted::design_of(spec, PEFORGE_SOURCE_DIR "/specs");
}

std::vector<Bug> caught_bugs() {
    std::vector<Bug> all = bugs();
    std::erase_if(all, [](const Bug& bug) { return bug.check == Check::kNothing; });
    return all;
}

class PlantedBugs : public testing::TestWithParam<Bug> {};

TEST_P(PlantedBugs, AreCaught) {
    const Bug& bug = GetParam();
    const Finding finding = run(bug, sound_design(bug.spec), default_cache_dir(), 1, 1);
    EXPECT_STREQ(to_string(finding.check), to_string(bug.check))
        << finding.test << ": " << finding.message;
}

INSTANTIATE_TEST_SUITE_P(Rtl, PlantedBugs, testing::ValuesIn(caught_bugs()),
                         [](const auto& bug) { return bug.param.name; });

/// Without a bug nothing is found: neither on Verilator nor an X on Icarus, nor through AXI. That
/// the examples pass on Verilator, Regress.EveryExampleIsRightAtLevelOne tests.
TEST(PlantedBugList, SoundArraysPass) {
    std::set<std::pair<std::string, Check>> runs;
    for (const Bug& bug : bugs()) {
        const bool own = bug.check == Check::kUnknown || bug.check == Check::kAxi;
        runs.emplace(bug.spec, own ? bug.check : Check::kOutput);
    }
    for (const auto& [spec, check] : runs) {
        SCOPED_TRACE(spec);
        const bool example = std::filesystem::exists(PEFORGE_SOURCE_DIR "/specs/" + spec + ".json");
        if (example && check == Check::kOutput) continue;
        const Design design = sound_design(spec);
        const FileSet files = emit(design);
        const Finding finding =
            check == Check::kUnknown ? run_icarus(design, files, default_cache_dir(), 1)
            : check == Check::kAxi   ? run_axi(design, files, default_cache_dir(), 1)
                                     : run_verilator(design, files, default_cache_dir(), 1, 1);
        EXPECT_EQ(finding.message, "");
    }
}

TEST(PlantedBugList, ChangesOneTextEach) {
    std::set<std::string> names;
    for (const Bug& bug : bugs()) {
        SCOPED_TRACE(bug.name);
        EXPECT_TRUE(names.insert(bug.name).second);
        const Design design = sound_design(bug.spec);
        const FileSet good = emit(design);
        int changed = 0;
        for (const auto& [name, text] : plant(bug, design)) changed += text != good.at(name);
        EXPECT_EQ(changed, 1);
        EXPECT_EQ(bug.check == Check::kNothing, !bug.stimulus.empty());
    }
    EXPECT_GE(caught_bugs().size(), 20U);
}

TEST(PlantedBugList, RefusesATextThatIsNotThereOnce) {
    const Design design = sound_design("int4x8_ws_1x5");
    const auto refusal = [&design](const std::string& from) -> std::string {
        try {
            plant({"bug", "", "int4x8_ws_1x5", "status", from, ""}, design);
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_THAT(refusal("no such text"), HasSubstr("occurs nowhere"));
    EXPECT_THAT(refusal("wire"), HasSubstr("occurs more than once"));
}

TEST(PlantedBugList, IsInTheDocumentation) {
    std::ifstream in(PEFORGE_SOURCE_DIR "/docs/planted_bugs.md");
    const std::string page{std::istreambuf_iterator<char>(in), {}};
    for (const Bug& bug : bugs()) EXPECT_THAT(page, HasSubstr("| " + bug.name + " |"));
}

}  // namespace
}  // namespace peforge::planted
