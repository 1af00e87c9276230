// Typed errors and their exit status.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace peforge {

/// Exit status of every peforge program.
enum ExitStatus : int { kDone = 0, kCheckFailed = 1, kBadInput = 2, kMissingTool = 3 };

/// Base of all errors that end a command with one line on stderr.
class Error : public std::runtime_error {
public:
    Error(ExitStatus status, const std::string& line) : std::runtime_error(line), status_(status) {}
    [[nodiscard]] ExitStatus status() const { return status_; }

private:
    ExitStatus status_;
};

/// Bad input. `where` is a JSON pointer ("/weight/rs"), an ONNX node, or empty.
class InputError : public Error {
public:
    InputError(const std::string& file, const std::string& where, const std::string& what)
        : Error(kBadInput, file + (where.empty() ? "" : ": " + where) + ": " + what) {}
};

/// A program or file this command needs is not there.
class MissingToolError : public Error {
public:
    MissingToolError(const std::string& tool, const std::string& how_to_install)
        : Error(kMissingTool,
                tool + " is needed and was not found; install it with: " + how_to_install) {}
};

/// A check that ran and failed.
class CheckFailedError : public Error {
public:
    explicit CheckFailedError(const std::string& what) : Error(kCheckFailed, what) {}
};

}  // namespace peforge
