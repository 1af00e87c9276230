// Score, reasons, and the whole run as a command.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>

#include "generator/spec/error.hpp"
#include "verif/model/sources.hpp"
#include "verif/mutation/mutation.hpp"

namespace peforge::mutation {

namespace {

using Json = nlohmann::ordered_json;

/// Killed mutants that are handed to the solver: one of them proven equivalent is a false alarm.
constexpr int kReverseSample = 12;

struct Outcome {
    std::string spec;
    std::string hash;
    std::string geometry;
    std::uint64_t seed = 0;
    std::size_t cases = 0;
    Score score;
    std::vector<std::uint32_t> false_alarms;
    double seconds = 0.0;
    std::vector<Mutant> mutants;
};

std::string place(const Mutant& m) {
    return fmt::format("{} {}[{}]", m.cell, m.port, m.bit);
}

Json to_json(const Mutant& m) {
    Json j{{"mutant", m.select}, {"fate", to_string(m.fate)},
           {"mode", m.mode},     {"cell", m.cell},
           {"port", m.port},     {"bit", m.bit},
           {"source", m.sources}};
    if (m.fate == Fate::kKilled) {
        j["killer"] = m.killer;
        j["failure"] = m.failure;
    }
    if (!m.proof.empty()) j["proof"] = m.proof;
    if (!m.reason.empty()) j["reason"] = m.reason;
    j["command"] = m.command;
    return j;
}

Json to_json(const Outcome& o) {
    Json j{{"spec", o.spec},
           {"spec_hash", o.hash},
           {"geometry", o.geometry},
           {"seed", o.seed},
           {"cases", o.cases},
           {"mutants", o.score.mutants},
           {"killed", o.score.killed},
           {"equivalent", o.score.equivalent},
           {"undecided", o.score.undecided},
           {"survivors", o.score.survivors},
           {"score", o.score.percent()},
           {"seconds", o.seconds},
           {"false_alarms", o.false_alarms}};
    for (const auto& [name, count] : o.score.killers) j["killers"][name] = count;
    for (const Mutant& m : o.mutants) j["list"].push_back(to_json(m));
    return j;
}

std::string to_markdown(const Outcome& o) {
    const Score& s = o.score;
    std::string text = fmt::format(
        "# Mutation score of {}\n\n"
        "Geometry: {}. Seed {}, {} cases.\n\n"
        "| spec | mutants | killed | proven equivalent | undecided | survivors | score % | s |\n"
        "|---|---|---|---|---|---|---|---|\n"
        "| {} | {} | {} | {} | {} | {} | {:.1f} | {:.0f} |\n\n"
        "Score = killed / (mutants - proven equivalent).\n\n| case | kills |\n|---|---|\n",
        o.spec, o.geometry, o.seed, o.cases, o.spec, s.mutants, s.killed, s.equivalent, s.undecided,
        s.survivors, s.percent(), o.seconds);
    std::vector<std::pair<std::string, std::size_t>> killers(s.killers.begin(), s.killers.end());
    std::stable_sort(killers.begin(), killers.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [name, count] : killers) text += fmt::format("| {} | {} |\n", name, count);
    if (!o.false_alarms.empty()) {
        text += "\nKilled although proven equivalent (a broken bench):";
        for (const std::uint32_t m : o.false_alarms) text += fmt::format(" {}", m);
        text += "\n";
    }
    for (const Fate fate : {Fate::kSurvivor, Fate::kUndecided, Fate::kEquivalent}) {
        bool head = true;
        for (const Mutant& m : o.mutants) {
            if (m.fate != fate) continue;
            if (head) {
                text += fmt::format(
                    "\n## {}\n\n| mutant | mode | place | source | decided by | "
                    "reason |\n|---|---|---|---|---|---|\n",
                    to_string(fate));
                head = false;
            }
            text += fmt::format("| {} | {} | `{}` | {} | {} | {} |\n", m.select, m.mode, place(m),
                                m.sources.empty() ? "" : m.sources.front(), m.proof, m.reason);
        }
    }
    return text;
}

}  // namespace

const char* to_string(Fate fate) {
    switch (fate) {
        case Fate::kKilled:
            return "killed";
        case Fate::kEquivalent:
            return "proven equivalent";
        case Fate::kUndecided:
            return "undecided";
        case Fate::kSurvivor:
            return "survivor";
    }
    return "";
}

double Score::percent() const {
    const std::size_t total = mutants - equivalent;
    return total == 0 ? 100.0 : 100.0 * static_cast<double>(killed) / static_cast<double>(total);
}

Score score(const std::vector<Mutant>& mutants) {
    Score s;
    s.mutants = mutants.size();
    for (const Mutant& m : mutants) {
        switch (m.fate) {
            case Fate::kKilled:
                ++s.killed;
                ++s.killers[m.killer];
                break;
            case Fate::kEquivalent:
                ++s.equivalent;
                break;
            case Fate::kUndecided:
                ++s.undecided;
                break;
            case Fate::kSurvivor:
                ++s.survivors;
                break;
        }
    }
    return s;
}

std::vector<Reason> parse_reasons(const std::string& text) {
    std::vector<Reason> reasons;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line[0] == '#') continue;
        const std::size_t arrow = line.find(" -> ");
        if (arrow == std::string::npos) {
            throw InputError("reasons.txt", "", "no \" -> \" in: " + line);
        }
        reasons.push_back({line.substr(0, arrow), line.substr(arrow + 4)});
    }
    return reasons;
}

