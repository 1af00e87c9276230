// The same drive and check as verif/model/rtl_driver.cpp, written as one loop without the harness:
// what the harness's overhead is measured against. Same interface, same cycles.
//
// SPDX-License-Identifier: Apache-2.0
#include "Vdut.h"
//
#include <array>
#include <cstring>
#include <memory>
#include <type_traits>

#include "binding.hpp"
#include "coco/rng.hpp"
#include "rtl_abi.h"

namespace {

// Ports are integers up to 64 bits and word arrays above.
template <class T>
const std::uint32_t* put(T& port, const std::uint32_t* from) {
    constexpr std::size_t kWords = (sizeof(T) + 3) / 4;
    if constexpr (!std::is_integral_v<T>) {
        std::memcpy(&port[0], from, sizeof(T));
    } else if constexpr (kWords == 2) {
        port = static_cast<T>(from[0] | (static_cast<std::uint64_t>(from[1]) << 32));
    } else {
        port = static_cast<T>(from[0]);
    }
    return from + kWords;
}

template <class T>
void get(const T& port, std::uint32_t* to) {
    if constexpr (!std::is_integral_v<T>) {
        std::memcpy(to, &port[0], sizeof(T));
    } else {
        to[0] = static_cast<std::uint32_t>(port);
        if constexpr (sizeof(T) == 8) to[1] = static_cast<std::uint32_t>(port >> 32);
    }
}

/// A stream into the array: once valid is up it stays until the beat is taken.
struct Source {
    const PeforgeRtlSource& beats;
    std::size_t words;
    peforge::coco::Rng rng;
    std::uint64_t next = 0;
    bool valid = false;

    bool done() const { return next == beats.beats; }
    /// Decides what stands on the port in the next cycle; true: a new beat.
    bool offer(std::uint64_t& pauses) {
        if (valid || done()) return false;
        if (beats.pause != 0 && rng.bits(8) < beats.pause) {
            ++pauses;
            return false;
        }
        return valid = true;
    }
    const std::uint32_t* data() const { return beats.words + next * words; }
    void taken() {
        ++next;
        valid = false;
    }
};

class Array {
public:
    explicit Array(std::uint64_t seed) {
        context_.randReset(2);
        context_.randSeed(static_cast<int>(seed % 0x7FFFFFFEU) + 1);
        top_ = std::make_unique<Vdut>(&context_);
    }
    ~Array() { top_->final(); }
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;

