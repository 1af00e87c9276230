// The peforge program: one function per subcommand, each in its own file.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace peforge {

/// Files of specs/ by name ("lp4_ws_8x8.json"), embedded at build time.
const std::map<std::string, std::string_view>& example_specs();

}  // namespace peforge

namespace peforge::cli {

/// Every command has these.
struct CommonOptions {
    bool json = false;   ///< results for machines, on stdout
    bool quiet = false;  ///< no remarks; results that were asked for are still printed
};

/// Adds --json and --quiet.
void add_common(CLI::App& command, CommonOptions& options);

/// Adds -o, the folder that a command writes.
void add_out(CLI::App& command, std::filesystem::path& out);

/// Adds --level, --seed and --sim: which tests of a plan run, and where.
void add_plan(CLI::App& command, int& level, std::uint64_t& seed, std::string& simulator);

/// Help of the program (`&command == &app`) or of one of its commands.
std::string help_of(const CLI::App& app, const CLI::App& command);

/// What the parsed command line asks for; returns the exit status.
using Action = std::function<int()>;

// Each adds its subcommand to `app` and sets `action` when the command line names it.
void add_generate(CLI::App& app, Action& action);
void add_verify(CLI::App& app, Action& action);
void add_coverage(CLI::App& app, Action& action);
void add_regress(CLI::App& app, Action& action);
void add_synth(CLI::App& app, Action& action);
void add_cost(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_format(CLI::App& app, Action& action);
void add_example(CLI::App& app, Action& action);
void add_help(CLI::App& app, Action& action);

/// Replaces this process by peforge-codesign, which stands beside this program, with `arguments`
/// unparsed. Returns only by throwing: MissingToolError when that program is not there.
[[noreturn]] void start_codesign(const std::vector<std::string>& arguments);

/// Writes to stdout. Throws InputError when that fails (a full disk, a closed pipe).
void print(std::string_view text);

}  // namespace peforge::cli
