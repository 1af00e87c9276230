// Encoders of the LUT arrays (pf_ccu_chain, pf_ccu_tree, pf_decision_tree): RTL against
// golden::LutArray::encode and against an oracle written from the definitions, with codebooks
// loading and swapping while vectors pass, as early as the modules' headers allow.
//
// PEFORGE_CCU_VECTORS: random 8-bit vectors per metric and organisation, 100000 by default; from
// 10^6 on, the exhaustive tests that take minutes run as well.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "generator/emit/templates.hpp"
#include "golden/array/array.hpp"
#include "verif/benches/leaf/leaf_model.hpp"

namespace peforge::leaf {
namespace {

using golden::Metric;
using Random = std::mt19937_64;

enum class Kind { kChain, kTree, kDecision };

struct Shape {
    Kind kind = Kind::kChain;
    int v = 1;
    int c = 2;
    int act_bits = 8;
    int cent_bits = 8;
    Metric metric = Metric::kL1;
    int fold = 1;

    [[nodiscard]] std::string name() const {
        const char* kinds[] = {"chain", "tree", "decision"};
        const char* metrics[] = {"l1", "l2", "chebyshev"};
        return fmt::format("{} v={} c={} act={} cent={} {} fold={}", kinds[static_cast<int>(kind)],
                           v, c, act_bits, cent_bits, metrics[static_cast<int>(metric)], fold);
    }
};

int log2_ceil(int value) {
    int bits = 0;
    while ((1 << bits) < value) ++bits;
    return bits;
}

int smallest(int bits) {
    return -(1 << (bits - 1));
}

/// A codebook, or the nodes of a decision tree, and the vectors that meet it.
struct Epoch {
    std::vector<std::int8_t> centroids;   ///< [c][v]
    std::vector<std::uint8_t> splits;     ///< [level]
    std::vector<std::int8_t> thresholds;  ///< [node], place 0 is unused
    std::vector<std::int8_t> vectors;     ///< [m][v]
};

/// The next epoch; false when there are no more.
using Source = std::function<bool(Epoch&)>;

/// From the definitions: the lowest index of those at the smallest distance; the leaf whose
/// path's decisions all hold. `tie`: several centroids at that distance, or an element that equals
/// its threshold.
int oracle(const Shape& s, const Epoch& e, const std::int8_t* vector, bool& tie) {
    tie = false;
    if (s.kind == Kind::kDecision) {
        const int levels = log2_ceil(s.c);
        for (int leaf = 0; leaf < s.c; ++leaf) {
            bool holds = true;
            bool equal = false;
            for (int level = 0; level < levels; ++level) {
                const int node = (s.c + leaf) >> (levels - level);
                const bool right = (((s.c + leaf) >> (levels - level - 1)) & 1) != 0;
                const int element = vector[e.splits[static_cast<std::size_t>(level)]];
                const int threshold = e.thresholds[static_cast<std::size_t>(node)];
                holds = holds && right == (element >= threshold);
                equal = equal || element == threshold;
            }
            if (holds) {
                tie = equal;
                return leaf;
            }
        }
        return -1;
    }
    int best = -1;
    long best_distance = std::numeric_limits<long>::max();
    for (int j = 0; j < s.c; ++j) {
        long sum = 0;
        long largest = 0;
        for (int t = 0; t < s.v; ++t) {
            const long difference = std::labs(static_cast<long>(vector[t]) -
                                              e.centroids[static_cast<std::size_t>(j * s.v + t)]);
            sum += s.metric == Metric::kL2 ? difference * difference : difference;
            largest = std::max(largest, difference);
        }
        const long distance = s.metric == Metric::kChebyshev ? largest : sum;
        if (distance < best_distance) {
            best_distance = distance;
            best = j;
            tie = false;
        } else if (distance == best_distance) {
            tie = true;
        }
    }
    return best;
}

struct Score {
    std::int64_t vectors = 0;
    std::int64_t ties = 0;
    std::int64_t mismatches = 0;         ///< RTL against oracle
    std::int64_t golden_mismatches = 0;  ///< golden against oracle
    std::int64_t swaps = 0;
    std::int64_t swaps_between = 0;  ///< with the vectors of both sides as close as they can be
    std::int64_t loads_under_vectors = 0;
};

/// One encoder and its stimuli.
class Unit {
public:
    /// `early`: cycles before the time the header gives, in which the shadow registers are written.
    Unit(Wrapper& w, const Shape& shape, Source source, int early = 0)
        : shape_(shape), source_(std::move(source)) {
        const int index_bits = log2_ceil(shape.c);
        const int pes = (shape.c + shape.fold - 1) / shape.fold;
        int word_bits = shape.v * shape.cent_bits;
        switch (shape.kind) {
            case Kind::kChain:
                latency_ = pes + shape.fold;
                wave_ = pes + shape.fold - 1;
                break;
            case Kind::kTree:
                latency_ = 2 + index_bits;
                wave_ = 1;
                break;
            case Kind::kDecision:
                latency_ = 1 + index_bits;
                wave_ = index_bits;
                split_bits_ = std::max(1, log2_ceil(shape.v));
                word_bits = split_bits_ + shape.act_bits;
                break;
        }
        wave_ -= early;
        since_swap_ = std::max(wave_, shape.fold);
        reset_ = w.input(1);
        swap_ = w.input(1);
        load_ = w.input(1);
        valid_ = w.input(1);
        node_ = w.input(index_bits);
        word_ = w.input(word_bits);
        vec_ = w.input(shape.v * shape.act_bits);
        index_ = w.output(index_bits);
        std::string parameters;
        std::string module;
        std::string node;
        if (shape.kind == Kind::kDecision) {
            module = "pf_decision_tree";
            parameters = fmt::format(".SUBVECTOR({}), .LEAVES({}), .ACT_W({})", shape.v, shape.c,
                                     shape.act_bits);
            node = fmt::format(".node_i({}), ", Wrapper::in(node_));
        } else {
            const int widest = std::max(shape.act_bits, shape.cent_bits);
            const int distance_bits = (shape.metric == Metric::kL2 ? 2 * widest : widest) +
                                      (shape.metric == Metric::kChebyshev ? 0 : log2_ceil(shape.v));
            const int metric = shape.metric == Metric::kL1   ? 0
                               : shape.metric == Metric::kL2 ? 1
                                                             : 2;
            module = shape.kind == Kind::kChain ? "pf_ccu_chain" : "pf_ccu_tree";
            parameters = fmt::format(
                ".SUBVECTOR({}), .CENTROIDS({}), .ACT_W({}), .CENT_W({}), .DIST_W({}), .METRIC({})",
                shape.v, shape.c, shape.act_bits, shape.cent_bits, distance_bits, metric);
            if (shape.kind == Kind::kChain) parameters += fmt::format(", .FOLD({})", shape.fold);
        }
        w.add(
            fmt::format("{} #({}) u_{} (.clk_i(clk_i), .rst_ni({}), .swap_i({}), .load_i({}), "
                        "{}.word_i({}), .vec_valid_i({}), .vec_i({}), .index_o({}));\n",
                        module, parameters, reset_.lsb, Wrapper::in(reset_), Wrapper::in(swap_),
                        Wrapper::in(load_), node, Wrapper::in(word_), Wrapper::in(valid_),
                        Wrapper::in(vec_), Wrapper::out(index_)));
        golden::LutParams p;
        p.subvector = shape.v;
        p.centroids = shape.c;
        p.encoder = shape.kind == Kind::kDecision ? golden::LutEncoder::kTree
                                                  : golden::LutEncoder::kDistance;
        p.metric = shape.metric;
        p.activation_bits = shape.act_bits;
        p.centroid_bits = shape.cent_bits;
        p.post.output = {.kind = golden::FormatKind::kInt, .n = 8};
        golden_ = std::make_unique<golden::LutArray>(p);
        more_ = source_(next_);
        loading_ = shape.c;
    }

