// LP fields chosen at run time: decoder and legality over all codes and fields, the PE behind the
// decoders over operand pairs, against oracles written from the definition (design document,
// "Numeric contract").
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "generator/emit/render.hpp"
#include "generator/emit/tables.hpp"
#include "generator/emit/templates.hpp"
#include "golden/datapath/fields.hpp"
#include "verif/benches/leaf/leaf_model.hpp"

namespace peforge::leaf {
namespace {

using golden::Code;
using golden::Format;
using golden::JobFields;
using golden::LpFields;
using golden::Rounding;

std::string module_text(const std::string& file) {
    return std::string(rtl_templates().at(file));
}

// Oracles ---------------------------------------------------------------------------------------

struct Number {
    bool zero = false;
    bool negative = false;
    double log2 = 0.0;  ///< exact: at most six fraction bits
};

/// The bits of an LP word behind its sign, read one after the other.
Number oracle_decode(int n, LpFields f, int code) {
    const int sign = 1 << (n - 1);
    if (code % sign == 0) return {.zero = true};
    const bool negative = code > sign;
    const int word = negative ? 2 * sign - code : code;
    const auto bit = [&](int place) { return ((word >> (n - 2 - place)) & 1) != 0; };
    const int size = n - 1;
    int run = 1;
    while (run < f.rs && run < size && bit(run) == bit(0)) ++run;
    int at = run < f.rs ? run + 1 : run;  // a run of rs bits has no terminator
    double log2 = std::ldexp(bit(0) ? run - 1 : -run, f.es);
    for (double weight = std::ldexp(1.0, f.es - 1); at < size; ++at, weight /= 2) {
        if (bit(at)) log2 += weight;
    }
    return {.zero = false, .negative = negative, .log2 = log2};
}

double oracle_largest(int n, LpFields f) {
    double largest = -INFINITY;
    for (int code = 1; code < 1 << (n - 1); ++code) {
        largest = std::max(largest, oracle_decode(n, f, code).log2);
    }
    return largest;
}

bool oracle_legal(int n, LpFields f) {
    return f.es <= 3 && f.es <= std::max(0, n - 2) && f.rs >= 1 && f.rs <= n - 1;
}

std::vector<LpFields> all_fields(int n) {
    std::vector<LpFields> all;
    for (int es = 0; es <= std::min(3, std::max(0, n - 2)); ++es) {
        for (int rs = 1; rs < n; ++rs) all.push_back({es, rs});
    }
    return all;
}

/// Rounds x >= 0 to nearest, ties to even.
std::int64_t round_even(long double x) {
    const auto integer = static_cast<std::int64_t>(std::floor(x));
    const long double rest = x - std::floor(x);
    return integer + (rest > 0.5L || (rest == 0.5L && integer % 2 != 0) ? 1 : 0);
}

/// The product term of a job in units of 2^-A, A = octaves - (octave of the largest product).
std::int64_t oracle_term(int wgt_n, int act_n, JobFields f, int mantissa_bits, int octaves,
                         Rounding rounding, double largest, int wgt, int act) {
    const Number w = oracle_decode(wgt_n, f.weight, wgt);
    const Number a = oracle_decode(act_n, f.activation, act);
    if (w.zero || a.zero) return 0;
    const double log = w.log2 + a.log2;
    const double whole = std::floor(log);
    const std::int64_t mantissa =
        round_even(std::exp2(static_cast<long double>(log - whole) + mantissa_bits));
    const long double scaled =
        std::ldexp(static_cast<long double>(mantissa),
                   static_cast<int>(whole - std::floor(largest)) + octaves - mantissa_bits);
    const std::int64_t magnitude = rounding == Rounding::kTruncate
                                       ? static_cast<std::int64_t>(std::floor(scaled))
                                       : round_even(scaled);
    return w.negative != a.negative ? -magnitude : magnitude;
}

// Decoders --------------------------------------------------------------------------------------

constexpr int kAddBits = 9;

int es_bits(int n) {
    return n > 3 ? 2 : 1;
}

int rs_bits(int n) {
    return n > 4 ? 3 : n > 2 ? 2 : 1;
}

/// Decoders of weights and activations behind pf_lp_fields, as in an array.
struct Edge {
    int wgt_n = 8;
    int act_n = 8;
    golden::FieldsPlacing place;
    Pins wgt_code, act_code, wgt_es, wgt_rs, act_es, act_rs;
    Pins wgt_neg, act_neg, wgt_log, act_log, wgt_bad, act_bad;

