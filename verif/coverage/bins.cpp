// SPDX-License-Identifier: Apache-2.0
#include "verif/coverage/bins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <span>

#include "generator/spec/error.hpp"

namespace peforge::coverage {

namespace {

using golden::Code;
using golden::Format;
using golden::FormatKind;

/// `width` <= 32 bits of a beat from bit `at` on.
std::uint32_t bits(std::span<const std::uint32_t> words, std::size_t at, int width) {
    std::uint64_t window = words[at / 32];
    if (at / 32 + 1 < words.size()) window |= std::uint64_t{words[at / 32 + 1]} << 32;
    return static_cast<std::uint32_t>((window >> (at % 32)) & ((std::uint64_t{1} << width) - 1));
}

std::int64_t sign_extended(std::uint64_t value, int width) {
    const std::uint64_t sign = std::uint64_t{1} << (width - 1);
    return static_cast<std::int64_t>((value ^ sign) - sign);
}

std::size_t area(int rows, int cols) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
}

/// Value of a payload port in a beat, up to 64 bits; 0 when the design has no such port.
class Payload {
public:
    Payload(const Design& design, const std::string& stream) {
        for (const Stream& s : streams(design)) {
            if (s.name == stream) ports_ = s.payload;
        }
    }
    [[nodiscard]] std::uint64_t get(std::span<const std::uint32_t> beat,
                                    const std::string& name) const {
        std::size_t word = 0;
        for (const Port& port : ports_) {
            if (port.name == name) {
                return beat[word] | (port.width > 32 ? std::uint64_t{beat[word + 1]} << 32 : 0);
            }
            word += static_cast<std::size_t>((port.width + 31) / 32);
        }
        return 0;
    }

private:
    std::vector<Port> ports_;
};

}  // namespace

