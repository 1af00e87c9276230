// Hand-off files: what is printed from the register table agrees with it, the manifest with the
// files, and the file lists with each other.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "generator/design/axi.hpp"
#include "generator/design/registers.hpp"
#include "generator/emit/emit.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"
#include "generator/support/sha256.hpp"

namespace peforge {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Design design_of(const std::string& spec) {
    return resolve(load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / (spec + ".json")));
}

/// One of each kind of job.
const std::vector<std::string>& kinds() {
    static const std::vector<std::string> names = {
        "pot3_ws_5x1", "lp8_ws_3x7",  "int_mix_ws_3x5", "lp8_fields_ws_3x5",
        "ant4_ws_3x5", "int8_os_8x8", "lut_v3_c5_n7",   "lut_v4_c8_maddness"};
    return names;
}

/// "REG" and "REG.FIELD" to what a format says of them.
struct Facts {
    std::map<std::string, std::uint32_t> offset;      ///< of registers
    std::map<std::string, std::uint32_t> reset;       ///< of registers
    std::map<std::string, std::pair<int, int>> bits;  ///< of fields: msb, lsb

    bool operator==(const Facts&) const = default;
};

Facts of_table(const RegisterTable& table) {
    Facts facts;
    for (const Register& reg : table.registers) {
        facts.offset[reg.name] = static_cast<std::uint32_t>(reg.offset);
        facts.reset[reg.name] = reg.reset();
        for (const RegisterField& f : reg.fields) {
            facts.bits[reg.name + "." + f.name] = {f.msb(), f.lsb};
        }
    }
    return facts;
}

std::uint32_t number(const std::string& text) {
    const std::size_t quote = text.find('\'');
    if (quote != std::string::npos) {
        return static_cast<std::uint32_t>(
            std::stoul(text.substr(quote + 2), nullptr, text[quote + 1] == 'h' ? 16 : 10));
    }
    return static_cast<std::uint32_t>(std::stoul(text, nullptr, 0));
}

/// All matches of a pattern with their places.
std::vector<std::smatch> matches(const std::string& text, const std::string& pattern) {
    const std::regex regex(pattern);
    return {std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()};
}

Facts of_rdl(const std::string& text) {
    Facts facts;
    std::istringstream in(text);
    std::uint32_t reset = 0;
    std::vector<std::pair<std::string, std::pair<int, int>>> fields;
    for (std::string line; std::getline(in, line);) {
        std::smatch m;
        if (std::regex_search(line, m, std::regex(R"(\} (\w+)\[(\d+):(\d+)\](?: = (\S+))?;$)"))) {
            fields.push_back({m[1], {std::stoi(m[2]), std::stoi(m[3])}});
            if (m[4].matched) reset |= number(m[4]) << std::stoi(m[3]);
        } else if (std::regex_search(line, m, std::regex(R"(^    \} (\w+) @ (\w+);$)"))) {
            facts.offset[m[1]] = number(m[2]);
            facts.reset[m[1]] = reset;
            for (const auto& [name, bits] : fields) facts.bits[m[1].str() + "." + name] = bits;
            fields.clear();
            reset = 0;
        }
    }
    return facts;
}

/// The content of the first element of that name.
std::string element(const std::string& text, const std::string& tag) {
    const std::size_t from = text.find("<" + tag + ">");
    if (from == std::string::npos) return {};
    const std::size_t begin = from + tag.size() + 2;
    return text.substr(begin, text.find("</" + tag + ">", begin) - begin);
}

std::vector<std::string> elements(const std::string& text, const std::string& tag) {
    std::vector<std::string> all;
    const std::string open = "<" + tag + ">";
    const std::string close = "</" + tag + ">";
    for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
        const std::size_t end = text.find(close, at);
        all.push_back(text.substr(at + open.size(), end - at - open.size()));
        at = end;
    }
    return all;
}

Facts of_svd(const std::string& text) {
    Facts facts;
    for (const std::string& reg : elements(text, "register")) {
        const std::string name = element(reg, "name");
        facts.offset[name] = number(element(reg, "addressOffset"));
        facts.reset[name] = number(element(reg, "resetValue"));
        for (const std::string& field : elements(reg, "field")) {
            const int lsb = std::stoi(element(field, "bitOffset"));
            facts.bits[name + "." + element(field, "name")] = {
                lsb + std::stoi(element(field, "bitWidth")) - 1, lsb};
        }
    }
    return facts;
}

