// Reads and checks a spec: the parameter table against a document.
//
// SPDX-License-Identifier: Apache-2.0
#include "generator/spec/spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "generator/spec/document.hpp"
#include "generator/spec/error.hpp"
#include "generator/spec/parameters.hpp"
#include "golden/datapath/fields.hpp"

namespace peforge {
namespace {

using golden::Format;
using golden::FormatKind;

constexpr std::size_t kLargestSpecFile = std::size_t{1} << 20;

/// Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t up = row[j + 1];
            row[j + 1] = std::min({up + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
            diagonal = up;
        }
    }
    return row.back();
}

std::string unknown_key(const std::string& key, const std::vector<std::string>& legal) {
    const std::string part = key.substr(0, 64);  // the distance is quadratic
    const auto nearest = std::ranges::min_element(
        legal, {}, [&](const std::string& candidate) { return distance(part, candidate); });
    std::string list;
    for (const std::string& candidate : legal) {
        list += (list.empty() ? "" : ", ") + candidate;
    }
    return fmt::format("unknown key; did you mean \"{}\"? allowed: {}", *nearest, list);
}

/// Index of a node's text among choices.
std::optional<int> choice_index(const Node& node, std::span<const std::string_view> choices) {
    if (node.kind != Node::Kind::kString) {
        return std::nullopt;
    }
    const auto it = std::ranges::find(choices, node.text);
    if (it == choices.end()) {
        return std::nullopt;
    }
    return static_cast<int>(it - choices.begin());
}

struct Checked {
    ParameterValue value;
    std::string problem;  ///< empty when the value is legal
};

/// A value against its row of the table (Parameter or FormatParameter).
template <class Row>
Checked check_value(const Row& row, const Node& node) {
    const auto wrong = [&](std::string_view how) {
        return Checked{{}, fmt::format("{} {}; allowed: {}", show(node), how, allowed_text(row))};
    };
    switch (row.type) {
        case ParameterType::kName: {
            if (node.kind != Node::Kind::kString) {
                return wrong("is not a string");
            }
            const std::string problem = check_name(node.text);
            return problem.empty() ? Checked{{std::nullopt, node.text}, {}} : wrong(problem);
        }
        case ParameterType::kBool:
            if (node.kind != Node::Kind::kBool) {
                return wrong("is neither true nor false");
            }
            return static_cast<int>(node.boolean) < row.min
                       ? wrong("is not supported in this version")
                       : Checked{{static_cast<int>(node.boolean), {}}, {}};
        case ParameterType::kEnum: {
            if (node.kind != Node::Kind::kString) {
                return wrong("is not a string");
            }
            const std::optional<int> index = choice_index(node, row.choices);
            return index ? Checked{{index, {}}, {}} : wrong("is not supported in this version");
        }
        case ParameterType::kIntOrAuto:
            if (node.kind == Node::Kind::kString && node.text == "auto") {
                return {};
            }
            [[fallthrough]];
        default:
            break;
    }
    if (node.kind != Node::Kind::kInteger) {
        return wrong("is not an integer");
    }
    if (node.integer < row.min || node.integer > row.max) {
        return wrong("is out of range");
    }
    return {{static_cast<int>(node.integer), {}}, {}};
}

/// Octaves for which pf_log_mix_pe's modes fit one another: mode 2's three fraction bits are up to
/// three fewer than mode 0's, octaves - 11.
constexpr int kMixedOctavesMin = 14;
constexpr int kMixedOctavesMax = 17;

/// Fraction bits of logarithms that may have a sum of their own each.
constexpr int kMostBinFracBits = 2;

/// Walks the document along the table. Problems are collected with their position, so that the one
/// reported is the first in document order also when it needed a later key to be seen.
class Validator {
public:
    Validator(const Node& root, const std::string& file) : root_(root), file_(file) {}

