// peforge format: the code table of a number format.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "generator/cli/cli.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "golden/formats/code_table.hpp"

namespace peforge::cli {
namespace {

namespace fs = std::filesystem;
using golden::CodeRow;

struct FormatOptions {
    CommonOptions common;
    std::string format;
    bool csv = false;
    std::string plot;
};

/// Shortest decimal that reads back as the same double; -0 (a pot code) is 0.
std::string decimal(double value) {
    if (std::isnan(value)) {
        return "nan";
    }
    return fmt::format("{}", value == 0.0 ? 0.0 : value);
}

std::string csv_text(const std::vector<CodeRow>& rows) {
    std::string out = "code,bits,value\n";
    for (const CodeRow& row : rows) {
        out += fmt::format("{},{},{}\n", row.code, row.bits, decimal(row.value));
    }
    return out;
}

std::string table_text(const std::vector<CodeRow>& rows) {
    std::string out = fmt::format("{:>4}  {:<8}  {}\n", "code", "bits", "value");
    for (const CodeRow& row : rows) {
        out += fmt::format("{:>4}  {:<8}  {}{}\n", row.code, row.bits, decimal(row.value),
                           row.emitted ? "" : "  (never encoded)");
    }
    return out;
}

std::string json_text(const std::string& name, const std::vector<CodeRow>& rows) {
    nlohmann::ordered_json codes = nlohmann::ordered_json::array();
    for (const CodeRow& row : rows) {
        nlohmann::ordered_json code = {{"code", row.code}, {"bits", row.bits}};
        code["value"] = row.value == 0.0 ? 0.0 : row.value;  // NaR becomes null
        code["emitted"] = row.emitted;
        codes.push_back(std::move(code));
    }
    return nlohmann::ordered_json{{"format", name}, {"codes", std::move(codes)}}.dump(2) + "\n";
}

/// A gnuplot script with the values on a line and, unless they are evenly spaced, a second line
/// with log2 of the positive ones.
std::string plot_script(const golden::Format& format, const std::vector<CodeRow>& rows) {
    const bool logarithmic = format.kind != golden::FormatKind::kInt;
    std::string values;
    std::string logs;
    for (const CodeRow& row : rows) {
        if (std::isnan(row.value)) {
            continue;
        }
        values += decimal(row.value) + " 1\n";
        if (row.value > 0.0) {
            logs += decimal(std::log2(row.value)) + " 1\n";
        }
    }
    std::string script = fmt::format(
        "set terminal svg size 900,{} dynamic\n"
        "set output 'plot.svg'\n"
        "unset key\nunset ytics\nset yrange [0:1.2]\nset border 1\n"
        "set xtics nomirror\nset offsets graph 0.02, graph 0.02, 0, 0\n"
        "$values << END\n{}END\n$logs << END\n{}END\n",
        logarithmic ? 320 : 180, values, logs);
    if (logarithmic) {
        script += "set multiplot layout 2,1\n";
    }
    script += fmt::format("set title '{}'\nset xlabel 'value'\nplot $values with impulses lw 1\n",
                          to_string(format));
    if (logarithmic) {
        script +=
            "unset title\nset xlabel 'log2 of the positive values'\n"
            "plot $logs with impulses lw 1\nunset multiplot\n";
    }
    return script;
}

void write_plot(const golden::Format& format, const std::vector<CodeRow>& rows,
                const fs::path& file) {
    require_program("gnuplot", "gnuplot-nox");
    const ScratchDir scratch;
    std::ofstream(scratch.path() / "plot.gp") << plot_script(format, rows);
    const ProcessResult result = run_process({"gnuplot", "plot.gp"}, scratch.path());
    const fs::path made = scratch.path() / "plot.svg";
    if (result.status != 0 || !fs::exists(made)) {
        throw CheckFailedError("gnuplot failed: " + result.output);
    }
    // Copied beside the target first, so that no half-written plot stays behind.
    const fs::path beside = file.string() + ".part";
    std::error_code error;
    fs::copy_file(made, beside, fs::copy_options::overwrite_existing, error);
    if (!error) {
        fs::rename(beside, file, error);
    }
    if (error) {
        std::error_code ignored;
        fs::remove(beside, ignored);
        throw InputError(file.string(), "", "cannot be written: " + error.message());
    }
}

int format(const FormatOptions& o) {
    golden::Format parsed;
    try {
        parsed = golden::parse_format(o.format);
    } catch (const std::invalid_argument& e) {
        throw Error(kBadInput, e.what());
    }
    const std::string name = to_string(parsed);
    const std::vector<CodeRow> rows = golden::code_table(parsed);
    if (!o.plot.empty()) {
        write_plot(parsed, rows, o.plot);
    }
    if (o.common.json) {
        print(json_text(name, rows));
    } else if (o.csv) {
        print(csv_text(rows));
    } else if (o.plot.empty()) {
        print((o.common.quiet ? "" : name + "\n") + table_text(rows));
    } else if (!o.common.quiet) {
        print(fmt::format("{}: plot in {}\n", name, o.plot));
    }
    return kDone;
}

}  // namespace

void add_format(CLI::App& app, Action& action) {
    auto options = std::make_shared<FormatOptions>();
    CLI::App* command = app.add_subcommand("format", "print the code table of a number format");
    command
        ->add_option("FORMAT", options->format,
                     "kind:key=value,... such as lp:n=4,es=1,rs=2, apot:n=4, ternary")
        ->required();
    CLI::Option* csv =
        command->add_flag("--csv", options->csv, "columns code,bits,value (NaR is nan)");
    command->add_option("--plot", options->plot, "number-line plot, made with gnuplot")
        ->type_name("FILE.svg");
    add_common(*command, options->common);
    csv->excludes("--json");
    command->callback([&action, options] { action = [options] { return format(*options); }; });
}

}  // namespace peforge::cli
