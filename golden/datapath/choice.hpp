// What a job chooses of its operands' formats: nothing, the fields of LP (fields.hpp) or ANT's
// types (types.hpp). The host, the array's ports and the golden model speak of a choice by these
// numbers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "golden/datapath/datapath.hpp"

namespace peforge::golden {

enum class Choice {
    kNothing,  ///< the formats are those of the datapath
    kFields,   ///< es and rs of LP weights and activations
    kTypes,    ///< int, flint or PoT, for weights and for activations
};

/// A number that comes with each job, on the port job_<name>_i, in the order of the ports.
struct Selector {
    std::string name;  ///< "wgt_es" and the like
    int lowest = 0;    ///< a job of any other number is refused
    int largest = 0;
    int width = 0;  ///< bits of the port
    int place = 0;  ///< of its lowest bit in Job::mode

    bool operator==(const Selector&) const = default;
};

/// The selectors of an array whose operands have as many bits as these formats.
std::vector<Selector> selectors(Choice choice, const Format& weight, const Format& activation);

/// The number of a selector in a mode.
int selected(const Selector& selector, int mode);

/// The Job::mode that chooses these formats, 0 for Choice::kNothing; throws std::invalid_argument
/// for formats that the choice does not have.
int choice_mode(Choice choice, const Format& weight, const Format& activation);

/// The datapath of a job of this mode: formats, A and the limits of its products change. Throws
/// std::out_of_range for a mode that words of these widths do not have.
DatapathParams with_choice(Choice choice, const DatapathParams& d, int mode);

}  // namespace peforge::golden
