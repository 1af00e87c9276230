// Processing elements for weights of one or two powers of two (apot, sp2, denseshift, elp_bsd,
// ternary, binary), all pairs of operands, against the tables of the oracle.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "generator/emit/render.hpp"
#include "generator/emit/tables.hpp"
#include "generator/emit/templates.hpp"
#include "golden/datapath/datapath.hpp"
#include "golden/tests/oracle.hpp"
#include "verif/benches/leaf/leaf_model.hpp"

namespace peforge::leaf {
namespace {

struct TermsConfig {
    const char* weight;
    int act_bits = 8;
    int lanes = 1;
    int pipeline = 1;
    int zero_gating = 1;
    int sum_stays = 0;
    int spare_bits = 0;  ///< of the partial sum
};

/// What docs/datapaths.md says of each format: its PE, whether codes pass pot's decoder, and the
/// constant that a product adds, for activations of `a` bits.
struct Datasheet {
    std::string module;
    std::string parameters;
    bool decoded = false;
    std::uint64_t offset = 0;
};

Datasheet datasheet(const std::string& weight, int a) {
    const auto bit = [a](int place) { return std::uint64_t{1} << (a + place - 1); };
    const auto terms = [&](const char* codes, int largest_a, int largest_b) {
        return Datasheet{"pf_terms_pe", codes, false, bit(largest_a) + bit(largest_b)};
    };
    const auto one = [&](int shift_bits, bool zero, int largest) {
        return Datasheet{"pf_shift_pe",
                         fmt::format(".SHIFT_W({}), .HAS_ZERO({}), ", shift_bits, zero ? 1 : 0),
                         zero, bit(largest)};
    };
    if (weight == "apot:n=4") {
        return terms(".A_W(2), .A_SHIFTS(16'h32f0), .B_W(1), .B_SHIFTS(16'hff1f), ", 3, 1);
    }
    if (weight == "apot:n=5") {
        return terms(".A_W(2), .A_SHIFTS(16'h531f), .B_W(2), .B_SHIFTS(16'h420f), ", 5, 4);
    }
    if (weight == "sp2:n=4") {
        return terms(".A_W(2), .A_SHIFTS(16'hf210), .B_W(1), .B_SHIFTS(16'hff2f), ", 2, 2);
    }
    if (weight == "elp_bsd:n=6") {
        return terms(".A_W(2), .A_SHIFTS(16'h540f), .B_W(2), .B_SHIFTS(16'h321f), .OWN_SIGNS(1), ",
                     5, 3);
    }
    if (weight == "apot:n=3") return one(2, true, 2);
    if (weight == "ternary") return one(1, true, 0);
    if (weight == "binary") return one(0, false, 0);
    if (weight == "denseshift:n=2") return one(1, false, 1);
    if (weight == "denseshift:n=3") return one(2, false, 3);
    return one(3, false, 7);  // denseshift:n=4
}

std::string source(const std::string& file) {
    return std::string(rtl_templates().at(file));
}

/// A PE, codes in, with a model of what it must do in every cycle.
class TermsBench {
public:
    TermsBench(Wrapper& w, const TermsConfig& config, int index)
        : config_(config),
          datapath_(golden::make_datapath(golden::DatapathKind::kShift,
                                          golden::parse_format(config.weight),
                                          {.kind = golden::FormatKind::kInt, .n = config.act_bits},
                                          {}, {}, 24, golden::Rounding::kTruncate)) {
        const Datasheet sheet = datasheet(config.weight, config.act_bits);
        EXPECT_EQ(psum_offset(datapath_), sheet.offset) << config.weight;
        EXPECT_EQ(operand_bits(datapath_, datapath_.weight), datapath_.weight.n);
        const int n = datapath_.weight.n;
        const int lanes = config.lanes;
        psum_bits_ = golden::accumulator_bits(datapath_.term_bits, lanes) + config.spare_bits;
        terms_ = golden::oracle::products(datapath_);
        offset_ = sheet.offset * static_cast<std::uint64_t>(lanes);
        shadow_.assign(static_cast<std::size_t>(lanes), 0);
        active_ = shadow_;

        const std::string prefix = fmt::format("c{}", index);
        std::string modules = source("pf_pe_regs.v") + source(sheet.module + ".v");
        modules += source(sheet.module == "pf_terms_pe" ? "pf_shift_term.v" : "pf_term_sum.v");
        if (sheet.decoded) modules += source("pf_pot_decode.v");
        w.add_modules(rename_modules(modules, prefix));
        swap_in_ = w.input(1);
        shift_in_ = w.input(1);
        psum_in_ = w.input(psum_bits_);
        act_in_ = w.input(lanes * config.act_bits);
        wgt_in_ = w.input(lanes * n);
        psum_out_ = w.output(psum_bits_);
        swap_out_ = w.output(1);
        act_out_ = w.output(lanes * config.act_bits);
        wgt_out_ = w.output(lanes * n);
        std::string text = fmt::format("wire [{}:0] wgt_{};\n", lanes * n - 1, index);
        for (int l = 0; l < lanes; ++l) {
            const int lsb = wgt_in_.lsb + l * n;
            text += sheet.decoded
                        ? fmt::format(
                              "wire unused_zero_{0}_{1};\n"
                              "pf_pot_decode #(.N({2})) u_decode_{0}_{1} (.code_i(in_i[{3}:{4}]), "
                              ".zero_o(unused_zero_{0}_{1}), .neg_o(wgt_{0}[{5}]), "
                              ".shift_o(wgt_{0}[{6}:{7}]));\n",
                              index, l, n, lsb + n - 1, lsb, l * n + n - 1, l * n + n - 2, l * n)
                        : fmt::format("assign wgt_{}[{}:{}] = in_i[{}:{}];\n", index, l * n + n - 1,
                                      l * n, lsb + n - 1, lsb);
        }
        text += fmt::format(
            "{} #(.ACT_W({}), {}.LANES({}), .PIPELINE({}), .ZERO_GATING({}), .PSUM_W({}), "
            ".SUM_STAYS({})) u_{} (.clk_i(clk_i), .swap_i({}), .swap_o({}), .act_i({}), "
            ".act_o({}), .shift_i({}), .wgt_i(wgt_{}), .wgt_o({}), .psum_i({}), .psum_o({}));\n",
            sheet.module, config.act_bits, sheet.parameters, lanes, config.pipeline,
            config.zero_gating, psum_bits_, config.sum_stays, index, Wrapper::in(swap_in_),
            Wrapper::out(swap_out_), Wrapper::in(act_in_), Wrapper::out(act_out_),
            Wrapper::in(shift_in_), index, Wrapper::out(wgt_out_), Wrapper::in(psum_in_),
            Wrapper::out(psum_out_));
        w.add(rename_modules(text, prefix));
        decoded_ = sheet.decoded;
    }

