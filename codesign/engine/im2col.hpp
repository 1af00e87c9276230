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

/// Writes the row of output pixel (oy, ox): element (ky*kw + kx)*channels + c is the input at that
/// place of the window; `zero` stands for padding. `image` is [h][w][c]; channels first_channel ..
/// first_channel + channels - 1 are taken (one group's).
template <typename T>
void im2col_row(std::span<const T> image, const Shape& in, const Window& window, int oy, int ox,
                int first_channel, int channels, T zero, T* row) {
    for (int ky = 0; ky < window.kh; ++ky) {
        const int y = (oy * window.stride_h) - window.top + (ky * window.dilation_h);
        for (int kx = 0; kx < window.kw; ++kx) {
            const int x = (ox * window.stride_w) - window.left + (kx * window.dilation_w);
            if (y < 0 || y >= in.h || x < 0 || x >= in.w) {
                std::fill_n(row, channels, zero);
            } else {
                const auto at = ((static_cast<std::ptrdiff_t>(y) * in.w) + x) * in.c;
                std::copy_n(image.begin() + at + first_channel, channels, row);
            }
            row += channels;
        }
    }
}

/// All rows of `count` images, [count * oh * ow][k], all channels.
template <typename T>
std::vector<T> im2col(std::span<const T> images, int count, const Shape& in, const Shape& out,
                      const Window& window, T zero) {
    const auto k = static_cast<std::size_t>(window_elements(window, in.c));
    std::vector<T> rows(static_cast<std::size_t>(count) * static_cast<std::size_t>(out.h) *
                        static_cast<std::size_t>(out.w) * k);
    T* row = rows.data();
    for (int i = 0; i < count; ++i) {
        const auto image = images.subspan(static_cast<std::size_t>(i) * in.size(), in.size());
        for (int y = 0; y < out.h; ++y) {
            for (int x = 0; x < out.w; ++x, row += k) {
                im2col_row(image, in, window, y, x, 0, in.c, zero, row);
            }
        }
    }
    return rows;
}

}  // namespace peforge::codesign
