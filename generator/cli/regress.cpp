// peforge regress: the plans of several specs side by side.
//
// SPDX-License-Identifier: Apache-2.0
#include "verif/launch/regress.hpp"

#include <memory>

#include "generator/cli/cli.hpp"

namespace peforge::cli {

void add_regress(CLI::App& app, Action& action) {
    struct State {
        CommonOptions common;
        launch::RegressOptions options;
    };
    auto state = std::make_shared<State>();
    launch::RegressOptions& o = state->options;
    CLI::App* command =
        app.add_subcommand("regress", "verify several specs side by side; one results.xml");
    command->add_option("SPEC", o.specs, "JSON specs")->required();
    add_out(*command, o.out);
    add_plan(*command, o.level, o.seed, o.sim);
    command->add_flag("--coverage", o.coverage, "merged coverage.html, .txt, .json");
    command->add_option("--shards", o.shards, "parts of each plan that may run at the same time")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command->add_option("--jobs", o.jobs, "tasks at a time; 0: as many as processors")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    command
        ->add_option("--launcher", o.launcher,
                     "words before every task's command line, as \"srun -n1\"; the folder for "
                     "temporary files must be one that the other machines see")
        ->type_name("WORDS");
    add_common(*command, state->common);
    command->callback([&action, state] {
        action = [state] {
            state->options.json = state->common.json;
            state->options.quiet = state->common.quiet;
            return launch::regress_command(state->options);
        };
    });
}

}  // namespace peforge::cli
