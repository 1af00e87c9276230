// peforge-fuzz: random specs through every stage, and broken ones through the parser.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "verif/fuzz/isolate.hpp"
#include "verif/fuzz/json_mutator.hpp"
#include "verif/fuzz/json_oracle.hpp"
#include "verif/fuzz/program_check.hpp"
#include "verif/fuzz/spec_source.hpp"
#include "verif/fuzz/valid_check.hpp"

namespace peforge::fuzz {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::size_t count = 0;
    std::size_t first = 0;
    std::uint64_t seed = 1;
    std::size_t jobs = 1;
    fs::path save = "fuzz-failures";
    bool quiet = false;
    // valid
    SizeBudget budget;
    std::size_t synth_every = 10;
    bool lint = true;
    bool verify = true;
    // json
    fs::path specs = PEFORGE_SOURCE_DIR "/specs";
    fs::path program;
    std::size_t sample = 200;
    std::size_t emit_every = 16;
    fs::path corpus;
};

/// Failures are counted, printed and kept with what makes them again.
class Failures {
public:
    Failures(std::string mode, const Options& options) : mode_(std::move(mode)), o_(options) {}

    void add(std::size_t index, const std::string& text, const std::string& what) {
        ++count_;
        const std::string stem = fmt::format("{}-{}-{}", mode_, o_.seed, index);
        const std::string command = fmt::format(
            "peforge-fuzz {} --seed {} --first {} --count 1{}", mode_, o_.seed, index,
            mode_ == "valid"
                ? fmt::format(" --pes {} --rows-m {} --max-k {} --synth-every {}", o_.budget.pes,
                              o_.budget.rows_m, o_.budget.max_k, o_.synth_every)
                : "");
        fs::create_directories(o_.save);
        std::ofstream(o_.save / (stem + ".json"), std::ios::binary) << text;
        std::ofstream(o_.save / (stem + ".txt"), std::ios::binary) << "again: " << command << "\n"
                                                                   << what << "\n";
        fmt::print("FAIL {}: {}\n  again: {}\n  input: {}\n", index, what, command,
                   (o_.save / (stem + ".json")).string());
        std::fflush(stdout);
    }

    [[nodiscard]] std::size_t count() const { return count_; }

private:
    std::string mode_;
    const Options& o_;
    std::size_t count_ = 0;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// ---- valid -------------------------------------------------------------------------------------

/// Every candidate has an index; those that are rejected are counted and skipped.
int fuzz_valid(const Options& o) {
    const auto start = std::chrono::steady_clock::now();
    Failures failures("valid", o);
    const ScratchDir cache;
    std::size_t index = o.first;
    std::size_t accepted = 0;
    std::size_t rejected = 0;
    std::size_t ended = 0;
    std::map<std::string, std::string> running;
    std::map<std::size_t, std::string> texts;
    std::map<std::string, std::pair<std::size_t, long long>>
        stages;  // runs, sum of what was counted
    std::map<std::string, std::size_t> reasons;

    const auto next = [&]() -> std::optional<Work> {
        while (accepted < o.count) {
            const std::size_t id = index++;
            Random random(o.seed, id);
            const std::string text = random_spec(random, o.budget);
            const Judgement judgement = judge(text, true);
            if (judgement.verdict == Verdict::kFailed) {
                failures.add(id, text, "generate: " + judgement.text);
                ++accepted;
                ++ended;
                continue;
            }
            if (judgement.verdict == Verdict::kRejected) {
                ++rejected;
                // "spec.json: /pointer: ..."
                std::istringstream words(judgement.text);
                std::string pointer;
                words >> pointer >> pointer;
                ++reasons[pointer];
                continue;
            }
            ++accepted;
            texts[id] = text;
            ValidStages what{.lint = o.lint, .verify = o.verify};
            what.synth = o.synth_every != 0 && id % o.synth_every == 0;
            what.seed = o.seed + id;
            what.cache = cache.path();
            return Work{id, [text, what](Child& child) {
                            const std::string problem = check_valid(
                                text, what, [&child](std::string_view stage, long long counted) {
                                    child.say(fmt::format("+{} {}\n", stage, counted));
                                });
                            if (!problem.empty()) child.say("!" + problem);
                        }};
        }
        return std::nullopt;
    };
    const auto done = [&](const Ended& end) {
        ++ended;
        std::string problem = end.problem();
        std::istringstream lines(end.said);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("+")) {
                const std::size_t blank = line.find(' ');
                auto& [runs, sum] = stages[line.substr(1, blank - 1)];
                ++runs;
                sum += std::stoll(line.substr(blank + 1));
            } else {
                problem +=
                    (problem.empty() ? "" : "\n") + line.substr(line.starts_with("!") ? 1 : 0);
            }
        }
        if (!problem.empty()) failures.add(end.id, texts.at(end.id), problem);
        texts.erase(end.id);
        // Simulation libraries are of no use to other specs; Verilator's run-time library is.
        for (const auto& entry : fs::directory_iterator(cache.path())) {
            if (entry.path().extension() == ".so" && o.jobs == 1) fs::remove(entry.path());
        }
        if (!o.quiet) {
            fmt::print("{}/{} specs, {} failures, {:.0f} s\n", ended, o.count, failures.count(),
                       seconds_since(start));
            std::fflush(stdout);
        }
    };
    run_isolated(o.jobs, next, done);

    const std::size_t candidates = accepted + rejected;
    fmt::print("valid: {} candidates, {} accepted ({:.1f} %), {} rejected properly\n", candidates,
               accepted, 100.0 * static_cast<double>(accepted) / static_cast<double>(candidates),
               rejected);
    for (const auto& [pointer, n] : reasons) fmt::print("  rejected at {} {}\n", pointer, n);
    const auto stage = [&stages](const char* name) { return stages[name]; };
    fmt::print("  generated twice, identical: {}\n", stage("generate").first);
    fmt::print("  clean on three lint tools: {}\n", stage("lint").first);
    fmt::print("  verified at level 1: {} specs, {} cases\n", stage("verify").first,
               stage("verify").second);
    fmt::print("  synthesised: {}\n", stage("synth").first);
    fmt::print("** SPECS={} FAIL={} SEED={} ** {:.0f} s\n", accepted, failures.count(), o.seed,
               seconds_since(start));
    return failures.count() == 0 ? kDone : kCheckFailed;
}

