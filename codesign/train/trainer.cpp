// Training of a ResNet-8: the only file that sees libtorch.
//
// The network is the image classification reference of MLPerf Tiny (He et al., "Deep Residual
// Learning", CVPR 2016, with one block a stage), with one input channel and with BatchNorm in the
// shortcuts as in the original ResNet.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/train/trainer.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numbers>
#include <numeric>
#include <random>
#include <sstream>
#include <utility>

#include "generator/spec/error.hpp"

namespace peforge::codesign {

namespace {

constexpr int kImageSide = 28;
constexpr int kClasses = 10;
constexpr std::array<int, 3> kStageChannels = {16, 32, 64};
constexpr int kBatch = 128;
constexpr int kMaxShift = 2;  // pixels, both directions
constexpr double kPeakRate = 0.1;
constexpr double kStartRate = 0.01;
constexpr double kWarmUp = 0.2;  // share of all steps
constexpr double kMomentum = 0.9;
constexpr double kWeightDecay = 5e-4;
// Zero stays zero, so that the background costs nothing in any zero-gated format.
constexpr float kInputScale = 1.0F / 255.0F;

using Rng = std::mt19937_64;

/// Uniform in 0..n-1. Unlike std::uniform_int_distribution the result is the same with every
/// standard library; the bias of the remainder is below n / 2^64.
std::size_t draw(Rng& rng, std::size_t n) {
    return static_cast<std::size_t>(rng() % n);
}

torch::nn::Conv2d make_conv(int in, int out, int kernel, int stride) {
    return torch::nn::Conv2d{
        torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false)};
}

/// Convolution followed by BatchNorm.
struct ConvNorm : torch::nn::Module {
    ConvNorm(int in, int out, int kernel, int stride)
        : conv(register_module("conv", make_conv(in, out, kernel, stride))),
          norm(register_module("norm", torch::nn::BatchNorm2d(out))) {
        torch::nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
    }
    torch::Tensor forward(const torch::Tensor& x) { return norm(conv(x)); }

    torch::nn::Conv2d conv;
    torch::nn::BatchNorm2d norm;
};

/// relu(layer2(relu(layer1(x))) + shortcut(x)); the shortcut is the identity where shapes agree.
struct ResidualBlock : torch::nn::Module {
    ResidualBlock(int in, int out, int stride)
        : layer1(register_module("layer1", std::make_shared<ConvNorm>(in, out, 3, stride))),
          layer2(register_module("layer2", std::make_shared<ConvNorm>(out, out, 3, 1))) {
        if (stride != 1 || in != out) {
            shortcut = register_module("shortcut", std::make_shared<ConvNorm>(in, out, 1, stride));
        }
    }
    torch::Tensor forward(const torch::Tensor& x) {
        const torch::Tensor main = layer2->forward(torch::relu(layer1->forward(x)));
        return torch::relu(main + (shortcut ? shortcut->forward(x) : x));
    }

    std::shared_ptr<ConvNorm> layer1;
    std::shared_ptr<ConvNorm> layer2;
    std::shared_ptr<ConvNorm> shortcut;
};

struct ResNet8 : torch::nn::Module {
    ResNet8()
        : stem(register_module("stem", std::make_shared<ConvNorm>(1, kStageChannels[0], 3, 1))),
          fc(nullptr) {
        int in = kStageChannels[0];
        for (std::size_t s = 0; s < kStageChannels.size(); ++s) {
            const int stride = s == 0 ? 1 : 2;
            blocks.push_back(
                register_module("stage" + std::to_string(s + 1),
                                std::make_shared<ResidualBlock>(in, kStageChannels[s], stride)));
            in = kStageChannels[s];
        }
        fc = register_module("fc", torch::nn::Linear(in, kClasses));
    }
    torch::Tensor forward(const torch::Tensor& input) {
        // With one input channel the two memory formats cannot be told apart, so the layout is
        // fixed behind the stem.
        torch::Tensor x =
            torch::relu(stem->forward(input)).contiguous(c10::MemoryFormat::ChannelsLast);
        for (const auto& block : blocks) {
            x = block->forward(x);
        }
        return fc(x.mean({2, 3}));
    }