    [[nodiscard]] bool done() const { return !more_ && issued_ == count(now_) && due_.empty(); }
    [[nodiscard]] const Score& score() const { return score_; }
    [[nodiscard]] const Shape& shape() const { return shape_; }

    void reset(Model& model, bool value) {
        model.set(reset_, value ? 0 : 1);
        for (Pins p : {swap_, load_, valid_}) model.set(p, 0);
    }

    /// Drives one cycle.
    void drive(Model& model, Random& random) {
        const bool may = tight_ || random() % 4 != 0;
        const bool valid = may && issued_ < count(now_) && since_vector_ >= shape_.fold &&
                           since_swap_ >= shape_.fold;
        const bool load =
            more_ && loading_ > 0 && since_swap_ >= wave_ && (tight_ || random() % 3 != 0);
        const bool last_of_epoch = issued_ + (valid ? 1 : 0) == count(now_);
        const bool swap = more_ && loading_ == 0 && last_of_epoch && (tight_ || random() % 2 == 0);

        model.set(valid_, valid ? 1 : 0);
        drive_vector(model, random, valid);
        model.set(load_, load ? 1 : 0);
        if (load) --loading_;
        drive_word(model, random, load);
        model.set(swap_, swap ? 1 : 0);

        if (load && valid) ++score_.loads_under_vectors;
        if (valid) {
            bool tie = false;
            const int expected =
                oracle(shape_, now_, now_.vectors.data() + issued_ * shape_.v, tie);
            due_.push_back({latency_, expected});
            results_.push_back(expected);
            ++issued_;
            ++score_.vectors;
            if (tie) ++score_.ties;
            if (after_swap_ && since_vector_ == shape_.fold) ++score_.swaps_between;
            after_swap_ = false;
        }
        since_vector_ = valid ? 1 : since_vector_ + 1;
        if (swap) {
            finish_epoch();
            after_swap_ = valid;
            ++score_.swaps;
            now_ = std::move(next_);
            next_ = {};
            issued_ = 0;
            tight_ = random() % 3 != 0;
            more_ = source_(next_);
            loading_ = shape_.c;
        }
        // A load in the cycle of the swap is only possible where the header is disregarded.
        since_swap_ = swap ? 1 : since_swap_ + 1;
        if (swap && wave_ == 0 && more_) load_now(model, random);
        if (done_driving()) finish_epoch();
    }

