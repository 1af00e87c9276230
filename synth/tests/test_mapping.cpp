// The rule that chooses a PE's mapping.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generator/spec/error.hpp"
#include "synth/mapping.hpp"

namespace peforge::synth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

/// Gates, full adders, ripple, ripple with full adders.
std::vector<Candidate> candidates(std::vector<std::pair<double, double>> area_and_period) {
    constexpr AdderVariant kVariants[] = {AdderVariant::kGates, AdderVariant::kFullAdders,
                                          AdderVariant::kRipple, AdderVariant::kRippleFullAdders};
    std::vector<Candidate> result;
    for (const auto& [area, period] : area_and_period) {
        result.push_back({kVariants[result.size()], area, period});
    }
    return result;
}

TEST(Mapping, TheSmallestThatMeetsTheClock) {
    const auto pe = candidates({{100, 5.0}, {99, 6.0}, {95, 8.0}, {90, 10.5}});
    EXPECT_THAT(by_preference(pe, 12.0), ElementsAre(3, 2, 1, 0));
    EXPECT_THAT(by_preference(pe, 10.5), ElementsAre(3, 2, 1, 0));
    EXPECT_THAT(by_preference(pe, 10.0), ElementsAre(2, 1, 0, 3));
    EXPECT_THAT(by_preference(pe, 5.5), ElementsAre(0, 1, 2, 3));
}

TEST(Mapping, OfEqualAreasTheFastest) {
    EXPECT_THAT(by_preference(candidates({{100, 6.0}, {90, 5.0}, {80, 6.0}, {90, 4.0}}), 10.0),
                ElementsAre(2, 3, 1, 0));
}

TEST(Mapping, FullAddersUnlessGatesSaveMoreThanTheNoise) {
    EXPECT_THAT(by_preference(candidates({{97.5, 6.0}, {100, 5.0}}), 10.0), ElementsAre(1, 0));
    EXPECT_THAT(by_preference(candidates({{96.5, 6.0}, {100, 5.0}}), 10.0), ElementsAre(0, 1));
    // Of what misses the clock the fastest all the same.
    EXPECT_THAT(by_preference(candidates({{97.5, 4.0}, {100, 5.0}}), 3.0), ElementsAre(0, 1));
}

TEST(Mapping, NamesOfTheOption) {
    EXPECT_EQ(adder_variant("smallest"), std::nullopt);
    EXPECT_THAT(adder_variant("ripple_full_adders"), Optional(AdderVariant::kRippleFullAdders));
    try {
        adder_variant("fast");
        FAIL();
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr("--adders"));
        EXPECT_THAT(e.what(), HasSubstr("allowed: smallest, gates, full_adders, ripple, "
                                        "ripple_full_adders"));
    }
}

TEST(Mapping, TheFastestWhereNothingMeetsTheClock) {
    EXPECT_THAT(by_preference(candidates({{100, 5.0}, {99, 4.5}, {80, 9.0}}), 4.0),
                ElementsAre(1, 0, 2));
}

TEST(Mapping, WithoutAClockFullAddersNeedMoreThanTheNoise) {
    EXPECT_THAT(by_preference(candidates({{100, 5.0}, {98, 5.0}}), {}), ElementsAre(0));
    EXPECT_THAT(by_preference(candidates({{100, 5.0}, {96, 5.0}}), {}), ElementsAre(1));
    EXPECT_THAT(by_preference(candidates({{100, 5.0}, {99, 5.0}, {80, 5.0}}), {}), ElementsAre(0));
}

TEST(Mapping, WithoutTimingTheClockSaysNothing) {
    auto pe = candidates({{100, 5.0}, {96, 5.0}, {80, 5.0}, {70, 5.0}});
    pe[2].tmin_ns.reset();
    EXPECT_THAT(by_preference(pe, 10.0), ElementsAre(1));
}

TEST(Mapping, AFasterOneForADesignThatMissesItsClock) {
    const auto pe = candidates({{100, 5.0}, {99, 9.5}, {95, 9.0}, {90, 9.8}});
    const auto order = by_preference(pe, 10.0);
    EXPECT_THAT(order, ElementsAre(3, 2, 1, 0));
    EXPECT_THAT(next_faster(pe, order, 0, 10.0), Optional(1U));
    EXPECT_THAT(next_faster(pe, order, 1, 10.0), Optional(3U));  // not 9.5 behind 9.0
    EXPECT_FALSE(next_faster(pe, order, 3, 10.0));
    // One that misses the clock alone is no help.
    EXPECT_FALSE(next_faster(pe, by_preference(pe, 4.0), 0, 4.0));
}

}  // namespace
}  // namespace peforge::synth
