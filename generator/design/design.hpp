// Design: every decided number. Emitters, golden model, bench and cost read it; none decides.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/design/memory.hpp"
#include "generator/spec/spec.hpp"
#include "golden/array/array.hpp"
#include "golden/array/schedule.hpp"

namespace peforge {

/// A port of the top module.
struct Port {
    std::string name;
    int width = 1;
    bool input = true;
};

/// Reset port of the top: rst_ni, active low, or rst_i, active high.
std::string reset_port(const Spec& spec);

/// A valid/ready stream of the top module: <name>_valid, <name>_ready and the payload ports.
struct Stream {
    std::string name;   ///< "act" of act_valid_i
    bool input = true;  ///< into the array
    std::vector<Port> payload;
};

/// Result of exhaustive enumeration over all operand pairs, for the manifest.
struct ErrorBounds {
    double product_relative = 0.0;  ///< worst |term - exact| / |exact| over products of normal size
    double dot_absolute = 0.0;      ///< worst |sum - exact| over max_k products, output units
};

struct Design {
    Spec spec;
    std::string file;  ///< where the spec came from, for messages; emitted nowhere
    std::string top;   ///< module name of the array: the spec's name
    std::optional<golden::SystolicParams> systolic;
    std::optional<golden::LutParams> lut;
    golden::TimingParams timing;
    int post_lanes = 1;
    int term_bits = 0;    ///< product term, of the widest mode (systolic)
    int psum_bits = 0;    ///< partial sum inside the array: term_bits + ceil(log2(rows*lanes)); the
                          ///< whole sum when the outputs are stationary
    int bin_bits = 0;     ///< each of the 2^F sums between the PEs; 0: there are no bins
    int weight_bits = 0;  ///< stored code width
    int act_bits = 0;
    int weight_word_bits = 0;   ///< bits of a lane's weights in a beat; of mixed precision, several
    int act_word_bits = 0;      ///< codes share them, the first in the lowest bits
    int encoder_word_bits = 0;  ///< LUT: of a wgt beat for the encoder: a centroid, or a node
    int products = 1;           ///< codes of a word in the present mode, see in_mode()
    int mode = 0;               ///< present mode, or present choice (golden::choice_mode())
    int out_bits = 0;
    int rows_m = 0;      ///< rows of one job, at most: buffers.rows_m, or array.rows
    int m_bits = 0;      ///< width of job_m_i: counts 0..rows_m
    int tiles_bits = 0;  ///< width of job_tiles_i: counts 0..ceil(max_k / tile_k)
    int tile_k = 0;      ///< K elements of one tile: rows*lanes, lanes of a step, subvector*imms
    int cols = 0;        ///< outputs per beat
    std::vector<Port> ports;
    std::vector<Memory> memories;
    ErrorBounds bounds;

    [[nodiscard]] bool output_stationary() const { return timing.output_stationary; }
    [[nodiscard]] const golden::PostParams& post() const {
        return systolic ? systolic->post : lut->post;
    }
    [[nodiscard]] const golden::AccumulatorParams& accumulator() const {
        return systolic ? systolic->accumulator : lut->accumulator;
    }
};

/// Jobs of a GEMM in the order the host issues them; `rows` as in golden::plan(), for arrays
/// without tables.
std::vector<golden::Job> plan(const Design& design, golden::GemmShape shape,
                              const golden::RowLists& rows = {});

/// Whether an operand may be NaR: the core then counts them.
bool has_nar(const Design& design);

/// Whether a part of the formats comes with each job (golden::Choice), by what numbers, and their
/// ports.
bool has_choice(const Design& design);
std::vector<golden::Selector> selectors(const Design& design);
std::string selector_port(const golden::Selector& selector);

/// Modes of the array, at least 1. A choice of formats is no mode here.
int mode_count(const Design& design);

/// "W4A8" and the like.
std::string mode_name(const Design& design, int mode);

/// The design as host and golden model see it in one of its modes: that mode's formats, datapath,
/// lanes and tile_k, the same ports. A design of one mode has mode 0 alone, one with a choice the
/// modes that golden::choice_mode() gives its formats.
Design in_mode(const Design& design, int mode);

/// The mode of a job by the values of its ports; nothing when the array has to refuse it.
std::optional<int> job_mode(const Design& design,
                            const std::function<std::uint64_t(const std::string&)>& port);

/// Values of the job ports that choose the design's present mode or formats.
std::map<std::string, std::uint64_t> job_mode_ports(const Design& design);

/// The streams of a design and their payload ports, in the top's order.
std::vector<Stream> streams(const Design& design);

/// Decides every number. Throws InputError for contradictions that the spec's own checks cannot see
/// (for example an accumulator too narrow for max_k).
Design resolve(const Spec& spec, const std::string& file = "spec");

}  // namespace peforge
