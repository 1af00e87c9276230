// peforge-lut-area: fits the area model of LUT arrays to synthesised ones, and checks it on others.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>

#include "generator/spec/error.hpp"
#include "synth/lut_area.hpp"

namespace {

using namespace peforge;

/// Prints the table; the worst relative error.
double check(const synth::LutAreaModel& model, const std::vector<std::string>& specs) {
    double worst = 0.0;
    std::cout << "| array | encoder | v, c | ccus, imms | columns | synthesised um2 | model um2 | "
                 "error % |\n|---|---|---|---|---|---|---|---|\n";
    for (const std::string& spec : specs) {
        const synth::LutAreaSample sample = synth::load_lut_area_sample(spec);
        const golden::LutParams& p = *sample.design.lut;
        double area = 0.0;
        for (const auto& [part, estimate] : synth::estimate_lut_area(model, sample.design)) {
            area += estimate;
        }
        const double error = 100.0 * (area / sample.area() - 1.0);
        worst = std::max(worst, std::abs(error));
        static constexpr const char* kMetrics[] = {"l1", "l2", "chebyshev"};
        static constexpr const char* kOrganisations[] = {"chain", "tree", "folded"};
        const std::string encoder =
            p.encoder == golden::LutEncoder::kTree
                ? "decision tree"
                : fmt::format("{} {}{}", kMetrics[static_cast<int>(p.metric)],
                              kOrganisations[static_cast<int>(p.organisation)],
                              p.fold > 1 ? fmt::format(" x{}", p.fold) : "");
        std::cout << fmt::format("| {} | {} | {}, {} | {}, {} | {} | {:.0f} | {:.0f} | {:+.1f} |\n",
                                 sample.design.top, encoder, p.subvector, p.centroids, p.ccus,
                                 p.imms, p.columns, sample.area(), area, error);
    }
    return worst;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Area model of LUT arrays; SPECS are NAME.json with peforge synth's NAME/ beside");
    app.require_subcommand(1);
    std::string file;
    std::vector<std::string> specs;
    double most = 10.0;
    CLI::App* fit = app.add_subcommand("fit", "fit MODEL to the reports of SPECS");
    CLI::App* test =
        app.add_subcommand("check", "table of SPECS; status 1 when one is off by more");
    for (CLI::App* command : {fit, test}) {
        command->add_option("MODEL", file, "JSON of the model")->required();
        command->add_option("SPECS", specs, "specs")->required();
    }
    test->add_option("--most", most, "largest error in percent")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        if (*fit) {
            std::vector<synth::LutAreaSample> samples;
            for (const std::string& spec : specs) {
                samples.push_back(synth::load_lut_area_sample(spec));
            }
            std::ofstream(file) << synth::to_json(synth::fit_lut_area(samples));
            return 0;
        }
        std::ifstream in(file);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        const double worst = check(synth::parse_lut_area_model(text, file), specs);
        std::cout << fmt::format("{} arrays, largest error {:.1f} %\n", specs.size(), worst);
        return worst <= most ? 0 : 1;
    } catch (const Error& e) {
        std::cerr << "peforge-lut-area: " << e.what() << "\n";
        return e.status();
    }
}
