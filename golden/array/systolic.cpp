// Golden systolic array.
//
// Two ways to the same integers as product_term(). The linear datapaths (is_linear) are products
// of two decoded integers of at most 16 bits, so they are dot products. The others (log, float) are
// tables of signed terms: for each k, the terms of every activation magnitude that occurs with a
// block of columns are written out once, and each row of the GEMM then only adds the line of its
// activation.
//
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "golden/array/array.hpp"
#include "golden/array/kernels.hpp"
#include "golden/array/sum_adder.hpp"

namespace peforge::golden {

namespace {

constexpr int kCodes = 256;
constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
/// Rows of the GEMM whose operands and sums stay in the caches together.
constexpr int kLinearRows = 64;
constexpr int kTermRows = 4096;
/// Bytes of term lines that are prepared before the rows pass over them.
constexpr int kTermBytes = 1 << 15;
constexpr int kMaxDepth = 8;

int ceil_div(int a, int b) {
    return (a + b - 1) / b;
}
int round_up(int a, int unit) {
    return ceil_div(a, unit) * unit;
}
std::size_t area(int a, int b) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::invalid_argument(what);
    }
}

std::uint64_t count_nar(const Format& f, std::span<const Code> codes) {
    if (!has_nar(f)) {
        return 0;
    }
    std::array<bool, kCodes> nar{};
    for (std::size_t code = 0; code < nar.size(); ++code) {
        nar[code] = decode(f, static_cast<Code>(code)).nar;
    }
    return static_cast<std::uint64_t>(std::count_if(
        codes.begin(), codes.end(), [&nar](Code code) { return nar[std::size_t{code}]; }));
}

/// Factor of an operand of a linear datapath.
std::int32_t factor(const Format& f, Code code) {
    const Decoded d = decode(f, code);
    return d.zero ? 0 : linear_factor(f, d);
}

/// Factors of a row of codes. Integers are only sign-extended, which vectorises.
void read_factors(const Format& f, const std::vector<std::int32_t>& table, const Code* codes,
                  int count, std::int16_t* out) {
    if (f.kind == FormatKind::kInt) {
        const int unused = 8 - f.n;
        for (int t = 0; t < count; ++t) {
            const auto top = static_cast<std::int8_t>(static_cast<unsigned>(codes[t]) << unused);
            out[t] = static_cast<std::int16_t>(top >> unused);
        }
        return;
    }
    for (int t = 0; t < count; ++t) {
        out[t] = static_cast<std::int16_t>(table[codes[t]]);
    }
}

}  // namespace

SystolicParams in_mode(const SystolicParams& p, int mode) {
    SystolicParams one = p;
    one.modes.clear();
    if (p.modes.empty()) {
        one.datapath = with_choice(p.choice, p.datapath, mode);
    } else {
        const ModeParams& chosen = p.modes.at(static_cast<std::size_t>(mode));
        one.datapath = chosen.datapath;
        one.lanes = p.lanes * chosen.products;
    }
    return one;
}

// The tables of terms. An activation's line in a table of terms is 0 for zero and 1 + 2 * magnitude
// + sign otherwise; activation_table_ holds that, and term_rows_ where a magnitude's terms begin:
// its term with a weight is terms_[term_rows_[magnitude] + weight_table_[weight]].
SystolicArray::SystolicArray(SystolicParams params)
    : params_(std::move(params)),
      encoder_(params_.post.output, params_.post.z_frac_bits),
      weight_table_(kCodes),
      activation_table_(kCodes) {
    const DatapathParams& d = params_.datapath;
    require(params_.rows > 0 && params_.cols > 0 && params_.lanes > 0 && params_.rows_m > 0,
            "a systolic array needs positive sizes");
    if (is_linear(d)) {
        for (int code = 0; code < kCodes; ++code) {
            const auto index = static_cast<std::size_t>(code);
            weight_table_[index] = factor(d.weight, static_cast<Code>(code));
            activation_table_[index] = factor(d.activation, static_cast<Code>(code));
        }
    } else if (d.kind == DatapathKind::kLog) {
        fill_log_terms();
    } else {
        fill_float_terms();
    }
}

