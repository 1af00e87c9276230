// SPDX-License-Identifier: Apache-2.0
#include "synth/power/cell_model.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <utility>

#include "generator/spec/error.hpp"

namespace peforge::synth::power {

namespace {

/// Index of the grid's interval that holds `x`, the first or last for an x outside.
std::size_t interval(const std::vector<double>& grid, double x) {
    std::size_t i = 0;
    while (i + 2 < grid.size() && x >= grid[i + 1]) ++i;
    return i;
}

/// Numbers of a list such as "0.1, 0.2" "0.3"; empty where one does not read.
std::vector<double> numbers(const std::string& text) {
    std::vector<double> values;
    const char* at = text.c_str();
    for (;;) {
        while (*at == ',' || std::isspace(static_cast<unsigned char>(*at)) != 0) ++at;
        if (*at == '\0') return values;
        char* end = nullptr;
        values.push_back(std::strtod(at, &end));
        if (end == at) return {};
        at = end;
    }
}

/// Factor of a unit such as "10ps" or the two words of capacitive_load_unit (1, pf), in `base`
/// units: "n" for 1e-9 and so on.
std::optional<double> unit(const std::string& text, const std::string& symbol, double base) {
    char* end = nullptr;
    const double factor = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || !(factor > 0.0)) return std::nullopt;
    std::string rest;
    for (; *end != '\0'; ++end) {
        if (*end != ',' && std::isspace(static_cast<unsigned char>(*end)) == 0) {
            rest.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(*end))));
        }
    }
    if (rest.empty() || rest.back() != symbol.front()) return std::nullopt;
    rest.pop_back();
    static const std::map<std::string, double> kPrefixes = {
        {"", 1.0}, {"m", 1e-3}, {"u", 1e-6}, {"n", 1e-9}, {"p", 1e-12}, {"f", 1e-15}};
    const auto prefix = kPrefixes.find(rest);
    if (prefix == kPrefixes.end()) return std::nullopt;
    return factor * prefix->second / base;
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> all;
    for (std::string w; in >> w;) all.push_back(w);
    return all;
}

/// A boolean function with names replaced by what they stand for.
std::string substituted(const std::string& text,
                        const std::map<std::string, std::string>& meaning) {
    std::string out;
    std::string name;
    const auto flush = [&] {
        const auto found = meaning.find(name);
        out += found == meaning.end() ? name : found->second;
        name.clear();
    };
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            name.push_back(c);
        } else {
            flush();
            out.push_back(c);
        }
    }
    flush();
    return out;
}

const LibertyGroup* child(const LibertyGroup& group, const std::string& type) {
    for (const LibertyGroup& g : group.groups) {
        if (g.type == type) return &g;
    }
    return nullptr;
}

}  // namespace

Table::Table(std::vector<Axis> axes, std::vector<std::vector<double>> grid,
             std::vector<double> values)
    : axes_(std::move(axes)), grid_(std::move(grid)), values_(std::move(values)) {}

double Table::at(double load, double slew) const {
    if (axes_.empty()) return values_.front();
    const auto value = [&](std::size_t axis) { return axes_[axis] == Axis::kLoad ? load : slew; };
    /// Interpolates along the last axis, in the row that begins at `row`.
    const auto along = [&](std::size_t axis, std::size_t row) {
        const std::vector<double>& grid = grid_[axis];
        if (grid.size() == 1) return values_[row];
        const std::size_t i = interval(grid, value(axis));
        const double t = (value(axis) - grid[i]) / (grid[i + 1] - grid[i]);
        return values_[row + i] + t * (values_[row + i + 1] - values_[row + i]);
    };
    if (axes_.size() == 1) return along(0, 0);
    const std::size_t columns = grid_[1].size();
    if (grid_[0].size() == 1) return along(1, 0);
    const std::size_t i = interval(grid_[0], value(0));
    const double t = (value(0) - grid_[0][i]) / (grid_[0][i + 1] - grid_[0][i]);
    const double low = along(1, i * columns);
    return low + t * (along(1, (i + 1) * columns) - low);
}

double EnergyClass::at(Edge edge, double load, double slew) const {
    double sum = 0.0;
    for (const Table& t : tables[static_cast<std::size_t>(edge)]) sum += t.at(load, slew);
    return sum;
}

