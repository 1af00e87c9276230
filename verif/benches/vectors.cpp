// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/vectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>

#include "coco/rng.hpp"
#include "generator/support/draw.hpp"

namespace peforge {

namespace {

using golden::Code;
using golden::Format;
using golden::FormatKind;

/// Codes of a format sorted by role.
struct Codes {
    std::vector<Code> finite;
    std::vector<std::vector<Code>> octaves;  ///< the upper half of them: codes by floor(log2|x|)
    Code zero = 0;                           ///< of a format without zero, the smallest number
    Code smallest_positive = 0;
    Code smallest_negative = 0;
    Code largest_positive = 0;
    Code largest_negative = 0;
    bool has_nar = false;

    explicit Codes(const Format& f) : zero(golden::zero_code(f)), has_nar(golden::has_nar(f)) {
        double small_pos = INFINITY;
        double small_neg = -INFINITY;
        double large_pos = 0.0;
        double large_neg = 0.0;
        for (int c = 0; c < golden::code_count(f); ++c) {
            const auto code = static_cast<Code>(c);
            if (golden::decode(f, code).nar) continue;
            finite.push_back(code);
            const double x = golden::to_real(f, code);
            if (x > 0 && x < small_pos) small_pos = x, smallest_positive = code;
            if (x > 0 && x > large_pos) large_pos = x, largest_positive = code;
            if (x < 0 && x > small_neg) small_neg = x, smallest_negative = code;
            if (x < 0 && x < large_neg) large_neg = x, largest_negative = code;
        }
        std::map<int, std::vector<Code>> by_octave;
        for (const Code code : finite) {
            const double x = std::abs(golden::to_real(f, code));
            if (x > 0.0) by_octave[std::ilogb(x)].push_back(code);
        }
        auto octave = std::next(by_octave.begin(), static_cast<long>(by_octave.size() / 2));
        for (; octave != by_octave.end(); ++octave) octaves.push_back(std::move(octave->second));
    }

    [[nodiscard]] Code draw(Draw& rng, Operands operands, const Format& f, int column) const {
        switch (operands) {
            case Operands::kZero:
                return zero;
            case Operands::kLargest:
                return column % 2 == 0 ? largest_positive : largest_negative;
            case Operands::kLarge: {
                const std::vector<Code>& codes = octaves[rng.below(octaves.size())];
                return codes[rng.below(codes.size())];
            }
            case Operands::kExtreme: {
                const Code all[] = {zero, smallest_positive, smallest_negative, largest_positive,
                                    largest_negative};
                return all[rng.below(5)];
            }
            case Operands::kNar:
                if (has_nar && rng.below(16) == 0) return golden::nar_code(f);
                break;
            case Operands::kMostlyNar:
                if (has_nar && rng.below(4) != 0) return golden::nar_code(f);
                break;
            case Operands::kRandom:
                break;
        }
        return finite[rng.below(finite.size())];
    }
};

/// Operands of a GEMM.
struct Problem {
    std::vector<Code> activations;
    std::vector<Code> weights;
    golden::LutLayer lut;
    std::vector<golden::ColumnParams> columns;
};

std::size_t area(int rows, int cols) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
}

/// A scale and shift that bring sums of this magnitude near the output's range, and odd ones.
golden::ColumnParams draw_column(Draw& rng, const Design& d, std::int64_t largest_sum) {
    const golden::PostParams& post = d.post();
    golden::ColumnParams p;
    const int width = d.accumulator().width;
    p.scale = static_cast<std::uint32_t>(rng.below(1ULL << post.scale_bits));
    if (post.has_bias) {
        const std::int64_t span = std::min<std::int64_t>(2 * largest_sum + 16, 1LL << (width - 1));
        p.bias = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(2 * span))) - span;
    }
    const double target = std::ldexp(1.0, post.z_bits - 1) * std::ldexp(1.0, rng.between(-4, 2));
    const double product = static_cast<double>(largest_sum + std::llabs(p.bias) + 1) *
                           static_cast<double>(std::max(p.scale, 1U));
    const int shift = static_cast<int>(std::lround(std::log2(product / target)));
    p.shift = static_cast<std::uint32_t>(std::clamp(shift, 0, (1 << post.shift_bits) - 1));
    switch (rng.below(24)) {
        case 0:
            p.scale = 0;
            break;
        case 1:
            p.shift = 0;
            break;
        case 2:
            p.shift = (1U << post.shift_bits) - 1;
            break;
        case 3:
            p.bias = post.has_bias ? -(1LL << (width - 1)) : 0;
            break;
        case 4:
            p.bias = post.has_bias ? (1LL << (width - 1)) - 1 : 0;
            break;
        case 5:
            p.scale = static_cast<std::uint32_t>((1ULL << post.scale_bits) - 1);
            break;
        case 6:
            p.shift = static_cast<std::uint32_t>(rng.below(1ULL << post.shift_bits));
            break;
        default:
            break;
    }
    return p;
}

