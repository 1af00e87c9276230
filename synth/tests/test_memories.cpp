// Memories: the design's list against what Yosys elaborates, and memories mapped to cells.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <sstream>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "synth/hierarchy.hpp"
#include "synth/power/memories.hpp"
#include "synth/synth.hpp"
#include "synth/tests/small_library.hpp"
#include "synth/yosys.hpp"

namespace peforge::synth {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

Design design_of(const std::string& spec) {
    return resolve(load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / (spec + ".json")));
}

/// Paths below the top of all instances of the storage wrapper, with width and depth.
void add_instances(const Hierarchy& hierarchy, const std::string& module, const std::string& path,
                   const std::string& top, std::map<std::string, std::pair<int, int>>& found) {
    for (const auto& [instance, type] : hierarchy.modules().at(module).children) {
        const ElaboratedModule& child = hierarchy.modules().at(type);
        const std::string here = path.empty() ? instance : path + "." + instance;
        if (unit_of(child.name, top) == Unit::kMemory) {
            found[here] = {static_cast<int>(child.parameters.at("WIDTH")),
                           static_cast<int>(child.parameters.at("DEPTH"))};
        }
        add_instances(hierarchy, type, here, top, found);
    }
}

/// "gen_acc[*].u_x" as a regular expression.
std::regex pattern_of(const std::string& instance) {
    std::string text;
    for (const char c : instance) {
        if (c == '*') {
            text += "[0-9]+";
            continue;
        }
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') text.push_back('\\');
        text.push_back(c);
    }
    return std::regex(text);
}

class MemoryList : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (find_program("yosys").empty()) GTEST_SKIP() << "yosys is not installed";
    }
};

TEST_P(MemoryList, IsWhatYosysElaborates) {
    const Design design = design_of(GetParam());
    const FileSet files = emit(design);
    const ScratchDir dir;
    std::string script = "read_verilog";
    std::istringstream list(files.at("filelist.f"));
    for (std::string name; std::getline(list, name);) {
        write_file(dir.path() / name, files.at(name));
        script += " " + name;
    }
    script += "; hierarchy -check -top " + design.top + "; proc; write_json elaborated.json";
    const ProcessResult result = run_process({"yosys", "-q", "-p", script}, dir.path());
    ASSERT_EQ(result.status, 0) << result.output;
    const Hierarchy hierarchy(read_file(dir.path() / "elaborated.json"), design.top);
    std::map<std::string, std::pair<int, int>> found;
    add_instances(hierarchy, design.top, "", design.top, found);
    // Every instance belongs to one memory of the list, of its size; counts agree.
    for (const Memory& m : design.memories) {
        const std::regex pattern = pattern_of(m.instance);
        int count = 0;
        for (auto it = found.begin(); it != found.end();) {
            if (!std::regex_match(it->first, pattern)) {
                ++it;
                continue;
            }
            ++count;
            EXPECT_EQ(it->second, std::pair(m.width, m.depth)) << it->first;
            it = found.erase(it);
        }
        EXPECT_EQ(count, m.count) << m.name;
    }
    for (const auto& [path, size] : found) ADD_FAILURE() << path << " is in no memory of the list";
}

INSTANTIATE_TEST_SUITE_P(Specs, MemoryList,
                         testing::Values("int8_ws_8x8", "int8_os_8x8", "lut_v4_c16_n32",
                                         "lut_v3_c5_n7", "lp5_bins_ws_3x5", "int4x8_ws_1x5",
                                         "lp_mix_ws_8x8", "pot3_ws_5x1"),
                         [](const auto& spec) { return spec.param; });

class Mapped : public testing::Test {
protected:
    void SetUp() override {
        if (find_program("yosys").empty()) GTEST_SKIP() << "yosys is not installed";
    }

    /// Own library, its LEF file beside it if `lef` is not empty.
    std::string library(const std::string& lef) {
        write_file(scratch_.path() / "own.lib", untimed_library());
        if (!lef.empty()) write_file(scratch_.path() / "own.lef", lef);
        return (scratch_.path() / "own.lib").string();
    }

    static SynthReport synthesise_with(const std::string& target, MemoryKind kind,
                                       const std::optional<SramModel>& model = {}) {
        SynthSettings settings;
        settings.target = target;
        settings.memory = kind;
        settings.sram_model = model;
        return synthesise(design_of("pot3_ws_5x1"), emit(design_of("pot3_ws_5x1")), settings);
    }

    const ScratchDir scratch_;
};

