// SPDX-License-Identifier: Apache-2.0
#include "verif/model/rtl_build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <system_error>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
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

/// Files of an emitted folder that a simulation is made of.
bool simulated(const std::string& name) {
    return name.starts_with("rtl/") || name.ends_with("_binding.hpp");
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
/// -fno-gnu-unique: several libraries in one process keep their own schedulers.
std::vector<std::string> compiler(const fs::path& include, const RtlOptions& options) {
    const char* trace = options.waves.empty() ? "0" : "1";
    return {"g++",
            "-std=c++20",
            "-march=native",
            "-fPIC",
            "-fno-gnu-unique",
            "-pthread",
            "-DVM_SC=0",
            fmt::format("-DVM_COVERAGE={}", options.coverage ? "1" : "0"),
            fmt::format("-DVM_TRACE={}", trace),
            fmt::format("-DVM_TRACE_FST={}", trace),
            "-I.",
            "-Iobj",
            "-isystem",
            include.string(),
            "-isystem",
            (include / "vltstd").string()};
}

std::vector<std::string> with(std::vector<std::string> argv, const std::vector<std::string>& more) {
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
}

/// The coroutine harness's headers below coco/, its scheduler beside them.
void write_harness(const fs::path& dir) {
    for (const auto& [name, text] : harness_sources()) {
        write_file(dir / (fs::path(name).extension() == ".hpp" ? "coco/" + name : name), text);
    }
}

/// The kind of library in file names.
std::string suffix(const RtlOptions& options) {
    return std::string(options.waves.empty() ? "" : "-waves") + (options.coverage ? "-cov" : "") +
           (options.brief ? "-brief" : "") + (options.loops ? "-loops" : "");
}

/// Without the files.
std::vector<std::string> verilator_command(const std::string& top, const RtlOptions& options) {
    std::vector<std::string> words = {
        "verilator", "--cc",     "-Wall", "-O3",          "--x-assign", "unique", "--x-initial",
        "unique",    "--prefix", "Vdut",  "--top-module", top,          "-Mdir",  "obj"};
    if (!options.waves.empty()) words.emplace_back("--trace-fst");
    // These passes of Verilator 5.006 make wrong code of some netlists with loops.
    if (options.loops) words.insert(words.end(), {"-fno-dfg", "-fno-expand"});
    if (options.coverage) {
        // Known initial values: random ones would count as toggles. No tables: they lose the counts
        // of the case statements that they replace.
        words.insert(words.end(), {"--x-initial", "0", "-fno-table"});
        words.emplace_back("--coverage-line");
        words.emplace_back("--coverage-toggle");
    }
    return words;
}

/// Verilator's run-time library and the harness as one object, built once per cache.
fs::path runtime_object(const fs::path& cache_dir, const fs::path& include, std::uint64_t hash,
                        const RtlOptions& options) {
    const fs::path object = cache_dir / fmt::format("runtime-{:016x}{}.o", hash, suffix(options));
    if (fs::exists(object)) return object;
    const ScratchDir scratch(cache_dir);
    std::string text;
    std::vector<std::string> sources = {"verilated.cpp", "verilated_threads.cpp"};
    if (options.coverage) sources.emplace_back("verilated_cov.cpp");
    if (!options.waves.empty()) sources.emplace_back("verilated_fst_c.cpp");
    for (const std::string& source : sources) {
        if (fs::exists(include / source)) text += fmt::format("#include \"{}\"\n", source);
    }
    write_file(scratch.path() / "verilated_all.cpp", text);
    write_harness(scratch.path());
    const std::vector<std::string> cxx = compiler(include, options);
    run_or_fail(with(cxx, {"-O1", "-c", "verilated_all.cpp"}), scratch.path());
    run_or_fail(with(cxx, {"-O2", "-c", "scheduler.cpp"}), scratch.path());
    run_or_fail({"ld", "-r", "verilated_all.o", "scheduler.o", "-o", "runtime.o"}, scratch.path());
    fs::rename(scratch.path() / "runtime.o", object);
    return object;
}

/// The driver as an object. It knows the array by its ports alone, so that arrays which differ
/// inside (mutants, planted bugs) share it. `hash`: tools, driver and interface; sources are in
/// `scratch`.
fs::path driver_object(const fs::path& cache_dir, const fs::path& scratch,
                       const std::vector<std::string>& cxx, std::uint64_t hash,
                       const RtlOptions& options) {
    hash = fnv1a(fnv1a(hash, read_file(scratch / "binding.hpp")),
                 read_file(scratch / "obj" / "Vdut.h"));
    const fs::path object = cache_dir / fmt::format("driver-{:016x}{}.o", hash, suffix(options));
    if (fs::exists(object)) return object;
    run_or_fail(with(cxx, {options.brief ? "-O0" : "-O2", "-c", "driver.cpp"}), scratch);
    fs::rename(scratch / "driver.o", object);
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
                           const RtlOptions& options) {
    require_program("verilator", "verilator");
    require_program("g++", "g++");
    const std::string version = trimmed(run_process({"verilator", "--version"}, ".").output);
    const fs::path include =
        fs::path(trimmed(run_process({"verilator", "--getenv", "VERILATOR_ROOT"}, ".").output)) /
        "include";
    const std::string_view driver =
        options.driver.empty() ? simulation_sources().at("rtl_driver.cpp") : options.driver;
    const std::string_view abi = simulation_sources().at("rtl_abi.h");
    const std::vector<std::string> cxx = compiler(include, options);

    std::uint64_t tools = std::accumulate(cxx.begin(), cxx.end(), fnv1a(kFnvBasis, version), fnv1a);
    for (const auto& [name, text] : harness_sources()) tools = fnv1a(fnv1a(tools, name), text);
    const std::uint64_t driving = fnv1a(fnv1a(tools, driver), abi);
    std::uint64_t hash = driving;
    for (const std::string& word : verilator_command(top, options)) hash = fnv1a(hash, word);
    for (const auto& [name, text] : files) {
        if (simulated(name)) hash = fnv1a(fnv1a(hash, name), text);
    }
    const fs::path library = cache_dir / fmt::format("{}-{:016x}{}.so", top, hash, suffix(options));
    if (fs::exists(library)) return library;

    // Of several processes that want the same model one builds it.
    fs::create_directories(cache_dir);
    const FileLock lock(cache_dir / (library.stem().string() + ".lock"));
    if (fs::exists(library)) return library;
    const ScratchDir scratch(cache_dir);
    const fs::path runtime = runtime_object(cache_dir, include, tools, options);
    std::vector<std::string> verilate = verilator_command(top, options);
    for (const auto& [name, text] : files) {
        if (!simulated(name)) continue;
        write_file(scratch.path() / name, text);
        if (name.starts_with("rtl/")) verilate.push_back(name);
    }
    write_file(scratch.path() / "binding.hpp", files.at("bench/" + top + "_binding.hpp"));
    write_file(scratch.path() / "rtl_abi.h", abi);
    write_file(scratch.path() / "driver.cpp", driver);
    write_harness(scratch.path());
    run_or_fail(verilate, scratch.path());

    std::vector<fs::path> generated;
    for (const fs::directory_entry& entry : fs::directory_iterator(scratch.path() / "obj")) {
        if (entry.path().extension() == ".cpp") generated.push_back(entry.path());
    }
    std::sort(generated.begin(), generated.end());
    if (options.brief) {
        // One translation unit: most of the time goes into Verilator's headers.
        write_file(scratch.path() / "fast.cpp", unity(generated, false) + unity(generated, true));
        write_file(scratch.path() / "slow.cpp", "");
    } else {
        write_file(scratch.path() / "fast.cpp", unity(generated, false));
        write_file(scratch.path() / "slow.cpp", unity(generated, true));
    }
    // Initialisation code runs once; optimising it costs more than it gains.
    run_or_fail(with(cxx, {"-O0", "-c", "slow.cpp"}), scratch.path());
    const bool fast = !options.coverage && !options.brief;
    run_or_fail(with(cxx, {fast ? "-O2" : "-O0", "-c", "fast.cpp"}), scratch.path());
    const fs::path drive = driver_object(cache_dir, scratch.path(), cxx, driving, options);
    run_or_fail(with(cxx, {"-shared", "-o", "model.so", "fast.o", "slow.o", drive.string(),
                           runtime.string(), options.waves.empty() ? "-pthread" : "-lz"}),
                scratch.path());
    fs::rename(scratch.path() / "model.so", library);
    return library;
}

}  // namespace peforge
