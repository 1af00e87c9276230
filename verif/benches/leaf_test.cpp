// Leaf modules of the RTL against oracles written from the mathematics: decoders over all codes,
// processing elements over all operand pairs, encoders over their inputs, post-processing under
// random back-pressure. Where the golden model states the same number, it is compared as well.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "generator/design/design.hpp"
#include "generator/emit/render.hpp"
#include "generator/emit/tables.hpp"
#include "generator/emit/templates.hpp"
#include "golden/array/post.hpp"
#include "golden/datapath/datapath.hpp"
#include "golden/tests/oracle.hpp"
#include "verif/benches/leaf/leaf_model.hpp"

namespace peforge::leaf {
namespace {

using golden::Code;
using golden::Format;
using golden::FormatKind;

std::string module_text(const std::string& file) {
    return std::string(rtl_templates().at(file));
}

Format int_format(int n) {
    return {.kind = FormatKind::kInt, .n = n};
}

Format pot_format(int n, golden::PotRounding rounding = golden::PotRounding::kNearest) {
    return {.kind = FormatKind::kPot, .n = n, .pot_rounding = rounding};
}

Format lp_format(int n, int es, int rs, bool terminated = false, bool flush = false) {
    return {.kind = FormatKind::kLp,
            .n = n,
            .es = es,
            .rs = rs,
            .regime = terminated ? golden::LpRegime::kTerminated : golden::LpRegime::kCapped,
            .flush_to_zero = flush};
}

// Oracles ---------------------------------------------------------------------------------------

/// A number as sign and log2, or as an integer. The log2 of a floating-point one is piecewise
/// linear, exponent + fraction of 2^exponent * (1 + fraction).
struct Number {
    bool zero = false;
    bool nar = false;
    bool negative = false;
    double log2 = 0.0;  ///< exact: few bits
    int integer = 0;    ///< int only
};

/// The bits of a positive LP word, read one after the other as the definition does.
double lp_log2(const Format& f, const std::string& bits) {
    const std::size_t longest =
        f.regime == golden::LpRegime::kCapped ? static_cast<std::size_t>(f.rs) : bits.size();
    std::size_t at = 0;
    while (at < bits.size() && at < longest && bits[at] == bits[0]) ++at;
    const int run = static_cast<int>(at);
    if (at < bits.size() && at < longest) ++at;  // the terminator
    const int k = bits[0] == '1' ? run - 1 : -run;
    double ulfx = 0.0;
    double weight = std::ldexp(1.0, f.es - 1);
    for (; at < bits.size(); ++at) {
        if (bits[at] == '1') ulfx += weight;
        weight /= 2;
    }
    return std::ldexp(static_cast<double>(k), f.es) + ulfx;
}

Number oracle_decode(const Format& f, int code) {
    const int sign = 1 << (f.n - 1);
    Number x;
    if (f.kind == FormatKind::kInt) {
        x.integer = code >= sign ? code - 2 * sign : code;
        x.zero = x.integer == 0;
    } else if (f.kind == FormatKind::kPot) {
        const int c = code % sign;
        x.zero = c == 0;
        x.negative = code >= sign && !x.zero;
        x.log2 = c - 1;  // in units of the smallest power
    } else if (golden::is_float(f)) {
        const golden::oracle::Value v = golden::oracle::value_of(f, static_cast<unsigned>(code));
        x.zero = v.zero;
        x.nar = v.nar;
        x.negative = v.negative;
        if (!v.zero) {
            const auto size = static_cast<double>(v.size);
            const int exponent = std::ilogb(size);
            x.log2 = exponent + std::ldexp(size, -exponent) - 1;
        }
    } else {
        x.zero = code % sign == 0;
        x.nar = code == sign;
        x.negative = code > sign;
        if (!x.zero) {
            std::string bits;
            const int word = x.negative ? 2 * sign - code : code;
            for (int bit = f.n - 2; bit >= 0; --bit) {
                bits.push_back(((word >> bit) & 1) != 0 ? '1' : '0');
            }
            x.log2 = lp_log2(f, bits);
        }
    }
    return x;
}

/// x * 2^bits as an integer; the caller knows that it is one.
std::int64_t fixed(double x, int bits) {
    const double scaled = std::ldexp(x, bits);
    EXPECT_EQ(scaled, std::floor(scaled));
    return static_cast<std::int64_t>(scaled);
}

/// What the array's registers hold for an operand: {neg, log} or {neg, shift} or the integer.
std::uint64_t oracle_operand(const golden::DatapathParams& d, const Format& f, int width,
                             int code) {
    const Number x = oracle_decode(f, code);
    if (d.kind == golden::DatapathKind::kLog || d.kind == golden::DatapathKind::kFloat) {
        const std::uint64_t neg = x.negative ? std::uint64_t{1} << (width - 1) : 0;
        if (x.zero) return std::uint64_t{1} << (width - 2);
        return neg | low_bits(fixed(x.log2, golden::log_frac_bits(f)), width - 1);
    }
    if (f.kind == FormatKind::kPot) {
        const std::uint64_t neg = x.negative ? std::uint64_t{1} << (width - 1) : 0;
        if (x.zero) return (std::uint64_t{1} << (width - 1)) - 1;
        return neg | static_cast<std::uint64_t>(x.log2);
    }
    return low_bits(x.integer, width);
}

/// Rounds x >= 0 to nearest, ties to even.
std::int64_t round_even(long double x) {
    const long double floor = std::floor(x);
    const auto integer = static_cast<std::int64_t>(floor);
    const long double rest = x - floor;
    return integer + (rest > 0.5L || (rest == 0.5L && integer % 2 != 0) ? 1 : 0);
}

/// The product term from the definition: design document, "Numeric contract".
std::int64_t oracle_term(const golden::DatapathParams& d, int weight, int activation) {
    const Number w = oracle_decode(d.weight, weight);
    const Number a = oracle_decode(d.activation, activation);
    if (w.zero || a.zero) return 0;
    switch (d.kind) {
        case golden::DatapathKind::kMul:
            return static_cast<std::int64_t>(w.integer) * a.integer;
        case golden::DatapathKind::kShift: {
            const auto power = static_cast<std::int64_t>(std::ldexp(1.0, static_cast<int>(w.log2)));
            return (w.negative ? -power : power) * a.integer;
        }
        case golden::DatapathKind::kFloat:
            return golden::oracle::product(d, static_cast<unsigned>(weight),
                                           static_cast<unsigned>(activation));
        case golden::DatapathKind::kLog:
            break;
    }
    const double log = w.log2 + a.log2;
    const double whole = std::floor(log);
    const long double fraction = static_cast<long double>(log - whole);
    const std::int64_t mantissa = round_even(std::exp2(fraction + d.mantissa_bits));
    const long double scaled =
        std::ldexp(static_cast<long double>(mantissa),
                   static_cast<int>(whole) + d.acc_frac_bits - d.mantissa_bits);
    const std::int64_t magnitude = d.rounding == golden::Rounding::kTruncate
                                       ? static_cast<std::int64_t>(std::floor(scaled))
                                       : round_even(scaled);
    return w.negative != a.negative ? -magnitude : magnitude;
}

/// Encoder oracle: searches all codes that the format uses for the nearest one.
class EncodeOracle {
public:
    explicit EncodeOracle(const golden::PostParams& post) : post_(post) {
        const Format& f = post.output;
        if (golden::is_float(f)) {
            search_.emplace(f);
            return;
        }
        int first = 1;
        int last = (1 << (f.n - 1)) - 1;
        if (f.kind == FormatKind::kLp && f.regime == golden::LpRegime::kTerminated &&
            f.rs < f.n - 1) {
            first = 1 << (f.n - 1 - f.rs);
            last -= first;
        }
        for (int code = first; code <= last; ++code) {
            codes_.push_back(code);
            // In units of z: PoT's own unit is its smallest power, 2^(1 - cmax) of its real scale.
            const int up = f.kind == FormatKind::kPot ? post.z_frac_bits + 2 - (1 << (f.n - 1))
                                                      : post.z_frac_bits;
            logs_.push_back(oracle_decode(f, code).log2 + up);
        }
    }

