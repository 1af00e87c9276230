// peforge-planted: runs the planted bugs and says what caught each.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <optional>

#include "generator/spec/error.hpp"
#include "verif/model/rtl_build.hpp"
#include "verif/planted/planted.hpp"

namespace {

using namespace peforge;
using planted::Bug;
using planted::Check;
using planted::Finding;

struct Options {
    std::filesystem::path docs;
    std::vector<std::string> only;
    int level = 1;
    std::uint64_t seed = 1;
};

struct Row {
    Bug bug;
    Finding finding;
};

/// A text for a cell of a Markdown table.
std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find_first_of("|\n", at)) != std::string::npos; at += 2) {
        text.replace(at, 1, text[at] == '|' ? "\\|" : " ");
    }
    return text;
}

/// The same as code; runs of blanks become one.
std::string code(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const char shown = c == '\n' ? ' ' : c;
        if (shown != ' ' || (!out.empty() && out.back() != ' ')) out += shown;
    }
    if (out.empty()) return "nothing";
    return "`" + cell(out) + "`";
}

std::string module_of(const Bug& bug) {
    return bug.module.empty() ? "the top" : "`" + bug.module + "`";
}

std::string cut(const std::string& message) {
    constexpr std::size_t kShown = 150;
    return message.size() <= kShown ? message : message.substr(0, kShown) + " ...";
}

std::string page(const std::vector<Row>& rows, const Options& options) {
    std::string caught;
    std::string missed;
    std::size_t count = 0;
    for (const auto& [bug, finding] : rows) {
        const std::string change = fmt::format("{}, {}: {} becomes {}", bug.spec, module_of(bug),
                                               code(bug.from), code(bug.to));
        if (finding.check == Check::kNothing) {
            missed += fmt::format("| {} | {} | {} | {} |\n", bug.name, cell(bug.kind), change,
                                  cell(bug.stimulus));
            continue;
        }
        ++count;
        const std::string test =
            finding.test.empty()
                ? ""
                : fmt::format("`{}`{}{}: ", finding.test,
                              finding.check == Check::kUnknown ? " on Icarus" : "",
                              bug.level > 1 ? fmt::format(", level {}", bug.level) : "");
        caught += fmt::format("| {} | {} | {} | {}{} | {} |\n", bug.name, cell(bug.kind), change,
                              test, to_string(finding.check), cell(cut(finding.message)));
    }
    std::string text = fmt::format(
        "# Planted bugs\n\n"
        "    peforge-planted [--only NAME...] [--level N] [--seed N] [--docs FILE]\n\n"
        "One text of one emitted module is changed, and level {} runs (seed {}). The table names "
        "the "
        "first test that\nfails, the check that failed, and what it said. The list is "
        "`verif/planted/bugs.cpp`; the test `planted_test` runs it,\nand fails when a bug is "
        "caught by "
        "another check than the list says. This page is written by the program.\n\n"
        "Bugs in resets show as an X on Icarus (`--sim icarus`), where registers start unknown. "
        "\"lint\" "
        "means that Verilator's\nwarnings, which are errors here, stop it before a model is "
        "built.\n\n"
        "{} of {} caught.\n\n"
        "| bug | what a user sees | change | caught by | first line |\n|---|---|---|---|---|\n{}",
        options.level, options.seed, count, rows.size(), caught);
    if (!missed.empty()) {
        text += fmt::format(
            "\n## Not caught\n\n| bug | what a user sees | change | what would show it "
            "|\n|---|---|---|---|\n{}",
            missed);
    }
    return text;
}

int run(const Options& options) {
    std::vector<Row> rows;
    int wrong = 0;
    int missed = 0;
    for (const Bug& bug : planted::bugs()) {
        if (!options.only.empty() &&
            std::find(options.only.begin(), options.only.end(), bug.name) == options.only.end()) {
            continue;
        }
        const Design design = planted::design_of(bug.spec, PEFORGE_SOURCE_DIR "/specs");
        const Finding finding =
            planted::run(bug, design, default_cache_dir(), options.level, options.seed);
        const bool as_listed = finding.check == bug.check;
        wrong += as_listed ? 0 : 1;
        missed += finding.check == Check::kNothing ? 1 : 0;
        fmt::print("{:<26} {:<22} {:<24} {}\n", bug.name, to_string(finding.check), finding.test,
                   as_listed ? cut(finding.message)
                             : fmt::format("LISTED AS {}; {}", to_string(bug.check),
                                           cut(finding.message)));
        std::fflush(stdout);
        rows.push_back({bug, finding});
    }
    if (!options.docs.empty()) {
        std::ofstream out(options.docs, std::ios::binary);
        out << page(rows, options);
        if (!out.flush()) throw InputError(options.docs.string(), "", "cannot be written");
    }
    fmt::print("{} bugs, {} not caught, {} not as listed\n", rows.size(), missed, wrong);
    return wrong == 0 ? kDone : kCheckFailed;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Runs the planted bugs; exit status 1 when one is not caught, or by another check than "
        "listed.");
    Options options;
    app.add_option("--docs", options.docs, "Markdown file to write");
    app.add_option("--only", options.only, "names of bugs; default: all");
    app.add_option("--level", options.level, "level of the test plan")->check(CLI::Range(1, 4));
    app.add_option("--seed", options.seed, "seed of the run");
    try {
        app.parse(argc, argv);
        return run(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kDone : kBadInput;
    } catch (const Error& error) {
        fmt::print(stderr, "peforge-planted: {}\n", error.what());
        return error.status();
    }
}
