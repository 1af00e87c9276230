// What a coroutine can wait for: the names and meanings of cocotb's triggers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "coco/scheduler.hpp"
#include "coco/sig.hpp"
#include "coco/task.hpp"

namespace peforge::coco {

/// arm() links the waiter and returns true, or returns false when there is nothing to wait for;
/// result() is the value of co_await.
template <class T>
concept Trigger = requires(T& trigger, Scheduler& scheduler, Waiter& waiter) {
    { trigger.arm(scheduler, waiter) } -> std::same_as<bool>;
    trigger.result();
};

template <Trigger T>
class TriggerAwaiter {
public:
    explicit TriggerAwaiter(T&& trigger) : trigger_(std::move(trigger)) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> caller) {
        Scheduler& scheduler = Scheduler::current();
        waiter_.coroutine = caller;
        waiter_.task = scheduler.current_task();
        return trigger_.arm(scheduler, waiter_);
    }
    decltype(auto) await_resume() { return trigger_.result(); }

private:
    T trigger_;
    Waiter waiter_;
};

template <class T>
requires Trigger<std::remove_cvref_t<T>> TriggerAwaiter<std::remove_cvref_t<T>>
operator co_await(T&& trigger) {
    return TriggerAwaiter<std::remove_cvref_t<T>>(std::remove_cvref_t<T>(std::forward<T>(trigger)));
}

/// A time from now. Resumes in the beginning of that time step.
class Timer {
public:
    /// @throws std::invalid_argument when it is not a positive whole number of steps
    explicit Timer(double value, std::string_view unit = "step")
        : delay_(Scheduler::current().steps(value, unit)) {
        if (delay_ == 0) throw std::invalid_argument("Timer: the time must be positive");
    }
    bool arm(Scheduler& scheduler, Waiter& waiter) const {
        waiter.scheduler = &scheduler;
        scheduler.schedule(waiter, delay_);
        return true;
    }
    void result() const noexcept {}

private:
    std::uint64_t delay_;
};

namespace detail {

/// Which changes of a signal count, and how many of them.
class EdgeTrigger {
public:
    EdgeTrigger(SigBase& sig, EdgeKind kind, std::uint64_t count)
        : sig_(&sig), kind_(kind), count_(count) {}
    bool arm(Scheduler& scheduler, Waiter& waiter) const {
        if (count_ == 0) return false;
        waiter.scheduler = &scheduler;
        waiter.remaining = count_;
        sig_->wait(scheduler, kind_, waiter);
        return true;
    }
    void result() const noexcept {}

private:
    SigBase* sig_;
    EdgeKind kind_;
    std::uint64_t count_;
};

}  // namespace detail

/// Bit 0 goes from 0 to 1. For a signal that the testbench drives the coroutine sees the values
/// from before the edge; for one that the design drives, those after evaluation.
class RisingEdge : public detail::EdgeTrigger {
public:
    explicit RisingEdge(SigBase& sig) : EdgeTrigger(sig, EdgeKind::kRising, 1) {}
};

/// Bit 0 goes from 1 to 0.
class FallingEdge : public detail::EdgeTrigger {
public:
    explicit FallingEdge(SigBase& sig) : EdgeTrigger(sig, EdgeKind::kFalling, 1) {}
};

/// Any change of the value.
class Edge : public detail::EdgeTrigger {
public:
    explicit Edge(SigBase& sig) : EdgeTrigger(sig, EdgeKind::kAny, 1) {}
};

/// `count` edges; the edges in between resume nothing. 0 does not wait.
class ClockCycles : public detail::EdgeTrigger {
public:
    ClockCycles(SigBase& sig, std::uint64_t count, bool rising = true)
        : EdgeTrigger(sig, rising ? EdgeKind::kRising : EdgeKind::kFalling, count) {}
};

/// After the writes of this time step are applied and the model is stable; writes are allowed.
class ReadWrite {
public:
    /// @throws PhaseError in the ReadOnly phase
    bool arm(Scheduler& scheduler, Waiter& waiter) const {
        scheduler.require_writable("co_await ReadWrite");
        waiter.scheduler = &scheduler;
        scheduler.read_write().push(waiter);
        return true;
    }
    void result() const noexcept {}
};

