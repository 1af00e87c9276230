// The whole flow on a small hierarchical design, and what happens when something is missing.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "synth/floor.hpp"
#include "synth/liberty.hpp"
#include "synth/synth.hpp"
#include "synth/tests/small_library.hpp"
#include "synth/yosys.hpp"

namespace peforge::synth {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMemory = R"(
module tiny_memory #(parameter WIDTH = 8, parameter DEPTH = 16) (
    input wire clk_i, input wire we_i, input wire [$clog2(DEPTH)-1:0] addr_i,
    input wire [WIDTH-1:0] wdata_i, output wire [WIDTH-1:0] rdata_o);
    reg [WIDTH-1:0] mem_q [0:DEPTH-1];
    reg [WIDTH-1:0] rdata_q;
    always @(posedge clk_i) begin
        if (we_i) mem_q[addr_i] <= wdata_i;
        rdata_q <= mem_q[addr_i];
    end
    assign rdata_o = rdata_q;
endmodule
)";

constexpr const char* kDelay = R"(
module tiny_delay #(parameter WIDTH = 4, parameter DEPTH = 1) (
    input wire clk_i, input wire [WIDTH-1:0] data_i, output wire [WIDTH-1:0] data_o);
    reg [WIDTH*DEPTH-1:0] chain_q;
    wire [WIDTH*(DEPTH+1)-1:0] chain = {chain_q, data_i};
    always @(posedge clk_i) chain_q <= chain[WIDTH*DEPTH-1:0];
    assign data_o = chain[WIDTH*DEPTH +: WIDTH];
endmodule
)";

/// 4 + 4 + 9 flip-flops; its own tiny_delay must dissolve in it.
constexpr const char* kPe = R"(
module tiny_mul_pe (
    input wire clk_i, input wire load_i, input wire signed [3:0] w_i, input wire signed [3:0] a_i,
    input wire signed [8:0] p_i, output wire [3:0] a_o, output wire [8:0] p_o);
    reg signed [3:0] w_q;
    reg signed [8:0] p_q;
    wire signed [7:0] product = w_q * a_i;
    always @(posedge clk_i) begin
        if (load_i) w_q <= w_i;
        p_q <= p_i + {product[7], product};
    end
    tiny_delay #(.WIDTH(4), .DEPTH(1)) u_delay (.clk_i(clk_i), .data_i(a_i), .data_o(a_o));
    assign p_o = p_q;
endmodule
)";

constexpr const char* kColumn = R"(
module tiny_acc_column (
    input wire clk_i, input wire we_i, input wire [4:0] row_i, input wire [8:0] p_i,
    output wire [11:0] acc_o);
    tiny_memory #(.WIDTH(12), .DEPTH(32)) u_memory (
        .clk_i(clk_i), .we_i(we_i), .addr_i(row_i), .wdata_i(acc_o + {{3{p_i[8]}}, p_i}), .rdata_o(acc_o));
endmodule
)";

/// 2 x 3 PEs, operand skew of 1 and 2, three accumulator columns.
constexpr const char* kTop = R"(
module tiny (
    input wire clk_i, input wire load_i, input wire we_i, input wire [4:0] row_i,
    input wire [11:0] w_i, input wire [7:0] a_i, output wire [35:0] acc_o);
    wire [7:0] skewed;
    wire [31:0] a;
    wire [80:0] p;
    assign p[26:0] = 27'd0;
    genvar r, c;
    generate
        for (r = 0; r < 2; r = r + 1) begin : gen_row
            tiny_delay #(.WIDTH(4), .DEPTH(r + 1)) u_skew (
                .clk_i(clk_i), .data_i(a_i[4*r +: 4]), .data_o(skewed[4*r +: 4]));
            assign a[16*r +: 4] = skewed[4*r +: 4];
            for (c = 0; c < 3; c = c + 1) begin : gen_col
                tiny_mul_pe u_pe (
                    .clk_i(clk_i), .load_i(load_i), .w_i(w_i[4*c +: 4]), .a_i(a[16*r + 4*c +: 4]),
                    .p_i(p[27*r + 9*c +: 9]), .a_o(a[16*r + 4*c + 4 +: 4]),
                    .p_o(p[27*(r+1) + 9*c +: 9]));
            end
        end
        for (c = 0; c < 3; c = c + 1) begin : gen_acc
            tiny_acc_column u_acc (.clk_i(clk_i), .we_i(we_i), .row_i(row_i),
                .p_i(p[54 + 9*c +: 9]), .acc_o(acc_o[12*c +: 12]));
        end
    endgenerate
