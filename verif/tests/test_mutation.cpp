// Mutation scoring: the score of a tiny design, what a weak bench would get, and the solver's
// verdicts.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "generator/spec/error.hpp"
#include "verif/model/sources.hpp"
#include "verif/mutation/mutation.hpp"

namespace peforge::mutation {
namespace {

constexpr int kMutants = 60;
constexpr const char* kTiny = R"({"name": "mutation_tiny",
    "array": {"kind": "systolic", "rows": 1, "cols": 2},
    "weight": {"format": "int", "n": 3}, "activation": {"format": "int", "n": 3},
    "output": {"format": "int", "n": 4}, "accumulator": {"max_k": 8},
    "post": {"scale_bits": 4, "lanes": 1}, "buffers": {"rows_m": 3}})";

Design tiny() {
    return resolve(parse_spec(kTiny, "mutation_tiny"));
}

Score score_with(const Design& design, MutantSet set, std::vector<TestCase> plan) {
    run_mutants(design, set, prepare(design, plan, 1), 2, [](std::size_t) {});
    return score(set.mutants);
}

TEST(Mutation, TheBenchKillsMoreThanAWeakOne) {
    const Design design = tiny();
    const MutantSet set = make_mutants(design, kMutants, 1);
    ASSERT_EQ(set.mutants.size(), static_cast<std::size_t>(kMutants));

    std::vector<TestCase> plan = test_plan(design, 1, 1);
    const Score full = score_with(design, set, plan);
    EXPECT_EQ(full.killed + full.undecided, full.mutants);
    EXPECT_GE(full.percent(), 75.0);  // before any proof of equivalence

    std::erase_if(plan, [](const TestCase& c) { return c.name != "corner.zero"; });
    ASSERT_EQ(plan.size(), 1U);
    const Score weak = score_with(design, set, plan);
    EXPECT_GT(weak.killed, 0U);
    EXPECT_LT(weak.killed + 10, full.killed);
    std::cout << "killed by the whole plan " << full.killed << ", by corner.zero " << weak.killed
              << " of " << full.mutants << "\n";
}

TEST(Mutation, AnOriginalThatFailsIsAnError) {
    const Design design = tiny();
    MutantSet set = make_mutants(design, 2, 1);
    std::string& text = set.files.at("rtl/mutation_tiny.v");
    const std::string from = "assign busy_o = ";
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    text.insert(at + from.size(), "1'h1 | ");
    EXPECT_THROW(score_with(design, set, test_plan(design, 1, 1)), CheckFailedError);
}

TEST(Mutation, TheSolverTellsEqualFromDifferent) {
    // y = a & (a | b) is a: the second input of the `and` does not matter when a is 1.
    const std::string rtlil =
        "module \\top\n  wire input 1 \\a\n  wire input 2 \\b\n  wire output 3 \\y\n  wire \\t\n"
        "  cell $or \\first\n    parameter \\A_SIGNED 0\n    parameter \\B_SIGNED 0\n"
        "    parameter \\A_WIDTH 1\n    parameter \\B_WIDTH 1\n    parameter \\Y_WIDTH 1\n"
        "    connect \\A \\a\n    connect \\B \\b\n    connect \\Y \\t\n  end\n"
        "  cell $and \\second\n    parameter \\A_SIGNED 0\n    parameter \\B_SIGNED 0\n"
        "    parameter \\A_WIDTH 1\n    parameter \\B_WIDTH 1\n    parameter \\Y_WIDTH 1\n"
        "    connect \\A \\a\n    connect \\B \\t\n    connect \\Y \\y\n  end\nend\n";
    const Prover prover("top", rtlil);
    Mutant m;
    m.command = "mutate -mode const0 -module top -cell first -port B -portbit 0";
    m.cell = "first";
    m.select = 1;
    EXPECT_EQ(prover.prove(m, 10).verdict, Verdict::kEquivalent);
    m.command = "mutate -mode inv -module top -cell first -port A -portbit 0";
    m.select = 2;
    EXPECT_EQ(prover.prove(m, 10).verdict, Verdict::kDifferent);
}

TEST(Mutation, ScoreLeavesOutWhatIsProvenEquivalent) {
    std::vector<Mutant> mutants(10);
    for (std::size_t i = 0; i < 6; ++i) mutants[i].fate = Fate::kKilled;
    mutants[6].fate = mutants[7].fate = Fate::kEquivalent;
    mutants[8].fate = Fate::kSurvivor;
    const Score s = score(mutants);
    EXPECT_EQ(s.killed, 6U);
    EXPECT_EQ(s.undecided, 1U);
    EXPECT_DOUBLE_EQ(s.percent(), 75.0);
}

TEST(Mutation, ReasonsMarkSurvivorsOnly) {
    std::vector<Mutant> mutants(2);
    mutants[0].fate = Fate::kKilled;
    mutants[1].fate = Fate::kSurvivor;
    mutants[0].cell = mutants[1].cell = "u_status.counter";
    apply_reasons(mutants, parse_reasons("# comment\nu_status.counter -> too long to wait\n"));
    EXPECT_EQ(mutants[0].reason, "");
    EXPECT_EQ(mutants[1].reason, "too long to wait");
    EXPECT_THROW(parse_reasons("no arrow\n"), InputError);
    EXPECT_NO_THROW(parse_reasons(std::string(mutation_reasons().at("reasons.txt"))));
}

TEST(Mutation, ReducedKeepsWhatIsSmall) {
    const Spec spec = parse_spec(kTiny, "mutation_tiny");
    EXPECT_EQ(reduced(spec), spec);
    Spec large = spec;
    large.rows = 16;
    large.rows_m = 256;
    EXPECT_EQ(reduced(large).rows, 2);
    EXPECT_EQ(reduced(large).weight, spec.weight);
}

}  // namespace
}  // namespace peforge::mutation