constexpr const char* kLef =
    "VERSION 5.4 ;\nMACRO INV\n  SIZE 9 BY 9 ;\nEND INV\nMACRO LAT\n  CLASS CORE ;\n"
    "  SIZE 2.500 BY 3 ;\nEND LAT\nEND LIBRARY\n";

TEST(Lef, AreasOfMacros) {
    const std::map<std::string, double> areas = lef_areas(kLef);
    EXPECT_EQ(areas, (std::map<std::string, double>{{"INV", 81.0}, {"LAT", 7.5}}));
    EXPECT_TRUE(lef_areas("SIZE 1 BY 2 ;\n").empty());
    Library library(kSmallLibrary, "small.lib");
    EXPECT_THROW((void)library.area("LAT"), InputError);
    library.add_areas(areas);
    EXPECT_DOUBLE_EQ(library.area("LAT"), 7.5);
    EXPECT_DOUBLE_EQ(library.area("INV"), 2.5);  // the library's own stands
}

TEST_F(Mapped, FlipFlopsAndGates) {
    const SynthReport black = synthesise_with(library(""), MemoryKind::kMacro);
    const SynthReport r = synthesise_with(library(""), MemoryKind::kFlipFlops);
    EXPECT_DOUBLE_EQ(r.area(), black.area());  // the logic is the same
    ASSERT_EQ(r.memories.size(), 2U);
    ASSERT_EQ(black.memories.size(), 2U);
    long long bits = 0;
    double all = r.area();
    for (const MemoryReport& m : r.memories) {
        EXPECT_EQ(m.kind, MemoryKind::kFlipFlops);
        // 10 for each flip-flop of the words and of the read register.
        EXPECT_DOUBLE_EQ(m.storage_area, 10.0 * static_cast<double>(m.bits() + m.width));
        EXPECT_GT(*m.area, m.storage_area);
        EXPECT_EQ(m.names.size(), 1U);
        bits += m.bits() * m.instances;
        all += *m.area * static_cast<double>(m.instances);
    }
    EXPECT_EQ(r.memory_bits, bits);
    EXPECT_DOUBLE_EQ(*r.area_with_memories(), all);
    EXPECT_FALSE(black.area_with_memories());
    EXPECT_FALSE(black.memory_area(MemoryKind::kMacro));
    EXPECT_EQ(black.memory_area(MemoryKind::kLatches), 0.0);
    long flip_flops = 0;
    for (const ModuleReport& m : r.modules) flip_flops += m.flip_flops_total;
    EXPECT_DOUBLE_EQ(r.flip_flop_area(), 10.0 * static_cast<double>(flip_flops));
    const auto j = nlohmann::json::parse(to_json(r)).at("storage");
    EXPECT_NEAR(j.at("logic_area").get<double>() + j.at("flip_flop_area").get<double>(), r.area(),
                1e-3);
    EXPECT_NEAR(j.at("memory_area").at("flip_flops").get<double>(), all - r.area(), 1e-3);
    EXPECT_EQ(j.at("memory_area").at("macro"), 0);
    EXPECT_EQ(j.at("memories").at(0).at("kind"), "flip_flops");
    EXPECT_THAT(to_text(r), HasSubstr(fmt::format("area with memories {:.0f}", all)));
}

TEST_F(Mapped, LatchesTakeTheirAreaFromTheLibraryOrItsLef) {
    try {
        synthesise_with(library(""), MemoryKind::kLatches);
        FAIL() << "made up an area";
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr("cell LAT"));
        EXPECT_THAT(e.what(), HasSubstr("has no area"));
    }
    const SynthReport r = synthesise_with(library(kLef), MemoryKind::kLatches);
    EXPECT_EQ(r.lef_areas, (std::map<std::string, double>{{"LAT", 7.5}}));
    for (const MemoryReport& m : r.memories) {
        EXPECT_EQ(m.kind, MemoryKind::kLatches);
        // Latches: each bit, the enable of each group of 16 words, the low address. Flip-flops:
        // data in, data out, the high address of what is written.
        const int address = std::bit_width(static_cast<unsigned>(m.depth - 1));
        const int low = std::min(4, address);
        EXPECT_DOUBLE_EQ(m.storage_area,
                         7.5 * static_cast<double>(m.bits() + (m.depth + 15) / 16 + low) +
                             10.0 * (2 * m.width + address - low));
    }
    EXPECT_THAT(to_text(r), HasSubstr("LAT has no area in the library: 7.5 from the LEF"));
    EXPECT_TRUE(r.artefacts.contains(
        fmt::format("memory_{}x{}.ys", r.memories[0].width, r.memories[0].depth)));
}

