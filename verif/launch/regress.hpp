// peforge regress: the plans of several specs side by side, one report.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace peforge::launch {

struct RegressOptions {
    std::vector<std::filesystem::path> specs;
    std::filesystem::path out;
    int level = 1;
    std::uint64_t seed = 1;
    std::string sim = "verilator";
    bool coverage = false;
    int shards = 1;        ///< parts of each plan that may run at the same time
    int jobs = 0;          ///< tasks at a time; 0: as many as processors
    std::string launcher;  ///< words before every command line; empty: none
    bool json = false;
    bool quiet = false;
};

/// Runs `peforge verify` on every spec and shard. Writes OUT/results.xml, OUT/SPEC/results.json and
/// digests.txt, with coverage OUT/coverage.*; none of them depends on the order in which tasks end,
/// but for their times. A task that leaves no results (killed, machine lost) is started once more
/// and then counts as one failed test, `results`; a test that fails is not. Returns kDone,
/// kCheckFailed, or the status of a spec that is refused.
int regress_command(const RegressOptions& options);

}  // namespace peforge::launch
