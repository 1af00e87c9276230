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
    std::string sim = "verilator";  ///< verilator, icarus or cxxrtl; the last two replay a
                                    ///< Verilator run and must give the same in every cycle
    std::string filter;             ///< run only tests whose name matches this regular expression
    std::string shard;              ///< "I/N": only every N-th test, from the I-th; empty: all
    bool waves = false;             ///< write the first failing case (or the first case) as FST
    bool coverage = false;          ///< coverage.json, coverage.txt, coverage.html
    bool json = false;
    bool quiet = false;
    /// RTL to verify instead of what the spec emits: a folder with rtl/ as `generate` writes it.
    std::filesystem::path rtl;
};

/// Runs the level's tests, writes OUT/results.xml, results.json, digests.txt and, up to level 2,
/// OUT/beats.log, prints a line a failing test and the digest of all beats. Returns kDone or
/// kCheckFailed. Throws InputError, MissingToolError.
int verify_command(const VerifyOptions& options);

}  // namespace peforge
