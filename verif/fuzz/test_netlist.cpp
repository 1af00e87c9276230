// Mapped PEs against their RTL: both get the same operands, cycle by cycle, and must give the same
// outputs. The netlist is the one whose area `peforge synth` reports, its cells are the vendor's.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "generator/support/process.hpp"
#include "synth/hierarchy.hpp"
#include "synth/liberty.hpp"
#include "synth/synth.hpp"
#include "synth/yosys.hpp"
#include "verif/fuzz/random.hpp"

namespace peforge::fuzz {
namespace {

namespace fs = std::filesystem;
using synth::ElaboratedModule;
using synth::Hierarchy;
using synth::ModulePort;

constexpr int kVectors = 6000;
constexpr int kWarmUp = 8;  // cycles until no register of a PE holds its unknown first value

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

std::string run_tool(const std::vector<std::string>& argv, const fs::path& dir) {
    const ProcessResult result = run_process(argv, dir);
    EXPECT_EQ(result.status, 0) << argv.front() << ":\n" << result.output;
    return result.output;
}

std::vector<std::string> sources(const FileSet& files) {
    std::vector<std::string> names;
    std::istringstream list(files.at("filelist.f"));
    for (std::string line; std::getline(list, line);) names.push_back(line);
    return names;
}

/// Yosys names of the modules that end in `suffix`, with their parameters and ports.
Hierarchy elaborate(const Design& design, const FileSet& files, const fs::path& dir) {
    std::string script = "read_verilog";
    for (const std::string& name : sources(files)) script += " " + name;
    script += "; hierarchy -check -top " + design.top + "; proc; write_json elaborated.json";
    run_tool({"yosys", "-q", "-p", script}, dir);
    return {read_file(dir / "elaborated.json"), design.top};
}

/// Bits of one port: corners as often as not.
std::string operand(Random& random, int width) {
    std::string bits(static_cast<std::size_t>(width), '0');
    switch (random.below(8)) {
        case 0:
            break;
        case 1:
            bits.assign(bits.size(), '1');
            break;
        case 2:  // most negative
            bits.front() = '1';
            break;
        case 3:  // most positive
            bits.assign(bits.size(), '1');
            bits.front() = '0';
            break;
        case 4:  // one bit
            bits[random.below(bits.size())] = '1';
            break;
        default:
            for (char& bit : bits) bit = random.percent(50) ? '1' : '0';
            break;
    }
    return bits;
}

std::string vectors(const std::vector<ModulePort>& inputs, std::uint64_t seed) {
    Random random(seed, 0);
    std::string text;
    for (int i = 0; i < kVectors; ++i) {
        // First every register is loaded, then weights change every few cycles.
        const bool warm = i < kWarmUp;
        for (const ModulePort& port : inputs) {
            if (port.name == "rst_ni") {
                text += i >= 2 && (warm || !random.percent(1)) ? '1' : '0';
            } else if (port.name == "swap_i" || port.name == "shift_i") {
                text += warm || random.percent(30) ? '1' : '0';
            } else {
                text += operand(random, port.width);
            }
        }
        text += '\n';
    }
    return text;
}

/// The bench: prints "compared N different D" and the first difference.
std::string bench(const ElaboratedModule& pe) {
    std::string declarations;
    std::string rtl;
    std::string mapped;
    std::string inputs;
    std::string rtl_out;
    std::string mapped_out;
    int in_bits = 0;
    for (const ModulePort& port : pe.ports) {
        const auto join = [&port](std::string& list, const std::string& item) {
            list += (list.empty() ? "" : ", ") + item;
        };
        if (port.input) {
            declarations += fmt::format("    wire [{}:0] {};\n", port.width - 1, port.name);
            join(rtl, fmt::format(".{0}({0})", port.name));
            join(mapped, fmt::format(".{0}({0})", port.name));
            if (port.name == "clk_i") continue;
            in_bits += port.width;
            join(inputs, port.name);
        } else {
            declarations +=
                fmt::format("    wire [{0}:0] rtl_{1}, mapped_{1};\n", port.width - 1, port.name);
            join(rtl, fmt::format(".{0}(rtl_{0})", port.name));
            join(mapped, fmt::format(".{0}(mapped_{0})", port.name));
            join(rtl_out, "rtl_" + port.name);
            join(mapped_out, "mapped_" + port.name);
        }
    }
    std::string parameters;
    for (const auto& [name, value] : pe.parameters) {
        // Yosys writes 32 bits without a sign.
        const auto number = static_cast<std::int32_t>(value);
        parameters += fmt::format("{}.{}({})", parameters.empty() ? "" : ", ", name, number);
    }
    return fmt::format(
        "`timescale 1ns/10ps\n"
        "module bench;\n"
        "    reg [{5}:0] vectors [0:{6}];\n    reg [{5}:0] vector;\n    reg clock;\n"
        "    integer i, compared, different;\n{0}"
        "    assign clk_i = clock;\n    assign {{{1}}} = vector;\n"
        "    {2} #({3}) u_rtl ({4});\n    mapped_pe u_mapped ({7});\n"
        "    initial begin\n"
        "        $readmemb(\"vectors.txt\", vectors);\n"
        "        compared = 0; different = 0; clock = 0;\n"
        "        for (i = 0; i <= {6}; i = i + 1) begin\n"
        "            vector = vectors[i];\n            #5 clock = 1;\n            #5;\n"
        "            if (i >= {10}) begin\n"
        "                compared = compared + 1;\n"
        "                if (^{{{8}}} === 1'bx || {{{8}}} !== {{{9}}}) begin\n"
        "                    different = different + 1;\n"
        "                    if (different == 1)\n"
        "                        $display(\"vector %0d %b: rtl %b mapped %b\", i, vector, {{{8}}}, "
        "{{{9}}});\n"
        "                end\n"
        "            end\n"
        "            clock = 0;\n            #5;\n"
        "        end\n"
        "        $display(\"compared %0d different %0d\", compared, different);\n"
        "        $finish;\n    end\nendmodule\n",
        declarations, inputs, pe.name, parameters, rtl, in_bits - 1, kVectors - 1, mapped, rtl_out,
        mapped_out, kWarmUp);
}

struct PeCase {
    const char* name;
    const char* spec;  ///< without name
    const char* module;
};

void PrintTo(const PeCase& c, std::ostream* out) {
    *out << c.name;
}

/// A netlist and what is needed to simulate it beside its RTL.
class MappedPe {
public:
    explicit MappedPe(const PeCase& test)
        : design_(resolve(
              parse_spec(fmt::format(R"({{"name": "{}", {}}})", test.name, test.spec), test.name))),
          files_(emit(design_)) {
        for (const auto& [name, text] : files_) write_file(dir_.path() / name, text);
        const Hierarchy hierarchy = elaborate(design_, files_, dir_.path());
        const auto netlist =
            synth::split_netlist(synth::synthesise(design_, files_, {}).artefacts.at("netlist.v"));
        for (const auto& [yosys_name, module] : hierarchy.modules()) {
            if (module.name != design_.top + test.module) continue;
            pe_ = module;
            const std::string& body = netlist.at(yosys_name);
            mapped_ = "module mapped_pe " + body.substr(body.find('('));
        }
    }