    [[nodiscard]] int encode(std::int64_t z) const {
        const Format& f = post_.output;
        if (f.kind == FormatKind::kInt) return static_cast<int>(low_bits(z, f.n));
        if (z == 0) return 0;
        if (search_) {
            using golden::oracle::Real;
            return search_->encode(static_cast<Real>(z) *
                                   static_cast<Real>(std::ldexp(1.0, -post_.z_frac_bits)));
        }
        const auto magnitude = static_cast<long double>(z < 0 ? -z : z);
        int best = 0;
        if (f.kind == FormatKind::kPot) {
            best = nearest_power(magnitude);
        } else if (!f.flush_to_zero ||
                   magnitude >= std::exp2(static_cast<long double>(logs_[0] - 1))) {
            best = nearest_log(magnitude);
        }
        if (best == 0 || z > 0) return best;
        return f.kind == FormatKind::kPot ? best | (1 << (f.n - 1)) : (1 << f.n) - best;
    }

private:
    /// Nearest log2, ties to the even code. Both sides of a comparison are either exact or apart by
    /// far more than the rounding of long double: 2^mid is irrational unless mid is an integer.
    [[nodiscard]] int nearest_log(long double magnitude) const {
        std::size_t i = 0;
        while (i + 1 < logs_.size()) {
            const double mid = (logs_[i] + logs_[i + 1]) / 2;
            const long double edge = std::exp2(static_cast<long double>(mid));
            const bool tie = mid == std::floor(mid) && magnitude == edge;
            if (tie ? codes_[i + 1] % 2 != 0 : magnitude < edge) break;
            ++i;
        }
        return codes_[i];
    }

    [[nodiscard]] int nearest_power(long double magnitude) const {
        if (post_.output.pot_rounding == golden::PotRounding::kLog) {
            return magnitude < std::exp2(static_cast<long double>(logs_[0] - 1))
                       ? 0
                       : nearest_log(magnitude);
        }
        int best = 0;
        long double distance = magnitude;
        for (std::size_t i = 0; i < codes_.size(); ++i) {
            const long double d =
                std::fabs(std::exp2(static_cast<long double>(logs_[i])) - magnitude);
            if (d < distance || (d == distance && codes_[i] % 2 == 0)) {
                distance = d;
                best = codes_[i];
            }
        }
        return best;
    }

    golden::PostParams post_;
    std::optional<golden::oracle::Search> search_;  ///< floating point
    std::vector<int> codes_;
    std::vector<double> logs_;
};

std::string name_of(const Format& f) {
    return golden::to_string(f);
}

// Decoders --------------------------------------------------------------------------------------

TEST(Leaf, IntAndPotDecodersOverAllCodes) {
    Wrapper w;
    for (const char* file : {"pf_int_decode.v", "pf_pot_decode.v"})
        w.add_modules(module_text(file));
    const Pins code = w.input(8);
    struct Instance {
        Format format;
        Pins zero, neg, value;
    };
    std::vector<Instance> instances;
    for (int n = 2; n <= 8; ++n) {
        Instance i{int_format(n), w.output(1), {}, w.output(n)};
        w.add(
            fmt::format("pf_int_decode #(.N({0})) u_int{0} (.code_i(in_i[{1}:0]), .zero_o({2}), "
                        ".value_o({3}));\n",
                        n, n - 1, Wrapper::out(i.zero), Wrapper::out(i.value)));
        instances.push_back(i);
    }
    for (int n = 2; n <= 5; ++n) {
        Instance i{pot_format(n), w.output(1), w.output(1), w.output(n - 1)};
        w.add(fmt::format(
            "pf_pot_decode #(.N({0})) u_pot{0} (.code_i(in_i[{1}:0]), .zero_o({2}), "
            ".neg_o({3}), .shift_o({4}));\n",
            n, n - 1, Wrapper::out(i.zero), Wrapper::out(i.neg), Wrapper::out(i.value)));
        instances.push_back(i);
    }
    Model model(w);
    for (const Instance& i : instances) {
        for (int c = 0; c < golden::code_count(i.format); ++c) {
            model.set(code, static_cast<std::uint64_t>(c));
            model.eval();
            const Number x = oracle_decode(i.format, c);
            SCOPED_TRACE(fmt::format("{} code {:#x}", name_of(i.format), c));
            EXPECT_EQ(model.get(i.zero), x.zero);
            if (i.format.kind == FormatKind::kInt) {
                ASSERT_EQ(sign_extend(model.get(i.value), i.value.width), x.integer);
            } else {
                EXPECT_EQ(model.get(i.neg), x.negative);
                const int none = (1 << i.value.width) - 1;
                ASSERT_EQ(static_cast<int>(model.get(i.value)),
                          x.zero ? none : static_cast<int>(x.log2));
            }
        }
    }
}

/// Decoders to {neg, log} or {neg, exponent, fraction} side by side, over all codes.
class LogDecoders {
public:
    LogDecoders() : code_(w_.input(8)) {
        for (const char* file : {"pf_lp_decode.v", "pf_adaptivfloat_decode.v", "pf_fp8_decode.v",
                                 "pf_flint_decode.v"}) {
            w_.add_modules(module_text(file));
        }
    }

    /// `parameters`: those of `module` but for LOG_W.
    void add(const std::string& module, const std::string& parameters, const Format& f,
             int more_frac) {
        golden::DatapathParams d;
        d.kind = golden::DatapathKind::kLog;
        const int log_bits = operand_bits(d, f) - 1 + more_frac;
        const Instance i{f,
                         golden::log_frac_bits(f) + more_frac,
                         w_.output(1),
                         w_.output(1),
                         w_.output(1),
                         w_.output(log_bits)};
        w_.add(fmt::format(
            "{} #({}, .LOG_W({})) u_{} (.code_i(in_i[{}:0]), .zero_o({}), "
            ".nar_o({}), .neg_o({}), .log_o({}));\n",
            module, parameters, log_bits, instances_.size(), f.n - 1, Wrapper::out(i.zero),
            Wrapper::out(i.nar), Wrapper::out(i.neg), Wrapper::out(i.log)));
        instances_.push_back(i);
    }

