// pf_bin_pe and pf_bin_convert against an oracle written from the definition of a bin: all operand
// pairs through PEs of one lane and of several, weights loading and swapping meanwhile.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "generator/emit/render.hpp"
#include "generator/emit/tables.hpp"
#include "generator/emit/templates.hpp"
#include "golden/tests/oracle.hpp"
#include "verif/benches/leaf/leaf_model.hpp"

namespace peforge::leaf {
namespace {

using golden::Format;

std::string module_text(const std::string& file) {
    return std::string(rtl_templates().at(file));
}

Format lp(int n, int es, int rs) {
    return {.kind = golden::FormatKind::kLp, .n = n, .es = es, .rs = rs};
}

/// A nonzero number's log in units of 2^-frac.
int log_of(const golden::oracle::Value& v, int frac) {
    const int step = golden::oracle::kLogUnit >> frac;
    EXPECT_EQ(v.log2 % step, 0);
    return v.log2 / step;
}

/// A format's operands as the array's registers hold them, and what they mean.
struct Operands {
    explicit Operands(const Format& f) : format(f), frac(golden::log_frac_bits(f)) {
        int largest = 0;
        for (int code = 0; code < (1 << f.n); ++code) {
            values.push_back(golden::oracle::value_of(f, static_cast<unsigned>(code)));
            if (values.back().zero) continue;
            smallest_log = std::min(smallest_log, log_of(values.back(), frac));
            largest = std::max(largest, log_of(values.back(), frac));
        }
        largest_log = largest;
        // A pattern below the smallest log is left for zero.
        while (-(1 << (log_bits - 1)) >= smallest_log || (1 << (log_bits - 1)) <= largest) {
            ++log_bits;
        }
    }

    [[nodiscard]] std::uint64_t pattern(int code) const {
        const golden::oracle::Value& v = values[static_cast<std::size_t>(code)];
        if (v.zero) return std::uint64_t{1} << (log_bits - 1);
        return (v.negative ? std::uint64_t{1} << log_bits : 0) |
               low_bits(log_of(v, frac), log_bits);
    }

    Format format;
    int frac = 0;
    int log_bits = 2;
    int smallest_log = std::numeric_limits<int>::max();
    int largest_log = 0;
    std::vector<golden::oracle::Value> values;
};

struct BinConfig {
    Format weight;
    Format activation;
    int bin_frac = 0;  ///< A
    int lanes = 1;
    int pipeline = 1;
    int zero_gating = 1;
    int spare_bits = 0;
};

class BinBench {
public:
    BinBench(Wrapper& w, const BinConfig& c, int index)
        : config_(c), wgt_(c.weight), act_(c.activation), frac_(std::max(wgt_.frac, act_.frac)) {
        const int log_max = wgt_.largest_log * (1 << (frac_ - wgt_.frac)) +
                            act_.largest_log * (1 << (frac_ - act_.frac));
        const int places = (log_max >> frac_) + c.bin_frac + 1;
        // +-2^place needs a sign and place + 1 bits; lanes add up.
        int more = 0;
        while ((1 << more) < c.lanes) ++more;
        bin_bits_ = places + 1 + more + c.spare_bits;
        offset_ = c.lanes == 1 ? 0 : static_cast<std::uint64_t>(c.lanes) << places;
        swap_in_ = w.input(1);
        shift_in_ = w.input(1);
        swap_out_ = w.output(1);
        act_in_ = w.input(c.lanes * (act_.log_bits + 1));
        act_out_ = w.output(c.lanes * (act_.log_bits + 1));
        wgt_in_ = w.input(c.lanes * (wgt_.log_bits + 1));
        wgt_out_ = w.output(c.lanes * (wgt_.log_bits + 1));
        std::string psum_in;
        std::string psum_out;
        for (int f = 0; f < 1 << frac_; ++f) {
            bins_in_.push_back(w.input(bin_bits_));
            bins_out_.push_back(w.output(bin_bits_));
            const std::string comma = f == 0 ? "" : ", ";
            psum_in = Wrapper::in(bins_in_.back()) + comma + psum_in;
            psum_out = Wrapper::out(bins_out_.back()) + comma + psum_out;
        }
        w.add(fmt::format(
            "pf_bin_pe #(.ACT_LOG_W({}), .WGT_LOG_W({}), .ACT_F({}), .WGT_F({}), "
            ".ACT_LOG_MIN({}), .WGT_LOG_MIN({}), .LOG_MAX({}), .A({}), .LANES({}), "
            ".PIPELINE({}), .ZERO_GATING({}), .BIN_W({})) u_{} (\n"
            "  .clk_i(clk_i), .swap_i({}), .swap_o({}), .act_i({}), .act_o({}), .shift_i({}),\n"
            "  .wgt_i({}), .wgt_o({}), .psum_i({{{}}}), .psum_o({{{}}}));\n",
            act_.log_bits, wgt_.log_bits, act_.frac, wgt_.frac, act_.smallest_log,
            wgt_.smallest_log, log_max, c.bin_frac, c.lanes, c.pipeline, c.zero_gating, bin_bits_,
            index, Wrapper::in(swap_in_), Wrapper::out(swap_out_), Wrapper::in(act_in_),
            Wrapper::out(act_out_), Wrapper::in(shift_in_), Wrapper::in(wgt_in_),
            Wrapper::out(wgt_out_), psum_in, psum_out));
        shadow_.assign(static_cast<std::size_t>(c.lanes), 0);
        active_ = shadow_;
        const std::vector<std::uint64_t> nothing(std::size_t{1} << frac_, 0);
        added_before_ = nothing;
        expect_bins_ = nothing;
    }

