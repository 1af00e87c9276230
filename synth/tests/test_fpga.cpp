// FPGA families, and the reader of the router's log.
//
// SPDX-License-Identifier: Apache-2.0
#include "synth/fpga.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "synth/synth.hpp"

namespace peforge::synth {
namespace {

using testing::HasSubstr;

TEST(Route, ReadsUseAndTheLastFrequency) {
    const std::string log =
        "Info: \t         ICESTORM_LC:   967/ 5280    18%\nInfo: \t        ICESTORM_RAM:     2/   "
        "30     6%\n"
        "Info: \t        ICESTORM_DSP:     3/    8    37%\n"
        "Info: Max frequency for clock 'clk_i$SB_IO_IN_$glb_clk': 41.50 MHz (PASS at 12.00 MHz)\n"
        "Warning: Max frequency for clock 'clk_i$SB_IO_IN_$glb_clk': 37.01 MHz (FAIL at 50.00 "
        "MHz)\n";
    const Route route = parse_route(log, 1, "up5k");
    EXPECT_TRUE(route.fits);
    EXPECT_EQ(route.fmax_mhz, 37.01);
    EXPECT_EQ(route.logic_cells, 967);
    EXPECT_EQ(route.logic_cells_there, 5280);
    EXPECT_EQ(route.dsps, 3);
    EXPECT_EQ(route.rams, 2);
}

TEST(Route, ReadsEcp5) {
    const Route route = parse_route(
        "Info: \t              DP16KD:       2/     56     3%\n"
        "Info: \t          MULT18X18D:       4/     28     14%\n"
        "Info: \t          TRELLIS_FF:    1221/  24288     5%\n"
        "Info: \t        TRELLIS_COMB:    2431/  24288    10%\n"
        "Info: Max frequency for clock '$glbnet$clk_i$TRELLIS_IO_IN': 67.17 MHz (PASS at 50.00 "
        "MHz)\n",
        0, "ecp5-25k");
    EXPECT_EQ(route.fmax_mhz, 67.17);
    EXPECT_EQ(route.logic_cells, 2431);
    EXPECT_EQ(route.logic_cells_there, 24288);
    EXPECT_EQ(route.dsps, 4);
    EXPECT_EQ(route.rams, 2);
}

TEST(Route, ADesignThatIsTooLargeIsAResult) {
    const Route route = parse_route(
        "Info: \t         ICESTORM_LC:  5559/ 5280   105%\n"
        "ERROR: Unable to place cell 'x', no Bels remaining of type 'ICESTORM_LC'\n",
        255, "up5k");
    EXPECT_FALSE(route.fits);
    EXPECT_FALSE(route.fmax_mhz);
    EXPECT_EQ(route.logic_cells, 5559);
}

TEST(Route, OtherFailuresAreErrors) {
    try {
        parse_route("ERROR: Failed to parse JSON\n", 255, "hx8k");
        FAIL() << "took it for a result";
    } catch (const CheckFailedError& e) {
        EXPECT_THAT(e.what(), HasSubstr("Failed to parse JSON"));
    }
}

TEST(Route, ThePinSaverLeavesNothingOpen) {
    const std::string text = pin_saver("t", {{"clk_i", 1, true},
                                             {"rst_ni", 1, true},
                                             {"a_i", 3, true},
                                             {"b_o", 2, false},
                                             {"c_i", 1, true},
                                             {"d_o", 1, false}});
    for (const char* part : {"module t_pins", ".clk_i(clk_i)", ".rst_ni(rst_ni)", ".a_i(in_q[2:0])",
                             ".c_i(in_q[3:3])", ".b_o(out[1:0])", ".d_o(out[2:2])"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
    if (find_program("verilator").empty()) GTEST_SKIP() << "verilator is not installed";
    const ScratchDir dir;
    write_file(dir.path() / "t.v",
               "module t (input wire clk_i, input wire rst_ni, input wire [2:0] a_i, output reg "
               "[1:0] b_o, "
               "input wire c_i, output wire d_o);\n assign d_o = c_i & rst_ni;\n"
               " always @(posedge clk_i) b_o <= a_i[2:1] ^ {2{a_i[0]}};\nendmodule\n" +
                   text);
    const ProcessResult lint =
        run_process({"verilator", "--lint-only", "--top-module", "t_pins", "t.v"}, dir.path());
    EXPECT_EQ(lint.status, 0) << lint.output;
}

TEST(Route, AnArrayIsPlacedAndRouted) {
    for (const char* tool : {"yosys", "nextpnr-ice40"}) {
        if (find_program(tool).empty()) GTEST_SKIP() << tool << " is not installed";
    }
    const Design design =
        resolve(parse_spec(R"({"name": "t", "array": {"kind": "systolic", "rows": 1, "cols": 1},
        "weight": {"format": "pot", "n": 4}, "activation": {"format": "int", "n": 4},
        "accumulator": {"max_k": 16}, "output": {"format": "int", "n": 4}})",
                           "t"));
    SynthSettings settings;
    settings.target = "ice40";
    settings.route = "hx8k";
    const SynthReport report = synthesise(design, emit(design), settings);
    ASSERT_TRUE(report.route);
    EXPECT_GT(report.route->fmax_mhz.value_or(0.0), 10.0);
    EXPECT_GT(report.route->logic_cells, 100);
    EXPECT_GT(report.route->rams, 0);
}

TEST(FpgaTarget, OptionsBelongToFpgas) {
    const Design design =
        resolve(parse_spec(R"({"name": "t", "array": {"kind": "systolic", "rows": 1, "cols": 1},
        "weight": {"format": "int", "n": 4}, "activation": {"format": "int", "n": 4},
        "accumulator": {"max_k": 16}, "output": {"format": "int", "n": 4}})",
                           "t"));
    SynthSettings settings;
    settings.dsp = true;
    EXPECT_THROW(synthesise(design, emit(design), settings), InputError);
    const auto refused = [](const char* target, std::optional<bool> use, const char* route) {
        try {
            check_options(*fpga_target(target), use, route);
        } catch (const InputError&) {
            return true;
        }
        return false;
    };
    EXPECT_TRUE(refused("gowin", true, ""));
    EXPECT_FALSE(refused("gowin", false, ""));
    EXPECT_FALSE(refused("xcup", true, ""));
    EXPECT_TRUE(refused("ecp5", {}, "hx8k"));
    EXPECT_TRUE(refused("ice40", {}, "hx9k"));
    EXPECT_TRUE(refused("ice40", {}, "ecp5-25k"));
    EXPECT_FALSE(refused("ecp5", false, "ecp5-85k"));
    EXPECT_TRUE(refused("xilinx", {}, "ecp5-85k"));
    EXPECT_FALSE(refused("ice40", true, "up5k"));
    EXPECT_THROW(target_library("ice40"), InputError);
    EXPECT_EQ(fpga_target("osu018"), nullptr);
    EXPECT_STREQ(fpga_target("gowin")->name, "gowin");
}

}  // namespace
}  // namespace peforge::synth
