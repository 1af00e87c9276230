// peforge coverage: merges the coverage of several regressions into one report.
//
// SPDX-License-Identifier: Apache-2.0
#include "verif/coverage/coverage.hpp"

#include <memory>

#include "generator/cli/cli.hpp"

namespace peforge::cli {

void add_coverage(CLI::App& app, Action& action) {
    struct State {
        CommonOptions common;
        coverage::Options options;
    };
    auto state = std::make_shared<State>();
    coverage::Options& o = state->options;
    CLI::App* command =
        app.add_subcommand("coverage", "merge coverage of verify --coverage runs; coverage.html");
    command->add_option("DIR", o.folders, "folders with a coverage.json")->required();
    add_out(*command, o.out);
    command->add_option("--min-line", o.min_line, "exit 1 when a spec is below, in percent")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command->add_option("--min-toggle", o.min_toggle, "exit 1 when a spec is below, in percent")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    add_common(*command, state->common);
    command->callback([&action, state] {
        action = [state] {
            state->options.json = state->common.json;
            state->options.quiet = state->common.quiet;
            return coverage::coverage_command(state->options);
        };
    });
}

}  // namespace peforge::cli