    void run() {
        Model model(w_);
        for (const Instance& i : instances_) {
            for (int c = 0; c < golden::code_count(i.format); ++c) {
                model.set(code_, static_cast<std::uint64_t>(c));
                model.eval();
                const Number x = oracle_decode(i.format, c);
                SCOPED_TRACE(fmt::format("{} F {} code {:#x}", name_of(i.format), i.frac, c));
                EXPECT_EQ(model.get(i.zero) | model.get(i.nar), x.zero);
                EXPECT_EQ(model.get(i.nar), x.nar);
                EXPECT_EQ(model.get(i.neg), x.negative);
                const std::int64_t none = -(std::int64_t{1} << (i.log.width - 1));
                ASSERT_EQ(sign_extend(model.get(i.log), i.log.width),
                          x.zero ? none : fixed(x.log2, i.frac));
                if (!x.zero) {
                    EXPECT_GT(fixed(x.log2, i.frac), none);
                }
            }
        }
    }

private:
    struct Instance {
        Format format;
        int frac = 0;
        Pins zero, nar, neg, log;
    };
    Wrapper w_;
    Pins code_;
    std::vector<Instance> instances_;
};

TEST(Leaf, LpDecodersOverAllCodes) {
    LogDecoders decoders;
    const auto add = [&](const Format& f, int more_frac) {
        decoders.add("pf_lp_decode",
                     fmt::format(".N({}), .ES({}), .RS({}), .TERMINATED({}), .F({})", f.n, f.es,
                                 f.rs, f.regime == golden::LpRegime::kTerminated ? 1 : 0,
                                 golden::log_frac_bits(f) + more_frac),
                     f, more_frac);
    };
    for (int n = 2; n <= 8; ++n) {
        for (int es = 0; es <= std::max(0, n - 2); ++es) {
            for (int rs = 1; rs < n; ++rs) {
                add(lp_format(n, es, rs), 0);
                // RS is not looked at in terminated formats; two values show it.
                if (n > 2 && (rs == 2 || rs == n - 1) && rs > 1) add(lp_format(n, es, rs, true), 0);
            }
        }
    }
    add(lp_format(4, 1, 2), 4);
    add(lp_format(2, 0, 1), 5);
    decoders.run();
}

TEST(Leaf, FloatDecodersOverAllCodes) {
    LogDecoders decoders;
    for (const Format& f : golden::oracle::float_formats()) {
        switch (f.kind) {
            case FormatKind::kPosit:
                decoders.add("pf_lp_decode",
                             fmt::format(".N({}), .ES({}), .RS({}), .TERMINATED(0), .F({})", f.n,
                                         f.es, f.rs, golden::log_frac_bits(f)),
                             f, 0);
                break;
            case FormatKind::kAdaptivFloat:
                decoders.add("pf_adaptivfloat_decode", fmt::format(".N({})", f.n), f, 0);
                break;
            case FormatKind::kFp8:
                decoders.add("pf_fp8_decode", fmt::format(".E({}), .M({})", f.e, f.m), f, 0);
                break;
            default:
                decoders.add("pf_flint_decode", fmt::format(".N({})", f.n), f, 0);
        }
    }
    decoders.run();
}

// Processing elements ---------------------------------------------------------------------------

struct PeConfig {
    golden::DatapathParams datapath;
    int lanes = 1;
    int pipeline = 1;
    int zero_gating = 1;
    int use_dsp = 0;
    int spare_bits = 0;  ///< of the partial sum
    int sum_stays = 0;   ///< output-stationary
};

/// A PE in the wrapper with a cycle-exact model of what it must do.
class PeBench {
public:
    PeBench(Wrapper& w, const PeConfig& config, int index) : config_(config) {
        const golden::DatapathParams& d = config.datapath;
        act_bits_ = operand_bits(d, d.activation);
        wgt_bits_ = operand_bits(d, d.weight);
        const int lanes = config.lanes;
        psum_bits_ = golden::accumulator_bits(d.term_bits, lanes) + config.spare_bits;
        std::string modules = module_text("pf_pe_regs.v");
        std::string module;
        std::string parameters;
        switch (d.kind) {
            case golden::DatapathKind::kMul:
                module = "pf_mul_pe";
                parameters = fmt::format(".ACT_W({}), .WGT_W({}), .USE_DSP({}), ", act_bits_,
                                         wgt_bits_, config.use_dsp);
                break;
            case golden::DatapathKind::kShift:
                module = "pf_shift_pe";
                modules += module_text("pf_term_sum.v");
                parameters = fmt::format(".ACT_W({}), .SHIFT_W({}), ", act_bits_, wgt_bits_ - 1);
                break;
            case golden::DatapathKind::kFloat: {
                const int act_frac = golden::log_frac_bits(d.activation);
                const int wgt_frac = golden::log_frac_bits(d.weight);
                module = "pf_float_pe";
                parameters = fmt::format(
                    ".ACT_EXP_W({}), .WGT_EXP_W({}), .ACT_F({}), .WGT_F({}), .EXP_MIN({}), "
                    ".EXP_MAX({}), .A({}), .ROUND_NEAREST({}), .TERM_W({}), ",
                    act_bits_ - 1 - act_frac, wgt_bits_ - 1 - wgt_frac, act_frac, wgt_frac,
                    d.log_min, d.log_max, d.acc_frac_bits,
                    d.rounding == golden::Rounding::kNearestEven ? 1 : 0, d.term_bits);
                modules += module_text("pf_place.v") + module_text("pf_term_sum.v");
                break;
            }
            case golden::DatapathKind::kLog: {
                module = "pf_log_pe";
                parameters = fmt::format(
                    ".ACT_LOG_W({}), .WGT_LOG_W({}), .ACT_F({}), .WGT_F({}), .ACT_LOG_MIN({}), "
                    ".WGT_LOG_MIN({}), .LOG_MAX({}), .M({}), .A({}), .ROUND_NEAREST({}), "
                    ".TERM_W({}), ",
                    act_bits_ - 1, wgt_bits_ - 1, golden::log_frac_bits(d.activation),
                    golden::log_frac_bits(d.weight), golden::min_decoded(d.activation),
                    golden::min_decoded(d.weight), d.log_max, d.mantissa_bits, d.acc_frac_bits,
                    d.rounding == golden::Rounding::kNearestEven ? 1 : 0, d.term_bits);
                modules += render(module_text("pf_log2lin.v.mustache"), log2lin_values(d));
                modules += module_text("pf_place.v") + module_text("pf_term_sum.v");
                break;
            }
        }
        // Every instance has its own copy: tables differ.
        const std::string prefix = fmt::format("c{}", index);
        w.add_modules(rename_modules(modules + module_text(module + ".v"), prefix));
        swap_in_ = w.input(1);
        shift_in_ = w.input(1);
        swap_out_ = w.output(1);
        psum_in_ = w.input(psum_bits_);
        psum_out_ = w.output(psum_bits_);
        act_in_ = w.input(lanes * act_bits_);
        act_out_ = w.output(lanes * act_bits_);
        wgt_in_ = w.input(lanes * wgt_bits_);
        wgt_out_ = w.output(lanes * wgt_bits_);
        w.add(rename_modules(
            fmt::format("{} #({}.LANES({}), .PIPELINE({}), .ZERO_GATING({}), .PSUM_W({}), "
                        ".SUM_STAYS({})) u_{} (\n"
                        "  .clk_i(clk_i), .swap_i({}), .swap_o({}), .act_i({}), .act_o({}),\n"
                        "  .shift_i({}), .wgt_i({}), .wgt_o({}), .psum_i({}), .psum_o({}));\n",
                        module, parameters, lanes, config.pipeline, config.zero_gating, psum_bits_,
                        config.sum_stays, index, Wrapper::in(swap_in_), Wrapper::out(swap_out_),
                        Wrapper::in(act_in_), Wrapper::out(act_out_), Wrapper::in(shift_in_),
                        Wrapper::in(wgt_in_), Wrapper::out(wgt_out_), Wrapper::in(psum_in_),
                        Wrapper::out(psum_out_)),
            prefix));

        const int weights = golden::code_count(d.weight);
        const int activations = golden::code_count(d.activation);
        for (int wgt = 0; wgt < weights; ++wgt) {
            for (int act = 0; act < activations; ++act) {
                terms_.push_back(oracle_term(d, wgt, act));
                EXPECT_EQ(terms_.back(),
                          golden::product_term(d, static_cast<Code>(wgt), static_cast<Code>(act)))
                    << "golden model, weight " << wgt << " activation " << act;
            }
        }
        for (int wgt = 0; wgt < weights; ++wgt) {
            wgt_operands_.push_back(oracle_operand(d, d.weight, wgt_bits_, wgt));
        }
        for (int act = 0; act < activations; ++act) {
            act_operands_.push_back(oracle_operand(d, d.activation, act_bits_, act));
        }
        offset_ = config.use_dsp != 0 ? 0 : psum_offset(d) * static_cast<std::uint64_t>(lanes);
        shadow_.assign(static_cast<std::size_t>(lanes), 0);
        active_ = shadow_;
    }

