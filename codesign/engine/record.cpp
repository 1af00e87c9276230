// SPDX-License-Identifier: Apache-2.0
#include "codesign/engine/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "codesign/engine/engine.hpp"
#include "generator/emit/emit.hpp"
#include "synth/power/workload.hpp"

namespace peforge::codesign {

namespace fs = std::filesystem;

namespace {

/// The golden model, which keeps the activations of each layer's first GEMM.
class KeepingExecutor : public ArrayExecutor {
public:
    explicit KeepingExecutor(const Design& design) : golden_(design) {}

    GemmStats gemm(const ArrayLayer& layer, int m, std::span<const golden::Code> activations,
                   std::span<golden::Code> out) override {
        const std::size_t rows = std::min(m, kRecordedRows);
        const auto kept = activations.first(rows * static_cast<std::size_t>(layer.k));
        kept_.try_emplace(&layer, kept.begin(), kept.end());
        return golden_.gemm(layer, m, activations, out);
    }

    [[nodiscard]] const std::map<const ArrayLayer*, std::vector<golden::Code>>& kept() const {
        return kept_;
    }

private:
    GoldenExecutor golden_;
    std::map<const ArrayLayer*, std::vector<golden::Code>> kept_;
};

std::string folder_name(const std::string& layer) {
    std::string name = layer;
    for (char& c : name) {
        if (c == '/' || c == ' ') c = '_';
    }
    return name;
}

}  // namespace

void record_layers(const QuantNetwork& network, const Images& images, int count,
                   const fs::path& dir, const fs::path& cache_dir,
                   const std::function<void(std::string_view)>& progress) {
    const Engine engine(network);
    KeepingExecutor executor(network.design);
    std::vector<GemmStats> stats(network.graph.nodes.size());
    static_cast<void>(engine.run(images.range(0, count), count, executor, stats));
    const FileSet files = emit(network.design);
    fs::path fresh = dir.parent_path() / (dir.filename().string() + ".new");
    fs::remove_all(fresh);
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        if (!network.nodes[i].array) continue;
        const ArrayLayer& layer = *network.nodes[i].array;
        const auto kept = executor.kept().find(&layer);
        if (kept == executor.kept().end()) continue;
        const std::string& name = network.graph.nodes[i].name;
        progress(name);
        const fs::path folder = fresh / folder_name(name);
        fs::create_directories(folder);
        const int rows = static_cast<int>(kept->second.size()) / layer.k;
        const synth::power::GemmOperands gemm = {{rows, layer.k, layer.n},
                                                 kept->second,
                                                 {layer.weights, &layer.lut, layer.rows},
                                                 layer.columns,
                                                 layer.relu};
        synth::power::Workload workload =
            synth::power::record_gemms(network.design, files, gemm, gemm, folder, cache_dir);
        workload.description = fmt::format("layer {}, GEMM M={} K={} N={}, first {} image{}", name,
                                           rows, layer.k, layer.n, count, count == 1 ? "" : "s");
        synth::power::write_workload(network.design, workload, folder);
    }
    fs::rename(fresh, dir);
}

}  // namespace peforge::codesign