    Spec run() {
        if (root_.kind != Node::Kind::kObject) {
            throw InputError(file_, "",
                             fmt::format("the document is {}; allowed: an object", show(root_)));
        }
        peek();
        object(root_, "");
        if (known_kind_) {
            cross_checks();
        }
        if (!problems_.empty()) {
            const Problem& first = *std::ranges::min_element(problems_, {}, &Problem::order);
            throw InputError(file_, first.pointer, first.what);
        }
        return std::move(spec_);
    }

private:
    struct Problem {
        std::size_t order = 0;
        std::string pointer;
        std::string what;
    };

    void problem(std::size_t order, std::string pointer, std::string what) {
        problems_.push_back({order, std::move(pointer), std::move(what)});
    }

    /// What decides which keys belong to the spec, read ahead of the walk.
    void peek() {
        const Node* array = root_.find("array");
        const Node* kind = array != nullptr ? array->find("kind") : nullptr;
        const Node* dataflow = array != nullptr ? array->find("dataflow") : nullptr;
        const auto known = [this](const Parameter& p, const Node& node) {
            const Checked checked = check_value(p, node);
            if (checked.problem.empty()) {
                p.codec.set(spec_, checked.value);
            }
            return checked.problem.empty();
        };
        known_dataflow_ = dataflow == nullptr;
        for (const Parameter& p : parameters()) {
            if (kind != nullptr && p.pointer == "/array/kind") {
                known_kind_ = known(p, *kind);
            }
            if (dataflow != nullptr && p.pointer == "/array/dataflow") {
                known_dataflow_ = known(p, *dataflow);
            }
        }
        known_dataflow_ = known_kind_ && (spec_.kind != ArrayKind::kSystolic || known_dataflow_);
        const auto weight = peek_format("weight");
        const auto activation = peek_format("activation");
        known_datapath_ = known_kind_ &&
                          (spec_.kind == ArrayKind::kLut || (weight && activation)) &&
                          !(activation && golden::is_power_sum(*activation));  // refused by itself
        spec_.weight.kind = weight.value_or(FormatKind::kInt);
        spec_.activation.kind = activation.value_or(FormatKind::kInt);
    }

    std::optional<FormatKind> peek_format(std::string_view role) const {
        const Node* object = root_.find(role);
        const Node* kind = object != nullptr ? object->find("format") : nullptr;
        return kind != nullptr ? format_kind(*kind) : std::nullopt;
    }

    static std::optional<FormatKind> format_kind(const Node& node) {
        const auto index = choice_index(node, golden::kFormatKindNames);
        return index ? std::optional(static_cast<FormatKind>(*index)) : std::nullopt;
    }

    /// Does the key belong to this spec, as far as is known?
    [[nodiscard]] bool may_belong(const Parameter& p) const {
        if (depends_on_formats(p.scope)) {
            return known_datapath_ ? belongs(p, spec_) : true;
        }
        if (p.scope == Scope::kBuffered) {
            return known_dataflow_ ? belongs(p, spec_) : true;
        }
        return known_kind_ ? belongs(p, spec_) : true;
    }

    [[nodiscard]] bool must_be_there(const Parameter& p) const {
        return p.required && (p.scope == Scope::kAll || known_kind_) && may_belong(p);
    }

    /// Keys of the table directly below `path`, which belong to the spec.
    [[nodiscard]] std::vector<std::string> legal_keys(const std::string& path) const {
        std::vector<std::string> keys;
        for (const Parameter& p : parameters()) {
            if (p.pointer.starts_with(path + "/") && may_belong(p)) {
                std::string key(p.pointer.substr(path.size() + 1));
                key.resize(std::min(key.find('/'), key.size()));
                if (keys.empty() || keys.back() != key) {
                    keys.push_back(std::move(key));
                }
            }
        }
        return keys;
    }

    void object(const Node& node, const std::string& path) {
        std::set<std::string> seen;
        for (const Member& m : node.members) {
            const std::string pointer = path + pointer_step(m.key);
            if (!seen.insert(m.key).second) {
                problem(m.value.begin, pointer, "repeated key; allowed: each key once");
                continue;
            }
            entry(m, path, pointer);
        }
        std::set<std::string> reported;
        for (const Parameter& p : parameters()) {
            if (!p.pointer.starts_with(path + "/") || !must_be_there(p)) {
                continue;
            }
            const std::string_view rest = p.pointer.substr(path.size() + 1);
            const std::string key(rest.substr(0, rest.find('/')));
            if (!seen.contains(key) && reported.insert(key).second) {
                problem(node.end, path + "/" + key,
                        "missing; required: " +
                            (key == rest ? allowed_text(p) : std::string("an object")));
            }
        }
    }

