// Speed of the harness: a registered dot product is driven and checked in every cycle, once in a
// plain loop and once in a coroutine. Prints one JSON object.
//
// usage: coco-bench [CYCLES [ROUNDS]]     default: 2000000 cycles, best of 5 rounds
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include "Vcoco_dot.h"
#include "coco/coco.hpp"
#include "coco/verilator.hpp"

namespace peforge::coco {
namespace {

constexpr std::size_t kVectors = 1024;

struct Vector {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint32_t y = 0;
};

/// Stimuli and results are made beforehand, so that the loops below do nothing but drive and check.
std::array<Vector, kVectors> make_vectors() {
    std::array<Vector, kVectors> vectors;
    Rng rng(1);
    for (Vector& v : vectors) {
        v.a = rng.next();
        v.b = rng.next();
        for (int lane = 0; lane < 8; ++lane) {
            v.y += static_cast<std::uint32_t>((v.a >> 8 * lane & 255) * (v.b >> 8 * lane & 255));
        }
    }
    return vectors;
}

const std::array<Vector, kVectors>& vectors() {
    static const std::array<Vector, kVectors> all = make_vectors();
    return all;
}

struct Dut : VerilatedDut<Vcoco_dot> {
    using VerilatedDut::VerilatedDut;
    BitSig clk{top.clk_i, 1};
    Sig<QData> a{top.a_i, 64};
    Sig<QData> b{top.b_i, 64};
    Sig<IData> y{top.y_o, 19};
};

struct PlainDut : VerilatedDut<Vcoco_dot> {
    using VerilatedDut::VerilatedDut;
    Vcoco_dot& model() { return top; }
};

void plain(std::size_t cycles) {
    PlainDut dut;
    Vcoco_dot& model = dut.model();
    const auto& all = vectors();
    for (std::size_t i = 0; i < cycles; ++i) {
        const Vector& v = all[i % kVectors];
        model.clk_i = 0;
        model.a_i = v.a;
        model.b_i = v.b;
        model.eval();
        model.clk_i = 1;
        model.eval();
        if (model.y_o != v.y) throw std::runtime_error("plain loop: wrong result");
    }
}

Task<> drive_and_check(Dut& dut, std::size_t cycles) {
    const auto& all = vectors();
    Clock(dut.clk, 10, "ns").start(false);
    for (std::size_t i = 0; i < cycles; ++i) {
        co_await RisingEdge(dut.clk);
        // Set after edge i - 2, sampled at edge i - 1, seen before edge i.
        if (i >= 2) check_eq(dut.y.get(), all[(i - 2) % kVectors].y, "y");
        const Vector& v = all[i % kVectors];
        dut.a.set(v.a);
        dut.b.set(v.b);
    }
}

void harness(std::size_t cycles) {
    Scheduler scheduler;
    Dut dut;
    scheduler.attach(dut);
    const auto task = start_soon(drive_and_check(dut, cycles));
    scheduler.run(task.state());
}

/// Per second of processor time; best of several rounds.
template <class F>
double cycles_per_second(F&& run, std::size_t cycles, int rounds) {
    double best = 0.0;
    for (int round = 0; round < rounds; ++round) {
        const std::clock_t start = std::clock();
        run(cycles);
        const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        best = std::max(best, static_cast<double>(cycles) / seconds);
    }
    return best;
}

}  // namespace
}  // namespace peforge::coco

int main(int argc, char** argv) {
    using namespace peforge::coco;
    const std::size_t cycles = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    const double loop = cycles_per_second(plain, cycles, rounds);
    const double coroutine = cycles_per_second(harness, cycles, rounds);
    std::printf("{\"cycles\": %zu, \"rounds\": %d, \"plain\": %.0f, \"harness\": %.0f}\n", cycles,
                rounds, loop, coroutine);
}
