// Power analysis against sums done by hand.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "generator/spec/error.hpp"
#include "synth/power/annotate.hpp"
#include "synth/power/cell_model.hpp"
#include "synth/power/gates.hpp"
#include "synth/power/power.hpp"
#include "synth/power/simulate.hpp"

namespace peforge::synth::power {
namespace {

using testing::HasSubstr;

/// Constant delays; 2 V, so that a transition costs 2 pJ a pF. Rise and fall differ everywhere.
const std::string kLibrary = R"lib(library (tiny) {
  time_unit : "1ns"; voltage_unit : "1V"; leakage_power_unit : "1nW"; capacitive_load_unit (1,pf);
  nom_voltage : 2.0;
  lu_table_template (t) { variable_1 : total_output_net_capacitance; variable_2 : input_net_transition;
                          index_1 ("0.0, 1.0"); index_2 ("0.0, 1.0"); }
  power_lut_template (p) { variable_1 : input_transition_time; index_1 ("0.0, 1.0"); }
  cell (INV) { cell_leakage_power : 3;
    pin (A) { direction : input; capacitance : 0.01; }
    pin (Y) { direction : output; function : "!A";
      timing () { related_pin : "A"; timing_sense : negative_unate;
        cell_rise (scalar) { values ("0.100"); } rise_transition (scalar) { values ("0.0"); }
        cell_fall (scalar) { values ("0.200"); } fall_transition (scalar) { values ("0.0"); } }
      internal_power () { related_pin : "A"; rise_power (scalar) { values ("0.003"); } fall_power (scalar) { values ("0.005"); } } } }
  cell (AND) { cell_leakage_power : 5;
    pin (A) { direction : input; capacitance : 0.02; }
    pin (B) { direction : input; capacitance : 0.04; }
    pin (Y) { direction : output; function : "A B";
      timing () { related_pin : "A B"; timing_sense : positive_unate;
        cell_rise (scalar) { values ("0.150"); } rise_transition (scalar) { values ("0.0"); }
        cell_fall (scalar) { values ("0.150"); } fall_transition (scalar) { values ("0.0"); } }
      internal_power () { related_pin : "A"; rise_power (scalar) { values ("0.1"); } fall_power (scalar) { values ("0.2"); } }
      internal_power () { related_pin : "B"; rise_power (scalar) { values ("0.4"); } fall_power (scalar) { values ("0.8"); } } } }
  cell (DFF) { leakage_power () { when : "D"; value : "6"; } leakage_power () { when : "!D"; value : "8"; }
    ff (IQ, IQN) { next_state : "D"; clocked_on : "CK"; }
    pin (D) { direction : input; capacitance : 0.03; }
    pin (CK) { direction : input; capacitance : 0.05;
      internal_power () { when : "D Q"; rise_power (p) { values ("1.0, 2.0"); } fall_power (p) { values ("0.5, 2.0"); } }
      internal_power () { rise_power (p) { values ("0.25, 2.0"); } } }
    pin (Q) { direction : output; function : "IQ";
      timing () { related_pin : "CK"; timing_type : rising_edge;
        cell_rise (scalar) { values ("0.300"); } rise_transition (scalar) { values ("0.0"); }
        cell_fall (scalar) { values ("0.300"); } fall_transition (scalar) { values ("0.0"); } } }
    pin (QN) { direction : output; function : "IQN";
      timing () { related_pin : "CK"; timing_type : rising_edge;
        cell_rise (scalar) { values ("0.350"); } rise_transition (scalar) { values ("0.0"); }
        cell_fall (scalar) { values ("0.350"); } fall_transition (scalar) { values ("0.0"); } } } }
  cell (LAT) { cell_leakage_power : 2;
    latch (IQ, IQN) { enable : "G"; data_in : "D"; }
    pin (D) { direction : input; capacitance : 0.01; }
    pin (G) { direction : input; capacitance : 0.02;
      internal_power () { rise_power (scalar) { values ("0.01"); } fall_power (scalar) { values ("0.02"); } } }
    pin (Q) { direction : output; function : "IQ";
      timing () { related_pin : "G"; timing_type : rising_edge;
        cell_rise (scalar) { values ("0.350"); } rise_transition (scalar) { values ("0.0"); }
        cell_fall (scalar) { values ("0.350"); } fall_transition (scalar) { values ("0.0"); } }
      timing () { related_pin : "D"; timing_sense : positive_unate;
        cell_rise (scalar) { values ("0.250"); } rise_transition (scalar) { values ("0.0"); }
        cell_fall (scalar) { values ("0.250"); } fall_transition (scalar) { values ("0.0"); } }
      internal_power () { related_pin : "G"; rise_power (scalar) { values ("0.7"); } fall_power (scalar) { values ("0.8"); } }
      internal_power () { related_pin : "D"; rise_power (scalar) { values ("5.0"); } fall_power (scalar) { values ("6.0"); } } } }
}
)lib";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// A netlist put together cell by cell: inputs first, then outputs, in the model's order.
class Circuit {
public:
    explicit Circuit(const std::string& library = kLibrary) : models_(library, "tiny.lib") {
        gates_.modules = {"top"};
        gates_.instances = {1};
        gates_.clock = gates_.nets++;
        gates_.ports.push_back({"clk_i", true, {gates_.clock}});
    }

