// A clock that the scheduler toggles by itself: no coroutine runs for an edge nobody waits for.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "coco/scheduler.hpp"
#include "coco/sig.hpp"
#include "coco/triggers.hpp"

namespace peforge::coco {

/// Clock(sig, 10, "ns").start(). The clock goes on when this object dies.
class Clock {
public:
    /// @param high_time part of the period at 1, in the same unit; 0: half
    /// @throws std::invalid_argument when a half is not a positive whole number of steps
    Clock(SigBase& sig, double period, std::string_view unit = "step", double high_time = 0.0)
        : sig_(&sig) {
        Scheduler& scheduler = Scheduler::current();
        const std::uint64_t all = scheduler.steps(period, unit);
        high_ = high_time > 0.0 ? scheduler.steps(high_time, unit) : all / 2;
        if (high_ == 0 || high_ >= all) {
            throw std::invalid_argument(
                "Clock: both halves of the period must last a step or more");
        }
        low_ = all - high_;
    }

    /// The first level is written like any value; the next change is half a period later.
    void start(bool start_high = true) {
        Scheduler& scheduler = Scheduler::current();
        if (state_ == nullptr) state_ = &scheduler.new_clock();
        state_->sig = sig_;
        state_->high = high_;
        state_->low = low_;
        scheduler.start_clock(*state_, start_high);
    }

    /// The port keeps its level.
    void stop() {
        if (state_ != nullptr) Scheduler::current().stop_clock(*state_);
    }

    /// co_await clock.cycles(n): n rising (falling) edges.
    ClockCycles cycles(std::uint64_t count, bool rising = true) const {
        return ClockCycles(*sig_, count, rising);
    }

private:
    SigBase* sig_;
    ClockState* state_ = nullptr;
    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

}  // namespace peforge::coco