endmodule
)";

RtlInput tiny() {
    RtlInput rtl;
    rtl.top = "tiny";
    rtl.spec_hash = "0011223344556677";
    rtl.files = {{"rtl/tiny_memory.v", kMemory},
                 {"rtl/tiny_delay.v", kDelay},
                 {"rtl/tiny_mul_pe.v", kPe},
                 {"rtl/tiny_acc_column.v", kColumn},
                 {"rtl/tiny.v", kTop}};
    rtl.files["filelist.f"] =
        "rtl/tiny_memory.v\nrtl/tiny_delay.v\nrtl/tiny_mul_pe.v\nrtl/tiny_acc_column.v\nrtl/"
        "tiny.v\n";
    return rtl;
}

SynthSettings on(const std::string& target) {
    SynthSettings settings;
    settings.target = target;
    return settings;
}

const ModuleReport& module(const SynthReport& report, const std::string& name) {
    for (const ModuleReport& m : report.modules) {
        if (m.name == name) return m;
    }
    throw std::runtime_error("no module " + name);
}

/// Sets an environment variable for as long as it lives.
class ScopedEnv {
public:
    ScopedEnv(const char* name, const std::string& value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old;
        setenv(name, value.c_str(), 1);
    }
    ~ScopedEnv() {
        if (old_) {
            setenv(name_, old_->c_str(), 1);
        } else {
            unsetenv(name_);
        }
    }
    ScopedEnv(const ScopedEnv&) = delete;
    ScopedEnv& operator=(const ScopedEnv&) = delete;

private:
    const char* name_;
    std::optional<std::string> old_;
};

bool have_osu018() {
    try {
        find_liberty("osu018", liberty_folders("osu018"));
        return true;
    } catch (const MissingToolError&) {
        return false;
    }
}

class Flow : public ::testing::Test {
protected:
    void SetUp() override {
        if (find_program("yosys").empty()) GTEST_SKIP() << "yosys is not installed";
    }

    std::string write_library(const std::string& text) {
        const std::filesystem::path path = scratch_.path() / "own library.lib";
        std::ofstream(path) << text;
        return path.string();
    }

    const ScratchDir scratch_;
};

class Osu018 : public Flow {
protected:
    void SetUp() override {
        Flow::SetUp();
        if (!have_osu018()) GTEST_SKIP() << "the osu018 library is not installed";
    }
};

TEST_F(Osu018, CountsAndSums) {
    const SynthReport r = synthesise(tiny(), on("osu018"));
    const ModuleReport& pe = module(r, "tiny_mul_pe");
    EXPECT_EQ(pe.unit, Unit::kPe);
    EXPECT_EQ(pe.instances, 6);
    EXPECT_EQ(pe.parameterisations, 1);
    EXPECT_DOUBLE_EQ(pe.flip_flops(), 4 + 4 + 9);
    // Bounds around what 17 flip-flops of 96 um2 and a 4x4 multiply-add take.
    EXPECT_GT(pe.area(), 17 * 96 + 1500);
    EXPECT_LT(pe.area(), 17 * 96 + 6000);

    const ModuleReport& delay = module(r, "tiny_delay");
    EXPECT_EQ(delay.instances, 2);  // those in the PEs are part of the PEs
    EXPECT_EQ(delay.parameterisations, 2);
    EXPECT_EQ(delay.flip_flops_total, 4 + 8);
    EXPECT_DOUBLE_EQ(delay.area_total, 12 * 96);

    EXPECT_EQ(module(r, "tiny_acc_column").instances, 3);
    EXPECT_EQ(module(r, "tiny_acc_column").flip_flops_total, 0);  // the memory is a black box
    EXPECT_EQ(r.memory_bits, 3 * 12 * 32);

    EXPECT_DOUBLE_EQ(*r.pe_area(), pe.area());
    EXPECT_DOUBLE_EQ(r.area_of(Unit::kPe), 6 * pe.area());
    // Areas again, from the netlist's cells and the library alone.
    double area = 0.0;
    std::ifstream in(find_liberty("osu018", liberty_folders("osu018")));
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const Library library(text, "osu018_stdcells.lib");
    for (const auto& [type, n] : r.cells) area += static_cast<double>(n) * library.area(type);
    EXPECT_DOUBLE_EQ(r.area(), area);
    EXPECT_EQ(r.library->file, "osu018_stdcells.lib");
    EXPECT_EQ(r.unit, "um2");
}

