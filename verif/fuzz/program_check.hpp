// The built program from the outside on one spec text.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "verif/fuzz/json_oracle.hpp"

namespace peforge::fuzz {

/// Runs `peforge generate spec.json -o out` on the text in a fresh folder and compares with the
/// judgement made in this process. Accepted: status 0, a manifest, nothing on stderr. Rejected:
/// status 2, nothing on stdout, one line on stderr with the same message, and no file besides the
/// spec in the folder. Returns "" or what is wrong.
std::string program_problem(const std::filesystem::path& program, const std::string& text,
                            const Judgement& judgement);

}  // namespace peforge::fuzz