// Offsets count the steps of 2^-F from the smallest operand, so that the sum of two offsets indexes
// terms_: [0, span) are the terms, [span, 2 span) their negatives, and [2 span, 3 span) zeros. A
// weight's offset includes its region.
void SystolicArray::fill_log_terms() {
    const DatapathParams& d = params_.datapath;
    const int weight_step = 1 << (d.log_frac_bits - log_frac_bits(d.weight));
    const int activation_step = 1 << (d.log_frac_bits - log_frac_bits(d.activation));
    const int weight_min = min_decoded(d.weight);
    const int activation_min = min_decoded(d.activation);
    const int span = d.log_max - d.log_min + 1;
    for (int offset = 0; offset < span; ++offset) {
        terms_.push_back(log_magnitude(d, d.log_min + offset));
    }
    for (int offset = 0; offset < span; ++offset) {
        terms_.push_back(-terms_[static_cast<std::size_t>(offset)]);
    }
    terms_.resize(3 * static_cast<std::size_t>(span), 0);
    for (int code = 0; code < kCodes; ++code) {
        const Decoded w = decode(d.weight, static_cast<Code>(code));
        weight_table_[static_cast<std::size_t>(code)] =
            w.zero ? 2 * span : (w.value - weight_min) * weight_step + (w.negative ? span : 0);
        const Decoded a = decode(d.activation, static_cast<Code>(code));
        if (a.zero) {
            continue;
        }
        const int offset = (a.value - activation_min) * activation_step;
        auto row = std::find(term_rows_.begin(), term_rows_.end(), offset);
        if (row == term_rows_.end()) {
            row = term_rows_.insert(row, offset);
        }
        activation_table_[static_cast<std::size_t>(code)] =
            1 + 2 * static_cast<std::int32_t>(row - term_rows_.begin()) + (a.negative ? 1 : 0);
    }
}

// A mantissa product has no shorter description than the pair of operands: every activation
// magnitude has a table of its terms with all weight codes.
void SystolicArray::fill_float_terms() {
    const DatapathParams& d = params_.datapath;
    std::vector<int> magnitudes;
    for (int code = 0; code < kCodes; ++code) {
        weight_table_[static_cast<std::size_t>(code)] = code & (code_count(d.weight) - 1);
        const Decoded a = decode(d.activation, static_cast<Code>(code));
        if (a.zero) {
            continue;
        }
        auto row = std::find(magnitudes.begin(), magnitudes.end(), a.value);
        if (row == magnitudes.end()) {
            row = magnitudes.insert(row, a.value);
            term_rows_.push_back(static_cast<std::int32_t>(terms_.size()));
            for (int w = 0; w < code_count(d.weight); ++w) {
                const std::int64_t term =
                    product_term(d, static_cast<Code>(w), static_cast<Code>(code));
                terms_.push_back(a.negative ? -term : term);
            }
        }
        activation_table_[static_cast<std::size_t>(code)] =
            1 + 2 * static_cast<std::int32_t>(row - magnitudes.begin()) + (a.negative ? 1 : 0);
    }
}

void SystolicArray::accumulate_linear(GemmShape shape, std::span<const Code> activations,
                                      std::span<const Code> weights, SumAdder& adder) const {
    const DatapathParams& d = params_.datapath;
    // A tile is the stretch of K whose sum is exact; without saturation, as long as int32 allows.
    const std::int64_t longest = kInt32Max / std::max<std::int64_t>(d.max_term, 1);
    const int tile = adder.saturating()
                         ? std::min(params_.rows * params_.lanes, shape.k)
                         : static_cast<int>(std::min<std::int64_t>(shape.k, longest));
    const bool wide = tile > longest;
    constexpr int kStep = 32;  // whole vectors, where the tile is all of K
    const int k_padded = round_up(shape.k, kStep);
    const int n_padded = round_up(shape.n, kernels::kDotUnit);
    std::vector<std::int16_t> w(area(n_padded, k_padded));
    for (int k = 0; k < shape.k; ++k) {
        for (int n = 0; n < shape.n; ++n) {
            w[area(n, k_padded) + static_cast<std::size_t>(k)] = static_cast<std::int16_t>(
                weight_table_[weights[area(k, shape.n) + static_cast<std::size_t>(n)]]);
        }
    }
    const auto pass = [&](auto& sums, auto multiply) {
        using Sum = typename std::remove_reference_t<decltype(sums)>::value_type;
        std::vector<std::int16_t> a(area(kLinearRows, k_padded));
        for (int m0 = 0; m0 < shape.m; m0 += kLinearRows) {
            const int rows = std::min(kLinearRows, shape.m - m0);
            for (int i = 0; i < rows; ++i) {
                read_factors(d.activation, activation_table_,
                             activations.data() + area(m0 + i, shape.k), shape.k,
                             a.data() + area(i, k_padded));
            }
            for (int k0 = 0; k0 < shape.k; k0 += tile) {
                const int length = tile == shape.k ? k_padded : std::min(tile, shape.k - k0);
                multiply(a.data() + k0, round_up(rows, kernels::kDotUnit), k_padded, w.data() + k0,
                         n_padded, k_padded, length, sums.data(), n_padded);
                for (int i = 0; i < rows; ++i) {
                    adder.add(m0 + i, 0,
                              std::span<const Sum>(sums).subspan(
                                  area(i, n_padded), static_cast<std::size_t>(shape.n)));
                }
            }
        }
    };
    if (wide) {
        std::vector<std::int64_t> sums(area(kLinearRows, n_padded));
        pass(sums, kernels::dot_products_wide);
    } else {
        std::vector<std::int32_t> sums(area(kLinearRows, n_padded));
        pass(sums, kernels::dot_products);
    }
}