    std::shared_ptr<ConvNorm> stem;
    std::vector<std::shared_ptr<ResidualBlock>> blocks;
    torch::nn::Linear fc;
};

void use_channels_last(ResNet8& net) {
    for (torch::Tensor& p : net.parameters()) {
        if (p.dim() == 4) {
            p.set_data(p.detach().contiguous(c10::MemoryFormat::ChannelsLast));
        }
    }
}

torch::optim::SGD make_optimizer(const ResNet8& net) {
    std::vector<torch::Tensor> weights;
    std::vector<torch::Tensor> others;  // BatchNorm and bias: decay would only fight the norm
    for (const torch::Tensor& p : net.parameters()) {
        (p.dim() > 1 ? weights : others).push_back(p);
    }
    const auto options = [](double decay) {
        return std::make_unique<torch::optim::SGDOptions>(torch::optim::SGDOptions(kStartRate)
                                                              .momentum(kMomentum)
                                                              .nesterov(true)
                                                              .weight_decay(decay));
    };
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back(weights, options(kWeightDecay));
    groups.emplace_back(others, options(0.0));
    return torch::optim::SGD(std::move(groups), torch::optim::SGDOptions(kStartRate));
}

/// One-cycle learning rate: linear up to the peak, then a cosine down to zero at the last step.
double learning_rate(int step, int steps) {
    const double peak = kWarmUp * steps;
    if (step < peak) {
        return kStartRate + (kPeakRate - kStartRate) * step / peak;
    }
    const double share = (step - peak) / (steps - peak);
    return 0.5 * kPeakRate * (1.0 + std::cos(std::numbers::pi * share));
}

void set_learning_rate(torch::optim::SGD& optimizer, double rate) {
    for (auto& group : optimizer.param_groups()) {
        group.options().set_lr(rate);
    }
}

/// Writes the image moved by (dy, dx) pixels as network input; pixels from outside are zero.
void put_shifted(const std::uint8_t* image, int dy, int dx, float* out) {
    for (int y = 0; y < kImageSide; ++y) {
        for (int x = 0; x < kImageSide; ++x) {
            const int sy = y - dy;
            const int sx = x - dx;
            const bool inside = sy >= 0 && sy < kImageSide && sx >= 0 && sx < kImageSide;
            const int raw = inside ? image[sy * kImageSide + sx] : 0;
            out[y * kImageSide + x] = static_cast<float>(raw) * kInputScale;
        }
    }
}

struct Batch {
    torch::Tensor x;
    torch::Tensor label;
};

/// The images order[first .. first+count), each moved by up to `max_shift` pixels.
Batch make_batch(const LabelledImages& set, const std::vector<std::size_t>& order,
                 std::size_t first, std::size_t count, int max_shift, Rng& rng) {
    const auto n = static_cast<std::int64_t>(count);
    Batch batch{torch::empty({n, 1, kImageSide, kImageSide}), torch::empty({n}, torch::kInt64)};
    auto* x = batch.x.data_ptr<float>();
    auto* label = batch.label.data_ptr<std::int64_t>();
    const std::size_t pixels = set.images.item_bytes();
    const auto shifts = 2 * static_cast<std::size_t>(max_shift) + 1;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t item = order[first + i];
        const int dy = static_cast<int>(draw(rng, shifts)) - max_shift;
        const int dx = static_cast<int>(draw(rng, shifts)) - max_shift;
        put_shifted(set.images.data.data() + item * pixels, dy, dx, x + i * pixels);
        label[i] = set.labels.data[item];
    }
    return batch;
}

std::vector<std::size_t> identity_order(std::size_t n) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
}

/// Fisher-Yates on the first `count` places.
void shuffle_front(std::vector<std::size_t>& order, std::size_t count, Rng& rng) {
    for (std::size_t i = 0; i < count && i + 1 < order.size(); ++i) {
        std::swap(order[i], order[i + draw(rng, order.size() - i)]);
    }
}

int count_correct(ResNet8& net, const LabelledImages& set) {
    const torch::NoGradGuard no_grad;
    net.eval();
    Rng unused_rng;  // a shift of zero does not depend on it
    const std::vector<std::size_t> order = identity_order(set.images.items());
    std::int64_t correct = 0;
    for (std::size_t first = 0; first < order.size(); first += kBatch) {
        const std::size_t count = std::min<std::size_t>(kBatch, order.size() - first);
        const Batch batch = make_batch(set, order, first, count, 0, unused_rng);
        correct += net.forward(batch.x).argmax(1).eq(batch.label).sum().item<std::int64_t>();
    }
    return static_cast<int>(correct);
}

