/* C interface of a Verilated array: one shared library per design, built from the emitted RTL, the
 * emitted port binding, the coroutine harness and verif/model/rtl_driver.cpp.
 *
 * Beats of a stream are arrays of 32-bit words: the payload ports in the top's order, each least
 * significant word first and padded to whole words. The streams are job, prm, wgt, act and out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const uint32_t* words;
    uint64_t beats;
    uint32_t pause; /* probability in 1/256 that the source pauses in a cycle; 0 = never */
} PeforgeRtlSource;

enum { PEFORGE_RTL_GO_ON = 0, PEFORGE_RTL_CLEAR = 1, PEFORGE_RTL_RESET = 2 };

/* A stretch of simulation: beats to feed, beats to expect. */
typedef struct {
    uint32_t start;      /* what comes first: nothing, a pulse of clear_i, or a reset of 4 cycles */
    uint64_t stop_after; /* breaks off that many cycles later; 0 = runs until all beats passed */
    uint64_t clear_at;   /* pulses clear_i behind that cycle of the episode; 0 = never */
    uint64_t watchdog;   /* gives up after so many cycles in which no beat passed */
    PeforgeRtlSource job, prm, wgt, act;
    uint64_t pause_seed; /* stream i of job, prm, wgt, act, out draws from SplitMix64(seed + i) */
    uint32_t out_pause;  /* probability in 1/256 that the sink is not ready in a cycle */
    uint64_t out_beats;  /* beats to wait for */
    uint32_t* out;       /* room for them */
    uint64_t* out_cycle; /* optional: cycle of each output beat, or NULL */
} PeforgeRtlRun;

typedef struct {
    uint64_t cycles;      /* the core's counters at the end */
    uint64_t saturations;
    uint64_t nar;
    uint64_t sim_cycles;      /* clock cycles simulated, without those of reset and clear */
    uint64_t pauses;          /* cycles in which a source or the sink paused */
    uint64_t out_beats;       /* beats that came */
    uint64_t protocol_errors; /* data not stable while stalled, a wrong busy flag or cycle counter,
                                 beats that nobody asked for, nar_o that contradicts its counter */
    uint32_t error;           /* error_o at the end */
} PeforgeRtlStats;

/* `waves_file`: FST, or NULL. `mutant`: value of the input mutsel of a netlist of verif/mutation. */
typedef void* (*PeforgeRtlOpen)(uint64_t seed, const char* waves_file, uint32_t mutant);
/* Returns 0, or 1 when no beat passed for watchdog cycles. */
typedef int (*PeforgeRtlRunFn)(void* self, const PeforgeRtlRun* run, PeforgeRtlStats* stats);
/* Records every clock cycle from now on: one line a cycle in each of two text files, all ports of
 * that direction but the clock in the order of the top, each as hex digits (width / 4, rounded up),
 * without separators. Values are those before the rising edge, settled: what a handshake decides
 * on. Returns 0, or 1 when a file cannot be written. */
typedef int (*PeforgeRtlRecord)(void* self, const char* inputs_file, const char* outputs_file);
/* Cycles recorded so far, all of them in the files; UINT64_MAX when writing failed. */
typedef uint64_t (*PeforgeRtlRecorded)(void* self);
/* Writes the coverage counters of all runs so far to a file; only in a library built with coverage.
 */
typedef void (*PeforgeRtlCoverage)(void* self, const char* file);
typedef void (*PeforgeRtlClose)(void* self);

#ifdef __cplusplus
}
#endif
