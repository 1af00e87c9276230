// SPDX-License-Identifier: Apache-2.0
#include "verif/fuzz/program_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"

namespace peforge::fuzz {

namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Messages may quote control characters of the input; on a terminal these must not act.
bool is_one_printable_line(const std::string& text) {
    return !text.empty() && text.back() == '\n' &&
           std::none_of(text.begin(), text.end() - 1, [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte < 0x20 || byte == 0x7f;
           });
}

/// The message as a line shows it, up to the first control character.
std::string start_of(const std::string& message) {
    const auto end = std::ranges::find_if(message, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
    return {message.begin(), end};
}

}  // namespace

std::string program_problem(const fs::path& program, const std::string& text,
                            const Judgement& judgement) {
    const ScratchDir scratch;
    const fs::path work = scratch.path() / "work";
    fs::create_directory(work);
    std::ofstream(work / kSpecFile, std::ios::binary) << text;
    const int status =
        run_process({"sh", "-c", R"("$0" "$@" >../out 2>../err)", fs::absolute(program).string(),
                     "generate", kSpecFile, "-o", "out"},
                    work)
            .status;
    const std::string out = read_file(scratch.path() / "out");
    const std::string err = read_file(scratch.path() / "err");
    if (judgement.verdict == Verdict::kAccepted) {
        if (status != kDone) return fmt::format("status {} on a legal spec: {}", status, err);
        if (!err.empty()) return "a remark on a legal spec: " + err;
        return fs::exists(work / "out" / "manifest.json") ? "" : "no manifest.json";
    }
    if (status != kBadInput) return fmt::format("status {}: {}", status, err);
    if (!out.empty()) return "output on stdout: " + out;
    if (!is_one_printable_line(err)) return "stderr is not one printable line: " + err;
    if (!err.starts_with("peforge: " + start_of(judgement.text))) {
        return "another message than in process: " + err;
    }
    if (std::distance(fs::directory_iterator(work), fs::directory_iterator()) != 1) {
        return "files were left behind";
    }
    return "";
}

}  // namespace peforge::fuzz
