// SPDX-License-Identifier: Apache-2.0
#include "verif/axi/axi_model.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <functional>
#include <map>
#include <string_view>

#include "generator/spec/error.hpp"
#include "generator/support/sha256.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge {

/// axi_abi.h, axi_driver.cpp and the bus kit's sources by name.
const std::map<std::string, std::string_view>& axi_bench_sources();

namespace {

/// The wrapper with the core as rtl/, as build_rtl_library wants them, and the signals that the
/// driver looks at.
FileSet wrapper_files(const Design& design, const FileSet& files) {
    FileSet all;
    for (const auto& [name, text] : files) {
        if (name.starts_with("rtl/")) all[name] = text;
        if (name.starts_with("axi/")) all["rtl/" + name.substr(4)] = text;
    }
    const std::string binding = "bench/" + axi_top(design) + "_binding.hpp";
    all[binding] = files.at(binding);
    std::string& visible = all["rtl/visible.vlt"];
    visible = "`verilator_config\n";
    for (const char* name : {"core_cycles", "core_saturations", "core_nar_count", "core_error",
                             "core_busy", "wgt_valid", "wgt_ready", "act_valid", "act_ready"}) {
        visible +=
            fmt::format("public_flat_rd -module \"{}\" -var \"{}\"\n", axi_top(design), name);
    }
    return all;
}

/// The driver knows signals inside the model, whose places differ between models with the same
/// ports: its text says which model it is for, so that no other one takes its object.
std::string driver(const Design& design, const FileSet& wrapper) {
    const auto& sources = axi_bench_sources();
    Sha256 model;
    for (const auto& [name, content] : wrapper) model.update(content);
    std::string text = fmt::format("// {}\n#define CORE(x) dut_.model().rootp->{}__DOT__##x\n",
                                   model.hex(), axi_top(design));
    for (const char* name : {"axi_abi.h", "axi_stream.cpp", "axi_lite.cpp", "axi_driver.cpp"}) {
        std::string part(sources.at(name));
        const std::string once = "#pragma once";
        if (const auto at = part.find(once); at != std::string::npos) part.erase(at, once.size());
        text += part;
    }
    return text;
}

}  // namespace

struct AxiModel::Impl {
    template <class Function>
    Function symbol(const char* name) const {
        void* address = dlsym(library.get(), name);
        if (address == nullptr) {
            throw CheckFailedError(fmt::format("simulation library: no {}", name));
        }
        return reinterpret_cast<Function>(address);
    }

    std::size_t out_bytes = 0;
    std::unique_ptr<void, std::function<void(void*)>> library;
    std::unique_ptr<void, PeforgeAxiClose> wrapper{nullptr, nullptr};
    PeforgeAxiReset reset = nullptr;
    PeforgeAxiStop stop = nullptr;
    PeforgeAxiSetPauses set_pauses = nullptr;
    PeforgeAxiWrite write = nullptr;
    PeforgeAxiRead read = nullptr;
    PeforgeAxiSend send = nullptr;
    PeforgeAxiStep step = nullptr;
    PeforgeAxiTake take = nullptr;
    PeforgeAxiStatsFn stats = nullptr;
};

AxiModel::AxiModel(const Design& design, const FileSet& files,
                   const std::filesystem::path& cache_dir, std::uint64_t seed,
                   const std::filesystem::path& waves)
    : impl_(std::make_unique<Impl>()) {
    RtlOptions options;
    options.waves = waves;
    options.brief = true;
    const FileSet wrapper = wrapper_files(design, files);
    options.driver = driver(design, wrapper);
    const std::filesystem::path path =
        build_rtl_library(axi_top(design), wrapper, cache_dir, options);
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw CheckFailedError(dlerror());
    impl_->library = {library, [](void* handle) { dlclose(handle); }};
    impl_->out_bytes = static_cast<std::size_t>(axi_streams(design).back().bytes());
    impl_->reset = impl_->symbol<PeforgeAxiReset>("peforge_axi_reset");
    impl_->stop = impl_->symbol<PeforgeAxiStop>("peforge_axi_stop");
    impl_->set_pauses = impl_->symbol<PeforgeAxiSetPauses>("peforge_axi_set_pauses");
    impl_->write = impl_->symbol<PeforgeAxiWrite>("peforge_axi_write");
    impl_->read = impl_->symbol<PeforgeAxiRead>("peforge_axi_read");
    impl_->send = impl_->symbol<PeforgeAxiSend>("peforge_axi_send");
    impl_->step = impl_->symbol<PeforgeAxiStep>("peforge_axi_step");
    impl_->take = impl_->symbol<PeforgeAxiTake>("peforge_axi_take");
    impl_->stats = impl_->symbol<PeforgeAxiStatsFn>("peforge_axi_stats");
    impl_->wrapper = {impl_->symbol<PeforgeAxiOpen>("peforge_axi_open")(seed, waves.c_str()),
                      impl_->symbol<PeforgeAxiClose>("peforge_axi_close")};
}

AxiModel::~AxiModel() = default;
AxiModel::AxiModel(AxiModel&&) noexcept = default;
AxiModel& AxiModel::operator=(AxiModel&&) noexcept = default;

void AxiModel::reset() {
    impl_->reset(impl_->wrapper.get());
}

void AxiModel::stop() {
    impl_->stop(impl_->wrapper.get());
}

void AxiModel::set_pauses(const PeforgeAxiPauses& pauses, std::uint64_t seed) {
    impl_->set_pauses(impl_->wrapper.get(), &pauses, seed);
}

AxiAccess AxiModel::write(std::uint32_t address, std::uint32_t data, std::uint32_t strobe) {
    return {impl_->write(impl_->wrapper.get(), address, data, strobe), 0};
}

AxiAccess AxiModel::read(std::uint32_t address) {
    AxiAccess access;
    access.response = impl_->read(impl_->wrapper.get(), address, &access.data);
    return access;
}

void AxiModel::send(std::uint32_t stream, const AxiBeat& beat) {
    impl_->send(impl_->wrapper.get(), stream, beat.tdata.data(), beat.last ? 1 : 0);
}

void AxiModel::step(std::uint64_t cycles) {
    impl_->step(impl_->wrapper.get(), cycles);
}

std::optional<AxiBeat> AxiModel::take() {
    AxiBeat beat;
    beat.tdata.resize(impl_->out_bytes);
    std::uint32_t last = 0;
    if (impl_->take(impl_->wrapper.get(), beat.tdata.data(), &last) == 0) return std::nullopt;
    beat.last = last != 0;
    return beat;
}

PeforgeAxiStats AxiModel::stats() const {
    PeforgeAxiStats stats{};
    impl_->stats(impl_->wrapper.get(), &stats);
    return stats;
}

}  // namespace peforge