    /// After the clock edge.
    void check(const Model& model) {
        for (auto& due : due_) --due.left;
        if (due_.empty() || due_.front().left != 0) return;
        const auto got = static_cast<int>(model.get(index_));
        if (got != due_.front().expected) {
            if (score_.mismatches == 0) {
                first_ = fmt::format("{}: index {}, expected {}", shape_.name(), got,
                                     due_.front().expected);
            }
            ++score_.mismatches;
        }
        due_.pop_front();
    }

    void report() const {
        EXPECT_EQ(score_.mismatches, 0) << first_;
        EXPECT_EQ(score_.golden_mismatches, 0) << shape_.name();
        EXPECT_GT(score_.ties, 0) << shape_.name();
        fmt::print("{:<48} {:>9} vectors, {:>8} ties, {:>6} swaps ({} between vectors)\n",
                   shape_.name(), score_.vectors, score_.ties, score_.swaps, score_.swaps_between);
    }

private:
    struct Due {
        int left;
        int expected;
    };

    [[nodiscard]] int count(const Epoch& e) const {
        return static_cast<int>(e.vectors.size()) / shape_.v;
    }
    [[nodiscard]] bool done_driving() const {
        return !more_ && issued_ == count(now_) && !results_.empty();
    }

    void load_now(Model& model, Random& random) {
        model.set(load_, 1);
        --loading_;
        drive_word(model, random, true);
    }

    void drive_vector(Model& model, Random& random, bool valid) {
        for (int t = 0; t < shape_.v; ++t) {
            const Pins p{vec_.lsb + t * shape_.act_bits, shape_.act_bits};
            const auto element =
                valid ? static_cast<std::uint64_t>(
                            now_.vectors[static_cast<std::size_t>(issued_ * shape_.v + t)])
                      : random();
            model.set(p, element);
        }
    }

