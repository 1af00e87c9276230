// The datasheet of a design: Markdown and HTML of the same sections.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "generator/emit/emit.hpp"

namespace peforge {

/// Adds datasheet.md and datasheet.html. `files` holds all that the datasheet lists.
void add_datasheet(const Design& design, const std::optional<SynthesisFigures>& figures,
                   FileSet& files);

}  // namespace peforge
