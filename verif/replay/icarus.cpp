// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "verif/replay/replay.hpp"

namespace peforge::replay {

namespace {

/// Part of a line's vector that holds a field; the line's first digit is the vector's highest.
std::string slice(const Field& field, std::size_t line_digits) {
    const std::size_t low = 4 * (line_digits - field.at - field.digits);
    if (field.width == 1) return fmt::format("[{}]", low);
    return fmt::format("[{}:{}]", low + static_cast<std::size_t>(field.width) - 1, low);
}

std::string range(int width) {
    return width == 1 ? "" : fmt::format("[{}:0] ", width - 1);
}

}  // namespace

std::string icarus_bench(const std::string& top, const Layout& layout) {
    std::string ports = "        .clk_i(clk)";
    std::string inputs;
    std::string outputs;
    std::string checks;
    for (const Field& f : layout.fields()) {
        ports += fmt::format(",\n        .{0}({0})", f.name);
        const StreamFields* stream =
            f.stream < 0 ? nullptr : &layout.streams()[static_cast<std::size_t>(f.stream)];
        if (f.input) {
            const std::string value = "in_line" + slice(f, layout.input_digits());
            inputs += fmt::format("    wire {}{} = ", range(f.width), f.name);
            // Nobody may look at the payload of an idle stream.
            inputs += stream == nullptr ? value + ";\n"
                                        : fmt::format("{} ? {} : {{{}{{1'bx}}}};\n",
                                                      stream->valid.name, value, f.width);
            continue;
        }
        outputs += fmt::format("    wire {}{};\n", range(f.width), f.name);
        const int padding = static_cast<int>(f.digits) * 4 - f.width;
        if (padding > 0) {
            outputs += fmt::format("    assign out_line[{} -: {}] = {}'d0;\n",
                                   4 * (layout.output_digits() - f.at) - 1, padding, padding);
        }
        outputs +=
            fmt::format("    assign out_line{} = {};\n", slice(f, layout.output_digits()), f.name);
        checks += fmt::format(
            "            if ({}(^{}) === 1'bx) begin\n"
            "                if (unknowns == 0) $display(\"X: {} in recorded cycle %0d\", cycle);\n"
            "                unknowns = unknowns + 1;\n"
            "            end\n",
            stream == nullptr ? "" : fmt::format("{} && ", stream->valid.name), f.name, f.name);
    }
    return fmt::format(
        R"(// Replays a recorded run of {top} and writes what it gives at the outputs.
//
// Purpose   : reads inputs.hex, writes outputs.hex: one line a clock cycle, all ports but the clock in the order of the
//             top, each as hex digits. Inputs change with the falling edge; outputs are taken before the rising one.
// Checks    : after reset no output that has a meaning is X or Z: control and status always, a stream's payload while
//             its valid is high. The first one is printed.
`default_nettype none

module {top}_replay;

    reg            clk;
    reg  [{in_msb}:0] in_line;
    wire [{out_msb}:0] out_line;
    integer        in_file;
    integer        out_file;
    integer        items;
    integer        cycle;
    integer        unknowns;

{inputs}
{outputs}
    {top} dut (
{ports}
    );

    initial begin
        clk      = 1'b0;
        cycle    = 0;
        unknowns = 0;
        in_file  = $fopen("inputs.hex", "r");
        out_file = $fopen("outputs.hex", "w");
        if (in_file == 0 || out_file == 0) begin
            $display("error: inputs.hex or outputs.hex cannot be opened");
            $finish;
        end
        items = $fscanf(in_file, "%h\n", in_line);
        while (items == 1) begin
            #4;
            $fdisplay(out_file, "%h", out_line);
            if ({reset} !== 1'b{in_reset}) begin
{checks}            end
            #1 clk = 1'b1;
            #5 clk = 1'b0;
            cycle = cycle + 1;
            items = $fscanf(in_file, "%h\n", in_line);
        end
        $fclose(in_file);
        $fclose(out_file);
        $display("done: %0d cycles, %0d unknown", cycle, unknowns);
        $finish;
    end

endmodule

`default_nettype wire
)",
        fmt::arg("top", top), fmt::arg("in_msb", 4 * layout.input_digits() - 1),
        fmt::arg("out_msb", 4 * layout.output_digits() - 1), fmt::arg("inputs", inputs),
        fmt::arg("outputs", outputs), fmt::arg("ports", ports), fmt::arg("checks", checks),
        fmt::arg("reset", layout.reset().name), fmt::arg("in_reset", layout.reset_digit()));
}

}  // namespace peforge::replay
