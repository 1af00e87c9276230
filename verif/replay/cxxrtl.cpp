// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "verif/replay/replay.hpp"

namespace peforge::replay {

namespace {

/// A Verilog name as write_cxxrtl spells it.
std::string mangled(const std::string& name) {
    std::string out = "p_";
    for (const char c : name) {
        out += c;
        if (c == '_') out += '_';
    }
    return out;
}

}  // namespace

std::string cxxrtl_main(const std::string& top, const Layout& layout) {
    std::string load;
    std::string store;
    for (const Field& f : layout.fields()) {
        if (f.input) {
            load += fmt::format("        put(dut.{}, line + {}, {});\n", mangled(f.name), f.at,
                                f.digits);
        } else {
            store += fmt::format("        get(dut.{}, out + {}, {});\n", mangled(f.name), f.at,
                                 f.digits);
        }
    }
    return fmt::format(
        R"(// Replays a recorded run of {top} on its CXXRTL model and writes what it gives at the outputs.
#include <cstdio>
#include <cstring>
#include <memory>

#include "dut.cc"

namespace {{

using cxxrtl_yosys::value;
using cxxrtl_yosys::wire;

unsigned digit(char c) {{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}}

template <size_t Bits>
void put(value<Bits>& port, const char* digits, unsigned count) {{
    port = value<Bits>();
    for (unsigned i = 0; i < count; ++i) {{
        port.data[i / 8] |= digit(digits[count - 1 - i]) << (4 * (i % 8));
    }}
}}
template <size_t Bits>
void put(wire<Bits>& port, const char* digits, unsigned count) {{
    put(port.next, digits, count);
}}

template <size_t Bits>
void get(const value<Bits>& port, char* digits, unsigned count) {{
    for (unsigned i = 0; i < count; ++i) {{
        digits[count - 1 - i] = "0123456789abcdef"[port.data[i / 8] >> (4 * (i % 8)) & 15];
    }}
}}
template <size_t Bits>
void get(const wire<Bits>& port, char* digits, unsigned count) {{
    get(port.curr, digits, count);
}}

}}  // namespace

int main(int argc, char** argv) {{
    if (argc != 3) return 2;
    std::FILE* in = std::fopen(argv[1], "rb");
    std::FILE* to = std::fopen(argv[2], "wb");
    if (in == nullptr || to == nullptr) return 2;
    const auto model = std::make_unique<cxxrtl_design::{module}>();
    auto& dut = *model;
    char line[{in_digits} + 3];
    char out[{out_digits} + 1];
    out[{out_digits}] = '\n';
    while (std::fgets(line, sizeof(line), in) != nullptr) {{
        if (std::strlen(line) != {in_digits} + 1) return 2;
        put(dut.p_clk__i, "0", 1);
{load}        dut.step();
{store}        if (std::fwrite(out, 1, sizeof(out), to) != sizeof(out)) return 2;
        put(dut.p_clk__i, "1", 1);
        dut.step();
    }}
    return std::fclose(to) == 0 ? 0 : 2;
}}
)",
        fmt::arg("top", top), fmt::arg("module", mangled(top)),
        fmt::arg("in_digits", layout.input_digits()),
        fmt::arg("out_digits", layout.output_digits()), fmt::arg("load", load),
        fmt::arg("store", store));
}

}  // namespace peforge::replay
