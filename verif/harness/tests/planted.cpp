// A test program with a planted bug: the exit code and results.xml of a failing run.
//
// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "duts.hpp"

namespace peforge::coco {
namespace {

using Dut = CounterDut;

COCO_TEST(late, {.stage = 1}) {
    co_await dut.reset();
}

COCO_TEST(good) {
    co_await dut.reset();
    dut.en.set(1);
    co_await ClockCycles(dut.clk, 5);
    check_eq(dut.count.get(), 4U, "count");
}

COCO_TEST(planted, {.timeout_ns = 1000}) {
    co_await dut.reset();
    dut.en.set(1);
    co_await ClockCycles(dut.clk, 5);
    check_eq(dut.count.get(), 5U, "count <after> 5 \"edges\"");
}

COCO_TEST(skipped, {.skip = true}) {
    fail("must not run");
    co_return;
}

COCO_PARAM(ramp, {.timeout_ns = 1000}, axis("edges", {1, 3}), axis("enable", {true, false})) {
    co_await dut.reset();
    dut.en.set(params.get<bool>("enable") ? 1 : 0);
    const auto edges = params.get<unsigned>("edges");
    co_await ClockCycles(dut.clk, edges + 1);
    check_eq(dut.count.get(), params.get<bool>("enable") ? edges : 0U, "count");
}

}  // namespace
}  // namespace peforge::coco

int main(int argc, char** argv) {
    return peforge::coco::run_tests<peforge::coco::CounterDut>(argc, argv);
}
