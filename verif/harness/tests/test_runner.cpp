// Verdicts, selection, environment, results.xml, exit code, waves.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "coco/coco.hpp"

namespace peforge::coco {
namespace {

namespace fs = std::filesystem;

struct NoDut {
    void eval() {}
};

TestEntry entry(std::string name, TestOptions options, Task<> (*body)(NoDut&)) {
    return {std::move(name), options, "dir/mod.cpp", 7,
            [=](const TestSetup& setup) { return detail::run_one<NoDut>(setup, options, body); }};
}

Task<> passes(NoDut&) {
    co_await Timer(5, "ns");
}
Task<> fails(NoDut&) {
    co_await Timer(2, "ns");
    fail("planted");
}
Task<> throws(NoDut&) {
    co_await Timer(2, "ns");
    throw std::out_of_range("planted");
}
Task<> ends_early(NoDut&) {
    pass_test();
    co_return;
}
Task<> sleeps(NoDut&) {
    co_await Timer(1, "ms");
}

RunnerConfig quiet() {
    RunnerConfig config;
    config.results_file.clear();
    config.log_level = "CRITICAL";
    return config;
}

TestResult run_one(const TestOptions& options, Task<> (*body)(NoDut&)) {
    std::ostringstream log;
    return run_regression({entry("t", options, body)}, quiet(), log).at(0);
}

std::vector<std::string> names(const std::vector<TestResult>& results) {
    std::vector<std::string> all;
    for (const TestResult& r : results) all.push_back(r.name);
    return all;
}

TEST(Verdicts, PassFailSkip) {
    EXPECT_EQ(run_one({}, passes).verdict, Verdict::kPass);
    EXPECT_EQ(run_one({}, passes).sim_time_ns, 5.0);
    EXPECT_EQ(run_one({}, ends_early).verdict, Verdict::kPass);
    const TestResult failed = run_one({}, fails);
    EXPECT_EQ(failed.verdict, Verdict::kFail);
    EXPECT_EQ(failed.error_type, "peforge::coco::TestFailure");
    EXPECT_NE(failed.message.find("test_runner.cpp"), std::string::npos);
    EXPECT_EQ(run_one({}, throws).error_type, "std::out_of_range");
    EXPECT_EQ(run_one({.skip = true}, fails).verdict, Verdict::kSkip);
}

TEST(Verdicts, ExpectFailWantsAFailedCheck) {
    EXPECT_EQ(run_one({.expect_fail = true}, fails).verdict, Verdict::kPass);
    EXPECT_EQ(run_one({.expect_fail = true}, passes).verdict, Verdict::kFail);
    EXPECT_EQ(run_one({.expect_fail = true}, throws).verdict, Verdict::kFail);
}

TEST(Verdicts, ExpectErrorWantsThatError) {
    EXPECT_EQ(run_one({.expect_error = error<std::out_of_range>}, throws).verdict, Verdict::kPass);
    EXPECT_EQ(run_one({.expect_error = error<std::exception>}, throws).verdict, Verdict::kPass);
    EXPECT_EQ(run_one({.expect_error = error<std::domain_error>}, throws).verdict, Verdict::kFail);
    EXPECT_EQ(run_one({.expect_error = error<std::out_of_range>}, passes).verdict, Verdict::kFail);
    EXPECT_EQ(run_one({.expect_error = error<std::out_of_range>}, fails).verdict, Verdict::kFail);
}

TEST(Verdicts, TimeLimit) {
    const TestResult result = run_one({.timeout_ns = 100}, sleeps);
    EXPECT_EQ(result.verdict, Verdict::kFail);
    EXPECT_EQ(result.error_type, "peforge::coco::SimTimeoutError");
    EXPECT_EQ(result.sim_time_ns, 100.0);
    EXPECT_EQ(run_one({.timeout_ns = 1e6}, sleeps).verdict, Verdict::kPass);
    EXPECT_EQ(run_one({.timeout_ns = 100, .expect_error = error<SimTimeoutError>}, sleeps).verdict,
              Verdict::kPass);
}

TEST(Selection, StagesNamesAndFilter) {
    const std::vector<TestEntry> tests = {entry("c", {.stage = 2}, passes), entry("a", {}, passes),
                                          entry("skipped", {.skip = true}, passes),
                                          entry("b/n=1", {.stage = 1}, passes),
                                          entry("b/n=2", {.stage = 1}, passes)};
    std::ostringstream log;
    RunnerConfig config = quiet();
    EXPECT_EQ(names(run_regression(tests, config, log)),
              (std::vector<std::string>{"a", "skipped", "b/n=1", "b/n=2", "c"}));
    config.filter = R"(^mod\.b/n=[2-9])";
    EXPECT_EQ(names(run_regression(tests, config, log)), std::vector<std::string>{"b/n=2"});
    config.filter = "nothing";
    EXPECT_THROW(run_regression(tests, config, log), std::invalid_argument);
    config.filter.clear();
    config.testcases = {"skipped", "a"};
    const auto results = run_regression(tests, config, log);
    EXPECT_EQ(names(results), (std::vector<std::string>{"a", "skipped"}));
    EXPECT_EQ(results[1].verdict, Verdict::kPass);
    config.testcases = {"unknown"};
    EXPECT_THROW(run_regression(tests, config, log), std::invalid_argument);
}

TEST(Parameters, CartesianProductInOrder) {
    const auto points = detail::product(
        "t", {axis("w", {8, 16}), axis("mode", {"x", "y"}), axis("on", {true, false})});
    std::vector<std::string> all;
    for (const auto& [name, params] : points) all.push_back(name);
    EXPECT_EQ(all, (std::vector<std::string>{"t/w=8/mode=x/on=True", "t/w=8/mode=x/on=False",
                                             "t/w=8/mode=y/on=True", "t/w=8/mode=y/on=False",
                                             "t/w=16/mode=x/on=True", "t/w=16/mode=x/on=False",
                                             "t/w=16/mode=y/on=True", "t/w=16/mode=y/on=False"}));
    EXPECT_EQ(points[5].second.get<int>("w"), 16);
    EXPECT_EQ(points[5].second.get<std::string>("mode"), "x");
    EXPECT_FALSE(points[5].second.get<bool>("on"));
    EXPECT_THROW(points[5].second.get<int>("none"), std::out_of_range);
}

TEST(Environment, CocotbVariablesAndOptions) {
    const std::map<std::string, std::string> env = {{"COCOTB_TESTCASE", "a,b"},
                                                    {"COCOTB_TEST_FILTER", "x.*"},
                                                    {"COCOTB_RANDOM_SEED", "1234"},
                                                    {"COCOTB_RESULTS_FILE", "r.xml"},
                                                    {"COCOTB_LOG_LEVEL", "WARNING"},
                                                    {"COCOTB_PLUSARGS", "+n=5 +fast"},
                                                    {"WAVES", "1"}};
    const auto get = [&](const char* name) -> const char* {
        const auto found = env.find(name);
        return found == env.end() ? nullptr : found->second.c_str();
    };
    const char* program[] = {"test"};
    const RunnerConfig config = runner_config(1, program, get);
    EXPECT_EQ(config.testcases, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(config.filter, "x.*");
    EXPECT_EQ(config.seed, 1234U);
    EXPECT_EQ(config.results_file, "r.xml");
    EXPECT_EQ(config.log_level, "WARNING");
    EXPECT_EQ(config.plusargs, (std::map<std::string, std::string>{{"n", "5"}, {"fast", ""}}));
    EXPECT_TRUE(config.waves);

    const auto none = [](const char*) -> const char* { return nullptr; };
    const char* options[] = {"test", "--seed", "9", "--testcase", "c", "--waves"};
    const RunnerConfig given = runner_config(6, options, none);
    EXPECT_EQ(given.seed, 9U);
    EXPECT_EQ(given.testcases, std::vector<std::string>{"c"});
    EXPECT_TRUE(given.waves);
    const char* bad[] = {"test", "--nonsense"};
    EXPECT_THROW(runner_config(2, bad, none), std::invalid_argument);
    const char* bad_seed[] = {"test", "--seed", "many"};
    EXPECT_THROW(runner_config(3, bad_seed, none), std::invalid_argument);
}

/// Runs the program with planted.cpp's tests in an empty folder.
struct PlantedRun {
    fs::path dir;
    int status = -1;
    std::string output;
    std::string xml;

    PlantedRun(const std::string& name, const std::string& env, const std::string& args = "") {
        dir = fs::temp_directory_path() / ("coco-" + name + "-" + std::to_string(::getpid()));
        fs::create_directories(dir);
        const std::string command = "cd " + dir.string() + " && env " + env + " " + COCO_PLANTED +
                                    " " + args + " > log.txt 2>&1";
        const int code = std::system(command.c_str());
        status = WIFEXITED(code) ? WEXITSTATUS(code) : -1;
        output = read(dir / "log.txt");
        xml = read(dir / "results.xml");
    }
    ~PlantedRun() { fs::remove_all(dir); }

    static std::string read(const fs::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
};

TEST(Program, APlantedBugGivesExitCode1AndAFailureElement) {
    const PlantedRun run("fail", "COCOTB_RANDOM_SEED=42");
    EXPECT_EQ(run.status, 1);
    EXPECT_NE(run.output.find("** TESTS=8 PASS=6 FAIL=1 SKIP=1"), std::string::npos) << run.output;
    const std::size_t test = run.xml.find("<testcase name=\"planted\" classname=\"planted\"");
    ASSERT_NE(test, std::string::npos) << run.xml;
    const std::size_t failure = run.xml.find("<failure message=\"", test);
    ASSERT_NE(failure, std::string::npos);
    EXPECT_LT(failure, run.xml.find("</testcase>", test));
    EXPECT_NE(run.xml.find("count &lt;after&gt; 5 &quot;edges&quot;: got 4, expected 5"),
              std::string::npos);
    EXPECT_NE(run.xml.find("RANDOM_SEED=42"), std::string::npos);
    EXPECT_NE(run.xml.find("type=\"peforge::coco::TestFailure\""), std::string::npos);
    EXPECT_NE(run.xml.find("<property name=\"random_seed\" value=\"42\" />"), std::string::npos);
    EXPECT_NE(run.xml.find("tests=\"8\" failures=\"1\" errors=\"0\" skipped=\"1\""),
              std::string::npos);
    EXPECT_NE(run.xml.find("<skipped />"), std::string::npos);
    // Stage 0 in order of the file, then stage 1.
    EXPECT_LT(run.xml.find("name=\"ramp/edges=3/enable=False\""), run.xml.find("name=\"late\""));
}

TEST(Program, WithoutTheBugItPasses) {
    const PlantedRun run("pass", "COCOTB_TEST_FILTER='ramp|good'");
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_EQ(run.xml.find("<failure"), std::string::npos);
    EXPECT_NE(run.output.find("TESTS=5 PASS=5 FAIL=0 SKIP=0"), std::string::npos);
}

TEST(Program, WavesOfTheFailingTestOnly) {
    const PlantedRun run("waves", "WAVES=1");
    EXPECT_EQ(run.status, 1);
    std::vector<std::string> waves;
    for (const auto& file : fs::directory_iterator(run.dir)) {
        if (file.path().extension() == ".fst") waves.push_back(file.path().filename().string());
    }
    EXPECT_EQ(waves, std::vector<std::string>{"planted.fst"});
    EXPECT_GT(fs::file_size(run.dir / "planted.fst"), 100U);
}

TEST(Program, BadUseGivesExitCode2) {
    EXPECT_EQ(PlantedRun("unknown", "COCOTB_TESTCASE=nothing").status, 2);
    EXPECT_EQ(PlantedRun("option", "A=1", "--nonsense").status, 2);
    const PlantedRun list("list", "A=1", "--list");
    EXPECT_EQ(list.status, 0);
    EXPECT_EQ(list.output.substr(0, list.output.find('\n')), "good");
}

}  // namespace
}  // namespace peforge::coco
