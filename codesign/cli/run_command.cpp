// peforge run: quantise a network, run it on an array, report.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/cli/run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "codesign/cli/report.hpp"
#include "codesign/engine/engine.hpp"
#include "codesign/engine/parallel.hpp"
#include "codesign/engine/record.hpp"
#include "codesign/fp32/reference.hpp"
#include "codesign/graph/onnx_import.hpp"
#include "codesign/quant/quantise.hpp"
#include "generator/emit/emit.hpp"
#include "generator/spec/error.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge::codesign {

namespace {

namespace fs = std::filesystem;

/// Images per GEMM call on the golden model; its results do not depend on it.
constexpr int kGoldenBatch = 16;

/// Images per call of the fp32 reference.
constexpr int kReferenceBatch = 32;

/// One line on a terminal, none in a pipe.
class Progress {
public:
    explicit Progress(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) == 1) {}
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(const std::string& text) const {
        if (shown_) {
            fmt::print(stderr, "\r\033[K{}", text);
            std::fflush(stderr);
        }
    }
    void clear() const { show(""); }

private:
    bool shown_;
};

/// Folder of the committed network and data: beside the build tree the program stands in, else
/// where it was compiled.
fs::path demonstration_folder() {
    std::error_code none;
    const fs::path program = fs::read_symlink("/proc/self/exe", none);
    const fs::path beside = program.parent_path() / ".." / ".." / "codesign";
    if (fs::exists(beside / "models", none)) {
        return beside.lexically_normal();
    }
    return PEFORGE_CODESIGN_DIR;
}

void use_demonstration(RunOptions& o) {
    if (o.network.empty()) {
        if (!o.data.empty() || !o.labels.empty()) {
            throw InputError("run", "NET", "is missing; give the ONNX file the data belongs to");
        }
        const fs::path folder = demonstration_folder();
        o.network = (folder / "models" / "mnist_resnet8.onnx").string();
        o.data = (folder / "data" / "mnist_t10k_1000-images.idx3-ubyte").string();
        o.labels = (folder / "data" / "mnist_t10k_1000-labels.idx1-ubyte").string();
        if (o.calibration.empty()) {
            o.calibration = (folder / "data" / "mnist_calib_256-images.idx3-ubyte").string();
        }
        for (const std::string& file : {o.network, o.data, o.labels, o.calibration}) {
            if (!fs::exists(file)) {
                throw InputError(file, "",
                                 "is absent; without NET the committed MNIST network and data are "
                                 "used: give NET, --data and --labels instead");
            }
        }
    }
    if (o.data.empty() || o.labels.empty()) {
        throw InputError("run", o.data.empty() ? "--data" : "--labels",
                         "is missing; a network of your own needs --data and --labels");
    }
}

void check(const RunOptions& o) {
    if (o.on != "golden" && o.on != "rtl") {
        throw InputError("run", "--on", "'" + o.on + "' is not known; allowed: golden, rtl");
    }
    if (o.lut_fit != "least_squares" && o.lut_fit != "kmeans") {
        throw InputError("run", "--lut-fit",
                         "'" + o.lut_fit + "' is not known; allowed: least_squares, kmeans");
    }
    const auto at_least = [](const char* option, int value, int least) {
        if (value < least) {
            throw InputError("run", option,
                             "is " + std::to_string(value) + "; allowed: " + std::to_string(least) +
                                 " and more");
        }
    };
    if (!o.record.empty() && fs::exists(o.record)) {
        throw InputError("run", "--record",
                         o.record + " is there already; a folder that is not is needed");
    }
    at_least("--images", o.images, 0);
    at_least("--batch", o.batch, 1);
    at_least("--calibration-images", o.calibration_images, 1);
    at_least("--threads", o.threads, 0);
}

Images part(const Images& images, int first, int count) {
    const auto data = images.range(first, count);
    return {count, images.shape, {data.begin(), data.end()}};
}

