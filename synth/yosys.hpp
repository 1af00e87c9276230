// Yosys: the scripts of the flow, and the reader of what they print.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "synth/liberty.hpp"

namespace peforge::synth {

/// What the scripts call the library, whatever its own file name is.
inline constexpr const char* kLibraryFile = "library.lib";

/// Emitted modules by what the scripts do with them.
struct ModuleSets {
    std::vector<std::string> units;     ///< everything below them is flattened into them
    std::vector<std::string> pes;       ///< those of the units that make up the PE array
    std::vector<std::string> repeated;  ///< units that stay modules inside another: mapped once
    std::vector<std::string> memories;  ///< storage wrappers
};

/// Sorts the modules that the sources declare into units and memories.
ModuleSets module_sets(const std::vector<std::string>& modules, const std::string& top);

/// The ways of mapping adders to a standard-cell library. "Gates" stands for Yosys' own choice, a
/// Brent-Kung adder.
enum class AdderVariant {
    kGates,             ///< logic gates
    kFullAdders,        ///< the library's full-adder cell where extract_fa finds one
    kRipple,            ///< carries that ripple, logic gates
    kRippleFullAdders,  ///< carries that ripple, and full-adder cells
};

inline constexpr std::array<AdderVariant, 4> kAdderVariants = {
    AdderVariant::kGates, AdderVariant::kFullAdders, AdderVariant::kRipple,
    AdderVariant::kRippleFullAdders};

/// "gates", "full_adders", "ripple", "ripple_full_adders": the stem of the files that asic_script()
/// writes for a variant.
const char* to_string(AdderVariant variant);

bool has_full_adders(AdderVariant variant);
bool has_ripple_carry(AdderVariant variant);

/// What a script needs to know. Paths are relative to the folder Yosys runs in.
struct ScriptInputs {
    std::vector<std::string> sources;  ///< Verilog files, in order
    std::string top;
    ModuleSets sets;
};

/// Hierarchical mapping to standard cells: all modules with gates, which `variants` begins with,
/// then the PEs once more in each other variant, from the same coarse netlist. Writes
/// elaborated.json and, for each variant V, V.stat and V.v. Reads kLibraryFile, abc.constr,
/// fa_map.v and lcu_map.v.
std::string asic_script(const ScriptInputs& in, const Library& library,
                        std::optional<double> clock_ns, const std::vector<AdderVariant>& variants);

/// A memory to map alone.
struct MemoryInputs {
    std::vector<std::string> sources;  ///< the wrapper's body
    std::string module;                ///< the wrapper
    int width = 0;
    int depth = 0;
    bool latches = false;
};

/// Mapping of one memory to standard cells, flattened, by the ABC script of asic_script(). Writes
/// memory.stat, memory_elaborated.json and memory_mapped.json. Reads kLibraryFile, abc.constr and,
/// for latches, latch_map.v.
std::string memory_script(const MemoryInputs& in, const Library& library);

/// Techmap file that turns latches into the library's.
std::string latch_map(const Latch& latch);

/// Hierarchical mapping to an FPGA family by `command` ("synth_ice40 -noflatten"). Writes
/// elaborated.json and fpga.stat.
std::string fpga_script(const ScriptInputs& in, const std::string& command);

/// Constraint file of ABC: what drives the inputs, and the load of an output (20 fF).
std::string abc_constraints(const Library& library);

/// Techmap file that turns $fa into the library's full adder.
std::string full_adder_map(const FullAdder& adder);

/// Techmap file that turns $lcu, the carries of an adder, into a ripple.
std::string ripple_map();

/// Cells of each module by type, submodules among them: `stat` output without -json, which is not
/// valid JSON for a hierarchy in Yosys 0.23.
using ModuleCells = std::map<std::string, std::map<std::string, long>>;

/// Reads `stat` output; module names without a leading backslash. Throws CheckFailedError when it
/// holds no module, or when a module's cells do not add up to its own total.
ModuleCells parse_stat(const std::string& text);

/// Splits a Verilog netlist that Yosys wrote into module texts by Yosys module name.
std::map<std::string, std::string> split_netlist(const std::string& verilog);

/// First error line of a Yosys log, or its last line.
std::string yosys_error(const std::string& log);

}  // namespace peforge::synth
