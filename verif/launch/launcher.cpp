// SPDX-License-Identifier: Apache-2.0
#include "verif/launch/launcher.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>

#include "generator/support/process.hpp"

namespace peforge::launch {

namespace {

constexpr int kCannotStart = 127;

TaskEnd run_one(std::vector<std::string> argv, const std::vector<std::string>& prefix) {
    argv.insert(argv.begin(), prefix.begin(), prefix.end());
    const auto start = std::chrono::steady_clock::now();
    TaskEnd end;
    try {
        ProcessResult result = run_process(argv, ".");
        end.status = result.status;
        end.output = std::move(result.output);
    } catch (const std::system_error& e) {
        end.status = kCannotStart;
        end.output = argv.front() + ": " + e.what();
    }
    end.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return end;
}

}  // namespace

ProcessPool::ProcessPool(std::size_t jobs, std::vector<std::string> prefix)
    : jobs_(std::max<std::size_t>(jobs, 1)), prefix_(std::move(prefix)) {}

std::vector<TaskEnd> ProcessPool::run(const std::vector<Task>& tasks, const OnEnd& on_end) {
    std::vector<TaskEnd> ends(tasks.size());
    std::atomic<std::size_t> next{0};
    std::mutex lock;
    const auto work = [&] {
        for (std::size_t i = next++; i < tasks.size(); i = next++) {
            ends[i] = run_one(tasks[i].argv, prefix_);
            const std::lock_guard guard(lock);
            if (on_end) on_end(i, ends[i]);
        }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min(jobs_, tasks.size()); ++i) threads.emplace_back(work);
    work();
    threads.clear();
    return ends;
}

}  // namespace peforge::launch
