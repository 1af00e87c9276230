// Everything of the harness except the Verilator adapter (coco/verilator.hpp).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "coco/axi_lite.hpp"
#include "coco/axi_stream.hpp"
#include "coco/bus.hpp"
#include "coco/clock.hpp"
#include "coco/errors.hpp"
#include "coco/rng.hpp"
#include "coco/scheduler.hpp"
#include "coco/sig.hpp"
#include "coco/sync.hpp"
#include "coco/task.hpp"
#include "coco/test.hpp"
#include "coco/triggers.hpp"
#include "coco/valid_ready.hpp"
