// Grids, scales, weights, requantisation, LUT fits.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "codesign/quant/format_grid.hpp"
#include "codesign/quant/lut_fit.hpp"
#include "codesign/quant/requantise.hpp"
#include "codesign/quant/weight_fit.hpp"
#include "codesign/tests/naive.hpp"

namespace peforge::codesign {
namespace {

using golden::Code;
using golden::Format;
using golden::FormatKind;
using testing::noise;

const Format kFormats[] = {
    {.kind = FormatKind::kInt, .n = 8},
    {.kind = FormatKind::kInt, .n = 2},
    {.kind = FormatKind::kPot, .n = 4},
    {.kind = FormatKind::kPot, .n = 3, .pot_rounding = golden::PotRounding::kLog},
    {.kind = FormatKind::kLp, .n = 8, .es = 1, .rs = 3},
    {.kind = FormatKind::kLp, .n = 4, .es = 1, .rs = 2},
    {.kind = FormatKind::kLp, .n = 4, .es = 1, .rs = 2, .flush_to_zero = true},
    {.kind = FormatKind::kLp, .n = 2, .es = 0, .rs = 1},
    {.kind = FormatKind::kApot, .n = 4},
    {.kind = FormatKind::kDenseShift, .n = 3},
    {.kind = FormatKind::kBinary, .n = 1}};

TEST(FormatGrid, EqualsTheEncoder) {
    for (const Format& format : kFormats) {
        const FormatGrid grid(format);
        std::vector<double> numbers{0.0, -0.0, 1e-300, -1e-300, 1e9, -1e9};
        for (const float x : noise(3000, 1, 2.0F)) {
            numbers.push_back(x);
            numbers.push_back(std::exp2(x * 4.0));
            numbers.push_back(-std::exp2(x * 4.0));
        }
        for (int code = 0; code < golden::code_count(format); ++code) {
            const double value = golden::to_real(format, static_cast<Code>(code));
            if (!std::isnan(value)) {
                numbers.insert(numbers.end(), {value, value * 1.5, value * std::sqrt(2.0)});
            }
        }
        for (const double x : numbers) {
            ASSERT_EQ(grid.code(x), golden::encode_real(format, x))
                << golden::to_string(format) << " " << x;
            ASSERT_EQ(grid.quantise(x), golden::to_real(format, grid.code(x)));
        }
    }
}

TEST(BestScale, IsNotBeatenByItsNeighbours) {
    const auto numbers = noise(4000, 2, 0.3F);
    for (const Format& format : kFormats) {
        const FormatGrid grid(format);
        const auto error = [&](double scale) {
            double sum = 0.0;
            for (const float x : numbers) {
                const double d =
                    x - (scale * golden::to_real(format, golden::encode_real(format, x / scale)));
                sum += d * d;
            }
            return sum;
        };
        const double best = best_scale(grid, numbers);
        EXPECT_LE(error(best), error(best * std::exp2(1.0 / 16.0)) * 1.0001);
        EXPECT_LE(error(best), error(best / std::exp2(1.0 / 16.0)) * 1.0001);
    }
    EXPECT_EQ(best_scale(FormatGrid(kFormats[0]), std::vector<float>(10, 0.0F)), 1.0);
}

TEST(ToFixed, IsWithinHalfAUnitOfTheScale) {
    for (const float x : noise(2000, 3, 3.0F)) {
        const double factor = std::exp2(x * 2.0);  // about 2^-20 .. 2^20
        if (factor >= 65535.0) {
            continue;
        }
        const FixedFactor f = to_fixed(factor, 16, 6);
        EXPECT_LT(f.scale, 65536U);
        EXPECT_LT(f.shift, 64U);
        EXPECT_NEAR(std::ldexp(f.scale, -static_cast<int>(f.shift)) / factor, 1.0, 0x1p-16);
    }
}

TEST(ToFixed, SaturatesAtItsEnds) {
    EXPECT_EQ(to_fixed(1e9, 16, 6).scale, 65535U);
    EXPECT_EQ(to_fixed(1e9, 16, 6).shift, 0U);
    EXPECT_EQ(to_fixed(0.0, 16, 6).scale, 0U);
    EXPECT_EQ(to_fixed(1e-30, 16, 6).scale, 0U);
    EXPECT_EQ(to_fixed(65535.9, 16, 6).scale, 65535U);
    EXPECT_EQ(to_fixed(1.0 - 0x1p-20, 16, 6).scale, 32768U);  // the carry of rounding
}

TEST(AccumulatorUnit, TurnsTermsIntoProducts) {
    // An exactly representable product: 1 times 1.
    const auto unit_product = [](golden::DatapathKind kind, const Format& w, const Format& a) {
        const auto d = golden::make_datapath(kind, w, a, std::nullopt, std::nullopt, 24,
                                             golden::Rounding::kTruncate);
        return accumulator_unit(d) *
               static_cast<double>(golden::product_term(d, golden::encode_real(w, 1.0),
                                                        golden::encode_real(a, 1.0)));
    };
    EXPECT_EQ(unit_product(golden::DatapathKind::kMul, kFormats[0], kFormats[0]), 1.0);
    EXPECT_EQ(unit_product(golden::DatapathKind::kShift, kFormats[2], kFormats[0]), 1.0);
    EXPECT_EQ(unit_product(golden::DatapathKind::kShift, kFormats[8], kFormats[0]), 1.0);
    EXPECT_EQ(unit_product(golden::DatapathKind::kShift, kFormats[9], kFormats[0]), 1.0);
    EXPECT_EQ(unit_product(golden::DatapathKind::kLog, kFormats[4], kFormats[4]), 1.0);
    EXPECT_EQ(unit_product(golden::DatapathKind::kLog, kFormats[5], kFormats[4]), 1.0);
    EXPECT_EQ(unit_product(golden::DatapathKind::kLog, kFormats[2], kFormats[4]), 1.0);
}

TEST(ColumnParams, ClipsTheBiasToTheAccumulator) {
    golden::PostParams post;
    post.z_frac_bits = 0;
    EXPECT_EQ(column_params(post, 16, 0.5, 3.2, 1.0).bias, 6);
    EXPECT_EQ(column_params(post, 16, 1e-3, 1e3, 1.0).bias, 32767);
    EXPECT_EQ(column_params(post, 16, 1e-3, -1e3, 1.0).bias, -32768);
}

double output_error(const std::vector<double>& weights, const WeightFit& fit, const Format& format,
                    const InputMoments& moments) {
    std::vector<double> d;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        d.push_back(weights[i] - (fit.scale * golden::to_real(format, fit.codes[i])));
    }
    return moments.output_error(d);
}

TEST(FitWeights, CompensationBeatsPlainRoundingOnCorrelatedInputs) {
    constexpr int kInputs = 24;
    constexpr int kRows = 400;
    // Neighbouring inputs share most of their signal, as pixels do.
    const auto independent = noise(static_cast<std::size_t>(kRows * kInputs), 4);
    std::vector<float> rows(independent.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] = independent[i] + (i % kInputs == 0 ? 0.0F : 0.9F * rows[i - 1]);
    }
    const InputMoments moments(rows, kRows, kInputs);
    const auto numbers = noise(kInputs, 5);
    const std::vector<double> weights(numbers.begin(), numbers.end());
    for (const Format& format : kFormats) {
        const FormatGrid grid(format);
        const WeightFit fit = fit_weights(grid, weights, moments, 0.0);
        EXPECT_NEAR(fit.error, output_error(weights, fit, format, moments), 1e-9);
        WeightFit plain;
        plain.scale = best_scale(grid, numbers);
        for (const double w : weights) {
            plain.codes.push_back(golden::encode_real(format, w / plain.scale));
        }
        EXPECT_LT(fit.error, output_error(weights, plain, format, moments))
            << golden::to_string(format);
    }
}