BinCounter::BinCounter(const Design& design)
    : design_(design), encoder_(design.post().output, design.post().z_frac_bits) {
    const auto declare = [this](const std::string& name, const std::string& meaning) {
        counted_[name] = {meaning, 0};
    };
    const golden::PostParams& post = design.post();

    // Limits of sums by enumeration of all products, or of all table entries.
    std::int64_t high = 0;
    std::int64_t low = 0;
    std::int64_t terms = design.accumulator().max_k;
    if (design.systolic) {
        for (int w = 0; w < golden::code_count(design.spec.weight); ++w) {
            for (int a = 0; a < golden::code_count(design.spec.activation); ++a) {
                const std::int64_t term = golden::product_term(
                    design.systolic->datapath, static_cast<Code>(w), static_cast<Code>(a));
                high = std::max(high, term);
                low = std::min(low, term);
            }
        }
    } else {
        const int levels = (1 << design.lut->shift_bits) - 1;
        high = ((std::int64_t{1} << (design.lut->entry_bits - 1)) - 1) << levels;
        low = -(std::int64_t{1} << (design.lut->entry_bits - 1 + levels));
        terms = (terms + design.lut->subvector - 1) / design.lut->subvector;
    }
    const std::int64_t limit = std::int64_t{1} << (design.accumulator().width - 1);
    highest_sum_ = std::min(high * terms, limit - 1);
    lowest_sum_ = std::max(low * terms, -limit);

    declare("job.refused", "a job beat that the array must refuse");
    for (int mode = 0; mode < mode_count(design) && mode_count(design) > 1; ++mode) {
        declare("job.mode_" + mode_name(design, mode), "a job of this mode");
    }
    for (const golden::Selector& selector : selectors(design)) {
        for (int value = selector.lowest; value <= selector.largest; ++value) {
            declare(fmt::format("job.{}_{}", selector.name, value), "a job of this choice");
        }
    }
    if (has_choice(design)) {
        declare("job.other_formats", "a job of other formats than the one before");
        declare("job.same_formats", "a job of the same formats as the one before");
    }
    declare("job.one_row", "a job of one row");
    declare("job.all_rows", "a job of as many rows as the array takes");
    declare("job.one_tile", "a job of one K tile");
    declare("job.many_tiles", "a job of three K tiles or more");
    declare("sum.zero", "an accumulated sum of zero");
    declare("sum.high", "a sum of at least half of the most positive one possible");
    declare("sum.low", "a sum of at most half of the most negative one possible");
    if (design.accumulator().saturate) {
        declare("sum.saturated", "an accumulator update that saturates");
        declare("sum.at_highest", "a sum at the accumulator's highest value");
        declare("sum.at_lowest", "a sum at the accumulator's lowest value");
    }
    if (design.lut) declare_lut_bins(*design.lut);
    declare("post.scale_zero", "a column scale of zero");
    declare("post.scale_largest", "the largest column scale");
    declare("post.shift_zero", "a column shift of zero");
    declare("post.shift_largest", "the largest column shift");
    if (post.has_bias) {
        declare("post.bias_highest", "the most positive bias");
        declare("post.bias_lowest", "the most negative bias");
    }
    if (post.rounding == golden::Rounding::kNearestEven) {
        declare("post.tie_down", "a rounding tie whose even neighbour is below");
        declare("post.tie_up", "a rounding tie whose even neighbour is above");
    }
    declare("post.inexact", "a shift that drops bits and is no tie");
    declare("post.exact", "a shift that drops nothing");
    declare("post.clip_high", "a scaled sum above the encoder's range");
    declare("post.clip_low", "a scaled sum below the encoder's range");
    if (post.has_relu) {
        declare("post.relu_clamps", "ReLU on and a negative scaled sum");
        declare("post.relu_passes", "ReLU on and a positive scaled sum");
        declare("post.relu_off_negative", "ReLU off and a negative scaled sum");
    }
    for (const Stream& s : streams(design)) {
        const std::string end = s.input ? "source" : "array";
        const std::string other = s.input ? "array" : "sink";
        declare("stream." + s.name + ".not_ready",
                fmt::format("a cycle of {}: valid without ready, the {} waits", s.name, end));
        declare("stream." + s.name + ".not_valid",
                fmt::format("a cycle of {}: ready without valid, the {} waits", s.name, other));
        // Weight tiles of one beat stand apart by the wave of a swap (steps do not), and a job's
        // only column parameter is taken before the next one comes.
        const int apart =
            s.name == "wgt" && design.timing.tile_beats == 1 && !design.output_stationary()
                ? std::max(1, design.timing.wave)
            : s.name == "act"                     ? design.timing.fold - 1
            : s.name == "prm" && design.cols == 1 ? 1
                                                  : 0;
        if (apart < 1) {
            declare("stream." + s.name + ".back_to_back",
                    "beats of " + s.name + " in two cycles running");
        }
        for (const int length : {1, 2}) {
            if (apart <= length) {
                declare(fmt::format("stream.{}.pause_{}", s.name, length),
                        fmt::format("cycles between two beats of {}: {}", s.name, length));
            }
        }
        declare("stream." + s.name + ".pause_3_or_more",
                "three cycles or more between two beats of " + s.name);
    }
    if (!counts_swaps()) return;
    declare("swap.weights_early", "the next tile's weights were there before the tile's last row");
    declare("swap.weights_late", "the next tile's weights came after the tile's last row");
}

