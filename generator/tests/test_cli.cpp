// The built program from the outside: exit status, stdout, stderr, files.
//
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "generator/spec/spec.hpp"
#include "generator/tests/mutate.hpp"
#include "golden/formats/format.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kProgram = std::string(PEFORGE_BINARY_DIR) + "/bin/peforge";

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

void write(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

struct Outcome {
    int status = -1;  ///< exit status, or -signal
    std::string out;
    std::string err;
};

/// A scratch folder for each test; programs run in it.
class Cli : public testing::Test {
protected:
    void SetUp() override {
        const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        dir_ =
            fs::path(testing::TempDir()) / ("peforge_cli_" + std::to_string(getpid()) + "_" + name);
        fs::remove_all(dir_);
        fs::create_directories(dir_ / "work");
    }
    void TearDown() override { fs::remove_all(dir_); }

    /// Runs a program in the work folder. `path` replaces PATH when given.
    Outcome run_program(const std::string& program, const std::vector<std::string>& arguments,
                        const std::string& path = "", const std::string& stdout_file = "") {
        const fs::path out = stdout_file.empty() ? dir_ / "stdout" : fs::path(stdout_file);
        const fs::path err = dir_ / "stderr";
        std::vector<std::string> words{program};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& word : words) {
            argv.push_back(word.data());
        }
        argv.push_back(nullptr);
        const pid_t child = fork();
        if (child == 0) {
            alarm(60);  // a program that hangs dies of SIGALRM
            const int out_fd = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            const int err_fd = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            if (!path.empty()) {
                setenv("PATH", path.c_str(), 1);
            }
            if (out_fd < 0 || err_fd < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0 ||
                chdir((dir_ / "work").c_str()) != 0) {
                _exit(126);
            }
            execv(program.c_str(), argv.data());
            _exit(127);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
                stdout_file.empty() ? read(out) : "", read(err)};
    }

    Outcome run(const std::vector<std::string>& arguments, const std::string& path = "") {
        return run_program(kProgram, arguments, path);
    }

    /// Status 2, nothing on stdout, exactly one line on stderr, no file left in the work folder
    /// besides `spec.json`.
    std::string refused(const std::vector<std::string>& arguments, int status = 2) {
        const Outcome o = run(arguments);
        EXPECT_EQ(o.status, status) << o.err;
        EXPECT_EQ(o.out, "");
        EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
        EXPECT_TRUE(o.err.ends_with("\n"));
        EXPECT_THAT(o.err, StartsWith("peforge: "));
        for (const auto& entry : fs::directory_iterator(work())) {
            EXPECT_EQ(entry.path().filename(), "spec.json");
        }
        return o.err;
    }

    [[nodiscard]] fs::path work() const { return dir_ / "work"; }
    [[nodiscard]] static std::string spec(const std::string& name) {
        return (fs::path(PEFORGE_SOURCE_DIR) / "specs" / (name + ".json")).string();
    }

    fs::path dir_;
};