/// Appends the layers of a trained network to an OnnxNetwork. Tensors take the name of the node
/// that makes them.
class GraphWriter {
public:
    explicit GraphWriter(OnnxNetwork& out) : out_(out) {}

    std::string conv(const std::string& name, const std::string& input,
                     const torch::nn::Conv2d& layer) {
        const auto& options = layer->options;
        const auto kernel = static_cast<std::int64_t>(options.kernel_size()->at(0));
        const auto stride = static_cast<std::int64_t>(options.stride()->at(0));
        const std::int64_t pad = kernel / 2;
        return node("Conv", name, {input, constant(name + ".weight", layer->weight)},
                    {{"kernel_shape", std::vector<std::int64_t>{kernel, kernel}},
                     {"strides", std::vector<std::int64_t>{stride, stride}},
                     {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}},
                     {"dilations", std::vector<std::int64_t>{1, 1}},
                     {"group", std::int64_t{1}}});
    }

    std::string norm(const std::string& name, const std::string& input,
                     const torch::nn::BatchNorm2d& layer) {
        return node(
            "BatchNormalization", name,
            {input, constant(name + ".scale", layer->weight), constant(name + ".bias", layer->bias),
             constant(name + ".mean", layer->running_mean),
             constant(name + ".var", layer->running_var)},
            {{"epsilon", static_cast<float>(layer->options.eps())}});
    }

    std::string fully_connected(const std::string& name, const std::string& input,
                                const torch::nn::Linear& layer) {
        return node("Gemm", name,
                    {input, constant(name + ".weight", layer->weight),
                     constant(name + ".bias", layer->bias)},
                    {{"transB", std::int64_t{1}}});
    }

    std::string node(const std::string& op, const std::string& name,
                     std::vector<std::string> inputs,
                     std::vector<std::pair<std::string, OnnxNode::Attribute>> attributes = {}) {
        out_.nodes.push_back({op, name, std::move(inputs), name, std::move(attributes)});
        return name;
    }

private:
    std::string constant(const std::string& name, const torch::Tensor& tensor) {
        const torch::Tensor plain = tensor.detach().contiguous(c10::MemoryFormat::Contiguous);
        const auto* values = plain.data_ptr<float>();
        out_.constants.push_back(
            {name, plain.sizes().vec(), std::vector<float>(values, values + plain.numel())});
        return name;
    }

    OnnxNetwork& out_;
};

std::string write_block(GraphWriter& graph, const std::string& name, const std::string& input,
                        const ResidualBlock& block) {
    std::string x = graph.conv(name + ".conv1", input, block.layer1->conv);
    x = graph.norm(name + ".bn1", x, block.layer1->norm);
    x = graph.node("Relu", name + ".relu1", {x});
    x = graph.conv(name + ".conv2", x, block.layer2->conv);
    x = graph.norm(name + ".bn2", x, block.layer2->norm);
    std::string side = input;
    if (block.shortcut) {
        side = graph.conv(name + ".shortcut.conv", side, block.shortcut->conv);
        side = graph.norm(name + ".shortcut.bn", side, block.shortcut->norm);
    }
    x = graph.node("Add", name + ".add", {x, side});
    return graph.node("Relu", name + ".relu2", {x});
}

std::string shortest(float value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9g", static_cast<double>(value));
    return text.data();
}

OnnxNetwork to_network(const ResNet8& net) {
    OnnxNetwork out;
    out.name = "mnist_resnet8";
    out.description = "ResNet-8 (1x28x28, 10 classes) trained by peforge-train on MNIST";
    out.input = "input";
    out.input_shape = {1, kImageSide, kImageSide};
    out.output = "logits";
    out.output_shape = {kClasses};
    out.metadata = {{"peforge.input_scale", shortest(kInputScale)}, {"peforge.input_offset", "0"}};

    GraphWriter graph(out);
    std::string x = graph.conv("stem.conv", out.input, net.stem->conv);
    x = graph.norm("stem.bn", x, net.stem->norm);
    x = graph.node("Relu", "stem.relu", {x});
    for (std::size_t s = 0; s < net.blocks.size(); ++s) {
        x = write_block(graph, "stage" + std::to_string(s + 1) + ".block", x, *net.blocks[s]);
    }
    x = graph.node("GlobalAveragePool", "pool", {x});
    x = graph.node("Flatten", "flatten", {x});
    graph.fully_connected("fc", x, net.fc);
    out.nodes.back().output = out.output;
    return out;
}