    /// Drives one cycle: codes for all lanes (the low bits of each are used).
    void drive(Model& model, bool swap, bool shift, std::uint64_t psum, const std::vector<int>& wgt,
               const std::vector<int>& act) {
        const golden::DatapathParams& d = config_.datapath;
        const int lanes = config_.lanes;
        std::vector<int> w(static_cast<std::size_t>(lanes));
        std::uint64_t wgt_word = 0;
        std::uint64_t act_word = 0;
        std::uint64_t products = 0;
        for (int l = 0; l < lanes; ++l) {
            const auto lane = static_cast<std::size_t>(l);
            w[lane] = wgt[lane] & (golden::code_count(d.weight) - 1);
            const int a = act[lane] & (golden::code_count(d.activation) - 1);
            wgt_word |= wgt_operands_[static_cast<std::size_t>(w[lane])] << (l * wgt_bits_);
            act_word |= act_operands_[static_cast<std::size_t>(a)] << (l * act_bits_);
            const int weight = config_.sum_stays != 0 ? w[lane] : active_[lane];
            products += static_cast<std::uint64_t>(
                terms_[static_cast<std::size_t>(weight * golden::code_count(d.activation) + a)]);
        }
        model.set(swap_in_, swap ? 1 : 0);
        model.set(shift_in_, shift ? 1 : 0);
        model.set(psum_in_, psum);
        model.set(wgt_in_, wgt_word);
        model.set(act_in_, act_word);

        // What the outputs must be after the clock edge.
        const std::uint64_t added = config_.pipeline == 2 ? products_before_ : products;
        if (config_.sum_stays != 0) {
            const bool first = config_.pipeline == 2 ? expect_swap_ : swap;
            if (first) expect_psum_ = low_bits(static_cast<std::int64_t>(sum_), psum_bits_);
            if (!first && shift) {
                expect_psum_ = low_bits(static_cast<std::int64_t>(psum), psum_bits_);
            }
            sum_ = (first ? 0 : sum_) + added + offset_;
        } else {
            expect_psum_ = low_bits(static_cast<std::int64_t>(psum + added + offset_), psum_bits_);
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
        if (loaded_) {
            ASSERT_EQ(model.get(wgt_out_), expect_wgt_);
        }
        // Defined once the weights were loaded, swapped in and have passed the pipeline.
        if (settled_) {
            ASSERT_EQ(model.get(psum_out_), expect_psum_);
        }
    }

    void settle() { settled_ = true; }

    [[nodiscard]] std::string name() const {
        return fmt::format(
            "{} x {} lanes {} pipeline {} gating {} dsp {} A {} rounding {} sum stays {}",
            name_of(config_.datapath.weight), name_of(config_.datapath.activation), config_.lanes,
            config_.pipeline, config_.zero_gating, config_.use_dsp, config_.datapath.acc_frac_bits,
            static_cast<int>(config_.datapath.rounding), config_.sum_stays);
    }

private:
    PeConfig config_;
    int act_bits_ = 0;
    int wgt_bits_ = 0;
    int psum_bits_ = 0;
    Pins swap_in_, swap_out_, shift_in_, psum_in_, psum_out_, act_in_, act_out_, wgt_in_, wgt_out_;
    std::vector<std::int64_t> terms_;
    std::vector<std::uint64_t> wgt_operands_;
    std::vector<std::uint64_t> act_operands_;
    std::uint64_t offset_ = 0;

    std::vector<int> shadow_;
    std::vector<int> active_;
    std::uint64_t products_before_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t expect_psum_ = 0;
    std::uint64_t expect_act_ = 0;
    std::uint64_t expect_wgt_ = 0;
    bool expect_swap_ = false;
    bool settled_ = false;
    bool loaded_ = false;
};

/// All pairs of 256 weight and 256 activation codes in lane 0 of every PE, random ones in the other
/// lanes; the next weights load while the present ones are in use.
void run_pes(const std::vector<PeConfig>& configs) {
    Wrapper w;
    std::vector<PeBench> benches;
    for (const PeConfig& c : configs) benches.emplace_back(w, c, static_cast<int>(benches.size()));
    Model model(w);
    std::mt19937_64 random(7);
    std::vector<int> wgt(4);
    std::vector<int> act(4);
    const auto cycle = [&](bool swap, bool shift, int first_act) {
        for (int& a : act) a = static_cast<int>(random() & 255);
        act[0] = first_act;
        const std::uint64_t psum = random();
        for (PeBench& b : benches) b.drive(model, swap, shift, psum, wgt, act);
        model.tick();
        for (const PeBench& b : benches) {
            SCOPED_TRACE(b.name());
            b.check(model);
            if (testing::Test::HasFatalFailure()) return;
        }
    };
    const auto load = [&](int first_wgt) {
        for (int& x : wgt) x = static_cast<int>(random() & 255);
        wgt[0] = first_wgt;
    };
    load(0);
    cycle(true, true, 0);
    cycle(true, false, 0);
    cycle(false, false, 0);
    for (PeBench& b : benches) b.settle();
    for (int wgt_code = 0; wgt_code < 256; ++wgt_code) {
        const int load_at = static_cast<int>(random() & 255);
        for (int act_code = 0; act_code < 256; ++act_code) {
            // The weights on the port change all the time; only one beat is shifted in.
            load(act_code == load_at ? (wgt_code + 1) & 255 : static_cast<int>(random() & 255));
            // The token comes with the last activation, which still meets the old weight.
            cycle(act_code == 255, act_code == load_at, act_code);
            if (testing::Test::HasFatalFailure()) return;
        }
    }
}

golden::DatapathParams datapath(golden::DatapathKind kind, const Format& w, const Format& a,
                                int octaves = 24,
                                golden::Rounding rounding = golden::Rounding::kTruncate,
                                std::optional<int> mantissa = {}, std::optional<int> frac = {}) {
    return golden::make_datapath(kind, w, a, mantissa, frac, octaves, rounding);
}

/// The token comes once in 256 cycles, and so does a shift of the results, at random.
TEST(Leaf, PesWhoseSumStays) {
    const auto mul = datapath(golden::DatapathKind::kMul, int_format(5), int_format(7));
    const auto shift = datapath(golden::DatapathKind::kShift, pot_format(4), int_format(8));
    const Format lp8 = lp_format(8, 1, 3);
    const auto log = datapath(golden::DatapathKind::kLog, lp8, lp8, 16);
    run_pes({{.datapath = mul, .spare_bits = 9, .sum_stays = 1},
             {.datapath = mul, .lanes = 3, .pipeline = 2, .spare_bits = 4, .sum_stays = 1},
             {.datapath = mul, .lanes = 2, .use_dsp = 1, .sum_stays = 1},
             {.datapath = shift, .spare_bits = 9, .sum_stays = 1},
             {.datapath = shift, .lanes = 2, .pipeline = 2, .sum_stays = 1},
             {.datapath = log, .lanes = 2, .spare_bits = 9, .sum_stays = 1},
             {.datapath = log, .pipeline = 2, .spare_bits = 9, .sum_stays = 1}});
}

TEST(Leaf, MultiplyingPeOverAllOperandPairs) {
    const auto mul = [](int w, int a) {
        return datapath(golden::DatapathKind::kMul, int_format(w), int_format(a));
    };
    run_pes({{mul(8, 8)},
             {.datapath = mul(8, 8), .lanes = 3, .spare_bits = 3},
             {.datapath = mul(8, 8), .pipeline = 2, .spare_bits = 3},
             {.datapath = mul(8, 8), .lanes = 3, .pipeline = 2, .zero_gating = 0},
             {.datapath = mul(8, 8), .zero_gating = 0, .spare_bits = 9},
             {.datapath = mul(8, 8), .lanes = 2, .use_dsp = 1, .spare_bits = 3},
             {.datapath = mul(8, 8), .lanes = 3, .pipeline = 2, .use_dsp = 1},
             {mul(4, 8)},
             {mul(5, 8)},
             {.datapath = mul(5, 8), .lanes = 2, .pipeline = 2},
             {mul(2, 2)},
             {.datapath = mul(3, 7), .lanes = 4, .pipeline = 2},
             {mul(8, 2)}});
}

TEST(Leaf, ShiftingPeOverAllOperandPairs) {
    const auto shift = [](int w, int a) {
        return datapath(golden::DatapathKind::kShift, pot_format(w), int_format(a));
    };
    run_pes({{shift(4, 8)},
             {.datapath = shift(4, 8), .lanes = 3, .spare_bits = 3},
             {.datapath = shift(4, 8), .pipeline = 2},
             {.datapath = shift(4, 8), .lanes = 3, .pipeline = 2, .spare_bits = 4},
             {.datapath = shift(4, 8), .zero_gating = 0},
             {.datapath = shift(4, 8), .lanes = 2, .pipeline = 2, .zero_gating = 0},
             {shift(5, 8)},
             {shift(3, 4)},
             {shift(2, 8)},
             {.datapath = shift(2, 2), .lanes = 4, .pipeline = 2}});
}

TEST(Leaf, LogPeOverAllOperandPairs) {
    const auto log = [](const Format& w, const Format& a, int octaves = 24,
                        golden::Rounding rounding = golden::Rounding::kTruncate,
                        std::optional<int> mantissa = {}, std::optional<int> frac = {}) {
        return datapath(golden::DatapathKind::kLog, w, a, octaves, rounding, mantissa, frac);
    };
    constexpr auto kNearest = golden::Rounding::kNearestEven;
    constexpr auto kTruncate = golden::Rounding::kTruncate;
    const Format lp8 = lp_format(8, 1, 3);
    const Format lp4 = lp_format(4, 1, 2);
    const Format lp2 = lp_format(2, 0, 1);
    run_pes({{log(lp8, lp8, 16)},
             {.datapath = log(lp8, lp8, 16), .lanes = 3, .spare_bits = 3},
             {.datapath = log(lp8, lp8, 16), .pipeline = 2, .zero_gating = 0},
             {.datapath = log(lp8, lp8, 16), .lanes = 3, .pipeline = 2, .spare_bits = 3},
             {.datapath = log(lp8, lp8, 12, kNearest), .spare_bits = 3},
             {.datapath = log(lp8, lp8, 12, kNearest), .lanes = 3, .pipeline = 2},
             {.datapath = log(lp8, lp8, 12, kNearest), .pipeline = 2, .zero_gating = 0},
             {log(lp8, lp8, 40)},
             {log(lp8, lp8, 24, kTruncate, 4, -3)},
             {log(lp8, lp8, 24, kNearest, 5, -5)},
             {log(lp4, lp8)},
             {.datapath = log(lp4, lp8, 8, kNearest), .zero_gating = 0},
             {log(lp4, lp4)},
             {.datapath = log(lp2, lp8, 10, kNearest), .lanes = 4, .pipeline = 2},
             {log(lp2, lp2)},
             {log(lp2, lp2, 24, kNearest, 0, 0)},
             {log(lp_format(8, 2, 7), lp_format(8, 2, 4), 24)},
             {log(lp_format(8, 0, 1), lp_format(8, 0, 1), 20)},
             {log(lp_format(8, 2, 3, true), lp_format(7, 1, 4, true), 20, kNearest)},
             {log(lp_format(4, 0, 1), lp_format(4, 0, 1), 5, kNearest)}});
}

TEST(Leaf, FloatPeOverAllOperandPairs) {
    const auto make = [](const char* w, const char* a, int octaves = 24,
                         golden::Rounding rounding = golden::Rounding::kTruncate,
                         std::optional<int> frac = {}) {
        return datapath(golden::DatapathKind::kFloat, golden::parse_format(w),
                        golden::parse_format(a), octaves, rounding, {}, frac);
    };
    constexpr auto kNearest = golden::Rounding::kNearestEven;
    constexpr auto kTruncate = golden::Rounding::kTruncate;
    const char* const posit = "posit:n=8,es=1";
    const char* const e4m3 = "fp8:e=4,m=3";
    run_pes({{make(posit, posit, 16)},
             {.datapath = make(posit, posit, 16), .lanes = 3, .spare_bits = 3},
             {.datapath = make(posit, posit, 16), .pipeline = 2, .zero_gating = 0},
             {.datapath = make(posit, posit, 12, kNearest), .lanes = 3, .pipeline = 2},
             {.datapath = make(posit, "posit:n=8,es=2", 20, kNearest), .spare_bits = 2},
             {make("posit:n=8,es=0", "posit:n=5,es=1,rs=2", 40)},
             {make("posit:n=8,es=4", "posit:n=8,es=4", 24, kNearest)},
             {make(e4m3, e4m3, 36)},
             {.datapath = make(e4m3, "fp8:e=5,m=2", 16, kNearest), .pipeline = 2},
             {make("fp8:e=2,m=5", "fp8:e=3,m=4")},
             {make("fp8:e=5,m=2", "fp8:e=5,m=2", 24, kTruncate, 4)},
             {make("adaptivfloat:n=8,e=4", "adaptivfloat:n=8,e=4", 16)},
             {make("adaptivfloat:n=8,e=1", "adaptivfloat:n=5,e=4", 10, kNearest)},
             {make("adaptivfloat:n=4,e=3", "adaptivfloat:n=4,e=3")},
             {make("adaptivfloat:n=3,e=2", "flint:n=3", 4, kNearest)},
             {make("flint:n=4", "flint:n=4")},
             {.datapath = make("flint:n=4", "flint:n=8"), .lanes = 4, .pipeline = 2},
             {make("flint:n=8", posit, 9, kNearest)}});
}

/// A PE of mixed precision with its edges: words of codes in, sums out. In every mode each product
/// in turn takes all pairs of operands, the others random ones.
void run_mixed_pe(const golden::SystolicParams& params, const std::string& pe,
                  const std::string& pe_parameters, const std::string& wgt_edge,
                  const std::string& act_edge, const std::vector<std::string>& modules,
                  int psum_bits) {
    const golden::DatapathParams& widest = params.datapath;
    const MixedOperands widths = mixed_operands(widest);
    int wgt_word = 0;
    int act_word = 0;
    int term_bits = 0;
    for (const golden::ModeParams& mode : params.modes) {
        wgt_word = std::max(wgt_word, mode.products * mode.datapath.weight.n);
        act_word = std::max(act_word, mode.products * mode.datapath.activation.n);
        term_bits = std::max(term_bits, mode.datapath.term_bits);
    }
    Wrapper w;
    for (const std::string& text : modules) w.add_modules(text);
    const Pins mode_in = w.input(2);
    const Pins swap = w.input(1);
    const Pins shift = w.input(1);
    const Pins wgt_code = w.input(wgt_word);
    const Pins act_code = w.input(act_word);
    const Pins psum_in = w.input(psum_bits);
    const Pins psum_out = w.output(psum_bits);
    w.add(
        fmt::format("wire [{}:0] wgt;\nwire [{}:0] act;\nwire unused;\n"
                    "wire [{}:0] unused_wgt;\nwire [{}:0] unused_act;\n",
                    widths.weight_bits - 1, widths.activation_bits - 1, widths.weight_bits - 1,
                    widths.activation_bits - 1));
    w.add(fmt::format("{} u_wgt (.mode_i({}), .word_i({}), .operand_o(wgt));\n", wgt_edge,
                      Wrapper::in(mode_in), Wrapper::in(wgt_code)));
    w.add(fmt::format("{} u_act (.mode_i({}), .word_i({}), .operand_o(act));\n", act_edge,
                      Wrapper::in(mode_in), Wrapper::in(act_code)));
    w.add(
        fmt::format("{} #({}.PSUM_W({})) u_pe (.clk_i(clk_i), .mode_i({}), .swap_i({}), "
                    ".swap_o(unused), .act_i(act), .act_o(unused_act), .shift_i({}), "
                    ".wgt_i(wgt), .wgt_o(unused_wgt), .psum_i({}), .psum_o({}));\n",
                    pe, pe_parameters, psum_bits, Wrapper::in(mode_in), Wrapper::in(swap),
                    Wrapper::in(shift), Wrapper::in(psum_in), Wrapper::out(psum_out)));
    Model model(w);
    std::mt19937_64 random(11);
    for (std::size_t m = 0; m < params.modes.size(); ++m) {
        const auto& [products, d] = params.modes[m];
        const int weights = golden::code_count(d.weight);
        const int activations = golden::code_count(d.activation);
        std::vector<std::int64_t> terms;
        for (int wgt = 0; wgt < weights; ++wgt) {
            for (int act = 0; act < activations; ++act) terms.push_back(oracle_term(d, wgt, act));
        }
        const std::uint64_t offset = mixed_offset(widest.kind, term_bits, static_cast<int>(m));
        model.set(mode_in, m);
        const auto words = [&](int codes, int bits, int place, int code) {
            std::vector<int> all(static_cast<std::size_t>(products));
            std::uint64_t word = 0;
            for (int p = 0; p < products; ++p) {
                const int drawn = static_cast<int>(random() % static_cast<std::uint64_t>(codes));
                all[static_cast<std::size_t>(p)] = p == place ? code : drawn;
                word |= static_cast<std::uint64_t>(all[static_cast<std::size_t>(p)]) << (p * bits);
            }
            return std::pair(all, word);
        };
        for (int place = 0; place < products; ++place) {
            for (int wgt = 0; wgt < weights; ++wgt) {
                const auto [ws, wgt_bits] = words(weights, d.weight.n, place, wgt);
                model.set(wgt_code, wgt_bits);
                model.set(shift, 1);
                model.set(swap, 0);
                model.tick();
                model.set(shift, 0);
                model.set(swap, 1);
                model.tick();
                model.set(swap, 0);
                for (int act = 0; act < activations; ++act) {
                    const auto [as, act_bits] = words(activations, d.activation.n, place, act);
                    const std::uint64_t psum = random();
                    std::uint64_t sum = psum + offset;
                    for (std::size_t p = 0; p < ws.size(); ++p) {
                        sum += static_cast<std::uint64_t>(
                            terms[static_cast<std::size_t>(ws[p] * activations + as[p])]);
                    }
                    model.set(act_code, act_bits);
                    model.set(psum_in, psum);
                    model.tick();
                    ASSERT_EQ(model.get(psum_out),
                              low_bits(static_cast<std::int64_t>(sum), psum_bits))
                        << pe << " mode " << m << " place " << place << " weight " << wgt
                        << " activation " << act;
                }
            }
        }
    }
}

TEST(Leaf, MixedPesOverAllOperandPairs) {
    const auto make = [](const char* format, const char* accumulator) {
        return resolve(parse_spec(
            fmt::format(R"({{"name": "t", "array": {{"kind": "systolic", "rows": 1, "cols": 1}},
                "weight": {0}, "activation": {0}, "output": {0}, "accumulator": {{{1}}},
                "pe": {{"mixed_precision": true}}}})",
                        format, accumulator),
            "t"));
    };
    const Design ints = make(R"({"format": "int", "n": 8})", "");
    run_mixed_pe(*ints.systolic, "pf_mul_mix_pe", "", "pf_mul_mix_wgt", "pf_mul_mix_act",
                 {module_text("pf_mul_mix_pe.v"), module_text("pf_mul_mix_wgt.v"),
                  module_text("pf_mul_mix_act.v"), module_text("pf_pe_regs.v")},
                 23);
    for (const int octaves : {14, 17}) {
        const Design lp = make(R"({"format": "lp", "n": 8, "es": 1, "rs": 3})",
                               fmt::format(R"("octaves": {})", octaves).c_str());
        const golden::SystolicParams& p = *lp.systolic;
        const golden::DatapathParams& d = p.datapath;
        run_mixed_pe(p, "pf_log_mix_pe",
                     fmt::format(".M({}), .A({}), .I_MIN({}), .I_MAX({}), .TERM_W({}), ",
                                 d.mantissa_bits, d.acc_frac_bits, d.log_min >> d.log_frac_bits,
                                 d.log_max >> d.log_frac_bits, lp.term_bits),
                     fmt::format("pf_lp_mix_wgt #(.SHIFT_1({}))",
                                 p.modes[1].datapath.acc_frac_bits - d.acc_frac_bits),
                     fmt::format("pf_lp_mix_act #(.SHIFT_2({}))",
                                 p.modes[2].datapath.acc_frac_bits - d.acc_frac_bits),
                     {module_text("pf_log_mix_pe.v"), module_text("pf_lp_mix_wgt.v"),
                      module_text("pf_lp_mix_act.v"), module_text("pf_lp_decode.v"),
                      module_text("pf_place.v"), module_text("pf_pe_regs.v"),
                      render(module_text("pf_log2lin.v.mustache"), log2lin_values(d))},
                     26);
    }
}