void BinCounter::add_beats(const Beats& beats) {
    const Payload job_ports(design_, "job");
    std::size_t tile = 0;
    std::size_t row = 0;
    std::size_t prm = 0;
    const auto cols = static_cast<std::size_t>(design_.cols);
    const auto tile_beats = static_cast<std::size_t>(design_.timing.tile_beats);
    for (std::uint64_t j = 0; j < beats.job.beats(); ++j) {
        const auto beat = beats.job.beat(j);
        const auto m = static_cast<int>(job_ports.get(beat, "job_m_i"));
        const auto tiles = static_cast<int>(job_ports.get(beat, "job_tiles_i"));
        const std::optional<int> mode =
            job_mode(design_, [&](const std::string& port) { return job_ports.get(beat, port); });
        const bool keeps = design_.lut && design_.lut->kept_tiles > 0;
        const bool keep = keeps && job_ports.get(beat, "job_keep_i") != 0;
        const bool reuse = keeps && job_ports.get(beat, "job_reuse_i") != 0;
        const bool bad_reuse =
            keeps && (reuse != kept_.indices || (reuse && (m != kept_.m || tiles != kept_.tiles)) ||
                      (keep && tiles > design_.lut->kept_tiles));
        if (m == 0 || m > design_.rows_m || tiles == 0 || !mode || bad_reuse) {
            ++bin("job.refused").count;
            continue;
        }
        if (keeps) {
            bin("job.keeps").count += keep && !reuse ? 1 : 0;
            bin("job.reuses").count += reuse ? 1 : 0;
            bin("job.reuses_and_keeps").count += keep && reuse ? 1 : 0;
        }
        kept_.indices = keep;
        kept_.m = m;
        kept_.tiles = tiles;
        const std::size_t rows = design_.output_stationary() ? static_cast<std::size_t>(tiles)
                                 : reuse                     ? 0
                                         : area(m, tiles * design_.timing.passes);
        if ((tile + static_cast<std::size_t>(tiles)) * tile_beats > beats.wgt.beats() ||
            row + rows > beats.act.beats() || prm + cols > beats.prm.beats()) {
            throw InputError("beats", "", "a job without its operands");
        }
        if (mode_count(design_) > 1) ++bin("job.mode_" + mode_name(design_, *mode)).count;
        if (has_choice(design_)) count_choice(*mode, j > 0);
        bin("job.one_row").count += m == 1 ? 1 : 0;
        bin("job.all_rows").count += m == design_.rows_m ? 1 : 0;
        bin("job.one_tile").count += tiles == 1 ? 1 : 0;
        bin("job.many_tiles").count += tiles >= 3 ? 1 : 0;
        const Design d = in_mode(design_, *mode);
        kept_.reused = reuse;
        add_job(d, tile, row, prm, {m, tiles * d.tile_k, d.cols},
                job_ports.get(beat, "job_relu_i") != 0, beats);
        tile += static_cast<std::size_t>(tiles);
        row += rows;
        prm += cols;
    }
    for (std::uint64_t i = 0; i < beats.out.beats(); ++i) {
        for (std::size_t c = 0; c < cols; ++c) {
            ++outputs_[bits(beats.out.beat(i), c * static_cast<std::size_t>(design_.out_bits),
                            design_.out_bits)];
        }
    }
}

void BinCounter::count_choice(int mode, bool follows) {
    for (const golden::Selector& selector : selectors(design_)) {
        ++bin(fmt::format("job.{}_{}", selector.name, golden::selected(selector, mode))).count;
    }
    if (follows) ++bin(mode == last_mode_ ? "job.same_formats" : "job.other_formats").count;
    last_mode_ = mode;
}