SramModel model_of(double area) {
    return parse_sram_model(
        fmt::format(R"({{"name": "m", "source": "a test", "technology": "t", "macros": [
            {{"name": "r", "width": 64, "depth": 1024, "area_um2": {}, "read_energy_pj": null,
              "write_energy_pj": null, "leakage_uw": null}}]}})",
                    area),
        "m.json");
}

TEST_F(Mapped, MacrosOfAModel) {
    SynthReport r = synthesise_with(library(""), MemoryKind::kMacro, model_of(1000));
    for (const MemoryReport& m : r.memories) {
        EXPECT_EQ(m.kind, MemoryKind::kMacro);
        EXPECT_EQ(m.area, 1000.0);
        EXPECT_EQ(m.tiling->macro, "r");
    }
    EXPECT_EQ(r.memory_area(MemoryKind::kMacro), 2000.0);
    // Square microns and units that are not known do not add.
    EXPECT_FALSE(r.area_with_memories());
    r.unit = kSquareMicrons;
    EXPECT_DOUBLE_EQ(*r.area_with_memories(), r.area() + 2000.0);
    const auto j = nlohmann::json::parse(to_json(r)).at("storage");
    EXPECT_EQ(j.at("sram_model").at("source"), "a test");
    EXPECT_TRUE(j.at("sram_model").at("scale").is_null());
    EXPECT_EQ(j.at("memories").at(0).at("macro"), "r");
    EXPECT_TRUE(j.at("memories").at(0).at("read_energy_pj").is_null());
    EXPECT_THAT(to_text(r), HasSubstr("source: a test"));
}

TEST_F(Mapped, WhatDoesNotGoTogetherIsRefused) {
    const auto error = [](auto run) -> std::string {
        try {
            run();
        } catch (const InputError& e) {
            return e.what();
        }
        return "accepted";
    };
    EXPECT_THAT(error([] { synthesise_with("ice40", MemoryKind::kFlipFlops); }),
                HasSubstr("--memory: is for standard cells"));
    EXPECT_THAT(error([] { synthesise_with("ice40", MemoryKind::kMacro, model_of(1)); }),
                HasSubstr("--sram-model: is for standard cells"));
    EXPECT_THAT(
        error([this] { synthesise_with(library(""), MemoryKind::kFlipFlops, model_of(1)); }),
        HasSubstr("own.lib is not known; allowed: --memory macro"));
    EXPECT_THAT(error([] { (void)memory_kind("sram"); }),
                HasSubstr("--memory: \"sram\" is unknown; allowed: macro, flip_flops, latches"));
}

TEST_F(Mapped, AMemoryOverTheLimitIsRefused) {
    const Spec spec = parse_spec(
        R"({"name": "big", "array": {"kind": "lut", "subvector": 2, "centroids": 2, "metric": "l1",
                                     "columns": 32, "ccus": 1},
            "activation": {"format": "int", "n": 8}, "centroid": {"n": 8}, "entry": {"n": 8},
            "accumulator": {"max_k": 64}, "output": {"format": "int", "n": 8},
            "buffers": {"rows_m": 4096, "indices": 0}})",
        "big");
    const Design design = resolve(spec);
    SynthSettings settings;
    settings.target = library("");
    settings.memory = MemoryKind::kFlipFlops;
    try {
        synthesise(design, emit(design), settings);
        FAIL() << "accepted a memory over the limit";
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr("allowed: at most 1048576 in flip_flops, or macro"));
    }
}

class Osu018Memories : public testing::Test {
protected:
    void SetUp() override {
        if (find_program("yosys").empty()) GTEST_SKIP() << "yosys is not installed";
        try {
            liberty_ = find_liberty("osu018", liberty_folders("osu018"));
        } catch (const MissingToolError&) {
            GTEST_SKIP() << "the osu018 library is not installed";
        }
    }

    fs::path liberty_;
};

/// Of the areas that the liberty file gives, all but two are the LEF's; LATCH has none.
TEST_F(Osu018Memories, TheLefHasTheSameAreas) {
    fs::path lef = liberty_;
    const std::map<std::string, double> areas = lef_areas(read_file(lef.replace_extension(".lef")));
    const Library library(read_file(liberty_), liberty_.string());
    int same = 0;
    for (const auto& [name, cell] : library.cells()) {
        if (cell.area && *cell.area > 0.0 && areas.contains(name))
            same += *cell.area == areas.at(name);
    }
    EXPECT_GE(same, 28);
    EXPECT_EQ(library.latch()->cell, "LATCH");
    EXPECT_DOUBLE_EQ(areas.at("LATCH"), 56.0);
}

