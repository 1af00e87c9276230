// peforge: one JSON spec in, synthesizable Verilog and its evidence out.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/cli/cli.hpp"
#include "generator/spec/error.hpp"

namespace peforge::cli {

void add_common(CLI::App& command, CommonOptions& options) {
    command.add_flag("--json", options.json, "results for machines on standard output");
    command.add_flag("--quiet", options.quiet, "no remarks");
}

void add_out(CLI::App& command, std::filesystem::path& out) {
    command.add_option("-o,--out", out, "folder to write, whole or not at all")
        ->required()
        ->type_name("DIR");
}

void add_plan(CLI::App& command, int& level, std::uint64_t& seed, std::string& simulator) {
    command.add_option("--level", level, "1 (seconds) to 4 (long)")
        ->check(CLI::Range(1, 4))
        ->capture_default_str();
    command.add_option("--seed", seed, "seed of shapes, data and stalls")->capture_default_str();
    command
        .add_option("--sim", simulator,
                    "simulator; icarus (X check) and cxxrtl replay the cycles of a Verilator run "
                    "and must give the same beats")
        ->check(CLI::IsMember({"verilator", "icarus", "cxxrtl"}))
        ->capture_default_str();
}

std::string help_of(const CLI::App& app, const CLI::App& command) {
    // App::help() prints the command that was parsed, and without the program's name.
    const std::string name = &command == &app
                                 ? app.get_name()
                                 : fmt::format("{} {}", app.get_name(), command.get_name());
    return app.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
}

void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
        throw InputError("standard output", "", "cannot be written");
    }
}

}  // namespace peforge::cli

namespace {

/// One line on stderr: control characters of file names and of quoted input are escaped.
int fail(std::string_view message, int status) {
    std::string line = "peforge: ";
    for (const char c : message) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            line += fmt::format("\\x{:02x}", byte);
        } else {
            line += c;
        }
    }
    line += '\n';
    std::fputs(line.c_str(), stderr);
    return status;
}

std::string command_names(const CLI::App& app) {
    std::string names;
    for (const CLI::App* command : app.get_subcommands({})) {
        names += (names.empty() ? "" : ", ") + command->get_name();
    }
    return names;
}

/// A parse error as one line that says where to read on.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error, int argc,
                          char** argv) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    if (!chosen.empty()) {
        std::string what = error.what();
        what.erase(what.find_last_not_of("\n ") + 1);
        return fmt::format("{}: {}; see: peforge help {}", chosen.front()->get_name(), what,
                           chosen.front()->get_name());
    }
    const std::string given =
        argc > 1 ? fmt::format("unknown command or option \"{}\"", argv[1]) : "no command given";
    return fmt::format("{}; allowed: {}, --version, --help", given, command_names(app));
}

int run(int argc, char** argv) {
    using namespace peforge::cli;
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    // The second program parses its own command line, --help included.
    if (!arguments.empty() && arguments.front() == "run") {
        start_codesign(arguments);
    }

    CLI::App app("Generator for processing-element arrays: JSON spec in, Verilog-2005 out.",
                 "peforge");
    app.set_version_flag("--version", "peforge " PEFORGE_VERSION);
    app.require_subcommand(1);
    app.footer("Exit status: 0 done, 1 a check failed, 2 bad input, 3 a needed tool is missing.");
    Action action;
    add_generate(app, action);
    add_verify(app, action);
    add_regress(app, action);
    add_coverage(app, action);
    add_synth(app, action);
    add_cost(app, action);
    add_run(app, action);
    add_format(app, action);
    add_example(app, action);
    add_help(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const std::vector<CLI::App*> chosen = app.get_subcommands();
        print(help_of(app, chosen.empty() ? app : *chosen.front()));
        return peforge::kDone;
    } catch (const CLI::CallForVersion& e) {
        print(std::string(e.what()) + "\n");
        return peforge::kDone;
    } catch (const CLI::ParseError& e) {
        return fail(usage_message(app, e, argc, argv), peforge::kBadInput);
    }
    return action();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const peforge::Error& e) {
        return fail(e.what(), e.status());
    } catch (const std::filesystem::filesystem_error& e) {
        return fail(e.what(), peforge::kBadInput);
    } catch (const std::exception& e) {
        return fail(fmt::format("internal error: {}", e.what()), peforge::kCheckFailed);
    }
}
