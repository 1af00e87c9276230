// ANT's operand types chosen at run time (arXiv 2208.14286): int, flint or PoT of the same width,
// one for the weights and one for the activations of each job.
//
// Numbers of all three are integers in units of their smallest positive one, so that every product
// is an integer of the accumulator and every sum is exact. A decoder gives them all one form,
//   2^exponent * (1 + fraction / 2^F), F = n - 2,
// which int{n} needs for the fraction and PoT (from n = 6 on flint) for the exponents.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "golden/datapath/datapath.hpp"

namespace peforge::golden {

/// The numbers are those of the ports job_wgt_type_i and job_act_type_i.
enum class OperandType { kInt = 0, kFlint = 1, kPot = 2 };

/// Types of a job.
struct JobTypes {
    OperandType weight = OperandType::kFlint;
    OperandType activation = OperandType::kFlint;

    bool operator==(const JobTypes&) const = default;
};

/// The last type that words of n bits have: PoT up to 5 bits, as pot{n}; above, powers would span
/// more octaves than sums have bits, and flint is the last.
OperandType largest_type(int n);

/// Words of n bits of a type, n in 3..8: int{n}, flint{n} or pot{n}.
Format format_of(OperandType type, int n);

/// A number for each JobTypes, the Job::mode of a job: weight + 4 * activation. And back; throws
/// std::out_of_range for types that words of these widths do not have.
int types_mode(const JobTypes& types);
JobTypes types_of_mode(int mode, int weight_bits, int activation_bits);

/// What a decoder of words of n bits gives: an exponent 0..exp_max and frac_bits of fraction.
/// exp_bits hold exponent - bias, signed, and as their most negative pattern zero.
struct TypesOperand {
    int frac_bits = 0;
    int exp_max = 0;
    int exp_bits = 0;
    int bias = 0;

    bool operator==(const TypesOperand&) const = default;
};
TypesOperand types_operand(int n);

/// Decides every number of a float datapath of run-time types, at flint for both operands.
/// term_bits holds the terms of all types; A is with_types()'s. Throws std::invalid_argument for
/// formats other than flint.
DatapathParams make_types_datapath(const Format& weight, const Format& activation,
                                   Rounding rounding);

/// The same datapath at other types: formats, A and the limits of its products change. A is the sum
/// of both operands' unit_frac_bits(), so that a term is the product of two integers.
DatapathParams with_types(const DatapathParams& d, const JobTypes& types);

}  // namespace peforge::golden
