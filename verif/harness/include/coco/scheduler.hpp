// The scheduler: simulated time, phases of a time step, ready queue.
//
// One time step:
//   beginning      Timer and NextTimeStep resume; native clocks then toggle their port
//   values change  edge waiters of a driven signal resume BEFORE the model is evaluated
//   evaluation     eval(); edge waiters of signals that the design changed resume
//   ReadWrite      queued writes are applied (edge waiters again before eval), eval, until stable;
//                  ReadWrite waiters resume
//   ReadOnly       ReadOnly waiters resume; a write throws
//
// Waiters live in coroutine frames and are linked into lists: suspending allocates nothing.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coco/errors.hpp"
#include "coco/rng.hpp"
#include "coco/time.hpp"

namespace peforge::coco {

class Scheduler;
class SigBase;
class TaskState;
class Waiter;

/// Node of a circular doubly linked list; unlinks itself when it dies.
class Link {
public:
    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() { unlink(); }

    bool linked() const { return next_ != this; }
    Link* next() const { return next_; }

    void unlink() {
        prev_->next_ = next_;
        next_->prev_ = prev_;
        prev_ = next_ = this;
    }

    /// Inserts this (unlinked) node before `place`.
    void insert_before(Link& place) {
        prev_ = place.prev_;
        next_ = &place;
        prev_->next_ = this;
        place.prev_ = this;
    }

    /// Moves the whole ring of `other` (a list head) to this (unlinked) head.
    void take_ring(Link& other) {
        if (!other.linked()) return;
        next_ = other.next_;
        prev_ = other.prev_;
        next_->prev_ = this;
        prev_->next_ = this;
        other.prev_ = other.next_ = &other;
    }

private:
    Link* prev_ = this;
    Link* next_ = this;
};

/// Something with a place in the heap of timed events: a waiter or a native clock.
struct TimedNode {
    static constexpr std::size_t kNotTimed = ~std::size_t{0};

    std::size_t heap_index = kNotTimed;
    bool is_clock = false;
};

/// Who is told when a waiter fires, if not a coroutine: First and Combine.
class WaiterSink {
public:
    virtual void fired(Waiter& waiter) = 0;

protected:
    ~WaiterSink() = default;
};

/// One coroutine (or sink) that waits for one thing. Lives in the frame of the coroutine; its
/// destruction, by cancelling the task, ends the wait.
class Waiter : public Link, public TimedNode {
public:
    Waiter() = default;
    /// Triggers are moved into the frame before they are armed: the copy starts fresh.
    Waiter(Waiter&&) noexcept : Waiter() {}
    Waiter& operator=(Waiter&&) = delete;
    ~Waiter() { disarm(); }

    /// Ends the wait.
    inline void disarm();
    /// The thing has happened: the coroutine becomes ready.
    inline void fire();

    std::coroutine_handle<> coroutine;
    TaskState* task = nullptr;       ///< whose coroutine it is
    WaiterSink* sink = nullptr;      ///< told instead of resuming `coroutine`
    Scheduler* scheduler = nullptr;  ///< set when armed
    std::uint64_t remaining = 1;     ///< how many events still have to happen (ClockCycles)
};

/// FIFO of waiters.
class WaitList {
public:
    WaitList() = default;
    WaitList(const WaitList&) = delete;
    WaitList& operator=(const WaitList&) = delete;
    ~WaitList() {
        while (head_.linked()) head_.next()->unlink();
    }

    bool empty() const { return !head_.linked(); }
    void push(Waiter& waiter) { waiter.insert_before(head_); }
    Waiter* pop() {
        if (empty()) return nullptr;
        Link* first = head_.next();
        first->unlink();
        return static_cast<Waiter*>(first);
    }
    /// One event: fires every waiter that has no more to wait for, in order.
    void fire() {
        if (!empty()) fire_all();
    }

private:
    void fire_all();

    Link head_;
};

enum class Phase { kBeginning, kValuesChange, kReadWrite, kReadOnly };

/// What the scheduler needs from a model. Optional members: dump(steps), finished(), and the
/// constant kInputsBeforeEdges = true: eval() carries changed inputs through the logic before it
/// looks for clock edges, so that a write and a later clock edge may share one evaluation.
template <class M>
concept Model = requires(M& model) {
    model.eval();
};

/// How a run is set up.
struct SchedulerOptions {
    int precision = -12;                ///< a step is 10^precision seconds
    std::uint64_t seed = 1;             ///< of the run
    std::string test = "test";          ///< selects the random streams
    std::uint32_t max_deltas = 10'000;  ///< ReadWrite rounds in one time step before it is an error
};

/// A native clock, owned by the scheduler.
struct ClockState : TimedNode {
    SigBase* sig = nullptr;
    std::uint64_t high = 0;  ///< steps
    std::uint64_t low = 0;   ///< steps
    bool level = false;
    bool running = false;
};

class Scheduler {
public:
    /// Becomes the current scheduler of this thread until it dies.
    explicit Scheduler(SchedulerOptions options = {});
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;
    ~Scheduler();

    /// The scheduler of this thread. A test program has one at a time.
    static Scheduler& current() { return *current_; }
    static bool has_current() { return current_ != nullptr; }

    /// The model to evaluate; it must outlive the run.
    template <Model M>
    void attach(M& model) {
        model_ = &model;
        eval_ = [](void* self) { static_cast<M*>(self)->eval(); };
        if constexpr (requires { M::kInputsBeforeEdges; }) {
            inputs_before_edges_ = M::kInputsBeforeEdges;
        }
        if constexpr (requires { model.dump(std::uint64_t{}); }) {
            dump_ = [](void* self, std::uint64_t time) { static_cast<M*>(self)->dump(time); };
        }
        if constexpr (requires {
                          { model.finished() } -> std::convertible_to<bool>;
                      }) {
            finished_ = [](void* self) -> bool { return static_cast<M*>(self)->finished(); };
        }
    }

