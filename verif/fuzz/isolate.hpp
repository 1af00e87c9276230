// Work in child processes: what crashes or hangs there is a result, not the end.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace peforge::fuzz {

/// The child's side.
class Child {
public:
    explicit Child(int fd) : fd_(fd) {}

    /// Sends text to the parent; it arrives even if the child dies afterwards.
    void say(std::string_view text) const;

    /// The child is killed (SIGPROF) when it uses that much CPU time from now on. Processes that
    /// it starts do not count, nor does waiting: a busy machine causes no false alarm.
    void limit_cpu(double seconds) const;

private:
    int fd_;
};

struct Work {
    std::size_t id = 0;
    std::function<void(Child&)> run;
};

/// How a child ended.
struct Ended {
    std::size_t id = 0;
    std::string said;
    int signal = 0;  ///< that killed it, or 0
    int status = 0;  ///< exit status; 0 = `run` returned
    /// "" when `run` returned, else what happened, for people.
    [[nodiscard]] std::string problem() const;
};

/// Runs the works that `next` gives, until it gives nothing and all have ended, at most `jobs` at a
/// time. `done` is called in order of ending and may make `next` give more.
void run_isolated(std::size_t jobs, const std::function<std::optional<Work>()>& next,
                  const std::function<void(const Ended&)>& done);

}  // namespace peforge::fuzz
