// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/leaf/leaf_model.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "generator/support/process.hpp"

namespace peforge::leaf {

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string run(const std::vector<std::string>& argv, const fs::path& cwd) {
    const ProcessResult result = run_process(argv, cwd);
    if (result.status != 0) {
        throw std::runtime_error(argv[0] + " failed in " + cwd.string() + ":\n" + result.output);
    }
    return result.output;
}

fs::path verilator_include(const fs::path& cwd) {
    std::string root = run({"verilator", "--getenv", "VERILATOR_ROOT"}, cwd);
    while (!root.empty() && root.back() == '\n') root.pop_back();
    return fs::path(root) / "include";
}

std::vector<std::string> compiler(const fs::path& include) {
    return {"g++",
            "-std=c++17",
            "-O1",
            "-fPIC",
            "-DVM_SC=0",
            "-DVM_TRACE=0",
            "-DVM_TRACE_FST=0",
            "-DVM_TRACE_VCD=0",
            "-DVM_COVERAGE=0",
            "-I" + include.string(),
            "-I" + (include / "vltstd").string()};
}

/// Verilator's runtime takes longer to compile than a wrapper; its objects are kept.
fs::path runtime_object(const fs::path& cache, const fs::path& include, const std::string& source) {
    const fs::path object = cache / (source + ".o");
    if (fs::exists(object)) return object;
    const ScratchDir scratch(cache);
    std::vector<std::string> compile = compiler(include);
    compile.insert(compile.end(), {"-c", (include / source).string(), "-o", "runtime.o"});
    run(compile, scratch.path());
    fs::rename(scratch.path() / "runtime.o", object);
    return object;
}

fs::path build(const Wrapper& wrapper) {
    const fs::path driver =
        fs::path(PEFORGE_SOURCE_DIR) / "verif" / "benches" / "leaf" / "leaf_driver.cpp";
    std::string all = wrapper.text() + read(driver);
    for (const std::string& module : wrapper.modules()) all += module;
    const fs::path cache = fs::path(PEFORGE_BINARY_DIR) / "leaf";
    fs::create_directories(cache);
    const fs::path library = cache / fmt::format("{:016x}.so", std::hash<std::string>()(all));
    if (fs::exists(library)) return library;

    const ScratchDir scratch(cache);
    std::vector<std::string> verilate = {
        "verilator", "--cc",        "-Wall",  "-Wno-DECLFILENAME", "-O3",  "--x-initial",
        "unique",    "--prefix",    "Vleaf",  "--top-module",      "leaf", "-Mdir",
        "obj",       "--no-timing", "leaf.v", "--output-split",    "20000"};
    write(scratch.path() / "leaf.v", wrapper.text());
    for (std::size_t i = 0; i < wrapper.modules().size(); ++i) {
        const std::string name = fmt::format("modules{}.v", i);
        write(scratch.path() / name, wrapper.modules()[i]);
        verilate.push_back(name);
    }
    run(verilate, scratch.path());

    const fs::path include = verilator_include(scratch.path());
    std::vector<std::string> compile = compiler(include);
    compile.insert(compile.end(), {"-shared", "-Iobj", "-o", "leaf.so", driver.string()});
    for (const fs::directory_entry& entry : fs::directory_iterator(scratch.path() / "obj")) {
        if (entry.path().extension() == ".cpp") compile.push_back(entry.path().string());
    }
    for (const char* source : {"verilated.cpp", "verilated_threads.cpp"}) {
        if (fs::exists(include / source)) {
            compile.push_back(runtime_object(cache, include, source).string());
        }
    }
    compile.emplace_back("-pthread");
    run(compile, scratch.path());
    fs::rename(scratch.path() / "leaf.so", library);
    return library;
}

}  // namespace

Pins Wrapper::take(int& bits, int width) {
    const Pins p{bits, width};
    bits += width;
    return p;
}

std::string Wrapper::slice(const std::string& port, Pins p) {
    return fmt::format("{}[{}:{}]", port, p.lsb + p.width - 1, p.lsb);
}

std::string Wrapper::text() const {
    // Spare words keep both ports wide enough to be arrays of words in the Verilated model.
    return fmt::format(
        "/* verilator lint_off UNUSEDSIGNAL */\n"
        "module leaf (\n"
        "    input  wire         clk_i,\n"
        "    input  wire [{}:0] in_i,\n"
        "    output wire [{}:0] out_o\n"
        ");\n"
        "    assign out_o[{}:{}] = 0;\n"
        "{}\n"
        "endmodule\n",
        32 * in_words() - 1, 32 * out_words() - 1, 32 * out_words() - 1, out_bits_, body_);
}

Model::Model(const Wrapper& wrapper)
    : in_(static_cast<std::size_t>(wrapper.in_words())),
      out_(static_cast<std::size_t>(wrapper.out_words())) {
    const fs::path path = build(wrapper);
    library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) throw std::runtime_error(dlerror());
    eval_ = reinterpret_cast<Eval>(dlsym(library_, "leaf_eval"));
    self_ = reinterpret_cast<void* (*)(int)>(dlsym(library_, "leaf_open"))(1);
}

Model::~Model() {
    reinterpret_cast<void (*)(void*)>(dlsym(library_, "leaf_close"))(self_);
    dlclose(library_);
}

void Model::set(Pins p, std::uint64_t value) {
    for (int i = 0; i < p.width; ++i) {
        const auto word = static_cast<std::size_t>((p.lsb + i) / 32);
        const std::uint32_t mask = 1U << ((p.lsb + i) % 32);
        in_[word] = ((value >> i) & 1) != 0 ? in_[word] | mask : in_[word] & ~mask;
    }
}

std::uint64_t Model::get(Pins p) const {
    std::uint64_t value = 0;
    for (int i = 0; i < p.width; ++i) {
        const auto word = static_cast<std::size_t>((p.lsb + i) / 32);
        value |= static_cast<std::uint64_t>((out_[word] >> ((p.lsb + i) % 32)) & 1) << i;
    }
    return value;
}

void Model::eval() {
    eval_(self_, 0, in_.data(), out_.data());
}

void Model::tick() {
    eval_(self_, 0, in_.data(), out_.data());
    eval_(self_, 1, in_.data(), out_.data());
    eval_(self_, 0, in_.data(), out_.data());
}

}  // namespace peforge::leaf
