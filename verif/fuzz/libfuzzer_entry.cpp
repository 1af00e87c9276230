// The entry that libFuzzer, AFL++ and Honggfuzz call. A wrong answer aborts, as a crash does.
//
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "verif/fuzz/json_oracle.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace peforge::fuzz;
    const std::string text =
        size == 0 ? "" : std::string(reinterpret_cast<const char*>(data), size);
    const Judgement judgement = judge(text, true);
    if (judgement.verdict == Verdict::kFailed) {
        std::fprintf(stderr, "peforge-fuzz: %s\n", judgement.text.c_str());
        std::abort();
    }
    return 0;
}
