// Drives a Verilated array through its streams, as coroutines on the harness; compiled once per
// design with its emitted binding. docs/cocotb.md describes an episode cycle by cycle.
//
// SPDX-License-Identifier: Apache-2.0
#include "Vdut.h"
//
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "binding.hpp"
#include "coco/coco.hpp"
#include "rtl_abi.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

namespace {

using namespace peforge::coco;

/// Netlists of mutation scoring have the input mutsel (verif/mutation); others run as they are.
template <class Top>
auto select_mutant(Top& top, std::uint32_t mutant, int) -> decltype(top.mutsel, void()) {
    top.mutsel = mutant;
}
template <class Top>
void select_mutant(Top&, std::uint32_t, long) {}

/// The array, with simulated time that goes on from run to run.
struct Dut : binding::Dut<Vdut> {
    using binding::Dut<Vdut>::Dut;
    void dump(std::uint64_t time) { VerilatedDut::dump(time_base + time); }
    std::uint64_t time_base = 0;
};

constexpr std::size_t words_of(unsigned bits) {
    return (bits + 31) / 32;
}

/// The payload ports of a stream as one value: their words one behind the other.
template <class... Sigs>
class Payload {
public:
    using Value = const std::uint32_t*;

    explicit Payload(std::tuple<Sigs&...> ports) : ports_(ports) {
        words_ = std::apply([](auto&... port) { return (words_of(port.width()) + ...); }, ports_);
    }
    std::size_t words() const { return words_; }
    void set(Value words) {
        each([&words](auto& port, std::size_t n) {
            port.set_words({words, n});
            words += n;
        });
    }
    void get(std::uint32_t* words) const {
        each([&words](auto& port, std::size_t n) {
            port.get_words({words, n});
            words += n;
        });
    }

private:
    template <class F>
    void each(F f) const {
        std::apply([&f](auto&... port) { (f(port, words_of(port.width())), ...); }, ports_);
    }

    std::tuple<Sigs&...> ports_;
    std::size_t words_ = 0;
};

/// Writes the ports of every clock cycle; see PeforgeRtlRecord.
class Recorder {
public:
    Recorder(const char* inputs_file, const char* outputs_file)
        : inputs_(std::fopen(inputs_file, "wb")), outputs_(std::fopen(outputs_file, "wb")) {}

    bool good() const {
        return inputs_ && outputs_ && !std::ferror(inputs_.get()) && !std::ferror(outputs_.get());
    }
    void sample(Dut& dut) {
        write(inputs_.get(), dut.inputs());
        write(outputs_.get(), dut.outputs());
        ++cycles_;
    }
    std::uint64_t finish() {
        const bool flushed = std::fflush(inputs_.get()) == 0 && std::fflush(outputs_.get()) == 0;
        return flushed && good() ? cycles_ : UINT64_MAX;
    }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    template <class... Sigs>
    void write(std::FILE* file, std::tuple<Sigs&...> ports) {
        std::apply([this](auto&... port) { (append(port), ...); }, ports);
        line_.push_back('\n');
        std::fwrite(line_.data(), 1, line_.size(), file);
        line_.clear();
    }
    template <class Port>
    void append(const Sig<Port>& port) {
        const auto value = port.get();
        for (unsigned digit = (port.width() + 3) / 4; digit-- > 0;) {
            unsigned nibble = 0;
            if constexpr (NarrowPort<Port>) {
                nibble = static_cast<unsigned>(static_cast<std::uint64_t>(value) >> (4 * digit));
            } else {
                nibble = value[digit / 8] >> (4 * (digit % 8));
            }
            line_.push_back("0123456789abcdef"[nibble & 15]);
        }
    }

    std::unique_ptr<std::FILE, Close> inputs_;
    std::unique_ptr<std::FILE, Close> outputs_;
    std::string line_;
    std::uint64_t cycles_ = 0;
};

/// Pauses with a probability in 1/256, and counts the pauses.
PauseGenerator pause(std::uint64_t seed, std::uint32_t probability, std::uint64_t& count) {
    if (probability == 0) return nullptr;
    return [rng = Rng(seed), probability, &count]() mutable {
        const bool hit = rng.bits(8) < probability;
        count += hit ? 1 : 0;
        return hit;
    };
}

/// Feeds one stream's beats; they begin at the next rising edge.
template <class... Sigs>
class Source {
public:
    Source(Handshake bus, std::tuple<Sigs&...> ports, const PeforgeRtlSource& beats,
           PauseGenerator pause)
        : payload_(ports), source_(bus, payload_) {
        source_.set_pause_generator(std::move(pause));
        for (std::uint64_t i = 0; i < beats.beats; ++i) {
            source_.append(beats.words + i * payload_.words());
        }
    }

private:
    Payload<Sigs...> payload_;
    ValidReadySource<Payload<Sigs...>> source_;
};

/// Drives ready.
Task<> sink(Dut& dut, PauseGenerator pause) {
    for (;;) {
        co_await RisingEdge(dut.clk_i);
        dut.out_ready_i.set(pause() ? 0 : 1);
    }
}

/// One episode: its main coroutine watches every cycle, beside the sources and the sink.
class Episode {
public:
    Episode(Dut& dut, const PeforgeRtlRun& run, Recorder* recorder, PeforgeRtlStats& stats)
        : dut_(dut), run_(run), recorder_(recorder), stats_(stats) {}

