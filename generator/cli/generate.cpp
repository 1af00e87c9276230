// peforge generate: RTL, manifest, bench binding and hand-off files of a spec.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "generator/cli/cli.hpp"
#include "generator/design/design.hpp"
#include "generator/design/lut_model.hpp"
#include "generator/emit/emit.hpp"
#include "generator/spec/error.hpp"

namespace peforge::cli {
namespace {

struct GenerateOptions {
    CommonOptions common;
    std::string spec;
    std::filesystem::path out;
    std::filesystem::path report;
};

int generate(const GenerateOptions& o) {
    const Design design = resolve(load_spec(o.spec), o.spec);
    std::optional<SynthesisFigures> figures;
    if (!o.report.empty()) figures = read_figures(o.report, design);
    const FileSet files = emit(design, figures);
    write_folder(files, o.out);
    if (o.common.json) {
        nlohmann::ordered_json result = {{"name", design.top},
                                         {"out", o.out.string()},
                                         {"spec_hash", design.spec.hash},
                                         {"version", PEFORGE_VERSION},
                                         {"files", nlohmann::ordered_json::array()}};
        for (const auto& [path, text] : files) {
            result["files"].push_back(path);
        }
        result["warnings"] = rate_warnings(design);
        print(result.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    } else if (!o.common.quiet) {
        print(fmt::format("{}: {} files in {}\n", design.top, files.size(), o.out.string()));
        for (const std::string& line : rate_warnings(design)) {
            print(fmt::format("warning: {}\n", line));
        }
    }
    return kDone;
}

}  // namespace

void add_generate(CLI::App& app, Action& action) {
    auto options = std::make_shared<GenerateOptions>();
    CLI::App* command = app.add_subcommand(
        "generate", "write RTL, manifest.json, filelist.f, bench binding and hand-off files");
    command->add_option("SPEC", options->spec, "JSON spec, see: peforge help spec")->required();
    add_out(*command, options->out);
    command
        ->add_option("--report", options->report,
                     "report.json of peforge synth: its figures go into the datasheet")
        ->type_name("FILE");
    add_common(*command, options->common);
    command->callback([&action, options] { action = [options] { return generate(*options); }; });
}

}  // namespace peforge::cli
