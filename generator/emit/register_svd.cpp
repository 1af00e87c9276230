// CMSIS-SVD of the register table: a device of one peripheral.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "generator/design/axi.hpp"
#include "generator/emit/register_files.hpp"

namespace peforge {

namespace {

std::string svd_access(bool readable, bool writable) {
    return readable && writable ? "read-write" : writable ? "write-only" : "read-only";
}

std::string svd_field(const RegisterField& field) {
    const bool pulse = field.access == FieldAccess::kPulse;
    const bool fixed =
        field.access == FieldAccess::kConstant || field.access == FieldAccess::kStatus;
    std::string out = fmt::format(
        "            <field>\n              <name>{}</name>\n              "
        "<description>{}</description>\n              <bitOffset>{}</bitOffset>\n              "
        "<bitWidth>{}</bitWidth>\n              <access>{}</access>\n",
        field.name, xml_text(field.help), field.lsb, field.width, svd_access(!pulse, !fixed));
    if (field.access == FieldAccess::kWriteOneClears) {
        out += "              <modifiedWriteValues>oneToClear</modifiedWriteValues>\n";
    }
    if (!field.values.empty()) {
        out += "              <enumeratedValues>\n";
        for (const auto& [name, value] : field.values) {
            out += fmt::format(
                "                <enumeratedValue>\n                  <name>{}</name>\n"
                "                  <value>{}</value>\n                </enumeratedValue>\n",
                name, value);
        }
        out += "              </enumeratedValues>\n";
    }
    return out + "            </field>\n";
}

}  // namespace

std::string register_svd(const Design& design, const RegisterTable& table) {
    const std::string name = upper_case(design.top);
    std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!--\n" +
                      generated_by(design, " ") +
                      "  The base address and the interrupt's number are the system's: put them "
                      "in.\n-->\n";
    out += fmt::format(
        "<device schemaVersion=\"1.3\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xs:noNamespaceSchemaLocation=\"CMSIS-SVD.xsd\">\n"
        "  <name>{0}</name>\n  <version>{1}</version>\n  <description>{2}</description>\n"
        "  <addressUnitBits>8</addressUnitBits>\n  <width>32</width>\n  <size>32</size>\n"
        "  <access>read-write</access>\n  <resetValue>0x00000000</resetValue>\n"
        "  <resetMask>0xFFFFFFFF</resetMask>\n  <peripherals>\n    <peripheral>\n"
        "      <name>{0}</name>\n      <version>{1}</version>\n"
        "      <description>{2}</description>\n"
        "      <baseAddress>0x00000000</baseAddress>\n      <addressBlock>\n"
        "        <offset>0</offset>\n        <size>{3:#x}</size>\n"
        "        <usage>registers</usage>\n      </addressBlock>\n"
        "      <interrupt>\n        <name>{0}</name>\n        <description>irq_o</description>\n"
        "        <value>0</value>\n      </interrupt>\n      <registers>\n",
        name, PEFORGE_VERSION, "Registers of " + axi_top(design), 1 << RegisterTable::kAddressBits);
    for (const Register& reg : table.registers) {
        out += fmt::format(
            "        <register>\n          <name>{}</name>\n"
            "          <description>{}</description>\n"
            "          <addressOffset>{:#05x}</addressOffset>\n          <size>32</size>\n"
            "          <access>{}</access>\n          <resetValue>0x{:08X}</resetValue>\n"
            "          <fields>\n",
            reg.name, xml_text(reg.help), reg.offset, svd_access(reg.readable(), reg.writable()),
            reg.reset());
        for (const RegisterField& field : reg.fields) out += svd_field(field);
        out += "          </fields>\n        </register>\n";
    }
    return out + "      </registers>\n    </peripheral>\n  </peripherals>\n</device>\n";
}

}  // namespace peforge