CellModels::CellModels(const std::string& text, const std::string& file)
    : root_(parse_liberty(text, file)), file_(file) {
    const auto lacks = [&](const std::string& what) {
        throw InputError(file_, "library", "lacks " + what + ", which power analysis needs");
    };
    const auto unit_of = [&](const char* attribute, const char* symbol, double base) {
        const std::string* value = root_.attribute(attribute);
        if (value == nullptr) lacks(attribute);
        const std::optional<double> factor = unit(*value, symbol, base);
        if (!factor) lacks(std::string("a legible ") + attribute + " (it is \"" + *value + "\")");
        return *factor;
    };
    time_unit_ = unit_of("time_unit", "s", 1e-9);
    capacitance_unit_ = unit_of("capacitive_load_unit", "f", 1e-12);
    leakage_unit_ = unit_of("leakage_power_unit", "w", 1e-9);
    const std::string* voltage = root_.attribute("nom_voltage");
    const double volt =
        root_.attribute("voltage_unit") == nullptr ? 1.0 : unit_of("voltage_unit", "v", 1.0);
    if (voltage != nullptr) voltage_ = volt * std::strtod(voltage->c_str(), nullptr);
    energy_unit_ = capacitance_unit_ * volt * volt;
    if (!(voltage_ > 0.0)) lacks("nom_voltage");
    for (const LibertyGroup& g : root_.groups) {
        if (g.args.empty()) continue;
        if (g.type == "cell") sources_[g.args.front()] = &g;
        if (g.type == "lu_table_template" || g.type == "power_lut_template") {
            templates_[g.args.front()] = &g;
        }
    }
}

Table CellModels::table(const LibertyGroup& group, double unit_factor,
                        const std::string& cell) const {
    const auto fail = [&](const std::string& what) {
        throw InputError(file_, "cell " + cell, group.type + " table " + what);
    };
    const std::string* values_text = group.attribute("values");
    if (values_text == nullptr) fail("has no values");
    std::vector<double> values = numbers(*values_text);
    for (double& v : values) v *= unit_factor;
    const std::string name = group.args.empty() ? "scalar" : group.args.front();
    const auto found = templates_.find(name);
    if (found == templates_.end()) {
        if (values.size() != 1) fail("has the unknown template " + name);
        return {{}, {}, std::move(values)};
    }
    std::vector<Table::Axis> axes;
    std::vector<std::vector<double>> grid;
    std::size_t size = 1;
    for (int i = 1; i <= 2; ++i) {
        const std::string number = std::to_string(i);
        const std::string* variable = found->second->attribute("variable_" + number);
        if (variable == nullptr) break;
        const bool load = *variable == "total_output_net_capacitance";
        if (!load && *variable != "input_net_transition" && *variable != "input_transition_time") {
            fail("has the axis " + *variable + "; allowed: load and input transition");
        }
        const std::string* index = group.attribute("index_" + number);
        if (index == nullptr) index = found->second->attribute("index_" + number);
        if (index == nullptr) fail("has no index_" + number);
        std::vector<double> points = numbers(*index);
        for (double& p : points) p *= load ? capacitance_unit_ : time_unit_;
        if (points.empty() || !std::is_sorted(points.begin(), points.end(), std::less_equal<>())) {
            fail("has no rising index_" + number);
        }
        axes.push_back(load ? Table::Axis::kLoad : Table::Axis::kSlew);
        size *= points.size();
        grid.push_back(std::move(points));
    }
    if (values.size() != size) {
        fail("has " + std::to_string(values.size()) + " values where its axes have " +
             std::to_string(size));
    }
    return {std::move(axes), std::move(grid), std::move(values)};
}

const CellModel& CellModels::at(const std::string& cell) {
    const auto known = models_.find(cell);
    if (known != models_.end()) return known->second;
    const auto source = sources_.find(cell);
    if (source == sources_.end()) {
        throw InputError(file_, "cell " + cell, "is used by the netlist and is not in the library");
    }
    return models_.emplace(cell, read(*source->second)).first->second;
}

