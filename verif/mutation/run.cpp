// Every mutant through the bench, in child processes.
//
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <system_error>

#include "generator/spec/error.hpp"
#include "verif/model/rtl_build.hpp"
#include "verif/mutation/mutation.hpp"

namespace peforge::mutation {

namespace {

/// Longer than the pauses that the level-1 stall patterns make; a hang costs this many cycles.
constexpr std::uint64_t kWatchdogCycles = 4000;

/// The selectors of all mutants together close loops; one at a time closes none.
RtlOptions model_options() {
    RtlOptions options;
    options.loops = true;
    return options;
}

/// Name and text of the first failing case, or two empty strings.
std::pair<std::string, std::string> first_failure(RtlModel& rtl, std::uint32_t select,
                                                  const std::vector<PreparedTest>& tests) {
    rtl.open_mutant(select);
    for (const PreparedTest& test : tests) {
        const TestResult result = run_episodes(rtl, test.name, test.episodes);
        if (!result.failure.empty()) return {test.name, result.failure};
    }
    return {};
}

/// What a child says: "S\n" when it starts on its next mutant, "L\n" when that lived,
/// "K case text\n" when it was killed.
/// The model is opened here and not before the fork, because Verilator's models own threads.
void child(const Design& design, const FileSet& files, const std::vector<PreparedTest>& tests,
           const std::vector<Mutant>& mutants, const std::deque<std::size_t>& todo, int out) {
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    const auto say = [out](std::string line) {
        std::replace(line.begin(), line.end(), '\n', ' ');
        line += '\n';
        if (write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(1);
    };
    constexpr std::size_t kShown = 300;
    RtlModel rtl(design, files, default_cache_dir(), model_options());
    for (const std::size_t i : todo) {
        say("S");
        const auto [killer, text] = first_failure(rtl, mutants[i].select, tests);
        say(killer.empty() ? "L" : fmt::format("K {} {}", killer, text.substr(0, kShown)));
    }
    _exit(0);
}

struct Worker {
    pid_t pid = -1;
    int from = -1;
    std::string buffer;
    std::deque<std::size_t> todo;  ///< mutants not decided yet, the running one first
    bool started = false;          ///< it is running
};

/// Starts a child on the worker's list; its pipe's end is closed in every other child.
void start(Worker& w, std::vector<Worker>& all, const Design& design, const FileSet& files,
           const std::vector<PreparedTest>& tests, const std::vector<Mutant>& mutants) {
    std::array<int, 2> fd{};
    if (pipe2(fd.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe");
    }
    const pid_t pid = fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0) {
        close(fd[0]);
        for (const Worker& other : all) {
            if (other.from >= 0) close(other.from);
        }
        try {
            child(design, files, tests, mutants, w.todo, fd[1]);
        } catch (const std::exception&) {
            _exit(1);
        }
    }
    close(fd[1]);
    w.pid = pid;
    w.from = fd[0];
    w.buffer.clear();
    w.started = false;
}

void take_line(Worker& w, const std::string& line, std::vector<Mutant>& mutants) {
    if (line == "S") {
        w.started = true;
        return;
    }
    Mutant& m = mutants[w.todo.front()];
    if (line[0] == 'K') {
        const std::size_t space = line.find(' ', 2);
        m.fate = Fate::kKilled;
        m.killer = line.substr(2, space - 2);
        m.failure = line.substr(space + 1);
    }
    w.todo.pop_front();
    w.started = false;
}

/// Reads what is there; false at the end of the child.
bool receive(Worker& w, std::vector<Mutant>& mutants) {
    std::array<char, 65536> bytes{};
    const ssize_t n = read(w.from, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    w.buffer.append(bytes.data(), static_cast<std::size_t>(n));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = w.buffer.find('\n', begin)) != std::string::npos;) {
        take_line(w, w.buffer.substr(begin, end - begin), mutants);
        begin = end + 1;
    }
    w.buffer.erase(0, begin);
    return true;
}

/// The child has ended: whatever was running brought it down.
void finish(Worker& w, std::vector<Mutant>& mutants) {
    close(w.from);
    w.from = -1;
    int status = 0;
    while (waitpid(w.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (w.todo.empty()) return;
    if (!w.started) throw CheckFailedError("a mutation worker ended before its first mutant");
    Mutant& m = mutants[w.todo.front()];
    m.fate = Fate::kKilled;
    m.killer = "simulation";
    m.failure = WIFSIGNALED(status) ? fmt::format("ended by signal {}", WTERMSIG(status))
                                    : fmt::format("ended with status {}", WEXITSTATUS(status));
    w.todo.pop_front();
}

void run_all(const Design& design, const FileSet& files, std::vector<Mutant>& mutants,
             const std::vector<PreparedTest>& tests, int jobs, const Progress& progress) {
    std::vector<Worker> workers(static_cast<std::size_t>(std::max(jobs, 1)));
    for (std::size_t i = 0; i < mutants.size(); ++i) {
        workers[i % workers.size()].todo.push_back(i);
    }
    for (Worker& w : workers) {
        if (!w.todo.empty()) start(w, workers, design, files, tests, mutants);
    }
    for (;;) {
        std::vector<pollfd> waiting;
        std::vector<Worker*> of;
        std::size_t left = 0;
        for (Worker& w : workers) {
            left += w.todo.size();
            if (w.from < 0) continue;
            waiting.push_back({w.from, POLLIN, 0});
            of.push_back(&w);
        }
        progress(mutants.size() - left);
        if (waiting.empty()) break;
        if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "poll");
        }
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (waiting[i].revents == 0 || receive(*of[i], mutants)) continue;
            finish(*of[i], mutants);
            if (!of[i]->todo.empty()) start(*of[i], workers, design, files, tests, mutants);
        }
    }
}

}  // namespace

std::vector<PreparedTest> prepare(const Design& design, const std::vector<TestCase>& plan,
                                  std::uint64_t seed) {
    std::vector<std::pair<double, PreparedTest>> costed;
    for (const TestCase& test : plan) {
        PreparedTest prepared{test.name, test_vectors(design, test, seed)};
        const StallProfile& s = test.stall;
        const std::uint32_t stall = std::max({s.job, s.prm, s.wgt, s.act, s.out});
        double cost = 0.0;
        for (Episode& episode : prepared.episodes) {
            episode.feed.watchdog = kWatchdogCycles;
            cost += static_cast<double>(episode.cycles) * 256.0 / static_cast<double>(256 - stall);
        }
        costed.emplace_back(cost, std::move(prepared));
    }
    std::stable_sort(costed.begin(), costed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<PreparedTest> ordered;
    for (auto& [cost, test] : costed) ordered.push_back(std::move(test));
    return ordered;
}

void run_mutants(const Design& design, MutantSet& set, const std::vector<PreparedTest>& tests,
                 int jobs, const Progress& progress) {
    build_rtl_library(design.top, set.files, default_cache_dir(), model_options());
    std::vector<Mutant> original(1);
    run_all(design, set.files, original, tests, 1, [](std::size_t) {});
    if (original[0].fate == Fate::kKilled) {
        throw CheckFailedError(fmt::format("{}: the original fails {}: {}", design.top,
                                           original[0].killer, original[0].failure));
    }
    run_all(design, set.files, set.mutants, tests, jobs, progress);
}

}  // namespace peforge::mutation
