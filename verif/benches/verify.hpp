// peforge verify: regression of a spec's generated RTL against the golden model.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "generator/emit/emit.hpp"

namespace peforge {

struct VerifyOptions {
    std::filesystem::path spec;
    std::filesystem::path out;
    int level = 1;  ///< 1..4
    std::uint64_t seed = 1;
    std::string sim = "verilator";
    bool waves = false;  ///< write the first failing case (or the first case) as FST
    bool json = false;
    bool quiet = false;
    /// RTL to verify instead of what the spec emits: a folder with rtl/ as `generate` writes it.
    std::filesystem::path rtl;
};

/// Runs the level's cases, writes OUT/results.xml, prints a line a case. Returns kDone or
/// kCheckFailed. Throws InputError, MissingToolError.
int verify_command(const VerifyOptions& options);

}  // namespace peforge
