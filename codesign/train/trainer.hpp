// Training of a ResNet-8 on small grey images.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "codesign/train/idx.hpp"
#include "codesign/train/onnx_file.hpp"

namespace peforge::codesign {

/// Images N x 28 x 28 and one label 0..9 for each.
struct LabelledImages {
    IdxBytes images;
    IdxBytes labels;
};

/// Throws InputError unless the images are N x 28 x 28 with N > 0 and there are N labels 0..9.
void check_labelled_images(const LabelledImages& set, const std::string& name);

/// What may be chosen from outside. The rest of the recipe is fixed, see recipe().
struct TrainOptions {
    int epochs = 6;          ///< passes over the training set, >= 1
    std::uint64_t seed = 1;  ///< of the weights, the order of the images and their shifts
};

/// Figures of one epoch.
struct EpochReport {
    int epoch = 0;            ///< from 1
    double train_loss = 0.0;  ///< mean cross entropy (nats) over the epoch's augmented batches
    int test_correct = 0;     ///< test images classified correctly after the epoch
};

/// A trained network and its figures.
struct TrainResult {
    OnnxNetwork network;
    std::int64_t parameters = 0;  ///< trained scalars
    int test_correct = 0;         ///< of the exported weights
};

/// Called on the way; both may be empty.
struct TrainCallbacks {
    std::function<void(const EpochReport&)> on_epoch;
    std::function<void(int step, int steps)> on_step;
};

/// Trains on one thread. The same options, data, libtorch and processor type give the same bits.
TrainResult train_resnet8(const LabelledImages& train, const LabelledImages& test,
                          const TrainOptions& options, const TrainCallbacks& callbacks);

/// The fixed part of the recipe in one line, for the log.
std::string recipe();

/// Versions that the bits of the result depend on, in one line.
std::string engine_versions();

/// `count` distinct indices below `population` (count <= population), ascending, chosen by `seed`.
std::vector<std::size_t> choose_indices(std::size_t population, std::size_t count,
                                        std::uint64_t seed);

}  // namespace peforge::codesign