    void drive(Model& model, bool swap, bool shift, std::mt19937_64& random,
               const std::vector<int>& wgt, const std::vector<int>& act) {
        std::uint64_t wgt_word = 0;
        std::uint64_t act_word = 0;
        std::vector<std::uint64_t> added(expect_bins_.size(), offset_);
        std::vector<int> w;
        for (int l = 0; l < config_.lanes; ++l) {
            const auto lane = static_cast<std::size_t>(l);
            w.push_back(wgt[lane] & ((1 << config_.weight.n) - 1));
            const int a = act[lane] & ((1 << config_.activation.n) - 1);
            wgt_word |= wgt_.pattern(w[lane]) << (l * (wgt_.log_bits + 1));
            act_word |= act_.pattern(a) << (l * (act_.log_bits + 1));
            add_product(active_[lane], a, added);
        }
        model.set(swap_in_, swap ? 1 : 0);
        model.set(shift_in_, shift ? 1 : 0);
        model.set(wgt_in_, wgt_word);
        model.set(act_in_, act_word);
        for (std::size_t f = 0; f < expect_bins_.size(); ++f) {
            // Carries and borrows that run far are rare in random sums.
            const std::uint64_t psum = random() % 4 == 0   ? 0
                                       : random() % 3 == 0 ? ~std::uint64_t{0}
                                                           : random();
            model.set(bins_in_[f], low_bits(static_cast<std::int64_t>(psum), bin_bits_));
            // A pipelined PE adds the constant of this cycle and the products of the one before.
            const std::uint64_t sum = psum + (config_.pipeline == 2 ? added_before_[f] : added[f]);
            expect_bins_[f] = low_bits(static_cast<std::int64_t>(sum), bin_bits_);
        }
        added_before_ = added;
        expect_act_ = act_word;
        expect_swap_ = swap;
        if (swap) active_ = shadow_;
        if (shift) {
            shadow_ = w;
            expect_wgt_ = wgt_word;
            loaded_ = true;
        }
    }

