// SPDX-License-Identifier: Apache-2.0
#include "verif/model/beats.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string>

namespace peforge {

namespace {

int words(int bits) {
    return (bits + 31) / 32;
}

/// Beats of data bits and a last flag, which has the last word.
class BeatWriter {
public:
    explicit BeatWriter(StreamBeats& out) : out_(out) {}

    void begin(bool last) {
        base_ = out_.words.size();
        out_.words.resize(base_ + out_.words_per_beat);
        out_.words.back() = last ? 1 : 0;
        bit_ = 0;
    }

    /// Appends the low `width` bits (<= 32) of `value` to the beat.
    void put(std::uint32_t value, int width) {
        const std::uint64_t masked = value & ((1ULL << width) - 1);
        const std::size_t word = base_ + bit_ / 32;
        const std::uint64_t shifted = masked << (bit_ % 32);
        out_.words[word] |= static_cast<std::uint32_t>(shifted);
        if ((shifted >> 32) != 0) out_.words[word + 1] |= static_cast<std::uint32_t>(shifted >> 32);
        bit_ += static_cast<std::size_t>(width);
    }

    /// Leaves bits of the beat zero.
    void skip(int width) { bit_ += static_cast<std::size_t>(width); }

private:
    StreamBeats& out_;
    std::size_t base_ = 0;
    std::size_t bit_ = 0;
};

/// The payload ports of a stream.
const std::vector<Port>& payload(const std::vector<Stream>& all, const std::string& name) {
    return std::find_if(all.begin(), all.end(), [&](const Stream& s) { return s.name == name; })
        ->payload;
}

/// Beats of streams whose payload is a few numbers: port by port, whole words each.
void append(StreamBeats& beats, const std::vector<Port>& ports,
            const std::map<std::string, std::uint64_t>& values) {
    for (const Port& port : ports) {
        const std::uint64_t mask = ~std::uint64_t{0} >> (64 - port.width);
        const std::uint64_t value = values.at(port.name) & mask;
        beats.words.push_back(static_cast<std::uint32_t>(value));
        if (words(port.width) == 2) beats.words.push_back(static_cast<std::uint32_t>(value >> 32));
    }
}

void pack_columns(const Design& d, const std::vector<Port>& ports, const golden::Job& job,
                  std::span<const golden::ColumnParams> columns, StreamBeats& prm) {
    for (int c = d.cols - 1; c >= 0; --c) {
        const golden::ColumnParams p = c < job.n ? columns[static_cast<std::size_t>(job.n0 + c)]
                                                 : golden::ColumnParams{0, 0, 0};
        append(prm, ports,
               {{"prm_bias_i", static_cast<std::uint64_t>(p.bias)},
                {"prm_scale_i", p.scale},
                {"prm_shift_i", p.shift}});
    }
}

/// Rows of K of a job in the order they are sent.
class SentRows {
public:
    SentRows(int k, std::span<const int> rows) : k_(k), rows_(rows) {}

    /// The row at place `i`, or nothing behind the last one.
    [[nodiscard]] std::optional<int> operator[](int i) const {
        const int count = rows_.empty() ? k_ : static_cast<int>(rows_.size());
        if (i >= count) return std::nullopt;
        return rows_.empty() ? i : rows_[static_cast<std::size_t>(i)];
    }

private:
    int k_;
    std::span<const int> rows_;
};

void pack_systolic_tile(const Design& d, golden::GemmShape shape, const golden::Job& job, int tile,
                        std::span<const golden::Code> activations,
                        std::span<const golden::Code> weights, const SentRows& sent,
                        BeatWriter& wgt, BeatWriter& act) {
    const golden::SystolicParams& s = *d.systolic;
    const int k0 = tile * d.tile_k;
    for (int row = s.rows - 1; row >= 0; --row) {
        wgt.begin(row == 0);
        for (int c = 0; c < s.cols; ++c) {
            for (int lane = 0; lane < s.lanes; ++lane) {
                const std::optional<int> k = sent[k0 + row * s.lanes + lane];
                const bool used = k && c < job.n;
                wgt.put(
                    used
                        ? weights[static_cast<std::size_t>(*k) * static_cast<std::size_t>(shape.n) +
                                  static_cast<std::size_t>(job.n0 + c)]
                        : golden::zero_code(d.spec.weight),
                    d.weight_bits);
                if ((lane + 1) % d.products == 0) {
                    wgt.skip(d.weight_word_bits - d.products * d.weight_bits);
                }
            }
        }
    }
    for (int m = job.m0; m < job.m0 + job.m; ++m) {
        act.begin(m + 1 == job.m0 + job.m);
        const auto line = static_cast<std::size_t>(m) * static_cast<std::size_t>(shape.k);
        for (int i = k0; i < k0 + d.tile_k; ++i) {
            const std::optional<int> k = sent[i];
            act.put(k ? activations[line + static_cast<std::size_t>(*k)] : 0U, d.act_bits);
            if ((i + 1) % d.products == 0) act.skip(d.act_word_bits - d.products * d.act_bits);
        }
    }
}

/// What the encoder needs to know of a table row: its centroid, or its node of the decision tree.
void put_encoder_word(const Design& d, const golden::LutLayer& layer, std::size_t subspace,
                      int entry, BeatWriter& wgt) {
    const golden::LutParams& l = *d.lut;
    const auto c = static_cast<std::size_t>(l.centroids);
    const auto v = static_cast<std::size_t>(l.subvector);
    if (l.encoder == golden::LutEncoder::kDistance) {
        const std::size_t at = (subspace * c + static_cast<std::size_t>(entry)) * v;
        for (std::size_t t = 0; t < v; ++t) {
            wgt.put(static_cast<std::uint32_t>(layer.centroids[at + t]), l.centroid_bits);
        }
        return;
    }
    const auto levels = static_cast<std::size_t>(golden::tree_levels(l));
    const std::size_t level =
        entry == 0 ? 0 : static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(entry)) - 1);
    wgt.put(static_cast<std::uint32_t>(
                layer.thresholds[subspace * c + static_cast<std::size_t>(entry)]),
            l.activation_bits);
    wgt.put(layer.splits[subspace * levels + level], d.encoder_word_bits - l.activation_bits);
}

