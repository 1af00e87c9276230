// SPDX-License-Identifier: Apache-2.0
#include "coco/scheduler.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "coco/sig.hpp"
#include "coco/task.hpp"

namespace peforge::coco {

int unit_exponent(std::string_view unit) {
    if (unit == "ns") return -9;
    if (unit == "ps") return -12;
    if (unit == "us") return -6;
    if (unit == "fs") return -15;
    if (unit == "ms") return -3;
    if (unit == "sec" || unit == "s") return 0;
    throw std::invalid_argument("unknown unit of time \"" + std::string(unit) +
                                "\"; allowed: step, fs, ps, ns, us, ms, sec");
}

std::uint64_t to_steps(double value, std::string_view unit, int precision) {
    const int exponent = unit == "step" ? 0 : unit_exponent(unit) - precision;
    const double steps =
        exponent >= 0 ? value * std::pow(10.0, exponent) : value / std::pow(10.0, -exponent);
    const double whole = std::round(steps);
    // Decimal fractions of a unit are not exact in binary; a thousandth of a step is far from both.
    if (!(steps >= 0.0) || steps > 1.8e19 || std::abs(steps - whole) > 1e-3) {
        throw std::invalid_argument(std::to_string(value) + " " + std::string(unit) +
                                    " is not a whole number of steps of 1e" +
                                    std::to_string(precision) + " s");
    }
    return static_cast<std::uint64_t>(whole);
}

double from_steps(std::uint64_t steps, std::string_view unit, int precision) {
    const int exponent = unit == "step" ? 0 : precision - unit_exponent(unit);
    const double value = static_cast<double>(steps);
    return exponent >= 0 ? value * std::pow(10.0, exponent) : value / std::pow(10.0, -exponent);
}

std::uint64_t stream_seed(std::uint64_t seed, std::string_view test, std::string_view stream) {
    return fnv1a(std::to_string(seed) + "/" + std::string(test) + "/" + std::string(stream));
}

void fail(std::string_view message, std::source_location where) {
    throw TestFailure(std::string(where.file_name()) + ":" + std::to_string(where.line()) + ": " +
                      std::string(message));
}

void detail::fail_eq(const std::string& actual, const std::string& expected, std::string_view what,
                     std::source_location where) {
    fail(std::string(what) + ": got " + actual + ", expected " + expected + " at " +
             std::to_string(get_sim_time("ns")) + " ns",
         where);
}

void WaitList::fire_all() {
    Link events;
    events.take_ring(head_);
    while (events.linked()) {
        auto* waiter = static_cast<Waiter*>(events.next());
        waiter->unlink();
        if (waiter->remaining > 1) {
            --waiter->remaining;
            push(*waiter);
        } else {
            waiter->fire();
        }
    }
}

void TaskState::rethrow() const {
    switch (status) {
        case Status::kRunning:
            throw std::logic_error("the task is not done");
        case Status::kCancelled:
            throw CancelledError("the task was cancelled");
        case Status::kFailed:
            std::rethrow_exception(error);
        case Status::kDone:
            return;
    }
}

Scheduler::Scheduler(SchedulerOptions options)
    : options_(std::move(options)), outer_(std::exchange(current_, this)) {}

Scheduler::~Scheduler() {
    shutdown();
    current_ = outer_;
}

void Scheduler::throw_phase_error(const char* what) {
    throw PhaseError(std::string(what) + " is not allowed in the ReadOnly phase");
}

// Heap ------------------------------------------------------------------------------------------

void Scheduler::sift_up(std::size_t index, Timed entry) {
    while (index > 0) {
        const std::size_t parent = (index - 1) / 2;
        if (!(entry < heap_[parent])) break;
        heap_[index] = heap_[parent];
        heap_[index].node->heap_index = index;
        index = parent;
    }
    heap_[index] = entry;
    entry.node->heap_index = index;
}

void Scheduler::sift_down(std::size_t index, Timed entry) {
    const std::size_t size = heap_.size();
    for (;;) {
        std::size_t child = 2 * index + 1;
        if (child >= size) break;
        if (child + 1 < size && heap_[child + 1] < heap_[child]) ++child;
        if (!(heap_[child] < entry)) break;
        heap_[index] = heap_[child];
        heap_[index].node->heap_index = index;
        index = child;
    }
    heap_[index] = entry;
    entry.node->heap_index = index;
}

void Scheduler::heap_push(std::uint64_t time, TimedNode& node) {
    heap_.emplace_back();
    sift_up(heap_.size() - 1, {time, seq_++, &node});
}

void Scheduler::heap_erase(std::size_t index) {
    heap_[index].node->heap_index = TimedNode::kNotTimed;
    const Timed last = heap_.back();
    heap_.pop_back();
    if (index == heap_.size()) return;
    if (index > 0 && last < heap_[(index - 1) / 2]) {
        sift_up(index, last);
    } else {
        sift_down(index, last);
    }
}

// Clocks ----------------------------------------------------------------------------------------

void Scheduler::start_clock(ClockState& clock, bool start_high) {
    stop_clock(clock);
    clock.is_clock = true;
    clock.running = true;
    clock.level = start_high;
    clock.sig->watched_.unlink();
    clock.sig->clocked_ = true;
    clock.sig->set_u64(start_high ? 1 : 0);
    heap_push(now_ + (start_high ? clock.high : clock.low), clock);
}

void Scheduler::stop_clock(ClockState& clock) {
    if (clock.heap_index != TimedNode::kNotTimed) heap_erase(clock.heap_index);
    clock.running = false;
}

// Tasks -----------------------------------------------------------------------------------------

void Scheduler::add_task(std::shared_ptr<TaskState> task) {
    TaskState& state = *task;
    state.node.state = &state;
    state.node.insert_before(tasks_);
    state.start.coroutine = state.frame;
    state.start.task = &state;
    state.start.scheduler = this;
    state.self = std::move(task);
    make_ready(state.start);
}

void Scheduler::finish(TaskState& task, bool cancelled) {
    if (cancelled && &task == current_task_) {
        task.cancel_requested = true;
        return;
    }
    const std::shared_ptr<TaskState> keep = std::move(task.self);
    task.node.unlink();
    task.start.disarm();
    task.status = cancelled    ? TaskState::Status::kCancelled
                  : task.error ? TaskState::Status::kFailed
                               : TaskState::Status::kDone;
    const bool awaited = !task.joiners.empty();
    std::exchange(task.frame, {}).destroy();
    if (&task == main_) {
        stop_ = true;
        if (!failure_) failure_ = task.error;
    } else if (task.error && !awaited && !failure_) {
        stop_ = true;
        failure_ = task.error;
    }
    task.joiners.fire();
}

void Scheduler::shutdown() {
    stop_ = true;
    // The frames' destructors may write and wake; nothing of it runs any more.
    phase_ = Phase::kBeginning;
    while (tasks_.linked()) {
        finish(*static_cast<TaskState::ListNode*>(tasks_.next())->state, true);
    }
    while (ready_.pop() != nullptr) {
    }
}

void Scheduler::drain() {
    while (!stop_) {
        Waiter* waiter = ready_.pop();
        if (waiter == nullptr) return;
        current_task_ = waiter->task;
        ++resumes_;
        waiter->coroutine.resume();
        while (next_) std::exchange(next_, {}).resume();
        if (ended_ != nullptr || current_task_->cancel_requested) [[unlikely]] {
            after_task();
        }
        current_task_ = nullptr;
    }
}

void Scheduler::after_task() {
    TaskState& task = *std::exchange(current_task_, nullptr);
    const bool ended = std::exchange(ended_, nullptr) != nullptr;
    finish(task, !ended);
}

// Time steps ------------------------------------------------------------------------------------

void Scheduler::evaluate() {
    eval_needed_ = false;
    postponed_ = false;
    if (eval_ != nullptr) eval_(model_);
    for (Link* link = watched_.next(); link != &watched_;) {
        SigBase* sig = static_cast<SigBase::WatchLink*>(link)->sig;
        link = link->next();
        if (sig->has_waiters()) {
            sig->poll();
        } else {
            sig->watched_.unlink();
        }
    }
}

void Scheduler::apply_writes() {
    // A write that a waiter of this round queues belongs to the next round.
    Link writes;
    writes.take_ring(writes_);
    while (writes.linked()) {
        auto* sig = static_cast<SigBase*>(writes.next());
        sig->forget_write();
        sig->apply_write();
    }
    eval_needed_ = true;
}

void Scheduler::settle() {
    bool edge_evaluated = false;
    for (std::uint32_t round = 0;; ++round) {
        if (round > options_.max_deltas) {
            throw SimFailure("the time step does not end: more than " +
                             std::to_string(options_.max_deltas) + " rounds of ReadWrite");
        }
        if (eval_needed_) {
            // Behind a clock edge only written inputs are left to evaluate. Nobody sees the outputs
            // before the next time step, whose clock edge takes them along.
            if (edge_evaluated && !writes_.linked() && nobody_looks()) {
                eval_needed_ = false;
                postponed_ = true;
                break;
            }
            evaluate();
            edge_evaluated = true;
            drain();
        } else if (writes_.linked()) {
            phase_ = Phase::kReadWrite;
            apply_writes();
            drain();
        } else if (!read_write_.empty()) {
            phase_ = Phase::kReadWrite;
            read_write_.fire();
            drain();
        } else {
            break;
        }
        if (stop_) return;
    }
    phase_ = Phase::kReadOnly;
    if (!read_only_.empty()) {
        read_only_.fire();
        drain();
    }
    if (dumping_) dump_(model_, now_);
}

void Scheduler::step() {
    if (heap_.empty()) throw SimFailure("no event is left and the test is not done");
    const std::uint64_t time = heap_.front().time;
    phase_ = Phase::kBeginning;
    now_ = time;
    if (!next_time_step_.empty()) {
        evaluate_postponed();
        next_time_step_.fire();
    }
    toggles_.clear();
    while (!heap_.empty() && heap_.front().time == time) {
        TimedNode* node = heap_.front().node;
        if (node->is_clock) {
            auto* clock = static_cast<ClockState*>(node);
            clock->level = !clock->level;
            toggles_.push_back(clock);
            sift_down(0, {time + (clock->level ? clock->high : clock->low), seq_++, clock});
        } else {
            evaluate_postponed();
            heap_erase(0);
            static_cast<Waiter*>(node)->fire();
        }
    }
    drain();
    if (stop_) return;
    phase_ = Phase::kValuesChange;
    for (ClockState* clock : toggles_) {
        if (!clock->running) continue;
        if (clock->sig->has_waiters(clock->level)) evaluate_postponed();
        clock->sig->drive_bit(clock->level);
        eval_needed_ = true;
    }
    drain();
    if (stop_) return;
    settle();
    if (!stop_ && finished_ != nullptr && finished_(model_)) {
        throw SimFailure("the model called $finish");
    }
}

void Scheduler::run(TaskState& task, std::uint64_t limit_steps) {
    main_ = &task;
    stop_ = task.done();
    phase_ = Phase::kBeginning;
    evaluate_postponed();
    drain();
    if (!stop_) settle();
    while (!stop_) {
        if (limit_steps > 0 && !heap_.empty() && heap_.front().time > limit_steps) {
            now_ = limit_steps;
            throw SimTimeoutError("the test's time is over");
        }
        step();
    }
    main_ = nullptr;
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace peforge::coco