/// Calibration images: the first of --calibration, else the last of the data.
Images choose_calibration(const RunOptions& o, const Graph& graph,
                          const Preprocessing& preprocessing, const Images& images, int evaluated,
                          RunResult& result) {
    const bool own = !o.calibration.empty();
    Images source = own ? read_images(o.calibration, graph, preprocessing) : Images{};
    const Images& from = own ? source : images;
    const int count = std::min(o.calibration_images, from.count);
    const int first = own ? 0 : from.count - count;
    result.calibration_images = count;
    result.calibration_overlap = own ? 0 : std::max(0, evaluated - first);
    result.calibration_source =
        fmt::format("{} {} of {}", own ? "first" : "last", count,
                    fs::path(own ? o.calibration : o.data).filename().string());
    return part(from, first, count);
}

std::vector<int> reference_classes(const Graph& graph, const Images& images, int count,
                                   int threads) {
    const Reference reference(graph);
    std::vector<int> classes(static_cast<std::size_t>(count));
    parallel_for((count + kReferenceBatch - 1) / kReferenceBatch, threads, [&](int task, int) {
        const int first = task * kReferenceBatch;
        const int size = std::min(kReferenceBatch, count - first);
        const auto scores = reference.logits(images.range(first, size), size);
        const auto width = static_cast<std::ptrdiff_t>(scores.size()) / size;
        for (int i = 0; i < size; ++i) {
            const auto row = scores.begin() + (i * width);
            classes[static_cast<std::size_t>(first + i)] =
                static_cast<int>(std::max_element(row, row + width) - row);
        }
    });
    return classes;
}

int agreeing(const std::vector<int>& a, const std::vector<int>& b) {
    return std::transform_reduce(a.begin(), a.end(), b.begin(), 0, std::plus<>(),
                                 std::equal_to<>());
}

std::string format_text(const Design& design) {
    const std::string activation = golden::to_string(activation_format(design));
    return design.systolic
               ? fmt::format("weights {}, activations {}",
                             golden::to_string(design.systolic->datapath.weight), activation)
               : fmt::format("tables int:n={}, activations {}", design.lut->entry_bits, activation);
}

std::vector<LayerResult> layer_results(const Quantised& quantised, const Evaluation& evaluation,
                                       const RunOptions& o) {
    const QuantNetwork& network = quantised.network;
    std::vector<LayerResult> layers;
    for (std::size_t i = 0; i < network.graph.nodes.size(); ++i) {
        const Node& node = network.graph.nodes[i];
        if (node.op != Op::kConv) {
            continue;
        }
        const golden::GemmShape shape = gemm_shape(network.graph, node, o.batch);
        LayerResult layer;
        layer.name = node.name;
        layer.m = shape.m;
        layer.k = shape.k;
        layer.n = shape.n;
        layer.groups = node.groups;
        layer.on_array = network.nodes[i].array.has_value();
        if (layer.on_array) {
            const ArrayLayer& on_array = *network.nodes[i].array;
            const auto formula = [&](const golden::RowLists& rows) {
                return formula_cycles(network.design, on_array, shape.m, rows);
            };
            const std::uint64_t cycles = formula(on_array.rows);
            layer.cycles = o.on == "rtl" ? evaluation.first[i].cycles : cycles;
            layer.cycles_saved = formula({}) - cycles;
        }
        if (o.on == "rtl") {
            layer.mismatches = evaluation.layers[i].mismatches;
        }
        layer.saturations = evaluation.layers[i].counters.saturations;
        layer.nar = evaluation.layers[i].counters.nar;
        layer.sqnr_db = quantised.reports[i].sqnr_db;
        layer.scale = quantised.reports[i].scale;
        layers.push_back(std::move(layer));
    }
    return layers;
}

void count_macs(const Graph& graph, RunResult& result) {
    for (const Node& node : graph.nodes) {
        const double macs = multiply_accumulates(graph, node);
        result.macs_per_image += macs;
        result.host_macs_per_image += node.groups > 1 ? macs : 0.0;
    }
}

}  // namespace

