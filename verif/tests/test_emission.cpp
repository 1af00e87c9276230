// Emitted RTL as the tools see it: lint of every example spec, other sizes by parameters, and
// byte-identical regeneration.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "generator/emit/emit.hpp"
#include "generator/emit/render.hpp"
#include "generator/emit/templates.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"

namespace peforge {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> example_specs() {
    std::vector<std::string> specs;
    for (const auto& entry : fs::directory_iterator(fs::path(PEFORGE_SOURCE_DIR) / "specs")) {
        if (entry.path().extension() == ".json") specs.push_back(entry.path().stem().string());
    }
    std::sort(specs.begin(), specs.end());
    return specs;
}

Design design_of(const std::string& spec) {
    return resolve(load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / (spec + ".json")));
}

std::vector<std::string> write_rtl(const FileSet& files, const fs::path& dir) {
    std::vector<std::string> names;
    for (const auto& [name, text] : files) {
        if (!name.starts_with("rtl/") && !name.starts_with("axi/")) continue;
        fs::create_directories((dir / name).parent_path());
        std::ofstream(dir / name, std::ios::binary) << text;
        names.push_back(name);
    }
    return names;
}

/// Without the AXI wrapper.
std::vector<std::string> core_of(std::vector<std::string> files) {
    std::erase_if(files, [](const std::string& name) { return name.starts_with("axi/"); });
    return files;
}

/// Every tool must accept the files and print nothing.
void expect_clean(const std::vector<std::string>& files, const std::string& top,
                  const fs::path& dir, const std::vector<std::string>& parameters = {}) {
    std::vector<std::string> verilator = {"verilator", "--lint-only", "-Wall", "--top-module", top};
    std::vector<std::string> icarus = {"iverilog", "-g2005", "-Wall", "-s", top, "-o", "/dev/null"};
    std::string chparam;
    for (const std::string& p : parameters) {
        verilator.push_back("-G" + p);
        icarus.push_back("-P" + top + "." + p);
        const auto equals = p.find('=');
        chparam += " -set " + p.substr(0, equals) + " " + p.substr(equals + 1);
    }
    verilator.insert(verilator.end(), files.begin(), files.end());
    icarus.insert(icarus.end(), files.begin(), files.end());
    std::string script = "read_verilog";
    for (const std::string& f : files) script += " " + f;
    if (!chparam.empty()) script += "; chparam" + chparam + " " + top;
    script += "; hierarchy -check -top " + top + "; proc; check -assert";
    for (const auto& argv :
         {verilator, icarus, std::vector<std::string>{"yosys", "-q", "-p", script}}) {
        const ProcessResult result = run_process(argv, dir);
        EXPECT_EQ(result.status, 0) << argv[0] << ":\n" << result.output;
        EXPECT_EQ(result.output, "") << argv[0];
    }
}

class EmittedSpec : public testing::TestWithParam<std::string> {};

TEST_P(EmittedSpec, LintsCleanOnThreeTools) {
    const Design design = design_of(GetParam());
    const ScratchDir dir;
    const auto files = write_rtl(emit(design), dir.path());
    expect_clean(core_of(files), design.top, dir.path());
    expect_clean(files, design.top + "_axi", dir.path());
}

