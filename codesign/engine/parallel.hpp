// Work sharing over a few threads.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace peforge::codesign {

/// Threads to use: one per processor, at least one.
inline int thread_count() {
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Calls body(item, thread) for item = 0..items-1 on up to `threads` threads, handing out items in
/// order; rethrows the first exception. Plain threads instead of OpenMP: they do not spin while
/// they wait, which on a shared machine costs OpenMP a factor of eight.
template <typename Body>
void parallel_for(int items, int threads, const Body& body) {
    std::atomic<int> next{0};
    std::exception_ptr error;
    std::mutex lock;
    const auto work = [&](int thread) {
        try {
            for (int i = next++; i < items; i = next++) {
                body(i, thread);
            }
        } catch (...) {
            const std::scoped_lock guard(lock);
            if (!error) {
                error = std::current_exception();
            }
            next = items;
        }
    };
    {
        std::vector<std::jthread> pool;
        for (int thread = 1; thread < std::min(threads, items); ++thread) {
            pool.emplace_back(work, thread);
        }
        work(0);
    }
    if (error) {
        std::rethrow_exception(error);
    }
}

}  // namespace peforge::codesign
