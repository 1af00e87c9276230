// Typed handles of a model's ports. A handle refers to the port's variable; there is no VPI.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "coco/scheduler.hpp"

namespace peforge::coco {

enum class EdgeKind { kRising, kFalling, kAny };

/// Ports wider than 64 bits: an array of 32-bit words, the lowest first (Verilator's VlWide).
template <class T>
concept WidePort = !std::integral<T> && requires(T & port) {
    { port.data() } -> std::convertible_to<const std::uint32_t*>;
}
&&sizeof(T) % sizeof(std::uint32_t) == 0;

template <class T>
concept NarrowPort = std::unsigned_integral<T>;

/// A port whatever its type. Its address is its identity: not copyable.
class SigBase : private Link {
public:
    SigBase(const SigBase&) = delete;
    SigBase& operator=(const SigBase&) = delete;
    virtual ~SigBase() = default;

    /// Bits of the port.
    unsigned width() const { return width_; }

    /// The lowest 64 bits.
    virtual std::uint64_t get_u64() const = 0;
    /// As Sig::set, with a number. @throws std::out_of_range
    virtual void set_u64(std::uint64_t value) = 0;
    /// Copies the value's words, the lowest first; words beyond the port are 0.
    virtual void get_words(std::span<std::uint32_t> words) const = 0;
    /// As Sig::set, with words; missing ones are 0. @throws std::out_of_range
    virtual void set_words(std::span<const std::uint32_t> words) = 0;

    /// Links a waiter for a change.
    void wait(Scheduler& scheduler, EdgeKind kind, Waiter& waiter) {
        if (!clocked_ && !watched_.linked()) {
            remember();
            watched_.sig = this;
            scheduler.watch(watched_);
        }
        list(kind).push(waiter);
    }

protected:
    explicit SigBase(unsigned width) : width_(width) {}

    void queue_write(const char* what) {
        Scheduler& scheduler = Scheduler::current();
        scheduler.require_writable(what);
        if (!Link::linked()) scheduler.queue_write(*this);
    }
    bool write_queued() const { return Link::linked(); }
    void forget_write() { Link::unlink(); }

    bool has_waiters() const { return !rising_.empty() || !falling_.empty() || !any_.empty(); }
    /// The same for a change to `level`.
    bool has_waiters(bool level) const {
        return !any_.empty() || !(level ? rising_ : falling_).empty();
    }

    /// Fires the waiters of a change of bit 0 from `before` to `after`.
    void changed(bool before, bool after) {
        if (!before && after) rising_.fire();
        if (before && !after) falling_.fire();
        any_.fire();
    }

    /// Copies the queued value to the port; fires the waiters when it is a change.
    virtual void apply_write() = 0;
    /// Compares the port with the value remembered; fires the waiters when it changed.
    virtual void poll() = 0;
    virtual void remember() = 0;
    /// Sets a one-bit port without the queue.
    virtual void drive_bit(bool level) = 0;

private:
    friend class Scheduler;

    struct WatchLink : Link {
        SigBase* sig = nullptr;
    };

    WaitList& list(EdgeKind kind) {
        return kind == EdgeKind::kRising ? rising_ : kind == EdgeKind::kFalling ? falling_ : any_;
    }

    WatchLink watched_;
    WaitList rising_;
    WaitList falling_;
    WaitList any_;
    unsigned width_;
    bool clocked_ = false;  ///< a native clock drives it
};

/// A port of a model.
template <class Port>
class Sig;

/// Up to 64 bits: the value is the port's unsigned integer.
template <NarrowPort Port>
class Sig<Port> final : public SigBase {
public:
    using Value = Port;
    static constexpr unsigned kBits = 8 * sizeof(Port);

    /// @param width bits of the port, by default all of the variable
    explicit Sig(Port& port, unsigned width = kBits)
        : SigBase(width), port_(port), max_(static_cast<Port>(~std::uint64_t{0} >> (64 - width))) {}

    /// The port as it is now. A queued write does not show before it is applied.
    Value get() const { return port_; }
    /// The port as a two's complement number of its width.
    std::int64_t get_signed() const {
        const unsigned shift = 64 - width();
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(port_) << shift) >> shift;
    }

    /// Queues a write; it is applied in the ReadWrite phase of this time step.
    /// @throws std::out_of_range when the value has more bits, PhaseError in ReadOnly
    void set(Value value) {
        require_fit(value);
        queue_write("Sig::set");
        pending_ = value;
    }
    /// The same with a two's complement number.
    void set_signed(std::int64_t value) {
        const std::int64_t limit = static_cast<std::int64_t>(max_ >> 1);
        if (value > limit || value < -limit - 1) throw_out_of_range();
        set(static_cast<Value>(static_cast<std::uint64_t>(value) & max_));
    }
    /// Writes at once; the model is evaluated when the running coroutines have suspended. A queued
    /// write is dropped.
    /// @throws std::out_of_range, PhaseError
    void set_immediate(Value value) {
        require_fit(value);
        Scheduler& scheduler = Scheduler::current();
        scheduler.require_writable("Sig::set_immediate");
        forget_write();
        scheduler.need_eval();
        write(value);
    }

