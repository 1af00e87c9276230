// peforge help: commands, the spec's parameter reference and its JSON Schema.
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

struct HelpOptions {
    CommonOptions common;
    std::string topic;
};

std::string help_text(const CLI::App& app, const std::string& topic) {
    if (topic.empty()) {
        return help_of(app, app);
    }
    if (topic == "spec") {
        return spec_help();
    }
    if (topic == "schema") {
        return json_schema();
    }
    if (topic == "reference") {
        return spec_reference_markdown();
    }
    if (topic == "run") {
        start_codesign({"run", "--help"});
    }
    std::string names;
    for (const CLI::App* command : app.get_subcommands({})) {
        if (command->get_name() == topic) {
            return help_of(app, *command);
        }
        names += command->get_name() + ", ";
    }
    throw InputError(
        "help", "",
        fmt::format("no topic \"{}\"; allowed: {}spec, schema, reference", topic, names));
}

int help(const CLI::App& app, const HelpOptions& o) {
    const std::string text = help_text(app, o.topic);
    // The schema is for machines already.
    if (o.common.json && o.topic != "schema") {
        print(nlohmann::ordered_json{{"topic", o.topic}, {"text", text}}.dump(2) + "\n");
    } else {
        print(text);
    }
    return kDone;
}

}  // namespace

void add_help(CLI::App& app, Action& action) {
    auto options = std::make_shared<HelpOptions>();
    CLI::App* command = app.add_subcommand(
        "help",
        "explain a command, or print the keys of a spec (help spec) or its schema (help schema)");
    command->add_option("TOPIC", options->topic,
                        "a command, spec, schema, or reference (spec as Markdown)");
    add_common(*command, options->common);
    command->callback(
        [&app, &action, options] { action = [&app, options] { return help(app, *options); }; });
}

}  // namespace peforge::cli
