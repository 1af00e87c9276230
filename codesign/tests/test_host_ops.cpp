// Host operators and windows against real arithmetic.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "codesign/engine/host_ops.hpp"
#include "codesign/engine/im2col.hpp"
#include "codesign/tests/naive.hpp"

namespace peforge::codesign {
namespace {

using golden::Code;
using golden::Format;
using golden::FormatKind;

golden::PostParams post(const Format& format) {
    golden::PostParams p;
    p.output = format;
    golden::choose_z(p, 24);
    return p;
}

class HostOpsOf : public ::testing::TestWithParam<Format> {
protected:
    Format format_ = GetParam();
    golden::PostParams post_ = post(format_);
    HostOps ops_{post_};

    [[nodiscard]] double real(Code code) const { return golden::to_real(format_, code); }

    /// Codes other than NaR, each as likely as any.
    [[nodiscard]] std::vector<Code> random_codes(std::size_t count, unsigned seed) const {
        std::mt19937 engine(seed);
        std::vector<Code> codes;
        while (codes.size() < count) {
            const auto code =
                static_cast<Code>(engine() % static_cast<unsigned>(golden::code_count(format_)));
            if (!std::isnan(real(code))) {
                codes.push_back(code);
            }
        }
        return codes;
    }

    /// `code` stands for a number the encoder may choose for any x in exact +- slack.
    void expect_encodes(Code code, double exact, double slack) const {
        const double low = real(golden::encode_real(format_, exact - slack));
        const double high = real(golden::encode_real(format_, exact + slack));
        EXPECT_GE(real(code), low) << "exact " << exact;
        EXPECT_LE(real(code), high) << "exact " << exact;
    }

    /// Rounding of z, in units of the format's scale.
    [[nodiscard]] double unit() const { return std::ldexp(1.0, -post_.z_frac_bits); }
};

TEST_P(HostOpsOf, LinIsTheValueInUnitsOfZ) {
    for (const Code code : random_codes(500, 1)) {
        EXPECT_NEAR(static_cast<double>(ops_.lin(code)) * unit(), real(code), unit() * 0.500001);
    }
}

TEST_P(HostOpsOf, EncodingOfLinIsTheCode) {
    for (const Code code : random_codes(500, 2)) {
        EXPECT_EQ(real(ops_.result(ops_.lin(code), 0)), real(code));
    }
}

TEST_P(HostOpsOf, AddMatchesRealArithmetic) {
    const auto a = random_codes(4000, 3);
    const auto b = random_codes(4000, 4);
    const double ra = 0.37;
    const double rb = 1.62;
    const auto sum = ops_.add(a, b, linear_rule({ra, rb}));
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = ra * real(a[i]);
        const double y = rb * real(b[i]);
        expect_encodes(sum[i], x + y, (std::abs(x) + std::abs(y)) * 0x1p-14 + (2.0 * unit()));
    }
}

TEST_P(HostOpsOf, AddConstantMatchesRealArithmetic) {
    const auto a = random_codes(1000, 5);
    LinearRule rule = linear_rule({0.8});
    const double constant = 0.6;
    rule.offsets = {std::llrint(std::ldexp(constant, post_.z_frac_bits + rule.shift))};
    const auto sum = ops_.add_constant(a, rule);
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = 0.8 * real(a[i]);
        expect_encodes(sum[i], x + constant, (std::abs(x) * 0x1p-14) + (2.0 * unit()));
    }
}

