// Post-processing against its equation in 113-bit floating point.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/array/post.hpp"

#include <gtest/gtest.h>
#include <quadmath.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "golden/tests/oracle.hpp"

namespace peforge::golden {
namespace {

PostParams with_output(const std::string& text, int octaves = 24) {
    PostParams p;
    p.output = parse_format(text);
    choose_z(p, octaves);
    return p;
}

TEST(golden_post, z_is_chosen_as_documented) {
    const auto expect = [](const std::string& text, int bits, int frac, int octaves = 24) {
        const PostParams p = with_output(text, octaves);
        EXPECT_EQ(p.z_bits, bits) << text;
        EXPECT_EQ(p.z_frac_bits, frac) << text;
    };
    expect("int:n=8", 8, 0);
    expect("int:n=3", 3, 0);
    expect("pot:n=4", 9, 7);
    expect("lp:n=2,es=0,rs=1", 4, 2);
    expect("lp:n=4,es=1,rs=2", 10, 5);                   // 2^-3 .. 2^3, Fr = 0
    expect("lp:n=8,es=2,rs=4", 26, 8);                   // 2^-15.5 .. 2^15.5, limited by octaves
    expect("lp:n=8,es=2,rs=4", 39, 21, 40);              // 16 + 3 + 2
    expect("lp:n=8,es=6,rs=7", 26, 24 - 384);            // a unit of 2^360
    expect("lp:n=4,es=1,rs=2,regime=terminated", 7, 4);  // 2^-2 .. 2^1
    EXPECT_THROW(with_output("lp:n=8,es=6,rs=7", 39), std::invalid_argument);
}

TEST(golden_post, matches_the_equation) {
    std::mt19937_64 random(5);
    for (const char* text : {"int:n=8", "int:n=4", "pot:n=4", "lp:n=4,es=1,rs=2",
                             "lp:n=8,es=2,rs=4,flush_to_zero=true"}) {
        for (const Rounding rounding : {Rounding::kTruncate, Rounding::kNearestEven}) {
            for (int options = 0; options < 4; ++options) {
                PostParams p = with_output(text);
                p.rounding = rounding;
                p.has_bias = (options & 1) != 0;
                p.has_relu = (options & 2) != 0;
                const Encoder encoder(p.output, p.z_frac_bits);
                const oracle::Search search(p.output);
                for (int i = 0; i < 300; ++i) {
                    const auto acc = static_cast<std::int64_t>(random()) >> (random() % 64);
                    const std::int64_t bounded = acc >> 16;  // 48 bits
                    const ColumnParams column{
                        .bias = (static_cast<std::int64_t>(random()) >> 16) >> (random() % 48),
                        .scale = static_cast<std::uint32_t>(random() & 0xFFFFU),
                        .shift = static_cast<std::uint32_t>(random() % 64)};
                    const bool relu = random() % 2 == 0;
                    oracle::Real z = oracle::Real(bounded) + (p.has_bias ? column.bias : 0);
                    z = ldexpq(z * column.scale, -static_cast<int>(column.shift));
                    const oracle::Real limit = ldexpq(1, p.z_bits - 1);
                    z = std::clamp(z, -4 * limit, 4 * limit);
                    z = static_cast<oracle::Real>(oracle::to_integer(z, rounding));
                    if (p.has_relu && relu && z < 0) {
                        z = 0;
                    }
                    z = std::clamp(z, -limit, limit - 1);
                    ASSERT_EQ(post_process(p, encoder, column, relu, bounded),
                              search.encode(ldexpq(z, -p.z_frac_bits)))
                        << text << " acc=" << bounded << " bias=" << column.bias
                        << " scale=" << column.scale << " shift=" << column.shift;
                }
            }
        }
    }
}

TEST(golden_post, the_largest_operands_do_not_wrap) {
    const PostParams p = with_output("int:n=8");
    const Encoder encoder(p.output, p.z_frac_bits);
    const std::int64_t largest = (std::int64_t{1} << 47) - 1;
    const ColumnParams column{.bias = largest, .scale = 0xFFFFFFFF, .shift = 0};
    EXPECT_EQ(post_process(p, encoder, column, false, largest), 0x7F);
    const ColumnParams negative{.bias = -largest - 1, .scale = 0xFFFFFFFF, .shift = 0};
    EXPECT_EQ(post_process(p, encoder, negative, false, -largest - 1), 0x80);
    EXPECT_EQ(post_process(p, encoder, negative, true, -largest - 1), 0);
}

}  // namespace
}  // namespace peforge::golden
