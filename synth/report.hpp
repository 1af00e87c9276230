// The result of synthesis, and its two printed forms.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/emit/emit.hpp"
#include "synth/fpga.hpp"
#include "synth/hierarchy.hpp"
#include "synth/sram.hpp"
#include "synth/timing.hpp"

namespace peforge::synth {

/// Unit of areas of the named libraries and of SRAM models.
inline constexpr const char* kSquareMicrons = "um2";

/// One way in which a PE was mapped.
struct VariantReport {
    std::string adders;
    double area_total = 0.0;  ///< over all instances
    std::optional<double> tmin_ns;
};

/// All instances of one emitted module, its parameterisations taken together. A module's own
/// figures leave out the modules below it.
struct ModuleReport {
    std::string name;
    Unit unit = Unit::kOther;
    long instances = 0;
    int parameterisations = 0;
    double area_total = 0.0;  ///< standard cells only
    long cells_total = 0;
    long flip_flops_total = 0;
    double flip_flop_area_total = 0.0;       ///< of area_total
    std::map<std::string, long> cell_types;  ///< over all instances
    /// PEs: shortest clock period of the module alone, the worst of its parameterisations.
    std::optional<double> tmin_ns;
    std::string adders;                   ///< AdderVariant, or "mixed" between parameterisations
    std::vector<VariantReport> variants;  ///< PEs: all that were tried

    /// Mean over the instances; exact where there is one parameterisation.
    [[nodiscard]] double area() const { return area_total / static_cast<double>(instances); }
    [[nodiscard]] double cells() const {
        return static_cast<double>(cells_total) / static_cast<double>(instances);
    }
    [[nodiscard]] double flip_flops() const {
        return static_cast<double>(flip_flops_total) / static_cast<double>(instances);
    }
};

/// The bare floor of a PE: its registers and one adder (pf_floor_pe).
struct FloorReport {
    int sum_bits = 0;  ///< width of what is added: the sum of a cycle's products
    ModuleReport module;
};

/// Which library the figures belong to.
struct LibraryReport {
    std::string file;
    std::string name;
    std::string sha256;
    std::optional<double> voltage;      ///< V
    std::optional<double> temperature;  ///< degrees Celsius
};

/// What a memory is made of.
enum class MemoryKind {
    kMacro,      ///< a black box; its area comes from a model, or is not known
    kFlipFlops,  ///< mapped to flip-flops and gates
    kLatches,    ///< mapped to latches and gates
};

/// "macro", "flip_flops", "latches".
const char* to_string(MemoryKind kind);

/// The kind of that name. Throws InputError.
MemoryKind memory_kind(const std::string& name);

/// All memories of one width and depth.
/// A memory's body (one slice of it) mapped to cells, for programs, as Yosys wrote it.
struct MappedMemory {
    std::string elaborated;  ///< `write_json` before mapping, for Hierarchy
    std::string cells;       ///< `write_json` of the mapped body
};

struct MemoryReport {
    std::string module;              ///< the wrapper
    std::vector<std::string> names;  ///< of the design's memories of this size
    int width = 0;
    int depth = 0;
    long instances = 0;
    MemoryKind kind = MemoryKind::kMacro;
    std::optional<double> area;          ///< of one instance; empty: not known
    double storage_area = 0.0;           ///< of `area`: flip-flops or latches
    int slices = 1;                      ///< cells: memories of slice_width() side by side
    std::optional<SramTiling> tiling;    ///< macros of a model
    std::optional<MappedMemory> mapped;  ///< cells, with SynthSettings::keep_mapped alone

    [[nodiscard]] long long bits() const { return static_cast<long long>(width) * depth; }
    [[nodiscard]] int slice_width() const { return (width + slices - 1) / slices; }
};

/// A mapped design for programs, as Yosys wrote it: standard cells alone.
struct MappedNetlist {
    std::string elaborated;  ///< `write_json` before mapping, for Hierarchy
    std::string cells;       ///< `write_json` of netlist.v, memories as black boxes
    std::string library;     ///< text of the liberty file
    std::string library_file;
};

struct SynthReport {
    std::string name;
    std::string spec_hash;
    std::string target;
    std::optional<LibraryReport> library;      ///< empty for FPGA targets
    std::map<std::string, std::string> tools;  ///< versions
    std::string label;                         ///< what the figures are, to stand beside them
    std::string unit;                          ///< of areas
    std::vector<ModuleReport> modules;         ///< by unit, then name; memories left out
    std::map<std::string, long> cells;         ///< whole design by type
    long long memory_bits = 0;                 ///< depth * width over all memory wrappers
    std::vector<MemoryReport> memories;        ///< standard cells: by module, width, depth
    std::optional<SramModel> sram_model;
    std::map<std::string, double> lef_areas;  ///< cells of memories whose area is not the library's
    std::optional<double> clock_ns;           ///< as asked for
    std::optional<Timing> timing;
    std::optional<Route> route;        ///< FPGA targets that were placed and routed
    std::string timing_error;          ///< why there is no timing
    std::optional<FloorReport> floor;  ///< systolic arrays on standard cells
    std::optional<MappedNetlist> mapped;
    FileSet artefacts;  ///< synth.ys, yosys.log, netlist.v

    [[nodiscard]] double area() const;
    [[nodiscard]] double area_of(Unit unit) const;
    /// Area of the flip-flops in the logic.
    [[nodiscard]] double flip_flop_area() const;
    /// Area of all memories of a kind; empty where one of them has none, zero without any.
    [[nodiscard]] std::optional<double> memory_area(MemoryKind kind) const;
    /// Area of logic and memories; empty where one is not known, or where the library's unit is not
    /// that of the macros.
    [[nodiscard]] std::optional<double> area_with_memories() const;
    /// Area of one PE; empty without PEs and where several kinds of PE stand side by side.
    [[nodiscard]] std::optional<double> pe_area() const;
    /// Shortest clock period of the slowest kind of PE, timed alone; empty without timing.
    [[nodiscard]] std::optional<double> pe_tmin_ns() const;
    /// Area of one PE in units of its bare floor; empty where either is not known.
    [[nodiscard]] std::optional<double> pe_over_floor() const;
};

/// report.json: fixed order of keys, final newline.
std::string to_json(const SynthReport& report);

/// report.txt: a table for people.
std::string to_text(const SynthReport& report);

}  // namespace peforge::synth
