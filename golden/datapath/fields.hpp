// LP fields chosen at run time: es and rs of weights and of activations come with each job.
//
// The table T and the numbers of an array's PE are those of the widest fields; what a job's fields
// decide is the accumulator's fraction. Products are placed below the largest one that the fields
// have, so that it stands at the same place for all of them:
//   high = floor(largest log2 of a product), A = octaves - high.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "golden/datapath/datapath.hpp"

namespace peforge::golden {

/// Fields of one LP operand.
struct LpFields {
    int es = 0;
    int rs = 1;

    bool operator==(const LpFields&) const = default;
};

/// Fields of a job.
struct JobFields {
    LpFields weight;
    LpFields activation;

    bool operator==(const JobFields&) const = default;
};

/// Largest es that a job may choose for words of n bits: 3, and at most n - 2 (0 for n = 2).
int largest_es(int n);

/// Whether a job may have these fields for words of n bits: es 0..largest_es(n), rs 1..n-1.
bool legal_fields(int n, const LpFields& fields);

/// A number for each JobFields, the Job::mode of a job: weight.es + 4 * weight.rs + 32 *
/// activation.es + 128 * activation.rs, for es 0..3 and rs 1..7. And back; throws std::out_of_range
/// for fields that are not legal for words of these widths.
int fields_mode(const JobFields& fields);
JobFields fields_of_mode(int mode, int weight_bits, int activation_bits);

/// Decides every number of a log datapath of run-time fields, at the formats' own fields. F is that
/// of es = 0, rs = 1; `mantissa_bits` std::nullopt is F + 3. term_bits holds the terms of all
/// fields. Throws std::invalid_argument for formats other than capped LP, for an es above
/// largest_es(), and for an m too small for a table of m+1 bits.
DatapathParams make_fields_datapath(const Format& weight, const Format& activation,
                                    std::optional<int> mantissa_bits, int octaves,
                                    Rounding rounding);

/// The same datapath at other fields: formats, A and the limits of its products change.
DatapathParams with_fields(const DatapathParams& d, const JobFields& fields);

/// How an array holds the logs of run-time fields. A decoder gives log2|x| less its format's
/// octave of the largest number (and, of an activation, one less where the largest product needs
/// it), plus `bias`, so that they fit a signed number of int_bits and F fraction bits. Numbers
/// below `int_min` are too small for any product to reach the accumulator, and count as zero.
struct FieldsPlacing {
    int int_bits = 0;
    int int_min = 0;
    int bias = 0;

    bool operator==(const FieldsPlacing&) const = default;
};
FieldsPlacing fields_placing(int octaves, Rounding rounding);

/// octaves of a datapath of run-time fields.
int fields_octaves(const DatapathParams& d);

}  // namespace peforge::golden