// ---- json --------------------------------------------------------------------------------------

constexpr std::size_t kChunk = 500;
constexpr double kLongestJudgement = 2.0;  // seconds of CPU time

struct Chunk {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::string json_input(const std::vector<std::string>& originals, std::uint64_t seed,
                       std::size_t index) {
    Random random(seed, index);
    return mutated_spec(originals, random);
}

void judge_chunk(const Options& o, const std::vector<std::string>& originals, Chunk chunk,
                 Child& child) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
        const std::string text = json_input(originals, o.seed, i);
        child.say(fmt::format(">{}\n", i));
        child.limit_cpu(kLongestJudgement);
        const Judgement j = judge(text, o.emit_every != 0 && i % o.emit_every == 0);
        child.limit_cpu(0.0);
        std::string what = j.text;
        std::ranges::replace(what, '\n', ' ');
        child.say(j.verdict == Verdict::kAccepted   ? "A\n"
                  : j.verdict == Verdict::kRejected ? "R\n"
                                                    : "F" + what + "\n");
    }
}

/// Inputs at even distances through the real program.
std::size_t sample_program(const Options& o, const std::vector<std::string>& originals,
                           Failures& failures) {
    if (o.program.empty() || o.sample == 0) return 0;
    const std::size_t step = std::max<std::size_t>(1, o.count / o.sample);
    std::size_t sampled = 0;
    for (std::size_t i = o.first; i < o.first + o.count && sampled < o.sample; i += step) {
        const std::string text = json_input(originals, o.seed, i);
        const Judgement j = judge(text);
        if (j.verdict == Verdict::kFailed) continue;  // is counted already
        ++sampled;
        if (const std::string p = program_problem(o.program, text, j); !p.empty()) {
            failures.add(i, text, "program: " + p);
        }
    }
    return sampled;
}

