// SPDX-License-Identifier: Apache-2.0
#include "synth/floor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "generator/emit/tables.hpp"
#include "synth/synth.hpp"

namespace peforge {

/// Verilog files of this room, embedded at build time.
const std::map<std::string, std::string_view>& synth_verilog();

namespace synth {

std::optional<FloorPe> floor_of(const Design& design) {
    // Their PEs hold other operands and sums than a datapath of fixed formats and one sum.
    if (!design.systolic || has_choice(design) || design.bin_bits != 0) return std::nullopt;
    const golden::SystolicParams& s = *design.systolic;
    FloorPe floor;
    if (s.modes.empty()) {
        floor.act_bits = s.lanes * operand_bits(s.datapath, s.datapath.activation);
        floor.weight_bits = s.lanes * operand_bits(s.datapath, s.datapath.weight);
        floor.sum_bits = golden::accumulator_bits(s.datapath.term_bits, s.lanes);
    } else {
        const MixedOperands operands = mixed_operands(s.datapath);
        floor.act_bits = operands.activation_bits;
        floor.weight_bits = operands.weight_bits;
        for (const golden::ModeParams& mode : s.modes) {
            floor.sum_bits = std::max(
                floor.sum_bits, golden::accumulator_bits(mode.datapath.term_bits, mode.products));
        }
    }
    floor.psum_bits = design.psum_bits;
    floor.pipeline = s.pipeline;
    floor.sum_stays = design.output_stationary();
    return floor;
}

RtlInput floor_rtl(const FloorPe& floor, const std::string& top, const FileSet& files) {
    const std::string regs = "rtl/" + top + "_pe_regs.v";
    const std::string pe = "rtl/" + top + "_floor_pe.v";
    std::string body(synth_verilog().at("pf_floor_pe.v"));
    for (const char* module : {"pf_floor_pe", "pf_pe_regs"}) {
        const std::string name = module;
        for (std::size_t at = body.find(name); at != std::string::npos; at = body.find(name, at)) {
            body.replace(at, 2, top);
        }
    }
    RtlInput rtl;
    rtl.top = top;
    rtl.files[regs] = files.at(regs);
    rtl.files[pe] = body;
    rtl.files["rtl/" + top + ".v"] = fmt::format(
        "module {0} (\n"
        "    input wire clk_i, input wire swap_i, output wire swap_o, input wire shift_i,\n"
        "    input wire [{1}:0] act_i, output wire [{1}:0] act_o,\n"
        "    input wire [{2}:0] wgt_i, output wire [{2}:0] wgt_o, output wire [{2}:0] weight_o,\n"
        "    input wire [{3}:0] psum_i, output wire [{3}:0] psum_o);\n"
        "    {0}_floor_pe #(.ACT_W({4}), .WGT_W({5}), .SUM_W({6}), .PSUM_W({7}), .PIPELINE({8}),\n"
        "        .SUM_STAYS({9})) u_pe (.clk_i(clk_i), .swap_i(swap_i), .swap_o(swap_o),\n"
        "        .act_i(act_i), .act_o(act_o), .shift_i(shift_i), .wgt_i(wgt_i), .wgt_o(wgt_o),\n"
        "        .psum_i(psum_i), .psum_o(psum_o), .weight_o(weight_o));\n"
        "endmodule\n",
        top, floor.act_bits - 1, floor.weight_bits - 1, floor.psum_bits - 1, floor.act_bits,
        floor.weight_bits, floor.sum_bits, floor.psum_bits, floor.pipeline,
        floor.sum_stays ? 1 : 0);
    rtl.files["filelist.f"] = fmt::format("{}\n{}\nrtl/{}.v\n", regs, pe, top);
    return rtl;
}

}  // namespace synth
}  // namespace peforge
