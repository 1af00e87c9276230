// C header of the register table, and a small driver that needs nothing but a way to access words.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "generator/design/axi.hpp"
#include "generator/emit/cocotb.hpp"
#include "generator/emit/register_files.hpp"
#include "generator/emit/render.hpp"

namespace peforge {

namespace {

std::string c_comment(const Design& design) {
    std::string lines = generated_by(design, " *");
    return "/*" + lines.substr(2, lines.size() - 3) + " */\n";
}

/// Values of the driver's templates.
kainjow::mustache::data driver_values(const Design& design, const RegisterTable& table) {
    namespace mst = kainjow::mustache;
    mst::data v;
    v.set("head", c_comment(design));
    v.set("top", design.top);
    v.set("TOP", upper_case(design.top));
    v.set("queue", text(kAxiJobQueue));
    mst::data options{mst::data::type::list};
    if (table.has("JOB_OPTIONS")) {
        for (const RegisterField& field : table.at("JOB_OPTIONS").fields) {
            mst::data entry;
            entry.set("member", lower_case(field.name));
            entry.set("name", field.name);
            entry.set("help", field.help);
            options.push_back(entry);
        }
    }
    v.set("options", options);
    v.set("has_options", table.has("JOB_OPTIONS"));
    mst::data counters{mst::data::type::list};
    for (const Register& reg : table.registers) {
        if (reg.offset < table.at("CYCLES").offset) continue;
        mst::data entry;
        entry.set("member", signal_name(reg, reg.fields.front()));
        entry.set("name", reg.name);
        entry.set("help", reg.help);
        counters.push_back(entry);
    }
    v.set("counters", counters);
    const AxiStream prm = axi_streams(design).front();
    v.set("prm_words", text(prm.tdata_bits / 32));
    v.set("bias", design.spec.bias);
    const int bias_words = design.spec.bias ? prm.tdata_bits / 32 - 1 : 0;
    v.set("long_bias", bias_words == 2);
    v.set("last_word", text(bias_words));
    v.set("shift_lsb", text(kPrmShiftLsb));
    return v;
}

}  // namespace

std::string register_header(const Design& design, const RegisterTable& table) {
    const std::string top = upper_case(design.top);
    std::string out = c_comment(design);
    out += fmt::format(
        "/* Registers of {0}: offsets in bytes, masks and places of fields, reset values. */\n"
        "#ifndef {1}_REGS_H\n#define {1}_REGS_H\n\n"
        "#define {1}_REGISTERS_SIZE 0x{2:x}u\n"
        "#define {1}_SPEC_HASH_LO 0x{3}u\n#define {1}_SPEC_HASH_HI 0x{4}u\n",
        axi_top(design), top, 1 << RegisterTable::kAddressBits, design.spec.hash.substr(8, 8),
        design.spec.hash.substr(0, 8));
    for (const Register& reg : table.registers) {
        const std::string name = top + "_" + reg.name;
        out += fmt::format("\n/* {} */\n#define {}_OFFSET 0x{:03x}u\n#define {}_RESET 0x{:08x}u\n",
                           reg.help, name, reg.offset, name, reg.reset());
        for (const RegisterField& field : reg.fields) {
            const std::string bits = name + "_" + field.name;
            const std::uint32_t mask =
                static_cast<std::uint32_t>(((1ULL << field.width) - 1) << field.lsb);
            out += fmt::format("#define {0}_SHIFT {1}u\n#define {0}_MASK 0x{2:08x}u\n", bits,
                               field.lsb, mask);
            for (const auto& [value, code] : field.values) {
                out += fmt::format("#define {}_{} {}u\n", bits, value, code);
            }
        }
    }
    return out + fmt::format("\n#endif /* {}_REGS_H */\n", top);
}

std::string driver_header(const Design& design, const RegisterTable& table) {
    return render(std::string(bench_templates().at("driver.h.mustache")),
                  driver_values(design, table));
}

std::string driver_source(const Design& design, const RegisterTable& table) {
    return render(std::string(bench_templates().at("driver.c.mustache")),
                  driver_values(design, table));
}

}  // namespace peforge
