// SPDX-License-Identifier: Apache-2.0
#include "verif/launch/regress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "generator/spec/error.hpp"
#include "generator/spec/spec.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "verif/benches/results.hpp"
#include "verif/coverage/coverage.hpp"
#include "verif/launch/launcher.hpp"

namespace peforge::launch {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

/// Names of the specs; results are filed under them.
std::vector<std::string> spec_names(const std::vector<fs::path>& specs) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const fs::path& spec : specs) {
        names.push_back(load_spec(spec).name);
        if (!seen.insert(names.back()).second) {
            throw InputError(
                spec.string(), "/name",
                fmt::format("\"{}\" is there twice; allowed: one spec of each name", names.back()));
        }
    }
    return names;
}

/// A shard of a spec's plan.
struct Shard {
    std::size_t spec = 0;
    fs::path out;
    Task task;
};

std::vector<Shard> make_shards(const RegressOptions& o, const std::vector<std::string>& names,
                               const fs::path& scratch) {
    std::vector<Shard> shards;
    for (int part = 1; part <= o.shards; ++part) {
        for (std::size_t spec = 0; spec < o.specs.size(); ++spec) {
            Shard shard;
            shard.spec = spec;
            shard.out = scratch / fmt::format("{}.{}", names[spec], part);
            shard.task.name =
                o.shards == 1 ? names[spec] : fmt::format("{} {}/{}", names[spec], part, o.shards);
            shard.task.argv = {fs::read_symlink("/proc/self/exe").string(),
                               "verify",
                               fs::absolute(o.specs[spec]).string(),
                               "-o",
                               shard.out.string(),
                               "--level",
                               std::to_string(o.level),
                               "--seed",
                               std::to_string(o.seed),
                               "--sim",
                               o.sim,
                               "--shard",
                               fmt::format("{}/{}", part, o.shards),
                               "--quiet"};
            if (o.coverage) shard.task.argv.emplace_back("--coverage");
            shards.push_back(std::move(shard));
        }
    }
    return shards;
}

/// A program's line of error without its name.
std::string own_line(std::string output) {
    const std::string name = "peforge: ";
    if (output.starts_with(name)) output.erase(0, name.size());
    while (output.ends_with('\n')) output.pop_back();
    return output;
}

bool has_results(const Shard& shard) {
    return fs::exists(shard.out / "results.json");
}

/// What became of a shard that left no results: a test of its own, which fails. Its beats are none.
SpecResults lost_results(const Shard& shard, const RegressOptions& o, const std::string& why) {
    SpecResults r;
    const Spec spec = load_spec(o.specs[shard.spec]);
    r.spec = spec.name;
    r.spec_hash = spec.hash;
    r.simulator = o.sim;
    r.level = o.level;
    r.seed = o.seed;
    const std::string name = "results";
    r.tests.push_back({.index = std::numeric_limits<std::uint64_t>::max(),
                       .result = {.name = name, .failure = why},
                       .beats = {.name = name, .count = 0, .sha256 = ""}});
    return r;
}

