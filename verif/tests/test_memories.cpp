// Bodies of the storage wrapper: each against the generic one with random reads and writes, and
// that no array reads a word in the cycle of its write.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "generator/emit/emit.hpp"
#include "generator/emit/memories.hpp"
#include "generator/support/process.hpp"
#include "verif/benches/bench.hpp"
#include "verif/model/rtl_build.hpp"
#include "verif/replay/regression.hpp"

namespace peforge {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kCycles = 2000;

Design design_of(const std::string& spec) {
    return resolve(load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / (spec + ".json")));
}

/// A design whose wrapper is called t_memory; sizes come from the bench.
const FileSet& small_files() {
    static const FileSet files = emit(resolve(parse_spec(
        R"({"name": "t", "array": {"kind": "systolic", "rows": 2, "cols": 2},
            "weight": {"format": "int", "n": 4}, "activation": {"format": "int", "n": 4},
            "accumulator": {"max_k": 64}, "output": {"format": "int", "n": 8}})",
        "t")));
    return files;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

std::string run_tool(const std::vector<std::string>& argv, const fs::path& dir) {
    const ProcessResult result = run_process(argv, dir);
    EXPECT_EQ(result.status, 0) << argv.front() << ":\n" << result.output;
    return result.output;
}

/// Fills every word, then reads and writes at random; prints "compared N different D".
std::string bench(int width, int depth, bool collisions, const std::string& parameters) {
    const int bits =
        std::max(1, static_cast<int>(std::bit_width(static_cast<unsigned>(depth - 1))));
    return fmt::format(R"(
`timescale 1ns/10ps
module bench;
    reg clock, we, re;
    reg [{1}:0] waddr, raddr;
    reg [{0}:0] wdata;
    wire [{0}:0] want, got;
    integer i, b, compared, different, seed;
    reg read;
    ref_memory #(.WIDTH({2}), .DEPTH({3})) u_want (.clk_i(clock), .we_i(we), .waddr_i(waddr), .wdata_i(wdata),
        .re_i(re), .raddr_i(raddr), .rdata_o(want));
    t_memory {6} u_got (.clk_i(clock), .we_i(we), .waddr_i(waddr), .wdata_i(wdata),
        .re_i(re), .raddr_i(raddr), .rdata_o(got));
    initial begin
        compared = 0; different = 0; seed = 7; clock = 1; we = 0; re = 0; waddr = 0; raddr = 0; wdata = 0; read = 0;
        for (i = 0; i < {4} + {3}; i = i + 1) begin
            #1 we = (i < {3}) | ($random(seed) & 1);
            waddr = (i < {3}) ? i : $unsigned($random(seed)) % {3};
            for (b = 0; b <= {0}; b = b + 1) wdata[b] = $random(seed);
            re = (i >= {3}) & ($unsigned($random(seed)) % 4 != 0);
            // Half of the reads want the word that is written or was written last.
            raddr = ($random(seed) & 1) ? waddr : $unsigned($random(seed)) % {3};
            if (!{5} && we && re && raddr == waddr) re = 0;
            #4 clock = 0;
            #5 clock = 1;
            read = read | re;
            #0.5 if (read) begin
                compared = compared + 1;
                if (^want === 1'bx || got !== want) begin
                    different = different + 1;
                    if (different == 1) $display("cycle %0d: want %h got %h", i, want, got);
                end
            end
        end
        $display("compared %0d different %0d", compared, different);
        $finish;
    end
endmodule
)",
                       width - 1, bits - 1, width, depth, kCycles, collisions ? 1 : 0, parameters);
}

/// What the bench prints for a body given as files by name.
std::string simulate(const FileSet& body, int width, int depth, bool collisions,
                     const std::string& parameters, const std::vector<std::string>& more = {}) {
    const ScratchDir dir;
    write(dir.path() / "bench.v", bench(width, depth, collisions, parameters));
    write(dir.path() / "ref.v",
          replaced(small_files().at("rtl/t_memory.v"), "module t_memory", "module ref_memory"));
    // The vendor's cells have defaults of inputs that Icarus does not read.
    std::vector<std::string> compile = {"iverilog", "-g2005",  "-DNO_ICE40_DEFAULT_ASSIGNMENTS",
                                        "-s",       "bench",   "-o",
                                        "sim",      "bench.v", "ref.v"};
    for (const auto& [path, text] : body) {
        write(dir.path() / path, text);
        compile.push_back(path);
    }
    compile.insert(compile.end(), more.begin(), more.end());
    run_tool(compile, dir.path());
    return run_tool({"vvp", "-n", "sim"}, dir.path());
}

std::string sized(int width, int depth) {
    return fmt::format("#(.WIDTH({}), .DEPTH({}))", width, depth);
}

FileSet body_of(const std::string& kind) {
    FileSet body;
    for (const auto& [path, text] : small_files()) {
        if (path.starts_with("memories/" + kind + "/")) body[path] = text;
    }
    return body;
}

/// Macros of given sizes: the wrapper of a design with those memories, and generic bodies behind
/// it.
FileSet macro_body(int width, int depth) {
    Design design = resolve(parse_spec(
        R"({"name": "t", "array": {"kind": "systolic", "rows": 1, "cols": 1},
            "weight": {"format": "int", "n": 4}, "activation": {"format": "int", "n": 4},
            "accumulator": {"max_k": 64}, "output": {"format": "int", "n": 8}})",
        "t"));
    design.memories = {
        {.name = "a", .purpose = "p", .instance = "u", .width = width + 1, .depth = depth},
        {.name = "b", .purpose = "p", .instance = "u", .width = width, .depth = depth}};
    FileSet body;
    for (const auto& [path, text] : emit(design)) {
        if (!path.starts_with("memories/macro/")) continue;
        if (path == "memories/macro/t_memory.v") {
            body[path] = text;
            continue;
        }
        const std::string name = fs::path(path).stem();
        const std::size_t cross = name.rfind('x');
        body[path] = replaced(
            replaced(
                replaced(small_files().at("rtl/t_memory.v"), "module t_memory", "module " + name),
                "parameter DEPTH = 256", "parameter DEPTH = " + name.substr(cross + 1)),
            "parameter WIDTH = 32", "parameter WIDTH = " + name.substr(6, cross - 6));
    }
    return body;
}

class Bodies : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(Bodies, GiveWhatTheGenericBodyGives) {
    const auto [width, depth] = GetParam();
    const std::string size = sized(width, depth);
    // Latches open at the edge at which a read is sampled: a simulator may see either first.
    for (const auto& [kind, collisions] : {std::pair{"latch", false}, {"fpga", true}}) {
        EXPECT_THAT(simulate(body_of(kind), width, depth, collisions, size),
                    HasSubstr(" different 0\n"))
            << kind;
    }
    EXPECT_THAT(simulate(macro_body(width, depth), width, depth, true, size),
                HasSubstr(" different 0\n"));
}

INSTANTIATE_TEST_SUITE_P(Sizes, Bodies,
                         testing::Values(std::pair{1, 1}, std::pair{7, 2}, std::pair{5, 3},
                                         std::pair{27, 18}, std::pair{33, 40}, std::pair{9, 100}),
                         [](const auto& size) {
                             return fmt::format("{}x{}", size.param.first, size.param.second);
                         });

/// The bench can fail: a body that forwards the word being written, one whose data is not held.
TEST(Bodies, ADifferenceIsFound) {
    const std::string generic = small_files().at("rtl/t_memory.v");
    const std::string read = "rdata_q <= mem_q[raddr_i];";
    const std::string forward = replaced(
        generic, read, "rdata_q <= (we_i && waddr_i == raddr_i) ? wdata_i : mem_q[raddr_i];");
    EXPECT_THAT(simulate({{"b.v", forward}}, 8, 16, true, sized(8, 16)),
                Not(HasSubstr(" different 0\n")));
    EXPECT_THAT(simulate({{"b.v", forward}}, 8, 16, false, sized(8, 16)),
                HasSubstr(" different 0\n"));
    const std::string restless = replaced(generic, "if (re_i) " + read, read);
    EXPECT_THAT(simulate({{"b.v", restless}}, 8, 16, false, sized(8, 16)),
                Not(HasSubstr(" different 0\n")));
}

/// iCE40 netlists, simulated with the vendor's cells as Yosys has them.
TEST(FpgaBody, TheMappedBlockRamGivesTheSame) {
    if (find_program("yosys-config").empty()) GTEST_SKIP() << "yosys-config is not installed";
    const ScratchDir dir;
    for (const auto& [path, text] : body_of("fpga")) write(dir.path() / path, text);
    std::string share = run_tool({"yosys-config", "--datdir"}, dir.path());
    share.erase(share.find_last_not_of('\n') + 1);
    for (const int exact : {0, 1}) {
        SCOPED_TRACE(exact);
        run_tool(
            {"yosys", "-q", "-p",
             fmt::format("read_verilog memories/fpga/t_memory.v; chparam -set WIDTH 27 -set DEPTH "
                         "100 -set EXACT {} t_memory; synth_ice40 -top t_memory; rename -top "
                         "t_memory; tee -q -o stat.txt stat; write_verilog -noattr mapped.v",
                         exact)},
            dir.path());
        std::ifstream in(dir.path() / "mapped.v");
        const FileSet mapped = {{"mapped.v", {std::istreambuf_iterator<char>(in), {}}}};
        EXPECT_THAT(mapped.at("mapped.v"), HasSubstr("SB_RAM40_4K"));
        if (exact == 0) {
            // Nothing but RAM and what drives its clock enables.
            EXPECT_THAT(mapped.at("mapped.v"), Not(HasSubstr("SB_DFF")));
        }
        EXPECT_THAT(simulate(mapped, 27, 100, exact == 1, "", {share + "/ice40/cells_sim.v"}),
                    HasSubstr(" different 0\n"));
    }
}

class BodyLint : public testing::TestWithParam<std::string> {};

TEST_P(BodyLint, EveryFileListIsClean) {
    const Design design = design_of(GetParam());
    const FileSet files = emit(design);
    const ScratchDir dir;
    write_folder(files, dir.path() / "out");
    int lists = 0;
    for (const auto& [path, text] : files) {
        if (!path.starts_with("memories/") || !path.ends_with(".f")) continue;
        SCOPED_TRACE(path);
        ++lists;
        std::vector<std::string> names;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) names.push_back(line);
        std::vector<std::string> verilator = {"verilator", "--lint-only", "-Wall", "--top-module",
                                              design.top};
        std::vector<std::string> icarus = {"iverilog", "-g2005", "-Wall",    "-s",
                                           design.top, "-o",     "/dev/null"};
        std::string script = "read_verilog";
        for (const std::string& name : names) {
            verilator.push_back(name);
            icarus.push_back(name);
            script += " " + name;
        }
        script += "; hierarchy -check -top " + design.top + "; proc; check -assert";
        for (const auto& argv :
             {verilator, icarus, std::vector<std::string>{"yosys", "-q", "-p", script}}) {
            EXPECT_EQ(run_tool(argv, dir.path() / "out"), "") << argv.front();
        }
    }
    const bool deep = std::any_of(design.memories.begin(), design.memories.end(),
                                  [](const Memory& m) { return m.depth > kMostLatchWords; });
    EXPECT_EQ(lists, design.memories.empty() ? 0 : deep ? 2 : 3);
}

INSTANTIATE_TEST_SUITE_P(Specs, BodyLint,
                         testing::Values("int8_ws_8x8", "int8_os_8x8", "lut_v2_c3_n5_l2",
                                         "lut_v3_c5_n7", "pot3_ws_5x1"),
                         [](const auto& spec) { return spec.param; });

TEST(LatchBody, TooManyWordsStopElaboration) {
    const ScratchDir dir;
    for (const auto& [path, text] : body_of("latch")) write(dir.path() / path, text);
    const ProcessResult result = run_process(
        {"verilator", "--lint-only", "-Wno-fatal", "--top-module", "t_memory", "-GDEPTH=1025",
         "memories/latch/t_memory_group.v", "memories/latch/t_memory.v"},
        dir.path());
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.output, HasSubstr("error_memory_of_latches_has_more_than_1024_words"));
}

TEST(MacroBody, AnotherSizeStopsElaboration) {
    const Design design = design_of("int8_ws_8x8");
    const ScratchDir dir;
    write_folder(emit(design), dir.path() / "out");
    const ProcessResult result = run_process({"verilator", "--lint-only", "--top-module",
                                              design.top, "-GROWS_M=100", "-f", "memories/macro.f"},
                                             dir.path() / "out");
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.output, HasSubstr("error_no_macro_of_this_width_and_depth"));
}

/// Whole arrays with memories of latches.
TEST(LatchBody, ArraysPassTheirPlan) {
    for (const char* spec : {"int4x8_ws_1x5", "lut_v2_c3_n5_l2"}) {
        SCOPED_TRACE(spec);
        const Design design = design_of(spec);
        FileSet files = emit(design);
        const std::string wrapper = design.top + "_memory";
        for (const char* part : {"", "_group"}) {
            files["rtl/" + wrapper + part + ".v"] =
                files.at("memories/latch/" + wrapper + part + ".v");
        }
        files["filelist.f"] = "rtl/" + wrapper + "_group.v\n" + files.at("filelist.f");
        RtlModel rtl(design, files, default_cache_dir());
        for (const TestCase& test : test_plan(design, 1, 1)) {
            const TestResult result = run_test(design, rtl, test, 3);
            EXPECT_EQ(result.failure, "") << result.name;
        }
    }
}

class Collisions : public testing::TestWithParam<std::string> {};

/// A read of the word that is written in the same cycle gives X: no test may notice, on Icarus
/// either.
TEST_P(Collisions, NoArrayReadsAWordInTheCycleOfItsWrite) {
    const Design design = design_of(GetParam());
    FileSet files = emit(design);
    std::string& memory = files.at("rtl/" + design.top + "_memory.v");
    const std::string read = "rdata_q <= mem_q[raddr_i];";
    ASSERT_NE(memory.find(read), std::string::npos);
    memory = replaced(memory, read,
                      "rdata_q <= (we_i && waddr_i == raddr_i) ? {WIDTH{1'bx}} : mem_q[raddr_i];");
    replay::RegressionOptions options;
    options.seed = 1;
    options.simulator = "icarus";
    options.cache_dir = default_cache_dir();
    const replay::Regression run =
        replay::run_regression(design, files, test_plan(design, 1, 1), options);
    EXPECT_FALSE(run.results.empty());
    for (const TestResult& r : run.results) EXPECT_EQ(r.failure, "") << r.name;
}

INSTANTIATE_TEST_SUITE_P(Specs, Collisions,
                         testing::Values("int4x8_ws_1x5", "pot3_ws_5x1", "lp8_ws_3x7",
                                         "lut_v3_c5_n7", "lut_v2_c3_n5_l2"),
                         [](const auto& spec) { return spec.param; });

/// The test above can fail: without the cycle between two updates of one row a read meets its
/// write.
TEST(Collisions, AreNoticed) {
    const Design design = design_of("int4x8_ws_1x5");
    FileSet files = emit(design);
    std::string& memory = files.at("rtl/" + design.top + "_memory.v");
    memory = replaced(memory, "rdata_q <= mem_q[raddr_i];",
                      "rdata_q <= (we_i && waddr_i == raddr_i) ? {WIDTH{1'bx}} : mem_q[raddr_i];");
    std::string& control = files.at("rtl/" + design.top + "_tile_ctrl.v");
    const std::string gap = "wire swap_now  = tile_done & more & (cur_end_q != {M_W{1'b0}});";
    ASSERT_NE(control.find(gap), std::string::npos);
    control = replaced(control, gap, "wire swap_now  = tile_done & more;");
    replay::RegressionOptions options;
    options.seed = 1;
    options.simulator = "icarus";
    options.cache_dir = default_cache_dir();
    const replay::Regression run =
        replay::run_regression(design, files, test_plan(design, 1, 1), options);
    EXPECT_TRUE(std::any_of(run.results.begin(), run.results.end(),
                            [](const TestResult& r) { return !r.failure.empty(); }));
}

/// memories.json says what the design has, in a fixed form.
TEST(MemoriesJson, ListsWhatTheDesignHas) {
    const Design design = design_of("lut_v4_c16_n32");
    const auto j = nlohmann::json::parse(emit(design).at("memories.json"));
    ASSERT_EQ(j.at("memories").size(), design.memories.size());
    long long total = 0;
    for (std::size_t i = 0; i < design.memories.size(); ++i) {
        const Memory& m = design.memories[i];
        const auto& entry = j.at("memories").at(i);
        EXPECT_EQ(entry.at("name"), m.name);
        EXPECT_EQ(entry.at("module"), design.top + "_memory");
        EXPECT_EQ(entry.at("macro"), fmt::format("{}_ram_{}x{}", design.top, m.width, m.depth));
        EXPECT_EQ(entry.at("count"), m.count);
        EXPECT_EQ(entry.at("width"), m.width);
        EXPECT_EQ(entry.at("depth"), m.depth);
        EXPECT_EQ(entry.at("bits"), m.width * m.depth);
        EXPECT_EQ(entry.at("latency"), 1);
        EXPECT_EQ(entry.at("read_during_write"), "dont_care");
        EXPECT_TRUE(entry.at("mask").is_null());
        total += m.bits() * m.count;
    }
    EXPECT_EQ(j.at("total_bits"), total);
    const auto none = nlohmann::json::parse(emit(design_of("int8_os_8x8")).at("memories.json"));
    EXPECT_TRUE(none.at("memories").empty());
    EXPECT_EQ(none.at("total_bits"), 0);
}

}  // namespace
}  // namespace peforge