TEST_F(Osu018, TimesPaths) {
    if (find_program("sta").empty()) GTEST_SKIP() << "OpenSTA is not installed";
    const SynthReport r = synthesise(tiny(), on("osu018"));
    ASSERT_TRUE(r.timing) << r.timing_error;
    EXPECT_GT(r.timing->tmin_ns, 1.0);
    EXPECT_LT(r.timing->tmin_ns, 8.0);
    EXPECT_FALSE(r.timing->to.module.empty()) << r.timing->to.pin;
    ASSERT_TRUE(r.pe_tmin_ns());
    EXPECT_EQ(r.pe_tmin_ns(), module(r, "tiny_mul_pe").tmin_ns);
    EXPECT_GT(*r.pe_tmin_ns(), 1.0);
    EXPECT_LT(*r.pe_tmin_ns(), 8.0);
    EXPECT_FALSE(r.tools.at("opensta").empty());
}

/// Of the variants that meet the clock the one with the smallest area, 3 % more for one without
/// full-adder cells, or else the fastest.
std::string expected_adders(const ModuleReport& pe, double clock_ns) {
    const VariantReport* best = nullptr;
    const auto weighed = [](const VariantReport& v) {
        return v.area_total * (v.adders.find("full_adders") == std::string::npos ? 1.03 : 1.0);
    };
    for (const VariantReport& v : pe.variants) {
        const bool meets = *v.tmin_ns <= clock_ns;
        const bool best_meets = best != nullptr && *best->tmin_ns <= clock_ns;
        if (best == nullptr || (meets && !best_meets) ||
            (meets == best_meets &&
             (meets ? weighed(v) < weighed(*best) : *v.tmin_ns < *best->tmin_ns))) {
            best = &v;
        }
    }
    return best->adders;
}

TEST_F(Osu018, TheClockDecidesHowPesAreMapped) {
    if (find_program("sta").empty()) GTEST_SKIP() << "OpenSTA is not installed";
    SynthSettings settings = on("osu018");
    std::map<std::string, double> areas;
    for (const double clock_ns : {20.0, 0.1}) {
        settings.clock_ns = clock_ns;
        const SynthReport r = synthesise(tiny(), settings);
        const ModuleReport& pe = module(r, "tiny_mul_pe");
        ASSERT_EQ(pe.variants.size(), 4U);
        for (const VariantReport& v : pe.variants) EXPECT_TRUE(v.tmin_ns) << v.adders;
        EXPECT_EQ(pe.adders, expected_adders(pe, clock_ns));
        for (const VariantReport& v : pe.variants) {
            areas[v.adders] = v.area_total;
        }
        EXPECT_DOUBLE_EQ(pe.area_total, areas.at(pe.adders));
        // Other modules are mapped once.
        EXPECT_TRUE(module(r, "tiny_acc_column").variants.empty());
        EXPECT_EQ(module(r, "tiny_acc_column").adders, "gates");
    }
    EXPECT_NE(areas.at("gates"), areas.at("ripple"));
    EXPECT_NE(areas.at("full_adders"), areas.at("ripple_full_adders"));
}

TEST_F(Osu018, TheMappingAskedForIsTaken) {
    if (find_program("sta").empty()) GTEST_SKIP() << "OpenSTA is not installed";
    SynthSettings settings = on("osu018");
    settings.clock_ns = 0.1;  // which none meets
    const SynthReport chosen = synthesise(tiny(), settings);
    for (const VariantReport& v : module(chosen, "tiny_mul_pe").variants) {
        settings.adders = adder_variant(v.adders);
        const SynthReport r = synthesise(tiny(), settings);
        EXPECT_EQ(module(r, "tiny_mul_pe").adders, v.adders);
        EXPECT_DOUBLE_EQ(module(r, "tiny_mul_pe").area_total, v.area_total);
    }
}

TEST_F(Flow, FullAddersAskedForWhereTheLibraryHasNone) {
    SynthSettings settings = on(write_library(without_cell("FA", untimed_library())));
    settings.adders = AdderVariant::kRippleFullAdders;
    try {
        synthesise(tiny(), settings);
        FAIL() << "mapped to cells that are not there";
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr("--adders"));
        EXPECT_THAT(e.what(), HasSubstr("own library.lib"));
        EXPECT_THAT(e.what(), HasSubstr("allowed: gates, ripple"));
    }
    settings.adders = AdderVariant::kRipple;
    EXPECT_EQ(module(synthesise(tiny(), settings), "tiny_mul_pe").adders, "ripple");
    settings.target = "ice40";
    EXPECT_THROW(synthesise(tiny(), settings), InputError);
}