void apply_reasons(std::vector<Mutant>& mutants, const std::vector<Reason>& reasons) {
    for (Mutant& m : mutants) {
        if (m.fate != Fate::kUndecided && m.fate != Fate::kSurvivor) continue;
        std::string where = m.mode + " " + place(m);
        for (const std::string& source : m.sources) where += " " + source;
        for (const Reason& r : reasons) {
            if (where.find(r.pattern) != std::string::npos) {
                m.reason = r.text;
                break;
            }
        }
    }
}

int mutate_command(const Options& options) {
    const auto start = std::chrono::steady_clock::now();
    if (options.mutants < 1 || options.mutants > 65000) {
        throw InputError("--mutants", "",
                         fmt::format("{} is out of range; allowed: 1..65000", options.mutants));
    }
    const Spec spec = load_spec(options.spec);
    const Design design = resolve(options.full ? spec : reduced(spec), options.spec.string());
    const bool talk = !options.quiet && !options.json;
    const bool show = talk && isatty(STDERR_FILENO) != 0;
    const auto progress = [show, &options](const char* what) {
        return [show, what, &options](std::size_t done) {
            if (show) fmt::print(stderr, "{} {}/{}    \r", what, done, options.mutants);
        };
    };
    if (talk) {
        fmt::print("mutate {} (hash {}): {} mutants, seed {}; {}\n", spec.name, spec.hash,
                   options.mutants, options.seed, geometry(design));
        std::fflush(stdout);
    }
    if (show) fmt::print(stderr, "making and building the mutants ...\r");
    MutantSet set = make_mutants(design, options.mutants, options.seed);
    const std::vector<PreparedTest> tests =
        prepare(design, test_plan(design, 1, options.seed), options.seed);
    run_mutants(design, set, tests, options.jobs, progress("run"));

    Outcome o;
    o.false_alarms = prove_survivors(design, set, options.proof_seconds, options.jobs,
                                     kReverseSample, progress("proved"));
    apply_reasons(set.mutants, parse_reasons(std::string(mutation_reasons().at("reasons.txt"))));
    o.spec = spec.name;
    o.hash = spec.hash;
    o.geometry = geometry(design);
    o.seed = options.seed;
    o.cases = tests.size();
    o.score = score(set.mutants);
    o.mutants = std::move(set.mutants);
    o.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    const std::string json = to_json(o).dump(2) + "\n";
    write_folder({{"mutation.json", json}, {"mutation.md", to_markdown(o)}}, options.out);
    const Score& s = o.score;
    if (options.json) {
        fmt::print("{}", json);
    } else if (!options.quiet) {
        for (const Mutant& m : o.mutants) {
            if (m.fate != Fate::kUndecided && m.fate != Fate::kSurvivor) continue;
            fmt::print("{} {} {} {} ({})\n", to_string(m.fate), m.select, m.mode, place(m),
                       m.sources.empty() ? "" : m.sources.front());
        }
        fmt::print(
            "** MUTANTS={} KILLED={} EQUIVALENT={} UNDECIDED={} SURVIVORS={} ** score {:.1f} % in "
            "{:.0f} s, results in {}\n",
            s.mutants, s.killed, s.equivalent, s.undecided, s.survivors, s.percent(), o.seconds,
            (options.out / "mutation.md").string());
        if (!o.false_alarms.empty()) {
            fmt::print("the bench killed {} mutants that are proven equivalent\n",
                       o.false_alarms.size());
        }
    }
    return s.percent() >= options.min_score && o.false_alarms.empty() ? kDone : kCheckFailed;
}

}  // namespace peforge::mutation
