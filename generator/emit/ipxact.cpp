// IP-XACT (IEEE 1685-2014) of the AXI wrapper.
//
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "generator/design/axi.hpp"
#include "generator/emit/register_files.hpp"

namespace peforge {

namespace {

/// Lines of XML, two blanks a level.
class XmlWriter {
public:
    void open(const std::string& tag, const std::string& attributes = "") {
        line("<ipxact:" + tag + (attributes.empty() ? "" : " " + attributes) + ">");
        tags_.push_back(tag);
    }
    void close() {
        const std::string tag = tags_.back();
        tags_.pop_back();
        line("</ipxact:" + tag + ">");
    }
    void element(const std::string& tag, const std::string& content) {
        line(fmt::format("<ipxact:{0}>{1}</ipxact:{0}>", tag, xml_text(content)));
    }
    void empty(const std::string& tag, const std::string& attributes) {
        line("<ipxact:" + tag + " " + attributes + "/>");
    }
    void line(const std::string& text) { out_ += std::string(2 * tags_.size(), ' ') + text + "\n"; }
    [[nodiscard]] const std::string& text() const { return out_; }

private:
    std::string out_;
    std::vector<std::string> tags_;
};

using PortMap = std::vector<std::pair<std::string, std::string>>;  ///< logical, physical

void write_interface(XmlWriter& xml, const std::string& name, const std::string& bus,
                     const std::string& version, const PortMap& ports, bool slave,
                     const std::string& memory_map) {
    const std::string amba = "vendor=\"amba.com\" library=\"AMBA4\" ";
    xml.open("busInterface");
    xml.element("name", name);
    xml.empty("busType", fmt::format("{}name=\"{}\" version=\"{}\"", amba, bus, version));
    xml.open("abstractionTypes");
    xml.open("abstractionType");
    xml.empty("abstractionRef",
              fmt::format("{}name=\"{}_rtl\" version=\"{}\"", amba, bus, version));
    xml.open("portMaps");
    for (const auto& [logical, physical] : ports) {
        xml.open("portMap");
        xml.open("logicalPort");
        xml.element("name", logical);
        xml.close();
        xml.open("physicalPort");
        xml.element("name", physical);
        xml.close();
        xml.close();
    }
    xml.close();
    xml.close();
    xml.close();
    if (memory_map.empty()) {
        xml.line(slave ? "<ipxact:slave/>" : "<ipxact:master/>");
    } else {
        xml.open("slave");
        xml.empty("memoryMapRef", "memoryMapRef=\"" + memory_map + "\"");
        xml.close();
    }
    xml.close();
}

/// Ports that begin with `prefix`, by the bus's own names; the clock and reset of both buses.
PortMap port_map(const Design& design, const std::string& prefix) {
    PortMap map = {{"ACLK", "aclk"}, {"ARESETn", "aresetn"}};
    for (const Port& port : axi_ports(design)) {
        if (port.name.starts_with(prefix + "_")) {
            map.emplace_back(upper_case(port.name.substr(prefix.size() + 1)), port.name);
        }
    }
    return map;
}

const char* ipxact_access(bool readable, bool writable) {
    return readable && writable ? "read-write" : writable ? "write-only" : "read-only";
}

void write_registers(XmlWriter& xml, const RegisterTable& table) {
    xml.open("memoryMaps");
    xml.open("memoryMap");
    xml.element("name", "registers");
    xml.open("addressBlock");
    xml.element("name", "registers");
    xml.element("baseAddress", "0");
    xml.element("range", std::to_string(1 << RegisterTable::kAddressBits));
    xml.element("width", "32");
    xml.element("usage", "register");
    for (const Register& reg : table.registers) {
        xml.open("register");
        xml.element("name", reg.name);
        xml.element("description", reg.help);
        xml.element("addressOffset", fmt::format("'h{:03x}", reg.offset));
        xml.element("size", "32");
        xml.element("access", ipxact_access(reg.readable(), reg.writable()));
        for (const RegisterField& field : reg.fields) {
            const bool pulse = field.access == FieldAccess::kPulse;
            const bool fixed =
                field.access == FieldAccess::kConstant || field.access == FieldAccess::kStatus;
            xml.open("field");
            xml.element("name", field.name);
            xml.element("description", field.help);
            xml.element("bitOffset", std::to_string(field.lsb));
            xml.open("resets");
            xml.open("reset");
            xml.element("value", fmt::format("'h{:x}", field.reset));
            xml.close();
            xml.close();
            xml.element("bitWidth", std::to_string(field.width));
            if (field.access == FieldAccess::kStatus ||
                field.access == FieldAccess::kWriteOneClears) {
                xml.element("volatile", "true");
            }
            xml.element("access", ipxact_access(!pulse, !fixed));
            if (!field.values.empty()) {
                xml.open("enumeratedValues");
                for (const auto& [name, value] : field.values) {
                    xml.open("enumeratedValue");
                    xml.element("name", name);
                    xml.element("value", std::to_string(value));
                    xml.close();
                }
                xml.close();
            }
            if (field.access == FieldAccess::kWriteOneClears) {
                xml.element("modifiedWriteValue", "oneToClear");
            }
            xml.close();
        }
        xml.close();
    }
    xml.close();
    xml.element("addressUnitBits", "8");
    xml.close();
    xml.close();
}

void write_model(XmlWriter& xml, const Design& design) {
    xml.open("model");
    xml.open("views");
    xml.open("view");
    xml.element("name", "rtl");
    xml.element("envIdentifier", ":Verilog:");
    xml.element("componentInstantiationRef", "verilog");
    xml.close();
    xml.close();
    xml.open("instantiations");
    xml.open("componentInstantiation");
    xml.element("name", "verilog");
    xml.element("language", "verilog");
    xml.element("moduleName", axi_top(design));
    xml.open("fileSetRef");
    xml.element("localName", "rtl");
    xml.close();
    xml.close();
    xml.close();
    xml.open("ports");
    for (const Port& port : axi_ports(design)) {
        xml.open("port");
        xml.element("name", port.name);
        xml.open("wire");
        xml.element("direction", port.input ? "in" : "out");
        if (port.width > 1) {
            xml.open("vectors");
            xml.open("vector");
            xml.element("left", std::to_string(port.width - 1));
            xml.element("right", "0");
            xml.close();
            xml.close();
        }
        xml.close();
        xml.close();
    }
    xml.close();
    xml.close();
}

}  // namespace

std::string ipxact(const Design& design, const RegisterTable& table,
                   const std::vector<std::string>& files) {
    XmlWriter xml;
    xml.line("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    xml.line("<!--\n" + generated_by(design, " ") + "-->");
    xml.open("component",
             "xmlns:ipxact=\"http://www.accellera.org/XMLSchema/IPXACT/1685-2014\" "
             "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
             "xsi:schemaLocation=\"http://www.accellera.org/XMLSchema/IPXACT/1685-2014 "
             "http://www.accellera.org/XMLSchema/IPXACT/1685-2014/index.xsd\"");
    xml.element("vendor", "peforge");
    xml.element("library", "arrays");
    xml.element("name", axi_top(design));
    xml.element("version", PEFORGE_VERSION);
    xml.open("busInterfaces");
    write_interface(xml, "s_axil", "AXI4-Lite", "r0p0_0", port_map(design, "s_axil"), true,
                    "registers");
    for (const AxiStream& stream : axi_streams(design)) {
        write_interface(xml, stream.prefix(), "AXI4Stream", "r0p0_1",
                        port_map(design, stream.prefix()), stream.input, "");
    }
    xml.close();
    write_registers(xml, table);
    write_model(xml, design);
    xml.open("fileSets");
    xml.open("fileSet");
    xml.element("name", "rtl");
    for (const std::string& file : files) {
        xml.open("file");
        xml.element("name", file);
        xml.element("fileType", "verilogSource");
        xml.close();
    }
    xml.close();
    xml.close();
    xml.element("description", fmt::format("AXI wrapper of the array {} (spec hash {})", design.top,
                                           design.spec.hash));
    xml.close();
    return xml.text();
}

}  // namespace peforge
