// peforge verify: the generated RTL against the golden model.
//
// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/verify.hpp"

#include <memory>

#include "generator/cli/cli.hpp"

namespace peforge::cli {

void add_verify(CLI::App& app, Action& action) {
    struct State {
        CommonOptions common;
        VerifyOptions options;
    };
    auto state = std::make_shared<State>();
    VerifyOptions& o = state->options;
    CLI::App* command =
        app.add_subcommand("verify", "simulate the RTL against the golden model; results.xml");
    command->add_option("SPEC", o.spec, "JSON spec")->required();
    command->add_option("-o,--out", o.out, "folder to write, whole or not at all")
        ->required()
        ->type_name("DIR");
    command->add_option("--level", o.level, "1 (seconds) to 4 (long)")
        ->check(CLI::Range(1, 4))
        ->capture_default_str();
    command->add_option("--seed", o.seed, "seed of shapes, data and stalls")->capture_default_str();
    command->add_option("--sim", o.sim, "simulator")
        ->check(CLI::IsMember({"verilator", "icarus"}))
        ->capture_default_str();
    command->add_flag("--waves", o.waves, "write the waves of the first failing case");
    command->add_option("--rtl", o.rtl, "verify this folder's rtl/ instead of what is generated")
        ->type_name("DIR");
    add_common(*command, state->common);
    command->callback([&action, state] {
        action = [state] {
            state->options.json = state->common.json;
            state->options.quiet = state->common.quiet;
            return verify_command(state->options);
        };
    });
}

}  // namespace peforge::cli