    /// What the bench prints, with `netlist` in place of the mapped one if given.
    std::string simulate(const std::string& netlist) {
        std::vector<ModulePort> inputs;
        for (const ModulePort& port : pe_.ports) {
            if (port.input && port.name != "clk_i") inputs.push_back(port);
        }
        write_file(dir_.path() / "vectors.txt", vectors(inputs, 1));
        write_file(dir_.path() / "bench.v", bench(pe_));
        write_file(dir_.path() / "mapped.v", netlist);
        const fs::path cells =
            synth::find_liberty("osu018", synth::liberty_folders("osu018")).replace_extension(".v");
        std::vector<std::string> compile = {"iverilog", "-g2005",  "-s",       "bench",       "-o",
                                            "sim",      "bench.v", "mapped.v", cells.string()};
        for (const std::string& name : sources(files_)) compile.push_back(name);
        run_tool(compile, dir_.path());
        return run_tool({"vvp", "-n", "sim"}, dir_.path());
    }

    [[nodiscard]] const std::string& mapped() const { return mapped_; }

private:
    ScratchDir dir_;
    Design design_;
    FileSet files_;
    ElaboratedModule pe_;
    std::string mapped_;
};

class Netlist : public testing::TestWithParam<PeCase> {};

TEST_P(Netlist, GivesWhatTheRtlGives) {
    MappedPe pe(GetParam());
    ASSERT_FALSE(pe.mapped().empty()) << "no such PE";
    EXPECT_EQ(pe.simulate(pe.mapped()),
              fmt::format("compared {} different 0\n", kVectors - kWarmUp));
    // The comparison can fail: one gate of another kind.
    std::string wrong = pe.mapped();
    const std::size_t gate = wrong.find("NAND2X1 ");
    ASSERT_NE(gate, std::string::npos);
    wrong.replace(gate, 7, "NOR2X1");
    const std::string output = pe.simulate(wrong);
    EXPECT_EQ(output.find(" different 0\n"), std::string::npos) << output;
}

INSTANTIATE_TEST_SUITE_P(
    Osu018, Netlist,
    testing::Values(PeCase{"mul",
                           R"("array": {"kind": "systolic", "rows": 2, "cols": 2},
                  "weight": {"format": "int", "n": 8}, "activation": {"format": "int", "n": 8},
                  "accumulator": {"max_k": 64}, "output": {"format": "int", "n": 8})",
                           "_mul_pe"},
                    PeCase{"shift",
                           R"("array": {"kind": "systolic", "rows": 2, "cols": 2},
                  "weight": {"format": "pot", "n": 4}, "activation": {"format": "int", "n": 8},
                  "accumulator": {"max_k": 64}, "output": {"format": "int", "n": 8})",
                           "_shift_pe"},
                    PeCase{"log",
                           R"("array": {"kind": "systolic", "rows": 2, "cols": 2},
                  "weight": {"format": "lp", "n": 4, "es": 1, "rs": 2},
                  "activation": {"format": "lp", "n": 6, "es": 1, "rs": 3},
                  "accumulator": {"max_k": 64, "octaves": 12},
                  "output": {"format": "lp", "n": 6, "es": 1, "rs": 3})",
                           "_log_pe"},
                    PeCase{"float",
                           R"("array": {"kind": "systolic", "rows": 1, "cols": 1},
                  "weight": {"format": "fp8", "e": 4, "m": 3},
                  "activation": {"format": "posit", "n": 6, "es": 1},
                  "accumulator": {"max_k": 64, "octaves": 16, "rounding": "nearest_even"},
                  "output": {"format": "flint", "n": 4})",
                           "_float_pe"},
                    PeCase{"mul_mix",
                           R"("array": {"kind": "systolic", "rows": 1, "cols": 1},
                  "weight": {"format": "int", "n": 8}, "activation": {"format": "int", "n": 8},
                  "accumulator": {"max_k": 64}, "output": {"format": "int", "n": 8},
                  "pe": {"mixed_precision": true})",
                           "_mul_mix_pe"},
                    PeCase{"log_mix",
                           R"("array": {"kind": "systolic", "rows": 1, "cols": 1},
                  "weight": {"format": "lp", "n": 8, "es": 1, "rs": 3},
                  "activation": {"format": "lp", "n": 8, "es": 1, "rs": 3},
                  "accumulator": {"max_k": 64, "octaves": 14},
                  "output": {"format": "lp", "n": 8, "es": 1, "rs": 3},
                  "pe": {"mixed_precision": true})",
                           "_log_mix_pe"},
                    PeCase{
                        "distance",
                        R"("array": {"kind": "lut", "subvector": 2, "centroids": 4, "metric": "l2",
                            "columns": 2},
                  "activation": {"format": "int", "n": 4}, "centroid": {"n": 4},
                  "entry": {"n": 4}, "accumulator": {"max_k": 64},
                  "output": {"format": "int", "n": 4})",
                        "_dpe"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace peforge::fuzz
