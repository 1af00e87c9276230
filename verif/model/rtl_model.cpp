// SPDX-License-Identifier: Apache-2.0
#include "verif/model/rtl_model.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <functional>

#include "generator/spec/error.hpp"

namespace peforge {

namespace {

template <class Function>
Function symbol(void* library, const char* name) {
    void* address = dlsym(library, name);
    if (address == nullptr) throw CheckFailedError(fmt::format("simulation library: no {}", name));
    return reinterpret_cast<Function>(address);
}

PeforgeRtlSource source(const StreamBeats& beats, std::uint32_t pause) {
    return {beats.words.data(), beats.beats(), pause};
}

}  // namespace

struct RtlModel::Impl {
    Design design;
    std::unique_ptr<void, std::function<void(void*)>> library;
    std::unique_ptr<void, PeforgeRtlClose> array{nullptr, nullptr};
    PeforgeRtlOpen open = nullptr;
    PeforgeRtlRunFn run = nullptr;
    PeforgeRtlRecord record = nullptr;
    PeforgeRtlRecorded recorded = nullptr;
    PeforgeRtlCoverage coverage = nullptr;
    std::filesystem::path recording;
    bool was_reset = false;

    PeforgeRtlStats gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                         const Weights& weights, std::span<const golden::ColumnParams> columns,
                         bool relu, std::span<golden::Code> out, RtlModel& model) {
        Stretch stretch;
        stretch.start = was_reset ? Start::kClear : Start::kReset;
        stretch.beats = pack(design, shape, activations, weights, columns, relu);
        const StretchResult result = model.run(stretch);
        if (!result.moved || result.stats.protocol_errors != 0) {
            throw CheckFailedError(fmt::format(
                "{}: {}; {} of {} output beats came (m={} k={} n={})", design.top,
                result.moved ? "protocol errors"
                             : fmt::format("nothing moved for {} cycles", Stretch::kWatchdogCycles),
                result.stats.out_beats, stretch.beats.out.beats(), shape.m, shape.k, shape.n));
        }
        unpack(design, shape, result.out, out);
        return result.stats;
    }
};

RtlModel::RtlModel(const Design& design, const std::filesystem::path& cache_dir,
                   const RtlOptions& options)
    : RtlModel(design, emit(design), cache_dir, options) {}

RtlModel::RtlModel(const Design& design, const FileSet& files,
                   const std::filesystem::path& cache_dir, const RtlOptions& options)
    : impl_(std::make_unique<Impl>()) {
    const std::filesystem::path path = build_rtl_library(design.top, files, cache_dir, options);
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw CheckFailedError(dlerror());
    impl_->design = design;
    impl_->library = {library, [](void* handle) { dlclose(handle); }};
    impl_->open = symbol<PeforgeRtlOpen>(library, "peforge_rtl_open");
    impl_->run = symbol<PeforgeRtlRunFn>(library, "peforge_rtl_run");
    impl_->record = symbol<PeforgeRtlRecord>(library, "peforge_rtl_record");
    impl_->recorded = symbol<PeforgeRtlRecorded>(library, "peforge_rtl_recorded");
    impl_->coverage = symbol<PeforgeRtlCoverage>(library, "peforge_rtl_coverage");
    impl_->array = {impl_->open(1, options.waves.c_str(), 0),
                    symbol<PeforgeRtlClose>(library, "peforge_rtl_close")};
}

RtlModel::~RtlModel() = default;
RtlModel::RtlModel(RtlModel&&) noexcept = default;
RtlModel& RtlModel::operator=(RtlModel&&) noexcept = default;

StretchResult RtlModel::run(const Stretch& stretch) {
    const Beats& beats = stretch.beats;
    StretchResult result;
    result.out.words_per_beat = beats.out.words_per_beat;
    result.out.words.resize(beats.out.words.size());
    result.cycles.resize(beats.out.beats());
    const PeforgeRtlRun request{static_cast<std::uint32_t>(stretch.start),
                                stretch.stop_after,
                                stretch.clear_at,
                                stretch.watchdog,
                                source(beats.job, stretch.stall.job),
                                source(beats.prm, stretch.stall.prm),
                                source(beats.wgt, stretch.stall.wgt),
                                source(beats.act, stretch.stall.act),
                                stretch.pause_seed,
                                stretch.stall.out,
                                beats.out.beats(),
                                result.out.words.data(),
                                result.cycles.data()};
    result.moved = impl_->run(impl_->array.get(), &request, &result.stats) == 0;
    impl_->was_reset = impl_->was_reset || stretch.start == Start::kReset;
    result.out.words.resize(result.stats.out_beats * result.out.words_per_beat);
    result.cycles.resize(result.stats.out_beats);
    return result;
}

PeforgeRtlStats RtlModel::gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                               std::span<const golden::Code> weights,
                               std::span<const golden::ColumnParams> columns, bool relu,
                               std::span<golden::Code> out, const golden::RowLists& rows) {
    return impl_->gemm(shape, activations, {weights, nullptr, rows}, columns, relu, out, *this);
}

PeforgeRtlStats RtlModel::gemm(golden::GemmShape shape, std::span<const golden::Code> activations,
                               const golden::LutLayer& layer,
                               std::span<const golden::ColumnParams> columns, bool relu,
                               std::span<golden::Code> out) {
    return impl_->gemm(shape, activations, {{}, &layer, {}}, columns, relu, out, *this);
}

void RtlModel::open_mutant(std::uint32_t mutant) {
    impl_->array.reset();
    impl_->array.reset(impl_->open(1, nullptr, mutant));
    impl_->was_reset = false;
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

void RtlModel::write_coverage(const std::filesystem::path& file) const {
    impl_->coverage(impl_->array.get(), file.c_str());
}

}  // namespace peforge
