// peforge synth: area, cells and timing of the generated hardware.
//
// SPDX-License-Identifier: Apache-2.0
#include "synth/synth.hpp"

#include <memory>

#include "generator/cli/cli.hpp"
#include "generator/spec/error.hpp"

namespace peforge::cli {

void add_synth(CLI::App& app, Action& action) {
    struct State {
        CommonOptions common;
        SynthOptions options;
        double clock_ns = 0.0;
        bool dsp = false;
    };
    auto state = std::make_shared<State>();
    SynthOptions& o = state->options;
    CLI::App* command =
        app.add_subcommand("synth", "synthesise the RTL: area, cells and timing; report.json");
    command->add_option("SPEC", o.spec, "JSON spec")->required();
    add_out(*command, o.out);
    command
        ->add_option("--target", o.target,
                     "osu018, osu035, osu050, xilinx, xcup, ice40, ecp5, gowin, or liberty files "
                     "of yours, .lib or "
                     ".lib.gz, separated by commas")
        ->type_name("NAME|FILE.lib,...")
        ->capture_default_str();
    CLI::Option* dsp = command->add_flag(
        "--dsp,!--no-dsp", state->dsp,
        "FPGA targets: multipliers in DSP blocks, or none there; default: as the family's "
        "flow does");
    command
        ->add_option(
            "--route", o.route,
            "place and route with nextpnr, behind a wrapper of four pins: ice40 for hx1k, hx8k, "
            "lp8k or up5k, ecp5 for ecp5-25k, ecp5-45k or ecp5-85k")
        ->type_name("DEVICE");
    CLI::Option* clock = command
                             ->add_option("--clock", state->clock_ns,
                                          "target period in ns: standard cells, and --route")
                             ->check(CLI::PositiveNumber)
                             ->type_name("NS");
    command
        ->add_option("--memory", o.memory,
                     "what memories are, standard cells only: macro (a black box), flip_flops or "
                     "latches (mapped to cells); with --sram-model the smaller of cells and macros")
        ->check(CLI::IsMember({"macro", "flip_flops", "latches"}))
        ->capture_default_str();
    command
        ->add_option("--sram-model", o.sram_model,
                     "areas and energies of RAM macros: JSON with name, source, technology and "
                     "either macros [{name, width, depth, area_um2, read_energy_pj, "
                     "write_energy_pj, leakage_uw, access_ns, source}] or formula {fixed_um2, "
                     "row_um2, column_um2, bit_um2}; to carry it to another technology scale_area, "
                     "scale_energy, scale_reason. synth/sram/ has examples")
        ->type_name("FILE.json");
    command
        ->add_option("--adders", o.adders,
                     "how the PEs' adders are mapped, standard cells only: the smallest way that "
                     "meets --clock, or one of them")
        ->check(CLI::IsMember({"smallest", "gates", "full_adders", "ripple", "ripple_full_adders"}))
        ->capture_default_str();
    command->add_flag("--power", o.power,
                      "energy and power from the switching of a gate-level simulation, standard "
                      "cells only");
    command->add_flag("--zero-delay", o.zero_delay,
                      "with --power: gates without delays, so that no glitches are counted");
    CLI::Option* zeros =
        command
            ->add_option("--zeros", o.zeros,
                         "with --power: shares of zeros among the activations of the built-in "
                         "workload, 0.5 by default; each is measured")
            ->check(CLI::Range(0.0, 1.0))
            ->delimiter(',')
            ->type_name("0..1,...");
    CLI::Option* mode =
        command
            ->add_option("--mode", o.mode,
                         "with --power: a mode of a mixed array, such as W4A8; all by default")
            ->type_name("NAME");
    command
        ->add_option("--activity", o.activity,
                     "with --power: recorded workloads (peforge run --record) in place of the "
                     "built-in one; each is measured")
        ->excludes(zeros)
        ->excludes(mode)
        ->type_name("DIR...");
    add_common(*command, state->common);
    command->callback([&action, state, clock, dsp, zeros] {
        const bool zeros_given = zeros->count() > 0;
        if (dsp->count() > 0) state->options.dsp = state->dsp;
        if (clock->count() > 0) {
            state->options.clock_ns = state->clock_ns;
        }
        action = [state, zeros_given] {
            const SynthOptions& given = state->options;
            if (!given.power && (zeros_given || given.zero_delay || !given.mode.empty() ||
                                 !given.activity.empty())) {
                throw InputError(
                    "synth", "",
                    "--zeros, --zero-delay, --mode and --activity say how energy is measured; "
                    "allowed: with --power");
            }
            state->options.json = state->common.json;
            state->options.quiet = state->common.quiet;
            return synth_command(state->options);
        };
    });
}

}  // namespace peforge::cli
