// SystemRDL 2.0 of the register table.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "generator/design/axi.hpp"
#include "generator/emit/register_files.hpp"

namespace peforge {

namespace {

std::string rdl_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string rdl_access(FieldAccess access) {
    switch (access) {
        case FieldAccess::kConstant:
            return "sw = r; hw = na;";
        case FieldAccess::kStatus:
            return "sw = r; hw = w;";
        case FieldAccess::kReadWrite:
            return "sw = rw; hw = r;";
        case FieldAccess::kPulse:
            return "sw = w; hw = r; singlepulse;";
        case FieldAccess::kWriteOneClears:
            return "sw = rw; hw = w; onwrite = woclr; hwset;";
    }
    return {};
}

}  // namespace

std::string register_rdl(const Design& design, const RegisterTable& table) {
    std::string out = generated_by(design, "//");
    out += fmt::format(
        "\naddrmap {} {{\n    name = {};\n    desc = {};\n    default regwidth = 32;\n"
        "    default accesswidth = 32;\n    addressing = compact;\n    littleendian;\n",
        axi_top(design), rdl_string("Registers of " + axi_top(design)),
        rdl_string("AXI4-Lite registers; accesses of any other address answer SLVERR"));
    for (const Register& reg : table.registers) {
        std::string enums;
        std::string fields;
        for (const RegisterField& field : reg.fields) {
            std::string encode;
            if (!field.values.empty()) {
                const std::string name = fmt::format("{}_{}_e", reg.name, field.name);
                enums += fmt::format("        enum {} {{\n", name);
                for (const auto& [value, code] : field.values) {
                    enums += fmt::format("            {} = {}'d{};\n", value, field.width, code);
                }
                enums += "        };\n";
                encode = fmt::format(" encode = {};", name);
            }
            // What hardware drives has no value of its own.
            const std::string reset = field.access == FieldAccess::kStatus
                                          ? ""
                                          : fmt::format(" = {}'h{:x}", field.width, field.reset);
            fields += fmt::format("        field {{ desc = {}; {}{} }} {}[{}:{}]{};\n",
                                  rdl_string(field.help), rdl_access(field.access), encode,
                                  field.name, field.msb(), field.lsb, reset);
        }
        out += fmt::format(
            "\n    reg {{\n        name = {};\n        desc = {};\n{}{}    }} {} @ {:#05x};\n",
            rdl_string(reg.name), rdl_string(reg.help), enums, fields, reg.name, reg.offset);
    }
    return out + "};\n";
}

}  // namespace peforge
