// Operators written from their definitions.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/tests/naive.hpp"

#include <limits>

namespace peforge::codesign::testing {

namespace {

/// visit(pixel exists, y, x) for each place of the window at (oy, ox).
template <typename Visit>
void window_places(const Window& w, const Shape& in, int oy, int ox, const Visit& visit) {
    for (int ky = 0; ky < w.kh; ++ky) {
        for (int kx = 0; kx < w.kw; ++kx) {
            const int y = (oy * w.stride_h) + (ky * w.dilation_h) - w.top;
            const int x = (ox * w.stride_w) + (kx * w.dilation_w) - w.left;
            visit(y >= 0 && y < in.h && x >= 0 && x < in.w, y, x);
        }
    }
}

Tensor empty(const Shape& in, const Window& w, int channels) {
    const int h = ((in.h + w.top + w.bottom - (w.dilation_h * (w.kh - 1)) - 1) / w.stride_h) + 1;
    const int width =
        ((in.w + w.left + w.right - (w.dilation_w * (w.kw - 1)) - 1) / w.stride_w) + 1;
    return {{channels, h, width}, {}};
}

template <typename Value>
Tensor fill(Tensor out, const Value& value) {
    for (int c = 0; c < out.shape.c; ++c) {
        for (int y = 0; y < out.shape.h; ++y) {
            for (int x = 0; x < out.shape.w; ++x) {
                out.data.push_back(value(c, y, x));
            }
        }
    }
    return out;
}

}  // namespace

Tensor convolution(const Tensor& x, const std::vector<float>& weight,
                   const std::vector<float>& bias, const Window& window, int groups) {
    const int outputs = static_cast<int>(bias.size());
    const int in = x.shape.c / groups;
    const int out = outputs / groups;
    return fill(empty(x.shape, window, outputs), [&](int c, int oy, int ox) {
        double sum = bias[static_cast<std::size_t>(c)];
        for (int i = 0; i < in; ++i) {
            std::size_t tap = static_cast<std::size_t>(((c * in) + i) * window.kh * window.kw);
            window_places(window, x.shape, oy, ox, [&](bool exists, int y, int xx) {
                sum += exists ? weight[tap] * x.at((c / out * in) + i, y, xx) : 0.0F;
                ++tap;
            });
        }
        return static_cast<float>(sum);
    });
}

Tensor average_pool(const Tensor& x, const Window& window, bool count_include_pad) {
    return fill(empty(x.shape, window, x.shape.c), [&](int c, int oy, int ox) {
        double sum = 0.0;
        int count = 0;
        window_places(window, x.shape, oy, ox, [&](bool exists, int y, int xx) {
            sum += exists ? x.at(c, y, xx) : 0.0F;
            count += exists || count_include_pad ? 1 : 0;
        });
        return static_cast<float>(sum / count);
    });
}

Tensor max_pool(const Tensor& x, const Window& window) {
    return fill(empty(x.shape, window, x.shape.c), [&](int c, int oy, int ox) {
        float best = -std::numeric_limits<float>::infinity();
        window_places(window, x.shape, oy, ox, [&](bool exists, int y, int xx) {
            best = exists ? std::max(best, x.at(c, y, xx)) : best;
        });
        return best;
    });
}

std::vector<float> noise(std::size_t count, unsigned seed, float deviation) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0.0F, deviation);
    std::vector<float> numbers(count);
    for (float& x : numbers) {
        x = normal(engine);
    }
    return numbers;
}

}  // namespace peforge::codesign::testing
