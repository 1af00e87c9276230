// Operators between the GEMM layers, on the host.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/engine/host_ops.hpp"

#include <algorithm>
#include <cmath>

namespace peforge::codesign {

namespace {

using golden::Code;

/// Bits of the largest multiplier.
constexpr int kMultiplierBits = 16;

/// More would push small ratios' sums out of 64 bits: lin has at most 40 bits, a multiplier 16.
constexpr int kMaxShift = 40;

/// x * 2^left as an integer, nearest even.
std::int64_t moved(std::int64_t x, int left) {
    return left >= 0 ? x << left : golden::round_shift(x, -left, golden::Rounding::kNearestEven);
}

/// 2^exponent * 2^(log / 2^frac) as an integer, nearest even, without the platform's exp2().
std::int64_t linear_of_log(int log, int frac, int exponent) {
    constexpr int kMantissaBits = 20;
    const auto table = golden::log_to_linear_table(frac, kMantissaBits);
    const int whole = log >> frac;
    const auto mantissa =
        static_cast<std::int64_t>(table[static_cast<std::size_t>(log - (whole << frac))]);
    return moved(mantissa, whole + exponent - kMantissaBits);
}

std::int64_t linear(const golden::Format& format, Code code, int z_frac_bits) {
    const golden::Decoded d = golden::decode(format, code);
    if (d.zero || d.nar) {
        return 0;
    }
    switch (format.kind) {
        case golden::FormatKind::kInt:
            return static_cast<std::int64_t>(d.value) << z_frac_bits;
        case golden::FormatKind::kPot: {
            // 2^(c - cmax) in units of 2^-z_frac_bits; value is c - 1, max_decoded cmax - 1.
            const std::int64_t x = std::int64_t{1}
                                   << (z_frac_bits + d.value - golden::max_decoded(format));
            return d.negative ? -x : x;
        }
        case golden::FormatKind::kLp: {
            const std::int64_t x =
                linear_of_log(d.value, golden::log_frac_bits(format), z_frac_bits);
            return d.negative ? -x : x;
        }
        case golden::FormatKind::kPosit:
        case golden::FormatKind::kAdaptivFloat:
        case golden::FormatKind::kFp8:
        case golden::FormatKind::kFlint: {
            // 2^exponent * (1 + fraction / 2^F).
            const int frac = golden::log_frac_bits(format);
            const std::int64_t one = std::int64_t{1} << frac;
            const std::int64_t x =
                moved(one | (d.value & (one - 1)), (d.value >> frac) - frac + z_frac_bits);
            return d.negative ? -x : x;
        }
        default:
            break;  // weights alone are no operands of these
    }
    return 0;
}

/// Calls visit(image, y, x, output index) for every pixel of the result.
template <typename Visit>
void for_each_pixel(int count, const Shape& in, const Shape& out, std::span<const Code> x,
                    const Visit& visit) {
    std::size_t at = 0;
    for (int i = 0; i < count; ++i) {
        const auto image = x.subspan(static_cast<std::size_t>(i) * in.size(), in.size());
        for (int oy = 0; oy < out.h; ++oy) {
            for (int ox = 0; ox < out.w; ++ox) {
                visit(image, oy, ox, at);
                at += static_cast<std::size_t>(out.c);
            }
        }
    }
}

/// Rows or columns a window covers, limited to the image.
struct Range {
    int first;
    int last;
    int step;
};

Range covered(int o, int stride, int before, int dilation, int kernel, int size) {
    int first = (o * stride) - before;
    const int last = std::min(first + (dilation * (kernel - 1)), size - 1);
    if (first < 0) {
        first += dilation * ((-first + dilation - 1) / dilation);
    }
    return {first, last, dilation};
}

}  // namespace

LinearRule linear_rule(const std::vector<double>& ratios) {
    int exponent = 0;
    std::frexp(*std::ranges::max_element(ratios), &exponent);
    LinearRule rule;
    rule.shift = std::clamp(kMultiplierBits - exponent, 0, kMaxShift);
    for (const double ratio : ratios) {
        rule.multipliers.push_back(std::llrint(std::ldexp(ratio, rule.shift)));
    }
    return rule;
}

HostOps::HostOps(const golden::PostParams& post)
    : post_(post), encoder_(post.output, post.z_frac_bits) {
    for (int code = 0; code < golden::code_count(post.output); ++code) {
        const auto c = static_cast<Code>(code);
        lin_.push_back(linear(post.output, c, post.z_frac_bits));
        const double real = golden::to_real(post.output, c);
        real_.push_back(std::isnan(real) ? 0.0 : real);
    }
}

Code HostOps::result(std::int64_t sum, int shift) const {
    const std::int64_t limit = std::int64_t{1} << (post_.z_bits - 1);
    const std::int64_t z = golden::round_shift(sum, shift, golden::Rounding::kNearestEven);
    return encoder_.encode(std::clamp(z, -limit, limit - 1));
}

std::vector<Code> HostOps::add(std::span<const Code> a, std::span<const Code> b,
                               const LinearRule& rule) const {
    std::vector<Code> out(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        out[i] = result((lin(a[i]) * rule.multipliers[0]) + (lin(b[i]) * rule.multipliers[1]),
                        rule.shift);
    }
    return out;
}

std::vector<Code> HostOps::add_constant(std::span<const Code> x, const LinearRule& rule) const {
    std::vector<Code> out(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        out[i] = result((lin(x[i]) * rule.multipliers[0]) + rule.offsets[i % rule.offsets.size()],
                        rule.shift);
    }
    return out;
}

std::vector<Code> HostOps::average_pool(std::span<const Code> x, int count, const Shape& in,
                                        const Node& node, const LinearRule& rule) const {
    const Window& w = node.window;
    std::vector<Code> out(static_cast<std::size_t>(count) * node.shape.size());
    for_each_pixel(count, in, node.shape, x, [&](auto image, int oy, int ox, std::size_t at) {
        const Range ys = covered(oy, w.stride_h, w.top, 1, w.kh, in.h);
        const Range xs = covered(ox, w.stride_w, w.left, 1, w.kw, in.w);
        const int real_pixels = (ys.last - ys.first + 1) * (xs.last - xs.first + 1);
        const int pixels = node.count_include_pad ? w.kh * w.kw : real_pixels;
        const std::int64_t multiplier = rule.multipliers[static_cast<std::size_t>(pixels - 1)];
        for (int c = 0; c < in.c; ++c) {
            std::int64_t sum = 0;
            for (int y = ys.first; y <= ys.last; ++y) {
                for (int xx = xs.first; xx <= xs.last; ++xx) {
                    sum += lin(image[static_cast<std::size_t>((((y * in.w) + xx) * in.c) + c)]);
                }
            }
            out[at + static_cast<std::size_t>(c)] = result(sum * multiplier, rule.shift);
        }
    });
    return out;
}

std::vector<Code> HostOps::max_pool(std::span<const Code> x, int count, const Shape& in,
                                    const Node& node) const {
    const Window& w = node.window;
    std::vector<Code> out(static_cast<std::size_t>(count) * node.shape.size());
    for_each_pixel(count, in, node.shape, x, [&](auto image, int oy, int ox, std::size_t at) {
        const Range ys = covered(oy, w.stride_h, w.top, w.dilation_h, w.kh, in.h);
        const Range xs = covered(ox, w.stride_w, w.left, w.dilation_w, w.kw, in.w);
        for (int c = 0; c < in.c; ++c) {
            bool first = true;
            Code best = 0;
            for (int y = ys.first; y <= ys.last; y += ys.step) {
                for (int xx = xs.first; xx <= xs.last; xx += xs.step) {
                    const Code code =
                        image[static_cast<std::size_t>((((y * in.w) + xx) * in.c) + c)];
                    if (first || real_[code] > real_[best]) {
                        best = code;
                        first = false;
                    }
                }
            }
            out[at + static_cast<std::size_t>(c)] = best;
        }
    });
    return out;
}

std::vector<Code> HostOps::limit_table(const Bounds& bounds, double scale) const {
    std::vector<Code> table;
    for (std::size_t code = 0; code < real_.size(); ++code) {
        const double value = real_[code] * scale;
        if (value < bounds.lo) {
            table.push_back(golden::encode_real(post_.output, bounds.lo / scale));
        } else if (value > bounds.hi) {
            table.push_back(golden::encode_real(post_.output, bounds.hi / scale));
        } else {
            table.push_back(static_cast<Code>(code));
        }
    }
    return table;
}

std::vector<Code> pad(std::span<const Code> x, int count, const Shape& in, const Node& node) {
    const Shape& out = node.shape;
    std::vector<Code> y(static_cast<std::size_t>(count) * out.size(), Code{0});
    for (int i = 0; i < count; ++i) {
        for (int row = 0; row < in.h; ++row) {
            for (int column = 0; column < in.w; ++column) {
                const auto from = ((((i * in.h) + row) * std::ptrdiff_t{in.w}) + column) * in.c;
                const auto to = ((((i * out.h) + row + node.window.top) * std::ptrdiff_t{out.w}) +
                                 column + node.window.left) *
                                    out.c +
                                node.pad_front;
                std::copy_n(x.begin() + from, in.c, y.begin() + to);
            }
        }
    }
    return y;
}

std::vector<Code> flatten(std::span<const Code> x, int count, const Shape& in) {
    std::vector<Code> y(x.size());
    const auto plane = static_cast<std::size_t>(in.h) * static_cast<std::size_t>(in.w);
    const auto channels = static_cast<std::size_t>(in.c);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        for (std::size_t pixel = 0; pixel < plane; ++pixel) {
            for (std::size_t c = 0; c < channels; ++c) {
                y[(i * in.size()) + (c * plane) + pixel] =
                    x[(i * in.size()) + (pixel * channels) + c];
            }
        }
    }
    return y;
}

}  // namespace peforge::codesign