    /// Word `loading_` of the next codebook.
    void drive_word(Model& model, Random& random, bool load) {
        if (!load) {
            model.set(Pins{word_.lsb, std::min(word_.width, 64)}, random());
            model.set(node_, random());
            return;
        }
        const auto word = static_cast<std::size_t>(loading_);
        if (shape_.kind == Kind::kDecision) {
            model.set(node_, word);
            const auto threshold =
                word == 0 ? random() : static_cast<std::uint64_t>(next_.thresholds[word]);
            // The first node of a level has its element; what the others say does not matter.
            const bool first = (word & (word - 1)) == 0 && word != 0;
            const std::uint64_t split =
                first ? next_.splits[static_cast<std::size_t>(log2_ceil(loading_))] : random();
            model.set(Pins{word_.lsb, shape_.act_bits}, threshold);
            model.set(Pins{word_.lsb + shape_.act_bits, split_bits_}, split);
            return;
        }
        for (int t = 0; t < shape_.v; ++t) {
            model.set(Pins{word_.lsb + t * shape_.cent_bits, shape_.cent_bits},
                      static_cast<std::uint64_t>(
                          next_.centroids[word * static_cast<std::size_t>(shape_.v) +
                                          static_cast<std::size_t>(t)]));
        }
    }

    /// The golden model encodes all vectors of the epoch.
    void finish_epoch() {
        if (results_.empty()) return;
        const int rows = static_cast<int>(results_.size());
        golden::LutLayer layer;
        layer.subspaces = 1;
        layer.centroids = now_.centroids;
        layer.splits = now_.splits;
        layer.thresholds = now_.thresholds;
        std::vector<golden::Code> codes;
        for (const std::int8_t e : now_.vectors) {
            codes.push_back(static_cast<golden::Code>(low_bits(e, shape_.act_bits)));
        }
        std::vector<std::uint8_t> indices(results_.size());
        golden_->encode(rows, shape_.v, codes, layer, indices);
        for (std::size_t i = 0; i < indices.size(); ++i) {
            if (indices[i] != results_[i]) ++score_.golden_mismatches;
        }
        results_.clear();
    }

    Shape shape_;
    Source source_;
    bool tight_ = true;  ///< everything as early as it can be, or with gaps
    int latency_ = 0;
    int wave_ = 0;
    int split_bits_ = 0;
    Pins reset_, swap_, load_, valid_, node_, word_, vec_, index_;
    std::unique_ptr<golden::LutArray> golden_;

    Epoch now_;
    Epoch next_;
    bool more_ = false;   ///< next_ is an epoch
    int loading_ = 0;     ///< words of it still to load
    int issued_ = 0;      ///< vectors of now_
    int since_swap_ = 0;  ///< cycles
    int since_vector_ = 1 << 20;
    bool after_swap_ = false;  ///< the swap came with the vector before
    std::deque<Due> due_;
    std::vector<int> results_;
    Score score_;
    std::string first_;
};

/// Units in one wrapper.
class Bench {
public:
    Bench() {
        for (const char* file :
             {"pf_ccu_chain.v", "pf_ccu_tree.v", "pf_decision_tree.v", "pf_distance.v", "pf_dpe.v",
              "pf_tree_dpe.v", "pf_token_delay.v"}) {
            wrapper_.add_modules(std::string(rtl_templates().at(file)));
        }
    }

    void add(const Shape& shape, Source source, int early = 0) {
        units_.push_back(std::make_unique<Unit>(wrapper_, shape, std::move(source), early));
    }

    void run(std::uint64_t seed) {
        Model model(wrapper_);
        Random random(seed);
        for (int i = 0; i < 2; ++i) {
            for (auto& unit : units_) unit->reset(model, true);
            model.tick();
        }
        for (auto& unit : units_) unit->reset(model, false);
        std::vector<Unit*> busy;
        for (auto& unit : units_) busy.push_back(unit.get());
        while (!busy.empty()) {
            for (Unit* unit : busy) unit->drive(model, random);
            model.tick();
            for (Unit* unit : busy) unit->check(model);
            for (Unit* unit : busy) {
                if (unit->done()) unit->reset(model, false);
            }
            std::erase_if(busy, [](Unit* unit) { return unit->done(); });
        }
    }

