// The C interface over the test vectors and the golden arrays. No exception leaves it.
//
// SPDX-License-Identifier: Apache-2.0
#include "verif/golden_c/peforge_golden.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <vector>

#include "verif/benches/vectors.hpp"

using namespace peforge;

struct PeforgeGolden {
    Design design;
    std::uint64_t seed = 0;
    std::vector<TestCase> tests;
    std::unique_ptr<const golden::SystolicArray> array;  ///< null: not a systolic array
    std::vector<Episode> loaded;
    std::vector<PeforgeEpisode> episodes;  ///< views into `loaded`
};

namespace {

PeforgeStreamBeats view(const StreamBeats& beats, std::uint32_t pause) {
    return {beats.words.data(), beats.beats(), static_cast<std::uint32_t>(beats.words_per_beat),
            pause};
}

PeforgeEpisode view(const Episode& e) {
    const Beats& beats = e.feed.beats;
    const StallProfile& stall = e.feed.stall;
    return {static_cast<std::uint32_t>(e.feed.start),
            e.feed.stop_after,
            e.feed.clear_at,
            e.feed.watchdog,
            view(beats.job, stall.job),
            view(beats.prm, stall.prm),
            view(beats.wgt, stall.wgt),
            view(beats.act, stall.act),
            view(beats.out, stall.out),
            e.feed.pause_seed,
            e.cycles,
            e.cycles_slack,
            e.saturations,
            e.nar,
            e.error ? 1U : 0U};
}

bool codes_fit(std::span<const std::uint8_t> codes, const golden::Format& format) {
    return std::all_of(codes.begin(), codes.end(),
                       [n = golden::code_count(format)](int code) { return code < n; });
}

bool column_fits(const golden::ColumnParams& column, const golden::SystolicParams& p) {
    const std::int64_t limit = std::int64_t{1} << (p.accumulator.width - 1);
    return column.bias >= -limit && column.bias < limit &&
           column.scale < std::uint64_t{1} << p.post.scale_bits &&
           column.shift < std::uint64_t{1} << p.post.shift_bits;
}

/// What fails here is a lack of memory: no vectors then.
template <class F>
auto guarded(F call, decltype(call()) on_error) noexcept {
    try {
        return call();
    } catch (...) {
        return on_error;
    }
}

}  // namespace

extern "C" {

PeforgeGolden* peforge_golden_open(const char* spec_json, int level, std::uint64_t seed,
                                   char* error, std::uint64_t error_size) {
    const auto fail = [&](const char* text) -> PeforgeGolden* {
        if (error != nullptr && error_size > 0) std::snprintf(error, error_size, "%s", text);
        return nullptr;
    };
    if (spec_json == nullptr) return fail("no spec");
    if (level < 1 || level > 4) return fail("the level is not 1 to 4");
    try {
        auto self = std::make_unique<PeforgeGolden>();
        self->design = resolve(parse_spec(spec_json, "spec"), "spec");
        self->seed = seed;
        self->tests = test_plan(self->design, level, seed);
        if (self->design.systolic) {
            self->array = std::make_unique<golden::SystolicArray>(*self->design.systolic);
        }
        return self.release();
    } catch (const std::exception& e) {
        return fail(e.what());
    } catch (...) {
        return fail("unknown error");
    }
}

void peforge_golden_close(PeforgeGolden* self) {
    delete self;
}

std::uint64_t peforge_golden_tests(const PeforgeGolden* self) {
    return self->tests.size();
}

const char* peforge_golden_test_name(const PeforgeGolden* self, std::uint64_t test) {
    return test < self->tests.size() ? self->tests[test].name.c_str() : nullptr;
}

std::uint64_t peforge_golden_load(PeforgeGolden* self, std::uint64_t test) {
    self->episodes.clear();
    if (test >= self->tests.size()) return 0;
    return guarded(
        [&]() -> std::uint64_t {
            self->loaded = test_vectors(self->design, self->tests[test], self->seed);
            for (const Episode& episode : self->loaded) self->episodes.push_back(view(episode));
            return self->episodes.size();
        },
        0);
}

const PeforgeEpisode* peforge_golden_episode(const PeforgeGolden* self, std::uint64_t episode) {
    return episode < self->episodes.size() ? &self->episodes[episode] : nullptr;
}

int peforge_golden_gemm(const PeforgeGolden* self, int m, int k, int n,
                        const std::uint8_t* activations, const std::uint8_t* weights,
                        const std::int64_t* bias, const std::uint32_t* scale,
                        const std::uint32_t* shift, int relu, std::uint8_t* out,
                        std::int64_t* accumulators) {
    if (!self->array || m < 1 || k < 1 || n < 1) return 1;
    const golden::SystolicParams& p = self->array->params();
    if (k > p.accumulator.max_k) return 1;
    const auto count = [](int a, int b) { return static_cast<std::size_t>(a) * b; };
    const std::span a(activations, count(m, k));
    const std::span w(weights, count(k, n));
    if (!codes_fit(a, p.datapath.activation) || !codes_fit(w, p.datapath.weight)) return 1;
    return guarded(
        [&] {
            std::vector<golden::ColumnParams> columns(static_cast<std::size_t>(n));
            for (int i = 0; i < n; ++i) {
                columns[i] = {bias != nullptr ? bias[i] : 0, scale[i], shift[i]};
                if (!column_fits(columns[i], p)) return 1;
            }
            if (accumulators != nullptr) {
                self->array->accumulate({m, k, n}, a, w, {accumulators, count(m, n)});
            }
            self->array->run({m, k, n}, a, w, columns, relu != 0, {out, count(m, n)});
            return 0;
        },
        1);
}

}  // extern "C"
