// The golden library from the outside, by dlopen, as a foreign language uses it.
//
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "generator/plan/plan.hpp"
#include "verif/golden_c/peforge_golden.h"

namespace {

using testing::HasSubstr;

std::string spec_text(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(std::string(PEFORGE_SOURCE_DIR) + "/specs/" + name + ".json").rdbuf();
    return text.str();
}

class GoldenLibrary : public testing::Test {
protected:
    template <class F>
    F* symbol(const char* name) const {
        void* address = dlsym(library_.get(), name);
        if (address == nullptr) throw std::runtime_error(dlerror());
        return reinterpret_cast<F*>(address);
    }

    using Handle = std::unique_ptr<PeforgeGolden, decltype(&peforge_golden_close)>;
    Handle open(const std::string& spec, int level = 1, std::uint64_t seed = 1) {
        error_.assign(256, 'x');
        return {open_(spec.c_str(), level, seed, error_.data(), error_.size()), close_};
    }
    std::string error() const { return error_.c_str(); }

    /// All words of a test's episodes one behind the other.
    std::vector<std::uint32_t> words(PeforgeGolden* golden, std::uint64_t test) const {
        std::vector<std::uint32_t> all;
        const std::uint64_t episodes = load_(golden, test);
        for (std::uint64_t i = 0; i < episodes; ++i) {
            const PeforgeEpisode& e = *episode_(golden, i);
            for (const PeforgeStreamBeats& s : {e.job, e.prm, e.wgt, e.act, e.out}) {
                all.insert(all.end(), s.words, s.words + s.beats * s.words_per_beat);
            }
        }
        return all;
    }