    [[nodiscard]] const std::vector<std::unique_ptr<Unit>>& units() const { return units_; }
    void report() const {
        for (const auto& unit : units_) unit->report();
    }

private:
    Wrapper wrapper_;
    std::vector<std::unique_ptr<Unit>> units_;
};

std::int8_t element(Random& random, int bits, int style) {
    const int low = smallest(bits);
    const auto any = static_cast<int>(random() % (1U << bits));
    switch (style) {
        case 0:
            return static_cast<std::int8_t>(low + any);
        case 1:
            return static_cast<std::int8_t>(any % 2 == 0 ? low : -low - 1);
        default:
            return static_cast<std::int8_t>(any % 3 - 1);
    }
}

/// Random codebooks, some with equal centroids, and `vectors` vectors in all; short epochs, so that
/// codebooks swap as often as they can be loaded.
Source random_source(const Shape& shape, std::int64_t vectors, std::uint64_t seed) {
    auto random = std::make_shared<Random>(seed);
    auto left = std::make_shared<std::int64_t>(vectors);
    return [shape, random, left](Epoch& e) {
        if (*left == 0) return false;
        Random& r = *random;
        const auto style = [&] { return r() % 8 == 0 ? static_cast<int>(r() % 3) : 0; };
        if (shape.kind == Kind::kDecision) {
            for (int l = 0; l < log2_ceil(shape.c); ++l) {
                e.splits.push_back(static_cast<std::uint8_t>(r() % static_cast<unsigned>(shape.v)));
            }
            const int s = style();
            for (int j = 0; j < shape.c; ++j) e.thresholds.push_back(element(r, shape.act_bits, s));
        } else {
            const int s = style();
            for (int i = 0; i < shape.c * shape.v; ++i) {
                e.centroids.push_back(element(r, shape.cent_bits, s));
            }
            if (r() % 2 == 0) {
                const auto from = static_cast<std::ptrdiff_t>(r() % static_cast<unsigned>(shape.c));
                const auto to = static_cast<std::ptrdiff_t>(r() % static_cast<unsigned>(shape.c));
                std::copy_n(e.centroids.begin() + from * shape.v, shape.v,
                            e.centroids.begin() + to * shape.v);
            }
        }
        const std::int64_t most = std::min<std::int64_t>(
            *left, r() % 4 == 0 ? 1 + static_cast<int>(r() % 4) : 1 + static_cast<int>(r() % 500));
        for (std::int64_t i = 0; i < most; ++i) {
            const int s = style();
            for (int t = 0; t < shape.v; ++t) e.vectors.push_back(element(r, shape.act_bits, s));
        }
        *left -= most;
        return true;
    };
}

std::vector<std::int8_t> all_vectors(int v, int bits) {
    std::vector<std::int8_t> vectors;
    for (int i = 0; i < 1 << (v * bits); ++i) {
        for (int t = 0; t < v; ++t) {
            vectors.push_back(static_cast<std::int8_t>(
                sign_extend(static_cast<std::uint64_t>(i >> (t * bits)), bits)));
        }
    }
    return vectors;
}

/// All vectors against each of `codebooks`, centroids as numbers of v*cent_bits bits.
Source all_vectors_source(const Shape& shape, int codebooks,
                          const std::function<std::vector<int>(int)>& codebook) {
    auto next = std::make_shared<int>(0);
    const std::vector<std::int8_t> vectors = all_vectors(shape.v, shape.act_bits);
    return [=](Epoch& e) {
        if (*next == codebooks) return false;
        for (const int centroid : codebook(*next)) {
            for (int t = 0; t < shape.v; ++t) {
                e.centroids.push_back(static_cast<std::int8_t>(
                    sign_extend(static_cast<std::uint64_t>(centroid >> (t * shape.cent_bits)),
                                shape.cent_bits)));
            }
        }
        e.vectors = vectors;
        ++*next;
        return true;
    };
}

/// Every pair of centroids, in both orders and with itself.
Source all_pairs_source(const Shape& shape) {
    const int bits = shape.v * shape.cent_bits;
    return all_vectors_source(shape, 1 << (2 * bits), [bits](int i) {
        return std::vector<int>{i & ((1 << bits) - 1), i >> bits};
    });
}

/// Product in GF(16) = GF(2)[x] / (x^4 + x + 1).
int gf16(int a, int b) {
    int product = 0;
    for (int i = 0; i < 4; ++i) {
        if (((b >> i) & 1) != 0) product ^= a << i;
    }
    for (int i = 7; i >= 4; --i) {
        if (((product >> i) & 1) != 0) product ^= 0b10011 << (i - 4);
    }
    return product;
}

/// Line `i` of the affine plane of order 16: any two of its 256 points are on exactly one of the
/// 272 lines, so that 16 centroids at a time make all pairs. Lines from 272 on are the same
/// ones backwards.
std::vector<int> line16(int i) {
    std::vector<int> points;
    const int line = i % 272;
    for (int k = 0; k < 16; ++k) {
        const int x = line < 256 ? k : line - 256;
        const int y = line < 256 ? gf16(line / 16, k) ^ (line % 16) : k;
        points.push_back(16 * y + x);
    }
    if (i >= 272) std::ranges::reverse(points);
    return points;
}

std::int64_t vectors_wanted() {
    if (const char* text = std::getenv("PEFORGE_CCU_VECTORS")) return std::atoll(text);
    return 100'000;
}

constexpr std::int64_t kLong = 1'000'000;

class Ccu : public testing::TestWithParam<Metric> {};

INSTANTIATE_TEST_SUITE_P(Metrics, Ccu,
                         testing::Values(Metric::kL1, Metric::kL2, Metric::kChebyshev),
                         [](const testing::TestParamInfo<Metric>& metric) {
                             return std::string(metric.param == Metric::kL1   ? "L1"
                                                : metric.param == Metric::kL2 ? "L2"
                                                                              : "Chebyshev");
                         });

TEST(CcuStimuli, LinesHoldEveryPairOnce) {
    std::vector<int> seen(256 * 256, 0);
    for (int i = 0; i < 272; ++i) {
        const std::vector<int> line = line16(i);
        for (const int a : line) {
            for (const int b : line) ++seen[static_cast<std::size_t>(256 * a + b)];
        }
    }
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            ASSERT_EQ(seen[static_cast<std::size_t>(256 * a + b)], a == b ? 17 : 1);
        }
    }
}

