// A mapped netlist without hierarchy: cells, nets, memories, and which module each cell stands in.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "synth/hierarchy.hpp"
#include "synth/power/cell_model.hpp"

namespace peforge::synth::power {

using Net = std::uint32_t;
inline constexpr Net kZeroNet = 0;
inline constexpr Net kOneNet = 1;
inline constexpr Net kNoNet = ~Net{0};

/// A library cell. Its pins are nets of Gates::pins, inputs first, in the model's order.
struct Gate {
    const CellModel* model = nullptr;
    std::uint32_t pins = 0;
    std::uint32_t module = 0;  ///< index into Gates::modules
};

/// A memory wrapper (pf_memory), simulated as words.
struct MemoryGate {
    int width = 0;
    int depth = 0;
    std::uint32_t module = 0;
    Net we = kNoNet;
    Net re = kNoNet;
    std::vector<Net> waddr, wdata, raddr, rdata;
};

/// A port of the top, its bits from the lowest.
struct TopPort {
    std::string name;
    bool input = true;
    std::vector<Net> bits;
};

struct Gates {
    std::vector<Gate> gates;
    std::vector<Net> pins;
    std::vector<MemoryGate> memories;
    std::vector<TopPort> ports;
    std::vector<std::string> modules;  ///< names of emitted modules
    std::vector<long> instances;       ///< of each module
    Net nets = 2;                      ///< constants 0 and 1 are the first
    Net clock = kNoNet;

    [[nodiscard]] Net input(const Gate& g, std::size_t i) const { return pins[g.pins + i]; }
    [[nodiscard]] Net output(const Gate& g, std::size_t o) const {
        return pins[g.pins + g.model->inputs.size() + o];
    }
};

/// Flattens what `write_json` printed of a mapped design. `hierarchy` tells modules' own names and
/// memories' sizes. Throws InputError for a cell that the library cannot describe and
/// CheckFailedError for what is neither a cell, nor a module, nor a memory.
Gates flatten(const std::string& json, const Hierarchy& hierarchy, CellModels& library);

}  // namespace peforge::synth::power