TEST_F(Flow, RipplingCarriesAddAndAreFewerCells) {
    std::ofstream(scratch_.path() / "lcu_map.v") << ripple_map();
    std::ofstream(scratch_.path() / "add.v")
        << "module add (input [22:0] a, b, input c, output [23:0] s);\n"
           "    assign s = a + b + c;\nendmodule\n";
    std::ofstream(scratch_.path() / "s.ys")
        << "read_verilog add.v\nproc\nalumacc\nopt\ncopy add gate\ncopy add plain\n"
           "select gate\ntechmap -map lcu_map.v -map +/techmap.v\nopt\n"
           "tee -q -o gate.stat stat\nselect plain\ntechmap\nopt\ntee -q -o plain.stat stat\n"
           "select *\nmiter -equiv -flatten add gate m\nhierarchy -top m\n"
           "sat -verify -prove trigger 0 m\n";
    const ProcessResult result = run_process({"yosys", "-q", "-s", "s.ys"}, scratch_.path());
    EXPECT_EQ(result.status, 0) << result.output;
    const auto cells = [this](const std::string& name) {
        std::ifstream in(scratch_.path() / (name + ".stat"));
        const std::string text{std::istreambuf_iterator<char>(in),
                               std::istreambuf_iterator<char>()};
        const ModuleCells modules = parse_stat(text);
        long sum = 0;
        for (const auto& [type, n] : modules.at(name)) sum += n;
        return sum;
    };
    EXPECT_LT(cells("gate"), cells("plain"));
}

TEST_F(Osu018, FloorHasTheRegistersOfThePe) {
    // int 4 x 4 in two lanes: swap, activations, two weights each, the sum.
    const FloorPe floor{8, 8, 9, 12, 1, false};
    const auto design =
        resolve(load_spec(std::filesystem::path(PEFORGE_SOURCE_DIR) / "specs/pot3_ws_5x1.json"));
    const SynthReport r = synthesise(floor_rtl(floor, design.top, emit(design)), on("osu018"));
    ASSERT_EQ(r.modules.front().unit, Unit::kPe);
    EXPECT_EQ(r.modules.front().flip_flops(), 1 + 8 + 2 * 8 + 12);
    EXPECT_GT(*r.pe_area(), (1 + 8 + 2 * 8 + 12) * 96);
}

TEST_F(Osu018, TwiceTheSame) {
    SynthSettings settings = on("osu018");
    settings.clock_ns = 5.0;
    const SynthReport a = synthesise(tiny(), settings);
    const SynthReport b = synthesise(tiny(), settings);
    EXPECT_EQ(to_json(a), to_json(b));
    EXPECT_EQ(to_text(a), to_text(b));
    EXPECT_EQ(a.artefacts, b.artefacts);
}

TEST_F(Osu018, CommandWritesItsFolder) {
    SynthOptions options;
    options.spec = std::filesystem::path(PEFORGE_SOURCE_DIR) / "specs/pot3_ws_5x1.json";
    options.out = scratch_.path() / "out";
    options.quiet = true;
    options.clock_ns = 1.0;
    ASSERT_EQ(synth_command(options), kDone);
    for (const char* file : {"report.json", "report.txt", "synth.ys", "yosys.log", "netlist.v"}) {
        EXPECT_TRUE(std::filesystem::exists(options.out / file)) << file;
    }
    std::ifstream in(options.out / "report.json");
    const auto j = nlohmann::json::parse(in);
    EXPECT_EQ(j.at("name"), "pot3_ws_5x1");
    EXPECT_EQ(j.at("spec_hash"), load_spec(options.spec).hash);
    double sum = 0.0;
    for (const auto& part : j.at("breakdown")) sum += part.get<double>();
    EXPECT_NEAR(j.at("area").get<double>(), sum, 1e-3);
    double modules = 0.0;
    for (const auto& m : j.at("modules")) modules += m.at("area_total").get<double>();
    EXPECT_NEAR(j.at("area").get<double>(), modules, 1e-3);
    EXPECT_EQ(j.at("modules").at(0).at("instances"), 5);  // 5 x 1 PEs
    // Everything but the top is classified.
    EXPECT_EQ(j.at("other_modules"), nlohmann::json({"pot3_ws_5x1"}));
    const auto& pe = j.at("modules").at(0);
    const auto& floor = j.at("floor");
    EXPECT_EQ(floor.at("flip_flops"), pe.at("flip_flops"));
    EXPECT_LT(floor.at("area").get<double>(), pe.at("area").get<double>());
    EXPECT_GT(floor.at("area").get<double>(), 96 * floor.at("flip_flops").get<double>());
    if (j.contains("tmin_ns")) {
        EXPECT_EQ(j.at("clock_met"), false);
    }
}

