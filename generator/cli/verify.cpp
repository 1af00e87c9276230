// peforge verify: the generated RTL against the golden model.
//
// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/verify.hpp"

#include <memory>

#include "generator/cli/cli.hpp"
#include "verif/mutation/mutation.hpp"

namespace peforge::cli {

void add_verify(CLI::App& app, Action& action) {
    struct State {
        CommonOptions common;
        VerifyOptions options;
        bool mutate = false;
        mutation::Options mutation;
    };
    auto state = std::make_shared<State>();
    VerifyOptions& o = state->options;
    CLI::App* command =
        app.add_subcommand("verify", "simulate the RTL against the golden model; results.xml");
    command->add_option("SPEC", o.spec, "JSON spec")->required();
    add_out(*command, o.out);
    add_plan(*command, o.level, o.seed, o.sim);
    command->add_option("--filter", o.filter, "only tests whose name matches")->type_name("REGEX");
    command->add_option("--shard", o.shard, "only part I of N of the plan")->type_name("I/N");
    command->add_flag("--waves", o.waves, "write the waves of the first failing case");
    command->add_flag("--coverage", o.coverage,
                      "count lines, toggles and functional bins; coverage.html, .txt, .json");
    command->add_option("--rtl", o.rtl, "verify this folder's rtl/ instead of what is generated")
        ->type_name("DIR");
    mutation::Options& m = state->mutation;
    CLI::Option* mutate = command->add_flag(
        "--mutate", state->mutate, "score the bench by mutants of the netlist; mutation.md, .json");
    command->add_option("--mutants", m.mutants, "how many")
        ->needs(mutate)
        ->check(CLI::Range(1, 65000))
        ->capture_default_str();
    command->add_option("--min-score", m.min_score, "exit 1 below this score, in percent")
        ->needs(mutate)
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command->add_flag("--full", m.full, "mutate the spec's own geometry, not a small one")
        ->needs(mutate);
    command->add_option("--prove-seconds", m.proof_seconds, "limit of the proof of a survivor")
        ->needs(mutate)
        ->check(CLI::Range(0, 3600))
        ->capture_default_str();
    add_common(*command, state->common);
    command->callback([&action, state] {
        action = [state] {
            state->options.json = state->common.json;
            state->options.quiet = state->common.quiet;
            if (state->mutate) {
                state->mutation.spec = state->options.spec;
                state->mutation.out = state->options.out;
                state->mutation.seed = state->options.seed;
                state->mutation.json = state->common.json;
                state->mutation.quiet = state->common.quiet;
                return mutation::mutate_command(state->mutation);
            }
            return verify_command(state->options);
        };
    });
}

}  // namespace peforge::cli