    /// False when the watchdog ended it.
    bool moved() const { return quiet_ <= run_.watchdog; }

    Task<> run() {
        Clock(dut_.clk_i, 10, "ns").start();
        idle();
        dut_.clear_i.set(run_.start == PEFORGE_RTL_CLEAR ? 1 : 0);
        dut_.set_reset(run_.start == PEFORGE_RTL_RESET);
        if (run_.start == PEFORGE_RTL_RESET) dut_.forget_jobs();
        const int before = run_.start == PEFORGE_RTL_RESET ? 4 : run_.start == PEFORGE_RTL_CLEAR;
        for (int i = 0; i < before; ++i) {
            co_await RisingEdge(dut_.clk_i);
            record();
        }
        dut_.clear_i.set(0);
        dut_.set_reset(false);
        {
            const auto generator = [this](std::uint64_t stream, std::uint32_t probability) {
                return pause(run_.pause_seed + stream, probability, stats_.pauses);
            };
            const Source job({dut_.clk_i, dut_.job_valid_i, dut_.job_ready_o}, dut_.job(), run_.job,
                             generator(0, run_.job.pause));
            const Source prm({dut_.clk_i, dut_.prm_valid_i, dut_.prm_ready_o}, dut_.prm(), run_.prm,
                             generator(1, run_.prm.pause));
            const Source wgt({dut_.clk_i, dut_.wgt_valid_i, dut_.wgt_ready_o}, dut_.wgt(), run_.wgt,
                             generator(2, run_.wgt.pause));
            const Source act({dut_.clk_i, dut_.act_valid_i, dut_.act_ready_o}, dut_.act(), run_.act,
                             generator(3, run_.act.pause));
            std::optional<OwnTask> out;
            if (run_.out_pause != 0) out.emplace(sink(dut_, generator(4, run_.out_pause)));
            do {
                co_await RisingEdge(dut_.clk_i);
                watch();
                if (run_.clear_at != 0) {
                    dut_.clear_i.set(stats_.sim_cycles == run_.clear_at ? 1 : 0);
                }
            } while (!ended());
            dut_.clear_i.set(0);
        }
        if (moved() && run_.stop_after == 0) {
            idle();
            for (int i = 0; i < 4; ++i) {
                co_await RisingEdge(dut_.clk_i);
                watch();
            }
        }
        stats_.cycles = dut_.cycles_o.get();
        stats_.saturations = dut_.saturations_o.get();
        stats_.nar = dut_.nar_count_o.get();
        stats_.error = dut_.error_o.get();
    }

private:
    enum StreamIndex { kJob, kPrm, kWgt, kAct, kOut, kStreams };

    void idle() {
        for (BitSig* valid :
             {&dut_.job_valid_i, &dut_.prm_valid_i, &dut_.wgt_valid_i, &dut_.act_valid_i}) {
            valid->set(0);
        }
        dut_.out_ready_i.set(1);
    }
    void record() {
        if (recorder_ != nullptr) recorder_->sample(dut_);
    }
    void expect(bool good) { stats_.protocol_errors += good ? 0 : 1; }

    bool ended() const {
        if (quiet_ > run_.watchdog) return true;
        if (run_.stop_after != 0) return stats_.sim_cycles == run_.stop_after;
        return left_[kOut] == 0 && left_[kJob] == 0 && left_[kPrm] == 0 && left_[kWgt] == 0 &&
               left_[kAct] == 0;
    }

    /// A cycle's ports, as they stand before the rising edge.
    void watch() {
        record();
        const std::array<bool, kStreams> fires = {
            dut_.job_valid_i.get() != 0 && dut_.job_ready_o.get() != 0,
            dut_.prm_valid_i.get() != 0 && dut_.prm_ready_o.get() != 0,
            dut_.wgt_valid_i.get() != 0 && dut_.wgt_ready_o.get() != 0,
            dut_.act_valid_i.get() != 0 && dut_.act_ready_o.get() != 0,
            dut_.out_valid_o.get() != 0 && dut_.out_ready_i.get() != 0};
        ++quiet_;
        for (int i = 0; i < kOut; ++i) {
            left_[i] -= fires[i] ? 1 : 0;
            if (fires[i]) quiet_ = 0;
        }
        watch_status();
        if (dut_.out_valid_o.get() != 0 || held_) watch_output(fires[kOut]);
        if (fires[kJob] && dut_.good_job()) ++under_way_;
        if (fires[kOut] && dut_.out_last_o.get() != 0) --under_way_;
        ++stats_.sim_cycles;
    }

