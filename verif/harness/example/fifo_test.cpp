// Tests of a hand-written FIFO. Build and run: see docs/harness.md.
//
// SPDX-License-Identifier: Apache-2.0
#include <deque>

#include "Vfifo.h"
#include "coco/coco.hpp"
#include "coco/verilator.hpp"

using namespace peforge::coco;

struct Dut : VerilatedDut<Vfifo> {
    using VerilatedDut::VerilatedDut;

    BitSig clk{top.clk_i, 1};
    BitSig rst_n{top.rst_ni, 1};
    BitSig write{top.write_i, 1};
    Sig<CData> data_in{top.data_i, 8};
    BitSig read{top.read_i, 1};
    Sig<CData> data_out{top.data_o, 8};
    BitSig full{top.full_o, 1};
    BitSig empty{top.empty_o, 1};
};

static Task<> reset(Dut& dut) {
    Clock(dut.clk, 10, "ns").start();
    dut.rst_n.set(0);
    dut.write.set(0);
    dut.read.set(0);
    co_await ClockCycles(dut.clk, 2);
    dut.rst_n.set(1);
    co_await RisingEdge(dut.clk);
}

COCO_TEST(fills_and_drains, {.timeout_ns = 1000}) {
    co_await reset(dut);
    dut.write.set(1);
    for (int i = 0; i < 8; ++i) {
        dut.data_in.set(static_cast<CData>(10 + i));
        co_await RisingEdge(dut.clk);
    }
    dut.write.set(0);
    co_await ReadOnly();
    check(dut.full.get() == 1, "full after eight writes");
    co_await FallingEdge(dut.clk);
    dut.read.set(1);
    for (int i = 0; i < 8; ++i) {
        co_await RisingEdge(dut.clk);
        check_eq(dut.data_out.get(), 10 + i, "byte");
    }
    co_await ReadOnly();
    check(dut.empty.get() == 1, "empty after eight reads");
}

// Writes and reads at random against a std::deque; the probability of a read is the parameter.
COCO_PARAM(random_traffic, {.timeout_ns = 1e6}, axis("read_percent", {20, 50, 80})) {
    co_await reset(dut);
    Rng rng = stream("traffic");
    std::deque<unsigned> model;
    unsigned passed = 0;
    for (int cycle = 0; cycle < 10'000; ++cycle) {
        co_await RisingEdge(dut.clk);
        // Before the edge: what the FIFO's registers are about to sample.
        check_eq(dut.empty.get(), model.empty() ? 1 : 0, "empty");
        check_eq(dut.full.get(), model.size() == 8 ? 1 : 0, "full");
        const bool writes = dut.write.get() == 1 && model.size() < 8;
        if (dut.read.get() == 1 && !model.empty()) {
            check_eq(dut.data_out.get(), model.front(), "oldest byte");
            model.pop_front();
            ++passed;
        }
        if (writes) model.push_back(dut.data_in.get());
        dut.write.set(rng.chance(1, 2) ? 1 : 0);
        dut.read.set(rng.chance(params.get<int>("read_percent"), 100) ? 1 : 0);
        dut.data_in.set(static_cast<CData>(rng.bits(8)));
    }
    check(passed > 1000, "traffic moves");
}

int main(int argc, char** argv) {
    return run_tests<Dut>(argc, argv);
}