Facts of_ipxact(const std::string& text) {
    Facts facts;
    for (const std::string& reg : elements(text, "ipxact:register")) {
        const std::string name = element(reg, "ipxact:name");
        facts.offset[name] = number(element(reg, "ipxact:addressOffset"));
        facts.reset[name] = 0;
        for (const std::string& field : elements(reg, "ipxact:field")) {
            const int lsb = std::stoi(element(field, "ipxact:bitOffset"));
            facts.bits[name + "." + element(field, "ipxact:name")] = {
                lsb + std::stoi(element(field, "ipxact:bitWidth")) - 1, lsb};
            facts.reset[name] |= number(element(field, "ipxact:value")) << lsb;
        }
    }
    return facts;
}

/// What the C compiler makes of the header, by a program that is made of the table's names.
Facts of_header(const std::string& text, const Design& design, const RegisterTable& table) {
    const ScratchDir dir;
    std::ofstream(dir.path() / "regs.h") << text;
    std::string prefix = design.top;
    for (char& c : prefix) c = static_cast<char>(std::toupper(c));
    std::string program = "#include <stdio.h>\n#include \"regs.h\"\nint main(void) {\n";
    for (const Register& reg : table.registers) {
        program += fmt::format("printf(\"r {0} %u %u\\n\", {1}_{0}_OFFSET, {1}_{0}_RESET);\n",
                               reg.name, prefix);
        for (const RegisterField& f : reg.fields) {
            program += fmt::format(
                "printf(\"f {0}.{1} %u %u\\n\", {2}_{0}_{1}_MASK, "
                "{2}_{0}_{1}_SHIFT);\n",
                reg.name, f.name, prefix);
        }
    }
    std::ofstream(dir.path() / "main.c") << program << "return 0; }\n";
    const ProcessResult built = run_process(
        {"gcc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-o", "main", "main.c"},
        dir.path());
    EXPECT_EQ(built.status, 0) << built.output;
    std::istringstream in(run_process({"./main"}, dir.path()).output);
    Facts facts;
    std::string kind;
    std::string name;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    while (in >> kind >> name >> a >> b) {
        if (kind == "r") {
            facts.offset[name] = a;
            facts.reset[name] = b;
        } else {
            facts.bits[name] = {31 - __builtin_clz(a), static_cast<int>(b)};
            EXPECT_EQ(__builtin_ctz(a), static_cast<int>(b)) << name;
        }
    }
    return facts;
}

Facts of_markdown(const std::string& text) {
    Facts facts;
    for (const std::smatch& m :
         matches(text, R"(\| (0x[0-9A-F]{3}) \| (\w+) \| (0x[0-9A-F]{8}) \|)")) {
        facts.offset[m[2]] = number(m[1]);
        facts.reset[m[2]] = number(m[3]);
    }
    for (const std::smatch& m : matches(text, R"(\n\| (\w+) \| (\d+)(?::(\d+))? \| (\w+) \|)")) {
        const int high = std::stoi(m[2]);
        facts.bits[m[1].str() + "." + m[4].str()] = {high, m[3].matched ? std::stoi(m[3]) : high};
    }
    return facts;
}

/// Word addresses that the RTL answers reads of, and writes of.
std::map<std::string, std::uint32_t> decoded(const std::string& text, const std::string& what) {
    std::map<std::string, std::uint32_t> all;
    for (const std::smatch& m :
         matches(text, R"(10'h([0-9a-f]+): )" + what + R"( = .*; +// (\w+)\n)")) {
        all[m[2]] = 4 * static_cast<std::uint32_t>(std::stoul(m[1], nullptr, 16));
    }
    return all;
}

class HandOff : public testing::TestWithParam<std::string> {
protected:
    HandOff() : design_(design_of(GetParam())), files_(emit(design_)) {}

    Design design_;
    FileSet files_;
};

