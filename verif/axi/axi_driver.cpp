// Drives a Verilated AXI wrapper, as coroutines on the harness. What comes before this text when it
// is compiled: axi_abi.h, the bus kit's sources, and CORE(x), a signal of the wrapper by name.
//
// SPDX-License-Identifier: Apache-2.0
#include "Vdut.h"
//
#include "Vdut___024root.h"
//
#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>

#include "binding.hpp"
#include "coco/coco.hpp"

namespace {

using namespace peforge::coco;

struct Dut : binding::Dut<Vdut> {
    using binding::Dut<Vdut>::Dut;
    Vdut& model() { return this->top; }
};

using Beat = detail::AxiStreamBeat;
using Source = ValidReadySource<detail::AxiStreamPayload>;
using Sink = ValidReadySink<detail::AxiStreamPayload>;

PauseGenerator pauses(std::uint64_t seed, std::uint32_t probability) {
    if (probability == 0) return nullptr;
    return [rng = Rng(seed), probability]() mutable { return rng.bits(8) < probability; };
}

/// A channel whose valid must stay, with its payload, until ready.
class Held {
public:
    /// Returns whether the rule was broken.
    bool step(bool reset, bool valid, bool ready, const std::vector<std::uint32_t>& payload) {
        const bool broken = held_ && !reset && (!valid || payload != payload_);
        held_ = valid && !ready && !reset;
        payload_ = payload;
        return broken;
    }

private:
    bool held_ = false;
    std::vector<std::uint32_t> payload_;
};

class Wrapper {
public:
    Wrapper(std::uint64_t seed, const char* waves)
        : dut_(seed, waves != nullptr && *waves != 0), lite_rng_(seed) {
        scheduler_.attach(dut_);
        if (waves != nullptr && *waves != 0) scheduler_.enable_dump(dut_.open_waves(waves));
        Clock(dut_.aclk, 10, "ns").start();
        dut_.aresetn.set(0);
        for (BitSig* valid : {&dut_.s_axil_awvalid, &dut_.s_axil_wvalid, &dut_.s_axil_arvalid,
                              &dut_.s_axil_bready, &dut_.s_axil_rready}) {
            valid->set(0);
        }
        begin_sources();
        sink_.emplace(out_bus_);
        watcher_.emplace(watch());
    }

    void reset() {
        run([](Wrapper& w) -> Task<> {
            w.begin_sources();
            w.dut_.aresetn.set(0);
            co_await ClockCycles(w.dut_.aclk, 3);
            w.dut_.aresetn.set(1);
            co_await ClockCycles(w.dut_.aclk, 2);
        });
        while (!sink_->sink.empty()) sink_->sink.recv_nowait();
    }

    void stop() {
        run([](Wrapper& w) -> Task<> {
            w.begin_sources();
            co_await RisingEdge(w.dut_.aclk);
        });
    }

    void set_pauses(const PeforgeAxiPauses& p, std::uint64_t seed) {
        prm_->source.set_pause_generator(pauses(seed, p.input[PEFORGE_AXI_PRM]));
        wgt_->source.set_pause_generator(pauses(seed + 1, p.input[PEFORGE_AXI_WGT]));
        act_->source.set_pause_generator(pauses(seed + 2, p.input[PEFORGE_AXI_ACT]));
        sink_->sink.set_pause_generator(pauses(seed + 3, p.out));
        lite_rng_ = Rng(seed + 4);
        lite_pause_ = p.lite;
    }

    std::uint32_t write(std::uint32_t address, std::uint32_t data, std::uint32_t strobe) {
        run([=](Wrapper& w) { return w.write_access(address, data, strobe); });
        return response_;
    }
    std::uint32_t read(std::uint32_t address, std::uint32_t& data) {
        run([=](Wrapper& w) { return w.read_access(address); });
        data = read_data_;
        return response_;
    }

    void send(std::uint32_t stream, const std::uint8_t* tdata, bool last) {
        Input& input = stream == PEFORGE_AXI_PRM   ? *prm_
                       : stream == PEFORGE_AXI_WGT ? *wgt_
                                                   : *act_;
        Beat beat;
        const std::size_t lanes = input.payload.lanes();
        beat.data.assign((lanes + 3) / 4, 0);
        for (std::size_t i = 0; i < lanes; ++i) {
            beat.data[i / 4] |= static_cast<std::uint32_t>(tdata[i]) << 8 * (i % 4);
        }
        beat.keep.assign(lanes, 1);
        beat.last = last;
        input.source.append(std::move(beat));
    }

    void step(std::uint64_t cycles) {
        run([=](Wrapper& w) -> Task<> { return w.wait(cycles); });
    }

