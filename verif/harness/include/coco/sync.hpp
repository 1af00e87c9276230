// Event, Lock and Queue: tasks waiting for tasks. First come, first served.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <stdexcept>
#include <utility>

#include "coco/errors.hpp"
#include "coco/scheduler.hpp"

namespace peforge::coco {

/// Set once, wakes all; wait() does not wait while it is set.
class Event {
public:
    void set() {
        is_set_ = true;
        waiters_.fire();
    }
    void clear() { is_set_ = false; }
    bool is_set() const { return is_set_; }

    class Wait {
    public:
        explicit Wait(Event& event) : event_(&event) {}
        bool arm(Scheduler& scheduler, Waiter& waiter) const {
            if (event_->is_set_) return false;
            waiter.scheduler = &scheduler;
            event_->waiters_.push(waiter);
            return true;
        }
        void result() const noexcept {}

    private:
        Event* event_;
    };
    /// co_await event.wait()
    Wait wait() { return Wait(*this); }

private:
    bool is_set_ = false;
    WaitList waiters_;
};

namespace detail {

class Turns;

/// A coroutine in a Turns queue, for as long as its co_await lasts.
class Turn : public Link {
public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    inline ~Turn();

    void enter(std::coroutine_handle<> caller);
    /// The turn is used: leaves the queue.
    inline void leave();

    Turns* turns_;
    bool woken = false;
    Waiter waiter;
};

/// Tasks that wait for one of several equal things. Who is woken has the thing reserved until it
/// resumes; when it is cancelled before, the next one is woken.
class Turns {
public:
    Turns() = default;
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;
    ~Turns() {
        while (head_.linked()) {
            auto* turn = static_cast<Turn*>(head_.next());
            turn->unlink();
            turn->turns_ = nullptr;
        }
    }

    bool empty() const { return !head_.linked(); }
    /// Things reserved for those who are woken and have not yet run.
    std::size_t reserved() const { return reserved_; }

    void wake_one() {
        for (Link* link = head_.next(); link != &head_; link = link->next()) {
            auto* turn = static_cast<Turn*>(link);
            if (turn->woken) continue;
            turn->woken = true;
            ++reserved_;
            turn->waiter.fire();
            return;
        }
    }

private:
    friend class Turn;

    Link head_;
    std::size_t reserved_ = 0;
};

inline void Turn::enter(std::coroutine_handle<> caller) {
    Scheduler& scheduler = Scheduler::current();
    waiter.coroutine = caller;
    waiter.task = scheduler.current_task();
    waiter.scheduler = &scheduler;
    insert_before(turns_->head_);
}

inline void Turn::leave() {
    unlink();
    if (woken && turns_ != nullptr) --turns_->reserved_;
    woken = false;
}

inline Turn::~Turn() {
    const bool unused = woken && turns_ != nullptr;
    leave();
    if (unused) turns_->wake_one();
}

}  // namespace detail

/// Mutual exclusion: co_await lock.acquire(); ...; lock.release(). Or
/// `auto guard = co_await lock.guard();`, which releases at the end of its scope.
class Lock {
public:
    bool locked() const { return locked_; }

    /// The next one in the queue gets the lock. @throws std::logic_error when it is not locked
    void release() {
        if (!locked_) throw std::logic_error("Lock::release: not locked");
        locked_ = false;
        turns_.wake_one();
    }

    class Guard {
    public:
        explicit Guard(Lock& lock) : lock_(&lock) {}
        Guard(Guard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
        Guard& operator=(Guard&&) = delete;
        ~Guard() {
            if (lock_ != nullptr) lock_->release();
        }

    private:
        Lock* lock_;
    };

    template <bool kGuard>
    class Acquire {
    public:
        explicit Acquire(Lock& lock) : lock_(&lock) {}
        class Awaiter {
        public:
            explicit Awaiter(Lock& lock) : lock_(&lock), turn_(lock.turns_) {}
            bool await_ready() const { return !lock_->locked_ && lock_->turns_.empty(); }
            void await_suspend(std::coroutine_handle<> caller) { turn_.enter(caller); }
            auto await_resume() {
                turn_.leave();
                lock_->locked_ = true;
                if constexpr (kGuard) return Guard(*lock_);
            }

        private:
            Lock* lock_;
            detail::Turn turn_;
        };
        Awaiter operator co_await() const { return Awaiter(*lock_); }

    private:
        Lock* lock_;
    };
    Acquire<false> acquire() { return Acquire<false>(*this); }
    Acquire<true> guard() { return Acquire<true>(*this); }

private:
    bool locked_ = false;
    detail::Turns turns_;
};

/// FIFO between tasks.
template <class T>
class Queue {
public:
    /// @param maxsize most items it holds; 0: no limit
    explicit Queue(std::size_t maxsize = 0) : maxsize_(maxsize) {}

    std::size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    bool full() const { return maxsize_ > 0 && items_.size() >= maxsize_; }
    std::size_t maxsize() const { return maxsize_; }

    /// @throws QueueFull, also when the free places are promised to waiting tasks
    void put_nowait(T item) {
        if (!may_put()) throw QueueFull();
        push(std::move(item));
    }
    /// @throws QueueEmpty, also when the items are promised to waiting tasks
    T get_nowait() {
        if (!may_get()) throw QueueEmpty();
        return pop();
    }

    class Get {
    public:
        explicit Get(Queue& queue) : queue_(&queue) {}
        class Awaiter {
        public:
            explicit Awaiter(Queue& queue) : queue_(&queue), turn_(queue.getters_) {}
            bool await_ready() const { return queue_->getters_.empty() && !queue_->empty(); }
            void await_suspend(std::coroutine_handle<> caller) { turn_.enter(caller); }
            T await_resume() {
                turn_.leave();
                return queue_->pop();
            }

        private:
            Queue* queue_;
            detail::Turn turn_;
        };
        Awaiter operator co_await() const { return Awaiter(*queue_); }

    private:
        Queue* queue_;
    };
    /// co_await queue.get()
    Get get() { return Get(*this); }

    class Put {
    public:
        Put(Queue& queue, T item) : queue_(&queue), item_(std::move(item)) {}
        class Awaiter {
        public:
            Awaiter(Queue& queue, T item)
                : queue_(&queue), item_(std::move(item)), turn_(queue.putters_) {}
            bool await_ready() const { return queue_->putters_.empty() && !queue_->full(); }
            void await_suspend(std::coroutine_handle<> caller) { turn_.enter(caller); }
            void await_resume() {
                turn_.leave();
                queue_->push(std::move(item_));
            }

        private:
            Queue* queue_;
            T item_;
            detail::Turn turn_;
        };
        Awaiter operator co_await() && { return Awaiter(*queue_, std::move(item_)); }

    private:
        Queue* queue_;
        T item_;
    };
    /// co_await queue.put(item): waits while the queue is full
    Put put(T item) { return Put(*this, std::move(item)); }

private:
    bool may_put() const { return maxsize_ == 0 || items_.size() + putters_.reserved() < maxsize_; }
    bool may_get() const { return items_.size() > getters_.reserved(); }
    void push(T item) {
        items_.push_back(std::move(item));
        getters_.wake_one();
    }
    T pop() {
        T item = std::move(items_.front());
        items_.pop_front();
        putters_.wake_one();
        return item;
    }

    std::size_t maxsize_;
    std::deque<T> items_;
    detail::Turns getters_;
    detail::Turns putters_;
};

}  // namespace peforge::coco