// Encoders --------------------------------------------------------------------------------------

golden::PostParams post_of(const Format& output, int octaves = 24) {
    golden::PostParams p;
    p.output = output;
    golden::choose_z(p, octaves);
    return p;
}

void run_encoders(const std::vector<golden::PostParams>& posts, int exhaustive_bits) {
    Wrapper w;
    const Pins in = w.input(40);
    std::vector<Pins> outs;
    for (const golden::PostParams& p : posts) {
        const std::string prefix = fmt::format("c{}", outs.size());
        w.add_modules(
            rename_modules(render(module_text(encode_template(p)), encode_values(p)), prefix));
        outs.push_back(w.output(p.output.n));
        w.add(fmt::format("{}_encode u_{} (.z_i(in_i[{}:0]), .code_o({}));\n", prefix, prefix,
                          p.z_bits - 1, Wrapper::out(outs.back())));
    }
    Model model(w);
    for (std::size_t i = 0; i < posts.size(); ++i) {
        const golden::PostParams& p = posts[i];
        const EncodeOracle oracle(p);
        const golden::Encoder golden_encoder(p.output, p.z_frac_bits);
        const std::int64_t low = -(std::int64_t{1} << (p.z_bits - 1));
        const std::int64_t high = -low - 1;
        std::uint64_t checked = 0;
        const auto check = [&](std::int64_t z) {
            if (z < low || z > high) return;
            model.set(in, low_bits(z, 40));
            model.eval();
            const int expected = oracle.encode(z);
            ASSERT_EQ(static_cast<int>(golden_encoder.encode(z)), expected)
                << "golden model " << name_of(p.output) << " z " << z;
            ASSERT_EQ(static_cast<int>(model.get(outs[i])), expected)
                << name_of(p.output) << " z_bits " << p.z_bits << " z_frac " << p.z_frac_bits
                << " z " << z;
            ++checked;
        };
        if (p.z_bits <= exhaustive_bits) {
            for (std::int64_t z = low; z <= high; ++z) {
                check(z);
                if (testing::Test::HasFatalFailure()) return;
            }
            EXPECT_EQ(checked, std::uint64_t{1} << p.z_bits);
            continue;
        }
        std::mt19937_64 random(i + 1);
        for (int n = 0; n < 40000; ++n) {
            // All magnitudes alike often.
            check(sign_extend(random(), 64) >>
                  (64 - p.z_bits + static_cast<int>(random() % p.z_bits)));
            if (testing::Test::HasFatalFailure()) return;
        }
        for (const std::int64_t threshold : golden_encoder.thresholds()) {
            for (const std::int64_t near : {-1, 0, 1}) {
                check(threshold + near);
                check(-threshold + near);
                if (testing::Test::HasFatalFailure()) return;
            }
        }
        for (const std::int64_t z : {low, low + 1, high, high - 1, std::int64_t{0}}) check(z);
    }
}