TEST_P(Ccu, AllVectorsAndPairsOfCentroids) {
    const Metric metric = GetParam();
    Bench bench;
    // One and two elements, any two centroids.
    for (const Shape& shape : {Shape{.v = 1, .c = 2, .act_bits = 4, .cent_bits = 4},
                               Shape{.v = 1, .c = 2, .act_bits = 5, .cent_bits = 3},
                               Shape{.v = 1, .c = 2, .act_bits = 3, .cent_bits = 5},
                               Shape{.v = 2, .c = 2, .act_bits = 3, .cent_bits = 3}}) {
        Shape s = shape;
        s.metric = metric;
        bench.add(s, all_pairs_source(s));
        s.fold = 2;
        bench.add(s, all_pairs_source(s));
        s.fold = 1;
        s.kind = Kind::kTree;
        bench.add(s, all_pairs_source(s));
    }
    // Any two centroids of two elements of 4 bits, 16 at a time.
    Shape s{.v = 2, .c = 16, .act_bits = 4, .cent_bits = 4, .metric = metric};
    bench.add(s, all_vectors_source(s, 544, line16));
    s.fold = 4;
    bench.add(s, all_vectors_source(s, 544, line16));
    s.fold = 1;
    s.kind = Kind::kTree;
    bench.add(s, all_vectors_source(s, 544, line16));
    // Numbers of centroids that are no power of two.
    for (const int c : {3, 5, 7, 12}) {
        const auto some = [c](int i) {
            std::vector<int> line = line16(17 * i);
            line.resize(static_cast<std::size_t>(c));
            return line;
        };
        s = {.v = 2, .c = c, .act_bits = 4, .cent_bits = 4, .metric = metric};
        for (const int fold : {1, 2, 3}) {
            s.fold = fold;
            bench.add(s, all_vectors_source(s, 32, some));
        }
        s.fold = 1;
        s.kind = Kind::kTree;
        bench.add(s, all_vectors_source(s, 32, some));
    }
    bench.run(1);
    bench.report();
}

