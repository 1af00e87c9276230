/* The golden model and the test vectors of a spec, for harnesses in other languages: a shared
 * library, libpeforge_golden.so, without C++ in its interface. The emitted cocotb tests use it by
 * ctypes.
 *
 * Beats of a stream are arrays of 32-bit words: the payload ports in the top's order (testplan.json
 * lists them), each least significant word first and padded to whole words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

#define PEFORGE_GOLDEN_VERSION 1

typedef struct {
    const uint32_t* words;
    uint64_t beats;
    uint32_t words_per_beat;
    uint32_t pause; /* probability in 1/256 that the source pauses (out: sink is not ready) */
} PeforgeStreamBeats;

/* A stretch of a test; a test is one or several of them on one simulation. What the harness does in
 * each is in docs/cocotb.md. */
typedef struct {
    uint32_t start;          /* 0 go on, 1 pulse clear_i for a cycle, 2 reset for 4 cycles */
    uint64_t stop_after;     /* break off after so many cycles; 0 = until all beats passed */
    uint64_t clear_at;       /* pulse clear_i behind that many cycles; 0 = never */
    uint64_t watchdog;       /* fail when no beat passes for so many cycles */
    PeforgeStreamBeats job, prm, wgt, act;
    PeforgeStreamBeats out;  /* expected beats; a broken-off episode may bring only the first ones */
    uint64_t pause_seed;     /* stream i of job, prm, wgt, act, out draws from SplitMix64(seed + i) */
    /* Expected at the end, as increments over the start unless it cleared or reset them; with
     * clear_at these are upper bounds. */
    uint64_t cycles;         /* of cycles_o when nothing pauses and the slack is 0 */
    uint64_t cycles_slack;   /* else at most cycles + this + one for each pause */
    uint64_t saturations;
    uint64_t nar;
    uint32_t error; /* error_o, absolute */
} PeforgeEpisode;

typedef struct PeforgeGolden PeforgeGolden;

/* Reads a spec (JSON text) and makes its test plan. On failure returns NULL and writes one line into
 * `error` (at most `error_size` bytes, terminated). */
PeforgeGolden* peforge_golden_open(const char* spec_json, int level, uint64_t seed, char* error,
                                   uint64_t error_size);
void peforge_golden_close(PeforgeGolden* self);

/* Tests of the plan, in its order; names live as long as `self`. */
uint64_t peforge_golden_tests(const PeforgeGolden* self);
const char* peforge_golden_test_name(const PeforgeGolden* self, uint64_t test);

/* Makes the vectors of a test and returns its number of episodes; 0 for a test that is not there, or
 * when memory is short. The episodes and what they point to live until the next call. */
uint64_t peforge_golden_load(PeforgeGolden* self, uint64_t test);
const PeforgeEpisode* peforge_golden_episode(const PeforgeGolden* self, uint64_t episode);

/* One GEMM on a systolic array, for tests of your own: activations m x k codes, weights k x n codes,
 * row-major; bias (may be NULL), scale, shift: n each; out: m x n codes. accumulators (m x n, may be
 * NULL) receives the sums. Returns 0, or 1 for an array that is not systolic, an empty shape, a k
 * above max_k, or a code, bias, scale or shift that its port cannot hold. */
int peforge_golden_gemm(const PeforgeGolden* self, int m, int k, int n, const uint8_t* activations,
                        const uint8_t* weights, const int64_t* bias, const uint32_t* scale,
                        const uint32_t* shift, int relu, uint8_t* out, int64_t* accumulators);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
