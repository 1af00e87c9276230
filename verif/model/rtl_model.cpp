// SPDX-License-Identifier: Apache-2.0
#include "verif/model/rtl_model.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <functional>

#include "generator/emit/emit.hpp"
#include "generator/spec/error.hpp"
#include "verif/model/beats.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge {

namespace {

/// Longer than any pause a legal stall pattern makes.
constexpr std::uint64_t kWatchdogCycles = 100000;

template <class Function>
Function symbol(void* library, const char* name) {
    void* address = dlsym(library, name);
    if (address == nullptr) throw CheckFailedError(fmt::format("simulation library: no {}", name));
    return reinterpret_cast<Function>(address);
}

}  // namespace

struct RtlModel::Impl {
    Design design;
    std::unique_ptr<void, std::function<void(void*)>> library;
    std::unique_ptr<void, PeforgeRtlClose> array{nullptr, nullptr};
    PeforgeRtlRunFn run = nullptr;
    PeforgeRtlOpenMutant open_mutant = nullptr;
    PeforgeRtlRecord record = nullptr;
    PeforgeRtlRecorded recorded = nullptr;
    std::filesystem::path recording;
    std::uint64_t watchdog = kWatchdogCycles;
    std::vector<golden::Job> last_plan;
    std::vector<std::uint64_t> last_cycles;

    PeforgeRtlStats gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                         const Weights& weights, std::span<const golden::ColumnParams> columns,
                         bool relu, std::span<golden::Code> out, const PeforgeRtlStall& stall) {
        Beats beats = pack(design, shape, activations, weights, columns, relu);
        last_cycles.assign(beats.out_beats, 0);
        std::vector<std::uint32_t> raw(beats.out_beats *
                                       static_cast<std::uint64_t>(beats.out_words));
        const PeforgeRtlRun request{beats.jobs.data(), beats.jobs.size(), beats.prm.data(),
                                    beats.wgt.data(),  beats.act.data(),  raw.data(),
                                    last_cycles.data()};
        PeforgeRtlStats stats{};
        if (run(array.get(), &request, &stall, watchdog, &stats) != 0) {
            throw CheckFailedError(fmt::format(
                "{}: nothing moved for {} cycles; {} of {} output beats came (m={} k={} n={})",
                design.top, watchdog, stats.out_beats, beats.out_beats, shape.m, shape.k, shape.n));
        }
        unpack(design, shape, beats, raw, out);
        last_plan = std::move(beats.plan);
        return stats;
    }
};

RtlModel::RtlModel(const Design& design, const std::filesystem::path& cache_dir,
                   const std::filesystem::path& waves)
    : RtlModel(design, emit(design), cache_dir, waves) {}

RtlModel::RtlModel(const Design& design, const FileSet& files,
                   const std::filesystem::path& cache_dir, const std::filesystem::path& waves)
    : impl_(std::make_unique<Impl>()) {
    const std::filesystem::path path =
        build_rtl_library(design.top, files, cache_dir, !waves.empty());
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw CheckFailedError(dlerror());
    impl_->design = design;
    impl_->library = {library, [](void* handle) { dlclose(handle); }};
    impl_->run = symbol<PeforgeRtlRunFn>(library, "peforge_rtl_run");
    impl_->open_mutant = symbol<PeforgeRtlOpenMutant>(library, "peforge_rtl_open_mutant");
    impl_->record = symbol<PeforgeRtlRecord>(library, "peforge_rtl_record");
    impl_->recorded = symbol<PeforgeRtlRecorded>(library, "peforge_rtl_recorded");
    const auto open = symbol<PeforgeRtlOpen>(library, "peforge_rtl_open");
    impl_->array = {open(1, waves.c_str()), symbol<PeforgeRtlClose>(library, "peforge_rtl_close")};
}

RtlModel::~RtlModel() = default;
RtlModel::RtlModel(RtlModel&&) noexcept = default;
RtlModel& RtlModel::operator=(RtlModel&&) noexcept = default;

PeforgeRtlStats RtlModel::gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                               std::span<const golden::Code> weights,
                               std::span<const golden::ColumnParams> columns, bool relu,
                               std::span<golden::Code> out, const PeforgeRtlStall& stall) {
    return impl_->gemm(shape, activations, {weights, nullptr}, columns, relu, out, stall);
}

PeforgeRtlStats RtlModel::gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                               const golden::LutLayer& layer,
                               std::span<const golden::ColumnParams> columns, bool relu,
                               std::span<golden::Code> out, const PeforgeRtlStall& stall) {
    return impl_->gemm(shape, activations, {{}, &layer}, columns, relu, out, stall);
}

void RtlModel::open_mutant(std::uint32_t mutant, std::uint64_t watchdog) {
    impl_->array.reset();
    impl_->array.reset(impl_->open_mutant(1, mutant));
    impl_->watchdog = watchdog;
}

void RtlModel::record(const std::filesystem::path& inputs, const std::filesystem::path& outputs) {
    if (impl_->record(impl_->array.get(), inputs.c_str(), outputs.c_str()) != 0) {
        throw InputError(inputs.parent_path().string(), "", "a recording cannot be written there");
    }
    impl_->recording = inputs.parent_path();
}

std::uint64_t RtlModel::recorded_cycles() {
    const std::uint64_t cycles = impl_->recorded(impl_->array.get());
    if (cycles == UINT64_MAX) {
        throw InputError(impl_->recording.string(), "",
                         "the recording cannot be written (disk full?)");
    }
    return cycles;
}

std::uint64_t RtlModel::output_cycle(int m, int n) const {
    std::size_t beat = 0;
    for (const golden::Job& job : impl_->last_plan) {
        if (m >= job.m0 && m < job.m0 + job.m && n >= job.n0 && n < job.n0 + job.n) {
            return impl_->last_cycles[beat + static_cast<std::size_t>(m - job.m0)];
        }
        beat += static_cast<std::size_t>(job.m);
    }
    return 0;
}

}  // namespace peforge