void BinCounter::add_job(const Design& d, std::size_t first_tile, std::size_t first_act,
                         std::size_t first_prm, golden::GemmShape shape, bool relu,
                         const Beats& beats) {
    // Place of a code in a beat; the bins of operands are of the first mode's formats, or of
    // the spec's own.
    const auto place = [&d](int code, int bits, int word_bits) {
        return area(code / d.products, word_bits) + area(code % d.products, bits);
    };
    const auto counts = [this, &d](const Format& f, Code code) -> std::uint64_t {
        // NaR is the same code whatever the fields are.
        const bool nar = has_choice(design_) && golden::decode(f, code).nar;
        return d.mode == design_.mode || nar ? 1 : 0;
    };
    const int tile_k = d.tile_k;
    const int tiles = shape.k / tile_k;
    const auto cols = static_cast<std::size_t>(shape.n);
    const auto tile_beats = static_cast<std::size_t>(design_.timing.tile_beats);

    // A beat holds a row's elements of a tile, of a pass of a tile, or those of all rows of a step.
    const bool steps = design_.output_stationary();
    const int passes = design_.timing.passes;
    const int pass_k = tile_k / passes;
    std::vector<Code> activations = kept_.reused ? kept_.activations : std::vector<Code>{};
    activations.resize(area(shape.m, shape.k));
    for (int t = 0; t < tiles * passes && !kept_.reused; ++t) {
        for (int m = 0; m < shape.m; ++m) {
            const auto beat = beats.act.beat(
                first_act + (steps ? static_cast<std::size_t>(t)
                                   : area(t, shape.m) + static_cast<std::size_t>(m)));
            for (int i = 0; i < pass_k; ++i) {
                const int word = steps ? m * pass_k + i : i;
                const auto code = static_cast<Code>(
                    bits(beat, place(word, d.act_bits, d.act_word_bits), d.act_bits));
                activations_[code] += counts(d.spec.activation, code);
                activations[area(m, shape.k) + area(t, pass_k) + static_cast<std::size_t>(i)] =
                    code;
            }
        }
    }
    std::vector<std::int64_t> acc(area(shape.m, shape.n));
    golden::Counters counters;
    const auto weight_beat = [&](int t, std::size_t from_last) {
        return beats.wgt.beat((first_tile + static_cast<std::size_t>(t) + 1) * tile_beats - 1 -
                              from_last);
    };
    if (d.systolic) {
        const golden::SystolicParams& s = *d.systolic;
        std::vector<Code> weights(area(shape.k, shape.n));
        for (int t = 0; t < tiles; ++t) {
            for (int row = 0; row < design_.timing.tile_beats; ++row) {
                const auto beat = weight_beat(t, static_cast<std::size_t>(row));
                for (int i = 0; i < s.cols * s.lanes; ++i) {
                    const auto code = static_cast<Code>(
                        bits(beat, place(i, d.weight_bits, d.weight_word_bits), d.weight_bits));
                    weights_[code] += counts(d.spec.weight, code);
                    const int k = t * tile_k + row * s.lanes + i % s.lanes;
                    weights[area(k, shape.n) + static_cast<std::size_t>(i / s.lanes)] = code;
                }
            }
        }
        golden::SystolicArray(s).accumulate(shape, activations, weights, acc, &counters);
    } else {
        const golden::LutLayer layer = read_layer(first_tile, tiles, beats);
        golden::LutArray(*d.lut).accumulate(shape, activations, layer, acc, &counters);
        const bool measures = d.lut->encoder == golden::LutEncoder::kDistance;
        if (!kept_.reused && measures) count_ties(*d.lut, shape, activations, layer);
        if (!kept_.reused && !measures) count_thresholds(*d.lut, shape, activations, layer);
        kept_.activations = activations;
        kept_.layer = layer;
    }

    const Payload prm(design_, "prm");
    std::vector<golden::ColumnParams> columns(cols);
    for (std::size_t c = 0; c < cols; ++c) {
        const auto beat = beats.prm.beat(first_prm + cols - 1 - c);
        columns[c] = {sign_extended(prm.get(beat, "prm_bias_i"), design_.accumulator().width),
                      static_cast<std::uint32_t>(prm.get(beat, "prm_scale_i")),
                      static_cast<std::uint32_t>(prm.get(beat, "prm_shift_i"))};
    }
    for (std::size_t i = 0; i < acc.size(); ++i) add_output(columns[i % cols], relu, acc[i]);
    if (design_.accumulator().saturate) bin("sum.saturated").count += counters.saturations;
}

bool BinCounter::counts_swaps() const {
    // A step's weights wait for its activations, or the other way round. Where rows pass several
    // times, or not at all, their tiles cannot be told from the streams.
    return !design_.output_stationary() && design_.timing.passes == 1 &&
           !(design_.lut && design_.lut->kept_tiles > 0);
}

void BinCounter::declare_lut_bins(const golden::LutParams& l) {
    const auto declare = [this](const std::string& name, const std::string& meaning) {
        counted_[name] = {meaning, 0};
    };
    if (l.encoder == golden::LutEncoder::kDistance) {
        declare("lut.tie", "two centroids at the same smallest distance");
    } else {
        declare("lut.on_threshold", "an element that equals the threshold it is compared with");
    }
    declare("entry.zero", "a table entry of zero");
    declare("entry.highest", "the most positive table entry");
    declare("entry.lowest", "the most negative table entry");
    for (int level = 0; level < 1 << l.shift_bits && l.shift_bits > 0; ++level) {
        declare(fmt::format("entry.shift_{}", level), "a subspace of this shift");
    }
    if (l.kept_tiles > 0) {
        declare("job.keeps", "a job that encodes and keeps its indices");
        declare("job.reuses", "a job that reuses the indices of the job before");
        declare("job.reuses_and_keeps", "a job that reuses indices and keeps them");
    }
}