    bool take(std::uint8_t* tdata, std::uint32_t* last) {
        if (sink_->sink.empty()) return false;
        const Beat beat = sink_->sink.recv_nowait();
        for (std::size_t i = 0; i < sink_->payload.lanes(); ++i) {
            tdata[i] = static_cast<std::uint8_t>(beat.data[i / 4] >> 8 * (i % 4));
        }
        *last = beat.last ? 1 : 0;
        return true;
    }

    PeforgeAxiStats stats() {
        stats_.core_cycles = CORE(core_cycles);
        stats_.core_saturations = CORE(core_saturations);
        stats_.core_nar_count = CORE(core_nar_count);
        stats_.core_error = CORE(core_error);
        stats_.core_busy = CORE(core_busy);
        stats_.irq = dut_.irq_o.get();
        return stats_;
    }

private:
    static constexpr int kPatience = 1000;  ///< cycles until an access is given up
    static constexpr std::uint32_t kNoResponse = 0xFF;

    struct Input {
        explicit Input(const AxiStreamBus& bus)
            : payload(bus), source({bus.clock, bus.tvalid, bus.tready}, payload) {}
        detail::AxiStreamPayload payload;
        Source source;
    };
    struct Output {
        explicit Output(const AxiStreamBus& bus)
            : payload(bus), sink({bus.clock, bus.tvalid, bus.tready}, payload) {}
        detail::AxiStreamPayload payload;
        Sink sink;
    };

    void begin_sources() {
        prm_.emplace(prm_bus_);
        wgt_.emplace(wgt_bus_);
        act_.emplace(act_bus_);
    }

    /// Runs until the body is done and its last time step has settled.
    template <class Body>
    void run(Body body) {
        const TaskHandle<> main = start_soon(whole(body));
        scheduler_.run(main.state());
    }
    template <class Body>
    Task<> whole(Body body) {
        co_await body(*this);
        co_await ReadOnly();
    }
    Task<> wait(std::uint64_t cycles) {
        for (std::uint64_t i = 0; i < cycles; ++i) co_await RisingEdge(dut_.aclk);
    }

    bool hold_back() { return lite_rng_.bits(8) < lite_pause_; }

    /// One side of a channel: shows valid after a pause until it is taken.
    struct Channel {
        BitSig& valid;
        BitSig& ready;
        bool shown = false;
        bool done = false;

        void step(bool pause) {
            if (shown && ready.get() != 0) {
                valid.set(0);
                shown = false;
                done = true;
            }
            if (!done && !shown && !pause) {
                valid.set(1);
                shown = true;
            }
        }
    };

    /// Address, data and the readiness for the answer come in any order.
    Task<> write_access(std::uint32_t address, std::uint32_t data, std::uint32_t strobe) {
        dut_.s_axil_awaddr.set_u64(address);
        dut_.s_axil_wdata.set_u64(data);
        dut_.s_axil_wstrb.set_u64(strobe);
        Channel aw{dut_.s_axil_awvalid, dut_.s_axil_awready};
        Channel w{dut_.s_axil_wvalid, dut_.s_axil_wready};
        Channel b{dut_.s_axil_bready, dut_.s_axil_bvalid};
        response_ = kNoResponse;
        for (int i = 0; i < kPatience; ++i) {
            co_await RisingEdge(dut_.aclk);
            aw.step(hold_back());
            w.step(hold_back());
            const auto response = static_cast<std::uint32_t>(dut_.s_axil_bresp.get_u64());
            b.step(hold_back());
            if (!b.done) continue;
            // An answer before the question is as wrong as none.
            if (aw.done && w.done) response_ = response;
            break;
        }
        idle_lite();
    }

    Task<> read_access(std::uint32_t address) {
        dut_.s_axil_araddr.set_u64(address);
        Channel ar{dut_.s_axil_arvalid, dut_.s_axil_arready};
        Channel r{dut_.s_axil_rready, dut_.s_axil_rvalid};
        response_ = kNoResponse;
        for (int i = 0; i < kPatience; ++i) {
            co_await RisingEdge(dut_.aclk);
            ar.step(hold_back());
            const auto response = static_cast<std::uint32_t>(dut_.s_axil_rresp.get_u64());
            const auto data = static_cast<std::uint32_t>(dut_.s_axil_rdata.get_u64());
            r.step(hold_back());
            if (!r.done) continue;
            if (ar.done) response_ = response;
            read_data_ = data;
            break;
        }
        idle_lite();
    }

    void idle_lite() {
        for (BitSig* valid : {&dut_.s_axil_awvalid, &dut_.s_axil_wvalid, &dut_.s_axil_arvalid,
                              &dut_.s_axil_bready, &dut_.s_axil_rready}) {
            valid->set(0);
        }
    }