/// The x with a * x = 1 modulo 2^64, for an odd a (Newton: each step doubles the correct bits).
std::uint64_t inverse(std::uint64_t a) {
    std::uint64_t x = a;
    for (int i = 0; i < 6; ++i) x *= 2 - a * x;
    return x;
}

/// The least inputs of the encoder that give their code: every z with encode(z) != encode(z - 1).
std::vector<std::int64_t> thresholds(const golden::PostParams& post,
                                     const golden::Encoder& encoder) {
    const std::int64_t end = 1LL << (post.z_bits - 1);
    std::vector<std::int64_t> all;
    // The code does not return to an earlier one as z grows, so that bisection finds the next
    // change.
    for (std::int64_t z = -end; encoder.encode(z) != encoder.encode(end - 1);) {
        std::int64_t same = z;
        std::int64_t other = end - 1;
        while (other - same > 1) {
            const std::int64_t middle = same + (other - same) / 2;
            (encoder.encode(middle) == encoder.encode(z) ? same : other) = middle;
        }
        all.push_back(other);
        z = other;
    }
    return all;
}

/// A product on the border of two codes, by a shift of any size, or one unit of the sum beside it:
/// where the encoder rounds as well, few other products show what the rounding of the shift does.
std::optional<golden::ColumnParams> draw_code_border(Draw& rng, const Design& d,
                                                     const std::vector<std::int64_t>& edges,
                                                     std::int64_t sum) {
    const golden::PostParams& post = d.post();
    const int width = d.accumulator().width;
    const std::int64_t edge = edges[rng.below(edges.size())];
    // Halves: a tie goes to the edge or to the value below it.
    const std::int64_t halves =
        2 * edge - (post.rounding == golden::Rounding::kNearestEven ? 1 : 0);
    const int bits =
        static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::llabs(halves))));
    const int most = width - 2 - bits;
    if (most < 0) return std::nullopt;
    const int i = rng.between(0, most);
    const int j = rng.between(0, post.scale_bits - 1);
    if (i + j + 1 >= 1 << post.shift_bits) return std::nullopt;
    const std::int64_t x = halves * (1LL << i) + static_cast<std::int64_t>(rng.below(3)) - 1;
    const std::int64_t limit = 1LL << (width - 1);
    if (x - sum < -limit || x - sum >= limit) return std::nullopt;
    return golden::ColumnParams{
        .bias = x - sum, .scale = 1U << j, .shift = static_cast<std::uint32_t>(i + j + 1)};
}

/// A product on a tie of a shift of any size, or a little beside it: a bias and a scale that are
/// small odd numbers times powers of two.
std::optional<golden::ColumnParams> draw_wide_tie(Draw& rng, const Design& d, std::int64_t sum) {
    const golden::PostParams& post = d.post();
    const int width = d.accumulator().width;
    const int i = rng.between(0, width - 3);
    const int j = rng.between(0, post.scale_bits - 1);
    const int shift = i + j + 1;
    if (shift >= 1 << post.shift_bits) return std::nullopt;
    const auto odd = [&rng](int bits) {
        return 1 + 2 * static_cast<std::int64_t>(rng.below(1ULL << std::clamp(bits, 0, 3)));
    };
    std::int64_t x = odd(width - 3 - i) << i;
    if (rng.below(2) == 0) x = -x;
    x += static_cast<std::int64_t>(rng.below(3)) - 1;
    golden::ColumnParams p;
    p.bias = x - sum;
    p.scale = static_cast<std::uint32_t>(odd(post.scale_bits - 1 - j) << j);
    p.shift = static_cast<std::uint32_t>(shift);
    const std::int64_t limit = 1LL << (width - 1);
    if (p.bias < -limit || p.bias >= limit || p.scale >> post.scale_bits != 0) return std::nullopt;
    return p;
}

