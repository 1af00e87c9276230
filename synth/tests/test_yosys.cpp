// Readers of Yosys output, name mapping, classification, OpenSTA output.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generator/spec/error.hpp"
#include "synth/hierarchy.hpp"
#include "synth/tests/small_library.hpp"
#include "synth/timing.hpp"
#include "synth/yosys.hpp"

namespace peforge::synth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(CleanName, UndoesYosysNames) {
    EXPECT_EQ(clean_name("t_mul_pe"), "t_mul_pe");
    EXPECT_EQ(clean_name("\\t_mul_pe"), "t_mul_pe");
    EXPECT_EQ(clean_name("$paramod$9d4ff8f260485b7a6c78df38941c26d46a7c2cf6\\t_memory"),
              "t_memory");
    EXPECT_EQ(clean_name("$paramod\\t_delay\\DEPTH=s32'00000000000000000000000000000011"),
              "t_delay");
    EXPECT_EQ(clean_name("$paramod"), "$paramod");
}

TEST(UnitOf, GoesByTheEndOfTheName) {
    EXPECT_EQ(unit_of("t_mul_pe", "t"), Unit::kPe);
    EXPECT_EQ(unit_of("t_shift_pe", "t"), Unit::kPe);
    EXPECT_EQ(unit_of("t_log_pe", "t"), Unit::kPe);
    EXPECT_EQ(unit_of("t_dpe", "t"), Unit::kPe);
    EXPECT_EQ(unit_of("t_lookup_sum", "t"), Unit::kPe);
    EXPECT_EQ(unit_of("t_floor_pe", "t"), Unit::kPe);
    EXPECT_EQ(unit_of("t_lp_decode", "t"), Unit::kEdge);
    EXPECT_EQ(unit_of("t_delay", "t"), Unit::kEdge);
    EXPECT_EQ(unit_of("t_token_delay", "t"), Unit::kControl);
    EXPECT_EQ(unit_of("t_tile_ctrl", "t"), Unit::kControl);
    EXPECT_EQ(unit_of("t_lookup_ctrl", "t"), Unit::kControl);
    EXPECT_EQ(unit_of("t_acc_column", "t"), Unit::kAccumulator);
    EXPECT_EQ(unit_of("t_correction", "t"), Unit::kAccumulator);
    EXPECT_EQ(unit_of("t_result_ctrl", "t"), Unit::kControl);
    EXPECT_EQ(unit_of("t_encode", "t"), Unit::kPost);
    EXPECT_EQ(unit_of("t_memory", "t"), Unit::kMemory);
    EXPECT_EQ(unit_of("t_pe_regs", "t"), Unit::kOther);
    // The prefix is the design's name and says nothing.
    EXPECT_EQ(unit_of("my_mul_pe", "my_mul_pe"), Unit::kOther);
    EXPECT_EQ(unit_of("my_mul_pe_glue", "my_mul_pe"), Unit::kOther);
    EXPECT_EQ(unit_of("other_mul_pe", "t"), Unit::kOther);
}

TEST(DeclaredModules, SkipsComments) {
    EXPECT_THAT(declared_modules("// module no;\nmodule a #(parameter W = 1) ();\nendmodule\n"
                                 "  module b;\nendmodule\n"),
                ElementsAre("a", "b"));
}

constexpr const char* kStat = R"(
9. Printing statistics.

=== t ===

   Number of wires:                  7
   Number of cells:                 12
     $_XOR_                          8
     $paramod$9d4f\t_memory      1
     t_memory                        1
     t_mul_pe                        2

=== $paramod$9d4f\t_delay ===

   Number of cells:                  0

=== design hierarchy ===

   t                                 1
     t_mul_pe                        2

   Number of cells:                122
     $_AND_                         34
)";

TEST(ParseStat, CellsOfEachModule) {
    const ModuleCells cells = parse_stat(kStat);
    ASSERT_EQ(cells.size(), 2U);
    EXPECT_THAT(cells.at("t"), ElementsAre(Pair("$_XOR_", 8), Pair("$paramod$9d4f\\t_memory", 1),
                                           Pair("t_memory", 1), Pair("t_mul_pe", 2)));
    EXPECT_TRUE(cells.at("$paramod$9d4f\\t_delay").empty());
}

/// As Yosys 0.70 prints it.
TEST(ParseStat, NumbersFirst) {
    const std::string text = R"(
3. Printing statistics.

=== t ===

        +----------Local Count, excluding submodules.
        |
        4 wires
       12 wire bits
        3 ports
        7 cells
        2   $_XOR_
        4   $scopeinfo
        1   DFFPOSX1
        2 submodules
        2   $paramod$9d4f\t_delay

=== $paramod$9d4f\t_delay ===

        +----------Local Count, excluding submodules.
        |
        4 wires

=== design hierarchy ===

        +----------Count including submodules.
        |
        2 t
)";
    const ModuleCells cells = parse_stat(text);
    ASSERT_EQ(cells.size(), 2U);
    EXPECT_THAT(cells.at("t"), ElementsAre(Pair("$_XOR_", 2), Pair("$paramod$9d4f\\t_delay", 2),
                                           Pair("DFFPOSX1", 1)));
    EXPECT_TRUE(cells.at("$paramod$9d4f\\t_delay").empty());
    std::string wrong = text;
    wrong.replace(wrong.find("7 cells"), 7, "8 cells");
    EXPECT_THROW(parse_stat(wrong), CheckFailedError);
}