CellModel CellModels::read(const LibertyGroup& cell) const {
    CellModel model;
    model.name = cell.args.front();
    const auto fail = [&](const std::string& what) {
        throw InputError(file_, "cell " + model.name, what);
    };
    const auto need = [&](const std::string* text, const std::string& what) -> const std::string& {
        if (text == nullptr || text->empty()) fail("has no " + what);
        return *text;
    };
    const auto number = [&](const std::string& text, const std::string& what) {
        const std::vector<double> value = numbers(text);
        if (value.size() != 1) fail("has no legible " + what + " (it is \"" + text + "\")");
        return value.front();
    };
    double states = 0.0;
    for (const LibertyGroup& g : cell.groups) {
        if (g.type != "leakage_power") continue;
        model.leakage += number(need(g.attribute("value"), "leakage value"), "leakage value");
        states += 1.0;
    }
    if (states > 0.0) {
        model.leakage *= leakage_unit_ / states;
    } else {
        model.leakage =
            leakage_unit_ * number(need(cell.attribute("cell_leakage_power"), "leakage power"),
                                   "cell_leakage_power");
    }

    const LibertyGroup* latch = child(cell, "latch");
    const LibertyGroup* storage = latch != nullptr ? latch : child(cell, "ff");
    for (const char* other : {"statetable", "ff_bank", "latch_bank"}) {
        if (child(cell, other) != nullptr) {
            fail(std::string("has a ") + other + ", which power analysis does not treat");
        }
    }
    if (storage != nullptr &&
        (storage->attribute("clear") != nullptr || storage->attribute("preset") != nullptr)) {
        fail("has an asynchronous set or reset, which power analysis does not treat");
    }
    model.latch = latch != nullptr;
    model.flip_flop = storage != nullptr && !model.latch;

    std::vector<std::string> names;
    for (const LibertyGroup& pin : cell.groups) {
        const std::string* direction = pin.attribute("direction");
        if (pin.type != "pin" || direction == nullptr || *direction != "input") continue;
        InputPin input;
        input.name = pin.args.front();
        input.capacitance = capacitance_unit_ * number(need(pin.attribute("capacitance"),
                                                            "capacitance of pin " + input.name),
                                                       "capacitance");
        const std::array<const char*, 2> edges = {"rise_capacitance", "fall_capacitance"};
        for (std::size_t e = 0; e < 2; ++e) {
            const std::string* own = pin.attribute(edges[e]);
            input.edge_capacitance[e] =
                own == nullptr ? input.capacitance : capacitance_unit_ * number(*own, edges[e]);
        }
        names.push_back(input.name);
        model.inputs.push_back(std::move(input));
    }
    std::vector<std::string> with_state = names;
    if (storage != nullptr)
        with_state.push_back(storage->args.empty() ? "" : storage->args.front());
    if (with_state.size() > kMaxPins) fail("has more than 6 inputs");

    const auto function = [&](const std::string& text, const std::vector<std::string>& over) {
        const std::optional<std::uint64_t> table = truth_table(text, over);
        if (!table) fail("has the illegible function \"" + text + "\"");
        return *table;
    };
    const auto input_index = [&](const std::string& name) {
        const auto at = std::find(names.begin(), names.end(), name);
        if (at == names.end()) fail("has a table for the unknown pin " + name);
        return static_cast<std::size_t>(at - names.begin());
    };
    if (model.latch) {
        const std::uint64_t enable =
            function(need(storage->attribute("enable"), "enable of its latch"), with_state);
        const std::uint64_t data =
            function(need(storage->attribute("data_in"), "data_in of its latch"), with_state);
        model.next_state = (enable & data) | (~enable & function(with_state.back(), with_state));
    }
    if (model.flip_flop) {
        const std::string& clock = need(storage->attribute("clocked_on"), "clocked_on");
        bool found = false;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (truth_table(clock, {names[i]}) == 0b10U) {
                model.clock = i;
                found = true;
            }
        }
        if (!found) fail("is not clocked by a rising edge (\"" + clock + "\")");
        model.next_state =
            function(need(storage->attribute("next_state"), "next_state"), with_state);
    }

    // Names of outputs in conditions stand for their functions.
    std::map<std::string, std::string> meaning;
    if (storage != nullptr && storage->args.size() > 1) {
        meaning[storage->args[1]] = "(!" + storage->args[0] + ")";
    }
    for (const LibertyGroup& pin : cell.groups) {
        const std::string* direction = pin.attribute("direction");
        const std::string* text = pin.attribute("function");
        if (pin.type != "pin" || direction == nullptr || *direction != "output") continue;
        if (text != nullptr) meaning[pin.args.front()] = "(" + substituted(*text, meaning) + ")";
    }
    const auto energy_class = [&](const std::vector<const LibertyGroup*>& groups,
                                  const std::vector<std::size_t>& in_force) {
        EnergyClass energy;
        for (const std::size_t i : in_force) {
            const LibertyGroup* both = child(*groups[i], "power");
            const std::array<const char*, 2> names_of_edges = {"rise_power", "fall_power"};
            for (std::size_t e = 0; e < 2; ++e) {
                const LibertyGroup* own = child(*groups[i], names_of_edges[e]);
                if (own == nullptr) own = both;
                // An edge without a table costs nothing, as the format has it.
                if (own != nullptr) {
                    energy.tables[e].push_back(table(*own, energy_unit_, model.name));
                }
            }
        }
        return energy;
    };
    const auto energy_of_state = [&](const std::vector<const LibertyGroup*>& groups) {
        EnergyOfState of_state;
        of_state.fill(kNoEnergy);
        if (groups.empty()) return of_state;
        std::vector<std::optional<std::uint64_t>> conditions;
        for (const LibertyGroup* g : groups) {
            const std::string* when = g->attribute("when");
            conditions.emplace_back();
            if (when != nullptr) {
                conditions.back() = function(substituted(*when, meaning), with_state);
            }
        }
        std::map<std::vector<std::size_t>, std::uint8_t> known;
        for (std::size_t state = 0; state < std::size_t{1} << with_state.size(); ++state) {
            // Groups without a condition are for the states that no condition covers.
            std::vector<std::size_t> in_force;
            for (const bool conditional : {true, false}) {
                if (!in_force.empty()) break;
                for (std::size_t i = 0; i < groups.size(); ++i) {
                    const bool fits = conditional ? conditions[i] && (*conditions[i] >> state & 1U)
                                                  : !conditions[i];
                    if (fits) in_force.push_back(i);
                }
            }
            if (in_force.empty()) continue;
            const auto [at, fresh] =
                known.try_emplace(in_force, static_cast<std::uint8_t>(model.energies.size()));
            if (fresh) {
                if (model.energies.size() >= kNoEnergy) fail("has too many kinds of energy");
                model.energies.push_back(energy_class(groups, in_force));
            }
            of_state[state] = at->second;
        }
        return of_state;
    };

    bool any_energy = false;
    std::size_t input = 0;
    for (const LibertyGroup& pin : cell.groups) {
        const std::string* direction = pin.attribute("direction");
        if (pin.type != "pin" || direction == nullptr) continue;
        std::vector<const LibertyGroup*> powers;
        for (const LibertyGroup& g : pin.groups) {
            if (g.type == "internal_power") powers.push_back(&g);
        }
        any_energy = any_energy || !powers.empty();
        if (*direction == "input") {
            model.inputs[input++].energy = energy_of_state(powers);
            continue;
        }
        if (*direction != "output") continue;
        OutputPin output;
        output.name = pin.args.front();
        const std::string& text = need(pin.attribute("function"), "function of " + output.name);
        if (storage == nullptr) {
            output.function = function(text, names);
        } else {
            output.function = function(substituted(text, meaning),
                                       model.latch ? with_state : std::vector{with_state.back()});
        }
        for (const LibertyGroup& g : pin.groups) {
            if (g.type == "timing") {
                const std::string* type = g.attribute("timing_type");
                const bool comb = type == nullptr || *type == "combinational" || type->empty();
                const bool edge = type != nullptr && *type == "rising_edge";
                if (model.flip_flop ? !edge : !comb && !(model.latch && edge)) continue;
                for (const std::string& related :
                     words(need(g.attribute("related_pin"), "related_pin"))) {
                    DelayArc arc;
                    arc.input = input_index(related);
                    const std::string* sense = g.attribute("timing_sense");
                    if (sense != nullptr && *sense == "positive_unate")
                        arc.sense = Sense::kPositive;
                    if (sense != nullptr && *sense == "negative_unate")
                        arc.sense = Sense::kNegative;
                    const std::array<const char*, 2> delays = {"cell_rise", "cell_fall"};
                    const std::array<const char*, 2> slews = {"rise_transition", "fall_transition"};
                    for (std::size_t e = 0; e < 2; ++e) {
                        const LibertyGroup* delay = child(g, delays[e]);
                        const LibertyGroup* slew = child(g, slews[e]);
                        if (delay == nullptr || slew == nullptr) {
                            fail("has no " + std::string(delay == nullptr ? delays[e] : slews[e]) +
                                 " from " + related + " to " + output.name);
                        }
                        arc.delay[e] = table(*delay, time_unit_, model.name);
                        arc.transition[e] = table(*slew, time_unit_, model.name);
                    }
                    output.arcs.push_back(std::move(arc));
                }
            }
        }
        for (const std::string& name : names) {
            std::vector<const LibertyGroup*> of_input;
            for (const LibertyGroup* g : powers) {
                const std::string* related = g->attribute("related_pin");
                const std::vector<std::string> pins =
                    related == nullptr ? std::vector<std::string>() : words(*related);
                if (related == nullptr || std::find(pins.begin(), pins.end(), name) != pins.end()) {
                    of_input.push_back(g);
                }
            }
            output.energy.push_back(energy_of_state(of_input));
        }
        if (output.arcs.empty() && !names.empty()) fail("has no delay to " + output.name);
        model.outputs.push_back(std::move(output));
    }
    if (!any_energy && !names.empty()) {
        fail("has no internal_power; energy cannot be told without it");
    }
    return model;
}

}  // namespace peforge::synth::power