/// A scale and shift that put this sum's product on a rounding tie, or 2^j beside one: then every
/// low bit of the product decides an output, which a random product's low bits rarely do.
golden::ColumnParams draw_near_tie(Draw& rng, const Design& d,
                                   const std::vector<std::int64_t>& edges, std::int64_t sum) {
    const golden::PostParams& post = d.post();
    const std::int64_t limit = 1LL << (d.accumulator().width - 1);
    if (post.has_bias && post.output.kind != FormatKind::kInt && rng.below(2) == 0) {
        if (const auto border = draw_code_border(rng, d, edges, sum)) return *border;
    }
    if (post.has_bias && rng.below(2) == 0) {
        if (const auto wide = draw_wide_tie(rng, d, sum)) return *wide;
    }
    golden::ColumnParams p;
    if (post.has_bias) {
        const std::int64_t magnitude = 1LL << rng.between(1, d.accumulator().width - 2);
        const std::int64_t wanted =
            static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(2 * magnitude))) -
            magnitude;
        p.bias = std::clamp<std::int64_t>(wanted - sum, -limit, limit - 1);
    }
    const std::int64_t x = sum + p.bias;
    int zeros = 0;
    while (zeros < post.scale_bits && x != 0 && ((x >> zeros) & 1) == 0) ++zeros;
    const int bits = std::min(rng.between(1, post.scale_bits), (1 << post.shift_bits) - 1 - zeros);
    if (bits < 1) return draw_column(rng, d, std::llabs(sum));
    const std::uint64_t half = 1ULL << (bits - 1);
    const std::uint64_t beside = 1ULL << rng.below(static_cast<std::uint64_t>(bits));
    const std::uint64_t offset[] = {0, beside, ~beside + 1, 1};
    const std::uint64_t rest = half + offset[rng.below(4)];
    const std::uint64_t mask = (1ULL << bits) - 1;
    p.scale = static_cast<std::uint32_t>(
        (inverse(static_cast<std::uint64_t>(x >> zeros) | 1) * rest) & mask);
    p.shift = static_cast<std::uint32_t>(bits + zeros);
    return p;
}

/// A bias that gives the encoder the z of its place: thresholds and the values below them first,
/// then random ones, half of them close to zero in the logarithm, where codes lie close.
golden::ColumnParams draw_encoder_input(Draw& rng, const Design& d,
                                        const std::vector<std::int64_t>& edges, int column,
                                        std::int64_t sum) {
    const int width = std::min(d.post().z_bits, d.accumulator().width - 1);
    const int bits = rng.below(2) == 0 ? width : rng.between(1, width);
    const auto span = static_cast<std::int64_t>(1ULL << (bits - 1));
    const std::int64_t limit = 1LL << (d.accumulator().width - 1);
    std::int64_t z =
        static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(2 * span))) - span;
    const auto edge = static_cast<std::size_t>(column) / 2;
    if (edge < edges.size()) z = edges[edge] - column % 2;
    golden::ColumnParams p;
    p.scale = 1;
    p.bias = std::clamp<std::int64_t>(z - sum, -limit, limit - 1);
    return p;
}

/// Golden result of a problem.
struct Expected {
    std::vector<std::int64_t> acc;
    std::vector<Code> out;
    golden::Counters counters;
};

