// Memories of a design: what every instance of the storage wrapper (pf_memory) has to hold.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace peforge {

struct Design;

/// Instances of the storage wrapper that do the same. One read and one write port, one clock; read
/// data a cycle after the read; whole words are written; no word is read in the cycle of its write.
struct Memory {
    std::string name;      ///< "accumulators"
    std::string purpose;   ///< one line for people
    std::string instance;  ///< path below the top; [*] stands for every index
    int count = 1;         ///< instances
    int width = 0;         ///< bits of a word
    int depth = 0;         ///< words

    /// Of one instance.
    [[nodiscard]] long long bits() const { return static_cast<long long>(width) * depth; }
    friend bool operator==(const Memory&, const Memory&) = default;
};

/// All memories of a design, from the numbers that its top's parameters have. Empty where the sums
/// stay in the PEs. resolve() calls it once, when everything else is decided.
std::vector<Memory> memories(const Design& design);

}  // namespace peforge