    Net net() { return gates_.nets++; }

    Net input() {
        gates_.ports.push_back({"in", true, {net()}});
        return gates_.ports.back().bits.front();
    }

    void output(Net n) { gates_.ports.push_back({"out", false, {n}}); }

    void cell(const std::string& name, const std::vector<Net>& pins) {
        gates_.gates.push_back(
            {&models_.at(name), static_cast<std::uint32_t>(gates_.pins.size()), 0});
        gates_.pins.insert(gates_.pins.end(), pins.begin(), pins.end());
    }

    [[nodiscard]] Annotation annotated() { return annotate(gates_, models_.at("DFF"), {}); }
    [[nodiscard]] const Gates& gates() const { return gates_; }
    [[nodiscard]] double voltage() const { return models_.voltage(); }

private:
    CellModels models_;
    Gates gates_;
};

TEST(PowerTable, IsBilinearInsideAndOutside) {
    const auto f = [](double load, double slew) {
        return 1 + 2 * load + 3 * slew + 5 * load * slew;
    };
    using Axis = Table::Axis;
    const Table load_first({Axis::kLoad, Axis::kSlew}, {{0, 1, 3}, {0, 2}},
                           {f(0, 0), f(0, 2), f(1, 0), f(1, 2), f(3, 0), f(3, 2)});
    const Table slew_first({Axis::kSlew, Axis::kLoad}, {{0, 2}, {0, 1, 3}},
                           {f(0, 0), f(1, 0), f(3, 0), f(0, 2), f(1, 2), f(3, 2)});
    for (const double load : {-1.0, 0.0, 0.4, 1.0, 2.5, 3.0, 7.0}) {
        for (const double slew : {-1.0, 0.0, 1.3, 2.0, 4.0}) {
            EXPECT_NEAR(load_first.at(load, slew), f(load, slew), 1e-12);
            EXPECT_NEAR(slew_first.at(load, slew), f(load, slew), 1e-12);
        }
    }
    const Table kink({Axis::kSlew}, {{0, 1, 2}}, {0, 10, 12});
    EXPECT_DOUBLE_EQ(kink.at(99, 0.5), 5);
    EXPECT_DOUBLE_EQ(kink.at(99, 1.5), 11);
    EXPECT_DOUBLE_EQ(kink.at(99, 3.0), 14);
}

TEST(PowerLibrary, UnitsAreConverted) {
    std::string text = replaced(kLibrary, "\"1ns\"", "\"10ps\"");
    text = replaced(text, "(1,pf)", "(100,ff)");
    text = replaced(text, "leakage_power_unit : \"1nW\"", "leakage_power_unit : \"1uW\"");
    CellModels models(text, "tiny.lib");
    const CellModel& inv = models.at("INV");
    EXPECT_NEAR(inv.inputs[0].capacitance, 0.001, 1e-12);
    EXPECT_NEAR(inv.leakage, 3000.0, 1e-9);
    EXPECT_NEAR(inv.outputs[0].arcs[0].delay[0].at(0, 0), 0.001, 1e-12);
    // Energy is in units of the capacitance times a volt squared.
    EXPECT_NEAR(inv.energies[0].at(Edge::kRise, 0, 0), 0.0003, 1e-12);
    EXPECT_DOUBLE_EQ(models.at("DFF").leakage, 7000.0);
}

