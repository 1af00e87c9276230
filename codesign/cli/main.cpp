// peforge-codesign: the algorithm side; `peforge run` starts it.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "codesign/cli/run_command.hpp"
#include "codesign/graph/onnx_import.hpp"
#include "generator/spec/error.hpp"

namespace {

using peforge::codesign::RunOptions;

/// One line on stderr; control characters of quoted input are escaped.
int fail(std::string_view message, int status) {
    std::string line = "peforge: ";
    for (const char c : message) {
        const auto byte = static_cast<unsigned char>(c);
        line += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
    }
    line += '\n';
    std::fputs(line.c_str(), stderr);
    return status;
}

void add_options(CLI::App& run, RunOptions& o) {
    run.add_option("NET", o.network,
                   "ONNX network; without it the committed MNIST ResNet-8 and 1,000 test images");
    run.add_option("--spec", o.spec, "JSON spec of the array")->required()->type_name("SPEC");
    run.add_option("--data", o.data, "images, .npy (u1, i1, f4) or IDX")->type_name("FILE");
    run.add_option("--labels", o.labels, "labels, .npy or IDX")->type_name("FILE");
    run.add_option("--on", o.on, "golden, or rtl: simulate and compare every integer")
        ->capture_default_str()
        ->type_name("WHERE");
    run.add_option("--images", o.images, "evaluate the first N images; default: all")
        ->type_name("N");
    run.add_option("--batch", o.batch, "images per GEMM (cycle counts, RTL)")
        ->capture_default_str()
        ->type_name("N");
    run.add_option("-o,--out", o.out, "folder for result.json and predictions.csv")
        ->required()
        ->type_name("DIR");
    run.add_option(
           "--record", o.record,
           "folder for the switching of each layer's first GEMM (one batch, at most 256 rows), "
           "for peforge synth --power --activity; must not exist")
        ->type_name("DIR");
    run.add_option("--calibration", o.calibration,
                   "images for calibration; default: the last images of --data")
        ->type_name("FILE");
    run.add_option("--calibration-images", o.calibration_images, "how many of them")
        ->capture_default_str()
        ->type_name("N");
    run.add_option("--scale", o.preprocessing.scale,
                   "x = raw * scale + offset: one number, or one per channel")
        ->type_name("A,B,..");
    run.add_option("--offset", o.preprocessing.offset, "see --scale")->type_name("A,B,..");
    run.add_option("--preset", o.preprocessing.preset, "preprocessing by name: mnist (raw / 255)")
        ->type_name("NAME");
    run.add_option("--seed", o.seed, "of sampling and k-means")
        ->capture_default_str()
        ->type_name("S");
    run.add_option("--lut-fit", o.lut_fit,
                   "entries of LUT arrays: least_squares, or kmeans: prototypes times weights, "
                   "without refinement")
        ->capture_default_str()
        ->type_name("METHOD");
    run.add_option("--threads", o.threads, "default: one per processor")->type_name("N");
    run.add_flag("--json", o.json, "result.json on standard output");
    run.add_flag("--quiet", o.quiet, "no table");
    run.footer("Operators: " + peforge::codesign::supported_operators());
}

int run(int argc, char** argv) {
    CLI::App app("Runs an ONNX network on a generated array.", "peforge");
    app.set_version_flag("--version", "peforge-codesign " PEFORGE_VERSION);
    app.require_subcommand(1);
    RunOptions options;
    CLI::App* command = app.add_subcommand("run", "run an ONNX network on the golden model or RTL");
    add_options(*command, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        fmt::print("{}", command->parsed() ? command->help() : app.help());
        return peforge::kDone;
    } catch (const CLI::CallForVersion& e) {
        fmt::print("{}\n", e.what());
        return peforge::kDone;
    } catch (const CLI::ParseError& e) {
        return fail(fmt::format("run: {}; see: peforge run --help", e.what()), peforge::kBadInput);
    }
    return peforge::codesign::run_command(options);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const peforge::Error& e) {
        return fail(e.what(), e.status());
    } catch (const std::exception& e) {
        return fail(fmt::format("internal error: {}", e.what()), peforge::kCheckFailed);
    }
}