TEST_P(HandOff, RegisterFilesAgreeWithTheTable) {
    const RegisterTable table = register_table(design_);
    const Facts want = of_table(table);
    const std::string& top = design_.top;
    EXPECT_EQ(of_rdl(files_.at("registers/" + top + ".rdl")), want);
    EXPECT_EQ(of_svd(files_.at("registers/" + top + ".svd")), want);
    EXPECT_EQ(of_ipxact(files_.at(top + "_axi.ipxact.xml")), want);
    EXPECT_EQ(of_markdown(files_.at("registers/" + top + "_registers.md")), want);
    EXPECT_EQ(of_header(files_.at("sw/" + top + "_regs.h"), design_, table), want);
    const std::string& rtl = files_.at("axi/" + top + "_axi_regs.v");
    EXPECT_EQ(decoded(rtl, "word"), want.offset);
    std::map<std::string, std::uint32_t> writable;
    for (const Register& reg : table.registers) {
        if (reg.writable()) writable[reg.name] = static_cast<std::uint32_t>(reg.offset);
    }
    EXPECT_EQ(decoded(rtl, "known"), writable);
    // The datasheet lists the registers as well.
    EXPECT_EQ(of_markdown(files_.at("datasheet.md")).offset, want.offset);
    EXPECT_EQ(of_markdown(files_.at("datasheet.md")).reset, want.reset);
}

TEST_P(HandOff, TableHasNoOverlaps) {
    const RegisterTable table = register_table(design_);
    int next = 0;
    std::set<std::string> names;
    for (const Register& reg : table.registers) {
        SCOPED_TRACE(reg.name);
        EXPECT_TRUE(names.insert(reg.name).second);
        EXPECT_GE(reg.offset, next);
        EXPECT_EQ(reg.offset % 4, 0);
        EXPECT_LT(reg.offset, 1 << RegisterTable::kAddressBits);
        next = reg.offset + 4;
        int bit = 0;
        for (const RegisterField& f : reg.fields) {
            EXPECT_GE(f.lsb, bit) << f.name;
            EXPECT_LE(f.msb(), 31) << f.name;
            EXPECT_EQ(static_cast<std::uint64_t>(f.reset) >> f.width, 0U) << f.name;
            bit = f.msb() + 1;
        }
        EXPECT_FALSE(reg.fields.empty());
    }
    // The core's job ports are all there, and as wide.
    for (const JobField& job : job_fields(design_)) {
        int found = 0;
        for (const Register& reg : table.registers) {
            for (const RegisterField& f : reg.fields) {
                if (signal_name(reg, f) != job.signal) continue;
                ++found;
                EXPECT_EQ(f.width, job.width) << job.port;
            }
        }
        EXPECT_EQ(found, 1) << job.port;
    }
}

/// The wrapper's ports in the Verilog, and in IP-XACT, are those that Design knows.
TEST_P(HandOff, PortsAgree) {
    const std::string& rtl = files_.at("axi/" + axi_top(design_) + ".v");
    std::vector<std::string> in_rtl;
    for (const std::smatch& m :
         matches(rtl, R"(\n    (input |output) wire (?:\[(\d+):0\])? *(\w+)(?=,?\n))")) {
        in_rtl.push_back(fmt::format("{} {} {}", m[1].str() == "output" ? "out" : "in",
                                     m[2].matched ? std::stoi(m[2]) + 1 : 1, m[3].str()));
    }
    std::vector<std::string> in_ipxact;
    for (const std::string& port : elements(
             element(files_.at(axi_top(design_) + ".ipxact.xml"), "ipxact:ports"), "ipxact:port")) {
        const std::string left = element(port, "ipxact:left");
        in_ipxact.push_back(fmt::format("{} {} {}", element(port, "ipxact:direction"),
                                        left.empty() ? 1 : std::stoi(left) + 1,
                                        element(port, "ipxact:name")));
    }
    std::vector<std::string> want;
    for (const Port& port : axi_ports(design_)) {
        want.push_back(fmt::format("{} {} {}", port.input ? "in" : "out", port.width, port.name));
    }
    EXPECT_EQ(in_rtl, want);
    EXPECT_EQ(in_ipxact, want);
    for (const AxiStream& stream : axi_streams(design_)) EXPECT_EQ(stream.tdata_bits % 8, 0);
}

TEST_P(HandOff, ManifestHasTheDigestOfEveryOtherFile) {
    const auto listed = nlohmann::json::parse(files_.at("manifest.json")).at("files");
    EXPECT_EQ(listed.size() + 1, files_.size());
    for (const auto& [path, content] : files_) {
        if (path == "manifest.json") continue;
        EXPECT_EQ(listed.value(path, ""), sha256(content)) << path;
    }
}

