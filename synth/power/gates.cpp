// SPDX-License-Identifier: Apache-2.0
#include "synth/power/gates.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "generator/spec/error.hpp"

namespace peforge::synth::power {

namespace {

/// One module of the JSON, its connections as local bit numbers: 0 and 1 are the constants.
struct LocalCell {
    std::string type;
    std::vector<std::pair<std::string, std::vector<Net>>> pins;
};

struct LocalModule {
    std::vector<std::pair<std::string, std::vector<Net>>> ports;
    std::vector<LocalCell> cells;
    Net bits = 2;
};

std::vector<Net> bits_of(const nlohmann::json& json, const std::string& module) {
    std::vector<Net> bits;
    for (const nlohmann::json& bit : json) {
        if (bit.is_number()) {
            bits.push_back(bit.get<Net>());
        } else if (bit == "0" || bit == "1") {
            bits.push_back(bit == "1" ? kOneNet : kZeroNet);
        } else if (bit == "x") {
            bits.push_back(kZeroNet);  // a pin whose value is of no importance
        } else {
            throw CheckFailedError("netlist of " + module + " drives a pin with " + bit.dump());
        }
    }
    return bits;
}

/// A name that went through Verilog text keeps the backslash of an escaped identifier.
std::string plain(const std::string& name) {
    return !name.empty() && name.front() == '\\' ? name.substr(1) : name;
}

class Flattener {
public:
    Flattener(const std::string& text, const Hierarchy& hierarchy, CellModels& library)
        : hierarchy_(hierarchy), library_(library) {
        const nlohmann::json design = nlohmann::json::parse(text);
        for (const auto& [key, module] : design.at("modules").items()) {
            const std::string name = plain(key);
            if (!hierarchy.modules().contains(name)) continue;
            LocalModule& local = modules_[name];
            const auto note = [&local](const std::vector<Net>& bits) {
                for (const Net b : bits) local.bits = std::max(local.bits, b + 1);
            };
            for (const auto& [port, about] : module.at("ports").items()) {
                local.ports.emplace_back(port, bits_of(about.at("bits"), name));
                note(local.ports.back().second);
            }
            for (const auto& [cell, about] : module.at("cells").items()) {
                LocalCell& c = local.cells.emplace_back();
                c.type = plain(about.at("type").get<std::string>());
                for (const auto& [pin, bits] : about.at("connections").items()) {
                    c.pins.emplace_back(pin, bits_of(bits, name));
                    note(c.pins.back().second);
                }
            }
        }
    }

    Gates run() {
        const Net first = fresh(modules_.at(hierarchy_.top()));
        for (const ModulePort& port : hierarchy_.modules().at(hierarchy_.top()).ports) {
            for (const auto& [name, bits] : modules_.at(hierarchy_.top()).ports) {
                if (name == port.name) {
                    gates_.ports.push_back({name, port.input, global(bits, first)});
                }
            }
        }
        place(hierarchy_.top(), first);
        number();
        return std::move(gates_);
    }

private:
    /// New nets for an instance; its local bit b > 1 is net result + b.
    Net fresh(const LocalModule& module) {
        const auto first = static_cast<Net>(same_.size() - 2);
        same_.resize(same_.size() + module.bits - 2);
        std::iota(same_.begin() + first + 2, same_.end(), first + 2);
        return first;
    }

    static Net global(Net bit, Net first) { return bit < 2 ? bit : first + bit; }

    static std::vector<Net> global(const std::vector<Net>& bits, Net first) {
        std::vector<Net> nets;
        for (const Net b : bits) nets.push_back(global(b, first));
        return nets;
    }

    Net root(Net n) {
        while (same_[n] != n) {
            same_[n] = same_[same_[n]];
            n = same_[n];
        }
        return n;
    }

    void unite(Net a, Net b) {
        a = root(a);
        b = root(b);
        same_[std::max(a, b)] = std::min(a, b);  // constants stay roots
    }

