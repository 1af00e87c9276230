// Valid/ready interfaces: source, sink, monitor. A beat passes at a rising edge of the clock where
// valid and ready are 1; both are read before the edge, as registers do.
//
// The payload P is a Sig<...> or any class with a type Value, `Value get() const` and
// `void set(const Value&)`, for example a bundle of signals.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "coco/bus.hpp"
#include "coco/sig.hpp"
#include "coco/sync.hpp"
#include "coco/triggers.hpp"

namespace peforge::coco {

/// The handshake of an interface.
struct Handshake {
    SigBase& clock;
    BitSig& valid;
    BitSig& ready;
};

/// Drives valid and the payload. Sends a beat per cycle while it has some and does not pause; once
/// valid is 1 it stays so with the same payload until the beat is taken.
template <class P>
class ValidReadySource {
public:
    using Value = typename P::Value;

    ValidReadySource(Handshake bus, P& payload) : bus_(bus), payload_(payload), task_(run()) {
        idle_.set();
    }

    /// Queues a beat.
    void append(Value value) {
        items_.push_back(std::move(value));
        idle_.clear();
        work_.set();
    }
    /// Queues a beat and waits until all are taken.
    Task<> send(Value value) {
        append(std::move(value));
        co_await idle_.wait();
    }
    /// Waits until all beats are taken.
    Event::Wait wait() { return idle_.wait(); }
    /// Forgets the beats not yet shown.
    void clear() { items_.clear(); }
    std::size_t pending() const { return items_.size(); }
    std::uint64_t count() const { return count_; }
    /// Asked once per cycle in which a new beat could be shown.
    void set_pause_generator(PauseGenerator generator) { pause_ = std::move(generator); }
    void clear_pause_generator() { pause_ = nullptr; }

private:
    Task<> run() {
        bus_.valid.set(0);
        // Not valid.get(): that still gives the old value behind the edge that shows a beat.
        bool shown = false;
        for (;;) {
            if (!shown && items_.empty()) {
                idle_.set();
                work_.clear();
                co_await work_.wait();
            }
            co_await RisingEdge(bus_.clock);
            if (shown) {
                if (bus_.ready.get() == 0) continue;
                ++count_;
            }
            shown = !items_.empty() && !(pause_ && pause_());
            bus_.valid.set(shown ? 1 : 0);
            if (shown) {
                payload_.set(items_.front());
                items_.pop_front();
            }
        }
    }

    Handshake bus_;
    P& payload_;
    std::deque<Value> items_;
    Event work_;
    Event idle_;
    PauseGenerator pause_;
    std::uint64_t count_ = 0;
    OwnTask task_;
};

/// Sees the beats of an interface and drives nothing.
template <class P>
class ValidReadyMonitor : public Monitor<typename P::Value> {
public:
    ValidReadyMonitor(Handshake bus, P& payload) : bus_(bus), payload_(payload), task_(run()) {}

private:
    Task<> run() {
        for (;;) {
            co_await RisingEdge(bus_.clock);
            if (bus_.valid.get() != 0 && bus_.ready.get() != 0) this->received(payload_.get());
        }
    }

    Handshake bus_;
    P& payload_;
    OwnTask task_;
};

/// Drives ready; keeps the beats.
template <class P>
class ValidReadySink : public Monitor<typename P::Value> {
public:
    ValidReadySink(Handshake bus, P& payload) : bus_(bus), payload_(payload), task_(run()) {}

    /// Asked once per cycle; true holds ready low in the next one.
    void set_pause_generator(PauseGenerator generator) { pause_ = std::move(generator); }
    void clear_pause_generator() { pause_ = nullptr; }

private:
    Task<> run() {
        for (;;) {
            co_await RisingEdge(bus_.clock);
            if (bus_.valid.get() != 0 && bus_.ready.get() != 0) this->received(payload_.get());
            bus_.ready.set(pause_ && pause_() ? 0 : 1);
        }
    }

    Handshake bus_;
    P& payload_;
    PauseGenerator pause_;
    OwnTask task_;
};

}  // namespace peforge::coco