TEST_P(HandOff, FileListsHoldWhatWasWritten) {
    EXPECT_THAT(files_.at("filelist_axi.f"), StartsWith(files_.at("filelist.f")));
    std::set<std::string> modules;
    std::istringstream in(files_.at("filelist_axi.f"));
    for (std::string path; std::getline(in, path);) {
        ASSERT_TRUE(files_.contains(path)) << path;
        // A file has the module of its name.
        const std::string module = fs::path(path).stem();
        EXPECT_THAT(files_.at(path), HasSubstr("\nmodule " + module + " ")) << path;
        EXPECT_TRUE(modules.insert(module).second) << path;
        for (const std::string& name : {design_.top + ".core", std::string("Bender.yml")}) {
            EXPECT_THAT(files_.at(name), HasSubstr(path)) << name;
        }
    }
    for (const auto& [path, content] : files_) {
        if (path.starts_with("axi/")) {
            EXPECT_TRUE(modules.contains(fs::path(path).stem())) << path;
        }
    }
}

/// No file has a place where a template's value is missing, or tells a path of this machine.
TEST_P(HandOff, TextsAreWhole) {
    for (const auto& [path, content] : files_) {
        EXPECT_EQ(content.find("{{#"), std::string::npos) << path;
        EXPECT_EQ(content.find("{{/"), std::string::npos) << path;
        EXPECT_EQ(content.find("@top@"), std::string::npos) << path;
        EXPECT_EQ(content.find(PEFORGE_SOURCE_DIR), std::string::npos) << path;
        EXPECT_TRUE(content.ends_with('\n')) << path;
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, HandOff, testing::ValuesIn(kinds()),
                         [](const auto& spec) { return spec.param; });

TEST(HandOffFigures, GoIntoTheDatasheet) {
    const Design design = design_of("int4x8_ws_1x5");
    const ScratchDir dir;
    const fs::path report = dir.path() / "report.json";
    EXPECT_THAT(emit(design).at("datasheet.md"), HasSubstr("| Fmax | not known until"));
    std::ofstream(report) << nlohmann::json{{"target", "osu018"},
                                            {"spec_hash", design.spec.hash},
                                            {"library", {{"name", "osu018_stdcells"}}},
                                            {"tools", {{"yosys", "0.23"}}},
                                            {"area", 1234.4},
                                            {"unit", "um2"},
                                            {"fmax_mhz", 98.76}};
    const std::string sheet = emit(design, read_figures(report, design)).at("datasheet.md");
    EXPECT_THAT(sheet, HasSubstr("| 1234 um2 |"));
    EXPECT_THAT(sheet, HasSubstr("| Fmax | 98.8 MHz |"));
    EXPECT_THAT(sheet, HasSubstr("| energy of a product, logic | not known until"));
    EXPECT_THAT(sheet, HasSubstr("target osu018, yosys 0.23, osu018_stdcells"));
}

TEST(HandOffFigures, EnergyIsThatOfTheFirstWorkload) {
    const Design design = design_of("int4x8_ws_1x5");
    const ScratchDir dir;
    const fs::path report = dir.path() / "report.json";
    std::ofstream(report) << nlohmann::json{
        {"target", "osu018"},
        {"power", {{{"pj_per_mac", 12.345}, {"workload", {{"description", "GEMM"}}}}}}};
    EXPECT_THAT(emit(design, read_figures(report, design)).at("datasheet.md"),
                HasSubstr("| energy of a product, logic | 12.35 pJ (GEMM) |"));
}

TEST(HandOffFigures, OtherReportsAreRefused) {
    const Design design = design_of("int4x8_ws_1x5");
    const ScratchDir dir;
    const fs::path report = dir.path() / "report.json";
    const auto refusal = [&](const std::string& text) -> std::string {
        std::ofstream(report) << text;
        try {
            read_figures(report, design);
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_THAT(refusal("{"), HasSubstr("is no JSON"));
    EXPECT_THAT(refusal("[]"), HasSubstr("/target"));
    EXPECT_THAT(refusal(R"({"target": "x", "spec_hash": "0"})"), HasSubstr("another spec"));
    EXPECT_THROW(read_figures(dir.path() / "none.json", design), InputError);
}

}  // namespace
}  // namespace peforge