template <typename T>
void SystolicArray::accumulate_terms(GemmShape shape, int tile, std::span<const Code> activations,
                                     std::span<const Code> weights, SumAdder& adder) const {
    constexpr int kBlock = std::is_same_v<T, std::int32_t> ? kernels::kBlock32 : kernels::kBlock64;
    const int magnitudes = static_cast<int>(term_rows_.size());
    const int lines = 1 + 2 * magnitudes;
    const int depth =
        std::clamp(kTermBytes / (lines * kBlock * static_cast<int>(sizeof(T))), 1, kMaxDepth);
    const std::vector<T> table(terms_.begin(), terms_.end());
    const std::int32_t zero_weight = weight_table_[0];

    const int rows_max = std::min(kTermRows, shape.m);
    std::vector<std::uint8_t> index(area(shape.k, rows_max));         // [k][row]: lines
    std::vector<std::uint8_t> occurs(area(shape.k, magnitudes + 1));  // [k][1 + magnitude]
    std::vector<T> terms(area(depth * lines, kBlock));                // line 0 stays zero
    std::vector<T> sums(area(rows_max, kBlock));
    std::vector<std::int32_t> offsets(kBlock);

    for (int m0 = 0; m0 < shape.m; m0 += kTermRows) {
        const int rows = std::min(kTermRows, shape.m - m0);
        std::fill(occurs.begin(), occurs.end(), 0);
        for (int i = 0; i < rows; ++i) {
            const Code* row = activations.data() + area(m0 + i, shape.k);
            for (int k = 0; k < shape.k; ++k) {
                const std::int32_t line = activation_table_[row[k]];
                index[area(k, rows_max) + static_cast<std::size_t>(i)] =
                    static_cast<std::uint8_t>(line);
                occurs[area(k, magnitudes + 1) + static_cast<std::size_t>((line + 1) / 2)] = 1;
            }
        }
        for (int n0 = 0; n0 < shape.n; n0 += kBlock) {
            const int columns = std::min(kBlock, shape.n - n0);
            for (int t0 = 0; t0 < shape.k; t0 += tile) {
                const int t1 = std::min(t0 + tile, shape.k);
                std::fill(sums.begin(), sums.end(), 0);
                for (int k0 = t0; k0 < t1; k0 += depth) {
                    const int used = std::min(depth, t1 - k0);
                    for (int q = 0; q < used; ++q) {
                        const Code* codes = weights.data() + area(k0 + q, shape.n) + n0;
                        std::fill(offsets.begin(), offsets.end(), zero_weight);
                        for (int j = 0; j < columns; ++j) {
                            offsets[static_cast<std::size_t>(j)] = weight_table_[codes[j]];
                        }
                        const std::uint8_t* found =
                            occurs.data() + area(k0 + q, magnitudes + 1) + 1;
                        T* line = terms.data() + area(q * lines + 1, kBlock);
                        for (int r = 0; r < magnitudes; ++r, line += 2 * kBlock) {
                            if (found[r] == 0) {
                                continue;
                            }
                            const T* from = table.data() + term_rows_[static_cast<std::size_t>(r)];
                            for (int j = 0; j < kBlock; ++j) {
                                line[j] = from[offsets[static_cast<std::size_t>(j)]];
                            }
                            for (int j = 0; j < kBlock; ++j) {
                                line[kBlock + j] = -line[j];
                            }
                        }
                    }
                    kernels::add_rows(terms.data(), lines, used, index.data() + area(k0, rows_max),
                                      rows_max, rows, sums.data());
                }
                for (int i = 0; i < rows; ++i) {
                    adder.add(m0 + i, n0,
                              std::span<const T>(sums).subspan(area(i, kBlock),
                                                               static_cast<std::size_t>(columns)));
                }
            }
        }
    }
}