/// A signed number of `bits` bits, as Codes::draw() draws codes.
int draw_integer(Draw& rng, Operands operands, int bits, int column) {
    const int high = (1 << (bits - 1)) - 1;
    switch (operands) {
        case Operands::kZero:
            return 0;
        case Operands::kLargest:
            return column % 2 == 0 ? high : -high - 1;
        case Operands::kLarge: {
            const int octave = rng.between(bits / 2, bits - 1);
            const int number =
                static_cast<int>(rng.below(1ULL << (octave - 1))) + (1 << (octave - 1));
            return rng.below(2) == 0 ? number : -number;
        }
        case Operands::kExtreme: {
            const int all[] = {0, std::min(1, high), -1, high, -high - 1};
            return all[rng.below(5)];
        }
        default:
            break;
    }
    return static_cast<int>(rng.below(1ULL << bits)) - high - 1;
}

/// Codebooks or decision trees, and tables.
golden::LutLayer draw_layer(const Design& d, const TestCase& test, Draw& rng) {
    const golden::LutParams& l = *d.lut;
    golden::LutLayer layer;
    layer.subspaces = (test.shape.k + l.subvector - 1) / l.subvector;
    layer.n = test.shape.n;
    const auto rows = area(layer.subspaces, l.centroids);
    const auto draw = [&](auto& to, std::size_t count, int bits, int columns) {
        for (std::size_t i = 0; i < count; ++i) {
            const int column = static_cast<int>(i % static_cast<std::size_t>(columns));
            to.push_back(static_cast<std::decay_t<decltype(to)>::value_type>(
                draw_integer(rng, test.operands, bits, column)));
        }
    };
    if (l.encoder == golden::LutEncoder::kTree) {
        draw(layer.thresholds, rows, l.activation_bits, 1);
        for (std::size_t i = 0; i < area(layer.subspaces, golden::tree_levels(l)); ++i) {
            layer.splits.push_back(
                static_cast<std::uint8_t>(rng.below(static_cast<std::uint64_t>(l.subvector))));
        }
    } else {
        draw(layer.centroids, rows * static_cast<std::size_t>(l.subvector), l.centroid_bits, 1);
    }
    draw(layer.entries, rows * static_cast<std::size_t>(layer.n), l.entry_bits, layer.n);
    const std::uint64_t levels = 1ULL << l.shift_bits;
    const bool largest = test.operands == Operands::kLargest;
    for (int s = 0; s < layer.subspaces && levels > 1; ++s) {
        layer.shifts.push_back(static_cast<std::uint8_t>(largest ? levels - 1 : rng.below(levels)));
    }
    return layer;
}

Problem draw_problem(const Design& d, const TestCase& test, Draw& rng) {
    Problem p;
    const Format& act = d.spec.activation;
    const Codes act_codes(act);
    const auto [m, k, n] = test.shape;
    p.activations.resize(area(m, k));
    for (Code& c : p.activations) {
        // Activations keep one sign, so that "largest" sums add up in every column.
        c = act_codes.draw(rng, test.operands, act, 0);
    }
    if (d.systolic) {
        const Codes wgt_codes(d.spec.weight);
        p.weights.resize(area(k, n));
        for (std::size_t i = 0; i < p.weights.size(); ++i) {
            p.weights[i] = wgt_codes.draw(rng, test.operands, d.spec.weight,
                                          static_cast<int>(i % static_cast<std::size_t>(n)));
        }
        return p;
    }
    p.lut = draw_layer(d, test, rng);
    return p;
}