/// Runs the shards; those that end without results for no reason of their own once more. Returns
/// why the others have none, by their place.
std::map<std::size_t, std::string> run_shards(Launcher& launcher, const std::vector<Shard>& shards,
                                              bool show) {
    std::vector<const Shard*> todo;
    std::map<std::size_t, std::string> reasons;
    for (const Shard& shard : shards) todo.push_back(&shard);
    for (int attempt = 1;; ++attempt) {
        std::vector<Task> tasks;
        for (const Shard* shard : todo) tasks.push_back(shard->task);
        std::size_t ended = 0;
        const std::vector<TaskEnd> ends =
            launcher.run(tasks, [&](std::size_t task, const TaskEnd& end) {
                ++ended;
                if (!show) return;
                fmt::print("{}/{} {}: {} in {:.1f} s\n", ended, tasks.size(), tasks[task].name,
                           end.status == kDone ? "passed" : "status " + std::to_string(end.status),
                           end.seconds);
                std::fflush(stdout);
            });
        std::vector<const Shard*> lost;
        for (std::size_t i = 0; i < todo.size(); ++i) {
            if (has_results(*todo[i])) continue;
            if (ends[i].status == kMissingTool || ends[i].status == kBadInput) {
                // The task's own line says all.
                throw Error(static_cast<ExitStatus>(ends[i].status), own_line(ends[i].output));
            }
            if (attempt > 1) {
                reasons[static_cast<std::size_t>(todo[i] - shards.data())] =
                    fmt::format("ended with status {} and no results:\n{}", ends[i].status,
                                own_line(ends[i].output));
                continue;
            }
            lost.push_back(todo[i]);
        }
        if (lost.empty()) return reasons;
        todo = std::move(lost);
    }
}

}  // namespace

int regress_command(const RegressOptions& o) {
    const auto start = std::chrono::steady_clock::now();
    const std::vector<std::string> names = spec_names(o.specs);
    const bool talk = !o.quiet && !o.json;
    const ScratchDir scratch;
    const std::vector<Shard> shards = make_shards(o, names, scratch.path());
    const std::size_t jobs = o.jobs > 0 ? static_cast<std::size_t>(o.jobs)
                                        : std::max(1U, std::thread::hardware_concurrency());
    ProcessPool pool(jobs, words(o.launcher));
    const std::map<std::size_t, std::string> lost = run_shards(pool, shards, talk);

    FileSet files;
    std::vector<SpecResults> results;
    coverage::Coverage covered;
    std::size_t tests = 0;
    std::size_t failed = 0;
    for (std::size_t spec = 0; spec < names.size(); ++spec) {
        std::vector<SpecResults> parts;
        for (std::size_t i = 0; i < shards.size(); ++i) {
            const Shard& shard = shards[i];
            if (shard.spec != spec) continue;
            if (const auto why = lost.find(i); why != lost.end()) {
                parts.push_back(lost_results(shard, o, why->second));
                continue;
            }
            const fs::path file = shard.out / "results.json";
            parts.push_back(parse_results(read_file(file), file.string()));
            if (!o.coverage) continue;
            const fs::path counts = shard.out / "coverage.json";
            for (auto& [key, design] :
                 coverage::parse_coverage(read_file(counts), counts.string())) {
                coverage::add(covered, std::move(design));
            }
        }
        results.push_back(merged(parts));
        files[names[spec] + "/results.json"] = to_json(results.back());
        files[names[spec] + "/digests.txt"] = results.back().beats().digests();
        tests += results.back().tests.size();
        failed += results.back().failures();
        if (!o.json) fmt::print("{}", failure_lines(results.back()));
    }
    files["results.xml"] = results_xml(results);
    if (o.coverage) files.merge(coverage::report_files(covered));
    write_folder(files, o.out);

    if (o.json) {
        nlohmann::ordered_json j;
        j["specs"] = names.size();
        j["tests"] = tests;
        j["failures"] = failed;
        for (const SpecResults& r : results) {
            j["results"].push_back({{"spec", r.spec},
                                    {"tests", r.tests.size()},
                                    {"failures", r.failures()},
                                    {"beats_sha256", r.beats().sha256()}});
        }
        fmt::print("{}\n", j.dump(2));
    } else if (!o.quiet) {
        for (const auto& [key, design] : covered) {
            fmt::print("{}\n",
                       coverage::summary(coverage::judge(design, coverage::project_waivers())));
        }
        fmt::print("** SPECS={} TESTS={} PASS={} FAIL={} SKIP=0 ** {:.1f} s, results in {}\n",
                   names.size(), tests, tests - failed, failed,
                   std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                   (o.out / "results.xml").string());
    }
    return failed == 0 ? kDone : kCheckFailed;
}

}  // namespace peforge::launch
