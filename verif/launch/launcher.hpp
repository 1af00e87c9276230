// Where the tasks of a regression run: one interface for this machine and for a cluster.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace peforge::launch {

/// A command line that leaves its results in files.
struct Task {
    std::string name;  ///< for people
    std::vector<std::string> argv;
};

/// How it ended.
struct TaskEnd {
    int status = 0;      ///< exit status, or 128 + signal
    std::string output;  ///< stdout and stderr
    double seconds = 0.0;
};

/// Called when a task has ended, one call at a time, in order of ending.
using OnEnd = std::function<void(std::size_t task, const TaskEnd& end)>;

class Launcher {
public:
    Launcher() = default;
    Launcher(const Launcher&) = delete;
    Launcher& operator=(const Launcher&) = delete;
    virtual ~Launcher() = default;

    /// Runs all tasks and returns when the last has ended; the ends stand in the tasks' order.
    /// Tasks share files: a file system that all of them see.
    virtual std::vector<TaskEnd> run(const std::vector<Task>& tasks, const OnEnd& on_end) = 0;
};

/// Processes of this machine, or of a cluster through a command that waits for its job (for example
/// "srun -n1" or "bsub -K"): `prefix` stands before every command line.
class ProcessPool final : public Launcher {
public:
    /// @param jobs tasks at a time, at least 1
    explicit ProcessPool(std::size_t jobs, std::vector<std::string> prefix = {});
    std::vector<TaskEnd> run(const std::vector<Task>& tasks, const OnEnd& on_end) override;

private:
    std::size_t jobs_;
    std::vector<std::string> prefix_;
};

}  // namespace peforge::launch
