/* C interface of a Verilated AXI wrapper: one shared library per design, built from the emitted
 * modules, the emitted binding, the coroutine harness and verif/axi/axi_driver.cpp. A call runs the
 * clock until it has its answer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PEFORGE_AXI_PRM = 0, PEFORGE_AXI_WGT = 1, PEFORGE_AXI_ACT = 2, PEFORGE_AXI_INPUTS = 3 };

/* Probabilities in 1/256 that a stream's source or sink pauses in a cycle, and that a channel of
 * AXI4-Lite waits one. */
typedef struct {
    uint32_t input[PEFORGE_AXI_INPUTS];
    uint32_t out;
    uint32_t lite;
} PeforgeAxiPauses;

/* What the bench sees by itself, since the beginning. */
typedef struct {
    uint64_t cycles;          /* of the clock */
    uint64_t out_beats;       /* taken from m_axis_out */
    uint64_t out_lasts;       /* of them, those with TLAST */
    uint64_t in_beats;        /* taken from the three inputs */
    uint64_t out_stalls;      /* cycles in which m_axis_out waited for its sink */
    uint64_t wgt_stalls;      /* cycles in which the busy core waited for weights */
    uint64_t act_stalls;      /* the same of activations */
    uint64_t protocol_errors; /* a valid that fell or a payload that changed before ready */
    /* The core's own ports, as they stand now. */
    uint32_t core_cycles;
    uint32_t core_saturations;
    uint32_t core_nar_count;
    uint32_t core_error;
    uint32_t core_busy;
    uint32_t irq;
} PeforgeAxiStats;

typedef void* (*PeforgeAxiOpen)(uint64_t seed, const char* waves_file);
typedef void (*PeforgeAxiClose)(void* self);
/* aresetn low for some cycles; sources as below; beats that came and were not taken are dropped. */
typedef void (*PeforgeAxiReset)(void* self);
/* The sources of the inputs stop and forget their beats and pauses, as masters that are reset. */
typedef void (*PeforgeAxiStop)(void* self);
typedef void (*PeforgeAxiSetPauses)(void* self, const PeforgeAxiPauses* pauses, uint64_t seed);
/* The response: 0 OKAY, 2 SLVERR, 3 DECERR, or 0xFF when none came. */
typedef uint32_t (*PeforgeAxiWrite)(void* self, uint32_t address, uint32_t data, uint32_t strobe);
typedef uint32_t (*PeforgeAxiRead)(void* self, uint32_t address, uint32_t* data);
/* Queues a beat of an input: TDATA, the lowest byte first. */
typedef void (*PeforgeAxiSend)(void* self, uint32_t stream, const uint8_t* tdata, uint32_t last);
typedef void (*PeforgeAxiStep)(void* self, uint64_t cycles);
/* The oldest output beat that was not yet given; 0 when there is none. */
typedef int (*PeforgeAxiTake)(void* self, uint8_t* tdata, uint32_t* last);
typedef void (*PeforgeAxiStatsFn)(void* self, PeforgeAxiStats* stats);

#ifdef __cplusplus
}
#endif