Expected expect(const Design& d, const TestCase& test, Problem& p, Draw& rng) {
    Expected e;
    const auto [m, k, n] = test.shape;
    e.acc.resize(area(m, n));
    e.out.resize(area(m, n));
    if (d.systolic) {
        golden::SystolicArray(*d.systolic)
            .accumulate(test.shape, p.activations, p.weights, e.acc, &e.counters);
    } else {
        golden::LutArray(*d.lut).accumulate(test.shape, p.activations, p.lut, e.acc, &e.counters);
    }
    const golden::Encoder encoder(d.post().output, d.post().z_frac_bits);
    const bool encoding = test.scaling == Scaling::kEncoder && d.post().has_bias;
    const std::vector<std::int64_t> edges = encoding || test.scaling == Scaling::kNearTie
                                                ? thresholds(d.post(), encoder)
                                                : std::vector<std::int64_t>{};
    for (int c = 0; c < n; ++c) {
        std::int64_t largest = 0;
        for (int r = 0; r < m; ++r) {
            largest = std::max<std::int64_t>(
                largest, std::llabs(e.acc[area(r, n) + static_cast<std::size_t>(c)]));
        }
        const std::int64_t top = e.acc[static_cast<std::size_t>(c)];
        p.columns.push_back(test.scaling == Scaling::kNearTie ? draw_near_tie(rng, d, edges, top)
                            : encoding ? draw_encoder_input(rng, d, edges, c, top)
                                       : draw_column(rng, d, largest));
    }
    for (std::size_t i = 0; i < e.out.size(); ++i) {
        e.out[i] =
            golden::post_process(d.post(), encoder, p.columns[i % static_cast<std::size_t>(n)],
                                 test.relu && d.post().has_relu, e.acc[i]);
    }
    return e;
}

/// A GEMM with everything that belongs to it.
struct Gemm {
    Design design;
    TestCase test;
    Problem problem;
    Expected expected;
};

/// What a person needs to see of one wrong output.
std::string describe_output(const Gemm& gemm, std::size_t at, Code got) {
    const auto& [d, test, p, e] = gemm;
    const auto n = static_cast<std::size_t>(test.shape.n);
    const auto k = static_cast<std::size_t>(test.shape.k);
    const std::size_t row = at / n;
    const std::size_t column = at % n;
    const golden::ColumnParams& c = p.columns[column];
    const Format& out = d.post().output;
    std::string text = fmt::format(
        "out[{}][{}] (m={} k={} n={}): got 0x{:02x} ({:g}), want 0x{:02x} ({:g}); acc={} bias={} "
        "scale={} shift={} relu={}; operands act*wgt:",
        row, column, test.shape.m, test.shape.k, test.shape.n, got, golden::to_real(out, got),
        e.out[at], golden::to_real(out, e.out[at]), e.acc[at], c.bias, c.scale, c.shift, test.relu);
    constexpr std::size_t kShown = 8;
    for (std::size_t i = 0; i < std::min(k, kShown); ++i) {
        const Code a = p.activations[row * k + i];
        text += fmt::format(" 0x{:02x}({:g})", a, golden::to_real(d.spec.activation, a));
        if (d.systolic) {
            const Code w = p.weights[i * n + column];
            text += fmt::format("*0x{:02x}({:g})", w, golden::to_real(d.spec.weight, w));
        }
    }
    if (k > kShown) text += fmt::format(" ... ({} in all)", k);
    return text;
}

/// Explains a wrong beat by its first wrong output code.
std::string describe_beat(const Gemm& gemm, std::uint64_t beat,
                          std::span<const std::uint32_t> got) {
    const Design& d = gemm.design;
    const golden::GemmShape shape = gemm.test.shape;
    StreamBeats all =
        pack(d, shape, gemm.problem.activations, {gemm.problem.weights, &gemm.problem.lut},
             gemm.problem.columns, gemm.test.relu, gemm.expected.out)
            .out;
    std::copy(got.begin(), got.end(),
              all.words.begin() + static_cast<std::ptrdiff_t>(beat * all.words_per_beat));
    std::vector<Code> codes(gemm.expected.out.size());
    unpack(d, shape, all, codes);
    const auto first = std::mismatch(codes.begin(), codes.end(), gemm.expected.out.begin()).first;
    if (first == codes.end()) {
        return fmt::format("output beat {}: the last flag or an unused column is wrong", beat);
    }
    return describe_output(gemm, static_cast<std::size_t>(first - codes.begin()), *first);
}

