// Bus kit: AXI-Stream through a skid buffer, AXI-Lite registers, driver, monitor, scoreboard.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "duts.hpp"

namespace peforge::coco {
namespace {

template <class Dut, class Body>
void on(Body body) {
    const TestEnd end = detail::run_one<Dut>({.name = "unit"}, {.timeout_ns = 1e7}, body);
    if (end.error) std::rethrow_exception(end.error);
}

AxiStreamFrame random_frame(Rng& rng, std::size_t bytes) {
    AxiStreamFrame frame;
    for (std::size_t i = 0; i < bytes; ++i) {
        frame.tdata.push_back(static_cast<std::uint8_t>(rng.bits(8)));
    }
    frame.tid = rng.bits(2);
    frame.tdest = rng.bits(3);
    frame.tuser = {rng.bits(5)};
    return frame;
}

struct Profile {
    int source;  // pauses in this many of 10 cycles
    int sink;
};

constexpr int kFrames = 300;

class Stream : public testing::TestWithParam<Profile> {};

TEST_P(Stream, FramesComeOutAsTheyWentIn) {
    on<SkidDut>([](SkidDut& dut) -> Task<> {
        AxiStreamSource source(dut.input);
        AxiStreamSink sink(dut.output);
        AxiStreamMonitor before(dut.input);
        AxiStreamMonitor after(dut.output);
        source.set_pause_generator(pause_random(stream("source"), GetParam().source, 10));
        sink.set_pause_generator(pause_random(stream("sink"), GetParam().sink, 10));
        Scoreboard<AxiStreamFrame> scoreboard;
        auto& expected = scoreboard.add_interface(after, "output");
        co_await dut.reset();
        Rng rng = stream("frames");
        std::vector<AxiStreamFrame> sent;
        std::uint64_t beats = 0;
        for (int i = 0; i < kFrames; ++i) {
            const auto bytes = static_cast<std::size_t>(rng.uniform(1, 21));
            beats += (bytes + 3) / 4;
            sent.push_back(random_frame(rng, bytes));
            expected.push_back(sent.back());
            source.send_nowait(sent.back());
        }
        const double start = get_sim_time("ns");
        co_await source.wait();
        const double cycles = (get_sim_time("ns") - start) / 10;
        check_eq(source.count(), beats, "beats");
        // Full rate without pauses: a beat per cycle and two to begin.
        if (GetParam().source == 0 && GetParam().sink == 0) {
            check(cycles <= static_cast<double>(beats) + 2, "throughput");
        }
        for (const AxiStreamFrame& frame : sent) {
            const AxiStreamFrame got = co_await with_timeout(sink.recv(), 10, "us");
            check(got == frame, "frame at the sink");
        }
        co_await ClockCycles(dut.clk, 20);
        check(sink.empty(), "nothing else came");
        check_eq(before.count(), kFrames, "frames at the input");
        scoreboard.result(kFrames);
    });
}

INSTANTIATE_TEST_SUITE_P(Pauses, Stream,
                         testing::Values(Profile{0, 0}, Profile{0, 7}, Profile{7, 0}, Profile{5, 5},
                                         Profile{9, 2}));

// GCC 12 rejects braced lists inside a coroutine; they are made here.
AxiStreamFrame holes() {
    return {{1, 2, 3, 4, 5, 6}, {1, 0, 1, 1, 0, 1}, 2, 5, {7, 9}};
}

std::vector<std::uint8_t> five_bytes() {
    return {9, 8, 7, 6, 5};
}

void expect_bad_frames_throw(AxiStreamSource& source) {
    EXPECT_THROW(source.send_nowait({}), std::invalid_argument);
    EXPECT_THROW(source.send_nowait({{1, 2}, {1}, 0, 0, {}}), std::invalid_argument);
    EXPECT_THROW(source.send_nowait({{1, 2}, {}, 0, 0, {1, 2}}), std::invalid_argument);
}

TEST(AxiStream, KeepAndUserPerBeat) {
    on<SkidDut>([](SkidDut& dut) -> Task<> {
        AxiStreamSource source(dut.input);
        AxiStreamSink sink(dut.output);
        co_await dut.reset();
        const AxiStreamFrame frame = holes();
        co_await source.send(frame);
        EXPECT_EQ(co_await with_timeout(sink.recv(), 1, "us"), frame);
        co_await source.write(five_bytes());
        const AxiStreamFrame bytes = co_await with_timeout(sink.recv(), 1, "us");
        EXPECT_EQ(bytes.tdata, five_bytes());
        EXPECT_TRUE(bytes.tkeep.empty());
        expect_bad_frames_throw(source);
    });
}

PauseGenerator three_of_four() {
    return pause_pattern({true, true, true, false});
}

TEST(ValidReady, PayloadStaysUntilTaken) {
    on<SkidDut>([](SkidDut& dut) -> Task<> {
        dut.s_tkeep.set(0xF);
        dut.s_tlast.set(1);
        ValidReadySource<Sig<IData>> source({dut.clk, dut.s_tvalid, dut.s_tready}, dut.s_tdata);
        ValidReadySink<Sig<IData>> sink({dut.clk, dut.m_tvalid, dut.m_tready}, dut.m_tdata);
        sink.set_pause_generator(three_of_four());
        co_await dut.reset();
        for (IData i = 0; i < 100; ++i) source.append(1000 + i);
        bool held = false;
        IData last = 0;
        while (sink.count() < 100) {
            co_await RisingEdge(dut.clk);
            const bool valid = dut.s_tvalid.get() != 0;
            if (held) {
                check(valid, "valid must not fall before ready");
                check_eq(dut.s_tdata.get(), last, "payload before it is taken");
            }
            held = valid && dut.s_tready.get() == 0;
            last = dut.s_tdata.get();
            check(get_sim_time("us") < 100, "progress");
        }
        for (IData i = 0; i < 100; ++i) check_eq(sink.recv_nowait(), 1000 + i, "item");
        EXPECT_EQ(source.pending(), 0U);
    });
}

TEST(Board, SeesWrongMissingAndTooFewItems) {
    class Source : public Monitor<int> {
    public:
        using Monitor::received;
    };
    Source monitor;
    Scoreboard<int> board;
    auto& expected = board.add_interface(monitor, "x", false);
    EXPECT_THROW(board.result(), TestFailure);  // nothing moved
    expected = {1, 2};
    monitor.received(1);
    EXPECT_THROW(board.result(), TestFailure);  // one is missing
    monitor.received(2);
    board.result();
    EXPECT_THROW(board.result(3), TestFailure);
    monitor.received(3);
    EXPECT_EQ(board.errors(), 1U);
    EXPECT_THROW(board.result(), TestFailure);

    Source strict_monitor;
    Scoreboard<int> strict;
    strict.add_interface(strict_monitor, "y").push_back(4);
    EXPECT_THROW(strict_monitor.received(5), TestFailure);
}

TEST(Drivers, SendOneAfterTheOther) {
    class Pulses : public Driver<int> {
    public:
        explicit Pulses(CounterDut& dut) : dut_(dut) { start(); }

    private:
        Task<> drive(const int& length) override {
            dut_.en.set(1);
            co_await ClockCycles(dut_.clk, static_cast<std::uint64_t>(length));
            dut_.en.set(0);
            co_await RisingEdge(dut_.clk);
        }
        CounterDut& dut_;
    };
    on<CounterDut>([](CounterDut& dut) -> Task<> {
        co_await dut.reset();
        Pulses pulses(dut);
        co_await RisingEdge(dut.clk);
        pulses.append(3);
        pulses.append(5);
        co_await pulses.send(2);
        co_await ReadOnly();
        EXPECT_EQ(dut.count.get(), 10U);
    });
}

TEST(InternalSignals, AreReadWhenTheListHasThem) {
    on<RegsDut>([](RegsDut& dut) -> Task<> {
        AxiLiteMaster master(dut.bus);
        co_await dut.reset();
        auto write = start_soon(master.write(4, 0xCAFEF00D));
        co_await with_timeout(Edge(dut.wdata_q), 1, "us");
        EXPECT_EQ(dut.wdata_q.get(), 0xCAFEF00DU);
        EXPECT_EQ(co_await write, AxiResp::kOkay);
    });
}

TEST(AxiLite, RegistersAgainstAModel) {
    on<RegsDut>([](RegsDut& dut) -> Task<> {
        AxiLiteMaster master(dut.bus);
        co_await dut.reset();
        std::map<std::uint64_t, std::uint32_t> model;
        for (std::uint64_t a = 0; a < 16; a += 4) {
            EXPECT_EQ(co_await master.write(a, 0x11111111U * a), AxiResp::kOkay);
            model[a] = static_cast<std::uint32_t>(0x11111111U * a);
        }
        Rng rng = stream("accesses");
        for (int i = 0; i < 300; ++i) {
            const auto address = static_cast<std::uint64_t>(4 * rng.uniform(0, 3));
            if (rng.chance(1, 2)) {
                const std::uint64_t data = rng.bits(32);
                const std::uint64_t strobe = rng.bits(4);
                EXPECT_EQ(co_await master.write(address, data, strobe), AxiResp::kOkay);
                for (int byte = 0; byte < 4; ++byte) {
                    const std::uint32_t mask = 0xFFU << 8 * byte;
                    if ((strobe >> byte & 1) == 0) continue;
                    model[address] =
                        (model[address] & ~mask) | (static_cast<std::uint32_t>(data) & mask);
                }
            } else {
                const AxiLiteRead got = co_await master.read(address);
                check_eq(got.data, model[address], "register");
                EXPECT_EQ(got.resp, AxiResp::kOkay);
            }
        }
        EXPECT_EQ((co_await master.read(0x40)).resp, AxiResp::kSlvErr);
        EXPECT_EQ(co_await master.write(0x40, 0), AxiResp::kSlvErr);
        // Accesses from several tasks wait for one another.
        std::vector<TaskHandle<AxiResp>> writes;
        for (std::uint64_t a = 0; a < 16; a += 4) {
            writes.push_back(start_soon(master.write(a, a + 1)));
        }
        co_await Combine(writes[0], writes[1], writes[2], writes[3]);
        for (std::uint64_t a = 0; a < 16; a += 4) {
            check_eq((co_await master.read(a)).data, a + 1, "register");
        }
    });
}

}  // namespace
}  // namespace peforge::coco