int fuzz_json(const Options& o) {
    const auto start = std::chrono::steady_clock::now();
    const std::vector<std::string> originals = read_specs(o.specs);
    if (originals.empty()) throw InputError(o.specs.string(), "", "holds no *.json file");
    Failures failures("json", o);
    std::size_t accepted = 0;
    std::size_t rejected = 0;
    std::deque<Chunk> chunks;
    for (std::size_t i = 0; i < o.count; i += kChunk) {
        chunks.push_back({o.first + i, o.first + std::min(i + kChunk, o.count)});
    }
    std::map<std::size_t, Chunk> started;
    const auto next = [&]() -> std::optional<Work> {
        if (chunks.empty()) return std::nullopt;
        const Chunk chunk = chunks.front();
        chunks.pop_front();
        started[chunk.begin] = chunk;
        return Work{chunk.begin, [&o, &originals, chunk](Child& child) {
                        judge_chunk(o, originals, chunk, child);
                    }};
    };
    const auto done = [&](const Ended& end) {
        std::size_t index = end.id;
        std::istringstream lines(end.said);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(">")) {
                index = std::stoull(line.substr(1));
            } else if (line == "A") {
                ++accepted;
            } else if (line == "R") {
                ++rejected;
            } else {
                failures.add(index, json_input(originals, o.seed, index),
                             line.substr(line.starts_with("F") ? 1 : 0));
            }
        }
        if (end.problem().empty()) return;
        failures.add(index, json_input(originals, o.seed, index), end.problem());
        chunks.push_front({index + 1, started.at(end.id).end});
    };
    run_isolated(o.jobs, next, done);
    const double seconds = seconds_since(start);
    if (!o.corpus.empty()) {
        fs::create_directories(o.corpus);
        for (std::size_t i = o.first; i < o.first + o.count; ++i) {
            std::ofstream(o.corpus / fmt::format("json-{}-{}", o.seed, i), std::ios::binary)
                << json_input(originals, o.seed, i);
        }
    }
    const std::size_t sampled = sample_program(o, originals, failures);

    fmt::print("json: {} inputs: {} accepted, {} rejected with a proper message\n", o.count,
               accepted, rejected);
    fmt::print("  through the real program: {}\n", sampled);
    fmt::print("** INPUTS={} FAIL={} SEED={} ** {:.0f} inputs/s, {:.0f} s\n", o.count,
               failures.count(), o.seed, static_cast<double>(o.count) / seconds,
               seconds_since(start));
    return failures.count() == 0 ? kDone : kCheckFailed;
}

void add_options(CLI::App& command, Options& o, std::size_t count) {
    o.count = count;
    command.add_option("--count", o.count, "inputs to try")->capture_default_str();
    command.add_option("--seed", o.seed, "seed of all inputs")->capture_default_str();
    command.add_option("--first", o.first, "index of the first input")->capture_default_str();
    command.add_option("--jobs", o.jobs, "inputs in work at a time")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command.add_option("--save", o.save, "folder for failing inputs")->capture_default_str();
    command.add_flag("--quiet", o.quiet, "results alone");
}

int run(int argc, char** argv) {
    CLI::App app("Fuzzing of peforge: random specs and broken ones.", "peforge-fuzz");
    app.require_subcommand(1);
    Options valid;
    Options broken;
    CLI::App* valid_command =
        app.add_subcommand("valid", "random valid specs: generate, lint, verify level 1, synth");
    add_options(*valid_command, valid, 100);
    valid_command->add_option("--pes", valid.budget.pes, "products of an array, at most")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    valid_command->add_option("--rows-m", valid.budget.rows_m, "rows of a job, at most")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    valid_command->add_option("--max-k", valid.budget.max_k, "longest dot product, at most")
        ->check(CLI::Range(1, 65536))
        ->capture_default_str();
    valid_command->add_option("--synth-every", valid.synth_every, "synthesise these; 0: none")
        ->capture_default_str();
    valid_command->add_flag("!--no-lint", valid.lint, "leave lint out");
    valid_command->add_flag("!--no-verify", valid.verify, "leave simulation out");
    CLI::App* json_command =
        app.add_subcommand("json", "changed example specs: accepted, or refused properly");
    add_options(*json_command, broken, 10000);
    json_command->add_option("--specs", broken.specs, "folder of the specs to change")
        ->capture_default_str();
    json_command->add_option("--program", broken.program, "peforge, to run a sample through")
        ->check(CLI::ExistingFile);
    json_command->add_option("--sample", broken.sample, "inputs through the program")
        ->capture_default_str();
    json_command->add_option("--corpus", broken.corpus,
                             "folder that gets all inputs, to start other fuzzers with");
    json_command->add_option("--emit-every", broken.emit_every, "emit files for these; 0: none")
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? kDone : kBadInput;
    }
    return app.got_subcommand(valid_command) ? fuzz_valid(valid) : fuzz_json(broken);
}

}  // namespace
}  // namespace peforge::fuzz

int main(int argc, char** argv) {
    try {
        return peforge::fuzz::run(argc, argv);
    } catch (const peforge::Error& e) {
        fmt::print(stderr, "peforge-fuzz: {}\n", e.what());
        return e.status();
    } catch (const std::exception& e) {
        fmt::print(stderr, "peforge-fuzz: {}\n", e.what());
        return peforge::kCheckFailed;
    }
}
