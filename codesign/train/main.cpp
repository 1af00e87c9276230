// peforge-train: trains the demonstration network and writes its ONNX file, or cuts the committed
// data files from MNIST.
//
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "codesign/train/idx.hpp"
#include "codesign/train/onnx_file.hpp"
#include "codesign/train/trainer.hpp"
#include "generator/spec/error.hpp"

namespace {

namespace cs = peforge::codesign;
namespace fs = std::filesystem;

constexpr std::size_t kTestSubset = 1000;
constexpr std::size_t kCalibration = 256;

struct Options {
    fs::path data;
    fs::path out;
    fs::path log;
    fs::path subset;
    double min_accuracy = 0.0;
    cs::TrainOptions train;
};

cs::LabelledImages load(const fs::path& folder, const std::string& prefix) {
    const fs::path images = folder / (prefix + "-images-idx3-ubyte");
    const fs::path labels = folder / (prefix + "-labels-idx1-ubyte");
    cs::LabelledImages set{cs::parse_idx(cs::read_file(images), images.string()),
                           cs::parse_idx(cs::read_file(labels), labels.string())};
    cs::check_labelled_images(set, images.string());
    return set;
}

std::string accuracy_text(int correct, std::size_t total) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.2f %% (%d/%zu)",
                  100.0 * correct / static_cast<double>(total), correct, total);
    return text.data();
}

/// Collects the log and shows each line at once. It holds only what is the same in every run of
/// the same command: no times, no dates, no folders.
class Log {
public:
    void line(const std::string& text) {
        text_ += text + '\n';
        std::cout << text << std::endl;
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// Said before minutes of training, not after.
void check_folder_of(const fs::path& file) {
    if (file.has_parent_path() && !fs::is_directory(file.parent_path())) {
        throw peforge::InputError(file.string(), "", "its folder does not exist");
    }
}

void run_training(const Options& options) {
    check_folder_of(options.out);
    check_folder_of(options.log);
    const cs::LabelledImages train = load(options.data, "train");
    const cs::LabelledImages test = load(options.data, "t10k");
    const std::size_t total = test.images.items();

    Log log;
    log.line("peforge-train " PEFORGE_VERSION ": ResNet-8 (1x28x28, 10 classes) on MNIST");
    log.line("command: peforge-train --epochs " + std::to_string(options.train.epochs) +
             " --seed " + std::to_string(options.train.seed) + " --out " +
             options.out.filename().string());
    log.line("versions: " + cs::engine_versions() + ", libonnx " PEFORGE_ONNX_VERSION);
    log.line("data: " + std::to_string(train.images.items()) + " training images, " +
             std::to_string(total) + " test images");
    log.line("recipe: " + cs::recipe());

    cs::TrainCallbacks callbacks;
    callbacks.on_epoch = [&](const cs::EpochReport& report) {
        std::array<char, 32> loss{};
        std::snprintf(loss.data(), loss.size(), "%.4f", report.train_loss);
        log.line("epoch " + std::to_string(report.epoch) + ": train loss " + loss.data() +
                 ", test accuracy " + accuracy_text(report.test_correct, total));
    };
    if (isatty(STDERR_FILENO) != 0) {
        callbacks.on_step = [](int step, int steps) {
            if (step % 10 == 0 || step == steps) {
                std::fprintf(stderr, "\rstep %d of %d%s", step, steps, step == steps ? "\n" : "");
            }
        };
    }
    const cs::TrainResult result = cs::train_resnet8(train, test, options.train, callbacks);
    log.line("parameters: " + std::to_string(result.parameters));
    log.line("final test accuracy: " + accuracy_text(result.test_correct, total));

    if (100.0 * result.test_correct < options.min_accuracy * static_cast<double>(total)) {
        throw peforge::CheckFailedError(
            "test accuracy is below --min-accuracy; nothing was written");
    }
    cs::write_file(options.out, cs::format_onnx(result.network));
    if (!options.log.empty()) {
        cs::write_file(options.log, log.text());
    }
}

/// The first 1,000 test images with labels, and 256 training images for calibration.
void export_subset(const Options& options) {
    const cs::LabelledImages train = load(options.data, "train");
    const cs::LabelledImages test = load(options.data, "t10k");
    if (test.images.items() < kTestSubset || train.images.items() < kCalibration) {
        throw peforge::InputError(options.data.string(), "", "too few images for the subset");
    }
    std::vector<std::size_t> first(kTestSubset);
    std::iota(first.begin(), first.end(), std::size_t{0});
    const std::vector<std::size_t> calibration =
        cs::choose_indices(train.images.items(), kCalibration, options.train.seed);
    const auto write = [&](const char* name, const cs::IdxBytes& idx) {
        cs::write_file(options.subset / name, cs::format_idx(idx));
    };
    write("mnist_t10k_1000-images.idx3-ubyte", cs::select_items(test.images, first));
    write("mnist_t10k_1000-labels.idx1-ubyte", cs::select_items(test.labels, first));
    write("mnist_calib_256-images.idx3-ubyte", cs::select_items(train.images, calibration));
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app{"Trains the ResNet-8 demonstration network on MNIST and writes it as ONNX.",
                 "peforge-train"};
    app.add_option("--data", options.data, "folder with the four MNIST files (scripts/get_mnist)")
        ->required();
    app.add_option("--epochs", options.train.epochs, "passes over the training set, 1 to 100")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--seed", options.train.seed,
                   "seed of weights, order and shifts, or of the calibration images")
        ->capture_default_str();
    CLI::Option* out = app.add_option("--out", options.out, "ONNX file to write");
    app.add_option("--log", options.log, "log file to write")->needs(out);
    app.add_option("--min-accuracy", options.min_accuracy,
                   "exit 1 and write nothing below this test accuracy in per cent")
        ->check(CLI::Range(0.0, 100.0))
        ->needs(out);
    app.add_option("--export-subset", options.subset,
                   "write the committed data files into this folder instead of training")
        ->excludes(out);
    app.set_version_flag("--version", "peforge-train " PEFORGE_VERSION);
    try {
        app.parse(argc, argv);
        if (options.out.empty() && options.subset.empty()) {
            throw CLI::RequiredError("--out or --export-subset");
        }
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? peforge::kDone : peforge::kBadInput;
    }
    if (options.subset.empty()) {
        run_training(options);
    } else {
        export_subset(options);
    }
    return peforge::kDone;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const peforge::Error& error) {
        std::fprintf(stderr, "peforge-train: %s\n", error.what());
        return error.status();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "peforge-train: %s\n", error.what());
        return peforge::kCheckFailed;
    }
}