TEST(Leaf, IntAndPotEncodersOverAllInputs) {
    std::vector<golden::PostParams> posts;
    for (int n = 2; n <= 8; ++n) posts.push_back(post_of(int_format(n)));
    for (int n = 2; n <= 5; ++n) {
        posts.push_back(post_of(pot_format(n)));
        posts.push_back(post_of(pot_format(n, golden::PotRounding::kLog)));
    }
    run_encoders(posts, 20);
}

TEST(Leaf, LpEncodersOverAllInputs) {
    run_encoders({post_of(lp_format(2, 0, 1)),
                  post_of(lp_format(2, 0, 1, false, true)),
                  post_of(lp_format(3, 0, 1)),
                  post_of(lp_format(3, 1, 2)),
                  post_of(lp_format(3, 0, 2, true)),
                  post_of(lp_format(4, 0, 1)),
                  post_of(lp_format(4, 1, 2)),
                  post_of(lp_format(4, 1, 2, true, true)),
                  post_of(lp_format(4, 1, 3)),
                  post_of(lp_format(4, 2, 3)),
                  post_of(lp_format(5, 0, 4)),
                  post_of(lp_format(5, 1, 3, true)),
                  post_of(lp_format(6, 1, 3, false, true)),
                  post_of(lp_format(6, 0, 5)),
                  post_of(lp_format(7, 0, 3, true)),
                  post_of(lp_format(8, 0, 1)),
                  post_of(lp_format(8, 0, 4, false, true)),
                  post_of(lp_format(8, 1, 2)),
                  post_of(lp_format(8, 1, 3), 14),
                  post_of(lp_format(8, 2, 3, true, true), 12)},
                 18);
}

