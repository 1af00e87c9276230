// peforge example: the example specs, which are part of the program.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "generator/cli/cli.hpp"
#include "generator/spec/error.hpp"
#include "generator/spec/spec.hpp"

namespace peforge::cli {
namespace {

constexpr std::string_view kSuffix = ".json";

struct ExampleOptions {
    CommonOptions common;
    std::string name;
};

std::string description(const Spec& s) {
    const std::string formats = s.kind == ArrayKind::kSystolic
                                    ? to_string(s.weight) + " x " + to_string(s.activation)
                                    : to_string(s.activation);
    const std::string array =
        s.kind == ArrayKind::kSystolic
            ? fmt::format(
                  "systolic {}x{}{}{}", s.rows, s.cols,
                  s.lanes > 1 ? fmt::format(", {} lanes", s.lanes) : "",
                  s.dataflow == golden::Dataflow::kOutputStationary ? ", output-stationary" : "")
            : fmt::format("lut, subvector {}, {} centroids, {} columns", s.subvector, s.centroids,
                          s.columns);
    return fmt::format("{}: {} -> {}", array, formats, to_string(s.output));
}

int example(const ExampleOptions& o) {
    std::string names;
    std::string list;
    nlohmann::ordered_json machine = nlohmann::ordered_json::array();
    for (const auto& [file, text] : example_specs()) {
        const std::string name = file.substr(0, file.size() - kSuffix.size());
        if (!o.name.empty()) {
            if (name == o.name) {
                print(text);
                return kDone;
            }
            names += (names.empty() ? "" : ", ") + name;
            continue;
        }
        const std::string what = description(parse_spec(std::string(text), file));
        list += o.common.quiet ? name + "\n" : fmt::format("{:<18} {}\n", name, what);
        machine.push_back({{"name", name}, {"description", what}});
    }
    if (!o.name.empty()) {
        throw InputError("example", "",
                         fmt::format("no example \"{}\"; allowed: {}", o.name, names));
    }
    print(o.common.json ? machine.dump(2) + "\n" : list);
    return kDone;
}

}  // namespace

void add_example(CLI::App& app, Action& action) {
    auto options = std::make_shared<ExampleOptions>();
    CLI::App* command =
        app.add_subcommand("example", "list the example specs, or print one to start from");
    command->add_option("NAME", options->name, "example to print");
    add_common(*command, options->common);
    command->callback([&action, options] { action = [options] { return example(*options); }; });
}

}  // namespace peforge::cli
