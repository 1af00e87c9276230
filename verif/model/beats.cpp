// SPDX-License-Identifier: Apache-2.0
#include "verif/model/beats.hpp"

namespace peforge {

namespace {

int words(int bits) {
    return (bits + 31) / 32;
}

/// A growing array of beats of `bits` bits each.
class BeatWriter {
public:
    BeatWriter(std::vector<std::uint32_t>& out, int bits)
        : out_(out), words_(static_cast<std::size_t>(words(bits))) {}

    void begin() {
        base_ = out_.size();
        out_.resize(base_ + words_);
        bit_ = 0;
    }

    /// Appends the low `width` bits (<= 32) of `value` to the beat.
    void put(std::uint32_t value, int width) {
        const std::uint64_t masked = value & ((1ULL << width) - 1);
        const std::size_t word = base_ + bit_ / 32;
        const std::uint64_t shifted = masked << (bit_ % 32);
        out_[word] |= static_cast<std::uint32_t>(shifted);
        if ((shifted >> 32) != 0) out_[word + 1] |= static_cast<std::uint32_t>(shifted >> 32);
        bit_ += static_cast<std::size_t>(width);
    }

private:
    std::vector<std::uint32_t>& out_;
    std::size_t words_;
    std::size_t base_ = 0;
    std::size_t bit_ = 0;
};

void pack_columns(const Design& d, const golden::Job& job,
                  std::span<const golden::ColumnParams> columns, std::vector<std::uint32_t>& prm) {
    for (int c = d.cols - 1; c >= 0; --c) {
        const golden::ColumnParams p = c < job.n ? columns[static_cast<std::size_t>(job.n0 + c)]
                                                 : golden::ColumnParams{0, 0, 0};
        const auto bias = static_cast<std::uint64_t>(p.bias);
        prm.insert(prm.end(), {static_cast<std::uint32_t>(bias),
                               static_cast<std::uint32_t>(bias >> 32), p.scale, p.shift});
    }
}

void pack_systolic_tile(const Design& d, golden::GemmShape shape, const golden::Job& job, int tile,
                        std::span<const golden::Code> activations,
                        std::span<const golden::Code> weights, BeatWriter& wgt, BeatWriter& act) {
    const golden::SystolicParams& s = *d.systolic;
    const int k0 = tile * d.tile_k;
    for (int row = s.rows - 1; row >= 0; --row) {
        wgt.begin();
        for (int c = 0; c < s.cols; ++c) {
            for (int lane = 0; lane < s.lanes; ++lane) {
                const int k = k0 + row * s.lanes + lane;
                const bool used = k < shape.k && c < job.n;
                wgt.put(
                    used ? weights[static_cast<std::size_t>(k) * static_cast<std::size_t>(shape.n) +
                                   static_cast<std::size_t>(job.n0 + c)]
                         : 0U,
                    d.weight_bits);
            }
        }
    }
    for (int m = job.m0; m < job.m0 + job.m; ++m) {
        act.begin();
        const auto line = static_cast<std::size_t>(m) * static_cast<std::size_t>(shape.k);
        for (int k = k0; k < k0 + d.tile_k; ++k) {
            act.put(k < shape.k ? activations[line + static_cast<std::size_t>(k)] : 0U, d.act_bits);
        }
    }
}

void pack_lut_tile(const Design& d, golden::GemmShape shape, const golden::Job& job, int tile,
                   std::span<const golden::Code> activations, const golden::LutLayer& layer,
                   BeatWriter& wgt, BeatWriter& act) {
    const golden::LutParams& l = *d.lut;
    for (int j = l.centroids - 1; j >= 0; --j) {
        wgt.begin();
        const auto entry = static_cast<std::size_t>(tile) * static_cast<std::size_t>(l.centroids) +
                           static_cast<std::size_t>(j);
        for (int t = 0; t < l.subvector; ++t) {
            const std::size_t at =
                entry * static_cast<std::size_t>(l.subvector) + static_cast<std::size_t>(t);
            wgt.put(static_cast<std::uint32_t>(layer.centroids[at]), l.centroid_bits);
        }
        for (int c = 0; c < d.cols; ++c) {
            const std::size_t at =
                entry * static_cast<std::size_t>(layer.n) + static_cast<std::size_t>(job.n0 + c);
            wgt.put(c < job.n ? static_cast<std::uint32_t>(layer.entries[at]) : 0U, l.entry_bits);
        }
    }
    for (int m = job.m0; m < job.m0 + job.m; ++m) {
        act.begin();
        const auto line = static_cast<std::size_t>(m) * static_cast<std::size_t>(shape.k);
        for (int k = tile * l.subvector; k < (tile + 1) * l.subvector; ++k) {
            act.put(k < shape.k ? activations[line + static_cast<std::size_t>(k)] : 0U, d.act_bits);
        }
    }
}

int port_bits(const Design& d, const std::string& name) {
    for (const Port& p : d.ports) {
        if (p.name == name) return p.width;
    }
    return 0;
}

}  // namespace

Beats pack(const Design& design, golden::GemmShape shape, std::span<const golden::Code> activations,
           const Weights& weights, std::span<const golden::ColumnParams> columns, bool relu) {
    Beats beats;
    beats.plan = golden::plan(shape, design.tile_k, design.cols, design.spec.rows_m);
    beats.out_words = words(design.cols * design.out_bits);
    BeatWriter wgt(beats.wgt, port_bits(design, "wgt_data_i"));
    BeatWriter act(beats.act, port_bits(design, "act_data_i"));
    for (const golden::Job& job : beats.plan) {
        beats.jobs.push_back({static_cast<std::uint32_t>(job.m),
                              static_cast<std::uint32_t>(job.tiles), relu ? 1U : 0U});
        beats.out_beats += static_cast<std::uint64_t>(job.m);
        pack_columns(design, job, columns, beats.prm);
        for (int tile = 0; tile < job.tiles; ++tile) {
            if (design.systolic) {
                pack_systolic_tile(design, shape, job, tile, activations, weights.codes, wgt, act);
            } else {
                pack_lut_tile(design, shape, job, tile, activations, *weights.lut, wgt, act);
            }
        }
    }
    return beats;
}

void unpack(const Design& design, golden::GemmShape shape, const Beats& beats,
            std::span<const std::uint32_t> out, std::span<golden::Code> codes) {
    std::size_t beat = 0;
    const auto width = static_cast<std::size_t>(design.out_bits);
    for (const golden::Job& job : beats.plan) {
        for (int m = job.m0; m < job.m0 + job.m; ++m, ++beat) {
            const auto data = out.subspan(beat * static_cast<std::size_t>(beats.out_words),
                                          static_cast<std::size_t>(beats.out_words));
            for (int c = 0; c < job.n; ++c) {
                const std::size_t bit = static_cast<std::size_t>(c) * width;
                std::uint64_t window = data[bit / 32];
                if (bit / 32 + 1 < data.size()) {
                    window |= static_cast<std::uint64_t>(data[bit / 32 + 1]) << 32;
                }
                codes[static_cast<std::size_t>(m) * static_cast<std::size_t>(shape.n) +
                      static_cast<std::size_t>(job.n0 + c)] =
                    static_cast<golden::Code>((window >> (bit % 32)) & ((1U << width) - 1));
            }
        }
    }
}

}  // namespace peforge