TEST(ParseStat, RefusesTextThatDoesNotAddUp) {
    std::string text = kStat;
    text.replace(text.find("  12\n"), 4, "  13");
    EXPECT_THROW(parse_stat(text), CheckFailedError);
    EXPECT_THROW(parse_stat(""), CheckFailedError);
}

TEST(SplitNetlist, KeepsEscapedNames) {
    const auto modules = split_netlist(
        "/* Generated */\n\nmodule plain(a);\n  input a;\nendmodule\n\n"
        "module \\$paramod$9d4f\\t_delay (a);\n  input a;\nendmodule\n");
    ASSERT_EQ(modules.size(), 2U);
    EXPECT_EQ(modules.at("plain"), "module plain(a);\n  input a;\nendmodule\n");
    EXPECT_THAT(modules.at("$paramod$9d4f\\t_delay"),
                HasSubstr("module \\$paramod$9d4f\\t_delay (a);"));
}

TEST(YosysError, FindsTheLine) {
    EXPECT_EQ(yosys_error("Warning: x\nERROR: Module `m' not found!\n"), "Module `m' not found!");
    EXPECT_EQ(yosys_error("a.v:3: ERROR: syntax error\n"), "syntax error (a.v:3)");
    EXPECT_EQ(yosys_error("killed\n"), "killed");
}

constexpr const char* kElaborated = R"({
  "modules": {
    "t": { "attributes": {}, "ports": {}, "cells": {
      "gen[0].u_row": { "type": "row" }, "gen[1].u_row": { "type": "row" },
      "u_mem": { "type": "$paramod$12\\t_memory" }, "$add$1": { "type": "$add" } } },
    "row": { "attributes": {}, "ports": {}, "cells": {
      "u_a": { "type": "$paramod$34\\t_mul_pe" }, "u_b": { "type": "$paramod$34\\t_mul_pe" } } },
    "$paramod$34\\t_mul_pe": { "attributes": { "hdlname": "\\t_mul_pe" }, "ports": {}, "cells": {} },
    "$paramod$12\\t_memory": { "attributes": { "hdlname": "\\t_memory" },
      "parameter_default_values": { "WIDTH": "00000000000000000000000000010100", "KIND": "auto" },
      "ports": { "clk_i": { "direction": "input", "bits": [2] },
                 "d_i": { "direction": "input", "bits": [3] },
                 "q_o": { "direction": "output", "bits": [4, 5] } }, "cells": {} },
    "INVX1": { "attributes": {}, "ports": {}, "cells": {} }
  } })";

TEST(Hierarchy, CountsInstancesBelowTheTop) {
    const Hierarchy h(kElaborated, "t");
    EXPECT_THAT(h.instances(),
                ElementsAre(Pair("$paramod$12\\t_memory", 1), Pair("$paramod$34\\t_mul_pe", 4),
                            Pair("row", 2), Pair("t", 1)));
    EXPECT_FALSE(h.modules().contains("INVX1"));
    const ElaboratedModule& memory = h.modules().at("$paramod$12\\t_memory");
    EXPECT_EQ(memory.name, "t_memory");
    EXPECT_THAT(memory.parameters, ElementsAre(Pair("WIDTH", 20)));
    EXPECT_EQ(h.module_at({"gen[1].u_row", "u_b"}), "t_mul_pe");
    EXPECT_EQ(h.module_at({}), "t");
    EXPECT_EQ(h.module_at({"nothing"}), "");
    EXPECT_THROW(Hierarchy(kElaborated, "absent"), CheckFailedError);
}

TEST(Sta, ReadsThePeriodAndThePath) {
    const Hierarchy h(kElaborated, "t");
    const Timing t = parse_sta(
        "PEFORGE design pe\nPEFORGE tmin 9.0\nPEFORGE hold 0.5\n"
        "PEFORGE design t\nWarning: something\nPEFORGE tmin 3.6591\n"
        "PEFORGE from gen\\[0\\].u_row/u_a/_12_/CLK\nPEFORGE to q_o[1]\nPEFORGE hold 0.1149\n",
        "t", h);
    EXPECT_DOUBLE_EQ(t.tmin_ns, 3.659);
    EXPECT_DOUBLE_EQ(t.fmax_mhz, 273.3);
    EXPECT_DOUBLE_EQ(t.hold_slack_ns, 0.115);
    EXPECT_EQ(t.from.instance, "gen[0].u_row/u_a");
    EXPECT_EQ(t.from.module, "t_mul_pe");
    EXPECT_EQ(t.to.pin, "q_o[1]");
    EXPECT_EQ(t.to.module, "");
    EXPECT_EQ(t.to.signal, "q_o[1]");
}