/// The line of libtorch's configuration that names the vector instructions in use.
std::string cpu_capability() {
    const std::string key = "CPU capability usage: ";
    std::istringstream lines(at::show_config());
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find(key);
        if (at != std::string::npos) {
            return line.substr(at + key.size());
        }
    }
    return "unknown";
}

}  // namespace

void check_labelled_images(const LabelledImages& set, const std::string& name) {
    const std::vector<std::uint32_t>& shape = set.images.shape;
    if (shape.size() != 3 || shape[0] == 0 || shape[1] != kImageSide || shape[2] != kImageSide) {
        throw InputError(name, "", "images must be N x 28 x 28 with N > 0");
    }
    if (set.labels.shape.size() != 1 || set.labels.items() != set.images.items()) {
        throw InputError(name, "", "there must be exactly one label for each image");
    }
    if (*std::max_element(set.labels.data.begin(), set.labels.data.end()) >= kClasses) {
        throw InputError(name, "", "labels must be 0 to 9");
    }
}

TrainResult train_resnet8(const LabelledImages& train, const LabelledImages& test,
                          const TrainOptions& options, const TrainCallbacks& callbacks) {
    at::set_num_threads(1);  // the order of the sums, and so the bits, would depend on it
    torch::manual_seed(options.seed);
    Rng rng(options.seed);

    ResNet8 net;
    use_channels_last(net);
    torch::optim::SGD optimizer = make_optimizer(net);

    std::vector<std::size_t> order = identity_order(train.images.items());
    const std::size_t batch_size = std::min<std::size_t>(kBatch, order.size());
    const auto steps_per_epoch = static_cast<int>(order.size() / batch_size);
    const int steps = options.epochs * steps_per_epoch;

    TrainResult result;
    for (int epoch = 1, step = 0; epoch <= options.epochs; ++epoch) {
        net.train();
        shuffle_front(order, order.size(), rng);
        double loss_sum = 0.0;
        for (int b = 0; b < steps_per_epoch; ++b, ++step) {
            const Batch batch = make_batch(train, order, static_cast<std::size_t>(b) * batch_size,
                                           batch_size, kMaxShift, rng);
            set_learning_rate(optimizer, learning_rate(step, steps));
            optimizer.zero_grad();
            const torch::Tensor loss =
                torch::nn::functional::cross_entropy(net.forward(batch.x), batch.label);
            loss.backward();
            optimizer.step();
            loss_sum += loss.item<double>();
            if (callbacks.on_step) {
                callbacks.on_step(step + 1, steps);
            }
        }
        result.test_correct = count_correct(net, test);
        if (callbacks.on_epoch) {
            callbacks.on_epoch({epoch, loss_sum / steps_per_epoch, result.test_correct});
        }
    }
    for (const torch::Tensor& p : net.parameters()) {
        result.parameters += p.numel();
    }
    result.network = to_network(net);
    return result;
}

std::string recipe() {
    std::ostringstream text;
    text << "SGD, Nesterov momentum " << kMomentum << ", batch " << kBatch << ", one cycle "
         << kStartRate << " -> " << kPeakRate << " -> 0 with " << kWarmUp * 100
         << " % warm-up, weight decay " << kWeightDecay << " on conv and fc weights, shift +-"
         << kMaxShift << " pixels, x = raw / 255";
    return text.str();
}

std::string engine_versions() {
    return "libtorch " TORCH_VERSION ", g++ " __VERSION__ ", CPU capability " + cpu_capability() +
           ", one thread";
}

std::vector<std::size_t> choose_indices(std::size_t population, std::size_t count,
                                        std::uint64_t seed) {
    Rng rng(seed);
    std::vector<std::size_t> order = identity_order(population);
    shuffle_front(order, count, rng);
    order.resize(count);
    std::sort(order.begin(), order.end());
    return order;
}

}  // namespace peforge::codesign