void SystolicArray::accumulate(GemmShape shape, std::span<const Code> activations,
                               std::span<const Code> weights, std::span<std::int64_t> acc,
                               Counters* counters) const {
    require(shape.m >= 0 && shape.k >= 0 && shape.n >= 0, "a GEMM's sizes must not be negative");
    require(activations.size() == area(shape.m, shape.k), "activations are not [m][k]");
    require(weights.size() == area(shape.k, shape.n), "weights are not [k][n]");
    require(acc.size() == area(shape.m, shape.n), "accumulators are not [m][n]");
    const DatapathParams& d = params_.datapath;
    // The array works on whole column tiles. Weights of a format without zero make sums in the
    // columns beyond N too, which nobody reads, but which count when they saturate.
    if (params_.accumulator.saturate && !has_zero(d.weight) && shape.n % params_.cols != 0) {
        const GemmShape padded{shape.m, shape.k, round_up(shape.n, params_.cols)};
        std::vector<Code> more(area(padded.k, padded.n), zero_code(d.weight));
        std::vector<std::int64_t> sums(area(padded.m, padded.n));
        for (int k = 0; k < shape.k; ++k) {
            std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(area(k, shape.n)), shape.n,
                        more.begin() + static_cast<std::ptrdiff_t>(area(k, padded.n)));
        }
        accumulate(padded, activations, more, sums, counters);
        for (int m = 0; m < shape.m; ++m) {
            std::copy_n(sums.begin() + static_cast<std::ptrdiff_t>(area(m, padded.n)), shape.n,
                        acc.begin() + static_cast<std::ptrdiff_t>(area(m, shape.n)));
        }
        return;
    }
    SumAdder adder(params_.accumulator, d.max_term * std::max(shape.k, 1), acc, shape.n);
    if (shape.m > 0 && shape.k > 0 && shape.n > 0) {
        if (is_linear(d)) {
            accumulate_linear(shape, activations, weights, adder);
        } else {
            const std::int64_t longest = kInt32Max / std::max<std::int64_t>(d.max_term, 1);
            const int tile_k = std::min(params_.rows * params_.lanes, shape.k);
            const bool wide = longest < (adder.saturating() ? tile_k : 1);
            if (wide) {
                accumulate_terms<std::int64_t>(shape, adder.saturating() ? tile_k : shape.k,
                                               activations, weights, adder);
            } else {
                accumulate_terms<std::int32_t>(
                    shape,
                    adder.saturating() ? tile_k
                                       : static_cast<int>(std::min<std::int64_t>(shape.k, longest)),
                    activations, weights, adder);
            }
        }
    }
    if (counters != nullptr) {
        const auto row_blocks = static_cast<std::uint64_t>(ceil_div(shape.m, params_.rows_m));
        const auto column_tiles = static_cast<std::uint64_t>(ceil_div(shape.n, params_.cols));
        counters->saturations += adder.saturations();
        counters->nar += count_nar(d.weight, weights) * row_blocks +
                         count_nar(d.activation, activations) * column_tiles;
    }
}

void SystolicArray::run(GemmShape shape, std::span<const Code> activations,
                        std::span<const Code> weights, std::span<const ColumnParams> columns,
                        bool relu, std::span<Code> out, Counters* counters) const {
    require(shape.m >= 0 && shape.n >= 0, "a GEMM's sizes must not be negative");
    require(columns.size() == static_cast<std::size_t>(shape.n), "columns are not [n]");
    require(out.size() == area(shape.m, shape.n), "outputs are not [m][n]");
    std::vector<std::int64_t> acc(out.size());
    accumulate(shape, activations, weights, acc, counters);
    for (std::size_t i = 0; i < acc.size(); ++i) {
        out[i] = post_process(params_.post, encoder_, columns[i % columns.size()], relu, acc[i]);
    }
}

}  // namespace peforge::golden
