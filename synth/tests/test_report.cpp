// Sums and printed forms of a report.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "synth/report.hpp"

namespace peforge::synth {
namespace {

using ::testing::HasSubstr;

ModuleReport module(const std::string& name, Unit unit, long instances, double area_total) {
    ModuleReport m;
    m.name = name;
    m.unit = unit;
    m.instances = instances;
    m.parameterisations = 1;
    m.area_total = area_total;
    m.cells_total = 10 * instances;
    m.flip_flops_total = 2 * instances;
    m.adders = "gates";
    return m;
}

SynthReport small_report() {
    SynthReport r;
    r.name = "t";
    r.spec_hash = "0123456789abcdef";
    r.target = "osu018";
    r.library = LibraryReport{"osu018_stdcells.lib", "osu018_stdcells", "00", 1.8, 25.0};
    r.unit = "um2";
    r.modules = {module("t_mul_pe", Unit::kPe, 4, 0.4), module("t_delay", Unit::kEdge, 3, 100.0),
                 module("t", Unit::kOther, 1, 50.0)};
    r.memory_bits = 640;
    return r;
}

TEST(Report, SumsByUnit) {
    SynthReport r = small_report();
    EXPECT_DOUBLE_EQ(r.area(), 150.4);
    EXPECT_DOUBLE_EQ(r.area_of(Unit::kPe), 0.4);
    EXPECT_DOUBLE_EQ(r.area_of(Unit::kPost), 0.0);
    EXPECT_DOUBLE_EQ(r.pe_area().value(), 0.1);
    r.modules.push_back(module("t_dpe", Unit::kPe, 1, 1.0));
    EXPECT_FALSE(r.pe_area());
}

TEST(Report, Json) {
    SynthReport r = small_report();
    r.timing = Timing{4.0,
                      250.0,
                      0.1,
                      {"a", "", "", "a"},
                      {"u/b/D", "u", "t_mul_pe", "sum_q[0]"},
                      {{0.3, 0, "", "", "a"}, {3.9, 7, "u", "t_mul_pe", "sum_q[0]"}},
                      7};
    r.clock_ns = 3.5;
    const auto j = nlohmann::json::parse(to_json(r));
    EXPECT_EQ(j.at("area"), 150.4);
    EXPECT_EQ(j.at("array_area"), 0.4);
    EXPECT_EQ(j.at("breakdown").at("edge"), 100);
    EXPECT_EQ(j.at("other_modules"), nlohmann::json({"t"}));
    EXPECT_EQ(j.at("modules").at(0).at("area"), 0.1);
    EXPECT_EQ(j.at("modules").at(1).at("area"), 33.3333);
    EXPECT_EQ(j.at("memory_bits"), 640);
    EXPECT_EQ(j.at("fmax_mhz"), 250);
    EXPECT_EQ(j.at("clock_met"), false);
    EXPECT_EQ(j.at("critical_path").at("to").at("module"), "t_mul_pe");
    EXPECT_EQ(j.at("critical_path").at("cells"), 7);
    EXPECT_EQ(j.at("critical_path").at("signals").at(1).at("signal"), "sum_q[0]");
    EXPECT_THAT(to_text(r), HasSubstr("worst path, 7 cells:\n    0.300 ns    0 cells  a\n"
                                      "    3.900 ns    7 cells  u/sum_q[0]  (t_mul_pe)\n"));
}

TEST(Report, SaysHowPesWereMapped) {
    SynthReport r = small_report();
    r.modules[0].adders = "ripple";
    r.modules[0].variants = {{"gates", 0.8, 4.0}, {"ripple", 0.4, 4.5}};
    const auto j = nlohmann::json::parse(to_json(r));
    const auto& pe = j.at("modules").at(0);
    EXPECT_EQ(pe.at("adders"), "ripple");
    EXPECT_EQ(pe.at("variants"), nlohmann::json::parse(R"([
        {"adders": "gates", "area": 0.2, "tmin_ns": 4}, {"adders": "ripple", "area": 0.1, "tmin_ns": 4.5}])"));
    EXPECT_FALSE(j.at("modules").at(1).contains("variants"));
    EXPECT_THAT(to_text(r), HasSubstr("t_mul_pe was mapped in these ways, um2 / ns: "
                                      "gates 0.2 / 4.000, ripple 0.1 / 4.500 (taken)"));
}

TEST(Report, Floor) {
    SynthReport r = small_report();
    EXPECT_FALSE(nlohmann::json::parse(to_json(r)).contains("floor"));
    r.floor = FloorReport{16, module("t_floor_pe", Unit::kPe, 1, 0.05)};
    EXPECT_DOUBLE_EQ(r.pe_over_floor().value(), 2.0);
    const auto j = nlohmann::json::parse(to_json(r));
    EXPECT_EQ(j.at("floor").at("area"), 0.05);
    EXPECT_EQ(j.at("floor").at("flip_flops"), 2);
    EXPECT_EQ(j.at("floor").at("sum_bits"), 16);
    EXPECT_EQ(j.at("floor").at("pe_over_floor"), 2);
    EXPECT_EQ(j.at("area"), 150.4);  // no part of the design
    EXPECT_THAT(to_text(r), HasSubstr("one adder of 16 bits"));
    EXPECT_THAT(to_text(r), HasSubstr("PE / floor 2.00"));
}

TEST(Report, TimingThatFailedIsSaid) {
    SynthReport r = small_report();
    r.timing_error = "OpenSTA gave no clock period";
    const auto j = nlohmann::json::parse(to_json(r));
    EXPECT_TRUE(j.at("fmax_mhz").is_null());
    EXPECT_EQ(j.at("timing_error"), "OpenSTA gave no clock period");
    EXPECT_THAT(to_text(r), HasSubstr("no timing: OpenSTA gave no clock period"));
}

TEST(Report, Text) {
    const std::string text = to_text(small_report());
    EXPECT_THAT(text, HasSubstr("t on osu018 (osu018_stdcells.lib)"));
    EXPECT_THAT(text, HasSubstr("area 150 um2, PE array 0, one PE 0.1"));
    EXPECT_THAT(text, HasSubstr("memory 640 bits (not in the area)"));
}

}  // namespace
}  // namespace peforge::synth