    void entry(const Member& m, const std::string& path, const std::string& pointer) {
        const Node& node = m.value;
        const Parameter* leaf = nullptr;
        const Parameter* inside =
            nullptr;  // the first row below `pointer`, better one that belongs
        for (const Parameter& p : parameters()) {
            if (p.pointer == pointer) {
                leaf = &p;
            } else if (p.pointer.starts_with(pointer + "/") &&
                       (inside == nullptr || (!may_belong(*inside) && may_belong(p)))) {
                inside = &p;
            }
        }
        const Parameter* row = leaf != nullptr ? leaf : inside;
        if (row == nullptr) {
            problem(node.begin, pointer, unknown_key(m.key, legal_keys(path)));
        } else if (!may_belong(*row)) {
            problem(node.begin, pointer,
                    fmt::format("does not belong to this spec; allowed only with {}",
                                scope_text(row->scope)));
        } else if (leaf == nullptr) {
            if (node.kind == Node::Kind::kObject) {
                object(node, pointer);
            } else {
                problem(node.begin, pointer,
                        fmt::format("{} is not an object; allowed: an object", show(node)));
            }
        } else if (leaf->type == ParameterType::kFormat) {
            format(node, pointer, spec_.*(leaf->format));
        } else {
            Checked checked = check_value(*leaf, node);
            if (checked.problem.empty()) {
                leaf->codec.set(spec_, checked.value);
            } else {
                problem(node.begin, pointer, std::move(checked.problem));
            }
        }
    }

    void format(const Node& node, const std::string& path, Format& result) {
        if (node.kind != Node::Kind::kObject) {
            problem(node.begin, path,
                    fmt::format("{} is not an object; allowed: a format object such as "
                                "{{\"format\": \"int\", \"n\": 8}}",
                                show(node)));
            return;
        }
        const Node* format_node = node.find("format");
        const std::optional<FormatKind> kind =
            format_node != nullptr ? format_kind(*format_node) : std::nullopt;
        const std::size_t before = problems_.size();
        if (kind && golden::is_power_sum(*kind) && path != "/weight") {
            problem(format_node->begin, path + "/format",
                    fmt::format("\"{}\" is a format of weights alone; allowed: {}",
                                golden::kind_name(*kind), operand_format_names()));
            return;
        }
        std::set<std::string> seen;
        for (const Member& m : node.members) {
            const std::string pointer = path + pointer_step(m.key);
            if (!seen.insert(m.key).second) {
                problem(m.value.begin, pointer, "repeated key; allowed: each key once");
                continue;
            }
            format_entry(m, pointer, kind, result);
        }
        for (const FormatParameter& p : format_parameters()) {
            // Without a legal format only the format itself is known to be missing.
            const bool needed = kind ? belongs(p, *kind) : p.key == "format";
            if (p.required && needed && !seen.contains(std::string(p.key))) {
                problem(node.end, path + "/" + std::string(p.key),
                        "missing; required: " + allowed_text(p));
            }
        }
        if (problems_.size() != before) {
            return;
        }
        for (const FormatParameter& p : format_parameters()) {
            if (p.set_default != nullptr && belongs(p, result.kind) &&
                !seen.contains(std::string(p.key))) {
                p.set_default(result);
            }
        }
        if (const int bits = golden::fixed_bits(result.kind); bits != 0) {
            result.n = bits;
        }
        std::string key;
        const std::string what = golden::check(result, key);
        if (!what.empty()) {
            const Node* culprit = node.find(key);
            problem(culprit != nullptr ? culprit->begin : node.end, path + "/" + key, what);
        }
    }

