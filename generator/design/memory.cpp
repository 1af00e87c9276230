// SPDX-License-Identifier: Apache-2.0
#include "generator/design/memory.hpp"

#include "generator/design/design.hpp"

namespace peforge {

std::vector<Memory> memories(const Design& design) {
    if (design.output_stationary()) return {};
    const int width = design.accumulator().width;
    if (!design.lut) {
        return {
            {.name = "accumulators",
             .purpose = "sums under way of one column, a word for each row of a job",
             .instance = "gen_acc[*].u_acc_column.u_memory",
             .count = design.cols,
             .width = width,
             .depth = design.rows_m},
            {.name = "results",
             .purpose = "finished sums of one column that wait for post-processing",
             .instance = "gen_acc[*].u_acc_column.u_results",
             .count = design.cols,
             .width = width,
             .depth = design.timing.results},
        };
    }
    const golden::LutParams& l = *design.lut;
    return {
        {.name = "accumulators",
         .purpose = "sums under way of all columns, a word for each row of a job",
         .instance = "u_acc_row.u_memory",
         .count = 1,
         .width = design.cols * width,
         .depth = design.rows_m},
        {.name = "results",
         .purpose = "finished sums of all columns that wait for post-processing",
         .instance = "u_acc_row.u_results",
         .count = 1,
         .width = design.cols * width,
         .depth = design.timing.results},
        {.name = "tables",
         .purpose = "entries of all columns of one subspace, a word for each centroid, two banks",
         .instance = "gen_imm[*].u_table_memory",
         .count = l.imms,
         .width = design.cols * l.entry_bits,
         .depth = 2 << l.index_bits},
        {.name = "indices",
         .purpose = "indices of the subspaces that are encoded together, a word for each row of a "
                    "tile",
         .instance = "gen_index[*].u_index_memory",
         .count = design.timing.passes,
         .width = l.ccus * l.index_bits,
         .depth = design.timing.index_words},
    };
}

}  // namespace peforge