TEST(FitWeights, KeepsZeroColumnsAndTheLeastScale) {
    const InputMoments moments(std::vector<float>{1, 2, 3, 4}, 2, 2);
    const FormatGrid grid(kFormats[0]);
    const std::vector<double> zeros{0.0, 0.0};
    EXPECT_EQ(fit_weights(grid, zeros, moments, 0.25).scale, 0.25);
    EXPECT_EQ(fit_weights(grid, zeros, moments, 0.25).codes, (std::vector<Code>{0, 0}));
    const std::vector<double> small{1e-3, -1e-3};
    EXPECT_GE(fit_weights(grid, small, moments, 0.25).scale, 0.25);
}

TEST(FitWeights, ZeroColumnsVanishWhereThereIsNoZero) {
    const InputMoments moments(std::vector<float>{1, 2, 3, 4}, 2, 2);
    const std::vector<double> zeros{0.0, 0.0};
    const WeightFit fit =
        fit_weights(FormatGrid({.kind = FormatKind::kBinary, .n = 1}), zeros, moments, 0.0);
    EXPECT_GT(fit.scale, 0.0);
    EXPECT_EQ(to_fixed(fit.scale, 16, 6).scale, 0U);  // so the column's output is its bias alone
}

class LutFitting : public ::testing::Test {
protected:
    LutFitting() {
        params_.subvector = 3;
        params_.centroids = 8;
        params_.distance_bits = 10;
        params_.index_bits = 3;
    }

    [[nodiscard]] LutFit fit() const {
        return fit_lut(params_, {{kRows, kK, kN}, codes_, inputs_, weights_, 0.5},
                       {.seed = 7, .threads = 2});
    }

    static constexpr int kRows = 64;
    static constexpr int kK = 7;  // the last subspace has one element of three
    static constexpr int kN = 5;
    golden::LutParams params_;
    std::vector<Code> codes_ = std::vector<Code>(kRows * kK);
    std::vector<float> inputs_ = std::vector<float>(kRows * kK);
    std::vector<double> weights_;
};

class LutFittingOf : public LutFitting, public ::testing::WithParamInterface<golden::LutEncoder> {};