    void format_entry(const Member& m, const std::string& pointer, std::optional<FormatKind> kind,
                      Format& result) {
        const FormatParameter* row = nullptr;
        std::vector<std::string> legal;
        std::string owners;
        for (const FormatParameter& p : format_parameters()) {
            if (!kind || belongs(p, *kind)) {
                if (legal.empty() || legal.back() != p.key) {
                    legal.emplace_back(p.key);
                }
                if (p.key == m.key && row == nullptr) {
                    row = &p;
                }
            } else if (p.key == m.key) {
                owners += owners.empty() ? "" : ", ";
                owners += format_names(p);
            }
        }
        if (row == nullptr) {
            problem(
                m.value.begin, pointer,
                owners.empty()
                    ? unknown_key(m.key, legal)
                    : fmt::format("does not belong to this format; allowed only with {}", owners));
            return;
        }
        if (!kind && row->key != "format") {
            return;  // the format itself is the problem; ranges depend on it
        }
        Checked checked = check_value(*row, m.value);
        if (checked.problem.empty()) {
            row->codec.set(result, checked.value);
        } else {
            problem(m.value.begin, pointer, std::move(checked.problem));
        }
    }

    /// Formats of activations and outputs.
    static std::string operand_format_names() {
        std::string text;
        for (std::size_t i = 0; i < golden::kFormatKindNames.size(); ++i) {
            if (!golden::is_power_sum(static_cast<FormatKind>(i))) {
                text +=
                    fmt::format("{}\"{}\"", text.empty() ? "" : ", ", golden::kFormatKindNames[i]);
            }
        }
        return text;
    }

    static std::string format_names(const FormatParameter& p) {
        std::string text;
        for (std::size_t i = 0; i < golden::kFormatKindNames.size(); ++i) {
            if (belongs(p, static_cast<FormatKind>(i))) {
                text += fmt::format("{}format \"{}\"", text.empty() ? "" : ", ",
                                    golden::kFormatKindNames[i]);
            }
        }
        return text;
    }

    /// Position of the value at `section`/`key`, or of the end of what is there.
    [[nodiscard]] std::size_t order_of(std::string_view section, std::string_view key) const {
        const Node* outer = root_.find(section);
        if (outer == nullptr) {
            return root_.end;
        }
        const Node* inner = outer->find(key);
        return inner != nullptr ? inner->begin : outer->end;
    }

    /// Contradictions between legal values.
    void cross_checks() {
        const bool lut = spec_.kind == ArrayKind::kLut;
        if (known_datapath_) {
            if (lut && spec_.activation.kind != FormatKind::kInt) {
                problem(order_of("activation", "format"), "/activation/format",
                        fmt::format("\"{}\" has no datapath in a lut array; allowed: \"int\"",
                                    kind_name(spec_.activation)));
            }
            if (!lut && !has_datapath()) {
                const bool weight_first =
                    order_of("weight", "format") < order_of("activation", "format");
                const std::string_view later = weight_first ? "activation" : "weight";
                problem(order_of(later, "format"), fmt::format("/{}/format", later),
                        fmt::format("\"{}\" weights with \"{}\" activations have no datapath; "
                                    "allowed: int with int, pot with int, lp with lp, and any two "
                                    "of posit, adaptivfloat, fp8, flint; apot, sp2, denseshift, "
                                    "elp_bsd, ternary and binary weights with int",
                                    kind_name(spec_.weight), kind_name(spec_.activation)));
            }
        }
        check_lut();
        check_mixed_precision();
        check_run_time_fields();
        check_run_time_types();
        check_bins();
        const bool array_legal = std::ranges::none_of(
            problems_, [](const Problem& p) { return p.pointer.starts_with("/array"); });
        const int columns = lut ? spec_.columns : spec_.cols;
        if (array_legal && spec_.post_lanes.value_or(1) > columns) {
            problem(order_of("post", "lanes"), "/post/lanes",
                    fmt::format("{} is out of range; allowed: \"auto\" or an integer 1..{}",
                                *spec_.post_lanes, columns));
        }
    }