TEST_F(Cli, VersionAndHelp) {
    EXPECT_EQ(run({"--version"}).out, "peforge " PEFORGE_VERSION "\n");
    const Outcome help = run({"--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_EQ(help.err, "");
    for (const std::string command :
         {"generate", "verify", "synth", "run", "format", "example", "help"}) {
        EXPECT_THAT(help.out, HasSubstr("\n  " + command + " "));
        if (command == "run") {
            continue;
        }
        const Outcome one = run({"help", command});
        EXPECT_EQ(one.status, 0);
        EXPECT_THAT(one.out, HasSubstr("--json"));
        EXPECT_THAT(one.out, HasSubstr("--quiet"));
        EXPECT_THAT(one.out, HasSubstr("Usage: peforge " + command + " "));
        EXPECT_EQ(run({command, "--help"}).out, one.out);
    }
    EXPECT_EQ(run({"help"}).out, help.out);
}

TEST_F(Cli, HelpOfTheSpec) {
    EXPECT_EQ(run({"help", "spec"}).out, peforge::spec_help());
    EXPECT_EQ(run({"help", "schema"}).out, peforge::json_schema());
    EXPECT_EQ(run({"help", "reference"}).out, peforge::spec_reference_markdown());
    EXPECT_EQ(run({"help", "schema", "--json"}).out, peforge::json_schema());
    EXPECT_EQ(json::parse(run({"help", "spec", "--json"}).out).at("text"), peforge::spec_help());
    EXPECT_THAT(refused({"help", "nothing"}), HasSubstr("allowed: generate, "));
}

TEST_F(Cli, UsageErrors) {
    EXPECT_THAT(refused({}), HasSubstr("no command given; allowed: generate, verify"));
    EXPECT_THAT(refused({"generat"}), HasSubstr("\"generat\""));
    EXPECT_THAT(refused({"--frobnicate"}), HasSubstr("\"--frobnicate\""));
    EXPECT_THAT(refused({"generate"}), HasSubstr("SPEC is required"));
    EXPECT_THAT(refused({"generate", spec("int8_ws_8x8")}), HasSubstr("--out is required"));
    EXPECT_THAT(refused({"generate", spec("int8_ws_8x8"), "-o", "out", "--foo"}),
                HasSubstr("--foo"));
    EXPECT_THAT(refused({"generate", spec("int8_ws_8x8"), "-o"}), HasSubstr("--out"));
    EXPECT_THAT(refused({"generate", spec("int8_ws_8x8"), "two.json", "-o", "out"}),
                HasSubstr("two.json"));
    EXPECT_THAT(refused({"verify", spec("int8_ws_8x8"), "-o", "out", "--level", "5"}),
                HasSubstr("--level"));
    EXPECT_THAT(refused({"verify", spec("int8_ws_8x8"), "-o", "out", "--level", "x"}),
                HasSubstr("--level"));
    EXPECT_THAT(refused({"verify", spec("int8_ws_8x8"), "-o", "out", "--sim", "modelsim"}),
                HasSubstr("--sim"));
    EXPECT_THAT(refused({"synth", spec("int8_ws_8x8"), "-o", "out", "--clock", "fast"}),
                HasSubstr("--clock"));
    EXPECT_THAT(refused({"format", "lp:n=4,es=1,rs=2", "--csv", "--json"}), HasSubstr("--csv"));
    EXPECT_THAT(refused({"line\nbreak"}), HasSubstr("line\\x0abreak"));
}

TEST_F(Cli, GenerateWritesAFolder) {
    const Outcome o = run({"generate", spec("lp4_ws_8x8"), "-o", "out"});
    EXPECT_EQ(o.status, 0) << o.err;
    EXPECT_EQ(o.err, "");
    EXPECT_THAT(o.out, StartsWith("lp4_ws_8x8: "));
    const json manifest = json::parse(read(work() / "out" / "manifest.json"));
    EXPECT_TRUE(manifest.is_object());
    const peforge::Spec original = peforge::load_spec(spec("lp4_ws_8x8"));
    EXPECT_EQ(peforge::load_spec(work() / "out" / "spec.json"), original);

    // Again into the same folder, and elsewhere: byte-identical.
    const Outcome machine =
        run({"generate", (work() / "out" / "spec.json").string(), "-o", "two/deep", "--json"});
    EXPECT_EQ(machine.status, 0) << machine.err;
    const json result = json::parse(machine.out);
    EXPECT_EQ(result.at("name"), "lp4_ws_8x8");
    EXPECT_EQ(result.at("spec_hash"), original.hash);
    EXPECT_EQ(result.at("version"), PEFORGE_VERSION);
    const Outcome quiet = run({"generate", spec("lp4_ws_8x8"), "-o", "out", "--quiet"});
    EXPECT_EQ(quiet.status, 0) << quiet.err;
    EXPECT_EQ(quiet.out, "");
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(work() / "out")) {
        if (entry.is_regular_file()) {
            const fs::path relative = fs::relative(entry.path(), work() / "out");
            EXPECT_EQ(read(entry.path()), read(work() / "two" / "deep" / relative)) << relative;
            ++files;
        }
    }
    EXPECT_EQ(result.at("files").size(), files);
    EXPECT_EQ(std::distance(fs::directory_iterator(work()), {}), 2);  // out and two, no leftovers
}

TEST_F(Cli, EveryExampleGenerates) {
    for (const auto& entry : fs::directory_iterator(fs::path(PEFORGE_SOURCE_DIR) / "specs")) {
        const Outcome o = run({"generate", entry.path().string(), "-o", entry.path().stem()});
        EXPECT_EQ(o.status, 0) << o.err;
        EXPECT_EQ(o.err, "");
    }
}

TEST_F(Cli, BadSpecs) {
    EXPECT_THAT(refused({"generate", "none.json", "-o", "out"}), HasSubstr("none.json: no such"));
    EXPECT_THAT(refused({"generate", "/", "-o", "out"}), HasSubstr("/: is a directory"));
    write(work() / "spec.json", "{ \"name\": ");
    EXPECT_THAT(refused({"generate", "spec.json", "-o", "out"}),
                HasSubstr("spec.json: line 1, column"));
    json broken = json::parse(read(spec("lp4_ws_8x8")));
    broken["weight"]["rs"] = 4;
    write(work() / "spec.json", broken.dump());
    EXPECT_THAT(refused({"generate", "spec.json", "-o", "out"}),
                HasSubstr("spec.json: /weight/rs: "));
    EXPECT_THAT(refused({"generate", "spec.json", "-o", "out", "--json", "--quiet"}),
                HasSubstr("/weight/rs"));
    EXPECT_THAT(refused({"verify", "spec.json", "-o", "out"}), HasSubstr("/weight/rs"));
    EXPECT_THAT(refused({"synth", "spec.json", "-o", "out"}), HasSubstr("/weight/rs"));
    broken["weight"]["rs"] = 2;
    broken["accumulator"]["width"] = 12;
    write(work() / "spec.json", broken.dump());
    EXPECT_THAT(refused({"generate", "spec.json", "-o", "out"}),
                HasSubstr("/accumulator/width: 12 is too narrow"));
}

TEST_F(Cli, UnwritableOutput) {
    write(work() / "spec.json", read(spec("int8_ws_8x8")));
    // A file where a folder has to be made; a folder that cannot be made even by root.
    EXPECT_THAT(refused({"generate", "spec.json", "-o", "spec.json"}), HasSubstr("spec.json"));
    EXPECT_THAT(refused({"generate", "spec.json", "-o", "spec.json/out"}), HasSubstr("out"));
    EXPECT_THAT(refused({"generate", "spec.json", "-o", "/proc/out"}), HasSubstr("/proc/out"));
    EXPECT_EQ(read(work() / "spec.json"), read(spec("int8_ws_8x8")));
    // Somebody else's files stay as they are.
    fs::create_directories(dir_ / "other");
    write(dir_ / "other" / "thesis.tex", "text");
    EXPECT_THAT(refused({"generate", "spec.json", "-o", "../other"}), HasSubstr("other"));
    EXPECT_EQ(read(dir_ / "other" / "thesis.tex"), "text");
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_ / "other"), {}), 1);
}

