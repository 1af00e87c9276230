// A Verilated model as the harness wants it. The only header that knows Verilator; include it after
// the model's own header.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <verilated.h>

#include <cstdint>
#include <memory>
#include <string>

#if VM_TRACE_FST
#include <verilated_fst_c.h>
#elif VM_TRACE
#include <verilated_vcd_c.h>
#endif

#include "coco/sig.hpp"
#include "coco/test.hpp"

namespace peforge::coco {

/// Owns context and model of class Top (Vname); derive and add the ports as Sig members:
///
///     struct Dut : VerilatedDut<Vcounter> {
///         using VerilatedDut::VerilatedDut;
///         BitSig clk{top.clk_i, 1};
///     };
///
/// Registers start with random values drawn from the run's seed. Waves (FST, or VCD when the model
/// was verilated so) need a model verilated with --trace-fst or --trace.
template <class Top>
class VerilatedDut {
public:
    static constexpr bool kInputsBeforeEdges = true;

    explicit VerilatedDut(const TestSetup& setup)
        : VerilatedDut(setup.seed, !setup.waves.empty()) {}
    explicit VerilatedDut(std::uint64_t seed = 1, bool waves = false)
        : context_(make_context(seed, waves)) {}
    ~VerilatedDut() {
#if VM_TRACE
        if (trace_) trace_->close();
#endif
        top_->final();
    }
    VerilatedDut(const VerilatedDut&) = delete;
    VerilatedDut& operator=(const VerilatedDut&) = delete;

    void eval() {
        top_->eval();
    }
    bool finished() const {
        return context_->gotFinish();
    }
    Top& verilated() {
        return top;
    }
    VerilatedContext& context() {
        return *context_;
    }

    /// Starts recording; false when the model was verilated without tracing.
    bool open_waves([[maybe_unused]] const std::string& path) {
#if VM_TRACE
        trace_ = std::make_unique<Trace>();
        top_->trace(trace_.get(), 99);
        trace_->open(path.c_str());
        return true;
#else
        return false;
#endif
    }
    void dump([[maybe_unused]] std::uint64_t time) {
#if VM_TRACE
        if (trace_) trace_->dump(time);
#endif
    }

private:
    static std::unique_ptr<VerilatedContext> make_context(std::uint64_t seed, bool waves) {
        auto context = std::make_unique<VerilatedContext>();
        context->randReset(2);
        // Verilator takes 31 bits, and 0 would mean a seed of its own choice.
        context->randSeed(static_cast<int>(seed % 0x7FFFFFFEU) + 1);
        context->traceEverOn(waves);
        return context;
    }

    std::unique_ptr<VerilatedContext> context_;
    std::unique_ptr<Top> top_ = std::make_unique<Top>(context_.get());
#if VM_TRACE_FST
    using Trace = VerilatedFstC;
#elif VM_TRACE
    using Trace = VerilatedVcdC;
#endif
#if VM_TRACE
    std::unique_ptr<Trace> trace_;
#endif

protected:
    Top& top = *top_;
};

}  // namespace peforge::coco
