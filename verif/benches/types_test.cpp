// ANT's types chosen at run time: decoder over every code of every type and width, and the PE
// behind the decoders over operand pairs, against oracles written from the definitions
// (docs/number_formats.md).
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "generator/emit/templates.hpp"
#include "golden/datapath/types.hpp"
#include "verif/benches/leaf/leaf_model.hpp"

namespace peforge::leaf {
namespace {

using golden::Code;
using golden::JobTypes;
using golden::OperandType;

std::string module_text(const std::string& file) {
    return std::string(rtl_templates().at(file));
}

// Oracles ---------------------------------------------------------------------------------------

std::vector<OperandType> types_of(int n) {
    if (n > 5) return {OperandType::kInt, OperandType::kFlint};
    return {OperandType::kInt, OperandType::kFlint, OperandType::kPot};
}

/// The number of a code, in units of the type's smallest positive one.
std::int64_t oracle_integer(OperandType type, int n, int code) {
    const int sign = 1 << (n - 1);
    if (type == OperandType::kInt) return code < sign ? code : code - 2 * sign;
    const int word = code % sign;
    std::int64_t magnitude = 0;
    if (type == OperandType::kPot) {
        magnitude = word == 0 ? 0 : std::int64_t{1} << (word - 1);
    } else if (word < sign / 2) {
        magnitude = word;  // 0x is the integer x
    } else {
        // 1 0..0 1 t with z zeros: 2^(B-1+z) * (1 + t / 2^(B-2-z)); no one at all: 2^(2B-2).
        const int b = n - 1;
        int z = 0;
        while (z < b - 1 && ((word >> (b - 2 - z)) & 1) == 0) ++z;
        const int t_bits = b - 2 - z;
        const int t = t_bits > 0 ? word % (1 << t_bits) : 0;
        magnitude =
            z == b - 1
                ? std::int64_t{1} << (2 * b - 2)
                : static_cast<std::int64_t>(std::ldexp(1.0 + std::ldexp(t, -t_bits), b - 1 + z));
    }
    return code >= sign ? -magnitude : magnitude;
}

/// Fraction bits of the values of a type: ints are integers, flint's largest integer is next to 1,
/// the largest power of pot is 1.
int oracle_frac_bits(OperandType type, int n) {
    if (type == OperandType::kInt) return 0;
    return type == OperandType::kFlint ? n - 2 : (1 << (n - 1)) - 2;
}

// Decoders --------------------------------------------------------------------------------------

struct DecoderPins {
    int n = 0;
    golden::TypesOperand operand;
    Pins code, type, neg, log;

    DecoderPins(Wrapper& w, int bits, const std::string& name)
        : n(bits), operand(golden::types_operand(bits)) {
        code = w.input(n);
        type = w.input(2);
        neg = w.output(1);
        log = w.output(operand.exp_bits + operand.frac_bits);
        w.add(fmt::format(
            "pf_ant_decode #(.N({}), .LOG_W({})) u_{} (.code_i({}), .type_i({}), .neg_o({}), "
            ".log_o({}));\n",
            n, log.width, name, Wrapper::in(code), Wrapper::in(type), Wrapper::out(neg),
            Wrapper::out(log)));
    }