TEST(PowerLibrary, WhatIsMissingIsNamed) {
    const auto message = [](const std::string& from, const std::string& to,
                            const std::string& cell = "INV") -> std::string {
        try {
            CellModels models(replaced(kLibrary, from, to), "tiny.lib");
            models.at(cell);
        } catch (const InputError& e) {
            return e.what();
        }
        return "no error";
    };
    EXPECT_THAT(message("nom_voltage : 2.0;", ""), HasSubstr("lacks nom_voltage"));
    EXPECT_THAT(message("time_unit : \"1ns\";", ""), HasSubstr("lacks time_unit"));
    EXPECT_THAT(message("\"1nW\"", "\"1lumen\""), HasSubstr("legible leakage_power_unit"));
    EXPECT_THAT(message(" capacitance : 0.01;", ""),
                HasSubstr("tiny.lib: cell INV: has no capacitance of pin A"));
    EXPECT_THAT(message("cell_leakage_power : 3;", ""), HasSubstr("has no leakage power"));
    EXPECT_THAT(message("cell_rise (scalar)", "no_rise (scalar)"),
                HasSubstr("has no cell_rise from A to Y"));
    EXPECT_THAT(message("internal_power", "no_power"), HasSubstr("has no internal_power"));
    EXPECT_THAT(message("cell_rise (scalar) { values (\"0.100\"); }",
                        "cell_rise (t) { values (\"0.1, 0.2\"); }"),
                HasSubstr("has 2 values where its axes have 4"));
    EXPECT_THAT(message("clocked_on : \"CK\";", "clocked_on : \"CK\"; clear : \"!D\";", "DFF"),
                HasSubstr("asynchronous set or reset"));
    EXPECT_THAT(message("", "", "NOR"),
                HasSubstr("cell NOR: is used by the netlist and is not in"));
}

/// Input -> inverter -> output port: 0.02 pF at 2 V are 0.04 pJ a transition.
TEST(Power, OneInverter) {
    Circuit c;
    const Net a = c.input();
    const Net y = c.net();
    c.cell("INV", {a, y});
    c.output(y);
    const Annotation annotation = c.annotated();
    EXPECT_DOUBLE_EQ(annotation.load[y], 0.02);
    EXPECT_DOUBLE_EQ(annotation.load[a], 0.01);
    for (const DelayMode mode : {DelayMode::kAnnotated, DelayMode::kZero}) {
        GateSimulation sim(c.gates(), annotation, mode, 10.0, {});
        for (int i = 1; i <= 10; ++i) sim.cycle({static_cast<std::uint8_t>(i % 2)});
        const Activity activity = sim.activity();
        EXPECT_EQ(activity.cycles, 10U);
        EXPECT_EQ(activity.toggles[y], 10U);
        const Energy e = energies(c.gates(), annotation, activity, c.voltage()).front();
        EXPECT_NEAR(e.switching, 10 * 0.04, 1e-12);
        EXPECT_NEAR(e.combinational, 5 * 0.003 + 5 * 0.005, 1e-12);
        EXPECT_DOUBLE_EQ(e.sequential, 0.0);
        EXPECT_DOUBLE_EQ(e.leakage_nw, 3.0);
    }
}

/// y = a & !a. The rising a opens the gate 200 ps before the inverter closes it: a pulse, in time
/// only, and only while it is longer than the gate's own 150 ps.
TEST(Power, AGlitchIsCountedUnlessTheGateIsTooSlow) {
    const auto pulses = [](const std::string& library, DelayMode mode) {
        Circuit c(library);
        const Net a = c.input();
        const Net b = c.net();
        const Net y = c.net();
        c.cell("INV", {a, b});
        c.cell("AND", {a, b, y});
        c.output(y);
        const Annotation annotation = c.annotated();
        GateSimulation sim(c.gates(), annotation, mode, 10.0, {});
        for (int i = 1; i <= 8; ++i) sim.cycle({static_cast<std::uint8_t>(i % 2)});
        const Activity activity = sim.activity();
        const Energy e = energies(c.gates(), annotation, activity, c.voltage()).front();
        // Every pulse rises because of a (pin A) and falls because of the inverter (pin B).
        EXPECT_NEAR(e.combinational,
                    activity.toggles[b] * 0.004 + activity.toggles[y] / 2 * (0.1 + 0.8), 1e-12);
        EXPECT_EQ(sim.outputs(), PortValues{0});
        return activity.toggles[y];
    };
    EXPECT_EQ(pulses(kLibrary, DelayMode::kAnnotated), 8U);
    EXPECT_EQ(pulses(kLibrary, DelayMode::kZero), 0U);
    const std::string slow = replaced(kLibrary, "cell_rise (scalar) { values (\"0.150\"); }",
                                      "cell_rise (scalar) { values (\"0.201\"); }");
    EXPECT_EQ(pulses(slow, DelayMode::kAnnotated), 0U);
}

