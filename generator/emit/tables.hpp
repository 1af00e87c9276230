// Values of the text templates that hold a design's numeric tables.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <kainjow/mustache.hpp>
#include <string>

#include "golden/array/post.hpp"
#include "golden/datapath/datapath.hpp"

namespace peforge {

/// Values of rtl_templates/pf_log2lin.v.mustache for the log datapath's table T.
kainjow::mustache::data log2lin_values(const golden::DatapathParams& datapath);

/// T as the parameter TABLE of pf_bin_convert: entry f of m + 1 bits at f * (m + 1). At most 84
/// bits.
std::string bin_table(const golden::DatapathParams& datapath);

/// The template of the module pf_encode for an output format, a file name in rtl_templates/.
std::string encode_template(const golden::PostParams& post);

/// Values of encode_template(post). Throws std::invalid_argument when z does not fit the template:
/// int needs z = n bits without fraction, as golden::choose_z gives them.
kainjow::mustache::data encode_values(const golden::PostParams& post);

/// The constant that one lane of one PE adds to the partial sum (of bins: to each, where there are
/// several lanes) besides its term: the sign bits of
/// the terms are added inverted, which saves their sign extension in every PE (see OFFSET in the
/// headers of pf_mul_pe, pf_shift_pe, pf_terms_pe and pf_log_pe). The top of each column is fed
/// with -rows * lanes * psum_offset modulo 2^psum_bits, so that the sums at the bottom are exact.
std::uint64_t psum_offset(const golden::DatapathParams& datapath);

/// Width of a decoded operand in the array: int: the code; pot: {neg, shift}; sums of powers: the
/// code, {neg, shift} where it has one power; lp: {neg, log} with
/// the format's own fraction bits. Zero is the shift of all ones or the most negative log, which
/// therefore lies below every other log.
int operand_bits(const golden::DatapathParams& datapath, const golden::Format& format);

/// Operand registers of a PE of mixed precision (pf_log_mix_pe, pf_mul_mix_pe).
struct MixedOperands {
    int activation_bits = 0;
    int weight_bits = 0;
};
MixedOperands mixed_operands(const golden::DatapathParams& datapath);

/// What the products of a PE of mixed precision add up to too much in a mode, for the log datapath
/// with terms of `term_bits`.
std::uint64_t mixed_offset(golden::DatapathKind kind, int term_bits, int mode);

}  // namespace peforge