    /// Every cycle, as the ports stand before the rising edge.
    Task<> watch() {
        for (;;) {
            co_await RisingEdge(dut_.aclk);
            const bool reset = dut_.aresetn.get() == 0;
            ++stats_.cycles;
            for (const AxiStreamBus* bus : {&prm_bus_, &wgt_bus_, &act_bus_}) {
                stats_.in_beats += bus->tvalid.get() != 0 && bus->tready.get() != 0 ? 1 : 0;
            }
            const bool valid = dut_.m_axis_out_tvalid.get() != 0;
            const bool ready = dut_.m_axis_out_tready.get() != 0;
            const bool last = dut_.m_axis_out_tlast.get() != 0;
            if (!reset) {
                stats_.out_beats += valid && ready ? 1 : 0;
                stats_.out_lasts += valid && ready && last ? 1 : 0;
                stats_.out_stalls += valid && !ready ? 1 : 0;
                stats_.wgt_stalls += CORE(core_busy) && CORE(wgt_ready) && !CORE(wgt_valid) ? 1 : 0;
                stats_.act_stalls += CORE(core_busy) && CORE(act_ready) && !CORE(act_valid) ? 1 : 0;
            }
            std::vector<std::uint32_t> payload((dut_.m_axis_out_tdata.width() + 31) / 32);
            dut_.m_axis_out_tdata.get_words(payload);
            payload.push_back(last ? 1 : 0);
            std::vector<std::uint32_t> b(1,
                                         static_cast<std::uint32_t>(dut_.s_axil_bresp.get_u64()));
            std::vector<std::uint32_t> r(1,
                                         static_cast<std::uint32_t>(dut_.s_axil_rdata.get_u64()));
            r.push_back(static_cast<std::uint32_t>(dut_.s_axil_rresp.get_u64()));
            stats_.protocol_errors +=
                static_cast<unsigned>(out_held_.step(reset, valid, ready, payload)) +
                static_cast<unsigned>(b_held_.step(reset, dut_.s_axil_bvalid.get() != 0,
                                                   dut_.s_axil_bready.get() != 0, b)) +
                static_cast<unsigned>(r_held_.step(reset, dut_.s_axil_rvalid.get() != 0,
                                                   dut_.s_axil_rready.get() != 0, r));
        }
    }

    Dut dut_;
    Scheduler scheduler_;
    AxiStreamBus prm_bus_ = dut_.s_axis_prm();
    AxiStreamBus wgt_bus_ = dut_.s_axis_wgt();
    AxiStreamBus act_bus_ = dut_.s_axis_act();
    AxiStreamBus out_bus_ = dut_.m_axis_out();
    std::optional<Input> prm_;
    std::optional<Input> wgt_;
    std::optional<Input> act_;
    std::optional<Output> sink_;
    std::optional<OwnTask> watcher_;
    PeforgeAxiStats stats_{};
    Held out_held_;
    Held b_held_;
    Held r_held_;
    Rng lite_rng_;
    std::uint32_t lite_pause_ = 0;
    std::uint32_t response_ = 0;
    std::uint32_t read_data_ = 0;
};

Wrapper& of(void* self) {
    return *static_cast<Wrapper*>(self);
}

}  // namespace

extern "C" {

void* peforge_axi_open(std::uint64_t seed, const char* waves_file) {
    return new Wrapper(seed, waves_file);
}
void peforge_axi_close(void* self) {
    delete static_cast<Wrapper*>(self);
}
void peforge_axi_reset(void* self) {
    of(self).reset();
}
void peforge_axi_stop(void* self) {
    of(self).stop();
}
void peforge_axi_set_pauses(void* self, const PeforgeAxiPauses* pauses, std::uint64_t seed) {
    of(self).set_pauses(*pauses, seed);
}
std::uint32_t peforge_axi_write(void* self, std::uint32_t address, std::uint32_t data,
                                std::uint32_t strobe) {
    return of(self).write(address, data, strobe);
}
std::uint32_t peforge_axi_read(void* self, std::uint32_t address, std::uint32_t* data) {
    return of(self).read(address, *data);
}
void peforge_axi_send(void* self, std::uint32_t stream, const std::uint8_t* tdata,
                      std::uint32_t last) {
    of(self).send(stream, tdata, last != 0);
}
void peforge_axi_step(void* self, std::uint64_t cycles) {
    of(self).step(cycles);
}
int peforge_axi_take(void* self, std::uint8_t* tdata, std::uint32_t* last) {
    return of(self).take(tdata, last) ? 1 : 0;
}
void peforge_axi_stats(void* self, PeforgeAxiStats* stats) {
    *stats = of(self).stats();
}

}  // extern "C"
