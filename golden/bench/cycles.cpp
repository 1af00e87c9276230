// Cycles of GEMMs on a weight-stationary array, by the exact cycle model.
//
// usage: peforge-golden-cycles ROWS COLS POST_LANES ROWS_M < GEMMS
// A line of GEMMS is "M K N PRODUCTS": the shape, and how many elements of K a PE takes in a cycle.
// Prints the cycles of each, one a line: from its first job to its last output beat.
//
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#include "golden/array/schedule.hpp"

namespace {

using namespace peforge::golden;

/// 0 where `text` is no positive number.
int positive(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::array<int, 4> size{};
    for (int i = 0; i < 4 && i + 1 < argc; ++i) {
        size[static_cast<std::size_t>(i)] = positive(argv[i + 1]);
    }
    const auto [rows, cols, post_lanes, rows_m] = size;
    if (argc != 5 || rows == 0 || cols == 0 || post_lanes == 0 || rows_m == 0) {
        std::cerr
            << "usage: peforge-golden-cycles ROWS COLS POST_LANES ROWS_M < GEMMS, all at least 1\n";
        return 2;
    }
    SystolicParams array;
    array.rows = rows;
    array.cols = cols;
    array.rows_m = rows_m;
    const TimingParams t = timing(array, post_lanes);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream numbers(line);
        GemmShape shape;
        int products = 0;
        std::string more;
        if (!(numbers >> shape.m >> shape.k >> shape.n >> products) || numbers >> more ||
            shape.m < 1 || shape.k < 1 || shape.n < 1 || products < 1) {
            std::cerr << "peforge-golden-cycles: \"" << line
                      << "\" is not \"M K N PRODUCTS\", all at least 1\n";
            return 2;
        }
        std::cout << cycles(t, plan(shape, rows * products, cols, rows_m)) << "\n";
    }
    return EXIT_SUCCESS;
}