TEST(Leaf, WideLpEncodersAroundTheirThresholds) {
    run_encoders({post_of(lp_format(8, 1, 3)), post_of(lp_format(8, 2, 4)),
                  post_of(lp_format(8, 2, 7), 36), post_of(lp_format(8, 1, 7)),
                  post_of(lp_format(8, 1, 4, true)), post_of(lp_format(8, 2, 2, true, true)),
                  post_of(lp_format(8, 4, 1), 38), post_of(lp_format(8, 6, 1)),
                  post_of(lp_format(7, 2, 3, false, true)), post_of(lp_format(5, 3, 4))},
                 0);
}

TEST(Leaf, FloatEncodersOverAllInputs) {
    std::vector<golden::PostParams> posts;
    for (const char* text : {"posit:n=3,es=0", "posit:n=3,es=1", "posit:n=4,es=2", "posit:n=5,es=1",
                             "posit:n=6,es=0,rs=1", "posit:n=8,es=0", "posit:n=8,es=1,rs=3",
                             "adaptivfloat:n=3,e=1", "adaptivfloat:n=3,e=2", "adaptivfloat:n=4,e=2",
                             "adaptivfloat:n=8,e=2", "adaptivfloat:n=8,e=3", "fp8:e=2,m=5",
                             "fp8:e=3,m=4", "flint:n=3", "flint:n=4", "flint:n=5", "flint:n=8"}) {
        posts.push_back(post_of(golden::parse_format(text)));
    }
    for (const char* text :
         {"posit:n=8,es=2", "adaptivfloat:n=8,e=4", "fp8:e=4,m=3", "flint:n=8"}) {
        posts.push_back(post_of(golden::parse_format(text), 10));
    }
    run_encoders(posts, 18);
}

TEST(Leaf, WideFloatEncodersAroundTheirThresholds) {
    std::vector<golden::PostParams> posts;
    for (const Format& f : golden::oracle::float_formats()) {
        if (f.n == 8 && (f.rs == 1 || f.rs == 4 || f.rs == 7)) posts.push_back(post_of(f, 28));
    }
    run_encoders(posts, 0);
}

// Post-processing -------------------------------------------------------------------------------

struct PostConfig {
    golden::PostParams params;
    int cols = 4;
    int lanes = 4;
    int acc_bits = 28;
    int use_dsp = 0;
};

struct PostRow {
    std::vector<std::int64_t> acc;
    std::vector<golden::ColumnParams> columns;
    bool relu = false;
    bool last = false;
};

class PostBench {
public:
    PostBench(Wrapper& w, const PostConfig& c, int index)
        : config_(c), encoder_(c.params.output, c.params.z_frac_bits) {
        const golden::PostParams& p = c.params;
        const std::string prefix = fmt::format("c{}", index);
        std::string modules = render(module_text(encode_template(p)), encode_values(p));
        for (const char* file : {"pf_scale_mul.v", "pf_post_lane.v", "pf_post.v"}) {
            modules += module_text(file);
        }
        w.add_modules(rename_modules(modules, prefix));
        rst_n_ = w.input(1);
        in_valid_ = w.input(1);
        in_ready_ = w.output(1);
        relu_ = w.input(1);
        last_ = w.input(1);
        out_valid_ = w.output(1);
        out_ready_ = w.input(1);
        out_last_ = w.output(1);
        for (int i = 0; i < c.cols; ++i) acc_.push_back(w.input(c.acc_bits));
        for (int i = 0; i < c.cols; ++i) bias_.push_back(w.input(c.acc_bits));
        for (int i = 0; i < c.cols; ++i) scale_.push_back(w.input(p.scale_bits));
        for (int i = 0; i < c.cols; ++i) shift_.push_back(w.input(p.shift_bits));
        for (int i = 0; i < c.cols; ++i) code_.push_back(w.output(p.output.n));
        const auto packed = [](const std::vector<Pins>& pins) {
            return Pins{pins.front().lsb, static_cast<int>(pins.size()) * pins.front().width};
        };
        // The caller's part: show the group that the unit selects.
        const int groups = (c.cols + c.lanes - 1) / c.lanes;
        const auto shown = [&](const std::vector<Pins>& pins) {
            std::string lanes;
            for (int l = c.lanes - 1; l >= 0; --l) {
                std::string lane;
                for (int g = 0; g * c.lanes + l < c.cols; ++g) {
                    const Pins& column = pins[static_cast<std::size_t>(g * c.lanes + l)];
                    lane += fmt::format("{}({{{}{{select{}[{}]}}}} & {})", g == 0 ? "" : " | ",
                                        column.width, index, g, Wrapper::in(column));
                }
                lanes += (lanes.empty() ? "" : ", ") + lane;
            }
            return "{" + lanes + "}";
        };
        taken_ = w.output(1);
        w.add(fmt::format("wire [{}:0] select{};\n", groups - 1, index));
        w.add(rename_modules(
            fmt::format("pf_post #(.COLS({}), .LANES({}), .ACC_W({}), .SCALE_W({}), .SHIFT_W({}), "
                        ".HAS_BIAS({}), .HAS_RELU({}), .ROUND_NEAREST({}), .Z_W({}), .OUT_W({}), "
                        ".USE_DSP({})) u_{} (\n"
                        "  .clk_i(clk_i), .rst_ni({}), .in_valid_i({}), .in_ready_o({}),\n"
                        "  .select_o(select{}), .taken_o({}), .acc_i({}),\n"
                        "  .relu_i({}), .last_i({}), .bias_i({}), .scale_i({}), .shift_i({}),\n"
                        "  .out_valid_o({}), .out_ready_i({}), .code_o({}), .last_o({}));\n",
                        c.cols, c.lanes, c.acc_bits, p.scale_bits, p.shift_bits, p.has_bias ? 1 : 0,
                        p.has_relu ? 1 : 0, p.rounding == golden::Rounding::kNearestEven ? 1 : 0,
                        p.z_bits, p.output.n, c.use_dsp, index, Wrapper::in(rst_n_),
                        Wrapper::in(in_valid_), Wrapper::out(in_ready_), index,
                        Wrapper::out(taken_), shown(acc_), Wrapper::in(relu_), Wrapper::in(last_),
                        shown(bias_), shown(scale_), shown(shift_), Wrapper::out(out_valid_),
                        Wrapper::in(out_ready_), Wrapper::out(packed(code_)),
                        Wrapper::out(out_last_)),
            prefix));
    }

