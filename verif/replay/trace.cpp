// SPDX-License-Identifier: Apache-2.0
#include "verif/replay/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "generator/spec/error.hpp"
#include "generator/support/sha256.hpp"

namespace peforge::replay {

namespace fs = std::filesystem;

namespace {

std::ifstream open(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw InputError(file.string(), "", "cannot be read");
    return in;
}

std::string_view digits(const Field& field, std::string_view line) {
    return line.substr(field.at, field.digits);
}

/// Both lines of a cycle.
struct Cycle {
    std::string inputs;
    std::string outputs;

    [[nodiscard]] std::string_view of(const Field& field) const {
        return digits(field, field.input ? inputs : outputs);
    }
    [[nodiscard]] bool high(const Field& field) const { return of(field) == "1"; }
};

bool has_unknown(std::string_view value) {
    return value.find_first_of("xXzZ") != std::string_view::npos;
}

/// First port whose value differs in a cycle, or nullptr.
const Field* first_difference(const Layout& layout, const Cycle& want, std::string_view got) {
    for (const Field& field : layout.fields()) {
        if (field.input || want.of(field) == digits(field, got)) continue;
        if (field.stream < 0) return &field;
        const StreamFields& stream = layout.streams()[static_cast<std::size_t>(field.stream)];
        if (want.high(stream.valid)) return &field;
    }
    return nullptr;
}

}  // namespace

Layout::Layout(const Design& design)
    : reset_digit_(design.spec.reset == ResetLevel::kHigh ? '1' : '0') {
    for (const Port& port : design.ports) {
        if (port.name == "clk_i") continue;
        std::size_t& at = port.input ? input_digits_ : output_digits_;
        Field field;
        field.name = port.name;
        field.width = port.width;
        field.input = port.input;
        field.at = at;
        field.digits = static_cast<std::size_t>(port.width + 3) / 4;
        at += field.digits;
        fields_.push_back(std::move(field));
    }
    const auto field_of = [this](const std::string& port) -> Field& {
        return *std::find_if(fields_.begin(), fields_.end(),
                             [&port](const Field& field) { return field.name == port; });
    };
    for (const Stream& stream : peforge::streams(design)) {
        StreamFields fields;
        fields.name = stream.name;
        fields.valid = field_of(stream.name + (stream.input ? "_valid_i" : "_valid_o"));
        fields.ready = field_of(stream.name + (stream.input ? "_ready_o" : "_ready_i"));
        for (const Port& port : stream.payload) {
            Field& field = field_of(port.name);
            field.stream = static_cast<int>(streams_.size());
            fields.payload.push_back(field);
        }
        streams_.push_back(std::move(fields));
    }
}

namespace {

std::string test_lines(const std::vector<TestBeats>& tests) {
    std::string text;
    for (const TestBeats& test : tests) {
        text += fmt::format("{} {} {}\n", test.name, test.count, test.sha256);
    }
    return text;
}

}  // namespace

std::uint64_t BeatLog::count() const {
    return std::accumulate(
        tests.begin(), tests.end(), std::uint64_t{0},
        [](std::uint64_t sum, const TestBeats& test) { return sum + test.count; });
}

std::string BeatLog::sha256() const {
    return peforge::sha256(test_lines(tests));
}

std::string BeatLog::digests() const {
    return test_lines(tests) + fmt::format("total {} {}\n", count(), sha256());
}

BeatLog read_beats(const Layout& layout, const Recording& recording,
                   const std::vector<Section>& sections, bool keep_log) {
    std::ifstream inputs = open(recording.inputs);
    std::ifstream outputs = open(recording.outputs);
    BeatLog beats;
    Cycle cycle;
    std::string lines;
    std::uint64_t line = 0;
    for (const Section& section : sections) {
        TestBeats test{section.name, 0, {}};
        Sha256 hash;
        if (keep_log) beats.log += fmt::format("# {}\n", section.name);
        std::uint64_t number = 0;
        for (; line < section.end; ++line) {
            if (!std::getline(inputs, cycle.inputs) || !std::getline(outputs, cycle.outputs)) break;
            if (cycle.outputs.size() != layout.output_digits()) break;
            if (layout.in_reset(cycle.inputs)) continue;
            for (const StreamFields& stream : layout.streams()) {
                if (!cycle.high(stream.valid) || !cycle.high(stream.ready)) continue;
                ++test.count;
                fmt::format_to(std::back_inserter(lines), "{} {}", number, stream.name);
                char separator = ' ';
                for (const Field& field : stream.payload) {
                    lines += separator;
                    lines += cycle.of(field);
                    separator = ':';
                }
                lines += '\n';
            }
            ++number;
            hash.update(lines);
            if (keep_log) beats.log += lines;
            lines.clear();
        }
        test.sha256 = hash.hex();
        beats.tests.push_back(std::move(test));
    }
    return beats;
}

std::vector<std::string> differences(const Layout& layout, const Recording& reference,
                                     const fs::path& outputs, const std::string& simulator,
                                     const std::vector<Section>& sections) {
    std::ifstream inputs = open(reference.inputs);
    std::ifstream wanted = open(reference.outputs);
    std::ifstream other = open(outputs);
    std::vector<std::string> texts(sections.size());
    Cycle want;
    std::string got;
    std::uint64_t in_reset = 0;
    std::size_t section = 0;
    bool ended = false;
    for (std::uint64_t number = 0;
         std::getline(inputs, want.inputs) && std::getline(wanted, want.outputs); ++number) {
        while (section < sections.size() && number >= sections[section].end) ++section;
        if (section == sections.size()) break;
        ended = ended || !std::getline(other, got) || got.size() != layout.output_digits();
        std::string& text = texts[section];
        if (ended) {
            if (text.empty()) {
                text = fmt::format("{} ended after {} of {} recorded cycles", simulator, number,
                                   sections.back().end);
            }
            continue;
        }
        if (layout.in_reset(want.inputs)) {
            ++in_reset;
            continue;
        }
        if (!text.empty()) continue;
        const Field* field = first_difference(layout, want, got);
        if (field == nullptr) continue;
        const std::string_view value = digits(*field, got);
        text = fmt::format(
            "{} at cycle {} of the case ({} after reset): {} gives 0x{}, verilator 0x{}{}",
            field->name, number - sections[section].begin, number - in_reset, simulator, value,
            want.of(*field), has_unknown(value) ? " (x: a bit without a value)" : "");
    }
    return texts;
}

}  // namespace peforge::replay
