// Child processes and scratch folders.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace peforge {

/// Result of a finished child process.
struct ProcessResult {
    int status = 0;      ///< exit status, or 128 + signal
    std::string output;  ///< stdout and stderr, interleaved
};

/// Runs argv[0] (looked up in PATH) in `cwd` and waits. Throws std::system_error when it cannot be
/// started.
ProcessResult run_process(const std::vector<std::string>& argv, const std::filesystem::path& cwd);

/// Full path of a program in PATH, or empty.
std::filesystem::path find_program(const std::string& name);

/// find_program, or a MissingToolError that names the Debian package.
std::filesystem::path require_program(const std::string& name, const std::string& debian_package);

/// The version that a tool prints ("5.006"), or "unknown".
std::string tool_version(const std::vector<std::string>& command, const std::filesystem::path& cwd);

/// A fresh folder that is removed with its content at the end of its life.
class ScratchDir {
public:
    /// Creates it in `parent`, or in the system's temporary folder when empty.
    explicit ScratchDir(const std::filesystem::path& parent = {});
    ~ScratchDir();
    ScratchDir(const ScratchDir&) = delete;
    ScratchDir& operator=(const ScratchDir&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Held by one process at a time, for as long as it lives; others wait. The file stays.
class FileLock {
public:
    /// Throws std::system_error when the file cannot be made.
    explicit FileLock(const std::filesystem::path& file);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int fd_;
};

}  // namespace peforge