TEST_P(HostOpsOf, PoolsMatchRealArithmetic) {
    const Shape in{3, 5, 6};
    const auto codes = random_codes(2 * in.size(), 6);  // two images, [h][w][c]
    Node node;
    node.window = {.kh = 3,
                   .kw = 2,
                   .stride_h = 2,
                   .stride_w = 2,
                   .top = 1,
                   .left = 1,
                   .bottom = 1,
                   .right = 0};
    node.shape = {3, window_height(node.window, 5), window_width(node.window, 6)};
    std::vector<double> ratios;
    for (int pixels = 1; pixels <= 6; ++pixels) {
        ratios.push_back(1.25 / pixels);
    }
    for (int image = 0; image < 2; ++image) {
        testing::Tensor x{in, std::vector<float>(in.size())};
        for (int c = 0; c < in.c; ++c) {
            for (int pixel = 0; pixel < 30; ++pixel) {
                x.data[static_cast<std::size_t>((c * 30) + pixel)] = static_cast<float>(
                    real(codes[static_cast<std::size_t>((image * 90) + (pixel * 3) + c)]));
            }
        }
        for (const bool include : {false, true}) {
            node.count_include_pad = include;
            const auto mean = ops_.average_pool(codes, 2, in, node, linear_rule(ratios));
            const auto wanted = testing::average_pool(x, node.window, include);
            const auto most = ops_.max_pool(codes, 2, in, node);
            const auto largest = testing::max_pool(x, node.window);
            for (int c = 0; c < 3; ++c) {
                for (int y = 0; y < node.shape.h; ++y) {
                    for (int xx = 0; xx < node.shape.w; ++xx) {
                        const auto at = static_cast<std::size_t>(
                            (((image * node.shape.h) + y) * node.shape.w + xx) * 3 + c);
                        // six pixels of any size may cancel: slack relative to the largest
                        expect_encodes(
                            mean[at], 1.25 * wanted.at(c, y, xx),
                            (golden::to_real(format_, golden::encode_real(format_, 1e9)) *
                             0x1p-12) +
                                (4.0 * unit()));
                        EXPECT_EQ(static_cast<float>(real(most[at])), largest.at(c, y, xx));
                    }
                }
            }
        }
    }
}

TEST_P(HostOpsOf, LimitTableClampsValues) {
    const double scale = 0.1;
    const float limit = 0.15F;
    const auto table = ops_.limit_table({0.0F, limit}, scale);
    const double top = scale * real(golden::encode_real(format_, limit / scale));
    for (const Code code : random_codes(500, 7)) {
        const double x = scale * real(code);
        const double limited = scale * real(table[code]);
        EXPECT_EQ(limited, x < 0.0 ? 0.0 : (x > limit ? top : x));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Formats, HostOpsOf,
    ::testing::Values(Format{.kind = FormatKind::kInt, .n = 8},
                      Format{.kind = FormatKind::kInt, .n = 4},
                      Format{.kind = FormatKind::kPot, .n = 4},
                      Format{.kind = FormatKind::kLp, .n = 8, .es = 1, .rs = 3},
                      Format{.kind = FormatKind::kLp, .n = 8, .es = 0, .rs = 2},
                      Format{.kind = FormatKind::kLp, .n = 4, .es = 1, .rs = 2}),
    [](const auto& test) {
        std::string name = golden::to_string(test.param);
        std::erase_if(name,
                      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
        return name;
    });

TEST(Im2Col, RunsAlongTheChannelFirst) {
    const Shape in{2, 2, 2};
    const std::vector<Code> image{1, 2, 3, 4, 5, 6, 7, 8};  // [h][w][c]
    const Window w{.kh = 2, .kw = 2, .left = 1};
    const auto rows = im2col<Code>(image, 1, in, {1, 1, 2}, w, KOrder::kChannel, Code{9});
    EXPECT_EQ(rows, (std::vector<Code>{9, 9, 1, 2, 9, 9, 5, 6, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Im2Col, RunsAlongTheWindowFirst) {
    const std::vector<Code> image{1, 2, 3, 4, 5, 6, 7, 8};  // [h][w][c]
    const Window w{.kh = 2, .kw = 2, .left = 1};
    const auto rows = im2col<Code>(image, 1, {2, 2, 2}, {1, 1, 2}, w, KOrder::kWindow, Code{9});
    EXPECT_EQ(rows, (std::vector<Code>{9, 1, 9, 5, 9, 2, 9, 6, 1, 3, 5, 7, 2, 4, 6, 8}));
}

TEST(Im2Col, TakesOneGroup) {
    const std::vector<Code> image{1, 2, 3, 4, 5, 6, 7, 8};
    std::vector<Code> row(4);
    im2col_row<Code>(image, {2, 2, 2}, {.kh = 2, .kw = 2}, KOrder::kChannel, 0, 0, 1, 1, Code{0},
                     row.data());
    EXPECT_EQ(row, (std::vector<Code>{2, 4, 6, 8}));
}

TEST(Layout, FlattenAndPad) {
    const std::vector<Code> image{1, 2, 3, 4};  // h=1 w=2 c=2
    EXPECT_EQ(flatten(image, 1, {2, 1, 2}), (std::vector<Code>{1, 3, 2, 4}));
    Node node;
    node.pad_back = 1;
    node.window.top = 1;
    node.shape = {3, 2, 2};
    EXPECT_EQ(pad(image, 1, {2, 1, 2}, node),
              (std::vector<Code>{0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 4, 0}));
}

}  // namespace
}  // namespace peforge::codesign
