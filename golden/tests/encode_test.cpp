// Encoders against a search over the whole code table.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <quadmath.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "golden/array/post.hpp"
#include "golden/formats/code_table.hpp"
#include "golden/tests/oracle.hpp"

namespace peforge::golden {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<Format> all_formats() {
    std::vector<Format> formats = oracle::int_formats();
    for (const std::vector<Format>& more :
         {oracle::pot_formats(), oracle::lp_formats(), oracle::float_formats()}) {
        formats.insert(formats.end(), more.begin(), more.end());
    }
    return formats;
}

/// Points where decisions are made: codes, and midpoints in value and in log2 of neighbours.
std::vector<double> critical_points(const Format& f) {
    std::vector<double> points = {std::numeric_limits<double>::denorm_min(),
                                  std::numeric_limits<double>::min(),
                                  std::numeric_limits<double>::max()};
    std::vector<oracle::Real> values;
    for (unsigned word = 1; word < (1U << (f.n - 1)); ++word) {
        if (!oracle::value_of(f, word).nar) values.push_back(oracle::real_of(f, word));
    }
    std::sort(values.begin(), values.end());
    oracle::Real before = 0;
    for (const oracle::Real value : values) {
        points.push_back(static_cast<double>(value));
        points.push_back(static_cast<double>((before + value) / 2));
        points.push_back(static_cast<double>(sqrtq(before * value)));
        before = value;
    }
    points.push_back(std::ldexp(to_real(f, positive_codes(f).front()), -1));
    points.push_back(static_cast<double>(before * oracle::Real(1.5)));
    points.push_back(static_cast<double>(before * 1000));
    return points;
}

TEST(golden_encode, returns_every_emitted_code) {
    for (const Format& f : all_formats()) {
        for (unsigned word = 0; word < (1U << f.n); ++word) {
            if (oracle::value_of(f, word).used) {
                const Code code = static_cast<Code>(word);
                EXPECT_EQ(encode_real(f, to_real(f, code)), code) << to_string(f);
            }
        }
    }
}

TEST(golden_encode, takes_the_nearest_code_around_every_decision) {
    for (const Format& f : all_formats()) {
        const oracle::Search search(f);
        for (const double point : critical_points(f)) {
            for (const double x :
                 {point, std::nextafter(point, 0.0), std::nextafter(point, kInfinity)}) {
                if (x == 0.0 || std::isinf(x)) {
                    continue;
                }
                ASSERT_EQ(encode_real(f, x), search.encode(x)) << to_string(f) << " " << x;
                ASSERT_EQ(encode_real(f, -x), search.encode(-x)) << to_string(f) << " " << -x;
            }
        }
    }
}

TEST(golden_encode, takes_the_nearest_code_at_random) {
    std::mt19937_64 random(7);
    for (const Format& f : all_formats()) {
        const oracle::Search search(f);
        const double low =
            f.kind == FormatKind::kInt ? -2 : std::log2(to_real(f, positive_codes(f).front())) - 3;
        const double high = std::log2(to_real(f, positive_codes(f).back())) + 3;
        std::uniform_real_distribution<double> log2(low, high);
        for (int i = 0; i < 100; ++i) {
            const double x = std::exp2(log2(random)) * (i % 2 == 0 ? 1 : -1);
            ASSERT_EQ(encode_real(f, x), search.encode(x)) << to_string(f) << " " << x;
        }
    }
}

TEST(golden_encode, breaks_ties_to_the_even_code) {
    const Format int8 = parse_format("int:n=8");
    EXPECT_EQ(encode_real(int8, 0.5), 0);
    EXPECT_EQ(encode_real(int8, 1.5), 2);
    EXPECT_EQ(encode_real(int8, 2.5), 2);
    EXPECT_EQ(encode_real(int8, -0.5), 0);
    EXPECT_EQ(encode_real(int8, -1.5), 0xFE);
    EXPECT_EQ(encode_real(int8, -128.5), 0x80);
    const Format pot4 = parse_format("pot:n=4");
    EXPECT_EQ(encode_real(pot4, 1.0 / 128), 0);   // zero and code 1
    EXPECT_EQ(encode_real(pot4, 1.5 / 64), 2);    // codes 1 and 2
    EXPECT_EQ(encode_real(pot4, 1.5 / 32), 2);    // codes 2 and 3
    EXPECT_EQ(encode_real(pot4, -1.0 / 128), 0);  // never the negative zero
    const Format pot4_log = parse_format("pot:n=4,rounding=log");
    EXPECT_EQ(encode_real(pot4_log, 1.0 / 128), 1);  // only less than minpos / 2 is zero
    EXPECT_EQ(encode_real(pot4_log, 1.415 / 64), 2);
    EXPECT_EQ(encode_real(pot4_log, 1.414 / 64), 1);
    const Format lp = parse_format("lp:n=4,es=1,rs=3");
    EXPECT_EQ(encode_real(lp, 0.125), 2);  // 2^-3 between 2^-4 (code 1), 2^-2 (code 2)
    EXPECT_EQ(encode_real(lp, 8.0), 6);    // 2^3 between 2^2 (code 6), 2^4 (code 7)
    EXPECT_EQ(encode_real(lp, -0.125), 0xE);
}

TEST(golden_encode, saturates_and_keeps_special_numbers) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const Format& f : all_formats()) {
        const Code largest = positive_codes(f).back();
        if (oracle::value_of(f, nar_code(f)).nar) {
            EXPECT_EQ(encode_real(f, nan), nar_code(f));
            EXPECT_EQ(encode_real(f, kInfinity), nar_code(f));
            EXPECT_EQ(encode_real(f, -kInfinity), nar_code(f));
        } else {
            EXPECT_EQ(encode_real(f, nan), 0);
            EXPECT_EQ(encode_real(f, kInfinity), largest);
            EXPECT_EQ(to_real(f, encode_real(f, -kInfinity)), f.kind == FormatKind::kInt
                                                                  ? -std::ldexp(1.0, f.n - 1)
                                                                  : -to_real(f, largest));
        }
        EXPECT_EQ(encode_real(f, 0.0), 0);
        EXPECT_EQ(encode_real(f, -0.0), 0);
        EXPECT_EQ(encode_real(f, 1e308), largest);
    }
}

