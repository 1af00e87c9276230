// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <random>

#include "generator/spec/error.hpp"

namespace peforge {

namespace {

using golden::Code;
using golden::Format;
using golden::FormatKind;

/// Portable draws: mt19937_64 is fixed by the standard, its distributions are not.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
    int between(int low, int high) {
        return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low) + 1));
    }

private:
    std::mt19937_64 engine_;
};

/// Codes of a format sorted by role.
struct Codes {
    std::vector<Code> finite;
    Code zero = 0;
    Code smallest_positive = 0;
    Code smallest_negative = 0;
    Code largest_positive = 0;
    Code largest_negative = 0;
    bool has_nar = false;

    explicit Codes(const Format& f) : has_nar(f.kind == FormatKind::kLp) {
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
    }

    [[nodiscard]] Code draw(Draw& rng, Operands operands, const Format& f, int column) const {
        switch (operands) {
            case Operands::kZero:
                return zero;
            case Operands::kLargest:
                return column % 2 == 0 ? largest_positive : largest_negative;
            case Operands::kExtreme: {
                const Code all[] = {zero, smallest_positive, smallest_negative, largest_positive,
                                    largest_negative};
                return all[rng.below(5)];
            }
            case Operands::kNar:
                if (has_nar && rng.below(16) == 0) return golden::nar_code(f);
                [[fallthrough]];
            case Operands::kRandom:
                break;
        }
        return finite[rng.below(finite.size())];
    }
};

/// Operands of one case.
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

/// A scale and shift that put this sum's product on a rounding tie, or 2^j beside one: then every low
/// bit of the product decides an output, which a random product's low bits rarely do.
golden::ColumnParams draw_near_tie(Draw& rng, const Design& d, std::int64_t sum) {
    const golden::PostParams& post = d.post();
    const std::int64_t limit = 1LL << (d.accumulator().width - 1);
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

/// A bias that gives the encoder one value after the other: z itself is sum + bias.
golden::ColumnParams draw_encoder_input(Draw& rng, const Design& d, std::int64_t sum) {
    const int width = std::min(d.post().z_bits, d.accumulator().width - 1);
    golden::ColumnParams p;
    p.scale = 1;
    // Half of them close to zero in the logarithm, where codes lie close.
    const int bits = rng.below(2) == 0 ? width : rng.between(1, width);
    const auto span = static_cast<std::int64_t>(1ULL << (bits - 1));
    const std::int64_t limit = 1LL << (d.accumulator().width - 1);
    const std::int64_t z =
        static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(2 * span))) - span;
    p.bias = std::clamp<std::int64_t>(z - sum, -limit, limit - 1);
    return p;
}

/// Golden result of a problem.
struct Expected {
    std::vector<std::int64_t> acc;
    std::vector<Code> out;
    golden::Counters counters;
};

Problem draw_problem(const Design& d, const BenchCase& test, Draw& rng) {
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
    const golden::LutParams& l = *d.lut;
    p.lut.subspaces = (k + l.subvector - 1) / l.subvector;
    p.lut.n = n;
    const auto rows = area(p.lut.subspaces, l.centroids);
    const Codes centroids(Format{FormatKind::kInt, l.centroid_bits});
    const Codes entries(Format{FormatKind::kInt, l.entry_bits});
    const Format centroid_format{FormatKind::kInt, l.centroid_bits};
    const Format entry_format{FormatKind::kInt, l.entry_bits};
    const auto value = [](const Format& f, Code c) {
        return static_cast<std::int8_t>(golden::decode(f, c).value);
    };
    for (std::size_t i = 0; i < rows * static_cast<std::size_t>(l.subvector); ++i) {
        p.lut.centroids.push_back(
            value(centroid_format, centroids.draw(rng, test.operands, centroid_format, 0)));
    }
    for (std::size_t i = 0; i < rows * static_cast<std::size_t>(n); ++i) {
        const int column = static_cast<int>(i % static_cast<std::size_t>(n));
        p.lut.entries.push_back(
            value(entry_format, entries.draw(rng, test.operands, entry_format, column)));
    }
    return p;
}

