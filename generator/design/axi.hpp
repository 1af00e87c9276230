// The AXI wrapper of a design: its streams and ports.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/design/registers.hpp"

namespace peforge {

struct Design;
struct Port;

/// A part of a TDATA.
struct AxiField {
    std::string port;  ///< of the core
    int lsb = 0;
    int width = 0;
};

/// An AXI4-Stream of the wrapper. TDATA has whole bytes; bits of no field are padding.
struct AxiStream {
    std::string name;  ///< of the core's stream: "wgt" of s_axis_wgt
    bool input = true;
    int tdata_bits = 0;
    std::vector<AxiField> fields{};  ///< of TDATA, the lowest first
    bool has_last = true;            ///< the core looks at TLAST, or makes it

    [[nodiscard]] std::string prefix() const { return (input ? "s_axis_" : "m_axis_") + name; }
    [[nodiscard]] int bytes() const { return tdata_bits / 8; }
};

/// prm, wgt, act and out. A prm beat has 32-bit words for software's sake: the bias (where the
/// design has one; two words where it is wider than 32 bits), then scale and shift in one.
std::vector<AxiStream> axi_streams(const Design& design);

/// Ports of the wrapper, in its order.
std::vector<Port> axi_ports(const Design& design);

/// Module name of the wrapper.
std::string axi_top(const Design& design);

constexpr int kAxiJobQueue = 4;     ///< jobs that wait in the wrapper
constexpr int kAxiResetCycles = 4;  ///< of a reset by software
constexpr int kPrmShiftLsb = 24;    ///< of the word of scale and shift

}  // namespace peforge
