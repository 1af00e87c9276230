// Drives a Verilated array beat by beat; compiled once per design with its emitted binding.
//
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>

#include "Vdut.h"
#include "binding.hpp"
#include "rtl_abi.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif

namespace {

constexpr unsigned words(unsigned bits) {
    return (bits + 31) / 32;
}

constexpr unsigned kWgtWords = words(binding::kWgtBits);
constexpr unsigned kActWords = words(binding::kActBits);
constexpr unsigned kOutWords = words(binding::kOutBits);
constexpr unsigned kPrmWords = 4;

// Ports are integers up to 64 bits and word arrays above.
template <unsigned N, class T>
void put(T& port, const uint32_t* from) {
    if constexpr (!std::is_integral_v<T>) {
        std::memcpy(&port[0], from, N * sizeof(uint32_t));
    } else if constexpr (N == 2) {
        port = static_cast<T>(from[0] | (static_cast<uint64_t>(from[1]) << 32));
    } else {
        port = static_cast<T>(from[0]);
    }
}

template <unsigned N, class T>
void get(const T& port, uint32_t* to) {
    if constexpr (!std::is_integral_v<T>) {
        std::memcpy(to, &port[0], N * sizeof(uint32_t));
    } else {
        to[0] = static_cast<uint32_t>(port);
        if constexpr (N == 2) to[1] = static_cast<uint32_t>(static_cast<uint64_t>(port) >> 32);
    }
}

/// xorshift64*: portable, one stream per source, so that stalls do not depend on each other.
class Dice {
public:
    explicit Dice(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 0xD1B54A32D192ED03ULL) {}
    bool hit(uint32_t probability) {
        if (probability == 0) return false;
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return ((state_ * 0x2545F4914F6CDD1DULL) >> 56) < probability;
    }

private:
    uint64_t state_;
};

/// A stream into the array: once valid is up it stays until the beat is taken.
struct Source {
    uint64_t next = 0;
    uint64_t total = 0;
    uint32_t stall = 0;
    Dice dice{0};
    bool valid = false;
    bool load = true;  ///< the data port must be written

    bool offer() {
        if (!valid && next < total && !dice.hit(stall)) {
            valid = true;
            load = true;
        }
        return valid;
    }
    void taken() {
        ++next;
        valid = false;
    }
};

/// Netlists of mutation scoring have the input mutsel (verif/mutation); others run as they are.
template <class Dut>
auto select_mutant(Dut& dut, uint32_t mutant, int) -> decltype(dut.mutsel, void()) {
    dut.mutsel = mutant;
}
template <class Dut>
void select_mutant(Dut&, uint32_t, long) {}

/// Writes the ports of every clock cycle; see peforge_rtl_record.
class Recorder {
public:
    Recorder(const char* inputs_file, const char* outputs_file)
        : inputs_(std::fopen(inputs_file, "wb")), outputs_(std::fopen(outputs_file, "wb")) {}

    bool good() const {
        return inputs_ && outputs_ && !std::ferror(inputs_.get()) && !std::ferror(outputs_.get());
    }

    template <class Dut>
    void sample(Dut& dut) {
        const auto visitor = [this](const auto& port, unsigned bits) { append(port, bits); };
        binding::visit_inputs(dut, visitor);
        write(inputs_.get());
        binding::visit_outputs(dut, visitor);
        write(outputs_.get());
        ++cycles_;
    }

    uint64_t finish() {
        const bool flushed = std::fflush(inputs_.get()) == 0 && std::fflush(outputs_.get()) == 0;
        return flushed && good() ? cycles_ : UINT64_MAX;
    }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    template <class T>
    void append(const T& port, unsigned bits) {
        for (unsigned digit = (bits + 3) / 4; digit-- > 0;) {
            uint64_t word = 0;
            if constexpr (std::is_integral_v<T>) {
                word = static_cast<uint64_t>(port) >> (4 * digit);
            } else {
                word = port[digit / 8] >> (4 * (digit % 8));
            }
            line_.push_back("0123456789abcdef"[word & 15]);
        }
    }
    void write(std::FILE* file) {
        line_.push_back('\n');
        std::fwrite(line_.data(), 1, line_.size(), file);
        line_.clear();
    }