/// Codebooks or decision trees, and tables, of a job's tiles. A job that reuses indices has those
/// of the job that made them.
golden::LutLayer BinCounter::read_layer(std::size_t first_tile, int tiles, const Beats& beats) {
    const golden::LutParams& l = *design_.lut;
    golden::LutLayer layer;
    if (kept_.reused) layer = kept_.layer;
    layer.entries.clear();
    layer.shifts.clear();
    layer.subspaces = tiles * l.imms;
    layer.n = design_.cols;
    const auto tile_beats = static_cast<std::size_t>(design_.timing.tile_beats);
    const int highest = (1 << (l.entry_bits - 1)) - 1;
    const auto c = static_cast<std::size_t>(l.centroids);
    for (int s = 0; s < layer.subspaces; ++s) {
        const std::size_t first = first_tile * tile_beats + area(s, l.centroids);
        std::size_t at = 0;
        for (std::size_t entry = 0; entry < c; ++entry) {
            const auto beat = beats.wgt.beat(first + c - 1 - entry);
            if (!kept_.reused) read_encoder_word(beat, static_cast<int>(entry), layer);
            at = static_cast<std::size_t>(design_.encoder_word_bits);
            for (int i = 0; i < layer.n; ++i) {
                const auto number = sign_extended(bits(beat, at, l.entry_bits), l.entry_bits);
                bin("entry.zero").count += number == 0 ? 1 : 0;
                bin("entry.highest").count += number == highest ? 1 : 0;
                bin("entry.lowest").count += number == -highest - 1 ? 1 : 0;
                layer.entries.push_back(static_cast<std::int16_t>(number));
                at += static_cast<std::size_t>(l.entry_bits);
            }
        }
        if (l.shift_bits > 0) {
            const std::uint32_t level = bits(beats.wgt.beat(first + c - 1), at, l.shift_bits);
            layer.shifts.push_back(static_cast<std::uint8_t>(level));
            ++bin(fmt::format("entry.shift_{}", level)).count;
        }
    }
    return layer;
}

void BinCounter::read_encoder_word(std::span<const std::uint32_t> beat, int entry,
                                   golden::LutLayer& layer) {
    const golden::LutParams& l = *design_.lut;
    if (l.encoder == golden::LutEncoder::kDistance) {
        for (int i = 0; i < l.subvector; ++i) {
            const std::uint32_t code = bits(beat, area(i, l.centroid_bits), l.centroid_bits);
            ++weights_[code];
            layer.centroids.push_back(
                static_cast<std::int8_t>(sign_extended(code, l.centroid_bits)));
        }
        return;
    }
    const std::uint32_t threshold = bits(beat, 0, l.activation_bits);
    if (entry != 0) ++weights_[threshold];
    layer.thresholds.push_back(
        static_cast<std::int8_t>(sign_extended(threshold, l.activation_bits)));
    // The element of a level is that of its first node.
    if (entry != 0 && std::has_single_bit(static_cast<unsigned>(entry))) {
        layer.splits.push_back(
            static_cast<std::uint8_t>(bits(beat, static_cast<std::size_t>(l.activation_bits),
                                           design_.encoder_word_bits - l.activation_bits)));
    }
}