    std::uint64_t get_u64() const override { return port_; }
    void set_u64(std::uint64_t value) override {
        if (value > max_) throw_out_of_range();
        set(static_cast<Value>(value));
    }
    void get_words(std::span<std::uint32_t> words) const override {
        std::uint64_t rest = port_;
        for (std::uint32_t& word : words) {
            word = static_cast<std::uint32_t>(rest);
            rest >>= 32;
        }
    }
    void set_words(std::span<const std::uint32_t> words) override {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (i < 2) {
                value |= static_cast<std::uint64_t>(words[i]) << (32 * i);
            } else if (words[i] != 0) {
                throw_out_of_range();
            }
        }
        set_u64(value);
    }

private:
    void write(Value value) {
        const Value before = port_;
        if (before == value) return;
        port_ = value;
        last_ = value;
        changed((before & 1) != 0, (value & 1) != 0);
    }
    void apply_write() override { write(pending_); }
    void poll() override {
        const Value before = last_;
        if (before == port_) return;
        last_ = port_;
        changed((before & 1) != 0, (last_ & 1) != 0);
    }
    void remember() override { last_ = port_; }
    void drive_bit(bool level) override { write(level ? 1 : 0); }

    void require_fit(Value value) const {
        if (value > max_) [[unlikely]] {
            throw_out_of_range();
        }
    }
    [[noreturn]] void throw_out_of_range() const {
        throw std::out_of_range("the value does not fit a port of " + std::to_string(width()) +
                                " bits");
    }

    Port& port_;
    Value max_;
    Value pending_{};
    Value last_{};
};

/// More than 64 bits: the value is an array of 32-bit words, the lowest first.
template <WidePort Port>
class Sig<Port> final : public SigBase {
public:
    static constexpr std::size_t kWords = sizeof(Port) / sizeof(std::uint32_t);
    using Value = std::array<std::uint32_t, kWords>;

    /// @param width bits of the port, by default all of the words
    explicit Sig(Port& port, unsigned width = 32 * kWords)
        : SigBase(width),
          port_(port),
          max_top_(width % 32 == 0 ? ~std::uint32_t{0} : (std::uint32_t{1} << width % 32) - 1) {}

    /// The port as it is now.
    Value get() const {
        Value value;
        std::copy_n(port_.data(), kWords, value.begin());
        return value;
    }
    /// As Sig<narrow>::set.
    void set(const Value& value) {
        require_fit(value);
        queue_write("Sig::set");
        pending_ = value;
    }
    /// As Sig<narrow>::set_immediate.
    void set_immediate(const Value& value) {
        require_fit(value);
        Scheduler& scheduler = Scheduler::current();
        scheduler.require_writable("Sig::set_immediate");
        forget_write();
        scheduler.need_eval();
        write(value);
    }

    std::uint64_t get_u64() const override {
        return port_.data()[0] | static_cast<std::uint64_t>(port_.data()[1]) << 32;
    }
    void set_u64(std::uint64_t value) override {
        Value words{};
        words[0] = static_cast<std::uint32_t>(value);
        words[1] = static_cast<std::uint32_t>(value >> 32);
        set(words);
    }
    void get_words(std::span<std::uint32_t> words) const override {
        std::fill(words.begin(), words.end(), 0);
        std::copy_n(port_.data(), std::min(kWords, words.size()), words.begin());
    }
    void set_words(std::span<const std::uint32_t> words) override {
        Value value{};
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (i < kWords) {
                value[i] = words[i];
            } else if (words[i] != 0) {
                throw_out_of_range();
            }
        }
        set(value);
    }

private:
    void write(const Value& value) {
        const Value before = get();
        if (before == value) return;
        std::copy_n(value.begin(), kWords, port_.data());
        last_ = value;
        changed((before[0] & 1) != 0, (value[0] & 1) != 0);
    }
    void apply_write() override { write(pending_); }
    void poll() override {
        const Value before = last_;
        last_ = get();
        if (before != last_) changed((before[0] & 1) != 0, (last_[0] & 1) != 0);
    }
    void remember() override { last_ = get(); }
    void drive_bit(bool level) override {
        Value value{};
        value[0] = level ? 1 : 0;
        write(value);
    }

    void require_fit(const Value& value) const {
        if (value.back() > max_top_) throw_out_of_range();
    }
    [[noreturn]] void throw_out_of_range() const {
        throw std::out_of_range("the value does not fit a port of " + std::to_string(width()) +
                                " bits");
    }

    Port& port_;
    std::uint32_t max_top_;
    Value pending_{};
    Value last_{};
};

/// One-bit ports are bytes in a Verilated model.
using BitSig = Sig<std::uint8_t>;

}  // namespace peforge::coco
