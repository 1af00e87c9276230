// SPDX-License-Identifier: Apache-2.0
#include "generator/support/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <system_error>

#include "generator/spec/error.hpp"

extern char** environ;

namespace peforge {

namespace fs = std::filesystem;

ProcessResult run_process(const std::vector<std::string>& argv, const fs::path& cwd) {
    std::vector<char*> args;
    args.reserve(argv.size() + 1);
    for (const std::string& a : argv) args.push_back(const_cast<char*>(a.c_str()));
    args.push_back(nullptr);

    std::array<int, 2> pipe_fd{};
    if (pipe2(pipe_fd.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe");
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, cwd.c_str());
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe_fd[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipe_fd[1], STDERR_FILENO);
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, args[0], &actions, nullptr, args.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_fd[1]);
    if (error != 0) {
        close(pipe_fd[0]);
        throw std::system_error(error, std::generic_category(), argv[0]);
    }

    ProcessResult result;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t n = read(pipe_fd[0], buffer.data(), buffer.size());
        if (n > 0) {
            result.output.append(buffer.data(), static_cast<std::size_t>(n));
        } else if (n == 0 || errno != EINTR) {
            break;
        }
    }
    close(pipe_fd[0]);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

fs::path find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream dirs(path != nullptr ? path : "");
    for (std::string dir; std::getline(dirs, dir, ':');) {
        const fs::path candidate = fs::path(dir) / name;
        if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate))
            return candidate;
    }
    return {};
}

std::string tool_version(const std::vector<std::string>& command, const fs::path& cwd) {
    static const std::regex kVersion("[0-9]+\\.[0-9][0-9A-Za-z.+-]*");
    const std::string text = run_process(command, cwd).output;
    std::smatch match;
    return std::regex_search(text, match, kVersion) ? match[0].str() : "unknown";
}

fs::path require_program(const std::string& name, const std::string& debian_package) {
    fs::path program = find_program(name);
    if (program.empty()) throw MissingToolError(name, "apt-get install " + debian_package);
    return program;
}

ScratchDir::ScratchDir(const fs::path& parent) {
    const fs::path base = parent.empty() ? fs::temp_directory_path() : parent;
    fs::create_directories(base);
    std::string pattern = (base / "peforge-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), base.string());
    }
    path_ = pattern;
}

ScratchDir::~ScratchDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

FileLock::FileLock(const std::filesystem::path& file)
    : fd_(open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666)) {
    if (fd_ < 0 || flock(fd_, LOCK_EX) != 0) {
        throw std::system_error(errno, std::generic_category(), file.string());
    }
}

FileLock::~FileLock() {
    close(fd_);
}

}  // namespace peforge
