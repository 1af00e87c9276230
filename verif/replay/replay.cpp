// SPDX-License-Identifier: Apache-2.0
#include "verif/replay/replay.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "generator/support/sha256.hpp"

namespace peforge::replay {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Writes the RTL below `dir` and returns the names.
std::vector<std::string> write_rtl(const FileSet& files, const fs::path& dir) {
    std::vector<std::string> names;
    for (const auto& [name, text] : files) {
        if (name.rfind("rtl/", 0) != 0) continue;
        write_file(dir / name, text);
        names.push_back(name);
    }
    return names;
}

ProcessResult run_or_fail(const std::vector<std::string>& argv, const fs::path& cwd) {
    ProcessResult result = run_process(argv, cwd);
    if (result.status != 0) {
        throw CheckFailedError(
            fmt::format("{} failed on the generated RTL:\n{}", argv[0], result.output));
    }
    return result;
}

/// Reports how far a simulator is from the size of the file it writes, until its end of life.
class Watch {
public:
    Watch(fs::path outputs, std::size_t line_bytes, const Progress& progress) {
        if (!progress) return;
        thread_ = std::thread([this, outputs = std::move(outputs), line_bytes, &progress] {
            std::unique_lock lock(mutex_);
            while (!wake_.wait_for(lock, std::chrono::milliseconds(300), [this] { return end_; })) {
                std::error_code missing;
                const auto bytes = fs::file_size(outputs, missing);
                if (!missing) progress(bytes / line_bytes);
            }
        });
    }
    ~Watch() {
        if (!thread_.joinable()) return;
        {
            const std::lock_guard lock(mutex_);
            end_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool end_ = false;
    std::thread thread_;
};

fs::path cxxrtl_include() {
    const fs::path yosys = require_program("yosys", "yosys");
    const fs::path include = yosys.parent_path().parent_path() / "share/yosys/include";
    if (!fs::exists(include / "backends/cxxrtl/cxxrtl.h")) {
        throw MissingToolError("cxxrtl.h of Yosys", "apt-get install yosys-dev");
    }
    return include;
}

ReplayTimes replay_icarus(const Design& design, const FileSet& files, const Layout& layout,
                          const fs::path& inputs, const fs::path& dir, const Progress& progress) {
    ReplayTimes times;
    auto start = Clock::now();
    write_file(dir / "replay.v", icarus_bench(design.top, layout));
    std::vector<std::string> argv = {
        "iverilog", "-g2005",     "-Wall",   "-s", design.top + "_replay",
        "-o",       "replay.vvp", "replay.v"};
    const std::vector<std::string> rtl = write_rtl(files, dir);
    argv.insert(argv.end(), rtl.begin(), rtl.end());
    const std::string warnings = run_or_fail(argv, dir).output;
    if (!warnings.empty()) {
        throw CheckFailedError("iverilog -Wall is not silent on the generated RTL:\n" + warnings);
    }
    times.build_seconds = seconds_since(start);

    start = Clock::now();
    fs::create_symlink(inputs, dir / "inputs.hex");
    std::string said;
    {
        const Watch watch(dir / "outputs.hex", layout.output_digits() + 1, progress);
        said = run_or_fail({"vvp", "-n", "replay.vvp"}, dir).output;
    }
    if (said.find("done: ") == std::string::npos) {
        throw CheckFailedError("vvp did not finish the replay:\n" + said);
    }
    times.run_seconds = seconds_since(start);
    return times;
}

/// The replay program of a design, from the cache if it is there.
fs::path cxxrtl_program(const Design& design, const FileSet& files, const Layout& layout,
                        const fs::path& cache_dir) {
    const fs::path include = cxxrtl_include();
    const std::string main = cxxrtl_main(design.top, layout);
    // Flattened, an array of 16x16 PEs takes a compiler many minutes; a class per module takes
    // seconds.
    const std::string script =
        fmt::format("hierarchy -check -top {}; proc; opt_clean; write_cxxrtl -noflatten -g0 dut.cc",
                    design.top);
    // Yosys moves a memory's read enable behind the read, so that an idle port may point past the
    // end (NDEBUG); the value is not used then, or the comparison shows it.
    const std::vector<std::string> compile = {
        "g++",     "-std=c++17", "-O2",   "-w", "-DCXXRTL_NDEBUG", "-I" + include.string(),
        "main.cc", "-o",         "replay"};

    Sha256 hash;
    hash.update(run_process({"yosys", "-V"}, ".").output);
    hash.update(script);
    hash.update(main);
    for (const std::string& word : compile) hash.update(word);
    for (const auto& [name, text] : files) {
        if (name.rfind("rtl/", 0) == 0) hash.update(name + "\n" + text);
    }
    const fs::path program =
        cache_dir / fmt::format("{}-{}-cxxrtl", design.top, hash.hex().substr(0, 16));
    if (fs::exists(program)) return program;

    const ScratchDir scratch(cache_dir);
    std::string read = "read_verilog";
    for (const std::string& name : write_rtl(files, scratch.path())) read += " " + name;
    write_file(scratch.path() / "main.cc", main);
    run_or_fail({"yosys", "-q", "-p", read + "; " + script}, scratch.path());
    run_or_fail(compile, scratch.path());
    fs::rename(scratch.path() / "replay", program);
    return program;
}

ReplayTimes replay_cxxrtl(const Design& design, const FileSet& files, const Layout& layout,
                          const fs::path& inputs, const fs::path& dir, const fs::path& cache_dir,
                          const Progress& progress) {
    ReplayTimes times;
    auto start = Clock::now();
    const fs::path program = cxxrtl_program(design, files, layout, cache_dir);
    times.build_seconds = seconds_since(start);
    start = Clock::now();
    const Watch watch(dir / "outputs.hex", layout.output_digits() + 1, progress);
    const ProcessResult result =
        run_process({program.string(), inputs.string(), "outputs.hex"}, dir);
    if (result.status != 0) {
        throw CheckFailedError(
            fmt::format("the CXXRTL model ended with status {} {}", result.status, result.output));
    }
    times.run_seconds = seconds_since(start);
    return times;
}

}  // namespace

void require_simulator(const std::string& simulator) {
    if (simulator == "icarus") {
        require_program("iverilog", "iverilog");
        require_program("vvp", "iverilog");
    } else if (simulator == "cxxrtl") {
        cxxrtl_include();
        require_program("g++", "g++");
    }
}

ReplayTimes replay(const std::string& simulator, const Design& design, const FileSet& files,
                   const Layout& layout, const fs::path& inputs, const fs::path& dir,
                   const fs::path& cache_dir, const Progress& progress) {
    require_simulator(simulator);
    if (simulator == "icarus") {
        return replay_icarus(design, files, layout, inputs, dir, progress);
    }
    if (simulator == "cxxrtl") {
        return replay_cxxrtl(design, files, layout, inputs, dir, cache_dir, progress);
    }
    throw InputError("--sim", "",
                     fmt::format("\"{}\" is not available; allowed: icarus, cxxrtl", simulator));
}

}  // namespace peforge::replay