/// A shift register whose stages are all ready at the same edge; the clock pin's energy depends on
/// what the flip-flop holds and gets.
TEST(Power, FlipFlopsTakeTheirInputsTogether) {
    for (const DelayMode mode : {DelayMode::kAnnotated, DelayMode::kZero}) {
        Circuit c;
        const Net d = c.input();
        const Net q0 = c.net();
        const Net q1 = c.net();
        const Net n1 = c.net();
        c.cell("DFF", {d, c.gates().clock, q0, kNoNet});
        c.cell("DFF", {q0, c.gates().clock, q1, n1});
        c.output(q1);
        c.output(n1);
        const Annotation annotation = c.annotated();
        GateSimulation sim(c.gates(), annotation, mode, 10.0, {});
        const std::vector<std::uint8_t> in = {1, 1, 0, 1, 0, 0, 0};
        for (std::size_t i = 0; i < in.size(); ++i) {
            sim.cycle({in[i]});
            const std::uint8_t want = i < 2 ? 0 : in[i - 2];
            EXPECT_EQ(sim.outputs(), (PortValues{want, static_cast<std::uint8_t>(1 - want)})) << i;
        }
        const Activity activity = sim.activity();
        EXPECT_EQ(activity.toggles[q1], 4U);
        EXPECT_EQ(activity.toggles[n1], 4U);
        const Energy e = energies(c.gates(), annotation, activity, c.voltage()).front();
        // Seven edges, two flip-flops. D Q: the first holds 1 and gets 1 at edge 2, and so does the
        // second at edge 3; all others cost a rise of 0.25 alone.
        EXPECT_NEAR(e.sequential, 2 * (1.0 + 0.5) + 12 * 0.25, 1e-12);
        EXPECT_DOUBLE_EQ(e.leakage_nw, 14.0);
        // q0 drives a data pin, q1 and n1 an output port.
        EXPECT_NEAR(e.switching, 2.0 * (0.03 * activity.toggles[q0] + 0.02 * 4 + 0.02 * 4), 1e-12);
    }
}

/// Two latches as a flip-flop: the first is open in the low phase, behind an inverter of the clock,
/// the second in the high phase. A third one is always open.
TEST(Power, LatchesPassWhileTheyAreOpen) {
    for (const DelayMode mode : {DelayMode::kAnnotated, DelayMode::kZero}) {
        Circuit c;
        const Net d = c.input();
        const Net low = c.net();
        const Net q0 = c.net();
        const Net q1 = c.net();
        const Net follows = c.net();
        c.cell("INV", {c.gates().clock, low});
        c.cell("LAT", {d, low, q0});
        c.cell("LAT", {q0, c.gates().clock, q1});
        c.cell("LAT", {d, kOneNet, follows});
        for (const Net n : {q0, q1, follows}) c.output(n);
        const Annotation annotation = c.annotated();
        // Nothing but the clock reaches the inverter: layout makes it a part of the tree.
        EXPECT_EQ(annotation.delay[annotation.delay_at[0]], (Edges<std::int32_t>{0, 0}));
        GateSimulation sim(c.gates(), annotation, mode, 10.0, {});
        const std::vector<std::uint8_t> in = {1, 1, 0, 1, 0, 0, 1};
        for (std::size_t i = 0; i < in.size(); ++i) {
            sim.cycle({in[i]});
            const std::uint8_t before = i == 0 ? 0 : in[i - 1];
            EXPECT_EQ(sim.outputs(), (PortValues{in[i], before, in[i]})) << i;
        }
        const Activity activity = sim.activity();
        const Energy e = energies(c.gates(), annotation, activity, c.voltage()).front();
        EXPECT_NEAR(e.combinational, 7 * (0.003 + 0.005), 1e-12);
        // Enables: two latches, seven cycles. q0 opens onto 1 0 1 0 1, q1 onto 1 0 1 0, always
        // because of the enable; the third latch follows its data.
        EXPECT_NEAR(
            e.sequential,
            2 * 7 * (0.01 + 0.02) + 3 * 0.7 + 2 * 0.8 + 2 * 0.7 + 2 * 0.8 + 3 * 5.0 + 2 * 6.0,
            1e-12);
        EXPECT_DOUBLE_EQ(e.clock_pins, 0.0);
        EXPECT_DOUBLE_EQ(e.leakage_nw, 3.0 + 3 * 2.0);
        // The inverted clock drives an enable, q0 a data pin and a port, the others a port.
        EXPECT_NEAR(e.switching, 2.0 * (0.02 * 14 + 0.03 * 5 + 0.02 * 4 + 0.02 * 5), 1e-12);
    }
}