    void check_lut() {
        if (spec_.kind != ArrayKind::kLut || !problems_.empty()) return;
        const auto refuse = [&](std::string_view section, std::string_view key,
                                const std::string& what) {
            problem(order_of(section, key), fmt::format("/{}/{}", section, key), what);
        };
        const bool folded = spec_.lut_organisation == golden::LutOrganisation::kFolded;
        if (spec_.imms % spec_.ccus != 0) {
            refuse("array", "ccus",
                   fmt::format("{} does not divide imms; allowed: a divisor of {}", spec_.ccus,
                               spec_.imms));
        } else if (folded && (spec_.lut_fold < 2 || spec_.lut_fold > spec_.centroids)) {
            refuse("lut", "fold",
                   fmt::format("{} with organisation \"folded\"; allowed: 2..{}", spec_.lut_fold,
                               spec_.centroids));
        } else if (!folded && spec_.lut_fold != 1) {
            refuse("lut", "fold",
                   fmt::format("{} goes with organisation \"folded\" alone; allowed: 1",
                               spec_.lut_fold));
        }
        if (spec_.lut_encoder != golden::LutEncoder::kTree || !problems_.empty()) return;
        const auto refuse_tree = [&](std::string_view section, std::string_view key,
                                     std::string_view allowed) {
            refuse(section, key,
                   fmt::format("does not go with encoder \"tree\", which measures no distance; "
                               "allowed: {}",
                               allowed));
        };
        if (!std::has_single_bit(static_cast<unsigned>(spec_.centroids))) {
            refuse("array", "centroids",
                   fmt::format("{} is no power of two, which encoder \"tree\" needs; allowed: 2, "
                               "4, 8, 16, 32, 64",
                               spec_.centroids));
        } else if (spec_.metric != golden::Metric::kL1) {
            refuse_tree("array", "metric", "none");
        } else if (spec_.lut_organisation != golden::LutOrganisation::kChain) {
            refuse_tree("lut", "organisation", "none");
        } else if (spec_.centroid_bits != Spec{}.centroid_bits) {
            refuse_tree("centroid", "n", "none: thresholds are as wide as activations");
        }
    }

    /// Arrays of mixed precision exist for two sets of formats and one kind of PE.
    void check_mixed_precision() {
        if (!spec_.mixed_precision || spec_.kind != ArrayKind::kSystolic || !problems_.empty()) {
            return;
        }
        const auto refuse = [&](std::string_view section, std::string_view key,
                                std::string_view what) {
            problem(order_of(section, key), fmt::format("/{}/{}", section, key),
                    fmt::format("has no processing element of mixed precision; allowed with "
                                "mixed_precision: {}",
                                what));
        };
        const Format lp8{.kind = FormatKind::kLp, .n = 8, .es = 1, .rs = 3};
        const Format int8{.kind = FormatKind::kInt, .n = 8};
        const bool log = spec_.weight == lp8 && spec_.activation == lp8;
        if (!log && !(spec_.weight == int8 && spec_.activation == int8)) {
            refuse("weight", "format",
                   "int8 weights and activations, or lp with n 8, es 1, rs 3 for both");
        } else if (spec_.dataflow != golden::Dataflow::kWeightStationary) {
            refuse("array", "dataflow", "\"weight_stationary\"");
        } else if (spec_.lanes != 1) {
            refuse("pe", "lanes", "1");
        } else if (!log && spec_.pipeline != 1) {
            refuse("pe", "pipeline", "1 for int");
        } else if (log && spec_.acc_rounding != golden::Rounding::kTruncate) {
            refuse("accumulator", "rounding", "\"truncate\"");
        } else if (log && spec_.acc_frac_bits) {
            refuse("accumulator", "frac_bits", "\"auto\"");
        } else if (log && spec_.mantissa_bits) {
            refuse("accumulator", "mantissa_bits", "\"auto\"");
        } else if (log && (spec_.octaves < kMixedOctavesMin || spec_.octaves > kMixedOctavesMax)) {
            refuse("accumulator", "octaves",
                   fmt::format("{}..{}", kMixedOctavesMin, kMixedOctavesMax));
        }
    }