/// The end of this time step: nothing changes any more, writes throw.
class ReadOnly {
public:
    /// @throws PhaseError in the ReadOnly phase
    bool arm(Scheduler& scheduler, Waiter& waiter) const {
        scheduler.require_writable("co_await ReadOnly");
        waiter.scheduler = &scheduler;
        scheduler.read_only().push(waiter);
        return true;
    }
    void result() const noexcept {}
};

/// The beginning of the next time step, whenever that is.
class NextTimeStep {
public:
    bool arm(Scheduler& scheduler, Waiter& waiter) const {
        waiter.scheduler = &scheduler;
        scheduler.next_time_step().push(waiter);
        return true;
    }
    void result() const noexcept {}
};

/// Goes to the end of the ready queue: what is ready now runs first.
class NullTrigger {
public:
    bool arm(Scheduler& scheduler, Waiter& waiter) const {
        waiter.scheduler = &scheduler;
        waiter.fire();
        return true;
    }
    void result() const noexcept {}
};

namespace detail {

/// A task that First, Combine or with_timeout starts and cancels when it is not done in the end.
template <class T>
class OwnedTask {
public:
    explicit OwnedTask(Task<T> task) : task_(std::move(task)) {}
    OwnedTask(OwnedTask&& other) noexcept
        : task_(std::move(other.task_)), handle_(std::exchange(other.handle_, {})) {}
    OwnedTask& operator=(OwnedTask&&) = delete;
    ~OwnedTask() { cancel(); }

    bool arm(Scheduler& scheduler, Waiter& waiter) {
        handle_ = start_soon(std::move(task_));
        return handle_.arm(scheduler, waiter);
    }
    T result() const { return handle_.result(); }
    void cancel() const {
        if (handle_ && !handle_.done()) handle_.cancel();
    }

private:
    Task<T> task_;
    TaskHandle<T> handle_;
};

template <class T>
struct IsTask : std::false_type {};
template <class T>
struct IsTask<Task<T>> : std::true_type {};

/// Anything co_await takes, as a task.
template <class A>
auto as_task(A awaitable) -> Task<decltype(std::declval<A>().operator co_await().await_resume())> {
    co_return co_await std::move(awaitable);
}

template <class A>
auto to_trigger(A&& awaitable) {
    using Plain = std::remove_cvref_t<A>;
    if constexpr (IsTask<Plain>::value) {
        return OwnedTask<typename Plain::Result>(std::forward<A>(awaitable));
    } else if constexpr (Trigger<Plain>) {
        return Plain(std::forward<A>(awaitable));
    } else {
        auto task = as_task<Plain>(std::forward<A>(awaitable));
        return OwnedTask<typename decltype(task)::Result>(std::move(task));
    }
}

template <class A>
using TriggerOf = decltype(to_trigger(std::declval<A>()));

/// Triggers with their waiters, armed together.
template <class... Ts>
class Group : public WaiterSink {
protected:
    explicit Group(Ts&&... triggers) : triggers_(std::move(triggers)...) {}
    Group(Group&&) = default;
    ~Group() = default;

    /// Arms one after the other while `go_on(index, armed)` says so.
    template <class F>
    void arm_each(Scheduler& scheduler, Waiter& parent, F&& go_on) {
        parent.scheduler = &scheduler;
        parent_ = &parent;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (void)(arm_one<I>(scheduler, go_on) && ...);
        }
        (std::index_sequence_for<Ts...>{});
    }

    std::size_t index_of(const Waiter& waiter) const {
        return static_cast<std::size_t>(&waiter - waiters_.data());
    }

    std::tuple<Ts...> triggers_;
    std::array<Waiter, sizeof...(Ts)> waiters_;
    Waiter* parent_ = nullptr;

private:
    template <std::size_t I, class F>
    bool arm_one(Scheduler& scheduler, F& go_on) {
        waiters_[I].sink = this;
        return go_on(I, std::get<I>(triggers_).arm(scheduler, waiters_[I]));
    }
};

}  // namespace detail

