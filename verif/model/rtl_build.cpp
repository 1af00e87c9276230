// SPDX-License-Identifier: Apache-2.0
#include "verif/model/rtl_build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <system_error>

#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "verif/model/sources.hpp"

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
    std::ofstream(path, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
}

constexpr std::uint64_t kFnvBasis = 0xCBF29CE484222325ULL;

void run_or_fail(const std::vector<std::string>& argv, const fs::path& cwd) {
    const ProcessResult result = run_process(argv, cwd);
    if (result.status != 0) {
        throw CheckFailedError(
            fmt::format("{} failed on the generated RTL:\n{}", argv[0], result.output));
    }
}

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

/// One translation unit that includes the generated sources, as Verilator's own make files do.
std::string unity(const std::vector<fs::path>& sources, bool slow) {
    std::string text;
    for (const fs::path& source : sources) {
        const bool is_slow = source.stem().string().find("Slow") != std::string::npos;
        if (is_slow == slow) text += fmt::format("#include \"{}\"\n", source.string());
    }
    return text;
}

/// Flags of every compilation. -march=native: the library is used where it is built.
std::vector<std::string> compiler(const fs::path& include, bool waves) {
    const char* trace = waves ? "1" : "0";
    return {"g++",
            "-std=c++17",
            "-march=native",
            "-fPIC",
            "-pthread",
            "-DVM_SC=0",
            "-DVM_COVERAGE=0",
            fmt::format("-DVM_TRACE={}", trace),
            fmt::format("-DVM_TRACE_FST={}", trace),
            "-I.",
            "-Iobj",
            "-I" + include.string(),
            "-I" + (include / "vltstd").string()};
}

std::vector<std::string> with(std::vector<std::string> argv, const std::vector<std::string>& more) {
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
}

/// Verilator's run-time library as one object, built once per cache.
fs::path runtime_object(const fs::path& cache_dir, const fs::path& include, std::uint64_t hash,
                        bool waves) {
    const fs::path object =
        cache_dir / fmt::format("verilated-{:016x}{}.o", hash, waves ? "-waves" : "");
    if (fs::exists(object)) return object;
    const ScratchDir scratch(cache_dir);
    std::string text;
    for (const char* source : {"verilated.cpp", "verilated_threads.cpp"}) {
        if (fs::exists(include / source)) text += fmt::format("#include \"{}\"\n", source);
    }
    if (waves) text += "#include \"verilated_fst_c.cpp\"\n";
    write(scratch.path() / "runtime.cpp", text);
    run_or_fail(with(compiler(include, waves), {"-O1", "-c", "runtime.cpp", "-o", "runtime.o"}),
                scratch.path());
    fs::rename(scratch.path() / "runtime.o", object);
    return object;
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
    const fs::path include =
        fs::path(trimmed(run_process({"verilator", "--getenv", "VERILATOR_ROOT"}, ".").output)) /
        "include";
    const std::vector<std::string> cxx = compiler(include, waves);

    const std::uint64_t tools =
        std::accumulate(cxx.begin(), cxx.end(), fnv1a(kFnvBasis, version), fnv1a);
    std::uint64_t hash = tools;
    for (const auto& [name, text] : files) hash = fnv1a(fnv1a(hash, name), text);
    for (const auto& [name, text] : simulation_sources()) hash = fnv1a(fnv1a(hash, name), text);
    const fs::path library =
        cache_dir / fmt::format("{}-{:016x}{}.so", top, hash, waves ? "-waves" : "");
    if (fs::exists(library)) return library;

    const ScratchDir scratch(cache_dir);
    const fs::path runtime = runtime_object(cache_dir, include, tools, waves);
    std::vector<std::string> verilate = {
        "verilator", "--cc",     "-Wall", "-O3",          "--x-assign", "unique", "--x-initial",
        "unique",    "--prefix", "Vdut",  "--top-module", top,          "-Mdir",  "obj"};
    if (waves) verilate.emplace_back("--trace-fst");
    for (const auto& [name, text] : files) {
        write(scratch.path() / name, text);
        if (name.rfind("rtl/", 0) == 0) verilate.push_back(name);
    }
    write(scratch.path() / "binding.hpp", files.at("bench/" + top + "_binding.hpp"));
    for (const auto& [name, text] : simulation_sources()) write(scratch.path() / name, text);
    run_or_fail(verilate, scratch.path());

    std::vector<fs::path> generated;
    for (const fs::directory_entry& entry : fs::directory_iterator(scratch.path() / "obj")) {
        if (entry.path().extension() == ".cpp") generated.push_back(entry.path());
    }
    std::sort(generated.begin(), generated.end());
    // Initialisation code runs once; optimising it costs more than it gains.
    write(scratch.path() / "fast.cpp", unity(generated, false) + "#include \"rtl_driver.cpp\"\n");
    write(scratch.path() / "slow.cpp", unity(generated, true));
    run_or_fail(with(cxx, {"-O2", "-c", "fast.cpp"}), scratch.path());
    run_or_fail(with(cxx, {"-O0", "-c", "slow.cpp"}), scratch.path());
    run_or_fail(with(cxx, {"-shared", "-o", "model.so", "fast.o", "slow.o", runtime.string(),
                           waves ? "-lz" : "-pthread"}),
                scratch.path());
    fs::rename(scratch.path() / "model.so", library);
    return library;
}

}  // namespace peforge