TEST(Sta, TellsThePathByTheSignalsOfTheRtl) {
    const Hierarchy h(kElaborated, "t");
    const std::string head = "PEFORGE design t\nPEFORGE tmin 3.0\nPEFORGE hold 0.1\n";
    const Timing t = parse_sta(
        head +
            "PEFORGE from gen\\[0\\].u_row/u_a/_12_/Q\nPEFORGE to gen\\[1\\].u_row/u_b/_7_/D\n"
            "PEFORGE point gen\\[0\\].u_row/u_a/_12_/Q 0.15 output gen\\[0\\].u_row/u_a/sum_q[3]\n"
            "PEFORGE point gen\\[0\\].u_row/u_a/_13_/A 0.15 input gen\\[0\\].u_row/u_a/sum_q[3]\n"
            "PEFORGE point gen\\[0\\].u_row/u_a/_13_/Y 0.2504 output gen\\[0\\].u_row/u_a/_99_\n"
            "PEFORGE point gen\\[0\\].u_row/u_a/_14_/A 0.2504 input gen\\[0\\].u_row/u_a/_99_\n"
            "PEFORGE point gen\\[0\\].u_row/u_a/_14_/Y 0.5 output gen\\[0\\].u_row/u_a/q_o[1]\n"
            "PEFORGE point gen\\[1\\].u_row/u_b/_9_/B 0.5 input gen\\[1\\].u_row/u_b/d_i[1]\n"
            "PEFORGE point gen\\[1\\].u_row/u_b/_9_/Y 0.8 output gen\\[1\\].u_row/u_b/_3_\n"
            "PEFORGE point gen\\[1\\].u_row/u_b/_7_/D 0.8 input gen\\[1\\].u_row/u_b/_3_\n"
            "PEFORGE register gen\\[1\\].u_row/u_b/held_q[0]\nPEFORGE register -\n",
        "t", h);
    EXPECT_EQ(t.from.signal, "sum_q[3]");
    EXPECT_EQ(t.to.signal, "held_q[0]");
    EXPECT_EQ(t.path_cells, 4);
    std::vector<std::string> told;
    for (const PathSignal& at : t.path) {
        told.push_back(std::to_string(at.cells) + " " + at.instance + " " + at.signal);
    }
    EXPECT_THAT(told, ElementsAre("1 gen[0].u_row/u_a sum_q[3]", "3 gen[0].u_row/u_a q_o[1]",
                                  "3 gen[1].u_row/u_b d_i[1]", "4 gen[1].u_row/u_b held_q[0]"));
    EXPECT_DOUBLE_EQ(t.path[3].arrival_ns, 0.8);

    // From a port to a memory: the port, and the memory's own port, not a register of its stand-in.
    const Timing m = parse_sta(head +
                                   "PEFORGE from d_i[2]\nPEFORGE to u_mem/u_d_i_0/D\n"
                                   "PEFORGE point d_i[2] 0.3 input -\n"
                                   "PEFORGE point u_mem/u_d_i_0/D 0.3 input u_mem/d_i[0]\n"
                                   "PEFORGE register u_mem/u_d_i_0_q\n",
                               "t", h);
    EXPECT_EQ(m.from.signal, "d_i[2]");
    EXPECT_EQ(m.to.signal, "d_i[0]");
    EXPECT_EQ(m.path_cells, 0);
}

TEST(Sta, AMissingPeriodIsAnError) {
    const Hierarchy h(kElaborated, "t");
    try {
        parse_sta(
            "PEFORGE design t\nError: netlist.v line 3, syntax error, unexpected '{'\n"
            "PEFORGE hold 0.1\n",
            "t", h);
        FAIL() << "accepted output without a period";
    } catch (const CheckFailedError& e) {
        EXPECT_THAT(e.what(), HasSubstr("netlist.v line 3, syntax error"));
    }
    EXPECT_THROW(parse_sta("PEFORGE design t\nPEFORGE tmin \nPEFORGE hold 0.1\n", "t", h),
                 CheckFailedError);
    EXPECT_THROW(parse_sta("PEFORGE design t\nPEFORGE tmin 1.0\n", "t", h), CheckFailedError);
    EXPECT_THROW(parse_sta("PEFORGE design u\nPEFORGE tmin 1.0\nPEFORGE hold 0.1\n", "t", h),
                 CheckFailedError);
}

TEST(Sta, MemoriesBecomeFlipFlops) {
    const Hierarchy h(kElaborated, "t");
    const std::string stubs = memory_stubs(h, Library(kSmallLibrary, "small.lib"), "t");
    EXPECT_THAT(stubs, HasSubstr("module \\$paramod$12\\t_memory (clk_i, d_i, q_o);"));
    EXPECT_THAT(stubs, HasSubstr("DFF u_d_i_0 (.CK(clk_i), .D(d_i[0]), .Q(u_d_i_0_q));"));
    EXPECT_THAT(stubs, HasSubstr("DFF u_q_o_1 (.CK(clk_i), .D(1'b0), .Q(q_o[1]));"));
}

}  // namespace
}  // namespace peforge::synth