    void set(Model& model, OperandType t, int c) const {
        model.set(code, static_cast<std::uint64_t>(c));
        model.set(type, static_cast<std::uint64_t>(t));
    }
};

// The narrowest fields: every width has an exponent for each octave of its numbers and one pattern
// for zero, and fewer fraction bits or exponents would not hold them.
TEST(Types, TheFormIsTheNarrowest) {
    for (int n = 3; n <= 8; ++n) {
        int octave = 0;
        int fraction = 0;
        for (const OperandType type : types_of(n)) {
            for (int code = 0; code < 1 << n; ++code) {
                const std::int64_t x = std::abs(oracle_integer(type, n, code));
                if (x == 0) continue;
                const int top = std::ilogb(static_cast<double>(x));
                int low = 0;
                while (((x >> low) & 1) == 0) ++low;
                octave = std::max(octave, top);
                fraction = std::max(fraction, top - low);
            }
        }
        const golden::TypesOperand o = golden::types_operand(n);
        EXPECT_EQ(o.frac_bits, fraction) << n;
        EXPECT_EQ(o.exp_max, octave) << n;
        EXPECT_GE(1 << o.exp_bits, octave + 2) << n;
        EXPECT_LT(1 << (o.exp_bits - 1), octave + 2) << n;
        EXPECT_EQ(golden::largest_type(n), types_of(n).back());
    }
}

TEST(Types, DecoderOfEveryCodeOfEveryTypeAndWidth) {
    Wrapper w;
    w.add_modules(module_text("pf_ant_decode.v"));
    std::vector<DecoderPins> decoders;
    for (int n = 3; n <= 8; ++n) decoders.emplace_back(w, n, fmt::format("n{}", n));
    Model model(w);
    int numbers = 0;
    for (const DecoderPins& d : decoders) {
        const int frac = d.operand.frac_bits;
        const std::int64_t none = -(std::int64_t{1} << (d.log.width - 1));
        for (const OperandType type : types_of(d.n)) {
            for (int code = 0; code < 1 << d.n; ++code) {
                SCOPED_TRACE(
                    fmt::format("n {} type {} code {:#x}", d.n, static_cast<int>(type), code));
                d.set(model, type, code);
                model.eval();
                const std::int64_t want = oracle_integer(type, d.n, code);
                const std::int64_t log = sign_extend(model.get(d.log), d.log.width);
                if (want == 0) {
                    EXPECT_EQ(log, none);
                    EXPECT_EQ(model.get(d.neg), 0U);
                    continue;
                }
                ++numbers;
                EXPECT_GT(log, none | ((std::int64_t{1} << frac) - 1)) << "zero's exponent";
                const std::int64_t one = std::int64_t{1} << frac;
                const int exponent = static_cast<int>(log >> frac) + d.operand.bias;
                const double got =
                    std::ldexp(static_cast<double>(one + (log & (one - 1))), exponent - frac);
                EXPECT_EQ(model.get(d.neg) != 0 ? -got : got, static_cast<double>(want));
            }
        }
    }
    // Zero: one code of int, two of each other type.
    EXPECT_EQ(numbers, 3 * (8 + 16 + 32) - 5 * 3 + 2 * (64 + 128 + 256) - 3 * 3);
}

// Processing element ----------------------------------------------------------------------------

struct PeCase {
    int wgt_n, act_n;
    int stride;  ///< of weights; 1: every pair of codes
    int pipeline = 1;
    int zero_gating = 1;
};

class TypesPes : public testing::TestWithParam<PeCase> {};

TEST_P(TypesPes, TermsOfEveryMode) {
    const auto [wgt_n, act_n, stride, pipeline, zero_gating] = GetParam();
    const auto flint = [](int n) {
        return golden::Format{.kind = golden::FormatKind::kFlint, .n = n};
    };
    const golden::DatapathParams array =
        golden::make_types_datapath(flint(wgt_n), flint(act_n), golden::Rounding::kTruncate);
    Wrapper w;
    for (const char* file :
         {"pf_ant_decode.v", "pf_float_pe.v", "pf_place.v", "pf_pe_regs.v", "pf_term_sum.v"}) {
        w.add_modules(module_text(file));
    }
    const DecoderPins wgt(w, wgt_n, "wgt");
    const DecoderPins act(w, act_n, "act");
    const Pins shift = w.input(1);
    const Pins swap = w.input(1);
    const Pins psum = w.output(array.term_bits);
    const Pins swap_out = w.output(1);
    const Pins act_out = w.output(act.log.width + 1);
    const Pins wgt_out = w.output(wgt.log.width + 1);
    const golden::TypesOperand wo = wgt.operand;
    const golden::TypesOperand ao = act.operand;
    w.add(fmt::format(
        "pf_float_pe #(.ACT_EXP_W({}), .WGT_EXP_W({}), .ACT_F({}), .WGT_F({}), .EXP_MIN({}), "
        ".EXP_MAX({}), .A({}), .TERM_W({}), .PIPELINE({}), .ZERO_GATING({}), .PSUM_W({})) u_pe "
        "(.clk_i(clk_i), .swap_i({}), .swap_o({}), .act_i({{{}, {}}}), .act_o({}), .shift_i({}), "
        ".wgt_i({{{}, {}}}), .wgt_o({}), .psum_i({}'d0), .psum_o({}));\n",
        ao.exp_bits, wo.exp_bits, ao.frac_bits, wo.frac_bits, -wo.bias - ao.bias,
        wo.exp_max - wo.bias + ao.exp_max - ao.bias, wo.bias + ao.bias, array.term_bits, pipeline,
        zero_gating, array.term_bits, Wrapper::in(swap), Wrapper::out(swap_out),
        Wrapper::out(act.neg), Wrapper::out(act.log), Wrapper::out(act_out), Wrapper::in(shift),
        Wrapper::out(wgt.neg), Wrapper::out(wgt.log), Wrapper::out(wgt_out), array.term_bits,
        Wrapper::out(psum)));
    Model model(w);
    const std::int64_t offset = std::int64_t{1} << (array.term_bits - 1);
    std::int64_t largest = 0;
    int modes = 0;
    for (const OperandType weight : types_of(wgt_n)) {
        for (const OperandType activation : types_of(act_n)) {
            SCOPED_TRACE(fmt::format("types {} and {}", static_cast<int>(weight),
                                     static_cast<int>(activation)));
            ++modes;
            const golden::DatapathParams d = golden::with_types(array, {weight, activation});
            EXPECT_EQ(d.acc_frac_bits,
                      oracle_frac_bits(weight, wgt_n) + oracle_frac_bits(activation, act_n));
            std::int64_t most = 0;
            for (int x = modes % stride; x < 1 << wgt_n; x += stride) {
                wgt.set(model, weight, x);
                model.set(shift, 1);
                model.set(swap, 1);
                model.tick();  // into the shadow weight
                model.tick();  // into the weight
                for (int y = 0; y < 1 << act_n; ++y) {
                    act.set(model, activation, y);
                    for (int i = 0; i < pipeline; ++i) model.tick();
                    const std::int64_t want =
                        oracle_integer(weight, wgt_n, x) * oracle_integer(activation, act_n, y);
                    most = std::max(most, std::abs(want));
                    ASSERT_EQ(golden::product_term(d, static_cast<Code>(x), static_cast<Code>(y)),
                              want)
                        << fmt::format("golden: {:#x} * {:#x}", x, y);
                    ASSERT_EQ(std::ldexp(static_cast<double>(want), -d.acc_frac_bits),
                              golden::to_real(d.weight, static_cast<Code>(x)) *
                                  golden::to_real(d.activation, static_cast<Code>(y)));
                    ASSERT_EQ(model.get(psum), low_bits(want + offset, psum.width))
                        << fmt::format("{:#x} * {:#x}: term {}", x, y, want);
                }
            }
            if (stride == 1) {
                EXPECT_EQ(d.max_term, most);
            }
            largest = std::max(largest, d.max_term);
        }
    }
    EXPECT_EQ(modes, static_cast<int>(types_of(wgt_n).size() * types_of(act_n).size()));
    // The terms need their width, and no more.
    EXPECT_LT(largest, offset);
    EXPECT_GE(2 * largest, offset);
}

INSTANTIATE_TEST_SUITE_P(Widths, TypesPes,
                         testing::Values(PeCase{4, 4, 1}, PeCase{4, 4, 1, 2, 1},
                                         PeCase{4, 4, 1, 1, 0}, PeCase{3, 3, 1}, PeCase{3, 5, 1},
                                         PeCase{5, 5, 1}, PeCase{4, 8, 1}, PeCase{6, 4, 1},
                                         PeCase{7, 6, 1}, PeCase{8, 8, 1}));

}  // namespace
}  // namespace peforge::leaf