    std::unique_ptr<std::FILE, Close> inputs_;
    std::unique_ptr<std::FILE, Close> outputs_;
    std::string line_;
    uint64_t cycles_ = 0;
};

class Array {
public:
    Array(uint64_t seed, const char* waves, uint32_t mutant = 0) {
        context_.randReset(2);
        context_.randSeed(static_cast<int>(seed | 1));
        dut_ = std::make_unique<Vdut>(&context_);
#if VM_TRACE_FST
        if (waves != nullptr && *waves != 0) {
            context_.traceEverOn(true);
            dut_->trace(&trace_, 99);
            trace_.open(waves);
        }
#else
        (void)waves;
#endif
        select_mutant(*dut_, mutant, 0);
        reset();
    }
    ~Array() {
#if VM_TRACE_FST
        trace_.close();
#endif
        dut_->final();
    }
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;

    bool record(const char* inputs_file, const char* outputs_file) {
        recorder_ = std::make_unique<Recorder>(inputs_file, outputs_file);
        if (!recorder_->good()) {
            recorder_.reset();
            return false;
        }
        reset();
        return true;
    }
    uint64_t recorded() {
        return recorder_ ? recorder_->finish() : 0;
    }

    int run(const PeforgeRtlRun& r, const PeforgeRtlStall& stall, uint64_t watchdog,
            PeforgeRtlStats& stats) {
        stats = {};
        uint64_t rows = 0;
        uint64_t tiles = 0;
        uint64_t beats = 0;
        for (uint64_t j = 0; j < r.n_jobs; ++j) {
            rows += r.jobs[j].m;
            tiles += r.jobs[j].tiles;
            beats += static_cast<uint64_t>(r.jobs[j].m) * r.jobs[j].tiles;
        }
        const uint64_t seed = stall.seed * 8;
        Source job{0, r.n_jobs, stall.job, Dice(seed + 1)};
        Source prm{0, r.n_jobs * binding::kCols, stall.prm, Dice(seed + 2)};
        Source wgt{0, tiles * binding::kTileBeats, stall.wgt, Dice(seed + 3)};
        Source act{0, beats, stall.act, Dice(seed + 4)};
        Dice sink(seed + 5);

        dut_->clear_i = 1;
        idle();
        clock();
        dut_->clear_i = 0;

        // Where the next weight and activation beat stand in their tile, for the last flags.
        uint32_t wgt_beat = 0;
        uint64_t act_job = 0;
        uint32_t act_row = 0;
        uint32_t act_tile = 0;
        uint64_t out_job = 0;
        uint32_t out_row = 0;
        uint64_t out = 0;
        bool held = false;
        uint32_t held_data[kOutWords] = {};
        uint32_t held_last = 0;
        uint64_t quiet = 0;
        uint64_t under_way = 0;  // jobs taken and not yet put out whole
        uint64_t cycle = 0;
        while (out < rows || job.next < job.total) {
            dut_->job_valid_i = job.offer();
            if (job.load && job.valid) {
                dut_->job_m_i = r.jobs[job.next].m;
                dut_->job_tiles_i = r.jobs[job.next].tiles;
                binding::set_relu(*dut_, r.jobs[job.next].relu);
                job.load = false;
            }
            dut_->prm_valid_i = prm.offer();
            if (prm.load && prm.valid) {
                const uint32_t* p = r.prm + prm.next * kPrmWords;
                binding::set_bias(*dut_, p[0] | (static_cast<uint64_t>(p[1]) << 32));
                dut_->prm_scale_i = p[2];
                dut_->prm_shift_i = static_cast<uint8_t>(p[3]);
                prm.load = false;
            }
            dut_->wgt_valid_i = wgt.offer();
            if (wgt.load && wgt.valid) {
                put<kWgtWords>(dut_->wgt_data_i, r.wgt + wgt.next * kWgtWords);
                dut_->wgt_last_i = wgt_beat + 1 == binding::kTileBeats;
                wgt.load = false;
            }
            dut_->act_valid_i = act.offer();
            if (act.load && act.valid) {
                put<kActWords>(dut_->act_data_i, r.act + act.next * kActWords);
                dut_->act_last_i = act_row + 1 == r.jobs[act_job].m;
                act.load = false;
            }
            dut_->out_ready_i = !sink.hit(stall.out);

            dut_->clk_i = 0;
            dut_->eval();
            dump();
            sample();
            // Handshakes are decided before the edge.
            const bool job_fire = job.valid && dut_->job_ready_o;
            const bool prm_fire = prm.valid && dut_->prm_ready_o;
            const bool wgt_fire = wgt.valid && dut_->wgt_ready_o;
            const bool act_fire = act.valid && dut_->act_ready_o;
            const bool out_valid = dut_->out_valid_o;
            const bool out_fire = out_valid && dut_->out_ready_i;
            if ((dut_->busy_o != 0) != (under_way != 0)) ++stats.protocol_errors;
            if (job_fire) ++under_way;
            if (out_fire && dut_->out_last_o && under_way != 0) --under_way;
            if (held || out_valid) {
                uint32_t data[kOutWords];
                get<kOutWords>(dut_->out_data_o, data);
                const uint32_t last = dut_->out_last_o;
                if (held && (!out_valid || last != held_last ||
                             std::memcmp(data, held_data, sizeof(data)) != 0)) {
                    ++stats.protocol_errors;
                }
                held = out_valid && !out_fire;
                held_last = last;
                std::memcpy(held_data, data, sizeof(data));
                if (out_fire && out < rows) {
                    std::memcpy(r.out + out * kOutWords, data, sizeof(data));
                    if (r.out_cycle != nullptr) r.out_cycle[out] = cycle;
                    const bool end = ++out_row == r.jobs[out_job].m;
                    if (end != (last != 0)) ++stats.protocol_errors;
                    if (end) {
                        out_row = 0;
                        ++out_job;
                    }
                    ++out;
                } else if (out_fire) {
                    ++stats.protocol_errors;  // a beat nobody asked for
                }
            }
            dut_->clk_i = 1;
            dut_->eval();
            dump();

            if (job_fire) job.taken();
            if (prm_fire) prm.taken();
            if (wgt_fire) {
                wgt.taken();
                if (++wgt_beat == binding::kTileBeats) wgt_beat = 0;
            }
            if (act_fire) {
                act.taken();
                if (++act_row == r.jobs[act_job].m) {
                    act_row = 0;
                    if (++act_tile == r.jobs[act_job].tiles) {
                        act_tile = 0;
                        ++act_job;
                    }
                }
            }
            ++cycle;
            quiet = (job_fire || prm_fire || wgt_fire || act_fire || out_fire) ? 0 : quiet + 1;
            if (quiet > watchdog) {
                stats.sim_cycles = cycle;
                stats.out_beats = out;
                return 1;
            }
        }
        idle();
        for (int i = 0; i < 4; ++i) {
            clock();
            if (dut_->out_valid_o || dut_->busy_o) ++stats.protocol_errors;
        }
        stats.cycles = dut_->cycles_o;
        stats.sim_cycles = cycle;
        stats.saturations = dut_->saturations_o;
        stats.nar = dut_->nar_count_o;
        if (dut_->error_o) ++stats.protocol_errors;
        if ((dut_->nar_count_o != 0) != (dut_->nar_o != 0)) ++stats.protocol_errors;
        stats.out_beats = out;
        return 0;
    }

private:
    void idle() {
        dut_->job_valid_i = 0;
        dut_->prm_valid_i = 0;
        dut_->wgt_valid_i = 0;
        dut_->act_valid_i = 0;
        dut_->out_ready_i = 1;
    }
    void reset() {
        dut_->rst_ni = 0;
        dut_->clear_i = 0;
        idle();
        for (int i = 0; i < 4; ++i) clock();
        dut_->rst_ni = 1;
    }
    void clock() {
        dut_->clk_i = 0;
        dut_->eval();
        dump();
        sample();
        dut_->clk_i = 1;
        dut_->eval();
        dump();
    }
    void sample() {
        if (recorder_) recorder_->sample(*dut_);
    }
    void dump() {
#if VM_TRACE_FST
        trace_.dump(time_++);
#endif
    }

    VerilatedContext context_;
    std::unique_ptr<Vdut> dut_;
    std::unique_ptr<Recorder> recorder_;
#if VM_TRACE_FST
    VerilatedFstC trace_;
    uint64_t time_ = 0;
#endif
};

}  // namespace

extern "C" {

void* peforge_rtl_open(uint64_t seed, const char* waves_file) {
    return new Array(seed, waves_file);
}

void* peforge_rtl_open_mutant(uint64_t seed, uint32_t mutant) {
    return new Array(seed, nullptr, mutant);
}

int peforge_rtl_run(void* self, const PeforgeRtlRun* run, const PeforgeRtlStall* stall,
                    uint64_t watchdog, PeforgeRtlStats* stats) {
    return static_cast<Array*>(self)->run(*run, *stall, watchdog, *stats);
}

int peforge_rtl_record(void* self, const char* inputs_file, const char* outputs_file) {
    return static_cast<Array*>(self)->record(inputs_file, outputs_file) ? 0 : 1;
}

uint64_t peforge_rtl_recorded(void* self) {
    return static_cast<Array*>(self)->recorded();
}

void peforge_rtl_close(void* self) {
    delete static_cast<Array*>(self);
}

}  // extern "C"
