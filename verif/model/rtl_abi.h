/* C interface of a Verilated array: one shared library per design, built from the emitted RTL, the
 * emitted port binding and verif/model/rtl_driver.cpp. Beats are arrays of 32-bit words, least
 * significant first, each beat padded to whole words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint32_t m;     /* rows of activations */
    uint32_t tiles; /* K tiles or subspaces */
    uint32_t relu;  /* 0 or 1 */
} PeforgeRtlJob;

/* Probabilities in 1/256 that a source idles or the sink is not ready in a cycle; 0 = never. */
typedef struct {
    uint32_t job, prm, wgt, act, out;
    uint64_t seed;
} PeforgeRtlStall;

typedef struct {
    uint64_t cycles;      /* the core's own counter over this run */
    uint64_t sim_cycles;  /* clock cycles simulated */
    uint64_t saturations; /* the core's counters over this run */
    uint64_t nar;
    uint64_t protocol_errors; /* last in the wrong place, data not stable while stalled */
    uint64_t out_beats;
} PeforgeRtlStats;

/* Beats of every stream for a list of jobs, in order. */
typedef struct {
    const PeforgeRtlJob* jobs;
    uint64_t n_jobs;
    const uint32_t*
        prm; /* cols beats per job: bias (sign-extended 64 bit), scale, shift: 4 words */
    const uint32_t* wgt; /* tile_beats per tile */
    const uint32_t* act; /* m beats per tile */
    uint32_t* out;       /* m beats per job */
    uint64_t* out_cycle; /* optional: cycle of each output beat, or NULL */
} PeforgeRtlRun;

/* Returns 0, or 1 when nothing moved for watchdog cycles. */
typedef void* (*PeforgeRtlOpen)(uint64_t seed, const char* waves_file);
/* The same with one mutant of a netlist with the input mutsel switched on; 0 is the original. */
typedef void* (*PeforgeRtlOpenMutant)(uint64_t seed, uint32_t mutant);
typedef int (*PeforgeRtlRunFn)(void* self, const PeforgeRtlRun* run, const PeforgeRtlStall* stall,
                               uint64_t watchdog, PeforgeRtlStats* stats);
/* Resets the array and records every clock cycle from then on, the reset included: one line a cycle
 * in each of two text files, all ports of that direction but the clock in the order of the top,
 * each as hex digits (width / 4, rounded up), without separators. Values are those before the
 * rising edge, settled: what a handshake decides on. Returns 0, or 1 when a file cannot be written.
 */
typedef int (*PeforgeRtlRecord)(void* self, const char* inputs_file, const char* outputs_file);
/* Cycles recorded so far, all of them in the files; UINT64_MAX when writing failed. */
typedef uint64_t (*PeforgeRtlRecorded)(void* self);
typedef void (*PeforgeRtlClose)(void* self);

#ifdef __cplusplus
}
#endif
