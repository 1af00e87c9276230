// Driver, Monitor, Scoreboard and pause generators: the verbs of cocotb-bus.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coco/rng.hpp"
#include "coco/sync.hpp"
#include "coco/task.hpp"
#include "coco/triggers.hpp"

namespace peforge::coco {

/// Says once per clock whether an interface pauses.
using PauseGenerator = std::function<bool()>;

/// Repeats a pattern; true pauses.
inline PauseGenerator pause_pattern(std::vector<bool> pattern) {
    return [pattern = std::move(pattern), at = std::size_t{0}]() mutable {
        const bool pause = pattern[at];
        at = (at + 1) % pattern.size();
        return pause;
    };
}

/// Pauses in `numerator` of `denominator` cycles, at random.
inline PauseGenerator pause_random(Rng rng, std::int64_t numerator, std::int64_t denominator) {
    return [rng, numerator, denominator]() mutable { return rng.chance(numerator, denominator); };
}

/// A task of an object: cancelled when the object dies.
class OwnTask {
public:
    OwnTask() = default;
    explicit OwnTask(Task<> task) : handle_(start_soon(std::move(task))) {}
    OwnTask(const OwnTask&) = delete;
    OwnTask& operator=(const OwnTask&) = delete;
    ~OwnTask() {
        if (handle_ && !handle_.done()) handle_.cancel();
    }

private:
    TaskHandle<> handle_;
};

/// Sends items one after the other. Derive, implement drive(), call start() when constructed.
template <class T>
class Driver {
public:
    virtual ~Driver() = default;
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;

    /// Queues an item.
    void append(T item) {
        idle_.clear();
        items_.put_nowait(std::move(item));
    }
    /// Queues an item and waits until all is sent.
    Task<> send(T item) {
        append(std::move(item));
        co_await idle_.wait();
    }
    /// Waits until all is sent.
    Event::Wait wait() { return idle_.wait(); }
    /// Forgets the items not yet begun.
    void clear() {
        while (!items_.empty()) items_.get_nowait();
    }

protected:
    Driver() { idle_.set(); }
    /// Puts one item on the bus.
    virtual Task<> drive(const T& item) = 0;
    void start() { task_.emplace(run()); }

private:
    Task<> run() {
        for (;;) {
            const T item = co_await items_.get();
            co_await drive(item);
            if (items_.empty()) idle_.set();
        }
    }

    Queue<T> items_;
    Event idle_;
    std::optional<OwnTask> task_;
};

/// Collects what was seen: calls the callbacks, then keeps the item for recv().
template <class T>
class Monitor {
public:
    using Callback = std::function<void(const T&)>;

    virtual ~Monitor() = default;
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    void add_callback(Callback callback) { callbacks_.push_back(std::move(callback)); }
    /// The oldest item not yet taken: co_await monitor.recv()
    typename Queue<T>::Get recv() { return items_.get(); }
    /// The same with a limit. @throws SimTimeoutError
    Task<T> wait_for_recv(double timeout, std::string_view unit) {
        return with_timeout(items_.get(), timeout, unit);
    }
    /// @throws QueueEmpty
    T recv_nowait() { return items_.get_nowait(); }
    bool empty() const { return items_.empty(); }
    /// Items seen since the beginning.
    std::uint64_t count() const { return count_; }
    /// With false, items go to the callbacks only.
    void keep_items(bool keep) { keep_ = keep; }

protected:
    Monitor() = default;
    void received(T item) {
        ++count_;
        for (const Callback& callback : callbacks_) callback(item);
        if (keep_) items_.put_nowait(std::move(item));
    }

private:
    std::vector<Callback> callbacks_;
    Queue<T> items_;
    std::uint64_t count_ = 0;
    bool keep_ = true;
};

/// Compares what monitors see with what is expected, in order.
template <class T>
class Scoreboard {
public:
    using Equal = std::function<bool(const T& actual, const T& expected)>;

    explicit Scoreboard(Equal equal = [](const T& a, const T& b) { return a == b; })
        : equal_(std::move(equal)) {}
    Scoreboard(const Scoreboard&) = delete;
    Scoreboard& operator=(const Scoreboard&) = delete;

    /// Watches a monitor. The result is where expected items are appended.
    /// @throws TestFailure, later and inside the monitor, when `immediate` and an item differs
    std::deque<T>& add_interface(Monitor<T>& monitor, std::string name, bool immediate = true) {
        interfaces_.push_back(std::make_unique<Interface>());
        Interface& interface = *interfaces_.back();
        interface.name = std::move(name);
        monitor.add_callback(
            [this, &interface, immediate](const T& item) { compare(interface, item, immediate); });
        return interface.expected;
    }

    /// @throws TestFailure when something differed, something expected did not come, or fewer than
    /// `min_items` came: a bench in which nothing moves must not pass
    void result(std::uint64_t min_items = 1) const {
        std::uint64_t all = 0;
        for (const auto& interface : interfaces_) {
            check(interface->errors == 0, interface->name + ": " +
                                              std::to_string(interface->errors) + " of " +
                                              std::to_string(interface->seen) + " items differ");
            check(interface->expected.empty(), interface->name + ": " +
                                                   std::to_string(interface->expected.size()) +
                                                   " expected items did not come");
            all += interface->seen;
        }
        check(all >= min_items, "scoreboard: " + std::to_string(all) + " items, at least " +
                                    std::to_string(min_items) + " are needed");
    }
    std::uint64_t errors() const {
        std::uint64_t sum = 0;
        for (const auto& interface : interfaces_) sum += interface->errors;
        return sum;
    }

private:
    struct Interface {
        std::string name;
        std::deque<T> expected;
        std::uint64_t seen = 0;
        std::uint64_t errors = 0;
    };

    void compare(Interface& interface, const T& item, bool immediate) {
        ++interface.seen;
        const bool known = !interface.expected.empty();
        const bool good = known && equal_(item, interface.expected.front());
        if (known) interface.expected.pop_front();
        if (good) return;
        ++interface.errors;
        if (immediate) {
            fail(interface.name + ": item " + std::to_string(interface.seen - 1) +
                 (known ? " differs" : " was not expected"));
        }
    }

    Equal equal_;
    std::vector<std::unique_ptr<Interface>> interfaces_;
};

}  // namespace peforge::coco
