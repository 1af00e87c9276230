// Mutation scoring: how many small faults in an emitted design does its bench notice?
//
// Yosys `mutate` draws the faults (an inverted, constant or conditionally inverted bit of a cell's
// port) from the flattened netlist. All of them go into one netlist behind the input mutsel, which
// is Verilated once. A fault is killed when a case of the bench fails. Survivors are proven
// equivalent where a solver can, and listed otherwise.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"
#include "generator/support/process.hpp"
#include "verif/benches/bench.hpp"

namespace peforge::mutation {

enum class Fate {
    kKilled,
    kEquivalent,  ///< proven: no case can ever tell it from the original
    kUndecided,   ///< survived; the solver neither proved nor refuted equivalence in its time
    kSurvivor,    ///< survived, and a solver found a state, reachable or not, that shows it
};

const char* to_string(Fate fate);

struct Mutant {
    std::uint32_t select = 0;  ///< value of mutsel; 0 is the original
    std::string command;       ///< the Yosys command that makes it
    std::string mode;          ///< inv, const0, const1, cnot0, cnot1
    std::string cell;          ///< hierarchical name of the cell in the flattened netlist
    std::string port;
    int bit = 0;
    std::vector<std::string> sources;  ///< file:line.column-line.column, innermost first if known
    Fate fate = Fate::kUndecided;
    std::string killer;   ///< case that failed; empty unless killed
    std::string failure;  ///< what it said
    std::string proof;    ///< method that decided a survivor
    std::string reason;   ///< from the reasons file; a survivor counts with or without one
};

/// A netlist with all mutants, and what they are.
struct MutantSet {
    FileSet files;      ///< one rtl/ file and the binding, as build_rtl_library wants them
    std::string rtlil;  ///< the flattened original
    std::vector<Mutant> mutants;
};

/// The design at a size that simulates thousands of mutants: same formats, datapath, pipeline,
/// lanes and post-processing; few rows, columns and buffer rows, and a short max_k. A spec that is
/// smaller already stays as it is.
Spec reduced(Spec spec);

/// "2x3 PEs, rows_m 8, max_k 64" and the like.
std::string geometry(const Design& design);

/// Draws `count` mutants (1..65000). Throws MissingToolError without yosys.
MutantSet make_mutants(const Design& design, int count, std::uint64_t seed);

/// A test that a mutant meets.
struct PreparedTest {
    std::string name;
    std::vector<Episode> episodes;
};

/// The vectors of a plan's tests, cheapest first.
std::vector<PreparedTest> prepare(const Design& design, const std::vector<TestCase>& plan,
                                  std::uint64_t seed);

/// Called with the number of mutants done.
using Progress = std::function<void(std::size_t)>;

/// Runs every mutant until a test fails; fills fate, killer and failure. Mutants run in `jobs`
/// child processes, so that one which brings its simulation down is killed ("simulation") and no
/// more. Throws CheckFailedError when the original itself fails a case.
void run_mutants(const Design& design, MutantSet& set, const std::vector<PreparedTest>& tests,
                 int jobs, const Progress& progress);

/// What a solver says about one mutant.
enum class Verdict { kEquivalent, kDifferent, kUnknown };
struct Proof {
    Verdict verdict = Verdict::kUnknown;
    std::string method;
};

/// Proves that mutants of one netlist equal the original, each by a run of yosys.
class Prover {
public:
    /// `rtlil` is the flattened original with the module `top`. Throws MissingToolError.
    Prover(std::string top, const std::string& rtlil);
    /// `seconds` bounds the solver. May be called by several threads for different mutants.
    [[nodiscard]] Proof prove(const Mutant& mutant, int seconds) const;

private:
    std::string top_;
    ScratchDir dir_;
};

/// Fills fate and proof of every survivor, and checks a sample of killed mutants: one that is
/// proven equivalent means a broken bench. Returns those.
std::vector<std::uint32_t> prove_survivors(const Design& design, MutantSet& set, int seconds,
                                           int jobs, int sample, const Progress& progress);

/// Reasons by pattern, see reasons.txt.
struct Reason {
    std::string pattern;
    std::string text;
};
std::vector<Reason> parse_reasons(const std::string& text);
void apply_reasons(std::vector<Mutant>& mutants, const std::vector<Reason>& reasons);

struct Score {
    std::size_t mutants = 0;
    std::size_t killed = 0;
    std::size_t equivalent = 0;
    std::size_t undecided = 0;
    std::size_t survivors = 0;  ///< undecided ones not included
    std::map<std::string, std::size_t> killers;

    /// 100 * killed / (mutants - equivalent).
    [[nodiscard]] double percent() const;
};
Score score(const std::vector<Mutant>& mutants);

struct Options {
    std::filesystem::path spec;
    std::filesystem::path out;
    int mutants = 1000;
    std::uint64_t seed = 1;
    bool full = false;        ///< the geometry of the spec instead of the reduced one
    double min_score = 95.0;  ///< percent
    int jobs = 2;
    int proof_seconds = 10;
    bool json = false;
    bool quiet = false;
};

/// Everything, and OUT/mutation.json and OUT/mutation.md. Returns kDone, or kCheckFailed when the
/// score is below the least one or the bench killed an equivalent mutant.
int mutate_command(const Options& options);

}  // namespace peforge::mutation