void pack_lut_tile(const Design& d, golden::GemmShape shape, const golden::Job& job, int tile,
                   std::span<const golden::Code> activations, const golden::LutLayer& layer,
                   BeatWriter& wgt, BeatWriter& act) {
    const golden::LutParams& l = *d.lut;
    for (int i = 0; i < l.imms; ++i) {
        const auto subspace = static_cast<std::size_t>(tile * l.imms + i);
        const bool used = subspace < static_cast<std::size_t>(layer.subspaces);
        for (int j = l.centroids - 1; j >= 0; --j) {
            wgt.begin(j == 0 && i + 1 == l.imms);
            const auto entry =
                subspace * static_cast<std::size_t>(l.centroids) + static_cast<std::size_t>(j);
            if (used && !job.reuse) {
                put_encoder_word(d, layer, subspace, j, wgt);
            } else {
                wgt.skip(d.encoder_word_bits);
            }
            for (int c = 0; c < d.cols; ++c) {
                const std::size_t at = entry * static_cast<std::size_t>(layer.n) +
                                       static_cast<std::size_t>(job.n0 + c);
                wgt.put(used && c < job.n ? static_cast<std::uint32_t>(layer.entries[at]) : 0U,
                        l.entry_bits);
            }
            if (used && !layer.shifts.empty()) wgt.put(layer.shifts[subspace], l.shift_bits);
        }
    }
    for (int i = 0; i < l.imms && !job.reuse; i += l.ccus) {
        const int first = (tile * l.imms + i) * l.subvector;
        for (int m = job.m0; m < job.m0 + job.m; ++m) {
            act.begin(m + 1 == job.m0 + job.m);
            const auto line = static_cast<std::size_t>(m) * static_cast<std::size_t>(shape.k);
            for (int k = first; k < first + l.ccus * l.subvector; ++k) {
                act.put(k < shape.k ? activations[line + static_cast<std::size_t>(k)] : 0U,
                        d.act_bits);
            }
        }
    }
}

/// A step of K on an output-stationary array: one beat of each stream.
void pack_step(const Design& d, golden::GemmShape shape, const golden::Job& job, int step,
               std::span<const golden::Code> activations, std::span<const golden::Code> weights,
               const SentRows& sent, BeatWriter& wgt, BeatWriter& act) {
    const golden::SystolicParams& s = *d.systolic;
    const bool last = step + 1 == job.tiles;
    const auto at = [](int row, int size, int column) {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(size) +
               static_cast<std::size_t>(column);
    };
    wgt.begin(last);
    for (int c = 0; c < s.cols; ++c) {
        for (int i = step * s.lanes; i < (step + 1) * s.lanes; ++i) {
            const std::optional<int> k = sent[i];
            const bool used = k && c < job.n;
            wgt.put(used ? weights[at(*k, shape.n, job.n0 + c)] : golden::zero_code(d.spec.weight),
                    d.weight_bits);
        }
    }
    act.begin(last);
    for (int r = 0; r < s.rows; ++r) {
        for (int i = step * s.lanes; i < (step + 1) * s.lanes; ++i) {
            const std::optional<int> k = sent[i];
            act.put(k && r < job.m ? activations[at(job.m0 + r, shape.k, *k)] : 0U, d.act_bits);
        }
    }
}