    int run(const PeforgeRtlRun& r, PeforgeRtlStats& stats) {
        stats = {};
        Vdut& t = *top_;
        Source job{r.job, job_words(t), peforge::coco::Rng(r.pause_seed)};
        Source prm{r.prm, prm_words(t), peforge::coco::Rng(r.pause_seed + 1)};
        Source wgt{r.wgt, words(t.wgt_data_i) + 1, peforge::coco::Rng(r.pause_seed + 2)};
        Source act{r.act, words(t.act_data_i) + 1, peforge::coco::Rng(r.pause_seed + 3)};
        peforge::coco::Rng sink(r.pause_seed + 4);
        const std::size_t out_words = words(t.out_data_o) + 1;

        idle();
        t.clear_i = r.start == PEFORGE_RTL_CLEAR;
        t.rst_ni = r.start != PEFORGE_RTL_RESET;
        for (int i = r.start == PEFORGE_RTL_RESET ? 4 : t.clear_i; i > 0; --i) clock();
        t.clear_i = 0;
        t.rst_ni = 1;

        std::array<std::uint32_t, sizeof(t.out_data_o) / 4 + 2> data{};
        std::array<std::uint32_t, sizeof(t.out_data_o) / 4 + 2> held{};
        bool holding = false;
        std::uint64_t quiet = 0;
        std::uint64_t under_way = 0;
        std::uint32_t counted = r.start == PEFORGE_RTL_GO_ON ? t.cycles_o : 0;
        int after = -1;  // cycles left behind the last beat
        for (;;) {
            t.clk_i = 0;
            t.eval();
            const bool job_fire = t.job_valid_i && t.job_ready_o;
            const bool prm_fire = t.prm_valid_i && t.prm_ready_o;
            const bool wgt_fire = t.wgt_valid_i && t.wgt_ready_o;
            const bool act_fire = t.act_valid_i && t.act_ready_o;
            const bool out_fire = t.out_valid_o && t.out_ready_i;
            ++quiet;
            if (job_fire || prm_fire || wgt_fire || act_fire) quiet = 0;
            stats.protocol_errors += (t.busy_o != 0) != (under_way != 0);
            stats.protocol_errors += t.cycles_o != counted;
            stats.protocol_errors += (t.nar_count_o != 0) != (t.nar_o != 0);
            counted = t.clear_i ? 0 : counted + t.busy_o;
            if (t.out_valid_o || holding) {
                get(t.out_data_o, data.data());
                data[out_words - 1] = t.out_last_o;
                if (holding) stats.protocol_errors += !t.out_valid_o || data != held;
                holding = t.out_valid_o && !out_fire;
                held = data;
                if (out_fire && stats.out_beats == r.out_beats) {
                    ++stats.protocol_errors;
                } else if (out_fire) {
                    std::memcpy(r.out + stats.out_beats * out_words, data.data(), out_words * 4);
                    quiet = 0;
                    if (r.out_cycle != nullptr) r.out_cycle[stats.out_beats] = stats.sim_cycles;
                    ++stats.out_beats;
                }
            }
            if (job_fire && t.job_m_i != 0 && t.job_m_i <= binding::kRowsM && t.job_tiles_i != 0) {
                ++under_way;
            }
            if (out_fire && t.out_last_o) --under_way;
            ++stats.sim_cycles;

            t.clk_i = 1;
            t.eval();
            if (job_fire) job.taken();
            if (prm_fire) prm.taken();
            if (wgt_fire) wgt.taken();
            if (act_fire) act.taken();
            if (quiet > r.watchdog) break;
            t.clear_i = 0;
            if (after >= 0) {
                if (--after == 0) break;
                continue;
            }
            if (r.stop_after != 0 && stats.sim_cycles == r.stop_after) break;
            if (r.stop_after == 0 && job.done() && prm.done() && wgt.done() && act.done() &&
                stats.out_beats == r.out_beats) {
                idle();
                after = 4;
                continue;
            }
            t.clear_i = r.clear_at != 0 && stats.sim_cycles == r.clear_at;
            if (job.offer(stats.pauses)) put_job(t, job.data());
            t.job_valid_i = job.valid;
            if (prm.offer(stats.pauses)) put_prm(t, prm.data());
            t.prm_valid_i = prm.valid;
            if (wgt.offer(stats.pauses)) t.wgt_last_i = *put(t.wgt_data_i, wgt.data());
            t.wgt_valid_i = wgt.valid;
            if (act.offer(stats.pauses)) t.act_last_i = *put(t.act_data_i, act.data());
            t.act_valid_i = act.valid;
            if (r.out_pause != 0) {
                const bool pause = sink.bits(8) < r.out_pause;
                stats.pauses += pause;
                t.out_ready_i = !pause;
            }
        }
        stats.cycles = t.cycles_o;
        stats.saturations = t.saturations_o;
        stats.nar = t.nar_count_o;
        stats.error = t.error_o;
        return quiet > r.watchdog ? 1 : 0;
    }

private:
    template <class T>
    static std::size_t words(const T&) {
        return (sizeof(T) + 3) / 4;
    }
    // The ReLU bit and the bias are options of the spec.
    template <class Top>
    static std::size_t job_words(const Top& t) {
        std::size_t n = words(t.job_m_i) + words(t.job_tiles_i);
        if constexpr (requires { t.job_relu_i; }) ++n;
        return n;
    }
    template <class Top>
    static std::size_t prm_words(const Top& t) {
        std::size_t n = words(t.prm_scale_i) + words(t.prm_shift_i);
        if constexpr (requires { t.prm_bias_i; }) n += words(t.prm_bias_i);
        return n;
    }
    template <class Top>
    static void put_job(Top& t, const std::uint32_t* from) {
        from = put(t.job_tiles_i, put(t.job_m_i, from));
        if constexpr (requires { t.job_relu_i; }) put(t.job_relu_i, from);
    }
    template <class Top>
    static void put_prm(Top& t, const std::uint32_t* from) {
        if constexpr (requires { t.prm_bias_i; }) from = put(t.prm_bias_i, from);
        put(t.prm_shift_i, put(t.prm_scale_i, from));
    }

    void idle() {
        top_->job_valid_i = 0;
        top_->prm_valid_i = 0;
        top_->wgt_valid_i = 0;
        top_->act_valid_i = 0;
        top_->out_ready_i = 1;
    }
    void clock() {
        top_->clk_i = 0;
        top_->eval();
        top_->clk_i = 1;
        top_->eval();
    }

    VerilatedContext context_;
    std::unique_ptr<Vdut> top_;
};

}  // namespace

extern "C" {

void* peforge_rtl_open(std::uint64_t seed, const char*, std::uint32_t) {
    return new Array(seed);
}
int peforge_rtl_run(void* self, const PeforgeRtlRun* run, PeforgeRtlStats* stats) {
    return static_cast<Array*>(self)->run(*run, *stats);
}
int peforge_rtl_record(void*, const char*, const char*) {
    return 1;
}
std::uint64_t peforge_rtl_recorded(void*) {
    return 0;
}
void peforge_rtl_coverage(void*, const char*) {}
void peforge_rtl_close(void* self) {
    delete static_cast<Array*>(self);
}

}  // extern "C"
