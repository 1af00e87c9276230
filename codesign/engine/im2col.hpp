// Convolution windows as rows of a GEMM.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "codesign/graph/graph.hpp"

namespace peforge::codesign {

/// Elements of one row: kh * kw * c, c being the input channels of one group.
inline int window_elements(const Window& window, int channels) {
    return window.kh * window.kw * channels;
}

/// Order of K, the elements of a row: which of channel and place in the window runs fastest.
enum class KOrder {
    kChannel,  ///< element (ky*kw + kx)*channels + c
    kWindow,   ///< element c*kh*kw + ky*kw + kx
};

/// Place of channel c of tap ky*kw + kx in a row.
inline std::size_t k_element(KOrder order, int taps, int channels, int tap, int c) {
    return static_cast<std::size_t>(order == KOrder::kChannel ? (tap * channels) + c
                                                              : (c * taps) + tap);
}

/// Writes the row of output pixel (oy, ox): the inputs below the window; `zero` stands for padding.
/// `image` is [h][w][c]; channels first_channel .. first_channel + channels - 1 are taken (one
/// group's).
template <typename T>
void im2col_row(std::span<const T> image, const Shape& in, const Window& window, KOrder order,
                int oy, int ox, int first_channel, int channels, T zero, T* row) {
    const int taps = window.kh * window.kw;
    for (int ky = 0; ky < window.kh; ++ky) {
        const int y = (oy * window.stride_h) - window.top + (ky * window.dilation_h);
        for (int kx = 0; kx < window.kw; ++kx) {
            const int x = (ox * window.stride_w) - window.left + (kx * window.dilation_w);
            T* element = row + k_element(order, taps, channels, (ky * window.kw) + kx, 0);
            const std::ptrdiff_t step = order == KOrder::kChannel ? 1 : taps;
            if (y < 0 || y >= in.h || x < 0 || x >= in.w) {
                for (int c = 0; c < channels; ++c, element += step) {
                    *element = zero;
                }
            } else {
                const auto at = ((static_cast<std::ptrdiff_t>(y) * in.w) + x) * in.c;
                auto from = image.begin() + at + first_channel;
                for (int c = 0; c < channels; ++c, element += step) {
                    *element = *from++;
                }
            }
        }
    }
}

/// All rows of `count` images, [count * oh * ow][k], all channels.
template <typename T>
std::vector<T> im2col(std::span<const T> images, int count, const Shape& in, const Shape& out,
                      const Window& window, KOrder order, T zero) {
    const auto k = static_cast<std::size_t>(window_elements(window, in.c));
    std::vector<T> rows(static_cast<std::size_t>(count) * static_cast<std::size_t>(out.h) *
                        static_cast<std::size_t>(out.w) * k);
    T* row = rows.data();
    for (int i = 0; i < count; ++i) {
        const auto image = images.subspan(static_cast<std::size_t>(i) * in.size(), in.size());
        for (int y = 0; y < out.h; ++y) {
            for (int x = 0; x < out.w; ++x, row += k) {
                im2col_row(image, in, window, order, y, x, 0, in.c, zero, row);
            }
        }
    }
    return rows;
}

}  // namespace peforge::codesign