int run_command(const RunOptions& options) {
    RunOptions o = options;
    check(o);
    use_demonstration(o);
    const int threads = o.threads > 0 ? o.threads : thread_count();
    const Progress progress(!o.quiet && !o.json);

    const Design design = resolve(load_spec(o.spec), o.spec);
    const Graph graph = import_onnx(o.network);
    const Preprocessing preprocessing = choose_preprocessing(graph, o.preprocessing);
    const Images images = read_images(o.data, graph, preprocessing);
    const int classes = graph.nodes[static_cast<std::size_t>(graph.output)].shape.c;
    std::vector<int> labels = read_labels(o.labels, images.count, classes);
    if (o.images > images.count) {
        throw InputError("run", "--images",
                         fmt::format("is {}; {} has {}", o.images, o.data, images.count));
    }
    const int count = o.images > 0 ? o.images : images.count;
    labels.resize(static_cast<std::size_t>(count));

    RunResult result;
    result.network = fs::path(o.network).filename().string();
    result.data = fs::path(o.data).filename().string();
    result.spec_name = design.spec.name;
    result.spec_hash = design.spec.hash;
    result.formats = format_text(design);
    if (design.lut) {
        result.lut_fit = o.lut_fit;
    }
    result.on = o.on;
    result.preprocessing = preprocessing.source;
    result.images = count;
    result.seed = o.seed;
    result.batch = std::min(o.batch, count);
    o.batch = result.batch;
    const Images calibration = choose_calibration(o, graph, preprocessing, images, count, result);
    const LutMethod method = o.lut_fit == "kmeans" ? LutMethod::kKMeans : LutMethod::kLeastSquares;
    const Quantised quantised =
        quantise(graph, design, calibration, {o.seed, threads, method}, [&](int node) {
            progress.show(fmt::format("quantising layer {} of {}", node + 1, graph.nodes.size()));
        });

    progress.show("fp32 reference");
    const std::vector<int> fp32 = reference_classes(graph, images, count, threads);

    const auto show = [&](int done) { progress.show(fmt::format("{} of {} images", done, count)); };
    const bool rtl = o.on == "rtl";
    progress.show(rtl ? "building the simulation" : "");
    const ExecutorFactory golden_model = [&] { return std::make_unique<GoldenExecutor>(design); };
    const Evaluation evaluation =
        evaluate(quantised.network, images, count, rtl ? o.batch : kGoldenBatch, threads,
                 rtl ? checked_rtl(design, default_cache_dir()) : golden_model, show);
    progress.clear();

    result.correct = agreeing(evaluation.classes, labels);
    result.fp32_correct = agreeing(fp32, labels);
    result.same_class = agreeing(evaluation.classes, fp32);
    result.output_sqnr_db = quantised.reports[static_cast<std::size_t>(graph.output)].sqnr_db;
    result.layers = layer_results(quantised, evaluation, o);
    count_macs(graph, result);
    if (rtl) {
        result.mismatches = 0;
        result.cycle_mismatches = 0;
        for (const GemmStats& layer : evaluation.layers) {
            *result.mismatches += layer.mismatches;
            *result.cycle_mismatches += layer.cycle_mismatches;
        }
    }

    const std::string json = to_json(result);
    write_folder({{"result.json", json},
                  {"predictions.csv", predictions_csv(labels, fp32, evaluation.classes)}},
                 o.out);
    if (o.json) {
        fmt::print("{}", json);
    } else if (!o.quiet) {
        fmt::print("{}", to_table(result));
    }
    if (!o.record.empty()) {
        record_layers(
            quantised.network, images, o.batch, o.record, default_cache_dir(),
            [&](std::string_view layer) { progress.show(fmt::format("recording {}", layer)); });
        progress.clear();
    }
    const bool failed = rtl && (*result.mismatches != 0 || *result.cycle_mismatches != 0);
    return failed ? kCheckFailed : kDone;
}

}  // namespace peforge::codesign