TEST(golden_encode, lp_zero_is_for_zero_unless_it_flushes) {
    const Format keep = parse_format("lp:n=4,es=1,rs=2");
    const Format flush = parse_format("lp:n=4,es=1,rs=2,flush_to_zero=true");
    EXPECT_EQ(encode_real(keep, 1e-300), 1);
    EXPECT_EQ(encode_real(keep, -1e-300), 0xF);
    EXPECT_EQ(encode_real(flush, 1e-300), 0);
    EXPECT_EQ(encode_real(flush, 0.0625), 1);  // minpos / 2 itself stays
    EXPECT_EQ(encode_real(flush, std::nextafter(0.0625, 0.0)), 0);
    EXPECT_EQ(encode_real(flush, -0.0625), 0xF);
}

/// Golden codes are constant between its own thresholds and the oracle is monotonic, so agreement
/// on both sides of every threshold and at the ends of the range is agreement for all z.
void expect_encoder_matches(const Format& f, int z_bits, int z_frac_bits) {
    const oracle::Search search(f);
    const Encoder encoder(f, z_frac_bits);
    const std::int64_t limit = std::int64_t{1} << (z_bits - 1);
    std::vector<std::int64_t> points = {0, 1, limit - 1, limit};
    for (const std::int64_t threshold : encoder.thresholds()) {
        if (threshold <= limit) {
            points.insert(points.end(), {threshold - 1, threshold});
        }
    }
    for (const std::int64_t z : points) {
        const oracle::Real x = ldexpq(oracle::Real(z), -z_frac_bits);
        ASSERT_EQ(encoder.encode(z), search.encode(x))
            << to_string(f) << " z=" << z << " frac=" << z_frac_bits;
        ASSERT_EQ(encoder.encode(-z), search.encode(-x))
            << to_string(f) << " z=" << -z << " frac=" << z_frac_bits;
    }
}

TEST(golden_encoder, matches_the_search_for_every_z) {
    for (const Format& f : all_formats()) {
        for (const int octaves : {4, 24, 38}) {
            PostParams p{.output = f};
            choose_z(p, octaves);
            expect_encoder_matches(f, p.z_bits, p.z_frac_bits);
        }
    }
}

TEST(golden_encoder, matches_the_search_for_other_units) {
    for (const Format& f : all_formats()) {
        for (const int frac : {-3, 5, 30}) {
            expect_encoder_matches(f, 40, frac);
        }
    }
}

TEST(golden_encoder, matches_the_search_over_whole_small_ranges) {
    for (const Format& f : all_formats()) {
        if (f.n > 5) {
            continue;
        }
        const oracle::Search search(f);
        for (const int frac : {0, 3, 7}) {
            const Encoder encoder(f, frac);
            for (int z = -300; z <= 300; ++z) {
                ASSERT_EQ(encoder.encode(z), search.encode(ldexpq(oracle::Real(z), -frac)))
                    << to_string(f) << " z=" << z << " frac=" << frac;
            }
        }
    }
}

TEST(golden_encoder, thresholds_are_where_the_code_changes) {
    for (const Format& f : all_formats()) {
        PostParams p{.output = f};
        choose_z(p, 38);
        const Encoder encoder(f, p.z_frac_bits);
        ASSERT_EQ(encoder.positive_codes(), positive_codes(f));
        ASSERT_EQ(encoder.thresholds().size(), encoder.positive_codes().size());
        for (std::size_t i = 0; i < encoder.thresholds().size(); ++i) {
            const std::int64_t threshold = encoder.thresholds()[i];
            ASSERT_GE(threshold, 1);
            const double value = to_real(f, encoder.positive_codes()[i]);
            ASSERT_GE(to_real(f, encoder.encode(threshold)), value) << to_string(f);
            if (threshold > 1) {
                ASSERT_LT(to_real(f, encoder.encode(threshold - 1)), value) << to_string(f);
            }
        }
    }
}

}  // namespace
}  // namespace peforge::golden