/// The energy of a sliced memory's own netlist: it reads what was written, costs less when idle,
/// and another word is noticed.
TEST_F(Osu018Memories, MappedMemoriesAreMeasured) {
    constexpr int kWidth = 21;  // the last slice has one bit too many
    constexpr int kDepth = 20;
    const FileSet files = emit(design_of("pot3_ws_5x1"));
    const std::string name = "pot3_ws_5x1_memory";
    const Library library(read_file(liberty_), liberty_.string());
    MemoryReport report;
    report.module = name;
    report.width = kWidth;
    report.depth = kDepth;
    report.slices = 2;
    const ScratchDir dir;
    MemoryInputs in{{}, name, report.slice_width(), kDepth, true};
    for (const auto& [path, text] : files) {
        if (!path.starts_with("memories/latch/")) continue;
        write_file(dir.path() / path, text);
        in.sources.push_back(path);
    }
    write_file(dir.path() / kLibraryFile, read_file(liberty_));
    write_file(dir.path() / "abc.constr", abc_constraints(library));
    write_file(dir.path() / "latch_map.v", latch_map(*library.latch()));
    write_file(dir.path() / "s.ys", memory_script(in, library));
    const ProcessResult result = run_process({"yosys", "-q", "-s", "s.ys"}, dir.path());
    ASSERT_EQ(result.status, 0) << result.output;
    report.mapped = MappedMemory{read_file(dir.path() / "memory_elaborated.json"),
                                 read_file(dir.path() / "memory_mapped.json")};

    power::CellModels cells(read_file(liberty_), liberty_.string());
    const power::MemoryNetlist netlist(report, cells, cells.at("DFFPOSX1"));
    power::MemoryGate gate;
    power::Net nets = 2;
    const auto bus = [&nets](int bits) {
        std::vector<power::Net> all;
        for (int i = 0; i < bits; ++i) all.push_back(nets++);
        return all;
    };
    gate.we = nets++;
    gate.re = nets++;
    gate.waddr = bus(5);
    gate.raddr = bus(5);
    gate.wdata = bus(kWidth);
    gate.rdata = bus(kWidth);
    /// Cycles of a memory that is busy, then idle, in one of its slices.
    const auto traffic_of = [&](int slice) {
        power::MemoryTraffic traffic = netlist.traffic_of(gate, slice);
        std::mt19937 random(7);
        std::vector<unsigned> words(kDepth);
        std::vector<std::uint8_t> values(nets);
        const auto put = [&values](const std::vector<power::Net>& bits, unsigned value) {
            for (std::size_t i = 0; i < bits.size(); ++i) values[bits[i]] = value >> i & 1U;
        };
        unsigned held = 0;
        for (unsigned cycle = 0; cycle < 400; ++cycle) {
            put(gate.rdata, held);
            const bool busy = cycle < 200;
            const unsigned waddr = random() % kDepth;
            const unsigned raddr = (waddr + 1 + random() % (kDepth - 1)) % kDepth;
            const unsigned word = random() % (1U << static_cast<unsigned>(kWidth));
            values[gate.we] = busy ? 1 : 0;
            values[gate.re] = busy ? 1 : 0;
            if (busy) {
                put(gate.waddr, waddr);
                put(gate.raddr, raddr);
                put(gate.wdata, word);
                held = words[raddr];
                words[waddr] = word;
            }
            traffic.in.emplace_back();
            traffic.out.emplace_back();
            for (const power::Net n : traffic.inputs)
                traffic.in.back().push_back(n == power::kNoNet ? 0 : values[n]);
            for (const power::Net n : traffic.outputs)
                traffic.out.back().push_back(n == power::kNoNet ? 0 : values[n]);
        }
        return traffic;
    };
    for (const power::DelayMode mode : {power::DelayMode::kAnnotated, power::DelayMode::kZero}) {
        for (int slice = 0; slice < 2; ++slice) {
            SCOPED_TRACE(slice);
            power::MemoryTraffic traffic = traffic_of(slice);
            const double all = netlist.energy(traffic, 0, mode, 10.0, 1.8).dynamic();
            const double idle = netlist.energy(traffic, 200, mode, 10.0, 1.8).dynamic();
            EXPECT_GT(idle, 0.0);
            EXPECT_GT(all - idle, 2.0 * idle);
            EXPECT_EQ(netlist.energy(traffic, 200, mode, 10.0, 1.8).dynamic(), idle);
            traffic.out[150][3] ^= 1U;
            EXPECT_THROW((void)netlist.energy(traffic, 0, mode, 10.0, 1.8), CheckFailedError);
        }
    }
}