void BinCounter::count_thresholds(const golden::LutParams& l, golden::GemmShape shape,
                                  const std::vector<Code>& activations,
                                  const golden::LutLayer& layer) {
    const Format element{FormatKind::kInt, l.activation_bits};
    for (int m = 0; m < shape.m; ++m) {
        for (int s = 0; s < layer.subspaces; ++s) {
            int node = 1;
            for (int level = 0; level < golden::tree_levels(l); ++level) {
                const int split =
                    layer.splits[area(s, golden::tree_levels(l)) + static_cast<std::size_t>(level)];
                const Code code = activations[area(m, shape.k) +
                                              static_cast<std::size_t>(s * l.subvector + split)];
                const std::int64_t x = golden::decode(element, code).value;
                const int threshold =
                    layer.thresholds[area(s, l.centroids) + static_cast<std::size_t>(node)];
                bin("lut.on_threshold").count += x == threshold ? 1 : 0;
                node = 2 * node + (x >= threshold ? 1 : 0);
            }
        }
    }
}

void BinCounter::count_ties(const golden::LutParams& l, golden::GemmShape shape,
                            const std::vector<Code>& activations, const golden::LutLayer& layer) {
    const Format element{FormatKind::kInt, l.activation_bits};
    const auto distance = [&](int m, int s, int c) {
        std::int64_t sum = 0;
        for (int i = 0; i < l.subvector; ++i) {
            const int k = s * l.subvector + i;
            const std::int64_t x =
                golden::decode(element, activations[area(m, shape.k) + static_cast<std::size_t>(k)])
                    .value;
            const std::int64_t difference =
                std::abs(x - layer.centroids[area(s * l.centroids + c, l.subvector) +
                                             static_cast<std::size_t>(i)]);
            switch (l.metric) {
                case golden::Metric::kL1:
                    sum += difference;
                    break;
                case golden::Metric::kL2:
                    sum += difference * difference;
                    break;
                case golden::Metric::kChebyshev:
                    sum = std::max(sum, difference);
                    break;
            }
        }
        return sum;
    };
    for (int m = 0; m < shape.m; ++m) {
        for (int s = 0; s < layer.subspaces; ++s) {
            std::int64_t best = distance(m, s, 0);
            int at_best = 1;
            for (int c = 1; c < l.centroids; ++c) {
                const std::int64_t d = distance(m, s, c);
                if (d < best) {
                    best = d;
                    at_best = 1;
                } else if (d == best) {
                    ++at_best;
                }
            }
            bin("lut.tie").count += at_best > 1 ? 1 : 0;
        }
    }
}

void BinCounter::add_output(const golden::ColumnParams& column, bool relu, std::int64_t acc) {
    const golden::PostParams& post = design_.post();
    const std::int64_t limit = std::int64_t{1} << (design_.accumulator().width - 1);
    bin("sum.zero").count += acc == 0 ? 1 : 0;
    bin("sum.high").count += acc > 0 && acc >= highest_sum_ / 2 ? 1 : 0;
    bin("sum.low").count += acc < 0 && acc <= lowest_sum_ / 2 ? 1 : 0;
    if (design_.accumulator().saturate) {
        bin("sum.at_highest").count += acc == limit - 1 ? 1 : 0;
        bin("sum.at_lowest").count += acc == -limit ? 1 : 0;
    }
    bin("post.scale_zero").count += column.scale == 0 ? 1 : 0;
    bin("post.scale_largest").count += column.scale + 1 == 1U << post.scale_bits ? 1 : 0;
    bin("post.shift_zero").count += column.shift == 0 ? 1 : 0;
    bin("post.shift_largest").count += column.shift + 1 == 1U << post.shift_bits ? 1 : 0;
    if (post.has_bias) {
        bin("post.bias_highest").count += column.bias == limit - 1 ? 1 : 0;
        bin("post.bias_lowest").count += column.bias == -limit ? 1 : 0;
    }
    const golden::Int128 product =
        (static_cast<golden::Int128>(acc) + (post.has_bias ? column.bias : 0)) * column.scale;
    if (column.shift > 0) {
        const golden::Int128 unit = static_cast<golden::Int128>(1) << column.shift;
        const golden::Int128 rest = product & (unit - 1);
        const bool odd = ((product >> column.shift) & 1) != 0;
        const bool tie = rest == unit / 2;
        if (tie && post.rounding == golden::Rounding::kNearestEven) {
            ++bin(odd ? "post.tie_up" : "post.tie_down").count;
        } else {
            ++bin(rest != 0 ? "post.inexact" : "post.exact").count;
        }
    } else {
        ++bin("post.exact").count;
    }
    std::int64_t z = golden::round_shift(product, static_cast<int>(column.shift), post.rounding);
    if (post.has_relu) {
        if (relu && z != 0) ++bin(z < 0 ? "post.relu_clamps" : "post.relu_passes").count;
        if (!relu && z < 0) ++bin("post.relu_off_negative").count;
        if (relu) z = std::max<std::int64_t>(z, 0);
    }
    const std::int64_t z_limit = std::int64_t{1} << (post.z_bits - 1);
    bin("post.clip_high").count += z >= z_limit ? 1 : 0;
    bin("post.clip_low").count += z < -z_limit ? 1 : 0;
}