    /// Calls the model's dump() at the end of each time step.
    void enable_dump(bool on) { dumping_ = on && dump_ != nullptr; }

    /// Runs until `task` is done, another task fails, the time is over or nothing is left to
    /// happen.
    /// @throws what the task or an unawaited task threw, SimTimeoutError, SimFailure
    void run(TaskState& task, std::uint64_t limit_steps = 0);

    /// Cancels every task, oldest first.
    void shutdown();

    std::uint64_t now() const { return now_; }
    int precision() const { return options_.precision; }
    Phase phase() const { return phase_; }
    const SchedulerOptions& options() const { return options_; }
    /// Times a coroutine was resumed.
    std::uint64_t resumes() const { return resumes_; }
    std::map<std::string, std::string>& plusargs() { return plusargs_; }

    // For triggers, signals and tasks -----------------------------------------------------------

    std::uint64_t steps(double value, std::string_view unit) const {
        return to_steps(value, unit, options_.precision);
    }
    void make_ready(Waiter& waiter) { ready_.push(waiter); }
    /// Fires `waiter` in `delay` steps, at least one.
    void schedule(Waiter& waiter, std::uint64_t delay) { heap_push(now_ + delay, waiter); }
    void unschedule(TimedNode& node) { heap_erase(node.heap_index); }
    WaitList& read_write() { return read_write_; }
    WaitList& read_only() { return read_only_; }
    WaitList& next_time_step() { return next_time_step_; }
    /// @throws PhaseError in the ReadOnly phase
    void require_writable(const char* what) const {
        if (phase_ == Phase::kReadOnly) [[unlikely]] {
            throw_phase_error(what);
        }
    }
    void queue_write(Link& write) { write.insert_before(writes_); }
    void watch(Link& watched) { watched.insert_before(watched_); }
    void need_eval() { eval_needed_ = true; }

    TaskState* current_task() const { return current_task_; }
    /// The coroutine to resume when the present one has suspended: calls and returns of tasks.
    void resume_next(std::coroutine_handle<> handle) { next_ = handle; }
    void task_finished(TaskState& task) { ended_ = &task; }
    void add_task(std::shared_ptr<TaskState> task);
    /// Removes the task's frame; tells those who wait for it.
    void finish(TaskState& task, bool cancelled);

    void start_clock(ClockState& clock, bool start_high);
    void stop_clock(ClockState& clock);
    ClockState& new_clock() { return clocks_.emplace_back(); }

private:
    struct Timed {
        std::uint64_t time = 0;
        std::uint64_t seq = 0;
        TimedNode* node = nullptr;
        bool operator<(const Timed& other) const {
            return time != other.time ? time < other.time : seq < other.seq;
        }
    };

    void heap_push(std::uint64_t time, TimedNode& node);
    void heap_erase(std::size_t index);
    void sift_up(std::size_t index, Timed entry);
    void sift_down(std::size_t index, Timed entry);

    void drain();
    void after_task();
    void step();
    void settle();
    void evaluate();
    void evaluate_postponed() {
        if (postponed_) [[unlikely]] {
            evaluate();
        }
    }
    bool nobody_looks() const {
        return inputs_before_edges_ && !dumping_ && read_write_.empty() && read_only_.empty() &&
               !watched_.linked();
    }
    void apply_writes();
    [[noreturn]] static void throw_phase_error(const char* what);

    static inline constinit thread_local Scheduler* current_ = nullptr;

    SchedulerOptions options_;
    Scheduler* outer_ = nullptr;
    std::map<std::string, std::string> plusargs_;

    void* model_ = nullptr;
    void (*eval_)(void*) = nullptr;
    void (*dump_)(void*, std::uint64_t) = nullptr;
    bool (*finished_)(void*) = nullptr;

    std::uint64_t now_ = 0;
    std::uint64_t seq_ = 0;
    std::uint64_t resumes_ = 0;
    Phase phase_ = Phase::kBeginning;
    bool eval_needed_ = true;
    bool stop_ = false;
    bool dumping_ = false;
    bool inputs_before_edges_ = false;
    bool postponed_ = false;  ///< writes wait for the evaluation of the next clock edge

    std::coroutine_handle<> next_;
    TaskState* current_task_ = nullptr;
    TaskState* ended_ = nullptr;
    TaskState* main_ = nullptr;
    std::exception_ptr failure_;

    std::vector<Timed> heap_;
    std::vector<ClockState*> toggles_;
    std::deque<ClockState> clocks_;
    Link writes_;
    Link watched_;
    Link tasks_;
    WaitList ready_;
    WaitList read_write_;
    WaitList read_only_;
    WaitList next_time_step_;
};

inline void Waiter::disarm() {
    unlink();
    if (heap_index != kNotTimed) scheduler->unschedule(*this);
}

inline void Waiter::fire() {
    if (sink != nullptr) {
        sink->fired(*this);
    } else {
        scheduler->make_ready(*this);
    }
}

/// Simulated time in `unit`.
inline double get_sim_time(std::string_view unit = "ns") {
    const Scheduler& scheduler = Scheduler::current();
    return from_steps(scheduler.now(), unit, scheduler.precision());
}

/// The random stream `name` of the running test, from its beginning.
inline Rng stream(std::string_view name) {
    const SchedulerOptions& options = Scheduler::current().options();
    return Rng(stream_seed(options.seed, options.test, name));
}

}  // namespace peforge::coco
