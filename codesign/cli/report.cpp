// Results of a run as JSON, CSV and a table.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/cli/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace peforge::codesign {

namespace {

using Json = nlohmann::ordered_json;

double share(int part, int whole) {
    return static_cast<double>(part) / whole;
}

Json optional(const std::optional<std::uint64_t>& x) {
    return x ? Json(*x) : Json(nullptr);
}

double per_image(const RunResult& result, std::uint64_t LayerResult::*cycles) {
    double sum = 0.0;
    for (const LayerResult& layer : result.layers) {
        sum += static_cast<double>(layer.*cycles);
    }
    return sum / result.batch;
}

/// Two decimals: what is measured on a few calibration images has no more.
Json decibels(double x) {
    return std::isfinite(x) ? Json(std::round(x * 100.0) / 100.0) : Json();
}

}  // namespace

double cycles_per_image(const RunResult& result) {
    return per_image(result, &LayerResult::cycles);
}

double cycles_saved_per_image(const RunResult& result) {
    return per_image(result, &LayerResult::cycles_saved);
}

std::string to_json(const RunResult& r) {
    Json layers = Json::array();
    for (const LayerResult& layer : r.layers) {
        layers.push_back({{"name", layer.name},
                          {"m", layer.m},
                          {"k", layer.k},
                          {"n", layer.n},
                          {"groups", layer.groups},
                          {"mode", layer.on_array ? "array" : "host"},
                          {"cycles", layer.cycles},
                          {"cycles_saved", layer.cycles_saved},
                          {"mismatches", optional(layer.mismatches)},
                          {"saturations", layer.saturations},
                          {"nar", layer.nar},
                          {"activation_scale", layer.scale},
                          {"sqnr_db", decibels(layer.sqnr_db)}});
    }
    const Json result = {
        {"network", r.network},
        {"data", r.data},
        {"on", r.on},
        {"images", r.images},
        {"correct", r.correct},
        {"accuracy", share(r.correct, r.images)},
        {"fp32_correct", r.fp32_correct},
        {"fp32_accuracy", share(r.fp32_correct, r.images)},
        {"same_class_as_fp32", r.same_class},
        {"mismatches", optional(r.mismatches)},
        {"cycles_agree", r.cycle_mismatches ? Json(*r.cycle_mismatches == 0) : Json(nullptr)},
        {"batch", r.batch},
        {"cycles_per_image", cycles_per_image(r)},
        {"cycles_saved_per_image", cycles_saved_per_image(r)},
        {"macs_per_image", r.macs_per_image},
        {"host_macs_per_image", r.host_macs_per_image},
        {"output_sqnr_db", decibels(r.output_sqnr_db)},
        {"formats", r.formats},
        {"lut_fit", r.lut_fit ? Json(*r.lut_fit) : Json(nullptr)},
        {"preprocessing", r.preprocessing},
        {"calibration",
         {{"source", r.calibration_source},
          {"images", r.calibration_images},
          {"also_evaluated", r.calibration_overlap}}},
        {"seed", r.seed},
        {"layers", layers},
        {"spec_name", r.spec_name},
        {"spec_hash", r.spec_hash},
        {"version", PEFORGE_VERSION}};
    return result.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_table(const RunResult& r) {
    std::string text;
    const auto line = [&]<typename... T>(fmt::format_string<T...> format, T&&... args) {
        fmt::format_to(std::back_inserter(text), format, std::forward<T>(args)...);
        text += '\n';
    };
    line("{} on {} ({}), {}", r.network, r.spec_name, r.on, r.formats);
    line("{:<28} {:>7} {:>6} {:>5} {:>6} {:>10} {:>8} {:>10}", "layer", "m", "k", "n", "mode",
         "cycles", "SQNR dB", "mismatches");
    for (const LayerResult& layer : r.layers) {
        line("{:<28} {:>7} {:>6} {:>5} {:>6} {:>10} {:>8.1f} {:>10}", layer.name, layer.m, layer.k,
             layer.n, layer.on_array ? "array" : "host", layer.cycles, layer.sqnr_db,
             layer.mismatches ? std::to_string(*layer.mismatches) : "-");
    }
    line("calibration: {} images, {}{}", r.calibration_images, r.calibration_source,
         r.calibration_overlap > 0
             ? fmt::format(" ({} of them are evaluated as well)", r.calibration_overlap)
             : "");
    line("cycles per image: {:.1f} (batch {}); {:.0f} MACs per image, {:.0f} of them on the host",
         cycles_per_image(r), r.batch, r.macs_per_image, r.host_macs_per_image);
    if (cycles_saved_per_image(r) > 0.0) {
        line("rows of zero weights are not sent: {:.1f} cycles per image saved",
             cycles_saved_per_image(r));
    }
    if (r.mismatches) {
        line("golden against RTL: {} integers differ; cycle formula {}", *r.mismatches,
             *r.cycle_mismatches == 0 ? "agrees" : "differs");
    }
    line("accuracy: {}/{} = {:.2f} %; fp32 {}/{} = {:.2f} %; same class {}/{}", r.correct, r.images,
         100.0 * share(r.correct, r.images), r.fp32_correct, r.images,
         100.0 * share(r.fp32_correct, r.images), r.same_class, r.images);
    return text;
}

std::string predictions_csv(const std::vector<int>& labels, const std::vector<int>& fp32,
                            const std::vector<int>& quantised) {
    std::string text = "image,label,fp32,quantised\n";
    for (std::size_t i = 0; i < labels.size(); ++i) {
        fmt::format_to(std::back_inserter(text), "{},{},{},{}\n", i, labels[i], fp32[i],
                       quantised[i]);
    }
    return text;
}

}  // namespace peforge::codesign