    /// One cycle: codes for all lanes, of which the low bits are used.
    void drive(Model& model, bool swap, bool shift, std::uint64_t psum,
               const std::vector<unsigned>& wgt, const std::vector<unsigned>& act) {
        const int n = datapath_.weight.n;
        std::vector<unsigned> w(shadow_.size());
        std::uint64_t wgt_word = 0;
        std::uint64_t act_word = 0;
        std::uint64_t products = 0;
        for (std::size_t l = 0; l < w.size(); ++l) {
            w[l] = wgt[l] & ((1U << n) - 1);
            const unsigned a = act[l] & ((1U << config_.act_bits) - 1);
            wgt_word |= std::uint64_t{w[l]} << (static_cast<int>(l) * n);
            act_word |= std::uint64_t{a} << (static_cast<int>(l) * config_.act_bits);
            const unsigned weight = config_.sum_stays != 0 ? w[l] : active_[l];
            products += static_cast<std::uint64_t>(terms_[weight][a]);
        }
        model.set(swap_in_, swap ? 1 : 0);
        model.set(shift_in_, shift ? 1 : 0);
        model.set(psum_in_, psum);
        model.set(wgt_in_, wgt_word);
        model.set(act_in_, act_word);

        const std::uint64_t added = offset_ + (config_.pipeline == 2 ? products_before_ : products);
        if (config_.sum_stays != 0) {
            const bool first = config_.pipeline == 2 ? expect_swap_ : swap;
            if (first) {
                expect_psum_ = sum_;
            } else if (shift) {
                expect_psum_ = psum;
            }
            sum_ = (first ? 0 : sum_) + added;
        } else {
            expect_psum_ = psum + added;
        }
        products_before_ = products;
        expect_act_ = act_word;
        expect_swap_ = swap;
        if (swap) active_ = shadow_;
        if (shift || config_.sum_stays != 0) {
            shadow_ = w;
            expect_wgt_ = wgt_word;
            loaded_ = true;
        }
    }

    void check(const Model& model) const {
        ASSERT_EQ(model.get(swap_out_), expect_swap_ ? 1U : 0U);
        ASSERT_EQ(model.get(act_out_), expect_act_);
        if (loaded_ && !decoded_) {
            ASSERT_EQ(model.get(wgt_out_), expect_wgt_);
        }
        if (settled_) {
            ASSERT_EQ(model.get(psum_out_),
                      low_bits(static_cast<std::int64_t>(expect_psum_), psum_bits_));
        }
    }