    void check(const Model& model, bool settled) const {
        ASSERT_EQ(model.get(swap_out_), expect_swap_ ? 1U : 0U);
        ASSERT_EQ(model.get(act_out_), expect_act_);
        if (loaded_) {
            ASSERT_EQ(model.get(wgt_out_), expect_wgt_);
        }
        for (std::size_t f = 0; settled && f < expect_bins_.size(); ++f) {
            ASSERT_EQ(model.get(bins_out_[f]), expect_bins_[f]) << "bin " << f;
        }
    }

    [[nodiscard]] std::string name() const {
        return fmt::format("{} x {} A {} lanes {} pipeline {} gating {}",
                           golden::to_string(config_.weight), golden::to_string(config_.activation),
                           config_.bin_frac, config_.lanes, config_.pipeline, config_.zero_gating);
    }

private:
    /// +-2^(I + A) to bin f of L = I + f / 2^F, nothing below a unit.
    void add_product(int wgt, int act, std::vector<std::uint64_t>& bins) const {
        const golden::oracle::Value& w = wgt_.values[static_cast<std::size_t>(wgt)];
        const golden::oracle::Value& a = act_.values[static_cast<std::size_t>(act)];
        if (w.zero || a.zero) return;
        const double log = static_cast<double>(w.log2 + a.log2) / golden::oracle::kLogUnit;
        const double whole = std::floor(log);
        const double power = std::exp2(whole + config_.bin_frac);
        if (power < 1.0) return;
        const auto units = static_cast<std::uint64_t>(power);
        const auto bin = static_cast<std::size_t>(std::ldexp(log - whole, frac_));
        bins[bin] += w.negative != a.negative ? 0 - units : units;
    }

    BinConfig config_;
    Operands wgt_;
    Operands act_;
    int frac_ = 0;
    int bin_bits_ = 0;
    std::uint64_t offset_ = 0;
    Pins swap_in_, swap_out_, shift_in_, act_in_, act_out_, wgt_in_, wgt_out_;
    std::vector<Pins> bins_in_, bins_out_;