    static int frac(int n) { return std::max(0, n - 2); }

    /// Adds the modules' instances, with outputs where `observed`; wires named by `name` else.
    void add(Wrapper& w, const std::string& name) {
        wgt_code = w.input(wgt_n);
        act_code = w.input(act_n);
        wgt_es = w.input(es_bits(wgt_n));
        wgt_rs = w.input(rs_bits(wgt_n));
        act_es = w.input(es_bits(act_n));
        act_rs = w.input(rs_bits(act_n));
        wgt_bad = w.output(1);
        act_bad = w.output(1);
        wgt_neg = w.output(1);
        act_neg = w.output(1);
        wgt_log = w.output(place.int_bits + frac(wgt_n));
        act_log = w.output(place.int_bits + frac(act_n));
        w.add(
            fmt::format("wire [{1}:0] {0}_wl; wire [{2}:0] {0}_al; wire [{3}:0] {0}_wadd; "
                        "wire [{3}:0] {0}_aadd;\n",
                        name, std::max(0, wgt_n - 3), std::max(0, act_n - 3), kAddBits - 1));
        w.add(fmt::format(
            "pf_lp_fields #(.WGT_N({1}), .ACT_N({2}), .WGT_ES_W({3}), .ACT_ES_W({4}), "
            ".WGT_RS_W({5}), .ACT_RS_W({6}), .BIAS({7}), .ADD_W({8})) u_{0} (.wgt_es_i({9}), "
            ".wgt_rs_i({10}), .act_es_i({11}), .act_rs_i({12}), .wgt_longest_o({0}_wl), "
            ".act_longest_o({0}_al), .wgt_add_o({0}_wadd), .act_add_o({0}_aadd));\n",
            name, wgt_n, act_n, es_bits(wgt_n), es_bits(act_n), rs_bits(wgt_n), rs_bits(act_n),
            place.bias, kAddBits, Wrapper::in(wgt_es), Wrapper::in(wgt_rs), Wrapper::in(act_es),
            Wrapper::in(act_rs)));
        for (const bool wgt : {true, false}) {
            const int n = wgt ? wgt_n : act_n;
            w.add(fmt::format(
                "pf_lp_fields_decode #(.N({1}), .ES_W({2}), .INT_W({3}), .INT_MIN({4}), "
                ".ADD_W({5})) u_{0}_{6} (.code_i({7}), .es_i({8}), .longest_i({0}_{6}l), "
                ".add_i({0}_{6}add), .neg_o({9}), .log_o({10}));\n",
                name, n, es_bits(n), place.int_bits, place.int_min, kAddBits, wgt ? "w" : "a",
                Wrapper::in(wgt ? wgt_code : act_code), Wrapper::in(wgt ? wgt_es : act_es),
                Wrapper::out(wgt ? wgt_neg : act_neg), Wrapper::out(wgt ? wgt_log : act_log)));
            w.add(
                fmt::format("pf_lp_fields_legal #(.N({1}), .ES_W({2}), .RS_W({3})) u_{0}_legal_{4} "
                            "(.es_i({5}), .rs_i({6}), .bad_o({7}));\n",
                            name, n, es_bits(n), rs_bits(n), wgt ? "w" : "a",
                            Wrapper::in(wgt ? wgt_es : act_es), Wrapper::in(wgt ? wgt_rs : act_rs),
                            Wrapper::out(wgt ? wgt_bad : act_bad)));
        }
    }

    static void add_modules(Wrapper& w) {
        for (const char* file :
             {"pf_lp_fields.v", "pf_lp_fields_decode.v", "pf_lp_fields_legal.v"}) {
            w.add_modules(module_text(file));
        }
    }