    std::unique_ptr<void, int (*)(void*)> library_{
        dlopen((std::string(PEFORGE_BINARY_DIR) + "/lib/libpeforge_golden.so").c_str(),
               RTLD_NOW | RTLD_LOCAL),
        dlclose};
    decltype(peforge_golden_open)* open_ =
        symbol<decltype(peforge_golden_open)>("peforge_golden_open");
    decltype(peforge_golden_close)* close_ =
        symbol<decltype(peforge_golden_close)>("peforge_golden_close");
    decltype(peforge_golden_tests)* tests_ =
        symbol<decltype(peforge_golden_tests)>("peforge_golden_tests");
    decltype(peforge_golden_test_name)* test_name_ =
        symbol<decltype(peforge_golden_test_name)>("peforge_golden_test_name");
    decltype(peforge_golden_load)* load_ =
        symbol<decltype(peforge_golden_load)>("peforge_golden_load");
    decltype(peforge_golden_episode)* episode_ =
        symbol<decltype(peforge_golden_episode)>("peforge_golden_episode");
    decltype(peforge_golden_gemm)* gemm_ =
        symbol<decltype(peforge_golden_gemm)>("peforge_golden_gemm");
    std::string error_;
};

TEST_F(GoldenLibrary, HasThePlansTestsInItsOrder) {
    for (const char* name : {"int8_ws_8x8", "lp8_ws_3x7", "lut_v3_c5_n7"}) {
        const std::string text = spec_text(name);
        const Handle golden = open(text, 2, 7);
        ASSERT_NE(golden, nullptr) << error();
        const auto plan =
            peforge::test_plan(peforge::resolve(peforge::parse_spec(text, name)), 2, 7);
        ASSERT_EQ(tests_(golden.get()), plan.size());
        for (std::size_t i = 0; i < plan.size(); ++i) {
            EXPECT_EQ(test_name_(golden.get(), i), plan[i].name);
        }
        EXPECT_EQ(test_name_(golden.get(), plan.size()), nullptr);
    }
}

TEST_F(GoldenLibrary, OneTileHasTheBeatsOfOneTile) {
    const Handle golden = open(spec_text("lp8_ws_3x7"));
    ASSERT_NE(golden, nullptr) << error();
    for (std::uint64_t i = 0; i < tests_(golden.get()); ++i) {
        if (std::string(test_name_(golden.get(), i)) != "smoke.one_tile") continue;
        ASSERT_EQ(load_(golden.get(), i), 1U);
        const PeforgeEpisode& e = *episode_(golden.get(), 0);
        EXPECT_EQ(e.start, 2U);
        EXPECT_EQ(e.stop_after, 0U);
        EXPECT_GT(e.watchdog, 0U);
        EXPECT_EQ(e.job.beats, 1U);
        EXPECT_EQ(e.prm.beats, 7U);  // columns
        EXPECT_EQ(e.wgt.beats, 3U);  // rows
        EXPECT_EQ(e.act.beats, 2U);  // m
        EXPECT_EQ(e.out.beats, 2U);
        EXPECT_EQ(e.job.words_per_beat, 3U);  // m, tiles, relu
        EXPECT_EQ(e.job.words[0], 2U);
        EXPECT_EQ(e.job.words[1], 1U);
        EXPECT_EQ(e.prm.words_per_beat, 4U);  // 37 bits of bias, scale, shift
        EXPECT_EQ(e.wgt.words_per_beat, 3U);  // 56 bits, last
        EXPECT_EQ(e.act.words_per_beat, 2U);
        EXPECT_EQ(e.out.words_per_beat, 3U);
        EXPECT_EQ(e.out.words[5], 1U);  // the last row's flag
        EXPECT_GT(e.cycles, 0U);
        EXPECT_EQ(e.error, 0U);
        EXPECT_EQ(episode_(golden.get(), 1), nullptr);
        return;
    }
    FAIL() << "no such test";
}

TEST_F(GoldenLibrary, VectorsDependOnTestAndSeedAlone) {
    const std::string text = spec_text("lut_v3_c5_n7");
    const Handle one = open(text, 1, 1);
    const Handle same = open(text, 2, 1);
    const Handle other = open(text, 1, 2);
    const std::uint64_t test = 3;
    const std::vector<std::uint32_t> first = words(one.get(), test);
    EXPECT_FALSE(first.empty());
    words(one.get(), test + 1);
    EXPECT_EQ(words(one.get(), test), first);
    EXPECT_EQ(words(same.get(), test), first);
    EXPECT_NE(words(other.get(), test), first);
}

TEST_F(GoldenLibrary, ABadSpecIsOneLine) {
    EXPECT_EQ(open("{"), nullptr);
    EXPECT_THAT(error(), HasSubstr("spec"));
    EXPECT_EQ(error().find('\n'), std::string::npos);
    EXPECT_EQ(open(R"({"name": 3})"), nullptr);
    EXPECT_THAT(error(), HasSubstr("/name"));
    EXPECT_EQ(open(spec_text("int8_ws_8x8"), 5), nullptr);
    EXPECT_THAT(error(), HasSubstr("level"));

    char small[8];
    std::memset(small, 'x', sizeof small);
    EXPECT_EQ(open_("{", 1, 1, small, sizeof small), nullptr);
    EXPECT_EQ(std::strlen(small), 7U);
    EXPECT_EQ(open_("{", 1, 1, nullptr, 0), nullptr);
    EXPECT_EQ(open_(nullptr, 1, 1, small, sizeof small), nullptr);
}

TEST_F(GoldenLibrary, ATestThatIsNotThereHasNoEpisodes) {
    const Handle golden = open(spec_text("int4x8_ws_1x5"));
    ASSERT_NE(golden, nullptr) << error();
    ASSERT_GT(load_(golden.get(), 0), 0U);
    EXPECT_EQ(load_(golden.get(), tests_(golden.get())), 0U);
    EXPECT_EQ(episode_(golden.get(), 0), nullptr);
}

TEST_F(GoldenLibrary, GemmOfIntegersIsArithmetic) {
    const Handle golden = open(spec_text("int8_ws_8x8"));
    ASSERT_NE(golden, nullptr) << error();
    constexpr int kM = 3, kK = 11, kN = 2;
    std::vector<std::uint8_t> a(kM * kK), w(kK * kN), out(kM * kN);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<std::uint8_t>(37 * i + 11);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<std::uint8_t>(101 * i + 200);
    const std::int64_t bias[kN] = {-1234, 77};
    const std::uint32_t scale[kN] = {5, 3};
    const std::uint32_t shift[kN] = {10, 9};
    std::vector<std::int64_t> acc(kM * kN);
    ASSERT_EQ(gemm_(golden.get(), kM, kK, kN, a.data(), w.data(), bias, scale, shift, 0, out.data(),
                    acc.data()),
              0);
    for (int m = 0; m < kM; ++m) {
        for (int n = 0; n < kN; ++n) {
            std::int64_t sum = 0;
            for (int k = 0; k < kK; ++k) {
                sum += static_cast<std::int8_t>(a[m * kK + k]) *
                       static_cast<std::int8_t>(w[k * kN + n]);
            }
            EXPECT_EQ(acc[m * kN + n], sum);
            const std::int64_t product = (sum + bias[n]) * scale[n];
            const std::int64_t unit = std::int64_t{1} << shift[n];
            const std::int64_t below = product >> shift[n];
            const std::int64_t rest = 2 * (product - below * unit);
            const bool up = rest > unit || (rest == unit && below % 2 != 0);
            const std::int64_t want = std::clamp<std::int64_t>(below + (up ? 1 : 0), -128, 127);
            EXPECT_EQ(static_cast<std::int8_t>(out[m * kN + n]), want) << m << " " << n;
        }
    }
}

TEST_F(GoldenLibrary, GemmRefusesWhatTheArrayCannotHold) {
    const std::uint8_t code = 1, wide = 16;
    const std::int64_t bias = 0, big_bias = std::int64_t{1} << 50;
    const std::uint32_t scale = 1, shift = 0, big = 1U << 30;
    std::uint8_t out = 0;
    const auto gemm = [&](const Handle& golden, int k, const std::uint8_t* weight,
                          const std::int64_t* b, const std::uint32_t* sc, const std::uint32_t* sh) {
        return gemm_(golden.get(), 1, k, 1, &code, weight, b, sc, sh, 0, &out, nullptr);
    };
    const Handle golden = open(spec_text("int4x8_ws_1x5"));
    ASSERT_NE(golden, nullptr) << error();
    EXPECT_EQ(gemm(golden, 1, &code, &bias, &scale, &shift), 0);
    EXPECT_EQ(gemm(golden, 1, &code, nullptr, &scale, &shift), 0);
    EXPECT_EQ(gemm(golden, 1, &wide, &bias, &scale, &shift), 1);
    EXPECT_EQ(gemm(golden, 1, &code, &big_bias, &scale, &shift), 1);
    EXPECT_EQ(gemm(golden, 1, &code, &bias, &big, &shift), 1);
    EXPECT_EQ(gemm(golden, 1, &code, &bias, &scale, &big), 1);
    EXPECT_EQ(gemm(golden, 0, &code, &bias, &scale, &shift), 1);
    EXPECT_EQ(gemm(golden, 1 << 30, &code, &bias, &scale, &shift), 1);
    EXPECT_EQ(gemm(open(spec_text("lut_v3_c5_n7")), 1, &code, &bias, &scale, &shift), 1);
}

}  // namespace