TEST_P(LutFittingOf, IsExactWhenTheInputsAreFewPatterns) {
    params_.encoder = GetParam();
    for (int row = 0; row < kRows; ++row) {
        for (int k = 0; k < kK; ++k) {
            const int value = (((row % 4) * 37 + k * 11) % 200) - 100;
            codes_[static_cast<std::size_t>((row * kK) + k)] = static_cast<Code>(value & 0xFF);
            inputs_[static_cast<std::size_t>((row * kK) + k)] = 0.5F * static_cast<float>(value);
        }
    }
    const auto numbers = noise(kN * kK, 6);
    weights_.assign(numbers.begin(), numbers.end());
    const LutFit result = fit();
    EXPECT_EQ(result.layer.subspaces, 3);
    std::vector<std::int64_t> acc(kRows * kN);
    golden::LutArray(params_).accumulate({kRows, kK, kN}, codes_, result.layer, acc);
    for (std::size_t row = 0; row < kRows; ++row) {
        for (std::size_t n = 0; n < kN; ++n) {
            double exact = 0.0;
            for (std::size_t k = 0; k < kK; ++k) {
                exact += inputs_[(row * kK) + k] * weights_[(n * kK) + k];
            }
            // Three entries, each rounded (or clipped by the error-optimal scale) by about a unit.
            EXPECT_NEAR(static_cast<double>(acc[(row * kN) + n]) * result.scales[n], exact,
                        5.0 * result.scales[n]);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Encoders, LutFittingOf,
                         ::testing::Values(golden::LutEncoder::kDistance,
                                           golden::LutEncoder::kTree));

/// Sum of the squared errors of the layer's sums against fp32, without the columns' means.
double layer_error(const golden::LutParams& params, golden::GemmShape shape,
                   std::span<const Code> codes, std::span<const float> inputs,
                   std::span<const double> weights, const LutFit& fit) {
    const auto m = static_cast<std::size_t>(shape.m);
    const auto k = static_cast<std::size_t>(shape.k);
    const auto n = static_cast<std::size_t>(shape.n);
    std::vector<std::int64_t> acc(m * n);
    golden::LutArray(params).accumulate(shape, codes, fit.layer, acc);
    double total = 0.0;
    for (std::size_t column = 0; column < n; ++column) {
        double sum = 0.0;
        double squares = 0.0;
        for (std::size_t row = 0; row < m; ++row) {
            double d = -fit.scales[column] * static_cast<double>(acc[(row * n) + column]);
            for (std::size_t t = 0; t < k; ++t) {
                d += inputs[(row * k) + t] * weights[(column * k) + t];
            }
            sum += d;
            squares += d * d;
        }
        total += squares - (sum * sum / static_cast<double>(m));
    }
    return total;
}

TEST_F(LutFitting, LeastSquaresAndWiderEntriesLowerTheError) {
    constexpr int kMany = 600;
    params_.distance_bits = 0;
    params_.shift_bits = 2;
    // Neighbours share most of their signal, as pixels do: entries can make up for one another.
    auto numbers = noise(kMany * kK, 8, 20.0F);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] += i % kK == 0 ? 0.0F : 0.9F * numbers[i - 1];
    }
    std::vector<Code> codes;
    for (const float x : numbers) {
        codes.push_back(static_cast<Code>(static_cast<int>(std::clamp(x, -128.0F, 127.0F)) & 0xFF));
    }
    const auto w = noise(kN * kK, 9);
    const std::vector<double> weights(w.begin(), w.end());
    const golden::GemmShape shape{kMany, kK, kN};
    for (const auto encoder : {golden::LutEncoder::kDistance, golden::LutEncoder::kTree}) {
        params_.encoder = encoder;
        const auto error = [&](LutMethod method, int bits) {
            params_.entry_bits = bits;
            const LutFit fit =
                fit_lut(params_, {shape, codes, numbers, weights, 1.0}, {.method = method});
            return layer_error(params_, shape, codes, numbers, weights, fit);
        };
        EXPECT_LT(error(LutMethod::kLeastSquares, 12), 0.9 * error(LutMethod::kKMeans, 12));
        EXPECT_LT(error(LutMethod::kLeastSquares, 12), error(LutMethod::kLeastSquares, 3));
    }
}

TEST_F(LutFitting, PadsTheLastSubspaceWithZerosAndRepeatsItself) {
    const auto numbers = noise(codes_.size(), 8, 40.0F);
    for (std::size_t i = 0; i < codes_.size(); ++i) {
        const int value = static_cast<int>(std::clamp(numbers[i], -128.0F, 127.0F));
        codes_[i] = static_cast<Code>(value & 0xFF);
        inputs_[i] = numbers[i] * 0.5F;
    }
    const auto w = noise(kN * kK, 9);
    weights_.assign(w.begin(), w.end());
    const LutFit a = fit();
    const LutFit b = fit();
    EXPECT_EQ(a.layer.centroids, b.layer.centroids);
    EXPECT_EQ(a.layer.entries, b.layer.entries);
    for (std::size_t c = 0; c < 8; ++c) {
        EXPECT_EQ(a.layer.centroids[((2 * 8 + c) * 3) + 1], 0);
        EXPECT_EQ(a.layer.centroids[((2 * 8 + c) * 3) + 2], 0);
    }
}

}  // namespace
}  // namespace peforge::codesign