    void set(Model& model, JobFields f) const {
        model.set(wgt_es, static_cast<std::uint64_t>(f.weight.es));
        model.set(wgt_rs, static_cast<std::uint64_t>(f.weight.rs));
        model.set(act_es, static_cast<std::uint64_t>(f.activation.es));
        model.set(act_rs, static_cast<std::uint64_t>(f.activation.rs));
    }
};

/// A decoded log against the definition: relative to the largest product, or the zero pattern for
/// what no product shows. Returns whether the number was kept.
bool check_log(const Edge& e, int n, const Number& x, double taken, std::uint64_t neg,
               std::int64_t log) {
    const int frac = Edge::frac(n);
    const std::int64_t none = -(std::int64_t{1} << (e.place.int_bits + frac - 1));
    const double placed = x.log2 - taken + e.place.bias;
    if (x.zero || std::floor(placed) < e.place.int_min) {
        EXPECT_EQ(log, none);
        EXPECT_EQ(neg, 0U);
        return false;
    }
    EXPECT_EQ(static_cast<double>(log), std::ldexp(placed, frac));
    EXPECT_GT(log, none);
    EXPECT_EQ(neg, x.negative ? 1U : 0U);
    return true;
}

class FieldsDecoders : public testing::TestWithParam<int> {};

TEST_P(FieldsDecoders, EveryCodeOfEveryField) {
    const int octaves = GetParam();
    Wrapper w;
    Edge::add_modules(w);
    std::vector<Edge> edges;
    for (int n = 2; n <= 8; ++n) {
        for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
            Edge e;
            e.wgt_n = n;
            e.act_n = n == 8 ? 3 : n + 1;
            e.place = golden::fields_placing(octaves, rounding);
            e.add(w, fmt::format("e{}", edges.size()));
            edges.push_back(e);
        }
    }
    Model model(w);
    int kept = 0;
    for (const Edge& e : edges) {
        for (const LpFields& weight : all_fields(e.wgt_n)) {
            for (const LpFields& activation : all_fields(e.act_n)) {
                SCOPED_TRACE(fmt::format("octaves {} weight {},{},{} activation {},{},{}", octaves,
                                         e.wgt_n, weight.es, weight.rs, e.act_n, activation.es,
                                         activation.rs));
                e.set(model, {weight, activation});
                const double wgt_largest = oracle_largest(e.wgt_n, weight);
                const double act_largest = oracle_largest(e.act_n, activation);
                const double wgt_taken = std::floor(wgt_largest);
                const double act_taken = std::floor(wgt_largest + act_largest) - wgt_taken;
                for (int code = 0; code < 1 << std::max(e.wgt_n, e.act_n); ++code) {
                    const int wgt = code % (1 << e.wgt_n);
                    const int act = code % (1 << e.act_n);
                    model.set(e.wgt_code, static_cast<std::uint64_t>(wgt));
                    model.set(e.act_code, static_cast<std::uint64_t>(act));
                    model.eval();
                    ASSERT_EQ(model.get(e.wgt_bad) | model.get(e.act_bad), 0U);
                    kept += check_log(e, e.wgt_n, oracle_decode(e.wgt_n, weight, wgt), wgt_taken,
                                      model.get(e.wgt_neg),
                                      sign_extend(model.get(e.wgt_log), e.wgt_log.width));
                    kept += check_log(e, e.act_n, oracle_decode(e.act_n, activation, act),
                                      act_taken, model.get(e.act_neg),
                                      sign_extend(model.get(e.act_log), e.act_log.width));
                    ASSERT_FALSE(HasFailure()) << fmt::format("codes {:#x}, {:#x}", wgt, act);
                }
            }
        }
    }
    EXPECT_GT(kept, 0);
}

INSTANTIATE_TEST_SUITE_P(Octaves, FieldsDecoders, testing::Values(4, 16, 24, 40));

TEST(Fields, LegalFieldsAreThoseOfTheDefinition) {
    Wrapper w;
    Edge::add_modules(w);
    std::vector<Edge> edges;
    for (int n = 2; n <= 8; ++n) {
        Edge e;
        e.wgt_n = e.act_n = n;
        e.place = golden::fields_placing(24, Rounding::kTruncate);
        e.add(w, fmt::format("e{}", n));
        edges.push_back(e);
    }
    Model model(w);
    int refused = 0;
    for (const Edge& e : edges) {
        for (int es = 0; es < 1 << es_bits(e.wgt_n); ++es) {
            for (int rs = 0; rs < 1 << rs_bits(e.wgt_n); ++rs) {
                e.set(model, {{es, rs}, {es, rs}});
                model.eval();
                const bool legal = oracle_legal(e.wgt_n, {es, rs});
                EXPECT_EQ(golden::legal_fields(e.wgt_n, {es, rs}), legal);
                EXPECT_EQ(model.get(e.wgt_bad), legal ? 0U : 1U) << e.wgt_n << es << rs;
                EXPECT_EQ(model.get(e.act_bad), legal ? 0U : 1U) << e.wgt_n << es << rs;
                refused += legal ? 0 : 1;
            }
        }
    }
    EXPECT_GT(refused, 7);
}

// Processing element ----------------------------------------------------------------------------

/// Decoders, a PE and its clock: the term of every operand pair of some fields.
class FieldsPe {
public:
    FieldsPe(int wgt_n, int act_n, int octaves, Rounding rounding)
        : d_(golden::make_fields_datapath(lp(wgt_n), lp(act_n), {}, octaves, rounding)),
          octaves_(octaves) {
        edge_.wgt_n = wgt_n;
        edge_.act_n = act_n;
        edge_.place = golden::fields_placing(octaves, rounding);
        Edge::add_modules(w_);
        for (const char* file : {"pf_log_pe.v", "pf_place.v", "pf_pe_regs.v", "pf_term_sum.v"}) {
            w_.add_modules(module_text(file));
        }
        w_.add_modules(render(module_text("pf_log2lin.v.mustache"), log2lin_values(d_)));
        edge_.add(w_, "edge");
        const int wgt_w = edge_.place.int_bits + Edge::frac(wgt_n) + 1;
        const int act_w = edge_.place.int_bits + Edge::frac(act_n) + 1;
        shift_ = w_.input(1);
        swap_ = w_.input(1);
        psum_ = w_.output(d_.term_bits + 1);
        const Pins swap_out = w_.output(1);
        const Pins act_out = w_.output(act_w);
        const Pins wgt_out = w_.output(wgt_w);
        w_.add(fmt::format(
            "pf_log_pe #(.ACT_LOG_W({}), .WGT_LOG_W({}), .ACT_F({}), .WGT_F({}), "
            ".ACT_LOG_MIN({}), .WGT_LOG_MIN({}), .LOG_MAX({}), .M({}), .A({}), "
            ".ROUND_NEAREST({}), .TERM_W({}), .PSUM_W({})) u_pe (.clk_i(clk_i), .swap_i({}), "
            ".swap_o({}), .act_i({{{}, {}}}), .act_o({}), .shift_i({}), .wgt_i({{{}, {}}}), "
            ".wgt_o({}), .psum_i({}'d0), .psum_o({}));\n",
            act_w - 1, wgt_w - 1, Edge::frac(act_n), Edge::frac(wgt_n),
            edge_.place.int_min * (1 << Edge::frac(act_n)),
            edge_.place.int_min * (1 << Edge::frac(wgt_n)),
            (2 * edge_.place.bias + 1) * (1 << d_.log_frac_bits) - 1, d_.mantissa_bits,
            octaves - 2 * edge_.place.bias, rounding == Rounding::kNearestEven ? 1 : 0,
            d_.term_bits, d_.term_bits + 1, Wrapper::in(swap_), Wrapper::out(swap_out),
            Wrapper::out(edge_.act_neg), Wrapper::out(edge_.act_log), Wrapper::out(act_out),
            Wrapper::in(shift_), Wrapper::out(edge_.wgt_neg), Wrapper::out(edge_.wgt_log),
            Wrapper::out(wgt_out), d_.term_bits + 1, Wrapper::out(psum_)));
    }