/// A mode of the array, each as often as the others; or what a job chooses, at times the spec's own
/// formats, and for each operand at times corners: the finest logarithms are those of es 0, rs 1.
Design draw_mode(const Design& d, const TestCase& test, Draw& rng) {
    if (has_choice(d)) {
        if (test.mode) return in_mode(d, *test.mode);
        if (rng.below(8) == 0) return d;
        int mode = 0;
        for (const char* role : {"wgt", "act"}) {
            const bool corner = rng.below(3) == 0;
            for (const golden::Selector& s : selectors(d)) {
                if (!s.name.starts_with(role)) continue;
                const int value = !corner             ? rng.between(s.lowest, s.largest)
                                  : rng.below(2) == 0 ? s.lowest
                                                      : s.largest;
                mode |= value << s.place;
            }
        }
        return in_mode(d, mode);
    }
    const int modes = mode_count(d);
    return modes == 1 ? d
                      : in_mode(d, static_cast<int>(rng.below(static_cast<std::uint64_t>(modes))));
}

/// A whole GEMM as an episode, on the array in its present mode.
Episode gemm_episode(const Design& d, const TestCase& test, Start start, Draw& rng) {
    const auto gemm = std::make_shared<Gemm>(Gemm{d, test, draw_problem(d, test, rng), {}});
    gemm->expected = expect(d, test, gemm->problem, rng);
    const Problem& p = gemm->problem;
    Episode episode;
    episode.feed.start = start;
    episode.feed.stall = test.stall;
    episode.feed.beats = pack(d, test.shape, p.activations, {p.weights, &p.lut}, p.columns,
                              test.relu, gemm->expected.out);
    episode.cycles = golden::cycles(d.timing, plan(d, test.shape));
    episode.saturations = gemm->expected.counters.saturations;
    episode.nar = gemm->expected.counters.nar;
    episode.describe = [gemm](std::uint64_t beat, std::span<const std::uint32_t> got) {
        return describe_beat(*gemm, beat, got);
    };
    return episode;
}

/// Appends an episode's beats to another's: one stream of jobs.
void append(Episode& episode, Episode&& next) {
    const std::uint64_t first = episode.feed.beats.out.beats();
    Beats& beats = episode.feed.beats;
    const Beats& more = next.feed.beats;
    const auto add = [](StreamBeats& to, const StreamBeats& from) {
        to.words.insert(to.words.end(), from.words.begin(), from.words.end());
    };
    add(beats.job, more.job);
    add(beats.prm, more.prm);
    add(beats.wgt, more.wgt);
    add(beats.act, more.act);
    add(beats.out, more.out);
    episode.saturations += next.saturations;
    episode.nar += next.nar;
    episode.describe = [first, head = episode.describe, tail = next.describe](
                           std::uint64_t beat, std::span<const std::uint32_t> got) {
        return beat < first ? head(beat, got) : tail(beat - first, got);
    };
}

/// GEMMs as one stream of jobs: K doubles from one to the next, ReLU in every other one, each in a
/// mode of its own.
Episode mixed_episode(const Design& array, TestCase test, Draw& rng) {
    constexpr int kGemms = 6;
    std::vector<golden::Job> jobs;
    Episode all;
    for (int i = 0; i < kGemms; ++i) {
        const Design d = draw_mode(array, test, rng);
        Episode one = gemm_episode(d, test, Start::kReset, rng);
        const std::vector<golden::Job> more = plan(d, test.shape);
        jobs.insert(jobs.end(), more.begin(), more.end());
        if (i == 0) {
            all = std::move(one);
        } else {
            append(all, std::move(one));
        }
        test.relu = !test.relu;
        test.shape.k = std::min(2 * test.shape.k, d.spec.max_k);
        test.shape.n = std::max(1, test.shape.n - d.cols * (i % 2));
    }
    all.cycles = golden::cycles(array.timing, jobs);
    return all;
}

/// The same array with another shape and ReLU bit.
TestCase variant(TestCase test, golden::GemmShape shape) {
    test.shape = shape;
    test.relu = !test.relu;
    return test;
}