TEST_P(EmittedSpec, RegeneratesByteIdentically) {
    const FileSet files = emit(design_of(GetParam()));
    EXPECT_EQ(files, emit(design_of(GetParam())));
    const ScratchDir scratch;
    for (const char* run : {"a", "b"}) write_folder(files, scratch.path() / run);
    const ProcessResult diff = run_process({"diff", "-r", "a", "b"}, scratch.path());
    EXPECT_EQ(diff.status, 0) << diff.output;
    for (const auto& [name, text] : files) {
        EXPECT_EQ(text.find(scratch.path().string()), std::string::npos) << name;
        if (name.rfind("rtl/", 0) == 0) {
            EXPECT_NE(text.find("without conditions"), std::string::npos) << name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Examples, EmittedSpec, testing::ValuesIn(example_specs()),
                         [](const auto& spec) { return spec.param; });

/// One emitted folder serves other sizes by its parameters.
TEST(EmittedParameters, OtherSizesLintClean) {
    const Design design = design_of("lp8_ws_8x8");
    const ScratchDir dir;
    const auto files = core_of(write_rtl(emit(design), dir.path()));
    // 1, 3, 7, 255 rows of the buffer: no count that fits its port is too large.
    for (const auto& [rows, cols, lanes, post, rows_m] : {std::tuple{1, 1, 1, 1, 1},
                                                          {1, 5, 1, 2, 3},
                                                          {5, 1, 2, 1, 7},
                                                          {3, 7, 1, 7, 2},
                                                          {16, 16, 1, 4, 255}}) {
        SCOPED_TRACE(fmt::format("{}x{} lanes {} rows_m {}", rows, cols, lanes, rows_m));
        expect_clean(files, design.top, dir.path(),
                     {fmt::format("ROWS={}", rows), fmt::format("COLS={}", cols),
                      fmt::format("LANES={}", lanes), fmt::format("POST_LANES={}", post),
                      fmt::format("ROWS_M={}", rows_m)});
    }
}

TEST(EmittedParameters, OtherSizesOfOutputStationaryArraysLintClean) {
    const Design design = design_of("lp8_os_1x7");
    const ScratchDir dir;
    const auto files = core_of(write_rtl(emit(design), dir.path()));
    for (const auto& [rows, cols, lanes, post] :
         {std::tuple{1, 1, 1, 1}, {1, 5, 1, 2}, {5, 1, 2, 1}, {3, 7, 1, 7}, {16, 16, 1, 4}}) {
        SCOPED_TRACE(fmt::format("{}x{} lanes {}", rows, cols, lanes));
        expect_clean(files, design.top, dir.path(),
                     {fmt::format("ROWS={}", rows), fmt::format("COLS={}", cols),
                      fmt::format("LANES={}", lanes), fmt::format("POST_LANES={}", post)});
    }
}

/// A port, and a signal inside the array.
TEST(EmittedNames, ANameThatASignalHasIsRefused) {
    Spec spec = load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / "lp8_ws_3x7.json");
    for (const char* name : {"clk_i", "row_ok"}) {
        spec.name = name;
        try {
            emit(resolve(spec, "f.json"));
            ADD_FAILURE() << name;
        } catch (const InputError& e) {
            EXPECT_THAT(e.what(),
                        testing::StartsWith("f.json: /name: module \"" + std::string(name) + "\""));
        }
    }
}

/// Names that begin like the templates' own modules, and names of signals of other modules.
TEST(EmittedNames, ANameLikeATemplatePrefixLintsClean) {
    Spec spec = load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / "lp8_ws_3x7.json");
    for (const char* name : {"pf", "pf_log_pe", "pf_x", "a_row", "t", "shift", "row_valid_o"}) {
        SCOPED_TRACE(name);
        spec.name = name;
        const ScratchDir dir;
        const auto files = write_rtl(emit(resolve(spec)), dir.path());
        expect_clean(core_of(files), name, dir.path());
        expect_clean(files, std::string(name) + "_axi", dir.path());
    }
}

TEST(EmittedParameters, ImpossibleCombinationStopsElaboration) {
    const Design design = design_of("int8_ws_8x8");
    const ScratchDir dir;
    std::vector<std::string> argv = {"verilator", "--lint-only", "--top-module", design.top,
                                     "-GACC_W=12"};
    for (const std::string& f : core_of(write_rtl(emit(design), dir.path()))) argv.push_back(f);
    const ProcessResult result = run_process(argv, dir.path());
    EXPECT_NE(result.status, 0);
    EXPECT_NE(result.output.find("error_acc_w_is_below_the_partial_sum"), std::string::npos)
        << result.output;
}

TEST(Templates, ModulesOfTheWrapperLintOnTheirOwn) {
    const ScratchDir dir;
    for (const auto& [name, text] : axi_templates()) {
        if (!name.ends_with(".v")) continue;
        SCOPED_TRACE(name);
        std::ofstream(dir.path() / name, std::ios::binary) << text;
        expect_clean({name}, name.substr(0, name.size() - 2), dir.path());
    }
}

/// Modules that need no table lint on their own with their default parameters.
TEST(Templates, EachModuleLintsOnItsOwn) {
    const ScratchDir dir;
    for (const auto& [name, text] : rtl_templates()) {
        std::ofstream(dir.path() / name, std::ios::binary) << text;
    }
    for (const auto& [name, text] : rtl_templates()) {
        if (!name.ends_with(".v")) continue;
        SCOPED_TRACE(name);
        std::vector<std::string> files = {name};
        for (std::size_t i = 0; i < files.size(); ++i) {
            for (const std::string& module :
                 referenced_modules(std::string(rtl_templates().at(files[i])))) {
                const std::string file = "pf_" + module + ".v";
                const bool known = rtl_templates().count(file) != 0;
                if (known && std::find(files.begin(), files.end(), file) == files.end()) {
                    files.push_back(file);
                }
            }
        }
        expect_clean(files, name.substr(0, name.size() - 2), dir.path());
    }
}

}  // namespace
}  // namespace peforge
