// SPDX-License-Identifier: Apache-2.0
#include "verif/harness/rtl_build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "verif/harness/sources.hpp"

namespace peforge {

namespace fs = std::filesystem;

namespace {

std::uint64_t fnv1a(std::uint64_t hash, std::string_view text) {
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001B3ULL;
    }
    return hash;
}

void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

void run_or_fail(const std::vector<std::string>& argv, const fs::path& cwd) {
    const ProcessResult result = run_process(argv, cwd);
    if (result.status != 0) {
        throw CheckFailedError(fmt::format("{} failed on the generated RTL:\n{}", argv[0], result.output));
    }
}

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

}  // namespace

fs::path default_cache_dir() {
    if (const char* dir = std::getenv("PEFORGE_CACHE")) return dir;
    if (const char* dir = std::getenv("XDG_CACHE_HOME")) return fs::path(dir) / "peforge";
    if (const char* dir = std::getenv("HOME")) return fs::path(dir) / ".cache" / "peforge";
    return fs::temp_directory_path() / "peforge-cache";
}

fs::path build_rtl_library(const std::string& top, const FileSet& files, const fs::path& cache_dir,
                           bool waves) {
    require_program("verilator", "verilator");
    require_program("g++", "g++");
    const std::string version = trimmed(run_process({"verilator", "--version"}, ".").output);
    const std::string root =
        trimmed(run_process({"verilator", "--getenv", "VERILATOR_ROOT"}, ".").output);
    const fs::path include = fs::path(root) / "include";

    const std::vector<std::string> cxx = {"g++",    "-std=c++17",   "-O3",        "-march=native",
                                          "-fPIC",  "-shared",      "-DVM_SC=0",  "-DVM_COVERAGE=0",
                                          "-DVM_TRACE_VCD=0"};
    std::uint64_t hash = fnv1a(0xCBF29CE484222325ULL, version);
    for (const std::string& flag : cxx) hash = fnv1a(hash, flag);
    for (const auto& [name, text] : files) hash = fnv1a(fnv1a(hash, name), text);
    for (const auto& [name, text] : simulation_sources()) hash = fnv1a(fnv1a(hash, name), text);
    const fs::path library =
        cache_dir / fmt::format("{}-{:016x}{}.so", top, hash, waves ? "-waves" : "");
    if (fs::exists(library)) return library;

    const ScratchDir scratch(cache_dir);
    std::vector<std::string> verilate = {"verilator", "--cc", "-Wall", "-O3", "--x-assign",
                                         "unique", "--x-initial", "unique", "--prefix", "Vdut",
                                         "--top-module", top, "-Mdir", "obj"};
    if (waves) verilate.emplace_back("--trace-fst");
    for (const auto& [name, text] : files) {
        write(scratch.path() / name, text);
        if (name.rfind("rtl/", 0) == 0) verilate.push_back(name);
    }
    write(scratch.path() / "binding.hpp", files.at("bench/" + top + "_binding.hpp"));
    for (const auto& [name, text] : simulation_sources()) write(scratch.path() / name, text);
    run_or_fail(verilate, scratch.path());

    std::vector<std::string> compile = cxx;
    compile.insert(compile.end(), {waves ? "-DVM_TRACE=1" : "-DVM_TRACE=0",
                                   waves ? "-DVM_TRACE_FST=1" : "-DVM_TRACE_FST=0", "-I.", "-Iobj",
                                   "-I" + include.string(), "-I" + (include / "vltstd").string(),
                                   "-o", "model.so", "rtl_driver.cpp"});
    std::vector<std::string> generated;
    for (const fs::directory_entry& entry : fs::directory_iterator(scratch.path() / "obj")) {
        if (entry.path().extension() == ".cpp") generated.push_back(entry.path().string());
    }
    std::sort(generated.begin(), generated.end());
    compile.insert(compile.end(), generated.begin(), generated.end());
    for (const char* source : {"verilated.cpp", "verilated_threads.cpp"}) {
        if (fs::exists(include / source)) compile.push_back((include / source).string());
    }
    if (waves) {
        compile.push_back((include / "verilated_fst_c.cpp").string());
        compile.emplace_back("-lz");
    }
    compile.emplace_back("-pthread");
    run_or_fail(compile, scratch.path());
    fs::rename(scratch.path() / "model.so", library);
    return library;
}

}  // namespace peforge