    std::vector<int> shadow_;
    std::vector<int> active_;
    std::vector<std::uint64_t> added_before_;
    std::vector<std::uint64_t> expect_bins_;
    std::uint64_t expect_act_ = 0;
    std::uint64_t expect_wgt_ = 0;
    bool expect_swap_ = false;
    bool loaded_ = false;
};

TEST(BinLeaf, PeOverAllOperandPairs) {
    const Format lp4 = lp(4, 1, 2);
    const Format lp5 = lp(5, 1, 2);
    const Format lp6 = lp(6, 1, 2);
    const std::vector<BinConfig> configs{
        {lp4, lp4, 6},
        {lp4, lp4, 2, 3},
        {lp(2, 0, 1), lp4, 3, 1, 2},
        {lp4, lp5, 7},
        {lp5, lp4, 3, 1, 2},
        {lp5, lp5, 5, 2, 1, 1, 2},
        {lp5, lp5, 1, 4, 2, 0},
        {lp5, lp6, 4, 1, 2, 0, 5},
        {lp6, lp6, 1, 2, 2},
        {lp(8, 5, 2), lp(8, 4, 2), -84},
    };
    Wrapper w;
    for (const char* file : {"pf_pe_regs.v", "pf_place.v", "pf_bin_pe.v"}) {
        w.add_modules(module_text(file));
    }
    std::vector<BinBench> benches;
    for (const BinConfig& c : configs) benches.emplace_back(w, c, static_cast<int>(benches.size()));
    Model model(w);
    std::mt19937_64 random(11);
    std::vector<int> wgt(4);
    std::vector<int> act(4);
    bool settled = false;
    const auto cycle = [&](bool swap, bool shift, int first_wgt, int first_act) {
        for (int& x : wgt) x = static_cast<int>(random() & 255);
        for (int& x : act) x = static_cast<int>(random() & 255);
        wgt[0] = first_wgt;
        act[0] = first_act;
        for (BinBench& b : benches) b.drive(model, swap, shift, random, wgt, act);
        model.tick();
        for (const BinBench& b : benches) {
            SCOPED_TRACE(b.name());
            b.check(model, settled);
            if (testing::Test::HasFatalFailure()) return;
        }
    };
    cycle(true, true, 0, 0);
    cycle(true, false, 0, 0);
    cycle(false, false, 0, 0);
    settled = true;
    for (int weight = 0; weight < 256; ++weight) {
        const int load_at = static_cast<int>(random() & 255);
        for (int activation = 0; activation < 256; ++activation) {
            // One beat of the next weights is shifted in; the token comes with the last activation.
            const bool load = activation == load_at;
            cycle(activation == 255, load, load ? (weight + 1) & 255 : activation, activation);
            if (HasFatalFailure()) return;
        }
    }
}

struct ConvertConfig {
    int frac_bits = 0;
    int mantissa_bits = 0;
    int bin_bits = 0;
    int spare_bits = 0;
};

TEST(BinLeaf, ConversionIsTheWeightedSum) {
    const std::vector<ConvertConfig> configs{{0, 0, 9},     {0, 3, 12},     {1, 2, 7, 2},
                                             {1, 4, 19},    {1, 12, 20},    {2, 3, 5},
                                             {2, 5, 20, 1}, {2, 20, 21, 1}, {2, 8, 3}};
    Wrapper w;
    w.add_modules(module_text("pf_bin_convert.v"));
    std::vector<std::vector<Pins>> bins;
    std::vector<Pins> sums;
    for (const ConvertConfig& c : configs) {
        golden::DatapathParams d;
        d.mantissa_bits = c.mantissa_bits;
        d.table = golden::log_to_linear_table(c.frac_bits, c.mantissa_bits);
        std::string text;
        bins.emplace_back();
        for (int f = 0; f < 1 << c.frac_bits; ++f) {
            bins.back().push_back(w.input(c.bin_bits));
            text = Wrapper::in(bins.back().back()) + (f == 0 ? "" : ", ") + text;
        }
        sums.push_back(w.output(c.bin_bits + c.mantissa_bits + c.spare_bits));
        w.add(
            fmt::format("pf_bin_convert #(.F({}), .M({}), .TABLE({}), .BIN_W({}), .PSUM_W({})) "
                        "u_{} (.clk_i(clk_i), .bins_i({{{}}}), .psum_o({}));\n",
                        c.frac_bits, c.mantissa_bits, bin_table(d), c.bin_bits, sums.back().width,
                        sums.size(), text, Wrapper::out(sums.back())));
    }
    Model model(w);
    std::mt19937_64 random(5);
    for (int round = 0; round < 4000; ++round) {
        std::vector<std::int64_t> expected;
        for (std::size_t i = 0; i < configs.size(); ++i) {
            const ConvertConfig& c = configs[i];
            std::int64_t sum = 0;
            for (std::size_t f = 0; f < bins[i].size(); ++f) {
                const std::int64_t most = (std::int64_t{1} << (c.bin_bits - 1)) - 1;
                const std::uint64_t kind = random() % 4;
                const std::int64_t bin =
                    kind == 0 ? most
                    : kind == 1
                        ? -most - 1
                        : sign_extend(low_bits(static_cast<std::int64_t>(random()), c.bin_bits),
                                      c.bin_bits);
                model.set(bins[i][f], low_bits(bin, c.bin_bits));
                const long double factor = std::exp2(static_cast<long double>(f) /
                                                         static_cast<long double>(bins[i].size()) +
                                                     c.mantissa_bits);
                sum += bin * static_cast<std::int64_t>(std::nearbyint(factor));
            }
            expected.push_back(sum);
        }
        model.tick();
        for (std::size_t i = 0; i < configs.size(); ++i) {
            // Sums of full bins can exceed the width, which products never fill: modulo 2^PSUM_W.
            ASSERT_EQ(model.get(sums[i]), low_bits(expected[i], sums[i].width))
                << "F " << configs[i].frac_bits << " m " << configs[i].mantissa_bits;
        }
    }
}

}  // namespace
}  // namespace peforge::leaf