TEST_F(Cli, FullStandardOutput) {
    const Outcome o = run_program(kProgram, {"format", "int:n=8"}, "", "/dev/full");
    EXPECT_EQ(o.status, 2);
    EXPECT_EQ(o.err, "peforge: standard output: cannot be written\n");
}

TEST_F(Cli, FormatCsv) {
    const Outcome o = run({"format", "lp:n=4,es=1,rs=2", "--csv"});
    EXPECT_EQ(o.status, 0) << o.err;
    // Powers of two from the regime: 2^(2k + e); code 8 is NaR; negatives are two's complement.
    EXPECT_EQ(o.out,
              "code,bits,value\n0,0000,0\n1,0001,0.125\n2,0010,0.25\n3,0011,0.5\n4,0100,1\n"
              "5,0101,2\n6,0110,4\n7,0111,8\n8,1000,nan\n9,1001,-8\n10,1010,-4\n11,1011,-2\n"
              "12,1100,-1\n13,1101,-0.5\n14,1110,-0.25\n15,1111,-0.125\n");
    EXPECT_EQ(run({"format", "pot:n=3", "--csv"}).out,
              "code,bits,value\n0,000,0\n1,001,0.25\n2,010,0.5\n3,011,1\n4,100,0\n5,101,-0.25\n"
              "6,110,-0.5\n7,111,-1\n");
}

