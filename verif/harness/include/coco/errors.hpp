// Exceptions of the harness; each stands for the cocotb exception of the same meaning.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace peforge::coco {

/// A check of the test failed (Python: AssertionError). `expect_fail` waits for this one.
class TestFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// with_timeout or the test's own limit ran out.
class SimTimeoutError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The simulation ended before the test: $finish, or no event is left.
class SimFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Awaiting or asking the result of a task that was cancelled.
class CancelledError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Something not allowed in the present phase: a write, ReadOnly or ReadWrite in ReadOnly.
class PhaseError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// put_nowait on a full queue.
class QueueFull : public std::runtime_error {
public:
    QueueFull() : std::runtime_error("the queue is full") {}
};

/// get_nowait on an empty queue.
class QueueEmpty : public std::runtime_error {
public:
    QueueEmpty() : std::runtime_error("the queue is empty") {}
};

/// Thrown by pass_test(); ends the test with the verdict "passed".
struct TestPassed {
    std::string message;
};

/// Ends the running test as passed, from any task.
[[noreturn]] inline void pass_test(std::string message = {}) {
    throw TestPassed{std::move(message)};
}

/// Ends the running test as failed. The place is the caller's.
/// @throws TestFailure always
[[noreturn]] void fail(std::string_view message,
                       std::source_location where = std::source_location::current());

/// @throws TestFailure when `condition` is false
inline void check(bool condition, std::string_view message,
                  std::source_location where = std::source_location::current()) {
    if (!condition) [[unlikely]] {
        fail(message, where);
    }
}

/// Compares; the message shows both values. Integers of different type compare by value.
/// @throws TestFailure when they differ
template <class A, class B>
void check_eq(const A& actual, const B& expected, std::string_view what,
              std::source_location where = std::source_location::current());

}  // namespace peforge::coco

#include <concepts>
#include <utility>

namespace peforge::coco {

namespace detail {

template <class T>
concept Comparable = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

template <class T>
std::string shown(const T& value) {
    if constexpr (std::same_as<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::integral<T> || std::floating_point<T>) {
        return std::to_string(value);
    } else if constexpr (std::convertible_to<T, std::string_view>) {
        return '"' + std::string(std::string_view(value)) + '"';
    } else {
        return "(value)";
    }
}

[[noreturn]] void fail_eq(const std::string& actual, const std::string& expected,
                          std::string_view what, std::source_location where);

}  // namespace detail

template <class A, class B>
void check_eq(const A& actual, const B& expected, std::string_view what,
              std::source_location where) {
    bool same = false;
    if constexpr (detail::Comparable<A> && detail::Comparable<B>) {
        same = std::cmp_equal(actual, expected);
    } else {
        same = actual == expected;
    }
    if (!same) [[unlikely]] {
        detail::fail_eq(detail::shown(actual), detail::shown(expected), what, where);
    }
}

}  // namespace peforge::coco
