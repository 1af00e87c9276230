// What is printed from the register table: SystemRDL, IP-XACT, CMSIS-SVD, Markdown, C header and
// driver. Each has a file of its own.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "generator/design/design.hpp"
#include "generator/design/registers.hpp"
#include "generator/emit/emit.hpp"

namespace peforge {

std::string register_rdl(const Design& design, const RegisterTable& table);
std::string register_svd(const Design& design, const RegisterTable& table);
std::string register_markdown(const Design& design, const RegisterTable& table);
std::string register_header(const Design& design, const RegisterTable& table);
std::string driver_header(const Design& design, const RegisterTable& table);
std::string driver_source(const Design& design, const RegisterTable& table);
/// A component of the AXI wrapper: interfaces, registers, ports and files (IEEE 1685-2014).
/// `files`: paths of the Verilog, in compile order.
std::string ipxact(const Design& design, const RegisterTable& table,
                   const std::vector<std::string>& files);

/// Adds registers/, sw/ and <top>_axi.ipxact.xml. `files` holds filelist_axi.f.
void add_registers(const Design& design, FileSet& files);

/// The two lines at the head of an emitted text, each behind `mark`.
std::string generated_by(const Design& design, std::string_view mark);

/// A text without what XML takes for its own.
std::string xml_text(std::string_view text);

std::string upper_case(std::string text);
std::string lower_case(std::string text);

/// The lines of a file list.
std::vector<std::string> listed(const std::string& filelist);

}  // namespace peforge