TEST_P(Ccu, AllActivationsOf8BitsAndCentroids) {
    // Every centroid with one at a few distances: the border between the two and the tie on it
    // tell every distance of every activation from them.
    const std::vector<int> apart = {1, 2, 3, 64, 127, 128, 255};
    Bench bench;
    Shape s{.v = 1, .c = 2, .metric = GetParam()};
    const auto pairs = [&](int i) {
        return std::vector<int>{i & 255, (i + apart[static_cast<std::size_t>(i >> 8)]) & 255};
    };
    const int count = static_cast<int>(apart.size()) << 8;
    bench.add(s, all_vectors_source(s, count, pairs));
    s.kind = Kind::kTree;
    bench.add(s, all_vectors_source(s, count, pairs));
    // All 256 centroids, 64 at a time.
    for (const int stride : {1, 5}) {
        const auto scattered = [stride](int i) {
            std::vector<int> codebook;
            for (int j = 0; j < 64; ++j)
                codebook.push_back((stride * j + (stride == 1 ? 64 : 1) * i) & 255);
            return codebook;
        };
        s = {.v = 1, .c = 64, .metric = GetParam()};
        const int books = stride == 1 ? 4 : 256;
        bench.add(s, all_vectors_source(s, books, scattered));
        s.fold = 5;
        bench.add(s, all_vectors_source(s, books, scattered));
        s.fold = 1;
        s.kind = Kind::kTree;
        bench.add(s, all_vectors_source(s, books, scattered));
    }
    bench.run(2);
    // Codebooks of 64 in a row have no two centroids at one distance but around the ends.
    for (const auto& unit : bench.units()) {
        EXPECT_EQ(unit->score().mismatches, 0) << unit->shape().name();
        EXPECT_EQ(unit->score().golden_mismatches, 0) << unit->shape().name();
    }
    EXPECT_GT(bench.units()[0]->score().ties, 0);
}

TEST_P(Ccu, RandomVectorsOf8Bits) {
    const std::int64_t vectors = vectors_wanted();
    Bench bench;
    Shape s{.v = 4, .c = 16, .metric = GetParam()};
    bench.add(s, random_source(s, vectors, 11));
    s.kind = Kind::kTree;
    bench.add(s, random_source(s, vectors, 12));
    s.kind = Kind::kChain;
    s.fold = 4;
    bench.add(s, random_source(s, vectors / 4, 13));
    bench.run(3);
    bench.report();
    for (const auto& unit : bench.units()) {
        EXPECT_GT(unit->score().swaps_between, 0) << unit->shape().name();
        EXPECT_GT(unit->score().loads_under_vectors, 0) << unit->shape().name();
    }
}

TEST_P(Ccu, ShapesAndFolds) {
    const std::int64_t vectors = std::min<std::int64_t>(vectors_wanted(), kLong) / 10;
    Bench bench;
    std::uint64_t seed = 100;
    for (const Shape& shape : {
             Shape{.v = 1, .c = 2},
             Shape{.v = 3, .c = 5, .act_bits = 8, .cent_bits = 5},
             Shape{.v = 2, .c = 3, .act_bits = 4, .cent_bits = 8},
             Shape{.v = 16, .c = 3},
             Shape{.v = 9, .c = 8, .act_bits = 6, .cent_bits = 6},
             Shape{.v = 3, .c = 64, .act_bits = 5, .cent_bits = 4},
             Shape{.v = 2, .c = 33, .act_bits = 2, .cent_bits = 2},
         }) {
        Shape s = shape;
        s.metric = GetParam();
        bench.add(s, random_source(s, vectors, ++seed));
        s.kind = Kind::kTree;
        bench.add(s, random_source(s, vectors, ++seed));
    }
    for (const auto& [c, fold] : std::vector<std::pair<int, int>>{
             {2, 2}, {3, 2}, {5, 5}, {7, 3}, {7, 4}, {9, 2}, {16, 4}, {16, 16}, {64, 7}}) {
        const Shape s{
            .v = 2, .c = c, .act_bits = 6, .cent_bits = 5, .metric = GetParam(), .fold = fold};
        bench.add(s, random_source(s, vectors / fold, ++seed));
    }
    bench.run(4);
    bench.report();
}

