// SPDX-License-Identifier: Apache-2.0
#include "generator/design/axi.hpp"

#include "generator/design/design.hpp"

namespace peforge {

namespace {

int whole_bytes(int bits) {
    return (bits + 7) / 8 * 8;
}

AxiStream parameter_stream(const Stream& stream) {
    AxiStream s{.name = stream.name, .has_last = false};
    int word = 0;
    for (const Port& port : stream.payload) {
        const bool shift = port.name == "prm_shift_i";
        s.fields.push_back({port.name, shift ? word - 32 + kPrmShiftLsb : word, port.width});
        if (!shift) word += (port.width + 31) / 32 * 32;
    }
    s.tdata_bits = word;
    return s;
}

}  // namespace

std::string axi_top(const Design& design) {
    return design.top + "_axi";
}

std::vector<AxiStream> axi_streams(const Design& design) {
    std::vector<AxiStream> all;
    for (const Stream& stream : streams(design)) {
        if (stream.name == "job") continue;
        if (stream.name == "prm") {
            all.push_back(parameter_stream(stream));
            continue;
        }
        const Port& data = stream.payload.front();
        all.push_back({.name = stream.name,
                       .input = stream.input,
                       .tdata_bits = whole_bytes(data.width),
                       .fields = {{data.name, 0, data.width}}});
    }
    return all;
}

std::vector<Port> axi_ports(const Design& design) {
    std::vector<Port> ports = {{"aclk", 1, true}, {"aresetn", 1, true}};
    const int address = RegisterTable::kAddressBits;
    const auto channel = [&ports](const std::string& name, bool input,
                                  const std::vector<Port>& payload) {
        ports.push_back({name + "valid", 1, input});
        ports.push_back({name + "ready", 1, !input});
        for (const Port& port : payload) ports.push_back({name + port.name, port.width, input});
    };
    channel("s_axil_aw", true, {{"addr", address}, {"prot", 3}});
    channel("s_axil_w", true, {{"data", 32}, {"strb", 4}});
    channel("s_axil_b", false, {{"resp", 2}});
    channel("s_axil_ar", true, {{"addr", address}, {"prot", 3}});
    channel("s_axil_r", false, {{"data", 32}, {"resp", 2}});
    for (const AxiStream& stream : axi_streams(design)) {
        channel(stream.prefix() + "_t", stream.input, {{"data", stream.tdata_bits}, {"last", 1}});
    }
    ports.push_back({"irq_o", 1, false});
    return ports;
}

}  // namespace peforge
