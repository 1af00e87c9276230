// The phase rule and the triggers, on a Verilated counter.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "duts.hpp"

namespace peforge::coco {
namespace {

/// Runs a coroutine on a fresh counter; what it throws comes out.
template <class Body>
void on_counter(Body body) {
    const TestEnd end = detail::run_one<CounterDut>({.name = "unit"}, {.timeout_ns = 1e7}, body);
    if (end.error) std::rethrow_exception(end.error);
}

/// A task that notes its end, however it comes.
struct Mark {
    std::vector<std::string>& log;
    std::string text;
    ~Mark() { log.push_back(text); }
};

Task<int> after(double ns, int value) {
    co_await Timer(ns, "ns");
    co_return value;
}

Task<> note_after(std::vector<std::string>& log, double ns, std::string text) {
    const Mark mark{log, text + " ends"};
    co_await Timer(ns, "ns");
    log.push_back(text);
}

Task<> throws_after(double ns) {
    co_await Timer(ns, "ns");
    throw std::out_of_range("thrown by a task");
}

// Contract test number one.
TEST(Phase, RisingEdgeSeesValuesFromBeforeTheEdge) {
    std::uint32_t checks = 0;
    on_counter([&](CounterDut& dut) -> Task<> {
        co_await dut.reset();
        dut.en.set(1);
        // The write of `en` shows at the next edge; the count changes behind that edge.
        co_await RisingEdge(dut.clk);
        for (std::uint32_t i = 0; i < 100'000; ++i) {
            check_eq(dut.count.get(), i, "count before the edge");
            ++checks;
            co_await RisingEdge(dut.clk);
        }
    });
    EXPECT_EQ(checks, 100'000U);
}

TEST(Phase, AWriteAfterAnEdgeIsSampledAtTheNextEdge) {
    on_counter([](CounterDut& dut) -> Task<> {
        co_await dut.reset();
        Rng rng(7);
        std::uint32_t expected = 0;
        unsigned enable = 0;
        co_await RisingEdge(dut.clk);
        for (int i = 0; i < 10'000; ++i) {
            check_eq(dut.count.get(), expected, "count");
            expected += enable;  // this edge samples what was written behind the last one
            enable = rng.chance(1, 3) ? 1 : 0;
            dut.en.set(static_cast<std::uint8_t>(enable));
            co_await RisingEdge(dut.clk);
        }
    });
}

TEST(Phase, ReadBackGivesTheOldValueUntilReadWrite) {
    on_counter([](CounterDut& dut) -> Task<> {
        co_await dut.reset();
        co_await RisingEdge(dut.clk);
        dut.limit.set(3);
        dut.limit.set(5);
        check_eq(dut.limit.get(), 0, "old value");
        co_await ReadWrite();
        check_eq(dut.limit.get(), 5, "applied");
        check_eq(dut.below.get(), 1, "and evaluated");
        dut.limit.set(0);
        check_eq(dut.limit.get(), 5, "old value in ReadWrite");
        co_await ReadOnly();
        check_eq(dut.limit.get(), 0, "applied again");
        check_eq(dut.below.get(), 0, "and evaluated again");
    });
}

TEST(Phase, ImmediateWritesShowAtOnce) {
    on_counter([](CounterDut& dut) -> Task<> {
        co_await dut.reset();
        co_await Timer(1, "ns");
        dut.limit.set(9);
        dut.limit.set_immediate(4);
        check_eq(dut.limit.get(), 4, "at once");
        co_await ReadOnly();
        check_eq(dut.limit.get(), 4, "the queued write is gone");
        check_eq(dut.below.get(), 1, "evaluated");
    });
}

TEST(Phase, ReadOnlyForbidsWritesAndFurtherPhases) {
    on_counter([](CounterDut& dut) -> Task<> {
        co_await dut.reset();
        co_await ReadOnly();
        EXPECT_THROW(dut.en.set(1), PhaseError);
        EXPECT_THROW(dut.en.set_immediate(1), PhaseError);
        EXPECT_THROW(dut.wide.set({}), PhaseError);
        int thrown = 0;
        try {
            co_await ReadOnly();
        } catch (const PhaseError&) {
            ++thrown;
        }
        try {
            co_await ReadWrite();
        } catch (const PhaseError&) {
            ++thrown;
        }
        EXPECT_EQ(thrown, 2);
        co_await NextTimeStep();
        dut.en.set(1);
        co_await ReadWrite();
        EXPECT_EQ(dut.en.get(), 1);
    });
}

TEST(Phase, ATestbenchDrivenEdgeResumesBeforeEvaluation) {
    on_counter([](CounterDut& dut) -> Task<> {
        // The clock written by hand, without the native one.
        dut.rst_n.set(0);
        dut.clk.set(0);
        co_await Timer(5, "ns");
        dut.clk.set(1);
        co_await Timer(5, "ns");
        dut.clk.set(0);
        dut.rst_n.set(1);
        dut.en.set(1);
        co_await Timer(5, "ns");
        dut.clk.set(1);
        co_await RisingEdge(dut.clk);
        EXPECT_EQ(dut.count.get(), 0U);
        EXPECT_EQ(dut.clk.get(), 1);
        co_await ReadOnly();
        EXPECT_EQ(dut.count.get(), 1U);
    });
}

TEST(Phase, ADesignDrivenEdgeResumesAfterEvaluation) {
    on_counter([](CounterDut& dut) -> Task<> {
        co_await dut.reset();
        dut.en.set(1);
        dut.limit.set(3);
        co_await RisingEdge(dut.half_clk);
        EXPECT_EQ(dut.half_clk.get(), 1);
        EXPECT_EQ(dut.count.get(), 1U);
        co_await FallingEdge(dut.below);
        EXPECT_EQ(dut.count.get(), 3U);
        co_await Edge(dut.count);
        EXPECT_EQ(dut.count.get(), 4U);
        const double time = get_sim_time("ns");
        co_await FallingEdge(dut.half_clk);
        co_await RisingEdge(dut.half_clk);
        EXPECT_EQ(get_sim_time("ns") - time, 30.0);
    });
}

TEST(Phase, TimersComeBeforeClockEdgesOfTheSameTime) {
    std::vector<std::string> log;
    on_counter([&](CounterDut& dut) -> Task<> {
        Clock(dut.clk, 10, "ns").start(false);
        const auto edge = start_soon([](CounterDut& d, auto& l) -> Task<> {
            co_await RisingEdge(d.clk);
            l.push_back("edge");
        }(dut, log));
        const auto next = start_soon([](auto& l) -> Task<> {
            co_await Timer(4, "ns");
            co_await NextTimeStep();
            l.push_back("next step " + std::to_string(static_cast<int>(get_sim_time("ns"))));
        }(log));
        co_await Timer(5, "ns");
        log.push_back("timer");
        dut.en.set(1);
        co_await ReadWrite();
        log.push_back("read-write");
        co_await ReadOnly();
        log.push_back("read-only");
    });
    EXPECT_EQ(
        log, (std::vector<std::string>{"next step 5", "timer", "edge", "read-write", "read-only"}));
}

TEST(Phase, AnEndlessTimeStepIsAnError) {
    EXPECT_THROW(on_counter([](CounterDut&) -> Task<> {
                     for (;;) co_await ReadWrite();
                 }),
                 SimFailure);
}

TEST(Signals, WidePortsAndRanges) {
    on_counter([](CounterDut& dut) -> Task<> {
        co_await dut.reset();
        co_await RisingEdge(dut.clk);
        const std::array<std::uint32_t, 4> value = {0x12345678, 0x9ABCDEF0, 0xFFFFFFFF, 0xF};
        dut.wide.set(value);
        co_await ClockCycles(dut.clk, 2);
        EXPECT_EQ(dut.wide_out.get(), value);
        EXPECT_EQ(dut.wide_out.get_u64(), 0x9ABCDEF012345678U);
        EXPECT_THROW(dut.wide.set({0, 0, 0, 0x10}), std::out_of_range);
        EXPECT_THROW(dut.en.set(2), std::out_of_range);
        EXPECT_THROW(dut.limit.set_u64(256), std::out_of_range);
        dut.limit.set_signed(-128);
        co_await ReadOnly();
        EXPECT_EQ(dut.limit.get(), 0x80);
        EXPECT_EQ(dut.limit.get_signed(), -128);
        co_await NextTimeStep();
        EXPECT_THROW(dut.limit.set_signed(128), std::out_of_range);
        EXPECT_THROW(dut.limit.set_signed(-129), std::out_of_range);
    });
}

TEST(Time, UnitsAndPrecision) {
    on_counter([](CounterDut&) -> Task<> {
        co_await Timer(1.5, "ns");
        EXPECT_EQ(get_sim_time("ps"), 1500.0);
        co_await Timer(1, "us");
        EXPECT_EQ(get_sim_time("ns"), 1001.5);
        co_await Timer(7);
        EXPECT_EQ(get_sim_time("step"), 1001507.0);
        EXPECT_THROW(Timer(0, "ns"), std::invalid_argument);
        EXPECT_THROW(Timer(0.5, "ps"), std::invalid_argument);
        EXPECT_THROW(Timer(-1, "ns"), std::invalid_argument);
        EXPECT_THROW(Timer(1, "parsec"), std::invalid_argument);
    });
}

TEST(Clocks, CyclesPeriodsAndStop) {
    on_counter([](CounterDut& dut) -> Task<> {
        Clock clock(dut.clk, 10, "ns", 3);
        clock.start();  // high from time 0
        co_await FallingEdge(dut.clk);
        EXPECT_EQ(get_sim_time("ns"), 3.0);
        co_await RisingEdge(dut.clk);
        EXPECT_EQ(get_sim_time("ns"), 10.0);
        const std::uint64_t resumes = Scheduler::current().resumes();
        co_await clock.cycles(1000);
        EXPECT_EQ(get_sim_time("ns"), 10010.0);
        EXPECT_EQ(Scheduler::current().resumes(), resumes + 1);
        co_await ClockCycles(dut.clk, 2, false);
        EXPECT_EQ(get_sim_time("ns"), 10023.0);
        clock.stop();
        EXPECT_EQ(co_await First(RisingEdge(dut.clk), Timer(1, "us")), 1U);
        clock.start(false);
        EXPECT_EQ(co_await First(RisingEdge(dut.clk), Timer(1, "us")), 0U);
        EXPECT_EQ(get_sim_time("ns"), 11030.0);
        EXPECT_THROW(Clock(dut.clk, 1, "step"), std::invalid_argument);
    });
}

TEST(Triggers, FirstCancelsTheLosers) {
    std::vector<std::string> log;
    on_counter([&](CounterDut&) -> Task<> {
        EXPECT_EQ(co_await First(note_after(log, 10, "a"), note_after(log, 3, "b"), Timer(5, "ns")),
                  1U);
        log.push_back("now");
        EXPECT_EQ(get_sim_time("ns"), 3.0);
        co_await Timer(20, "ns");
    });
    // The loser is destroyed where it waits: it never reaches the line behind its Timer.
    EXPECT_EQ(log, (std::vector<std::string>{"b", "b ends", "a ends", "now"}));
}

TEST(Triggers, FirstLeavesHandlesRunning) {
    on_counter([](CounterDut&) -> Task<> {
        const TaskHandle<int> slow = start_soon(after(10, 42));
        EXPECT_EQ(co_await First(slow, Timer(5, "ns")), 1U);
        EXPECT_FALSE(slow.done());
        EXPECT_THROW(slow.result(), std::logic_error);
        EXPECT_EQ(co_await First(slow, Timer(50, "ns")), 0U);
        EXPECT_EQ(slow.result(), 42);
        EXPECT_EQ(get_sim_time("ns"), 10.0);
        EXPECT_EQ(co_await First(Timer(5, "ns"), slow), 1U);
        EXPECT_EQ(get_sim_time("ns"), 10.0);
    });
}

TEST(Triggers, FirstAndCombineNest) {
    on_counter([](CounterDut&) -> Task<> {
        co_await Combine(Timer(3, "ns"), after(8, 1), First(Timer(4, "ns"), Timer(6, "ns")));
        EXPECT_EQ(get_sim_time("ns"), 8.0);
        EXPECT_EQ(co_await First(Combine(Timer(1, "ns"), Timer(9, "ns")), Timer(5, "ns")), 1U);
        EXPECT_EQ(get_sim_time("ns"), 13.0);
    });
}

TEST(Triggers, WithTimeout) {
    std::vector<std::string> log;
    on_counter([&](CounterDut& dut) -> Task<> {
        EXPECT_EQ(co_await with_timeout(after(5, 3), 6, "ns"), 3);
        bool thrown = false;
        try {
            co_await with_timeout(note_after(log, 50, "late"), 10, "ns");
        } catch (const SimTimeoutError&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
        EXPECT_EQ(get_sim_time("ns"), 15.0);
        Clock(dut.clk, 10, "ns").start(false);
        co_await with_timeout(RisingEdge(dut.clk), 1, "us");
        const TaskHandle<int> shielded = start_soon(after(20, 9));
        thrown = false;
        try {
            co_await with_timeout(shielded, 10, "ns");
        } catch (const SimTimeoutError&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
        EXPECT_EQ(co_await shielded, 9);
    });
    EXPECT_EQ(log, std::vector<std::string>{"late ends"});
}

TEST(Tasks, ResultsAndExceptionsReachWhoAwaits) {
    on_counter([](CounterDut&) -> Task<> {
        EXPECT_EQ(co_await after(2, 11), 11);
        const auto task = start_soon(throws_after(3));
        bool thrown = false;
        try {
            co_await task;
        } catch (const std::out_of_range&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
        EXPECT_TRUE(task.done());
        EXPECT_THROW(task.result(), std::out_of_range);
        EXPECT_THROW(co_await throws_after(1), std::out_of_range);
    });
}

TEST(Tasks, AnUnawaitedExceptionFailsTheTest) {
    double time = 0.0;
    EXPECT_THROW(on_counter([&](CounterDut&) -> Task<> {
                     const auto task = start_soon(throws_after(3));
                     const struct Clockwatch {
                         double& time;
                         ~Clockwatch() { time = get_sim_time("ns"); }
                     } watch{time};
                     co_await Timer(100, "ns");
                 }),
                 std::out_of_range);
    EXPECT_EQ(time, 3.0);
}

TEST(Tasks, CancelDestroysTheFrameAtOnce) {
    std::vector<std::string> log;
    on_counter([&](CounterDut& dut) -> Task<> {
        Clock(dut.clk, 10, "ns").start(false);
        const auto task = start_soon([](CounterDut& d, auto& l) -> Task<> {
            const Mark outer{l, "outer"};
            co_await [](CounterDut& d2, auto& l2) -> Task<> {
                const Mark inner{l2, "inner"};
                for (;;) co_await RisingEdge(d2.clk);
            }(d, l);
        }(dut, log));
        co_await Timer(32, "ns");
        task.cancel();
        log.push_back("cancelled");
        EXPECT_TRUE(task.done());
        EXPECT_TRUE(task.cancelled());
        bool thrown = false;
        try {
            co_await task;
        } catch (const CancelledError&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
        task.cancel();
        co_await Timer(30, "ns");
        // Before its first resume, and by itself.
        const auto never = start_soon(note_after(log, 1, "never"));
        never.cancel();
        TaskHandle<> own;
        own = start_soon([](TaskHandle<>& self, auto& l) -> Task<> {
            self.cancel();
            l.push_back("runs on");
            co_await Timer(1, "ns");
            l.push_back("must not come");
        }(own, log));
        co_await Timer(10, "ns");
        EXPECT_TRUE(own.cancelled());
    });
    EXPECT_EQ(log, (std::vector<std::string>{"inner", "outer", "cancelled", "runs on"}));
}

TEST(Tasks, TheEndOfTheTestCancelsTheOthers) {
    std::vector<std::string> log;
    on_counter([&](CounterDut&) -> Task<> {
        Queue<int> queue;  // dies before the task that waits for it
        start_soon(note_after(log, 1000, "background"));
        start_soon([](Queue<int>& q) -> Task<> { co_await q.get(); }(queue));
        co_await Timer(5, "ns");
    });
    EXPECT_EQ(log, std::vector<std::string>{"background ends"});
}

TEST(Tasks, ManyCallsInARowNeedNoStack) {
    on_counter([](CounterDut&) -> Task<> {
        std::uint64_t sum = 0;
        for (int i = 0; i < 300'000; ++i) {
            sum += co_await [](unsigned x) -> Task<unsigned> { co_return x; }(1U);
        }
        EXPECT_EQ(sum, 300'000U);
    });
}

TEST(Tasks, PassTestEndsItFromAnyTask) {
    EXPECT_THROW(on_counter([](CounterDut&) -> Task<> {
                     start_soon([]() -> Task<> {
                         co_await Timer(1, "ns");
                         pass_test("enough");
                     }());
                     co_await Timer(100, "ns");
                     fail("not reached");
                 }),
                 TestPassed);
}

TEST(Tasks, NothingLeftToHappenIsAFailure) {
    EXPECT_THROW(on_counter([](CounterDut&) -> Task<> {
                     Event never;
                     co_await never.wait();
                 }),
                 SimFailure);
}

TEST(Order, SameTimeMeansOrderOfWaiting) {
    const auto once = [] {
        std::vector<int> log;
        on_counter([&](CounterDut& dut) -> Task<> {
            Clock(dut.clk, 10, "ns").start(false);
            for (int i = 0; i < 5; ++i) {
                start_soon([](CounterDut& d, auto& l, int id) -> Task<> {
                    for (int n = 0; n < 3; ++n) {
                        co_await RisingEdge(d.clk);
                        l.push_back(id);
                        if (id % 2 == 0) co_await Timer(5, "ns");
                        l.push_back(10 + id);
                    }
                }(dut, log, i));
            }
            co_await Timer(200, "ns");
        });
        return log;
    };
    const std::vector<int> log = once();
    // Odd ones wait from the first edge on, even ones since 5 ns behind it.
    EXPECT_EQ(log, (std::vector<int>{0, 1,  11, 2,  3, 13, 4, 10, 12, 14,  //
                                     1, 11, 3,  13, 0, 2,  4, 10, 12, 14,  //
                                     1, 11, 3,  13, 0, 2,  4, 10, 12, 14}));
    EXPECT_EQ(log, once());
}

TEST(Sync, EventWakesAllAndStaysSet) {
    std::vector<int> log;
    on_counter([&](CounterDut&) -> Task<> {
        Event event;
        for (int i = 0; i < 3; ++i) {
            start_soon([](Event& e, auto& l, int id) -> Task<> {
                co_await e.wait();
                l.push_back(id);
            }(event, log, i));
        }
        co_await Timer(1, "ns");
        EXPECT_TRUE(log.empty());
        event.set();
        co_await event.wait();
        EXPECT_TRUE(log.empty());  // does not wait, so nobody else ran
        co_await Timer(1, "ns");
        event.clear();
        EXPECT_EQ(co_await First(event.wait(), Timer(1, "ns")), 1U);
    });
    EXPECT_EQ(log, (std::vector<int>{0, 1, 2}));
}

TEST(Sync, LockGoesRoundInOrder) {
    std::vector<int> log;
    on_counter([&](CounterDut&) -> Task<> {
        Lock lock;
        std::vector<TaskHandle<>> tasks;
        for (int i = 0; i < 4; ++i) {
            tasks.push_back(start_soon([](Lock& k, auto& l, int id) -> Task<> {
                for (int n = 0; n < 2; ++n) {
                    const Lock::Guard guard = co_await k.guard();
                    l.push_back(id);
                    co_await Timer(2, "ns");
                    l.push_back(id);
                }
            }(lock, log, i)));
        }
        co_await Timer(3, "ns");
        tasks[2].cancel();  // while it waits
        co_await Combine(tasks[0], tasks[1], tasks[3]);
        EXPECT_FALSE(lock.locked());
        co_await lock.acquire();
        const auto first = start_soon([](Lock& k) -> Task<> { co_await k.acquire(); }(lock));
        const auto second = start_soon([](Lock& k) -> Task<> { co_await k.acquire(); }(lock));
        co_await Timer(1, "ns");
        lock.release();
        first.cancel();  // woken, not yet resumed: the next one must get the lock
        co_await with_timeout(second, 1, "ns");
        EXPECT_TRUE(lock.locked());
        lock.release();
        EXPECT_THROW(lock.release(), std::logic_error);
    });
    EXPECT_EQ(log, (std::vector<int>{0, 0, 1, 1, 3, 3, 0, 0, 1, 1, 3, 3}));
}

TEST(Sync, QueueIsFifoAndBounded) {
    std::vector<int> got;
    on_counter([&](CounterDut&) -> Task<> {
        Queue<std::unique_ptr<int>> queue(2);
        const auto producer = start_soon([](auto& q) -> Task<> {
            for (int i = 0; i < 6; ++i) co_await q.put(std::make_unique<int>(i));
        }(queue));
        co_await Timer(1, "ns");
        EXPECT_TRUE(queue.full());
        EXPECT_THROW(queue.put_nowait(nullptr), QueueFull);
        for (int i = 0; i < 6; ++i) got.push_back(*co_await queue.get());
        EXPECT_TRUE(producer.done());
        EXPECT_TRUE(queue.empty());
        EXPECT_THROW(queue.get_nowait(), QueueEmpty);

        // Two getters, one item; the first is cancelled after it was woken.
        Queue<int> single;
        const auto first =
            start_soon([](auto& q) -> Task<int> { co_return co_await q.get(); }(single));
        const auto second =
            start_soon([](auto& q) -> Task<int> { co_return co_await q.get(); }(single));
        co_await Timer(1, "ns");
        single.put_nowait(77);
        EXPECT_THROW(single.get_nowait(), QueueEmpty);
        first.cancel();
        EXPECT_EQ(co_await with_timeout(second, 1, "ns"), 77);
        bool thrown = false;
        try {
            co_await with_timeout(single.get(), 5, "ns");
        } catch (const SimTimeoutError&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
    });
    EXPECT_EQ(got, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(Random, StreamsAreFixedAndSeparate) {
    // SplitMix64 from seed 0: the sequence of the published reference implementation.
    Rng zero(0);
    EXPECT_EQ(zero.next(), 0xE220A8397B1DCDAFU);
    EXPECT_EQ(zero.next(), 0x6E789E6AA1B965F4U);
    EXPECT_EQ(zero.next(), 0x06C45D188009454FU);
    EXPECT_EQ(fnv1a("a"), 0xAF63DC4C8601EC8CU);
    EXPECT_EQ(stream_seed(1, "t", "s"), fnv1a("1/t/s"));
    EXPECT_NE(stream_seed(1, "t", "s"), stream_seed(2, "t", "s"));
    Rng rng(5);
    std::array<int, 7> hits{};
    for (int i = 0; i < 70'000; ++i) ++hits.at(static_cast<std::size_t>(rng.uniform(-3, 3) + 3));
    for (const int n : hits) EXPECT_NEAR(n, 10'000, 500);
}

}  // namespace
}  // namespace peforge::coco