/// A job beat of the array's own mode or formats: a word for each port, one row, one tile.
std::vector<std::uint32_t> legal_job(const Design& d) {
    std::map<std::string, std::uint64_t> values = job_mode_ports(d);
    values["job_m_i"] = values["job_tiles_i"] = 1;
    std::vector<std::uint32_t> words;
    for (const Stream& stream : streams(d)) {
        if (stream.name != "job") continue;
        for (const Port& port : stream.payload) {
            words.push_back(static_cast<std::uint32_t>(values[port.name]));
        }
    }
    return words;
}

/// Jobs that are good but for one of the numbers that choose their formats.
void add_bad_choices(const Design& d, std::vector<std::vector<std::uint32_t>>& beats) {
    for (const Stream& stream : streams(d)) {
        if (stream.name != "job") continue;
        for (std::size_t i = 0; i < stream.payload.size(); ++i) {
            for (const golden::Selector& s : selectors(d)) {
                if (stream.payload[i].name != selector_port(s)) continue;
                const int last = (1 << s.width) - 1;
                for (const int value : {s.lowest - 1, s.largest + 1, last}) {
                    if (value < 0 || value > last || (value >= s.lowest && value <= s.largest)) {
                        continue;
                    }
                    beats.push_back(legal_job(d));
                    beats.back()[i] = static_cast<std::uint32_t>(value);
                }
            }
        }
    }
}

/// Jobs that keep or reuse indices when they must not, and behind a job that keeps them the next
/// one without reuse, with other rows, and with other tiles.
void add_bad_reuse(const Design& d, StreamBeats& jobs,
                   std::vector<std::vector<std::uint32_t>>& beats) {
    if (!d.lut || d.lut->kept_tiles == 0) return;
    const auto kept = static_cast<std::uint32_t>(d.lut->kept_tiles);
    const std::size_t reuse = jobs.words_per_beat - 1;  // the last ports: keep, reuse
    const std::size_t keep = reuse - 1;
    if (kept + 1 < 1U << d.tiles_bits) {
        for (const std::size_t flag : {keep, reuse}) {
            beats.push_back(legal_job(d));
            beats.back()[1] = kept + 1;
            beats.back()[flag] = 1;
        }
    }
    std::vector<std::uint32_t> words;
    bool kept_before = false;
    for (std::uint64_t beat = 0; beat < jobs.beats(); ++beat) {
        const std::vector<std::uint32_t> job(jobs.beat(beat).begin(), jobs.beat(beat).end());
        const auto refused = [&](std::size_t at, std::uint32_t value) {
            words.insert(words.end(), job.begin(), job.end());
            words[words.size() - job.size() + at] = value;
        };
        if (kept_before) {
            refused(reuse, 0);
            const auto other = [](std::uint32_t number) {
                return number > 1 ? number - 1 : number + 1;
            };
            if (other(job[0]) >> d.m_bits == 0) refused(0, other(job[0]));
            if (other(job[1]) >> d.tiles_bits == 0) refused(1, other(job[1]));
        } else if (beat == 0) {
            refused(reuse, 1);
        }
        words.insert(words.end(), job.begin(), job.end());
        kept_before = job[keep] != 0;
    }
    jobs.words = words;
}

/// Puts job beats that must be refused before, between and behind the good ones.
void add_bad_jobs(const Design& d, Episode& episode, Draw& rng) {
    const std::vector<Stream> all = streams(d);
    const std::uint32_t rows_m = static_cast<std::uint32_t>(d.rows_m);
    const std::uint32_t m_end = 1U << d.m_bits;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> bad = {{0, 1}, {1, 0}};
    for (const std::uint32_t m : {rows_m + 1, m_end - 1}) {
        if (m > rows_m && m < m_end) bad.emplace_back(m, 1);
    }
    StreamBeats& jobs = episode.feed.beats.job;
    const std::uint64_t good_jobs = jobs.beats();
    std::vector<std::vector<std::uint32_t>> beats;
    for (const auto& [m, tiles] : bad) beats.push_back({m, tiles});
    for (std::vector<std::uint32_t>& beat : beats) {
        // Formats that are legal, or zeros.
        const std::vector<std::uint32_t> good = legal_job(d);
        for (std::size_t i = beat.size(); i < good.size(); ++i) beat.push_back(good[i]);
    }
    if (const auto modes = static_cast<std::uint32_t>(mode_count(d)); (modes & (modes - 1)) != 0) {
        beats.push_back({1, 1});  // a mode that does not exist, the last port
        beats.back().resize(jobs.words_per_beat);
        beats.back().back() = modes;
    }
    add_bad_choices(d, beats);
    add_bad_reuse(d, jobs, beats);
    for (const std::vector<std::uint32_t>& beat : beats) {
        const std::uint64_t at = rng.below(jobs.beats() + 1) * jobs.words_per_beat;
        jobs.words.insert(jobs.words.begin() + static_cast<std::ptrdiff_t>(at), beat.begin(),
                          beat.end());
    }
    episode.cycles_slack = jobs.beats() - good_jobs;
    episode.error = true;
}