Expected expect(const Design& d, const BenchCase& test, Problem& p, Draw& rng) {
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
    for (int c = 0; c < n; ++c) {
        std::int64_t largest = 0;
        for (int r = 0; r < m; ++r) {
            largest = std::max<std::int64_t>(
                largest, std::llabs(e.acc[area(r, n) + static_cast<std::size_t>(c)]));
        }
        const std::int64_t top = e.acc[static_cast<std::size_t>(c)];
        p.columns.push_back(test.scaling == Scaling::kNearTie ? draw_near_tie(rng, d, top)
                            : test.scaling == Scaling::kEncoder && d.post().has_bias
                                ? draw_encoder_input(rng, d, top)
                                : draw_column(rng, d, largest));
    }
    const golden::Encoder encoder(d.post().output, d.post().z_frac_bits);
    const bool relu = test.relu && d.post().has_relu;
    for (std::size_t i = 0; i < e.out.size(); ++i) {
        e.out[i] = golden::post_process(d.post(), encoder,
                                        p.columns[i % static_cast<std::size_t>(n)], relu, e.acc[i]);
    }
    return e;
}

/// What a person needs to see of one wrong output.
std::string describe(const Design& d, const BenchCase& test, const Problem& p, const Expected& e,
                     std::size_t at, Code got, std::uint64_t cycle, std::uint64_t seed) {
    const auto n = static_cast<std::size_t>(test.shape.n);
    const auto k = static_cast<std::size_t>(test.shape.k);
    const std::size_t row = at / n;
    const std::size_t column = at % n;
    const golden::ColumnParams& c = p.columns[column];
    const Format& out = d.post().output;
    std::string text = fmt::format(
        "out[{}][{}] at cycle {} (seed {}, m={} k={} n={}): got 0x{:02x} ({:g}), want 0x{:02x} "
        "({:g}); "
        "acc={} bias={} scale={} shift={} relu={}; operands act*wgt:",
        row, column, cycle, seed, test.shape.m, test.shape.k, test.shape.n, got,
        golden::to_real(out, got), e.out[at], golden::to_real(out, e.out[at]), e.acc[at], c.bias,
        c.scale, c.shift, test.relu);
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

std::string check(const Design& d, RtlModel& rtl, const BenchCase& test, std::uint64_t seed,
                  TestResult& result) {
    Draw rng(seed);
    Problem p = draw_problem(d, test, rng);
    const Expected e = expect(d, test, p, rng);
    std::vector<Code> got(e.out.size());
    PeforgeRtlStats stats{};
    if (d.systolic) {
        stats =
            rtl.gemm(test.shape, p.activations, p.weights, p.columns, test.relu, got, test.stall);
    } else {
        stats = rtl.gemm(test.shape, p.activations, p.lut, p.columns, test.relu, got, test.stall);
    }
    result.cycles = stats.sim_cycles;
    result.checked = got.size();

    const auto first = std::mismatch(got.begin(), got.end(), e.out.begin()).first;
    if (first != got.end()) {
        const auto at = static_cast<std::size_t>(first - got.begin());
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < got.size(); ++i) wrong += got[i] != e.out[i] ? 1 : 0;
        return fmt::format(
            "{} of {} outputs differ; first: {}", wrong, got.size(),
            describe(
                d, test, p, e, at, *first,
                rtl.output_cycle(static_cast<int>(at / static_cast<std::size_t>(test.shape.n)),
                                 static_cast<int>(at % static_cast<std::size_t>(test.shape.n))),
                seed));
    }
    if (stats.protocol_errors != 0) {
        return fmt::format(
            "{} protocol errors (seed {}): last or busy flag misplaced, data changed while "
            "stalled, or a beat after the end",
            stats.protocol_errors, seed);
    }
    if (stats.saturations != e.counters.saturations) {
        return fmt::format("saturation counter: got {}, want {} (seed {})", stats.saturations,
                           e.counters.saturations, seed);
    }
    if (stats.nar != e.counters.nar) {
        return fmt::format("NaR counter: got {}, want {} (seed {})", stats.nar, e.counters.nar,
                           seed);
    }
    const PeforgeRtlStall& s = test.stall;
    if ((s.job | s.prm | s.wgt | s.act | s.out) == 0) {
        const std::uint64_t want =
            golden::cycles(d.timing, golden::plan(test.shape, d.tile_k, d.cols, d.spec.rows_m));
        if (stats.cycles != want) {
            return fmt::format("cycle counter: got {}, want {} (seed {}, m={} k={} n={})",
                               stats.cycles, want, seed, test.shape.m, test.shape.k, test.shape.n);
        }
    }
    return {};
}

}  // namespace

