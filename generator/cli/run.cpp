// peforge run: hands over to peforge-codesign, the program of the algorithm side.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "generator/cli/cli.hpp"
#include "generator/spec/error.hpp"

namespace peforge::cli {

void start_codesign(const std::vector<std::string>& arguments) {
    constexpr const char* kName = "peforge-codesign";
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    const std::string program = (self.parent_path() / kName).string();
    if (access(program.c_str(), X_OK) == 0) {
        std::vector<char*> argv{const_cast<char*>(program.c_str())};  // execv does not write
        for (const std::string& argument : arguments) {
            argv.push_back(const_cast<char*>(argument.c_str()));
        }
        argv.push_back(nullptr);
        execv(program.c_str(), argv.data());
        throw Error(kMissingTool,
                    fmt::format("{} cannot be started: {}", program, std::strerror(errno)));
    }
    throw MissingToolError(kName,
                           "apt-get install libtorch-dev libonnx-dev, then scripts/build (it is "
                           "built beside peforge)");
}

void add_run(CLI::App& app, Action& action) {
    // For the list of commands only: main() hands "run" over before the command line is parsed.
    CLI::App* command = app.add_subcommand("run", "run an ONNX network on the golden model or RTL");
    command->callback([&action] {
        action = [] {
            start_codesign({"run"});
            return kDone;
        };
    });
}

}  // namespace peforge::cli
