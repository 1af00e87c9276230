// What the program must do with any text as a spec, and whether it does.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace peforge::fuzz {

/// The name under which texts are judged; messages must begin with it.
inline constexpr const char* kSpecFile = "spec.json";

enum class Verdict {
    kAccepted,  ///< a design
    kRejected,  ///< a proper bad-input error
    kFailed,    ///< anything else
};

struct Judgement {
    Verdict verdict = Verdict::kFailed;
    std::string text;  ///< rejected: the message; failed: what is wrong
};

/// The way of the program: parse, validate, resolve; `emit_too` makes the files as well. An
/// accepted spec must come back unchanged from its own canonical JSON.
Judgement judge(const std::string& text, bool emit_too = false);

/// What is wrong with a bad-input message about `text`, or "". A proper one begins with the file,
/// then a JSON pointer that exists in the document or in the parameter table (for text that is no
/// JSON: line and column), and says what is allowed or required.
std::string message_problem(const std::string& text, const std::string& message);

}  // namespace peforge::fuzz