    /// Every pair of a stride of weights with all activations.
    void run(Model& model, JobFields f, int stride) {
        const golden::DatapathParams d = golden::with_fields(d_, f);
        const double largest =
            oracle_largest(edge_.wgt_n, f.weight) + oracle_largest(edge_.act_n, f.activation);
        EXPECT_EQ(d.acc_frac_bits, octaves_ - static_cast<int>(std::floor(largest)));
        edge_.set(model, f);
        const std::int64_t offset = std::int64_t{1} << (d.term_bits - 1);
        for (int wgt = stride > 1 ? f.weight.rs % stride : 0; wgt < 1 << edge_.wgt_n;
             wgt += stride) {
            model.set(edge_.wgt_code, static_cast<std::uint64_t>(wgt));
            model.set(shift_, 1);
            model.set(swap_, 1);
            model.tick();  // into the shadow weight
            model.tick();  // into the weight
            model.tick();
            for (int act = 0; act < 1 << edge_.act_n; ++act) {
                model.set(edge_.act_code, static_cast<std::uint64_t>(act));
                model.tick();
                const std::int64_t want = oracle_term(edge_.wgt_n, edge_.act_n, f, d.mantissa_bits,
                                                      octaves_, d.rounding, largest, wgt, act);
                ASSERT_EQ(golden::product_term(d, static_cast<Code>(wgt), static_cast<Code>(act)),
                          want)
                    << fmt::format("golden: {:#x} * {:#x}", wgt, act);
                ASSERT_EQ(model.get(psum_), low_bits(want + offset, psum_.width))
                    << fmt::format("{:#x} * {:#x}: term {}", wgt, act, want);
            }
        }
    }

