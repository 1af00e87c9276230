// The regression of an array under cocotb: test plan, Python bench, Makefile and runner.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"

namespace peforge {

/// Files of generator/emit/templates by name.
const std::map<std::string, std::string_view>& bench_templates();

/// Adds bench/testplan.json, bench/test_<name>.py, bench/Makefile and bench/runner.py. The plan is
/// that of level 1, seed 1.
void add_cocotb(const Design& design, FileSet& files);

}  // namespace peforge