std::vector<BenchCase> bench_cases(const Design& d, int level, std::uint64_t seed) {
    Draw rng(seed ^ 0x5EED);
    const int tile = d.tile_k;
    const int cols = d.cols;
    const int rows_m = d.spec.rows_m;
    const int max_k = d.spec.max_k;
    const auto within = [max_k](int k) { return std::clamp(k, 1, max_k); };
    const auto k_of = [&](int tiles, int extra) { return within(tiles * tile + extra); };

    std::vector<BenchCase> cases = {
        {"smoke.one_product", {1, 1, 1}, Operands::kRandom, {}, false},
        {"smoke.one_tile", {2, tile, cols}, Operands::kRandom, {}, false},
        {"smoke.one_row", {1, k_of(5, 0), cols}, Operands::kRandom, {}, true},
        {"smoke.k_tiles", {std::min(rows_m, 9), k_of(3, 0), cols}, Operands::kRandom, {}, true},
        {"remainder.k_and_n",
         {std::min(rows_m, 7), k_of(2, 1), cols + 1},
         Operands::kRandom,
         {},
         false},
        {"remainder.m",
         {rows_m + 3, k_of(2, -1), std::max(1, cols - 1)},
         Operands::kRandom,
         {},
         true},
        {"rows.all", {rows_m, k_of(2, 0), cols}, Operands::kRandom, {}, false},
        {"corner.zero", {5, k_of(2, 0), cols}, Operands::kZero, {}, false},
        {"corner.largest_at_max_k", {3, max_k, cols}, Operands::kLargest, {}, false},
        {"corner.extremes", {17, k_of(4, 0), cols}, Operands::kExtreme, {}, false},
        {"corner.nar", {9, k_of(3, 0), cols + 1}, Operands::kNar, {}, false},
        {"stall.inputs",
         {13, k_of(4, 1), 2 * cols + 1},
         Operands::kRandom,
         {64, 64, 96, 96, 0, seed},
         true},
        {"stall.output",
         {rows_m + 1, k_of(1, 0), 2 * cols},
         Operands::kRandom,
         {0, 0, 0, 0, 192, seed},
         false},
        {"stall.all",
         {13, k_of(3, 0), 2 * cols},
         Operands::kRandom,
         {128, 128, 128, 128, 128, seed},
         true},
        // Weights wait for the single row: its tiles must still be two cycles apart.
        {"stall.one_row",
         {1, k_of(40, 0), 3 * cols},
         Operands::kRandom,
         {0, 0, 0, 180, 0, seed},
         false},
        {"stall.slow_parameters",
         {1, tile, 3 * cols},
         Operands::kRandom,
         {0, 200, 0, 0, 64, seed},
         false},
    };
    // One row: the column parameters are made for its sums.
    cases.push_back({"post.near_ties", {1, tile, 64 * cols}, Operands::kRandom, {}, false});
    cases.back().scaling = Scaling::kNearTie;
    cases.push_back({"post.encoder", {1, tile, 64 * cols}, Operands::kRandom, {}, true});
    cases.back().scaling = Scaling::kEncoder;
    static constexpr int kRandomCases[] = {12, 60, 400, 2000};
    for (int i = 0; i < kRandomCases[level - 1]; ++i) {
        BenchCase c;
        c.name = fmt::format("random.{}", i);
        c.shape = {rng.between(1, std::min(2 * rows_m, 40)),
                   rng.between(1, std::min(max_k, 6 * tile + 2)), rng.between(1, 3 * cols)};
        c.relu = rng.below(2) == 0;
        c.operands = rng.below(4) == 0 ? Operands::kExtreme : Operands::kRandom;
        if (rng.below(2) == 0) {
            const auto p = [&rng] { return static_cast<std::uint32_t>(rng.below(224)); };
            c.stall = {p(), p(), p(), p(), p(), rng.below(1U << 30)};
        }
        cases.push_back(c);
    }
    return cases;
}

std::uint64_t case_seed(std::uint64_t seed, std::size_t index) {
    return (seed + 1) * 0x9E3779B97F4A7C15ULL + index;
}

TestResult run_case(const Design& design, RtlModel& rtl, const BenchCase& test,
                    std::uint64_t seed) {
    TestResult result;
    result.name = test.name;
    const auto start = std::chrono::steady_clock::now();
    try {
        result.failure = check(design, rtl, test, seed, result);
    } catch (const CheckFailedError& e) {
        result.failure = fmt::format("{} (seed {})", e.what(), seed);
    }
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

}  // namespace peforge