    [[nodiscard]] const Wrapper& wrapper() const { return w_; }

private:
    static Format lp(int n) { return {.kind = golden::FormatKind::kLp, .n = n, .es = 0, .rs = 1}; }

    golden::DatapathParams d_;
    int octaves_;
    Edge edge_;
    Wrapper w_;
    Pins shift_, swap_, psum_;
};

struct PeCase {
    int wgt_n, act_n, octaves;
    Rounding rounding;
    int stride;  ///< of weights; 1: every pair of codes
};

class FieldsPes : public testing::TestWithParam<PeCase> {};

TEST_P(FieldsPes, TermsOfEveryField) {
    const auto [wgt_n, act_n, octaves, rounding, stride] = GetParam();
    FieldsPe pe(wgt_n, act_n, octaves, rounding);
    Model model(pe.wrapper());
    for (const LpFields& weight : all_fields(wgt_n)) {
        for (const LpFields& activation : all_fields(act_n)) {
            SCOPED_TRACE(fmt::format("weight {},{} activation {},{}", weight.es, weight.rs,
                                     activation.es, activation.rs));
            pe.run(model, {weight, activation}, stride);
            ASSERT_FALSE(HasFatalFailure());
        }
    }
}

// 8 x 8: each of the 784 fields meets every seventeenth weight, beginning with another one for
// another rs, and every activation; the corners of the fields meet every pair (below).
INSTANTIATE_TEST_SUITE_P(Formats, FieldsPes,
                         testing::Values(PeCase{8, 8, 16, Rounding::kTruncate, 17},
                                         PeCase{4, 8, 24, Rounding::kNearestEven, 1},
                                         PeCase{8, 4, 5, Rounding::kNearestEven, 3},
                                         PeCase{5, 3, 10, Rounding::kTruncate, 1},
                                         PeCase{2, 2, 16, Rounding::kNearestEven, 1}));

TEST(Fields, EveryPairOfOperandsAtTheCornersOfTheFields) {
    for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
        FieldsPe pe(8, 8, 16, rounding);
        Model model(pe.wrapper());
        for (const JobFields& f :
             {JobFields{{0, 1}, {0, 1}}, JobFields{{0, 1}, {3, 7}}, JobFields{{1, 3}, {1, 3}},
              JobFields{{3, 7}, {3, 7}}, JobFields{{2, 5}, {0, 7}}, JobFields{{3, 1}, {1, 6}}}) {
            SCOPED_TRACE(fmt::format("weight {},{} activation {},{}", f.weight.es, f.weight.rs,
                                     f.activation.es, f.activation.rs));
            pe.run(model, f, 1);
            ASSERT_FALSE(HasFatalFailure());
        }
    }
}

}  // namespace
}  // namespace peforge::leaf