void BinCounter::add_recording(const replay::Layout& layout, const replay::Recording& recording) {
    std::ifstream inputs(recording.inputs, std::ios::binary);
    std::ifstream outputs(recording.outputs, std::ios::binary);
    if (!inputs || !outputs) throw InputError(recording.inputs.string(), "", "cannot be read");
    std::string in;
    std::string out;
    const auto high = [&](const replay::Field& field) {
        return (field.input ? in : out)[field.at + field.digits - 1] == '1';
    };
    const auto error = std::find_if(layout.fields().begin(), layout.fields().end(),
                                    [](const replay::Field& f) { return f.name == "error_o"; });
    std::vector<std::optional<std::uint64_t>> last_beat(layout.streams().size());
    std::vector<std::uint64_t> weights;  // cycles in which tiles were complete since the reset
    std::vector<std::uint64_t> rows;     // cycles of tiles' last rows
    std::size_t weight_beats = 0;
    bool aligned = true;
    const auto end_stretch = [&] {
        const std::size_t tiles = counts_swaps() ? weights.size() : 0;
        for (std::size_t tile = 1; tile < tiles && tile <= rows.size(); ++tile) {
            ++bin(weights[tile] < rows[tile - 1] ? "swap.weights_early" : "swap.weights_late")
                  .count;
        }
        weights.clear();
        rows.clear();
        weight_beats = 0;
        aligned = true;
        std::fill(last_beat.begin(), last_beat.end(), std::nullopt);
    };
    std::uint64_t cycle = 0;
    while (std::getline(inputs, in) && std::getline(outputs, out)) {
        if (in.size() != layout.input_digits() || out.size() != layout.output_digits()) break;
        if (layout.in_reset(in)) {
            end_stretch();
            continue;
        }
        ++cycle;
        // A misplaced last flag: from here to the next reset tiles cannot be told by it.
        aligned = aligned && !high(*error);
        for (std::size_t i = 0; i < layout.streams().size(); ++i) {
            const replay::StreamFields& stream = layout.streams()[i];
            const bool valid = high(stream.valid);
            const bool ready = high(stream.ready);
            const std::string name = "stream." + stream.name;
            if (valid && !ready) ++bin(name + ".not_ready").count;
            if (ready && !valid) ++bin(name + ".not_valid").count;
            if (!valid || !ready) continue;
            if (last_beat[i]) {
                const std::uint64_t pause = cycle - *last_beat[i] - 1;
                ++bin(name + (pause == 0   ? ".back_to_back"
                              : pause == 1 ? ".pause_1"
                              : pause == 2 ? ".pause_2"
                                           : ".pause_3_or_more"))
                      .count;
            }
            last_beat[i] = cycle;
            if (!aligned) continue;
            if (stream.name == "wgt" &&
                ++weight_beats % static_cast<std::size_t>(design_.timing.tile_beats) == 0) {
                weights.push_back(cycle);
            }
            if (stream.name == "act" && high(stream.payload.back())) rows.push_back(cycle);
        }
    }
    end_stretch();
}

