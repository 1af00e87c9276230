// What the power analysis needs to know of a library: functions, capacitances, delay and energy
// tables of its cells.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "synth/liberty.hpp"

namespace peforge::synth::power {

/// Most inputs of a cell, a flip-flop's or latch's state among them: its truth table has 2^6 bits.
inline constexpr std::size_t kMaxPins = 6;

/// A liberty lookup table over output load and input slew, either of which may be missing. Bilinear
/// inside its grid, linearly continued outside.
class Table {
public:
    enum class Axis { kLoad, kSlew };

    Table() = default;  ///< zero everywhere
    Table(std::vector<Axis> axes, std::vector<std::vector<double>> grid,
          std::vector<double> values);

    /// `load` in pF, `slew` in ns.
    [[nodiscard]] double at(double load, double slew) const;

private:
    std::vector<Axis> axes_;
    std::vector<std::vector<double>> grid_;
    std::vector<double> values_{0.0};
};

enum class Edge : std::uint8_t { kRise = 0, kFall = 1 };

/// How an input's edges become an output's.
enum class Sense : std::uint8_t { kPositive, kNegative, kBoth };

/// Delay from an input to an output, by the output's edge.
struct DelayArc {
    std::size_t input = 0;  ///< index into CellModel::inputs; a flip-flop's clock
    Sense sense = Sense::kBoth;
    std::array<Table, 2> delay;       ///< ns
    std::array<Table, 2> transition;  ///< ns
};

/// What a transition costs inside the cell, in pJ, by its edge: the sum of these tables.
struct EnergyClass {
    std::array<std::vector<Table>, 2> tables;

    [[nodiscard]] double at(Edge edge, double load, double slew) const;
};

inline constexpr std::uint8_t kNoEnergy = 0xff;

/// For each state of a cell's inputs an index into CellModel::energies, or kNoEnergy.
using EnergyOfState = std::array<std::uint8_t, std::size_t{1} << kMaxPins>;

struct InputPin {
    std::string name;
    double capacitance = 0.0;  ///< pF
    /// What a driver's delay sees of it, by the edge; `capacitance` where the library says no more.
    std::array<double, 2> edge_capacitance{};
    EnergyOfState energy{};  ///< of this pin's own transitions
};

struct OutputPin {
    std::string name;
    /// Bit i is the value for the inputs' state i, of a latch with its own state above the inputs;
    /// for a flip-flop's output bit 0 and 1 are the values for the state 0 and 1.
    std::uint64_t function = 0;
    std::vector<DelayArc> arcs;  ///< at most one an input: the slowest where a library has several
    std::vector<EnergyOfState> energy;  ///< by the input that causes the transition
};

struct CellModel {
    std::string name;
    double leakage = 0.0;  ///< nW, the mean of its states
    std::vector<InputPin> inputs;
    std::vector<OutputPin> outputs;
    std::vector<EnergyClass> energies;
    bool flip_flop = false;
    bool latch = false;
    std::size_t clock = 0;         ///< flip-flops: index into inputs
    std::uint64_t next_state = 0;  ///< both: over the inputs, then the present state
};

/// The cells of a library with their models, made when they are asked for: a library may have cells
/// that no netlist of ours uses and that the analysis could not treat.
class CellModels {
public:
    /// Throws InputError when a unit or the supply voltage is missing.
    CellModels(const std::string& text, const std::string& file);

    /// Throws InputError naming the cell and what its description lacks: area apart, everything
    /// that the analysis reads must be there.
    const CellModel& at(const std::string& cell);

    [[nodiscard]] bool has(const std::string& cell) const { return sources_.contains(cell); }
    [[nodiscard]] double voltage() const { return voltage_; }  ///< V

private:
    CellModel read(const LibertyGroup& cell) const;
    Table table(const LibertyGroup& group, double unit, const std::string& cell) const;

    LibertyGroup root_;
    std::string file_;
    std::map<std::string, const LibertyGroup*> sources_;
    std::map<std::string, const LibertyGroup*> templates_;
    std::map<std::string, CellModel> models_;
    double voltage_ = 0.0;
    double time_unit_ = 0.0;         ///< ns
    double capacitance_unit_ = 0.0;  ///< pF
    double leakage_unit_ = 0.0;      ///< nW
    double energy_unit_ = 0.0;       ///< pJ: capacitance times voltage squared
};

}  // namespace peforge::synth::power