TEST_F(Cli, FormatValuesReadBack) {
    for (const std::string name : {"lp:n=8,es=2,rs=7", "lp:n=8,es=0,rs=3", "lp:n=8,es=6,rs=7",
                                   "lp:n=7,es=1,rs=3,regime=terminated", "int:n=5", "pot:n=5"}) {
        const peforge::golden::Format format = peforge::golden::parse_format(name);
        std::istringstream csv(run({"format", name, "--csv"}).out);
        const json machine = json::parse(run({"format", name, "--json"}).out);
        std::string line;
        std::getline(csv, line);
        for (int code = 0; code < (1 << format.n); ++code) {
            ASSERT_TRUE(std::getline(csv, line)) << name;
            const std::string value = line.substr(line.rfind(',') + 1);
            const double expected = to_real(format, static_cast<std::uint8_t>(code));
            const json& row = machine.at("codes").at(static_cast<std::size_t>(code));
            EXPECT_EQ(row.at("code"), code);
            if (std::isnan(expected)) {
                EXPECT_EQ(value, "nan");
                EXPECT_TRUE(row.at("value").is_null());
            } else {
                EXPECT_EQ(std::strtod(value.c_str(), nullptr), expected) << name << ' ' << line;
                EXPECT_EQ(row.at("value").get<double>(), expected);
            }
        }
        EXPECT_FALSE(std::getline(csv, line));
    }
    EXPECT_THAT(run({"format", "int:n=4"}).out, HasSubstr("\n   8  1000      -8\n"));
}

TEST_F(Cli, FormatErrors) {
    for (const std::string bad :
         {"lp", "lp:", "lp:n", "lp:n=4,es=1,rs=4", "lp:n=4,es=3,rs=2", "int:n=9", "int:n=x",
          "float:n=8", "posit:n=8,es=5", "fp8:e=4,m=4", "flint:n=9", "", "int:n=8,n=8", "int:es=1",
          "lp:n=99999999999", "lp:n=4,\n"}) {
        EXPECT_THAT(refused({"format", bad}), HasSubstr("format"));
    }
}

TEST_F(Cli, PlotNeedsGnuplot) {
    const Outcome o = run({"format", "lp:n=4,es=1,rs=2", "--plot", "p.svg"}, "/nowhere");
    EXPECT_EQ(o.status, 3);
    EXPECT_THAT(o.err, HasSubstr("gnuplot is needed"));
    EXPECT_THAT(o.err, HasSubstr("gnuplot-nox"));
    EXPECT_TRUE(fs::is_empty(work()));
}

/// Stands in for gnuplot: keeps the script it is given as the "plot".
TEST_F(Cli, PlotScriptHasEveryValue) {
    const fs::path bin = dir_ / "bin";
    fs::create_directories(bin);
    write(bin / "gnuplot", "#!/bin/sh\n/bin/cp \"$1\" plot.svg\n");
    fs::permissions(bin / "gnuplot", fs::perms::owner_all);
    const Outcome o = run({"format", "lp:n=4,es=1,rs=2", "--plot", "p.svg"}, bin.string());
    EXPECT_EQ(o.status, 0) << o.err;
    const std::string script = read(work() / "p.svg");
    for (const std::string value : {"-8 1", "-0.125 1", "0 1", "0.25 1", "8 1", "3 1", "-3 1"}) {
        EXPECT_THAT(script, HasSubstr("\n" + value + "\n"));
    }
    EXPECT_EQ(script.find("nan"), std::string::npos);

    write(bin / "gnuplot", "#!/bin/sh\necho one\necho two >&2\nexit 1\n");
    const Outcome failed = run({"format", "int:n=4", "--plot", "q.svg"}, bin.string());
    EXPECT_EQ(failed.status, 1);
    EXPECT_EQ(std::count(failed.err.begin(), failed.err.end(), '\n'), 1) << failed.err;
    EXPECT_FALSE(fs::exists(work() / "q.svg"));
    write(bin / "gnuplot", "#!/bin/sh\n/bin/cp \"$1\" plot.svg\n");
    const Outcome unwritable = run({"format", "int:n=4", "--plot", "no/q.svg"}, bin.string());
    EXPECT_EQ(unwritable.status, 2) << unwritable.err;
}