TEST_F(Flow, OwnLibrary) {
    const SynthReport r = synthesise(tiny(), on(write_library(untimed_library())));
    EXPECT_EQ(r.target, "own library.lib");
    EXPECT_EQ(r.unit, "library units");
    EXPECT_GT(module(r, "tiny_mul_pe").area(), 17 * 10.0);
    EXPECT_EQ(module(r, "tiny_mul_pe").flip_flops(), 17);
}

TEST_F(Flow, OwnLibraryWithoutFlipFlop) {
    try {
        synthesise(tiny(), on(write_library(without_cell("DFF"))));
        FAIL() << "accepted a library without a flip-flop";
    } catch (const InputError& e) {
        EXPECT_EQ(e.status(), kBadInput);
        EXPECT_THAT(e.what(), HasSubstr("flip-flop"));
    }
}

TEST_F(Flow, OwnLibraryWithACellWithoutArea) {
    std::string text = untimed_library();
    text.replace(text.find("area : 2.5; "), 12, "");
    try {
        synthesise(tiny(), on(write_library(text)));
        FAIL() << "made up an area";
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr("INV"));
    }
}

TEST_F(Flow, OwnLibraryThatIsNone) {
    EXPECT_THROW(synthesise(tiny(), on(write_library("hello"))), InputError);
    EXPECT_THROW(synthesise(tiny(), on((scratch_.path() / "absent.lib").string())), InputError);
}

TEST_F(Flow, UnknownTargetAndClock) {
    EXPECT_THROW(synthesise(tiny(), on("tsmc5")), InputError);
    SynthSettings settings = on("ice40");
    settings.clock_ns = 0.0;
    EXPECT_THROW(synthesise(tiny(), settings), InputError);
}

TEST_F(Flow, BrokenRtlIsReported) {
    RtlInput rtl = tiny();
    rtl.files["rtl/tiny_delay.v"] = "module tiny_delay (; endmodule\n";
    try {
        synthesise(rtl, on("ice40"));
        FAIL() << "accepted broken Verilog";
    } catch (const CheckFailedError& e) {
        EXPECT_THAT(e.what(), HasSubstr("tiny_delay.v"));
    }
}

TEST_F(Flow, MissingYosys) {
    const ScopedEnv path("PATH", scratch_.path().string());
    try {
        synthesise(tiny(), on("ice40"));
        FAIL() << "ran without yosys";
    } catch (const MissingToolError& e) {
        EXPECT_EQ(e.status(), kMissingTool);
        EXPECT_THAT(e.what(), HasSubstr("apt-get install yosys"));
    }
}

TEST_F(Flow, MissingOpenStaIsNoError) {
    // A PATH with Yosys and its ABC, and nothing else.
    for (const char* tool : {"yosys", "yosys-abc", "berkeley-abc"}) {
        const std::filesystem::path program = find_program(tool);
        if (!program.empty()) std::filesystem::create_symlink(program, scratch_.path() / tool);
    }
    std::filesystem::create_symlink("/bin/sh", scratch_.path() / "sh");
    const std::string library = write_library(untimed_library());
    const ScopedEnv path("PATH", scratch_.path().string());
    const SynthReport r = synthesise(tiny(), on(library));
    EXPECT_FALSE(r.timing);
    EXPECT_THAT(r.timing_error, HasSubstr("apt-get install opensta"));
    EXPECT_GT(r.area(), 0.0);
}

TEST_F(Flow, FpgaCells) {
    const SynthReport r = synthesise(tiny(), on("ice40"));
    EXPECT_EQ(module(r, "tiny_mul_pe").instances, 6);
    EXPECT_EQ(module(r, "tiny_mul_pe").flip_flops(), 17);
    EXPECT_EQ(module(r, "tiny_delay").flip_flops_total, 12);
    EXPECT_EQ(r.cells.at("SB_RAM40_4K"), 3);
    EXPECT_EQ(r.memory_bits, 3 * 12 * 32);
    EXPECT_FALSE(r.timing);
    EXPECT_FALSE(r.library);
}

}  // namespace
}  // namespace peforge::synth
