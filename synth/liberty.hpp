// Liberty cell libraries: a reader, and the questions that a synthesis flow asks of a library.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace peforge::synth {

/// A group of a liberty file: `type (args) { attribute : value; attribute (values); group ... }`.
struct LibertyGroup {
    std::string type;
    std::vector<std::string> args;
    /// Simple attributes and complex ones (values joined by ", "), quotes removed, in file order.
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<LibertyGroup> groups;

    /// First attribute of that name, or null.
    [[nodiscard]] const std::string* attribute(const std::string& name) const;
};

/// Reads liberty text. Throws InputError with `file` and the line of what is wrong.
LibertyGroup parse_liberty(const std::string& text, const std::string& file);

/// Truth table of a liberty boolean function over `inputs` (at most 6): bit i is the value for the
/// inputs' values i, inputs[0] being bit 0. Empty for text that is no function of these inputs.
/// Operators by falling priority: ! and ', ^, & and * and a blank, + and |.
std::optional<std::uint64_t> truth_table(const std::string& function,
                                         const std::vector<std::string>& inputs);

/// A cell's use in synthesis.
struct Cell {
    std::string name;
    std::optional<double> area;  ///< as in the library; empty where the library gives none
    std::vector<std::string> inputs;
    std::map<std::string, std::string> outputs;  ///< pin -> function, empty without one
    bool flip_flop = false;
    bool latch = false;
};

/// Pins of a plain rising-edge D flip-flop.
struct FlipFlop {
    std::string cell;
    std::string clock;
    std::string data;
    std::string output;
};

/// Pins of a plain latch.
struct Latch {
    std::string cell;
    std::string enable;  ///< open while it is high
    std::string data;
    std::string output;
};

/// Pins of a full adder.
struct FullAdder {
    std::string cell;
    std::vector<std::string> inputs;  ///< three
    std::string sum;
    std::string carry;
};

/// A library as the flow sees it.
class Library {
public:
    /// Throws InputError when the text does not parse or lacks what every design needs: a rising-
    /// edge D flip-flop without set and reset, an inverter, and a two-input NAND, NOR, AND or OR.
    Library(const std::string& text, const std::string& file);

    [[nodiscard]] const std::string& file() const { return file_; }  ///< file name, no folder
    [[nodiscard]] const std::string& name() const { return name_; }  ///< of the library group
    [[nodiscard]] const std::string& sha256() const { return sha256_; }
    [[nodiscard]] std::optional<double> voltage() const { return voltage_; }          ///< V
    [[nodiscard]] std::optional<double> temperature() const { return temperature_; }  ///< C
    [[nodiscard]] const std::map<std::string, Cell>& cells() const { return cells_; }

    /// Area of a cell. Throws InputError when the library has no such cell, or no area above zero
    /// for it: a mapped cell always occupies some.
    [[nodiscard]] double area(const std::string& cell) const;

    [[nodiscard]] bool is_flip_flop(const std::string& cell) const;
    [[nodiscard]] bool is_latch(const std::string& cell) const;

    /// The cells that have no area above zero get those of `areas`, as far as they stand there.
    void add_areas(const std::map<std::string, double>& areas);

    /// Smallest plain D flip-flop.
    [[nodiscard]] const FlipFlop& flip_flop() const { return flip_flop_; }

    /// Smallest plain latch that is open while its enable is high, if the library has any.
    [[nodiscard]] const std::optional<Latch>& latch() const { return latch_; }

    /// Second smallest buffer (the smallest where there is one only): drives the inputs. BUFX4 in
    /// the OSU libraries. Empty without buffers that have delay tables.
    [[nodiscard]] const std::string& driving_buffer() const { return buffer_; }

    /// Smallest full adder, if the library has any.
    [[nodiscard]] const std::optional<FullAdder>& full_adder() const { return full_adder_; }

private:
    void read_cell(const LibertyGroup& group);
    void choose_cells(const LibertyGroup& root);

    std::string file_;
    std::string name_;
    std::string sha256_;
    std::optional<double> voltage_;
    std::optional<double> temperature_;
    std::map<std::string, Cell> cells_;
    FlipFlop flip_flop_;
    std::string buffer_;
    std::optional<FullAdder> full_adder_;
    std::optional<Latch> latch_;
};

/// Area of each macro of a LEF file, width times height, in square microns.
std::map<std::string, double> lef_areas(const std::string& text);

/// Folders searched for the liberty file of a named library (osu018, osu035, osu050), in order:
/// those of $PEFORGE_LIBERTY_PATH (and NAME below them), /usr/share/qflow/tech/NAME,
/// ~/.cache/peforge/liberty/NAME, ${PEFORGE_TECH_DIR:-/opt/peforge/tech}/usr/share/qflow/tech/NAME.
std::vector<std::filesystem::path> liberty_folders(const std::string& name);

/// The first NAME*.lib (or only *.lib) of these folders. Throws MissingToolError.
std::filesystem::path find_liberty(const std::string& name,
                                   const std::vector<std::filesystem::path>& folders);

}  // namespace peforge::synth