TEST_F(Cli, Examples) {
    const Outcome list = run({"example"});
    EXPECT_EQ(list.status, 0) << list.err;
    const json machine = json::parse(run({"example", "--json"}).out);
    std::istringstream names(run({"example", "--quiet"}).out);
    std::string name;
    std::size_t count = 0;
    while (std::getline(names, name)) {
        EXPECT_THAT(list.out, HasSubstr(name + " "));
        EXPECT_EQ(machine.at(count).at("name"), name);
        EXPECT_EQ(run({"example", name}).out, read(spec(name)));
        ++count;
    }
    const auto files = fs::directory_iterator(fs::path(PEFORGE_SOURCE_DIR) / "specs");
    EXPECT_EQ(count, static_cast<std::size_t>(std::distance(files, {})));
    EXPECT_EQ(machine.size(), count);
    EXPECT_THAT(refused({"example", "nothing"}), HasSubstr("allowed: adaptivfloat8_ws_8x8, "));
}

TEST_F(Cli, RunHandsOverUnparsed) {
    // A copy of the program finds its partner beside itself.
    const fs::path bin = dir_ / "bin";
    fs::create_directories(bin);
    fs::copy_file(kProgram, bin / "peforge");
    const std::string copy = (bin / "peforge").string();
    const Outcome missing = run_program(copy, {"run", "net.onnx", "--help"});
    EXPECT_EQ(missing.status, 3);
    EXPECT_THAT(missing.err, HasSubstr("peforge-codesign is needed"));
    EXPECT_EQ(std::count(missing.err.begin(), missing.err.end(), '\n'), 1);

    write(bin / "peforge-codesign", "#!/bin/sh\nfor a in \"$@\"; do echo \"<$a>\"; done\nexit 1\n");
    fs::permissions(bin / "peforge-codesign", fs::perms::owner_all);
    const Outcome o = run_program(copy, {"run", "a b", "--help", "--on", "rtl", "--unknown", ""});
    EXPECT_EQ(o.status, 1);
    EXPECT_EQ(o.out, "<run>\n<a b>\n<--help>\n<--on>\n<rtl>\n<--unknown>\n<>\n");
    EXPECT_EQ(run_program(copy, {"help", "run"}).out, "<run>\n<--help>\n");
}

TEST_F(Cli, SpecPageHoldsTheReference) {
    const Outcome o = run({"help", "reference"});
    EXPECT_NE(read(fs::path(PEFORGE_SOURCE_DIR) / "docs" / "spec.md").find(o.out),
              std::string::npos)
        << "docs/spec.md is not what `peforge help reference` prints";
}

TEST_F(Cli, RandomMutantsGive0Or2) {
    const std::vector<std::string> texts = peforge::test::example_texts();
    std::mt19937 random(7);
    int done = 0;
    for (int i = 0; i < 300; ++i) {
        const std::string text = peforge::test::mutate(texts[random() % texts.size()], random);
        write(work() / "spec.json", text);
        const Outcome o = run({"generate", "spec.json", "-o", "out"});
        EXPECT_TRUE(o.status == 0 || o.status == 2) << o.status << ' ' << o.err << text;
        EXPECT_EQ(fs::exists(work() / "out"), o.status == 0) << text;
        EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), o.status == 0 ? 0 : 1) << o.err;
        EXPECT_LT(o.err.size(), 500U) << o.err;
        done += o.status == 0 ? 1 : 0;
        fs::remove_all(work() / "out");
    }
    EXPECT_GT(done, 10);
    EXPECT_LT(done, 290);
}

}  // namespace