    /// The weights were loaded, swapped in and have passed the pipeline.
    void settle() { settled_ = true; }

    [[nodiscard]] std::string name() const {
        return fmt::format("{} x int{} lanes {} pipeline {} gating {} sum stays {}", config_.weight,
                           config_.act_bits, config_.lanes, config_.pipeline, config_.zero_gating,
                           config_.sum_stays);
    }

private:
    TermsConfig config_;
    golden::DatapathParams datapath_;
    int psum_bits_ = 0;
    bool decoded_ = false;
    Pins swap_in_, swap_out_, shift_in_, psum_in_, psum_out_, act_in_, act_out_, wgt_in_, wgt_out_;
    std::vector<std::vector<std::int64_t>> terms_;
    std::uint64_t offset_ = 0;

    std::vector<unsigned> shadow_;
    std::vector<unsigned> active_;
    std::uint64_t products_before_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t expect_psum_ = 0;
    std::uint64_t expect_act_ = 0;
    std::uint64_t expect_wgt_ = 0;
    bool expect_swap_ = false;
    bool settled_ = false;
    bool loaded_ = false;
};

/// All 64 weight codes with all 256 activations in lane 0 of every PE, random codes in the others;
/// the next weights load while the present ones are in use.
void run(const std::vector<TermsConfig>& configs) {
    Wrapper w;
    std::vector<TermsBench> benches;
    for (const TermsConfig& c : configs) {
        benches.emplace_back(w, c, static_cast<int>(benches.size()));
    }
    Model model(w);
    std::mt19937_64 random(17);
    std::vector<unsigned> wgt(16);
    std::vector<unsigned> act(16);
    const auto draw = [&](std::vector<unsigned>& codes, unsigned first) {
        for (unsigned& c : codes) c = static_cast<unsigned>(random() & 255);
        codes[0] = first;
    };
    const auto cycle = [&](bool swap, bool shift, unsigned first_act) {
        draw(act, first_act);
        const std::uint64_t psum = random();
        for (TermsBench& b : benches) b.drive(model, swap, shift, psum, wgt, act);
        model.tick();
        for (const TermsBench& b : benches) {
            SCOPED_TRACE(b.name());
            b.check(model);
            if (testing::Test::HasFatalFailure()) return;
        }
    };
    draw(wgt, 0);
    cycle(true, true, 0);
    cycle(true, false, 0);
    cycle(false, false, 0);
    for (TermsBench& b : benches) b.settle();
    for (unsigned code = 0; code < 64; ++code) {
        const auto load_at = static_cast<unsigned>(random() & 255);
        for (unsigned a = 0; a < 256; ++a) {
            // A PE whose sum stays meets this code now, the others when it is swapped in.
            const bool stays = (random() & 1) != 0;
            draw(wgt, a == load_at ? (code + 1) & 63
                      : stays      ? code
                                   : static_cast<unsigned>(random()));
            cycle(a == 255, a == load_at, a);
            if (testing::Test::HasFatalFailure()) return;
        }
    }
}

constexpr const char* kWeights[] = {
    "apot:n=3",       "apot:n=4",       "apot:n=5",    "sp2:n=4", "denseshift:n=2",
    "denseshift:n=3", "denseshift:n=4", "elp_bsd:n=6", "ternary", "binary"};

TEST(Terms, WeightsStay) {
    std::vector<TermsConfig> configs;
    for (const char* weight : kWeights) {
        configs.push_back({.weight = weight});
        configs.push_back({.weight = weight, .act_bits = 4, .pipeline = 2, .zero_gating = 0});
        configs.push_back({.weight = weight, .act_bits = 6, .lanes = 3, .spare_bits = 2});
    }
    configs.push_back({.weight = "apot:n=4", .act_bits = 3, .lanes = 16});
    configs.push_back({.weight = "sp2:n=4", .act_bits = 2, .lanes = 16, .pipeline = 2});
    configs.push_back({.weight = "binary", .act_bits = 4, .lanes = 16, .pipeline = 2});
    run(configs);
}

TEST(Terms, SumStays) {
    std::vector<TermsConfig> configs;
    for (const char* weight : kWeights) {
        configs.push_back(
            {.weight = weight, .act_bits = 5, .lanes = 2, .sum_stays = 1, .spare_bits = 9});
    }
    configs.push_back({.weight = "apot:n=4", .pipeline = 2, .sum_stays = 1});
    configs.push_back(
        {.weight = "denseshift:n=3", .pipeline = 2, .zero_gating = 0, .sum_stays = 1});
    run(configs);
}

}  // namespace
}  // namespace peforge::leaf
