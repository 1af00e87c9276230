// Shared library around a Verilated wrapper of leaf modules: one packed input, one packed output.
//
// SPDX-License-Identifier: Apache-2.0
#include <verilated.h>

#include <algorithm>
#include <cstdint>

#include "Vleaf.h"

namespace {

struct Leaf {
    VerilatedContext context;
    Vleaf dut{&context};
};

}  // namespace

extern "C" {

void* leaf_open(int seed) {
    auto* leaf = new Leaf;
    leaf->context.randReset(2);
    leaf->context.randSeed(seed);
    return leaf;
}

void leaf_close(void* self) {
    delete static_cast<Leaf*>(self);
}

void leaf_eval(void* self, int clk, const std::uint32_t* in, std::uint32_t* out) {
    Vleaf& dut = static_cast<Leaf*>(self)->dut;
    dut.clk_i = static_cast<CData>(clk);
    std::copy_n(in, sizeof(dut.in_i) / sizeof(std::uint32_t), dut.in_i.data());
    dut.eval();
    std::copy_n(dut.out_o.data(), sizeof(dut.out_o) / sizeof(std::uint32_t), out);
}

}  // extern "C"
