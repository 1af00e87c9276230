# SPDX-License-Identifier: Apache-2.0
"""The benchmark's coroutine under cocotb: same vectors, same drive and check in every cycle."""
import os
import time

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge

MASK = (1 << 64) - 1


def split_mix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


@cocotb.test()
async def dot(dut):
    cycles = int(os.environ["CYCLES"])
    draw = split_mix(1)
    vectors = []
    for _ in range(1024):
        a, b = next(draw), next(draw)
        vectors.append((a, b, sum((a >> 8 * i & 255) * (b >> 8 * i & 255) for i in range(8))))
    cocotb.start_soon(Clock(dut.clk_i, 10, units="ns").start(start_high=False))
    start = time.process_time()
    for i in range(cycles):
        await RisingEdge(dut.clk_i)
        if i >= 2:
            assert dut.y_o.value == vectors[(i - 2) % 1024][2]
        a, b, _ = vectors[i % 1024]
        dut.a_i.value = a
        dut.b_i.value = b
    with open(os.environ["SPEED_FILE"], "w", encoding="ascii") as file:
        file.write(f"{cycles / (time.process_time() - start):.0f}\n")
