// Functional bins: what the stimuli of a regression were, and what the streams did.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "generator/design/design.hpp"
#include "verif/model/beats.hpp"
#include "verif/replay/trace.hpp"

namespace peforge::coverage {

/// A thing that should happen in a regression.
struct Bin {
    std::string meaning;
    std::uint64_t count = 0;

    bool operator==(const Bin&) const = default;
};

/// Bins by name. A bin that a spec cannot have is absent.
using Bins = std::map<std::string, Bin>;

/// Counts the bins of a design.
class BinCounter {
public:
    explicit BinCounter(const Design& design);

    /// Counts operands, sums, post-processing and output codes of beats that the array took whole.
    /// Job beats that the array refuses are counted as such. Sums are the golden model's.
    void add_beats(const Beats& beats);

    /// Counts handshakes and weight swaps in the recorded ports of a simulation.
    void add_recording(const replay::Layout& layout, const replay::Recording& recording);

    [[nodiscard]] Bins bins() const;

private:
    using Histogram = std::array<std::uint64_t, 256>;

    /// `d`: the design in the job's mode.
    void add_job(const Design& d, std::size_t first_tile, std::size_t first_act,
                 std::size_t first_prm, golden::GemmShape shape, bool relu, const Beats& beats);
    /// Formats that a job chooses; `follows`: behind another of the same beats.
    void count_choice(int mode, bool follows);
    /// Whether weight tiles and the last rows of tiles can be told from the streams.
    [[nodiscard]] bool counts_swaps() const;
    void declare_lut_bins(const golden::LutParams& l);
    golden::LutLayer read_layer(std::size_t first_tile, int tiles, const Beats& beats);
    void read_encoder_word(std::span<const std::uint32_t> beat, int entry, golden::LutLayer& layer);
    void count_thresholds(const golden::LutParams& l, golden::GemmShape shape,
                          const std::vector<golden::Code>& activations,
                          const golden::LutLayer& layer);
    void count_ties(const golden::LutParams& l, golden::GemmShape shape,
                    const std::vector<golden::Code>& activations, const golden::LutLayer& layer);
    void add_output(const golden::ColumnParams& column, bool relu, std::int64_t acc);
    void add_operand_bins(Bins& bins, const std::string& stream, const golden::Format& format,
                          const Histogram& codes) const;
    void add_code_bins(Bins& bins) const;
    /// A bin that was not declared shows up with this text instead of being lost.
    Bin& bin(const std::string& name) {
        return counted_.try_emplace(name, Bin{"held to be impossible for this spec"}).first->second;
    }

    Design design_;
    golden::Encoder encoder_;
    Bins counted_;  ///< all but those of codes
    /// Of the last LUT job that the array took, and of the one that encoded for it.
    struct Kept {
        bool indices = false;  ///< the next job has to reuse them
        bool reused = false;   ///< by the present job
        int m = 0;
        int tiles = 0;
        std::vector<golden::Code> activations;
        golden::LutLayer layer;
    };
    Kept kept_;
    /// Codes by stream: systolic weights; on a LUT array centroids or thresholds.
    Histogram weights_{};
    Histogram activations_{};
    Histogram outputs_{};
    int last_mode_ = 0;             ///< of the job before
    std::int64_t highest_sum_ = 0;  ///< of max_k products
    std::int64_t lowest_sum_ = 0;
};

}  // namespace peforge::coverage