    /// The counter of cycles counts those of work, and the flags agree with the counters.
    void watch_status() {
        const bool busy = dut_.busy_o.get() != 0;
        const std::uint32_t cycles = dut_.cycles_o.get();
        if (stats_.sim_cycles == 0) counted_ = run_.start == PEFORGE_RTL_GO_ON ? cycles : 0;
        expect(busy == (under_way_ != 0));
        expect(cycles == counted_);
        expect((dut_.nar_count_o.get() != 0) == (dut_.nar_o.get() != 0));
        counted_ = dut_.clear_i.get() != 0 ? 0 : counted_ + (busy ? 1 : 0);
    }

    void watch_output(bool fire) {
        std::array<std::uint32_t, kMaxOutWords> now{};
        out_.get(now.data());
        if (held_) expect(dut_.out_valid_o.get() != 0 && now == held_words_);
        held_ = dut_.out_valid_o.get() != 0 && !fire;
        held_words_ = now;
        if (!fire) return;
        // Beats that nobody asked for are no progress: an array that never stops is given up too.
        if (left_[kOut] == 0) {
            expect(false);
            return;
        }
        quiet_ = 0;
        std::memcpy(run_.out + stats_.out_beats * out_.words(), now.data(),
                    out_.words() * sizeof(std::uint32_t));
        if (run_.out_cycle != nullptr) run_.out_cycle[stats_.out_beats] = stats_.sim_cycles;
        ++stats_.out_beats;
        --left_[kOut];
    }

    static constexpr std::size_t kMaxOutWords =
        sizeof(std::declval<Vdut>().out_data_o) / sizeof(std::uint32_t) + 2;

    Dut& dut_;
    const PeforgeRtlRun& run_;
    Recorder* recorder_;
    PeforgeRtlStats& stats_;
    decltype(Payload(std::declval<Dut&>().out())) out_{dut_.out()};
    std::array<std::uint64_t, kStreams> left_ = {run_.job.beats, run_.prm.beats, run_.wgt.beats,
                                                 run_.act.beats, run_.out_beats};
    std::uint64_t quiet_ = 0;      ///< cycles since a beat passed
    std::uint64_t under_way_ = 0;  ///< jobs started and not yet put out whole
    std::uint32_t counted_ = 0;    ///< what cycles_o must show
    bool held_ = false;            ///< an output beat was shown and not taken
    std::array<std::uint32_t, kMaxOutWords> held_words_{};
};

/// One simulation. It starts in an unknown state: the first run has to reset it.
class Array {
public:
    Array(std::uint64_t seed, const char* waves, std::uint32_t mutant)
        : dut_(seed, waves != nullptr && *waves != 0) {
#if VM_COVERAGE
        dut_.context().coveragep()->forcePerInstance(true);
#endif
        select_mutant(dut_.verilated(), mutant, 0);
        if (waves != nullptr && *waves != 0) dumping_ = dut_.open_waves(waves);
    }

    int run(const PeforgeRtlRun& request, PeforgeRtlStats& stats) {
        stats = {};
        Scheduler scheduler;
        scheduler.attach(dut_);
        scheduler.enable_dump(dumping_);
        Episode episode(dut_, request, recorder_.get(), stats);
        const TaskHandle<> main = start_soon(episode.run());
        scheduler.run(main.state());
        dut_.time_base += scheduler.now() + 1;
        return episode.moved() ? 0 : 1;
    }
    bool record(const char* inputs_file, const char* outputs_file) {
        recorder_ = std::make_unique<Recorder>(inputs_file, outputs_file);
        if (!recorder_->good()) recorder_.reset();
        return recorder_ != nullptr;
    }
    std::uint64_t recorded() {
        return recorder_ ? recorder_->finish() : 0;
    }
    void coverage([[maybe_unused]] const char* file) {
#if VM_COVERAGE
        dut_.context().coveragep()->write(file);
#endif
    }

private:
    Dut dut_;
    std::unique_ptr<Recorder> recorder_;
    bool dumping_ = false;
};

}  // namespace

extern "C" {

void* peforge_rtl_open(std::uint64_t seed, const char* waves_file, std::uint32_t mutant) {
    return new Array(seed, waves_file, mutant);
}

int peforge_rtl_run(void* self, const PeforgeRtlRun* run, PeforgeRtlStats* stats) {
    return static_cast<Array*>(self)->run(*run, *stats);
}

int peforge_rtl_record(void* self, const char* inputs_file, const char* outputs_file) {
    return static_cast<Array*>(self)->record(inputs_file, outputs_file) ? 0 : 1;
}

std::uint64_t peforge_rtl_recorded(void* self) {
    return static_cast<Array*>(self)->recorded();
}

void peforge_rtl_coverage(void* self, const char* file) {
    static_cast<Array*>(self)->coverage(file);
}

void peforge_rtl_close(void* self) {
    delete static_cast<Array*>(self);
}

}  // extern "C"
