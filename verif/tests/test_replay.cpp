// Icarus Verilog and CXXRTL against Verilator: equal digests, and planted differences that they
// must find.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "generator/support/sha256.hpp"
#include "verif/model/rtl_build.hpp"
#include "verif/replay/regression.hpp"

namespace peforge::replay {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

Design design_of(const std::string& spec) {
    return resolve(load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / (spec + ".json")));
}

Regression run_on(const std::string& simulator, const Design& design, const FileSet& files,
                  std::size_t max_tests = 1000) {
    std::vector<TestCase> tests = test_plan(design, 1, 1);
    if (tests.size() > max_tests) tests.resize(max_tests);
    RegressionOptions options;
    options.seed = 1;
    options.simulator = simulator;
    options.keep_log = true;
    options.cache_dir = default_cache_dir();
    return run_regression(design, files, tests, options);
}

/// The first failure, or empty.
std::string failure_of(const Regression& run) {
    for (const TestResult& r : run.results) {
        if (!r.failure.empty()) return r.name + ": " + r.failure;
    }
    return {};
}

/// Emitted files with one text of one module replaced.
FileSet edited(const Design& design, const std::string& module, const std::string& from,
               const std::string& to) {
    FileSet files = emit(design);
    std::string& text = files.at(fmt::format("rtl/{}{}.v", design.top, module));
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "the text to break is gone: " << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return files;
}

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

class ReplayedSpec : public testing::TestWithParam<std::string> {};