void BinCounter::add_operand_bins(Bins& bins, const std::string& stream, const Format& format,
                                  const Histogram& codes) const {
    const auto add = [&](const std::string& name, const std::string& meaning, Code code) {
        Bin& b = bins[stream + "." + name];
        b.meaning = meaning;
        b.count += codes[code];
    };
    double smallest[2] = {0.0, 0.0};
    double largest[2] = {0.0, 0.0};
    Code smallest_code[2] = {0, 0};
    Code largest_code[2] = {0, 0};
    for (int i = 0; i < golden::code_count(format); ++i) {
        const auto code = static_cast<Code>(i);
        const golden::Decoded d = golden::decode(format, code);
        if (d.nar) {
            add("nar", "not a real", code);
            continue;
        }
        const double x = golden::to_real(format, code);
        if (d.zero) {
            if (code == golden::zero_code(format)) {
                add("zero", "the code that is written for zero", code);
            } else {
                add("other_zero", "zero by another code", code);
            }
            continue;
        }
        const int sign = x < 0 ? 1 : 0;
        const double magnitude = std::abs(x);
        if (smallest[sign] == 0.0 || magnitude < smallest[sign]) {
            smallest[sign] = magnitude;
            smallest_code[sign] = code;
        }
        if (magnitude > largest[sign]) {
            largest[sign] = magnitude;
            largest_code[sign] = code;
        }
        if (format.kind == FormatKind::kPot) {
            add(fmt::format("exponent_{:02}", d.value + 1), "an exponent code, either sign", code);
        }
        if (golden::is_power_sum(format.kind)) {
            add(fmt::format("magnitude_{:03}", std::abs(d.value)), "a magnitude, either sign",
                code);
        }
        if (format.kind == FormatKind::kLp) {
            const int word = x < 0 ? (1 << format.n) - i : i;
            const int body = format.n - 1;
            const int first = (word >> (body - 1)) & 1;
            const int longest = format.regime == golden::LpRegime::kCapped ? format.rs : body;
            int run = 1;
            while (run < longest && ((word >> (body - 1 - run)) & 1) == first) ++run;
            add(fmt::format("regime_{}_{}", first != 0 ? "ones" : "zeros", run),
                fmt::format("a regime of {} {}", run, first != 0 ? "ones" : "zeros"), code);
        }
    }
    add("minpos", "the smallest positive number", smallest_code[0]);
    add("maxpos", "the largest number", largest_code[0]);
    add("minneg", "the negative number closest to zero", smallest_code[1]);
    add("most_negative", "the most negative number", largest_code[1]);
}

void BinCounter::add_code_bins(Bins& bins) const {
    const golden::PostParams& post = design_.post();
    const auto add = [&](Code code) {
        bins[fmt::format("out.code_0x{:02x}", code)] = {
            fmt::format("output code of {:g}", golden::to_real(post.output, code)), outputs_[code]};
    };
    if (post.output.kind == FormatKind::kInt) {
        for (int code = 0; code < golden::code_count(post.output); ++code) {
            add(static_cast<Code>(code));
        }
        return;
    }
    // Codes that some integer z in the encoder's range gives.
    const std::int64_t limit = std::int64_t{1} << (post.z_bits - 1);
    const std::vector<std::int64_t>& from = encoder_.thresholds();
    add(encoder_.encode(0));
    for (std::size_t i = 0; i < from.size(); ++i) {
        const std::int64_t first = std::max<std::int64_t>(from[i], 1);
        const bool last = i + 1 == from.size();
        if (!last && from[i + 1] <= first) continue;
        if (first < limit) add(encoder_.encode(first));
        if (first <= limit) add(encoder_.encode(-first));
    }
}

Bins BinCounter::bins() const {
    Bins all = counted_;
    add_operand_bins(all, "act", design_.spec.activation, activations_);
    if (design_.systolic) {
        add_operand_bins(all, "wgt", design_.spec.weight, weights_);
    } else {
        const golden::LutParams& l = *design_.lut;
        const bool measures = l.encoder == golden::LutEncoder::kDistance;
        add_operand_bins(all, measures ? "centroid" : "threshold",
                         {FormatKind::kInt, measures ? l.centroid_bits : l.activation_bits},
                         weights_);
    }
    add_code_bins(all);
    return all;
}

}  // namespace peforge::coverage
