// peforge cost: what a layer costs on the generated hardware.
//
// SPDX-License-Identifier: Apache-2.0
#include "synth/cost.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "generator/cli/cli.hpp"
#include "generator/spec/error.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge::cli {

void add_cost(CLI::App& app, Action& action) {
    struct State {
        CommonOptions common;
        std::filesystem::path spec;
        std::vector<int> layer;
        std::string mode;
        synth::CostSettings settings;
        double clock_ns = 0.0;
        bool fit = false;
    };
    auto state = std::make_shared<State>();
    CLI::App* command = app.add_subcommand(
        "cost", "cycles, time, energy and area of a layer on the generated hardware");
    command->add_option("SPEC", state->spec, "JSON spec")->required();
    command->add_option("--layer", state->layer, "GEMM: M rows, K elements of a sum, N columns")
        ->required()
        ->delimiter(',')
        ->expected(3)
        ->type_name("M,K,N");
    command
        ->add_option("--mode", state->mode,
                     "mode of a mixed array, such as W4A8; default: the first")
        ->type_name("NAME");
    command
        ->add_option("--target", state->settings.target,
                     "osu018, osu035, osu050, or a liberty file")
        ->type_name("NAME|FILE.lib")
        ->capture_default_str();
    CLI::Option* clock =
        command->add_option("--clock", state->clock_ns, "period in ns, 10 by default")
            ->check(CLI::PositiveNumber)
            ->type_name("NS");
    command
        ->add_option(
            "--activity", state->settings.activity,
            "recorded workloads (peforge run --record) that the energy is measured under, in "
            "place of the built-in one")
        ->type_name("DIR...");
    command->add_flag("--fit", state->fit,
                      "do not synthesise this array: fit it through four smaller ones of its spec");
    add_common(*command, state->common);
    command->callback([&action, state, clock] {
        if (clock->count() > 0) state->settings.clock_ns = state->clock_ns;
        action = [state] {
            const Design design = resolve(load_spec(state->spec), state->spec.string());
            synth::CostSettings& settings = state->settings;
            settings.cache = default_cache_dir();
            const golden::GemmShape shape = {state->layer[0], state->layer[1], state->layer[2]};
            // What is wrong with the layer is said before minutes of synthesis.
            synth::check_layer(design, shape, state->mode);
            for (const auto& dir : settings.activity) synth::power::read_workload(design, dir);
            if (!state->common.quiet && isatty(STDERR_FILENO) == 1) {
                settings.progress = [](std::string_view step) {
                    fmt::print(stderr, "{} ...\n", step);
                };
            }
            const synth::HardwareCost hardware = state->fit
                                                     ? synth::fitted_cost(design, settings)
                                                     : synth::hardware_cost(design, settings);
            const synth::LayerCost layer = synth::layer_cost(design, hardware, shape, state->mode);
            fmt::print("{}", state->common.json ? synth::to_json(design, hardware, layer)
                                                : synth::to_text(design, hardware, layer));
            return kDone;
        };
    });
}

}  // namespace peforge::cli