TEST_P(ReplayedSpec, ThreeSimulatorsGiveTheSameBeats) {
    const Design design = design_of(GetParam());
    const FileSet files = emit(design);
    const Regression verilator = run_on("verilator", design, files);
    ASSERT_EQ(failure_of(verilator), "");
    const std::string digests = verilator.beats.digests();
    EXPECT_EQ(sha256(digests.substr(0, digests.rfind("total "))), verilator.beats.sha256());
    for (const char* simulator : {"icarus", "cxxrtl"}) {
        SCOPED_TRACE(simulator);
        const Regression other = run_on(simulator, design, files);
        EXPECT_EQ(failure_of(other), "");
        EXPECT_EQ(other.beats.digests(), digests);
        ASSERT_EQ(other.results.size(), verilator.results.size());
        for (std::size_t i = 0; i < other.results.size(); ++i) {
            EXPECT_EQ(other.results[i].name, verilator.results[i].name);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Examples, ReplayedSpec,
                         testing::Values("int4x8_ws_1x5", "lp8_ws_3x7", "lut_v3_c5_n7"),
                         [](const auto& spec) { return spec.param; });

/// Every beat that the jobs need is in the log, no more, no fewer.
TEST(BeatLogs, HoldEveryBeatOfTheJobs) {
    const Design design = design_of("int4x8_ws_1x5");
    const TestCase test{"one", {3, 8, 11}, Operands::kRandom, {64, 64, 64, 64, 64}};
    RegressionOptions options;
    options.keep_log = true;
    options.cache_dir = default_cache_dir();
    const Regression run = run_regression(design, emit(design), {test}, options);
    ASSERT_EQ(failure_of(run), "");
    std::map<std::string, int> beats;
    std::istringstream lines(run.beats.log);
    long last_cycle = 0;
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(line, "# one");
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        long cycle = -1;
        std::string stream;
        words >> cycle >> stream;
        EXPECT_GE(cycle, last_cycle) << line;
        last_cycle = cycle;
        ++beats[stream];
    }
    // One row of PEs of two lanes: K = 8 is four tiles; N = 11 on five columns is three jobs.
    const std::map<std::string, int> want = {
        {"job", 3}, {"prm", 3 * 5}, {"wgt", 3 * 4}, {"act", 3 * 4 * 3}, {"out", 3 * 3}};
    EXPECT_EQ(beats, want);
}

/// A register of the control that no reset touches any more: unknown after power-up.
struct MissingReset {
    const char* name;
    const char* module;
    const char* from;
    const char* to;
    const char* port;  ///< where it shows
};

void PrintTo(const MissingReset& bug, std::ostream* out) {
    *out << bug.name;
}

class MissingResets : public testing::TestWithParam<MissingReset> {};

TEST_P(MissingResets, ShowAsAnXInIcarus) {
    const MissingReset& bug = GetParam();
    const Design design = design_of("int4x8_ws_1x5");
    const FileSet files = edited(design, bug.module, bug.from, bug.to);
    const Regression verilator = run_on("verilator", design, files, 3);
    std::cout << bug.name << ": verilator alone, from one random start: "
              << (failure_of(verilator).empty() ? "passes" : "fails") << "\n";
    const std::string failure = failure_of(run_on("icarus", design, files, 3));
    EXPECT_THAT(failure, HasSubstr(fmt::format("{} at cycle 4 of the case (0 after", bug.port)));
    EXPECT_THAT(failure, HasSubstr("a bit without a value"));
}

INSTANTIATE_TEST_SUITE_P(
    Rtl, MissingResets,
    testing::Values(MissingReset{"jobs_under_way", "_status",
                                 "if (!rst_ni) jobs_q <= {JOBS_W{1'b0}};\n        else if", "if",
                                 "busy_o"},
                    MissingReset{"output_valid", "_post", "count_q <= 2'd0;", "", "out_valid_o"},
                    MissingReset{"parameters_held", "_prm_ctrl", "count_q <= {COUNT_W{1'b0}};",
                                 "count_q <= count_q;", "prm_ready_o"}),
    [](const auto& bug) { return bug.param.name; });

/// What a wrong simulator (or a design that means different things to two of them) looks like:
/// the reference is recorded from the good RTL, the replay runs the broken one.
TEST(PlantedDifference, IsFoundAtItsCycleAndPort) {
    const Design design = design_of("int4x8_ws_1x5");
    const FileSet good = emit(design);
    const FileSet broken = edited(design, "_acc_column", "stored & {ACC_W{~first_q}}",
                                  "stored & {ACC_W{1'b1 | first_q}}");
    const Layout layout(design);
    const ScratchDir scratch;
    const Recording reference{scratch.path() / "inputs.hex", scratch.path() / "outputs.hex"};
    std::vector<Section> sections;
    {
        RtlModel rtl(design, good, default_cache_dir());
        rtl.record(reference.inputs, reference.outputs);
        std::uint64_t begin = 0;
        for (const TestCase& test : test_plan(design, 1, 1)) {
            EXPECT_EQ(run_test(design, rtl, test, 3).failure, "");
            sections.push_back({test.name, begin, rtl.recorded_cycles()});
            begin = sections.back().end;
        }
    }
    const BeatLog want = read_beats(layout, reference, sections, false);
    for (const char* simulator : {"icarus", "cxxrtl"}) {
        SCOPED_TRACE(simulator);
        const fs::path dir = scratch.path() / simulator;
        fs::create_directory(dir);
        replay(simulator, design, broken, layout, reference.inputs, dir, default_cache_dir(), {});
        const BeatLog got =
            read_beats(layout, {reference.inputs, dir / "outputs.hex"}, sections, false);
        EXPECT_NE(got.sha256(), want.sha256());
        const auto texts = differences(layout, reference, dir / "outputs.hex", simulator, sections);
        const auto first = std::find_if(texts.begin(), texts.end(),
                                        [](const std::string& t) { return !t.empty(); });
        ASSERT_NE(first, texts.end());
        EXPECT_THAT(*first, MatchesRegex("[a-z_]+ at cycle [0-9]+ of the case \\([0-9]+ after "
                                         "reset\\): .* gives 0x[0-9a-fxX]+, verilator 0x.*"));
    }
}

/// One changed digit, and a file that ends early.
TEST(Differences, NameCaseCyclePortAndValues) {
    const Design design = design_of("int4x8_ws_1x5");
    const Layout layout(design);
    const auto field = [&layout](const std::string& name) {
        return *std::find_if(layout.fields().begin(), layout.fields().end(),
                             [&name](const Field& f) { return f.name == name; });
    };
    std::string in(layout.input_digits(), '0');
    std::string out(layout.output_digits(), '0');
    const std::string reset_line = in + "\n";
    in[field("rst_ni").at] = '1';
    const ScratchDir scratch;
    const Recording reference{scratch.path() / "in", scratch.path() / "out"};
    const std::vector<Section> sections = {{"a", 0, 3}, {"b", 3, 5}};
    write(reference.inputs, reset_line + in + "\n" + in + "\n" + in + "\n" + in + "\n");
    const std::string line = out + "\n";
    write(reference.outputs, line + line + line + line + line);
    const auto compare = [&](const std::string& text) {
        write(scratch.path() / "other", text);
        return differences(layout, reference, scratch.path() / "other", "sim", sections);
    };
    const std::vector<std::string> equal = {"", ""};
    EXPECT_EQ(compare(read(reference.outputs)), equal);

    std::string unknown(layout.output_digits(), 'x');
    unknown += "\n";
    EXPECT_EQ(compare(unknown + line + line + line + line), equal) << "nothing counts in reset";

    // The payload of an idle stream has no meaning; a counter always has one.
    std::string payload = line;
    payload[field("out_data_o").at] = 'x';
    EXPECT_EQ(compare(line + line + line + payload + line), equal);
    std::string counter = line;
    counter[field("cycles_o").at + 7] = '7';
    EXPECT_EQ(compare(line + line + line + counter + line),
              (std::vector<std::string>{
                  "",
                  "cycles_o at cycle 0 of the case (2 after reset): sim gives 0x00000007, "
                  "verilator 0x00000000"}));
    EXPECT_EQ(compare(line + line + line + line),
              (std::vector<std::string>{"", "sim ended after 4 of 5 recorded cycles"}));
}

TEST(Simulators, UnknownOneIsRefused) {
    const Design design = design_of("int4x8_ws_1x5");
    EXPECT_THROW(replay("spice", design, {}, Layout(design), "in", "dir", "cache", {}), InputError);
}

TEST(Simulators, MissingOneIsNamed) {
    const ScratchDir empty;
    const std::string path = std::getenv("PATH");
    setenv("PATH", empty.path().c_str(), 1);
    for (const auto& [simulator, program] :
         {std::pair{"icarus", "iverilog"}, std::pair{"cxxrtl", "yosys"}}) {
        try {
            require_simulator(simulator);
            ADD_FAILURE() << simulator;
        } catch (const MissingToolError& e) {
            EXPECT_EQ(e.status(), kMissingTool);
            EXPECT_THAT(e.what(), HasSubstr(std::string("apt-get install ") + program));
        }
    }
    setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace peforge::replay
