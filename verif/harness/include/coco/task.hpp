// Task<T>: a coroutine not yet started. co_await runs it to its end inside the caller;
// start_soon() runs it beside the caller and gives a TaskHandle<T> (what cocotb calls Task).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "coco/scheduler.hpp"

namespace peforge::coco {

template <class T = void>
class Task;

/// What is known of a started task, also after its frame is gone.
class TaskState {
public:
    enum class Status { kRunning, kDone, kFailed, kCancelled };

    TaskState() = default;
    TaskState(const TaskState&) = delete;
    TaskState& operator=(const TaskState&) = delete;
    virtual ~TaskState() = default;

    bool done() const { return status != Status::kRunning; }
    /// @throws what the task threw, CancelledError, std::logic_error while it runs
    void rethrow() const;

    struct ListNode : Link {
        TaskState* state = nullptr;
    };

    Status status = Status::kRunning;
    bool cancel_requested = false;
    std::exception_ptr error;
    std::coroutine_handle<> frame;
    WaitList joiners;
    Waiter start;
    ListNode node;                    ///< in the scheduler's list of running tasks
    std::shared_ptr<TaskState> self;  ///< keeps a running task alive
};

namespace detail {

template <class T>
struct Stored {
    std::optional<T> value;
    template <class U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
};

template <>
struct Stored<void> {
    void return_void() const noexcept {}
};

template <class T>
struct TypedState final : TaskState {
    Stored<T> stored;
};

struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> handle) const noexcept {
        handle.promise().ended();
    }
    void await_resume() const noexcept {}
};

template <class T>
struct Promise : Stored<T> {
    std::coroutine_handle<> continuation;
    TypedState<T>* root = nullptr;
    std::exception_ptr error;

    Task<T> get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    void ended() noexcept {
        Scheduler& scheduler = Scheduler::current();
        if (root != nullptr) {
            root->error = error;
            root->stored = std::move(static_cast<Stored<T>&>(*this));
            scheduler.task_finished(*root);
        } else {
            scheduler.resume_next(continuation);
        }
    }
};

}  // namespace detail

/// A coroutine that has not started. Move-only; destroying it destroys the frame.
template <class T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Frame = std::coroutine_handle<promise_type>;
    using Result = T;

    explicit Task(Frame frame) : frame_(frame) {}
    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~Task() {
        if (frame_) frame_.destroy();
    }

    struct Awaiter {
        Frame frame;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> caller) const noexcept {
            frame.promise().continuation = caller;
            Scheduler::current().resume_next(frame);
        }
        T await_resume() const {
            if (frame.promise().error) std::rethrow_exception(frame.promise().error);
            if constexpr (!std::is_void_v<T>) return std::move(*frame.promise().value);
        }
    };
    Awaiter operator co_await() const& noexcept { return {frame_}; }
    Awaiter operator co_await() const&& noexcept { return {frame_}; }

    /// Hands the frame over.
    Frame release() { return std::exchange(frame_, {}); }

private:
    Frame frame_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// A started task. Copies refer to the same one; letting go of it does not cancel it.
template <class T = void>
class TaskHandle {
public:
    using Result = T;

    TaskHandle() = default;
    explicit TaskHandle(std::shared_ptr<detail::TypedState<T>> state) : state_(std::move(state)) {}

    bool done() const { return state_->done(); }
    bool cancelled() const { return state_->status == TaskState::Status::kCancelled; }
    explicit operator bool() const { return state_ != nullptr; }

    /// Ends the task: its frame is destroyed at once (when it next suspends, if it is the caller).
    /// Who awaits it gets CancelledError. Nothing happens when it is done already.
    void cancel() const {
        if (!state_->done()) Scheduler::current().finish(*state_, true);
    }

    /// @throws what the task threw, CancelledError, std::logic_error while it runs
    T result() const {
        state_->rethrow();
        if constexpr (!std::is_void_v<T>) {
            if constexpr (std::is_copy_constructible_v<T>) {
                return *state_->stored.value;
            } else {
                return std::move(*state_->stored.value);
            }
        }
    }

    // Trigger: the task's end.
    bool arm(Scheduler& scheduler, Waiter& waiter) const {
        if (state_->done()) return false;
        waiter.scheduler = &scheduler;
        state_->joiners.push(waiter);
        return true;
    }

    TaskState& state() const { return *state_; }

private:
    std::shared_ptr<detail::TypedState<T>> state_;
};

/// Runs `task` beside the caller, from the next time the caller suspends. Its exception fails the
/// test unless someone is awaiting it at that moment.
template <class T>
TaskHandle<T> start_soon(Task<T> task) {
    auto state = std::make_shared<detail::TypedState<T>>();
    const auto frame = task.release();
    frame.promise().root = state.get();
    state->frame = frame;
    Scheduler::current().add_task(state);
    return TaskHandle<T>(std::move(state));
}

}  // namespace peforge::coco