/// The data of the used columns, and the code of a zero sum in the others.
void pack_output(const Design& d, golden::GemmShape shape, const golden::Job& job,
                 std::span<const golden::Code> codes, golden::Code unused, BeatWriter& out) {
    for (int m = job.m0; m < job.m0 + job.m; ++m) {
        out.begin(m + 1 == job.m0 + job.m);
        for (int c = 0; c < d.cols; ++c) {
            const auto at = static_cast<std::size_t>(m) * static_cast<std::size_t>(shape.n) +
                            static_cast<std::size_t>(job.n0 + c);
            out.put(c < job.n ? codes[at] : unused, d.out_bits);
        }
    }
}

}  // namespace

Beats no_beats(const Design& design) {
    const std::vector<Stream> all = streams(design);
    const auto make = [&all](const std::string& name) {
        StreamBeats beats;
        for (const Port& port : payload(all, name)) {
            beats.words_per_beat += static_cast<std::size_t>(words(port.width));
        }
        return beats;
    };
    return {make("job"), make("prm"), make("wgt"), make("act"), make("out")};
}

Beats pack(const Design& design, golden::GemmShape shape, std::span<const golden::Code> activations,
           const Weights& weights, std::span<const golden::ColumnParams> columns, bool relu,
           std::span<const golden::Code> out) {
    Beats beats = no_beats(design);
    const std::vector<Stream> all = streams(design);
    const golden::Code unused = golden::post_process(
        design.post(), golden::Encoder(design.post().output, design.post().z_frac_bits), {0, 0, 0},
        false, 0);
    BeatWriter wgt(beats.wgt);
    BeatWriter act(beats.act);
    BeatWriter results(beats.out);
    const std::map<std::string, std::uint64_t> mode = job_mode_ports(design);
    for (const golden::Job& job : plan(design, shape, weights.rows)) {
        const SentRows sent(shape.k, weights.rows.empty()
                                         ? std::span<const int>{}
                                         : weights.rows[static_cast<std::size_t>(job.n0) /
                                                        static_cast<std::size_t>(design.cols)]);
        std::map<std::string, std::uint64_t> values = mode;
        values["job_m_i"] = static_cast<std::uint64_t>(job.m);
        values["job_tiles_i"] = static_cast<std::uint64_t>(job.tiles);
        values["job_relu_i"] = relu ? 1U : 0U;
        values["job_keep_i"] = job.keep ? 1U : 0U;
        values["job_reuse_i"] = job.reuse ? 1U : 0U;
        append(beats.job, payload(all, "job"), values);
        pack_columns(design, payload(all, "prm"), job, columns, beats.prm);
        for (int tile = 0; tile < job.tiles; ++tile) {
            if (design.output_stationary()) {
                pack_step(design, shape, job, tile, activations, weights.codes, sent, wgt, act);
            } else if (design.systolic) {
                pack_systolic_tile(design, shape, job, tile, activations, weights.codes, sent, wgt,
                                   act);
            } else {
                pack_lut_tile(design, shape, job, tile, activations, *weights.lut, wgt, act);
            }
        }
        if (out.empty()) {
            beats.out.words.resize(beats.out.words.size() +
                                   static_cast<std::size_t>(job.m) * beats.out.words_per_beat);
        } else {
            pack_output(design, shape, job, out, unused, results);
        }
    }
    return beats;
}

void unpack(const Design& design, golden::GemmShape shape, const StreamBeats& out,
            std::span<golden::Code> codes) {
    std::uint64_t beat = 0;
    const auto width = static_cast<std::size_t>(design.out_bits);
    for (const golden::Job& job : plan(design, shape)) {
        for (int m = job.m0; m < job.m0 + job.m; ++m, ++beat) {
            const auto data = out.beat(beat);
            for (int c = 0; c < job.n; ++c) {
                const std::size_t bit = static_cast<std::size_t>(c) * width;
                const std::uint64_t window =
                    data[bit / 32] | static_cast<std::uint64_t>(data[bit / 32 + 1]) << 32;
                codes[static_cast<std::size_t>(m) * static_cast<std::size_t>(shape.n) +
                      static_cast<std::size_t>(job.n0 + c)] =
                    static_cast<golden::Code>((window >> (bit % 32)) & ((1U << width) - 1));
            }
        }
    }
}

}  // namespace peforge