    /// Run-time fields exist for the capped regime and one kind of PE.
    void check_run_time_fields() {
        if (!spec_.run_time_fields || !problems_.empty()) {
            return;
        }
        const auto refuse = [&](std::string_view section, std::string_view key,
                                std::string_view what) {
            refuse_choice("fields", section, key, what);
        };
        for (const auto& [role, f] :
             {std::pair("weight", spec_.weight), std::pair("activation", spec_.activation)}) {
            if (f.regime != golden::LpRegime::kCapped) {
                refuse(role, "regime", "\"capped\"");
            } else if (f.es > golden::largest_es(f.n)) {
                refuse(role, "es", fmt::format("0..{}", golden::largest_es(f.n)));
            }
        }
        if (spec_.mixed_precision) {
            refuse("pe", "mixed_precision", "false");
        }
        check_choice("fields");
    }

    void check_run_time_types() {
        if (spec_.run_time_types && problems_.empty()) check_choice("types");
    }

    /// What all run-time choices need.
    void check_choice(std::string_view what) {
        if (spec_.dataflow != golden::Dataflow::kWeightStationary) {
            refuse_choice(what, "array", "dataflow", "\"weight_stationary\"");
        }
        if (spec_.acc_frac_bits) {
            refuse_choice(what, "accumulator", "frac_bits", "\"auto\"");
        }
    }

    void refuse_choice(std::string_view choice, std::string_view section, std::string_view key,
                       std::string_view allowed) {
        problem(order_of(section, key), fmt::format("/{}/{}", section, key),
                fmt::format("does not go with run-time {0}; allowed with run_time_{0}: {1}", choice,
                            allowed));
    }

    /// Bins are wires and registers of every PE: few fractions alone are worth building.
    void check_bins() {
        if (spec_.convert != golden::Convert::kPerBin || !problems_.empty()) return;
        const int frac_bits =
            std::max(golden::log_frac_bits(spec_.weight), golden::log_frac_bits(spec_.activation));
        const auto refuse = [&](const std::string& why) {
            problem(order_of("pe", "convert"), "/pe/convert", "\"per_bin\" " + why);
        };
        if (spec_.mixed_precision) {
            refuse("does not go with mixed_precision; allowed: \"per_product\"");
        } else if (spec_.run_time_fields) {
            refuse("does not go with run_time_fields; allowed: \"per_product\"");
        } else if (spec_.dataflow != golden::Dataflow::kWeightStationary) {
            refuse("needs array.dataflow \"weight_stationary\"; allowed: \"per_product\"");
        } else if (frac_bits > kMostBinFracBits) {
            refuse(
                fmt::format("would need 2^{} sums in a PE, one for each fraction of a logarithm; "
                            "allowed: \"per_product\", or formats of at most {} fraction bits "
                            "(larger es, smaller n)",
                            frac_bits, kMostBinFracBits));
        }
    }

    [[nodiscard]] bool has_datapath() const {
        const FormatKind w = spec_.weight.kind;
        const FormatKind a = spec_.activation.kind;
        if (golden::is_float(spec_.weight)) return golden::is_float(spec_.activation);
        return w == FormatKind::kLp ? a == FormatKind::kLp : a == FormatKind::kInt;
    }

    static std::string_view kind_name(const Format& f) { return golden::kind_name(f.kind); }

    const Node& root_;
    const std::string& file_;
    Spec spec_;
    bool known_kind_ = false;
    bool known_dataflow_ = false;
    bool known_datapath_ = false;
    std::vector<Problem> problems_;
};

std::string fnv1a_64(std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325U;
    for (const char c : text) {
        h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    return fmt::format("{:016x}", h);
}

}  // namespace

Spec parse_spec(const std::string& text, const std::string& file) {
    const Node root = parse_document(text, file);
    Spec spec = Validator(root, file).run();
    spec.hash = fnv1a_64(to_json(spec));
    return spec;
}

Spec load_spec(const std::filesystem::path& file) {
    return parse_spec(read_text_file(file, kLargestSpecFile), file.string());
}

}  // namespace peforge