    /// Drives `rows` random rows through; the source idles and the sink stalls with the given
    /// probabilities in 1/256.
    void run(Model& model, int rows, unsigned idle, unsigned stall, std::uint64_t seed) {
        std::mt19937_64 random(seed);
        const int groups = (config_.cols + config_.lanes - 1) / config_.lanes;
        model.set(rst_n_, 0);
        model.set(in_valid_, 0);
        model.set(out_ready_, 0);
        model.tick();
        model.set(rst_n_, 1);
        std::deque<PostRow> expected;
        std::deque<int> taken_at;
        PostRow row;
        bool offered = false;
        int sent = 0;
        int received = 0;
        int first_taken = -1;
        int last_taken = -1;
        std::vector<std::uint64_t> held;
        for (int cycle = 0; received < rows; ++cycle) {
            ASSERT_LT(cycle, 200 * rows + 1000) << "the unit does not move";
            if (!offered && sent < rows && (random() & 255) >= idle) {
                row = random_row(random, sent + 1 == rows);
                offered = true;
            }
            if (offered) {
                drive(model, row);
            } else {
                drive(model, random_row(random, (random() & 1) != 0));  // nobody may look at it
            }
            model.set(in_valid_, offered ? 1 : 0);
            const bool ready = (random() & 255) >= stall;
            model.set(out_ready_, ready ? 0 : 1);
            model.eval();
            const std::uint64_t in_ready_before = model.get(in_ready_);
            model.set(out_ready_, ready ? 1 : 0);
            model.eval();
            ASSERT_EQ(model.get(in_ready_), in_ready_before) << "in_ready_o follows out_ready_i";

            const bool out_valid = model.get(out_valid_) != 0;
            std::vector<std::uint64_t> beat;
            for (const Pins& pins : code_) beat.push_back(model.get(pins));
            beat.push_back(model.get(out_last_));
            if (!held.empty()) {
                ASSERT_TRUE(out_valid) << "valid was withdrawn";
                ASSERT_EQ(beat, held) << "data changed while stalled";
            }
            held = out_valid && !ready ? beat : std::vector<std::uint64_t>{};
            if (out_valid && ready) {
                ASSERT_FALSE(expected.empty()) << "a row nobody sent";
                check(expected.front(), beat);
                if (stall == 0) {
                    ASSERT_EQ(cycle, taken_at.front() + 5);
                }
                expected.pop_front();
                taken_at.pop_front();
                ++received;
            }
            if (offered && model.get(in_ready_) != 0) {
                expected.push_back(row);
                taken_at.push_back(cycle);
                if (first_taken < 0) first_taken = cycle;
                last_taken = cycle;
                ++sent;
                offered = false;
            }
            if (testing::Test::HasFatalFailure()) return;
            model.tick();
        }
        EXPECT_EQ(sent, rows);
        EXPECT_TRUE(expected.empty());
        if (idle == 0 && stall == 0) {
            EXPECT_EQ(first_taken, groups - 1);
            EXPECT_EQ(last_taken - first_taken, (rows - 1) * groups);
        }
        // Nothing may come out of a drained unit.
        model.set(in_valid_, 0);
        model.set(out_ready_, 1);
        for (int i = 0; i < 20; ++i) {
            model.eval();
            ASSERT_EQ(model.get(out_valid_), 0U);
            model.tick();
        }
    }

    [[nodiscard]] std::string name() const {
        return fmt::format("{} cols {} lanes {}", name_of(config_.params.output), config_.cols,
                           config_.lanes);
    }

private:
    [[nodiscard]] PostRow random_row(std::mt19937_64& random, bool last) const {
        const golden::PostParams& p = config_.params;
        PostRow row;
        row.relu = (random() & 1) != 0;
        row.last = last;
        for (int c = 0; c < config_.cols; ++c) {
            const auto signed_bits = [&random](int width) {
                const int keep = 1 + static_cast<int>(random() % static_cast<unsigned>(width));
                std::int64_t x = sign_extend(random(), keep);
                if (random() % 16 == 0) x = -(std::int64_t{1} << (keep - 1));
                return x;
            };
            row.acc.push_back(signed_bits(config_.acc_bits));
            golden::ColumnParams column;
            column.bias = signed_bits(config_.acc_bits);
            column.scale = static_cast<std::uint32_t>(
                low_bits(static_cast<std::int64_t>(random()),
                         1 + static_cast<int>(random() % static_cast<unsigned>(p.scale_bits))));
            // Mostly shifts that leave something to encode, now and then any.
            const unsigned all = 1U << p.shift_bits;
            column.shift = static_cast<std::uint32_t>(random() % 4 == 0 ? random() % all
                                                                        : random() % (all / 2));
            row.columns.push_back(column);
        }
        return row;
    }

    void drive(Model& model, const PostRow& row) const {
        model.set(relu_, row.relu ? 1 : 0);
        model.set(last_, row.last ? 1 : 0);
        for (std::size_t c = 0; c < row.acc.size(); ++c) {
            model.set(acc_[c], static_cast<std::uint64_t>(row.acc[c]));
            model.set(bias_[c], static_cast<std::uint64_t>(row.columns[c].bias));
            model.set(scale_[c], row.columns[c].scale);
            model.set(shift_[c], row.columns[c].shift);
        }
    }

    void check(const PostRow& row, const std::vector<std::uint64_t>& beat) const {
        for (std::size_t c = 0; c < row.acc.size(); ++c) {
            ASSERT_EQ(beat[c], golden::post_process(config_.params, encoder_, row.columns[c],
                                                    row.relu, row.acc[c]))
                << "column " << c << " acc " << row.acc[c] << " bias " << row.columns[c].bias
                << " scale " << row.columns[c].scale << " shift " << row.columns[c].shift;
        }
        ASSERT_EQ(beat.back(), row.last ? 1U : 0U);
    }

    PostConfig config_;
    golden::Encoder encoder_;
    Pins rst_n_, in_valid_, in_ready_, taken_, relu_, last_, out_valid_, out_ready_, out_last_;
    std::vector<Pins> acc_, bias_, scale_, shift_, code_;
};

TEST(Leaf, PostProcessingUnderBackPressure) {
    std::vector<PostConfig> configs;
    configs.push_back({post_of(int_format(8)), 4, 4, 28});
    configs.push_back({post_of(int_format(8)), 5, 2, 33});
    configs.push_back({post_of(int_format(3)), 1, 1, 9});
    configs.push_back({post_of(lp_format(8, 1, 3)), 3, 1, 24});
    configs.push_back({post_of(lp_format(4, 1, 2)), 7, 3, 20, 1});
    configs.push_back({post_of(pot_format(4)), 4, 3, 20});
    configs[1].params.rounding = golden::Rounding::kTruncate;
    configs[2].params.scale_bits = 1;
    configs[3].params.has_relu = false;
    configs[4].params.has_bias = false;
    configs[5].params.scale_bits = 9;
    configs[5].params.shift_bits = 4;
    Wrapper w;
    std::vector<PostBench> benches;
    for (const PostConfig& c : configs)
        benches.emplace_back(w, c, static_cast<int>(benches.size()));
    Model model(w);
    for (PostBench& b : benches) {
        SCOPED_TRACE(b.name());
        b.run(model, 1500, 0, 0, 1);
        b.run(model, 1500, 0, 128, 2);
        b.run(model, 1500, 100, 20, 3);
        b.run(model, 300, 240, 240, 4);
        if (HasFatalFailure()) return;
    }
}

// Stand-alone files -----------------------------------------------------------------------------

TEST(Leaf, CheckedInFilesAreRenderedTemplates) {
    golden::DatapathParams d;
    d.log_frac_bits = 4;
    d.mantissa_bits = 7;
    d.table = golden::log_to_linear_table(4, 7);
    EXPECT_EQ(render(module_text("pf_log2lin.v.mustache"), log2lin_values(d)),
              module_text("pf_log2lin.v"));
    const golden::PostParams post = post_of(int_format(8));
    EXPECT_EQ(render(module_text(encode_template(post)), encode_values(post)),
              module_text("pf_encode.v"));
}

}  // namespace
}  // namespace peforge::leaf