TEST(Power, LoopsAndShortsAreErrors) {
    Circuit loop;
    const Net a = loop.net();
    const Net b = loop.net();
    loop.cell("INV", {a, b});
    loop.cell("INV", {b, a});
    EXPECT_THROW(loop.annotated(), CheckFailedError);
    Circuit shorted;
    const Net in = shorted.input();
    const Net y = shorted.net();
    shorted.cell("INV", {in, y});
    shorted.cell("INV", {in, y});
    EXPECT_THROW(shorted.annotated(), CheckFailedError);
    Circuit gated;
    const Net d = gated.input();
    gated.cell("DFF", {d, d, gated.net(), kNoNet});
    EXPECT_THROW(gated.annotated(), CheckFailedError);
}

/// Ports that are constants, joined, or led through.
TEST(Power, HierarchyIsFlattened) {
    const std::string elaborated = R"({"modules": {
      "t": {"attributes": {}, "ports": {"clk_i": {"direction": "input", "bits": [2]}, "a": {"direction": "input", "bits": [3]},
                                        "y": {"direction": "output", "bits": [4, 5]}}, "cells": {"u": {"type": "t_m"}}},
      "t_m": {"attributes": {}, "ports": {"i": {"direction": "input", "bits": [2, 3]}, "o": {"direction": "output", "bits": [4, 2]}}, "cells": {}}}})";
    const std::string mapped = R"({"modules": {
      "t": {"ports": {"clk_i": {"direction": "input", "bits": [2]}, "a": {"direction": "input", "bits": [3]},
                      "y": {"direction": "output", "bits": [4, 5]}},
            "cells": {"u": {"type": "t_m", "connections": {"i": [3, "1"], "o": [4, 5]}}}},
      "t_m": {"ports": {"i": {"direction": "input", "bits": [2, 3]}, "o": {"direction": "output", "bits": [4, 2]}},
              "cells": {"g": {"type": "AND", "connections": {"A": [2], "B": [3], "Y": [4]}}}},
      "AND": {"ports": {}, "cells": {}}}})";
    CellModels models(kLibrary, "tiny.lib");
    const Gates gates = flatten(mapped, Hierarchy(elaborated, "t"), models);
    ASSERT_EQ(gates.gates.size(), 1U);
    const auto port = [&gates](const std::string& name) {
        return std::find_if(gates.ports.begin(), gates.ports.end(),
                            [&name](const TopPort& p) { return p.name == name; })
            ->bits;
    };
    EXPECT_EQ(gates.input(gates.gates[0], 0), port("a").front());
    EXPECT_EQ(gates.input(gates.gates[0], 1), kOneNet);
    EXPECT_EQ(gates.output(gates.gates[0], 0), port("y")[0]);
    EXPECT_EQ(port("y")[1], port("a").front());
    EXPECT_EQ(gates.clock, port("clk_i").front());
    EXPECT_THAT(gates.modules, testing::UnorderedElementsAre("t", "t_m"));
}

}  // namespace
}  // namespace peforge::synth::power
