// Code tables of every legal format against the oracle, and against tables printed elsewhere.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/formats/format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <quadmath.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "golden/formats/code_table.hpp"
#include "golden/formats/exp2_table.hpp"
#include "golden/tests/oracle.hpp"

namespace peforge::golden {
namespace {

std::vector<Format> all_formats() {
    std::vector<Format> formats = oracle::int_formats();
    for (const std::vector<Format>& more :
         {oracle::pot_formats(), oracle::lp_formats(), oracle::float_formats()}) {
        formats.insert(formats.end(), more.begin(), more.end());
    }
    return formats;
}

Format lp(int n, int es, int rs, LpRegime regime = LpRegime::kCapped) {
    return {.kind = FormatKind::kLp, .n = n, .es = es, .rs = rs, .regime = regime};
}

std::string error_of(const std::string& text) {
    try {
        (void)parse_format(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

TEST(golden_exp2_table, holds_the_floor_of_every_entry) {
    for (int j = 0; j < 128; ++j) {
        const oracle::Real exact = ldexpq(oracle::exp2(j, 128), 62);
        EXPECT_EQ(kExp2Floor[static_cast<std::size_t>(j)],
                  static_cast<std::uint64_t>(floorq(exact)))
            << j;
    }
}

TEST(golden_format, int_words_are_twos_complement) {
    for (const Format& f : oracle::int_formats()) {
        for (unsigned word = 0; word < (1U << f.n); ++word) {
            const oracle::Value expected = oracle::value_of(f, word);
            const Decoded d = decode(f, static_cast<Code>(word));
            EXPECT_EQ(d.value, expected.integer) << to_string(f) << " " << word;
            EXPECT_EQ(d.zero, expected.zero);
            EXPECT_FALSE(d.negative);
            EXPECT_FALSE(d.nar);
            EXPECT_EQ(to_real(f, static_cast<Code>(word)), expected.integer);
        }
        EXPECT_EQ(min_decoded(f), -(1 << (f.n - 1)));
        EXPECT_EQ(max_decoded(f), (1 << (f.n - 1)) - 1);
        EXPECT_EQ(log_frac_bits(f), 0);
    }
}

TEST(golden_format, pot_words_are_sign_and_exponent_code) {
    for (const Format& f : oracle::pot_formats()) {
        const int cmax = (1 << (f.n - 1)) - 1;
        for (unsigned word = 0; word < (1U << f.n); ++word) {
            const oracle::Value expected = oracle::value_of(f, word);
            const Decoded d = decode(f, static_cast<Code>(word));
            EXPECT_EQ(d.zero, expected.zero) << to_string(f) << " " << word;
            EXPECT_EQ(d.negative, expected.negative);
            EXPECT_FALSE(d.nar);
            EXPECT_EQ(d.value, expected.zero ? 0 : expected.log2 / oracle::kLogUnit + cmax - 1);
            EXPECT_EQ(oracle::Real(to_real(f, static_cast<Code>(word))), oracle::real_of(f, word));
        }
        EXPECT_EQ(min_decoded(f), 0);
        EXPECT_EQ(max_decoded(f), cmax - 1);
    }
}

TEST(golden_format, lp_words_match_the_definition) {
    for (const Format& f : oracle::lp_formats()) {
        const int unit = oracle::kLogUnit >> log_frac_bits(f);
        int low = std::numeric_limits<int>::max();
        int high = std::numeric_limits<int>::min();
        for (unsigned word = 0; word < (1U << f.n); ++word) {
            const oracle::Value expected = oracle::value_of(f, word);
            const Decoded d = decode(f, static_cast<Code>(word));
            ASSERT_EQ(d.zero, expected.zero) << to_string(f) << " " << word;
            ASSERT_EQ(d.nar, expected.nar) << to_string(f) << " " << word;
            ASSERT_EQ(d.negative, expected.negative) << to_string(f) << " " << word;
            ASSERT_EQ(d.value * unit, expected.log2) << to_string(f) << " " << word;
            if (!expected.zero) {
                low = std::min(low, d.value);
                high = std::max(high, d.value);
            }
        }
        EXPECT_EQ(min_decoded(f), low);
        EXPECT_EQ(max_decoded(f), high);
    }
}

TEST(golden_format, float_words_match_the_definition) {
    for (const Format& f : oracle::float_formats()) {
        const int frac = log_frac_bits(f);
        bool odd = false;
        for (unsigned word = 0; word < (1U << f.n); ++word) {
            const oracle::Value expected = oracle::value_of(f, word);
            const Decoded d = decode(f, static_cast<Code>(word));
            ASSERT_EQ(d.zero, expected.zero) << to_string(f) << " " << word;
            ASSERT_EQ(d.nar, expected.nar) << to_string(f) << " " << word;
            ASSERT_EQ(d.negative, expected.negative) << to_string(f) << " " << word;
            const double real = to_real(f, static_cast<Code>(word));
            if (d.nar) {
                ASSERT_TRUE(std::isnan(real));
            } else if (!d.zero) {
                ASSERT_EQ(oracle::Real(real), oracle::real_of(f, word))
                    << to_string(f) << " " << word;
                const double size = std::ldexp(1.0 + std::ldexp(d.value & ((1 << frac) - 1), -frac),
                                               d.value >> frac);
                ASSERT_EQ(oracle::Real(size), expected.size) << to_string(f) << " " << word;
                odd = odd || d.value % 2 != 0;
            }
        }
        EXPECT_TRUE(frac == 0 || odd) << to_string(f) << " has more fraction bits than it needs";
    }
}

TEST(golden_format, fp8_ends_at_the_published_numbers) {
    struct Row {
        int e;
        double largest;
        double smallest_normal;
        double smallest;
    };
    for (const Row& row : {Row{5, 57344, 0x1p-14, 0x1p-16}, Row{4, 448, 0x1p-6, 0x1p-9},
                           Row{3, 30, 0x1p-2, 0x1p-6}}) {
        const Format f{.kind = FormatKind::kFp8, .n = 8, .e = row.e, .m = 7 - row.e};
        EXPECT_EQ(to_real(f, positive_codes(f).back()), row.largest);
        EXPECT_EQ(to_real(f, positive_codes(f).front()), row.smallest);
        EXPECT_EQ(to_real(f, static_cast<Code>(1 << f.m)), row.smallest_normal);
        EXPECT_EQ(encode_real(f, 1e9), positive_codes(f).back());
        EXPECT_TRUE(decode(f, encode_real(f, std::numeric_limits<double>::infinity())).nar);
    }
}

TEST(golden_format, posit_words_of_the_standard) {
    const Format f = parse_format("posit:n=8,es=2");
    EXPECT_EQ(to_real(f, 0x40), 1.0);
    EXPECT_EQ(encode_real(f, 3.0), 0x4C);
    EXPECT_EQ(to_real(f, 0x01), 0x1p-24);
    EXPECT_EQ(to_real(f, 0x7F), 0x1p24);
    EXPECT_EQ(to_real(f, 0xC0), -1.0);
    EXPECT_TRUE(decode(f, 0x80).nar);
}

TEST(golden_format, flint_values_are_the_published_grid) {
    for (const Format& f : oracle::flint_formats()) {
        // ANT's grid as its authors build it, B magnitude bits.
        const int b = f.n - 1;
        std::vector<double> grid;
        for (int i = 0; i < b; ++i) {
            const int steps = b - i - 2;
            for (int j = 0; j < (steps < 0 ? 0 : 1 << steps); ++j) {
                grid.push_back(std::ldexp(1 + std::ldexp(j, -steps), -(i + 1)));
            }
        }
        for (int j = 0; j < 1 << (b - 2); ++j) grid.push_back(1 + std::ldexp(j, -(b - 2)));
        for (int i = 1; i <= b - 2; ++i) {
            for (int j = 0; j < 1 << (b - i - 2); ++j) {
                grid.push_back(std::ldexp(1 + std::ldexp(j, -(b - i - 2)), i));
            }
        }
        grid.push_back(std::ldexp(1, b - 1));
        std::vector<double> values;
        for (const Code code : positive_codes(f)) values.push_back(to_real(f, code));
        EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
        EXPECT_THAT(values, testing::IsSupersetOf(grid)) << to_string(f);
        EXPECT_EQ(values.size(), (1U << b) - 1) << to_string(f);
    }
}

TEST(golden_format, adaptivfloat_gives_its_smallest_number_up_for_zero) {
    const Format f = parse_format("adaptivfloat:n=4,e=2");
    std::vector<double> values;
    for (const Code code : positive_codes(f)) values.push_back(to_real(f, code));
    EXPECT_EQ(values, (std::vector<double>{0.375, 0.5, 0.75, 1, 1.5, 2, 3}));
    EXPECT_EQ(encode_real(f, 0.1875), 0);
    EXPECT_EQ(encode_real(f, -0.19), 0b1001);
}

TEST(golden_format, lp_fraction_bits_are_the_fewest_possible) {
    for (const Format& f : oracle::lp_formats()) {
        const int frac = log_frac_bits(f);
        bool odd = false;
        for (unsigned word = 1; word < (1U << (f.n - 1)); ++word) {
            odd = odd || decode(f, static_cast<Code>(word)).value % 2 != 0;
        }
        EXPECT_TRUE(frac == 0 || odd) << to_string(f);
    }
}

TEST(golden_format, lp_reads_bits_above_n_as_absent) {
    const Format f = lp(4, 1, 2);
    for (unsigned word = 0; word < 256; ++word) {
        EXPECT_EQ(decode(f, static_cast<Code>(word)), decode(f, static_cast<Code>(word & 15U)));
    }
}

TEST(golden_format, lp_values_are_correctly_rounded_doubles) {
    for (const Format& f : oracle::lp_formats()) {
        for (unsigned word = 0; word < (1U << f.n); ++word) {
            const double value = to_real(f, static_cast<Code>(word));
            if (oracle::value_of(f, word).nar) {
                EXPECT_TRUE(std::isnan(value));
            } else {
                ASSERT_EQ(value, static_cast<double>(oracle::real_of(f, word)))
                    << to_string(f) << " " << word;
            }
        }
    }
}

TEST(golden_format, lp_capped_is_closed_under_reciprocal) {
    for (const Format& f : oracle::lp_formats()) {
        if (f.regime != LpRegime::kCapped) {
            continue;
        }
        const int half = 1 << (f.n - 1);
        for (int code = 1; code < half; ++code) {
            EXPECT_EQ(decode(f, static_cast<Code>(code)).value,
                      -decode(f, static_cast<Code>(half - code)).value)
                << to_string(f) << " " << code;
        }
    }
}

TEST(golden_format, lp_codes_order_like_values) {
    for (const Format& f : oracle::lp_formats()) {
        double before = -std::numeric_limits<double>::infinity();
        for (int word = -(1 << (f.n - 1)) + 1; word < (1 << (f.n - 1)); ++word) {
            const double value = to_real(f, static_cast<Code>(word));
            EXPECT_LT(before, value) << to_string(f) << " " << word;
            before = value;
        }
    }
}

TEST(golden_format, lp_range_follows_the_closed_form) {
    for (const Format& f : oracle::lp_formats()) {
        const std::vector<Code> codes = positive_codes(f);
        const double low = std::log2(to_real(f, codes.front()));
        const double high = std::log2(to_real(f, codes.back()));
        const double step = std::ldexp(1.0, f.es - (f.n - 1 - f.rs));
        if (f.regime == LpRegime::kCapped || f.rs == f.n - 1) {
            const double range = std::ldexp(f.rs, f.es) - step;
            EXPECT_NEAR(high, range, 1e-9) << to_string(f);
            EXPECT_NEAR(low, -range, 1e-9) << to_string(f);
            EXPECT_EQ(codes.size(), (1U << (f.n - 1)) - 1);
        } else {
            EXPECT_NEAR(low, -std::ldexp(f.rs - 1, f.es), 1e-9) << to_string(f);
            EXPECT_NEAR(high, std::ldexp(f.rs - 1, f.es) - step, 1e-9) << to_string(f);
            EXPECT_EQ(codes.size(), (1U << (f.n - 1)) - (1U << (f.n - f.rs))) << to_string(f);
        }
    }
}

TEST(golden_format, lp_tables_match_the_published_ones) {
    struct Row {
        Format format;
        std::vector<double> values;  // of codes 1, 2, ...; 0 where the code is unused
    };
    const std::vector<Row> rows = {
        {lp(4, 0, 1), {.5946, .7071, .8409, 1, 1.1892, 1.4142, 1.6818}},
        {lp(4, 0, 2, LpRegime::kTerminated), {0, .5, .7071, 1, 1.4142, 0, 0}},
        {lp(4, 0, 2), {.3536, .5, .7071, 1, 1.4142, 2, 2.8284}},
        {lp(4, 0, 3), {.25, .5, .7071, 1, 1.4142, 2, 4}},
        {lp(4, 0, 3, LpRegime::kTerminated), {.25, .5, .7071, 1, 1.4142, 2, 4}},
        {lp(4, 1, 1), {.3536, .5, .7071, 1, 1.4142, 2, 2.8284}},
        {lp(4, 1, 2, LpRegime::kTerminated), {0, .25, .5, 1, 2, 0, 0}},
        {lp(4, 1, 2), {.125, .25, .5, 1, 2, 4, 8}},
        {lp(4, 1, 3), {.0625, .25, .5, 1, 2, 4, 16}},
        {lp(4, 1, 3, LpRegime::kTerminated), {.0625, .25, .5, 1, 2, 4, 16}},
        {lp(2, 0, 1), {1}},
    };
    for (const Row& row : rows) {
        const std::vector<CodeRow> table = code_table(row.format);
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            EXPECT_EQ(table[i + 1].emitted, row.values[i] != 0)
                << to_string(row.format) << " " << i;
            if (row.values[i] != 0) {
                EXPECT_NEAR(table[i + 1].value, row.values[i], 0.00005)
                    << to_string(row.format) << " " << i;
            }
        }
    }
}

TEST(golden_format, lp_extreme_patterns_match_the_published_ones) {
    // reference/lp.md 2.2 and 2.5: maxpos and minpos of the capped and the terminated regime.
    EXPECT_EQ(positive_codes(lp(8, 1, 4)).back(), 0b01111111);
    EXPECT_EQ(positive_codes(lp(8, 1, 4, LpRegime::kTerminated)).back(), 0b01110111);
    EXPECT_EQ(positive_codes(lp(8, 2, 2, LpRegime::kTerminated)).front(), 0b00100000);
    EXPECT_EQ(positive_codes(lp(8, 1, 4, LpRegime::kTerminated)).size(), 112U);
    EXPECT_EQ(positive_codes(lp(8, 2, 2, LpRegime::kTerminated)).size(), 64U);
}

TEST(golden_format, pot4_has_the_project_levels) {
    const std::vector<double> levels = {0, 1. / 64, 1. / 32, 1. / 16, .125, .25, .5, 1};
    const std::vector<CodeRow> table = code_table(parse_format("pot:n=4"));
    for (std::size_t c = 0; c < 8; ++c) {
        EXPECT_EQ(table[c].value, levels[c]);
        EXPECT_EQ(table[c + 8].value, -levels[c]);
        EXPECT_EQ(table[c + 8].emitted, c != 0);
    }
}

TEST(golden_format, code_table_lists_every_code_once) {
    for (const Format& f : all_formats()) {
        const std::vector<CodeRow> table = code_table(f);
        ASSERT_EQ(table.size(), 1U << f.n);
        for (unsigned word = 0; word < table.size(); ++word) {
            EXPECT_EQ(table[word].code, word);
            EXPECT_EQ(table[word].bits, oracle::bits(f.n, word));
            EXPECT_EQ(table[word].emitted, oracle::value_of(f, word).used)
                << to_string(f) << " " << word;
        }
    }
}

TEST(golden_format, check_accepts_exactly_the_legal_parameters) {
    for (const FormatKind kind : {FormatKind::kInt, FormatKind::kPot, FormatKind::kLp}) {
        for (int n = 0; n <= 10; ++n) {
            for (int es = -1; es <= (kind == FormatKind::kLp ? 8 : -1); ++es) {
                for (int rs = 0; rs <= (kind == FormatKind::kLp ? 9 : 0); ++rs) {
                    for (const LpRegime regime : {LpRegime::kCapped, LpRegime::kTerminated}) {
                        const Format f{.kind = kind, .n = n, .es = es, .rs = rs, .regime = regime};
                        bool legal = n >= 2 && n <= (kind == FormatKind::kPot ? 5 : 8);
                        if (kind == FormatKind::kLp) {
                            const int rs_min = regime == LpRegime::kTerminated ? 2 : 1;
                            legal = legal && es >= 0 && es <= n - 2 && rs >= rs_min && rs <= n - 1;
                        }
                        std::string key;
                        EXPECT_EQ(check(f, key).empty(), legal) << to_string(f);
                        EXPECT_EQ(key.empty(), legal) << to_string(f);
                    }
                }
            }
        }
    }
}

TEST(golden_format, check_names_the_offending_parameter) {
    std::string key;
    EXPECT_THAT(check(lp(9, 0, 1), key), testing::HasSubstr("2..8"));
    EXPECT_EQ(key, "n");
    EXPECT_THAT(check(lp(4, 3, 1), key), testing::HasSubstr("0..2"));
    EXPECT_EQ(key, "es");
    EXPECT_THAT(check(lp(4, 1, 4), key), testing::HasSubstr("1..3"));
    EXPECT_EQ(key, "rs");
    EXPECT_THAT(check(lp(4, 1, 1, LpRegime::kTerminated), key), testing::HasSubstr("2..3"));
    EXPECT_EQ(key, "rs");
    EXPECT_THAT(check(lp(2, 0, 1, LpRegime::kTerminated), key), testing::HasSubstr("3..8"));
    EXPECT_EQ(key, "regime");
}

TEST(golden_format, text_reads_back) {
    for (const Format& f : all_formats()) {
        EXPECT_EQ(parse_format(to_string(f)), f) << to_string(f);
    }
    EXPECT_EQ(to_string(lp(4, 1, 2)), "lp:n=4,es=1,rs=2");
    EXPECT_EQ(to_string(lp(4, 1, 2, LpRegime::kTerminated)), "lp:n=4,es=1,rs=2,regime=terminated");
    EXPECT_EQ(to_string(parse_format("int:n=8")), "int:n=8");
    EXPECT_EQ(to_string(parse_format("pot:rounding=log,n=3")), "pot:n=3,rounding=log");
    EXPECT_EQ(parse_format("lp:n=6,es=2"), lp(6, 2, 5));
}

TEST(golden_format, text_errors_say_what_is_allowed) {
    EXPECT_THAT(error_of("float:n=8"), testing::HasSubstr("int, pot, lp, posit"));
    EXPECT_THAT(error_of(""), testing::HasSubstr("int, pot, lp, posit"));
    EXPECT_THAT(error_of("lp"), testing::HasSubstr("n is missing"));
    EXPECT_THAT(error_of("lp:es=1"), testing::HasSubstr("n is missing"));
    EXPECT_THAT(error_of("lp:"), testing::HasSubstr("key=value"));
    EXPECT_THAT(error_of("int:n=8,"), testing::HasSubstr("key=value"));
    EXPECT_THAT(error_of("int:n=8,es=1"), testing::HasSubstr("unknown key \"es\""));
    EXPECT_THAT(error_of("int:n=x"), testing::HasSubstr("integer"));
    EXPECT_THAT(error_of("int:n=8bit"), testing::HasSubstr("integer"));
    EXPECT_THAT(error_of("int:n="), testing::HasSubstr("integer"));
    EXPECT_THAT(error_of("int:n=9"), testing::HasSubstr("2..8"));
    EXPECT_THAT(error_of("int:n=8,n=8"), testing::HasSubstr("twice"));
    EXPECT_THAT(error_of("lp:n=8,regime=open"), testing::HasSubstr("capped or terminated"));
    EXPECT_THAT(error_of("posit:n=8,es=5"), testing::HasSubstr("es in 0..4"));
    EXPECT_THAT(error_of("posit:n=8,e=2"), testing::HasSubstr("unknown key \"e\""));
    EXPECT_THAT(error_of("adaptivfloat:n=4,e=4"), testing::HasSubstr("e in 1..3"));
    EXPECT_THAT(error_of("fp8:m=3"), testing::HasSubstr("e is missing"));
    EXPECT_THAT(error_of("fp8:e=4,m=4"), testing::HasSubstr("m = 3"));
    EXPECT_THAT(error_of("fp8:n=8,e=4"), testing::HasSubstr("unknown key \"n\""));
    EXPECT_THAT(error_of("flint:n=2"), testing::HasSubstr("3..8"));
    EXPECT_THAT(error_of("pot:n=4,rounding=up"), testing::HasSubstr("nearest or log"));
}

}  // namespace
}  // namespace peforge::golden
