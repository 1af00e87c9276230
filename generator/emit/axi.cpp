// SPDX-License-Identifier: Apache-2.0
#include "generator/emit/axi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "generator/design/axi.hpp"
#include "generator/design/registers.hpp"
#include "generator/emit/render.hpp"
#include "generator/emit/templates.hpp"

namespace peforge {

namespace {

namespace mst = kainjow::mustache;

/// "[7:0]", or blanks for a single bit.
std::string range(int width) {
    return width == 1 ? "      " : fmt::format("[{}:0]", width - 1);
}

/// Bits of a vector: "[7:0]" or "[3]".
std::string slice(int lsb, int width) {
    return width == 1 ? text(lsb) : fmt::format("{}:{}", lsb + width - 1, lsb);
}

std::string literal(int width, std::uint32_t value) {
    if (width == 32 && value > 9) return fmt::format("32'h{:08x}", value);
    return fmt::format("{}'d{}", width, value);
}

std::string word_address(const Register& reg) {
    return fmt::format("{}'h{:03x}", RegisterTable::kAddressBits - 2, reg.offset / 4);
}

std::string with_comma(const std::string& list) {
    return list.empty() ? "" : list + ", ";
}

bool is_interrupt(const Register& reg) {
    return reg.name == kInterruptState || reg.name == kInterruptEnable ||
           reg.name == kInterruptTest;
}

/// Verilog of what a read of the register gives: its fields, the highest first, zeros between them.
std::string read_value(const Register& reg) {
    if (!reg.readable()) return "32'd0";
    std::string value;
    int top = 32;
    for (auto field = reg.fields.rbegin(); field != reg.fields.rend(); ++field) {
        if (field->msb() + 1 < top) {
            value = with_comma(value) + literal(top - field->msb() - 1, 0);
        }
        const std::string signal = signal_name(reg, *field);
        std::string part = signal + "_q";
        if (field->access == FieldAccess::kConstant) part = literal(field->width, field->reset);
        if (field->access == FieldAccess::kStatus) part = signal + "_i";
        if (is_interrupt(reg)) {
            part = (reg.name == kInterruptState ? "intr_state_q[" : "intr_enable_q[") +
                   text(field->lsb) + "]";
        }
        value = with_comma(value) + part;
        top = field->lsb;
    }
    if (top > 0) value = with_comma(value) + literal(top, 0);
    return value.find(',') == std::string::npos ? value : "{" + value + "}";
}

mst::data field_entry(const Register& reg, const RegisterField& field) {
    mst::data entry;
    const std::string signal = signal_name(reg, field);
    const bool in = field.access == FieldAccess::kStatus;
    entry.set("signal", signal);
    entry.set("port", signal + (in ? "_i" : "_o"));
    entry.set("range", range(field.width));
    entry.set("register", [&reg] {
        std::string name;
        for (const char c : reg.name) name += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        return name;
    }());
    entry.set("reset", literal(field.width, field.reset));
    entry.set("msb", text(field.msb()));
    entry.set("lsb", text(field.lsb));
    return entry;
}

/// Lists of the register table for both templates.
void set_registers(mst::data& v, const RegisterTable& table) {
    mst::data statuses{mst::data::type::list};
    mst::data storages{mst::data::type::list};
    mst::data unused{mst::data::type::list};
    mst::data pulses{mst::data::type::list};
    mst::data writables{mst::data::type::list};
    mst::data readables{mst::data::type::list};
    for (const Register& reg : table.registers) {
        mst::data entry = field_entry(reg, reg.fields.front());
        entry.set("signal", entry.get("register")->string_value());
        entry.set("name", reg.name);
        entry.set("word", word_address(reg));
        entry.set("value", read_value(reg));
        if (reg.writable()) writables.push_back(entry);
        readables.push_back(entry);
        if (is_interrupt(reg)) continue;
        for (const RegisterField& field : reg.fields) {
            const mst::data one = field_entry(reg, field);
            if (field.access == FieldAccess::kStatus) statuses.push_back(one);
            if (field.access == FieldAccess::kPulse) pulses.push_back(one);
            if (field.access != FieldAccess::kReadWrite) continue;
            storages.push_back(one);
            if (!reg.name.starts_with("JOB_")) unused.push_back(one);
        }
    }
    v.set("statuses", statuses);
    v.set("storages", storages);
    v.set("unused_storages", unused);
    v.set("pulses", pulses);
    v.set("writables", writables);
    v.set("readables", readables);
    std::string events;
    for (const RegisterField& field : table.at(kInterruptState).fields) {
        std::string name = field.name;
        for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        events = "event_" + name + (events.empty() ? "" : ", " + events);
    }
    const auto count = static_cast<int>(table.at(kInterruptState).fields.size());
    v.set("events", events);
    v.set("event_count", text(count));
    v.set("event_msb", text(count - 1));
    v.set("addr_bits", text(RegisterTable::kAddressBits));
    v.set("addr_msb", text(RegisterTable::kAddressBits - 1));
    v.set("word_msb", text(RegisterTable::kAddressBits - 3));
}

void set_jobs(mst::data& v, const Design& d) {
    mst::data ports{mst::data::type::list};
    std::string fields;
    int bits = 0;
    for (const JobField& field : job_fields(d)) {
        mst::data entry;
        entry.set("port", fmt::format("{:<13}", field.port));
        entry.set("place", slice(bits, field.width));
        ports.push_back(entry);
        fields = field.signal + (fields.empty() ? "" : ", " + fields);
        bits += field.width;
    }
    v.set("job_ports", ports);
    v.set("job_fields", fields);
    v.set("job_bits", text(bits));
    v.set("queue", text(kAxiJobQueue));
}

void set_reset(mst::data& v, const Design& d) {
    v.set("reset_connection", d.spec.reset == ResetLevel::kHigh ? "rst_i        (~core_rst_n)"
                                                                : "rst_ni       (core_rst_n)");
    const int bits = std::bit_width(static_cast<unsigned>(kAxiResetCycles));
    v.set("reset_cycles", text(kAxiResetCycles));
    v.set("reset_msb", text(bits - 1));
    v.set("reset_zero", literal(bits, 0));
    v.set("reset_one", literal(bits, 1));
    v.set("reset_value", literal(bits, kAxiResetCycles));
}

/// What a stream's slice holds: the fields of TDATA side by side, and TLAST where the core looks.
void set_streams(mst::data& v, const Design& d) {
    mst::data inputs{mst::data::type::list};
    for (const AxiStream& stream : axi_streams(d)) {
        int data_bits = 0;
        std::string parts;
        std::string unused;
        int next = 0;  // first bit of TDATA that no field has yet
        mst::data ports{mst::data::type::list};
        std::string layout;
        for (const AxiField& field : stream.fields) {
            const std::string tdata = stream.prefix() + "_tdata[";
            if (field.lsb > next) {
                unused = with_comma(unused) + tdata + slice(next, field.lsb - next) + "]";
            }
            parts =
                tdata + slice(field.lsb, field.width) + "]" + (parts.empty() ? "" : ", " + parts);
            mst::data port;
            port.set("port", fmt::format("{:<13}", field.port));
            port.set("place", slice(data_bits, field.width));
            ports.push_back(port);
            layout = with_comma(layout) + fmt::format("{} in bits {}",
                                                      field.port.substr(4, field.port.size() - 6),
                                                      slice(field.lsb, field.width));
            data_bits += field.width;
            next = field.lsb + field.width;
        }
        if (next < stream.tdata_bits) {
            unused = with_comma(unused) + stream.prefix() + "_tdata[" +
                     slice(next, stream.tdata_bits - next) + "]";
        }
        if (stream.name == "out") {
            v.set("out_tdata_msb", text(stream.tdata_bits - 1));
            v.set("out_msb", text(data_bits - 1));
            v.set("out_slice_bits", text(data_bits + 1));
            const int pad = stream.tdata_bits - data_bits;
            v.set("out_padded", pad > 0 ? fmt::format("{{{}, out_tdata}}", literal(pad, 0))
                                        : std::string("out_tdata"));
            continue;
        }
        const std::string last = stream.prefix() + "_tlast";
        if (stream.has_last) {
            parts = last + ", " + parts;
            v.set(stream.name + "_data_msb", text(data_bits - 1));
            v.set(stream.name + "_last", text(data_bits));
        } else {
            unused = with_comma(unused) + last;
            v.set("prm_ports", ports);
            v.set("prm_layout", layout);
        }
        const int bits = data_bits + (stream.has_last ? 1 : 0);
        mst::data entry;
        entry.set("name", stream.name);
        entry.set("tdata_msb", text(stream.tdata_bits - 1));
        entry.set("bits", text(bits));
        entry.set("bits_msb", text(bits - 1));
        entry.set("word_note", stream.has_last ? "{last, data}" : layout);
        entry.set("word_parts", parts);
        entry.set("padded", !unused.empty());
        entry.set("unused", unused);
        inputs.push_back(entry);
    }
    v.set("inputs", inputs);
}

mst::data axi_values(const Design& d) {
    mst::data v;
    v.set("top", std::string(kTopMark));
    set_registers(v, register_table(d));
    set_jobs(v, d);
    set_reset(v, d);
    set_streams(v, d);
    v.set("saturates", d.accumulator().saturate);
    v.set("has_nar", has_nar(d));
    return v;
}

/// Typed handles of the wrapper's ports, and its streams as the harness wants them.
std::string axi_binding(const Design& d) {
    const std::string top = axi_top(d);
    std::string out = fmt::format(
        "// Generated by peforge {} from spec {} (hash {}).\n"
        "// This file belongs to you without conditions.\n"
        "//\n"
        "// Ports of {} as handles of peforge::harness, over Verilator's class of that module: "
        "include\n// that class's header first, then use binding::Dut<V{}> as the test's Dut. "
        "docs/harness.md\n#pragma once\n\n"
        "#include <type_traits>\n\n"
        "#include \"coco/coco.hpp\"\n#include \"coco/verilator.hpp\"\n\n"
        "namespace binding {{\n\n"
        "template <class T>\nusing Port = peforge::coco::Sig<std::remove_reference_t<T>>;\n\n"
        "template <class Top>\nstruct Dut : peforge::coco::VerilatedDut<Top> {{\n"
        "    using peforge::coco::VerilatedDut<Top>::VerilatedDut;\n\n",
        PEFORGE_VERSION, d.spec.name, d.spec.hash, top, top);
    for (const Port& port : axi_ports(d)) {
        out += fmt::format("    Port<decltype(Top::{0})> {0}{{this->top.{0}, {1}}};\n", port.name,
                           port.width);
    }
    out += "\n";
    for (const AxiStream& stream : axi_streams(d)) {
        out += fmt::format(
            "    peforge::coco::AxiStreamBus {0}() {{\n        return {{aclk, {0}_tvalid, "
            "{0}_tready, {0}_tdata, &{0}_tlast}};\n    }}\n",
            stream.prefix());
    }
    return out +
           "    peforge::coco::AxiLiteBus s_axil() {\n"
           "        return {aclk, s_axil_awvalid, s_axil_awready, s_axil_awaddr, s_axil_wvalid, "
           "s_axil_wready,\n                s_axil_wdata, &s_axil_wstrb, s_axil_bvalid, "
           "s_axil_bready, &s_axil_bresp,\n                s_axil_arvalid, s_axil_arready, "
           "s_axil_araddr, s_axil_rvalid, s_axil_rready,\n                s_axil_rdata, "
           "&s_axil_rresp};\n    }\n"
           "};\n\n}  // namespace binding\n";
}

}  // namespace

void add_axi(const Design& design, const Finish& finish, FileSet& files) {
    const mst::data values = axi_values(design);
    const auto printed = [&values](const std::string& name) {
        return render(std::string(axi_templates().at(name)), values);
    };
    std::vector<std::pair<std::string, std::string>> modules;
    // The core may have it.
    if (!files.contains("rtl/" + design.top + "_fifo.v")) {
        modules.emplace_back("fifo", std::string(rtl_templates().at("pf_fifo.v")));
    }
    modules.emplace_back("axi_slice", std::string(axi_templates().at("pf_axi_slice.v")));
    modules.emplace_back("axi_lite", std::string(axi_templates().at("pf_axi_lite.v")));
    modules.emplace_back("axi_regs", printed("pf_axi_regs.v.mustache"));
    modules.emplace_back("axi", printed("pf_axi.v.mustache"));
    std::string list = files.at("filelist.f");
    for (const auto& [name, body] : modules) {
        const std::string path = fmt::format("axi/{}_{}.v", design.top, name);
        files[path] = finish(body);
        list += path + "\n";
    }
    files["filelist_axi.f"] = list;
    files["bench/" + axi_top(design) + "_binding.hpp"] = axi_binding(design);
}

}  // namespace peforge
