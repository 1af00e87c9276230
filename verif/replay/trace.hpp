// A recorded simulation: the ports of every clock cycle as lines of hex digits, the handshake beats
// in them, and the comparison of two simulators' outputs. Line format: verif/model/rtl_abi.h.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "generator/design/design.hpp"

namespace peforge::replay {

/// Where a port's digits stand in the line of its direction.
struct Field {
    std::string name;
    int width = 1;  ///< bits
    bool input = true;
    std::size_t at = 0;
    std::size_t digits = 1;
    int stream = -1;  ///< index of the stream whose payload it is; -1: always has a meaning
};

/// Where a stream's handshake and payload stand.
struct StreamFields {
    std::string name;  ///< "act" of act_valid_i
    Field valid;
    Field ready;
    std::vector<Field> payload;
};

/// The lines of a design's recordings.
class Layout {
public:
    explicit Layout(const Design& design);

    /// All ports but the clock, in the top's order.
    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
    [[nodiscard]] const std::vector<StreamFields>& streams() const { return streams_; }
    [[nodiscard]] const Field& reset() const { return fields_.front(); }
    /// Digit of reset() while the array is in reset.
    [[nodiscard]] char reset_digit() const { return reset_digit_; }
    /// Whether a line of inputs holds the array in reset.
    [[nodiscard]] bool in_reset(const std::string& inputs) const {
        return inputs[reset().at] == reset_digit_;
    }
    /// Digits of a line, without its end.
    [[nodiscard]] std::size_t input_digits() const { return input_digits_; }
    [[nodiscard]] std::size_t output_digits() const { return output_digits_; }

private:
    std::vector<Field> fields_;
    std::vector<StreamFields> streams_;
    char reset_digit_ = '0';
    std::size_t input_digits_ = 0;
    std::size_t output_digits_ = 0;
};

/// The two files of one simulator's run.
struct Recording {
    std::filesystem::path inputs;
    std::filesystem::path outputs;
};

/// Part of a recording that belongs to one test.
struct Section {
    std::string name;
    std::uint64_t begin = 0;  ///< first recorded cycle
    std::uint64_t end = 0;    ///< behind its last
};

/// The handshake beats of one test.
struct TestBeats {
    std::string name;
    std::uint64_t count = 0;
    std::string sha256;  ///< of its lines
};

/// All handshake beats of a recording.
struct BeatLog {
    std::vector<TestBeats> tests;
    /// Per test a line "# <test>", then one a beat: "<cycle> <stream> <payload>". Cycle 0 is the
    /// test's first one out of reset; beats of one cycle stand in the order of the top's ports. The
    /// payload is the hex digits of the stream's payload ports in that order, joined by ':'.
    std::string log;

    [[nodiscard]] std::uint64_t count() const;
    /// Of the tests' lines in digests().
    [[nodiscard]] std::string sha256() const;
    /// Per test "<test> <beats> <sha256>", then "total <beats> <sha256 of the lines before>". The
    /// same for every harness and simulator that runs the plan.
    [[nodiscard]] std::string digests() const;
};

/// Reads a recording of tests; `keep_log` keeps the log's text, which can be large. Throws
/// InputError when a file cannot be read.
BeatLog read_beats(const Layout& layout, const Recording& recording,
                   const std::vector<Section>& sections, bool keep_log);

/// Compares a simulator's outputs with the reference's in every cycle out of reset: control and
/// status always, a stream's payload while its valid is high. One text a section, empty when equal,
/// else its first difference: cycle, port, both values. An X or Z digit differs from every digit.
std::vector<std::string> differences(const Layout& layout, const Recording& reference,
                                     const std::filesystem::path& outputs,
                                     const std::string& simulator,
                                     const std::vector<Section>& sections);

}  // namespace peforge::replay