/// Inverts the last flag of a beat: one that has it, or one that has it not if there is any.
void misplace_last(StreamBeats& beats, Episode& episode, bool missing, Draw& rng) {
    std::vector<std::uint64_t> candidates;
    for (std::uint64_t beat = 0; beat < beats.beats(); ++beat) {
        if ((beats.beat(beat).back() != 0) == missing) candidates.push_back(beat);
    }
    if (candidates.empty()) return;
    const std::uint64_t beat = candidates[rng.below(candidates.size())];
    beats.words[(beat + 1) * beats.words_per_beat - 1] ^= 1U;
    episode.error = true;
}

std::vector<Episode> scenario(const Design& d, const TestCase& test, Draw& rng) {
    std::vector<Episode> episodes;
    const auto add = [&](const TestCase& what, Start start) -> Episode& {
        return episodes.emplace_back(gemm_episode(draw_mode(d, what, rng), what, start, rng));
    };
    const auto [m, k, n] = test.shape;
    switch (test.scenario) {
        case Scenario::kGemm:
            add(test, Start::kReset);
            break;
        case Scenario::kSequence:
            add(test, Start::kReset);
            add(variant(test, {1, std::min(k, d.tile_k), n}), Start::kGoOn);
            add(variant(test, {m, k, 1}), Start::kClear);
            break;
        case Scenario::kReset:
            for (int i = 0; i < 6; ++i) {
                Episode& broken = add(test, Start::kReset);
                broken.feed.stop_after = 1 + rng.below(broken.cycles * (test.stall.none() ? 1 : 2));
            }
            add(test, Start::kReset);
            break;
        case Scenario::kMixed:
            episodes.push_back(mixed_episode(d, test, rng));
            break;
        case Scenario::kClear:
            for (int i = 0; i < 3; ++i) {
                Episode& cleared = add(test, Start::kReset);
                cleared.feed.clear_at = 1 + rng.below(cleared.cycles);
            }
            add(test, Start::kGoOn);
            break;
        case Scenario::kBadJob:
            add_bad_jobs(d, add(test, Start::kReset), rng);
            add(test, Start::kGoOn).error = true;
            add(test, Start::kClear);
            break;
        case Scenario::kMisplacedLast:
            for (const bool missing : {false, true}) {
                Episode& weights = add(test, episodes.empty() ? Start::kReset : Start::kClear);
                misplace_last(weights.feed.beats.wgt, weights, missing, rng);
                Episode& activations = add(test, Start::kClear);
                misplace_last(activations.feed.beats.act, activations, missing, rng);
            }
            add(test, Start::kClear);
            break;
    }
    return episodes;
}

}  // namespace

std::uint64_t test_seed(std::uint64_t seed, const std::string& test) {
    return coco::fnv1a(fmt::format("{}/{}", seed, test));
}

std::vector<Episode> test_vectors(const Design& design, const TestCase& test, std::uint64_t seed) {
    Draw rng(test_seed(seed, test.name));
    std::vector<Episode> episodes = scenario(design, test, rng);
    for (std::size_t i = 0; i < episodes.size(); ++i) {
        episodes[i].feed.pause_seed =
            coco::fnv1a(fmt::format("{}/{}/pause.{}", seed, test.name, i));
    }
    return episodes;
}

}  // namespace peforge