    /// Gives the nets their final numbers, without gaps.
    void number() {
        std::vector<Net> numbers(same_.size(), kNoNet);
        numbers[kZeroNet] = kZeroNet;
        numbers[kOneNet] = kOneNet;
        const auto renumber = [&](Net& n) {
            if (n == kNoNet) return;
            Net& number = numbers[root(n)];
            if (number == kNoNet) number = gates_.nets++;
            n = number;
        };
        for (TopPort& port : gates_.ports) {
            for (Net& n : port.bits) renumber(n);
            if (port.name == "clk_i") gates_.clock = port.bits.front();
        }
        for (Net& n : gates_.pins) renumber(n);
        for (MemoryGate& m : gates_.memories) {
            renumber(m.we);
            renumber(m.re);
            for (auto* bits : {&m.waddr, &m.wdata, &m.raddr, &m.rdata}) {
                for (Net& n : *bits) renumber(n);
            }
        }
    }

    std::uint32_t module_index(const std::string& name) {
        const auto [at, fresh] =
            index_.try_emplace(name, static_cast<std::uint32_t>(gates_.modules.size()));
        if (fresh) {
            gates_.modules.push_back(name);
            gates_.instances.push_back(0);
        }
        return at->second;
    }

    /// Adds the cells of an instance whose nets begin at `first`.
    void place(const std::string& type, Net first) {
        const std::uint32_t module = module_index(hierarchy_.modules().at(type).name);
        ++gates_.instances[module];
        for (const LocalCell& cell : modules_.at(type).cells) {
            const auto child = hierarchy_.modules().find(cell.type);
            if (child == hierarchy_.modules().end()) {
                add_gate(cell, first, module);
            } else if (unit_of(child->second.name, hierarchy_.top()) == Unit::kMemory) {
                add_memory(child->second, cell, first);
            } else {
                place_child(cell, first);
            }
        }
    }

    void place_child(const LocalCell& cell, Net first) {
        const LocalModule& module = modules_.at(cell.type);
        const Net inside = fresh(module);
        for (const auto& [pin, bits] : cell.pins) {
            for (const auto& [port, port_bits] : module.ports) {
                if (port != pin) continue;
                for (std::size_t i = 0; i < std::min(bits.size(), port_bits.size()); ++i) {
                    unite(global(port_bits[i], inside), global(bits[i], first));
                }
            }
        }
        place(cell.type, inside);
    }

    void add_gate(const LocalCell& cell, Net first, std::uint32_t module) {
        Gate gate;
        gate.model = &library_.at(cell.type);
        gate.pins = static_cast<std::uint32_t>(gates_.pins.size());
        gate.module = module;
        const auto connect = [&](const std::string& pin, Net otherwise) {
            for (const auto& [name, bits] : cell.pins) {
                if (name == pin && !bits.empty()) {
                    gates_.pins.push_back(global(bits.front(), first));
                    return;
                }
            }
            gates_.pins.push_back(otherwise);
        };
        for (const InputPin& pin : gate.model->inputs) connect(pin.name, kZeroNet);
        for (const OutputPin& pin : gate.model->outputs) connect(pin.name, kNoNet);
        gates_.gates.push_back(gate);
    }

    void add_memory(const ElaboratedModule& module, const LocalCell& cell, Net first) {
        MemoryGate m;
        m.width = static_cast<int>(module.parameters.at("WIDTH"));
        m.depth = static_cast<int>(module.parameters.at("DEPTH"));
        m.module = module_index(module.name);
        ++gates_.instances[m.module];
        for (const auto& [pin, local] : cell.pins) {
            const std::vector<Net> bits = global(local, first);
            if (pin == "we_i") m.we = bits.front();
            if (pin == "re_i") m.re = bits.front();
            if (pin == "waddr_i") m.waddr = bits;
            if (pin == "wdata_i") m.wdata = bits;
            if (pin == "raddr_i") m.raddr = bits;
            if (pin == "rdata_o") m.rdata = bits;
        }
        gates_.memories.push_back(std::move(m));
    }

    const Hierarchy& hierarchy_;
    CellModels& library_;
    std::map<std::string, LocalModule> modules_;
    std::map<std::string, std::uint32_t> index_;
    std::vector<Net> same_ = {kZeroNet, kOneNet};  ///< nets that are one, as a forest
    Gates gates_;
};

}  // namespace

Gates flatten(const std::string& json, const Hierarchy& hierarchy, CellModels& library) {
    return Flattener(json, hierarchy, library).run();
}

}  // namespace peforge::synth::power
