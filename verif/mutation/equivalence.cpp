// Is a mutant that survived the same circuit?
//
// Every register and memory word of the flattened netlist becomes an input (its value) and an
// output (its next value); a SAT solver looks for a state and inputs in which original and mutant
// differ. When there are none, no sequence of inputs tells them apart. When there are some, the
// state may still be one that the array never reaches: such a mutant counts as a survivor.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "verif/mutation/mutation.hpp"

namespace peforge::mutation {

namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, const char* piece) {
    return text.find(piece) != std::string::npos;
}

}  // namespace

Prover::Prover(std::string top, const std::string& rtlil) : top_(std::move(top)) {
    require_program("yosys", "yosys");
    write_file(dir_.path() / "flat.il", rtlil);
    write_file(dir_.path() / "prepare.ys",
               // A register of which only some bits are left is taken bit by bit.
               fmt::format("read_rtlil flat.il\nmemory_map\nrename {} gold\nsplitnets gold\n"
                           "setattr -unset src\nwrite_rtlil registers.il\n"
                           "expose -dff -evert-dff gold\nopt_clean -purge\nwrite_rtlil states.il\n",
                           top_));
    const ProcessResult run = run_process({"yosys", "-q", "prepare.ys"}, dir_.path());
    if (run.status != 0) throw CheckFailedError("yosys cannot map the memories:\n" + run.output);
}

Proof Prover::prove(const Mutant& mutant, int seconds) const {
    std::string command = mutant.command;
    const std::string module = "-module " + top_ + " ";
    const std::size_t at = command.find(module);
    if (at == std::string::npos) return {Verdict::kUnknown, "no module"};
    command.replace(at, module.size(), "-module gate ");
    const std::string name = fmt::format("prove{}.ys", mutant.select);
    // Faults of registers need them; all others start from the form that is cut there already.
    const bool registered = contains(mutant.cell, "dff$");
    // What both share is merged first, so that the solver sees the fault's cone alone. A register
    // that is left would make the proof worthless: its next value is not compared.
    write_file(dir_.path() / name,
               fmt::format("read_rtlil {}.il\ncopy gold gate\n{}\n{}"
                           "miter -equiv -flatten -make_assert gold gate miter\n"
                           "hierarchy -top miter\nopt_merge -share_all\nopt_expr -fine\n"
                           "opt_clean -purge\nselect -assert-none t:$*dff* t:$mem*\n"
                           "sat -prove-asserts -timeout {} miter\n",
                           registered ? "registers" : "states", command,
                           registered ? "expose -dff -evert-dff gold gate\n" : "", seconds));
    const std::string output = run_process({"yosys", name}, dir_.path()).output;
    if (contains(output, "no model found: SUCCESS!")) {
        return {Verdict::kEquivalent, "next state and outputs equal in every state (SAT)"};
    }
    if (contains(output, "model found: FAIL!")) {
        return {Verdict::kDifferent, "differs in some state, reachable or not (SAT)"};
    }
    if (contains(output, "TIMEOUT"))
        return {Verdict::kUnknown, fmt::format("{} s of SAT", seconds)};
    // Faults in a register's or memory's own ports leave two circuits whose states do not match up.
    return {Verdict::kUnknown, "registers do not match up"};
}

std::vector<std::uint32_t> prove_survivors(const Design& design, MutantSet& set, int seconds,
                                           int jobs, int sample, const Progress& progress) {
    const Prover prover(design.top, set.rtlil);
    std::vector<Mutant*> todo;
    std::vector<Mutant*> killed;
    for (Mutant& m : set.mutants) (m.fate == Fate::kKilled ? killed : todo).push_back(&m);
    for (int i = 0; i < sample && !killed.empty(); ++i) {
        todo.push_back(
            killed[static_cast<std::size_t>(i) * killed.size() / static_cast<std::size_t>(sample)]);
    }
    std::vector<std::uint32_t> false_alarms;
    std::atomic<std::size_t> next{0};
    std::mutex lock;
    const auto work = [&] {
        for (std::size_t i = next++; i < todo.size(); i = next++) {
            Mutant& m = *todo[i];
            const Proof proof = prover.prove(m, seconds);
            const std::lock_guard guard(lock);
            progress(i);
            if (m.fate == Fate::kKilled) {
                if (proof.verdict == Verdict::kEquivalent &&
                    (false_alarms.empty() || false_alarms.back() != m.select)) {
                    false_alarms.push_back(m.select);
                }
                continue;
            }
            m.proof = proof.method;
            m.fate = proof.verdict == Verdict::kEquivalent  ? Fate::kEquivalent
                     : proof.verdict == Verdict::kDifferent ? Fate::kSurvivor
                                                            : Fate::kUndecided;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 1; i < jobs; ++i) threads.emplace_back(work);
    work();
    for (std::thread& t : threads) t.join();
    return false_alarms;
}

}  // namespace peforge::mutation