namespace detail {

template <class T>
struct IsOwnedTask : std::false_type {};
template <class T>
struct IsOwnedTask<OwnedTask<T>> : std::true_type {};

/// Waits until one of several has happened.
template <class... Ts>
class Race : public Group<Ts...> {
public:
    explicit Race(Ts&&... triggers) : Group<Ts...>(std::move(triggers)...) {}
    Race(Race&&) = default;

    bool arm(Scheduler& scheduler, Waiter& parent) {
        bool waiting = true;
        this->arm_each(scheduler, parent, [&](std::size_t index, bool armed) {
            if (!armed) {
                winner_ = index;
                waiting = false;
            }
            return winner_ == kNone;
        });
        if (!waiting) disarm();
        return waiting;
    }
    void fired(Waiter& waiter) final {
        winner_ = this->index_of(waiter);
        disarm();
        this->parent_->fire();
    }

protected:
    ~Race() = default;

    /// Cancels the tasks that were started here and lost.
    void cancel_losers() {
        std::apply([](auto&... triggers) { (cancel_owned(triggers), ...); }, this->triggers_);
    }
    std::size_t winner() const { return winner_; }

private:
    static constexpr std::size_t kNone = ~std::size_t{0};

    template <class T>
    static void cancel_owned(T& trigger) {
        if constexpr (IsOwnedTask<T>::value) trigger.cancel();
    }
    void disarm() {
        for (Waiter& waiter : this->waiters_) waiter.disarm();
    }

    std::size_t winner_ = kNone;
};

/// A trigger that must happen before the timer.
template <class T>
class Limited final : public Race<T, Timer> {
public:
    Limited(T&& trigger, Timer&& timer) : Race<T, Timer>(std::move(trigger), std::move(timer)) {}
    Limited(Limited&&) = default;
    decltype(auto) result() {
        this->cancel_losers();
        if (this->winner() == 1) throw SimTimeoutError("with_timeout: the time is over");
        return std::get<0>(this->triggers_).result();
    }
};

}  // namespace detail

/// The first of several; co_await gives its index. Waiting for the others ends. A Task given here
/// is started, and cancelled when it loses; a TaskHandle goes on running.
template <class... Ts>
class First final : public detail::Race<Ts...> {
public:
    template <class... As>
    requires(sizeof...(As) == sizeof...(Ts)) explicit First(As&&... awaitables)
        : detail::Race<Ts...>(detail::to_trigger(std::forward<As>(awaitables))...) {}
    First(First&&) = default;

    /// @throws what the winning task threw
    std::size_t result() {
        this->cancel_losers();
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((I == this->winner() ? (void)std::get<I>(this->triggers_).result() : void()), ...);
        }
        (std::index_sequence_for<Ts...>{});
        return this->winner();
    }
};

template <class... As>
First(As&&...) -> First<detail::TriggerOf<As>...>;

/// All of several.
template <class... Ts>
class Combine final : public detail::Group<Ts...> {
public:
    template <class... As>
    requires(sizeof...(As) == sizeof...(Ts)) explicit Combine(As&&... awaitables)
        : detail::Group<Ts...>(detail::to_trigger(std::forward<As>(awaitables))...) {}
    Combine(Combine&&) = default;

    bool arm(Scheduler& scheduler, Waiter& parent) {
        this->arm_each(scheduler, parent, [this](std::size_t, bool armed) {
            if (armed) ++pending_;
            return true;
        });
        return pending_ > 0;
    }
    void fired(Waiter&) override {
        if (--pending_ == 0) this->parent_->fire();
    }
    /// @throws what the first failed task threw
    void result() {
        std::apply([](auto&... triggers) { ((void)triggers.result(), ...); }, this->triggers_);
    }

private:
    std::size_t pending_ = 0;
};

template <class... As>
Combine(As&&...) -> Combine<detail::TriggerOf<As>...>;

/// Waits for `awaitable` for at most this time and gives its result. A Task is cancelled when the
/// time is over; a TaskHandle goes on running.
/// @throws SimTimeoutError
template <class A>
auto with_timeout(A awaitable, double value, std::string_view unit)
    -> Task<decltype(std::declval<detail::TriggerOf<A>&>().result())> {
    auto trigger = detail::to_trigger(std::move(awaitable));
    co_return co_await detail::Limited<decltype(trigger)>(std::move(trigger), Timer(value, unit));
}

}  // namespace peforge::coco
