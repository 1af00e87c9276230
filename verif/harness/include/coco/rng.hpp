// The harness's own random numbers: the same on every platform and easy to repeat in Python.
// Distributions of the standard library differ between implementations and are not used.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace peforge::coco {

/// FNV-1a over the text, 64 bits.
constexpr std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    }
    return hash;
}

/// SplitMix64 (Steele, Lea, Flood 2014): state += golden ratio, two xor-multiply rounds.
class Rng {
public:
    explicit constexpr Rng(std::uint64_t seed) : state_(seed) {}

    /// 64 uniform bits.
    constexpr std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }

    /// The `count` top bits of next(), 1 to 64.
    constexpr std::uint64_t bits(int count) { return next() >> (64 - count); }

    /// Uniform in [low, high], both included; draws again above the largest multiple of the span.
    constexpr std::int64_t uniform(std::int64_t low, std::int64_t high) {
        const std::uint64_t span =
            static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
        if (span == 0) return static_cast<std::int64_t>(next());
        const std::uint64_t rejected = (0 - span) % span;
        std::uint64_t draw = next();
        while (draw > ~std::uint64_t{0} - rejected) draw = next();
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + draw % span);
    }

    /// True in `numerator` of `denominator` cases.
    constexpr bool chance(std::int64_t numerator, std::int64_t denominator) {
        return uniform(0, denominator - 1) < numerator;
    }

private:
    std::uint64_t state_;
};

/// Seed of a named stream: fnv1a("<seed>/<test>/<stream>"). Streams do not disturb one another.
std::uint64_t stream_seed(std::uint64_t seed, std::string_view test, std::string_view stream);

}  // namespace peforge::coco