TEST(CcuDecision, TreesOfAllSizes) {
    const std::int64_t vectors = vectors_wanted();
    Bench bench;
    std::uint64_t seed = 200;
    for (const Shape& shape : {
             Shape{.kind = Kind::kDecision, .v = 4, .c = 16},
             Shape{.kind = Kind::kDecision, .v = 1, .c = 2},
             Shape{.kind = Kind::kDecision, .v = 3, .c = 4, .act_bits = 4},
             Shape{.kind = Kind::kDecision, .v = 9, .c = 8},
             Shape{.kind = Kind::kDecision, .v = 16, .c = 64, .act_bits = 5},
             Shape{.kind = Kind::kDecision, .v = 2, .c = 32, .act_bits = 2},
         }) {
        const bool first = seed == 200;
        bench.add(shape, random_source(shape, first ? vectors : vectors / 5, ++seed));
    }
    bench.run(5);
    bench.report();
}

TEST(CcuDecision, AllVectorsOfSmallWidths) {
    // All nodes' thresholds of a tree of two levels at 2 bits, all splits, all vectors of two
    // elements.
    Bench bench;
    const Shape s{.kind = Kind::kDecision, .v = 2, .c = 4, .act_bits = 2};
    auto next = std::make_shared<int>(0);
    bench.add(s, [=](Epoch& e) {
        if (*next == 4 << 6) return false;
        for (int l = 0; l < 2; ++l) {
            e.splits.push_back(static_cast<std::uint8_t>((*next >> l) & 1));
        }
        e.thresholds.push_back(0);
        for (int j = 0; j < 3; ++j) {
            e.thresholds.push_back(static_cast<std::int8_t>(
                sign_extend(static_cast<std::uint64_t>(*next >> (2 + 2 * j)), 2)));
        }
        e.vectors = all_vectors(2, 2);
        ++*next;
        return true;
    });
    bench.run(6);
    bench.report();
}

// The time that the headers give between a swap and the next load is the shortest.
TEST(CcuWave, OneCycleLessBreaksTheCodebook) {
    Bench bench;
    for (const Shape& s : {
             Shape{.v = 2, .c = 7},
             Shape{.v = 2, .c = 7, .fold = 3},
             Shape{.v = 2, .c = 16, .fold = 4},
             Shape{.v = 2, .c = 2, .fold = 2},
             Shape{.kind = Kind::kTree, .v = 2, .c = 7},
             Shape{.kind = Kind::kDecision, .v = 2, .c = 16},
         }) {
        bench.add(s, random_source(s, 20000, 300));
        bench.add(s, random_source(s, 20000, 300), 1);
    }
    bench.run(7);
    for (const auto& unit : bench.units()) {
        const bool early = ((&unit - bench.units().data()) & 1) != 0;
        EXPECT_EQ(unit->score().mismatches != 0, early) << unit->shape().name();
        EXPECT_EQ(unit->score().golden_mismatches, 0) << unit->shape().name();
    }
}

// Minutes: only when asked for.
TEST_P(Ccu, LongAllPairsOfCentroids) {
    if (vectors_wanted() < kLong) GTEST_SKIP() << "PEFORGE_CCU_VECTORS < " << kLong;
    Bench bench;
    for (const Shape& shape : {Shape{.v = 1, .c = 2, .act_bits = 8, .cent_bits = 8},
                               Shape{.v = 2, .c = 2, .act_bits = 4, .cent_bits = 4}}) {
        Shape s = shape;
        s.metric = GetParam();
        bench.add(s, all_pairs_source(s));
        s.kind = Kind::kTree;
        bench.add(s, all_pairs_source(s));
    }
    bench.run(8);
    bench.report();
}

}  // namespace
}  // namespace peforge::leaf