/// The netlists whose areas are reported, simulated with the vendor's cells against the RTL.
TEST_F(Osu018Memories, MappedMemoriesDoWhatTheRtlDoes) {
    const FileSet files = emit(design_of("pot3_ws_5x1"));
    const std::string name = "pot3_ws_5x1_memory";
    const Library library(read_file(liberty_), liberty_.string());
    for (const bool latches : {false, true}) {
        SCOPED_TRACE(latches);
        const ScratchDir dir;
        MemoryInputs in{{}, name, 5, 35, latches};
        for (const auto& [path, text] : files) {
            if (path.starts_with(latches ? "memories/latch/" : "rtl/" + name)) {
                write_file(dir.path() / path, text);
                in.sources.push_back(path);
            }
        }
        write_file(dir.path() / kLibraryFile, read_file(liberty_));
        write_file(dir.path() / "abc.constr", abc_constraints(library));
        write_file(dir.path() / "latch_map.v", latch_map(*library.latch()));
        write_file(dir.path() / "s.ys", memory_script(in, library) + "rename " + name +
                                            " mapped\nwrite_verilog -noattr mapped.v\n");
        ProcessResult result = run_process({"yosys", "-q", "-s", "s.ys"}, dir.path());
        ASSERT_EQ(result.status, 0) << result.output;
        EXPECT_EQ(read_file(dir.path() / "mapped.v").find("LATCH ") != std::string::npos, latches);
        write_file(dir.path() / "ref.v", files.at("rtl/" + name + ".v"));
        write_file(dir.path() / "bench.v", R"(
`timescale 1ns/10ps
module bench;
    reg clock, we, re, read;
    reg [5:0] waddr, raddr;
    reg [4:0] wdata;
    wire [4:0] want, got;
    integer i, different, seed;
    pot3_ws_5x1_memory #(.WIDTH(5), .DEPTH(35)) u_want (.clk_i(clock), .we_i(we), .waddr_i(waddr), .wdata_i(wdata),
        .re_i(re), .raddr_i(raddr), .rdata_o(want));
    mapped u_got (.clk_i(clock), .we_i(we), .waddr_i(waddr), .wdata_i(wdata),
        .re_i(re), .raddr_i(raddr), .rdata_o(got));
    initial begin
        different = 0; seed = 3; clock = 1; read = 0;
        for (i = 0; i < 4035; i = i + 1) begin
            #2 we = (i < 35) | ($random(seed) & 1);
            waddr = (i < 35) ? i : $unsigned($random(seed)) % 35;
            wdata = $random(seed);
            re = (i >= 35) & ($unsigned($random(seed)) % 4 != 0);
            raddr = ($random(seed) & 1) ? waddr : $unsigned($random(seed)) % 35;
            #8 clock = 0;
            #10 clock = 1;
            read = read | re;
            #5 if (read && (^want === 1'bx || want !== got)) different = different + 1;
        end
        $display("different %0d of %0d", different, i);
        $finish;
    end
endmodule
)");
        fs::path cells = liberty_;
        result = run_process({"iverilog", "-g2005", "-s", "bench", "-o", "sim", "bench.v", "ref.v",
                              "mapped.v", cells.replace_extension(".v").string()},
                             dir.path());
        ASSERT_EQ(result.status, 0) << result.output;
        EXPECT_EQ(run_process({"vvp", "-n", "sim"}, dir.path()).output, "different 0 of 4035\n");
    }
}

TEST_F(Osu018Memories, TheSmallerOfCellsAndMacros) {
    SynthSettings settings;
    settings.memory = MemoryKind::kFlipFlops;
    const Design design = design_of("pot3_ws_5x1");
    const FileSet files = emit(design);
    const SynthReport cells = synthesise(design, files, settings);
    ASSERT_EQ(cells.memories.size(), 2U);
    const double small = std::min(*cells.memories[0].area, *cells.memories[1].area);
    const double large = std::max(*cells.memories[0].area, *cells.memories[1].area);
    ASSERT_LT(small, large);
    settings.sram_model = model_of((small + large) / 2);
    const SynthReport r = synthesise(design, files, settings);
    for (std::size_t i = 0; i < 2; ++i) {
        const MemoryReport& m = r.memories[i];
        const bool macro = *cells.memories[i].area == large;
        EXPECT_EQ(m.kind, macro ? MemoryKind::kMacro : MemoryKind::kFlipFlops);
        EXPECT_EQ(m.tiling.has_value(), macro);
        EXPECT_DOUBLE_EQ(*m.area, macro ? (small + large) / 2 : small);
    }
    EXPECT_DOUBLE_EQ(*r.area_with_memories(), r.area() + small + (small + large) / 2);
}

}  // namespace
}  // namespace peforge::synth
