// Decision trees over small integer vectors, for the tree encoder of a LUT array.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace peforge::codesign {

/// A balanced tree; all nodes of a level compare the same element. Nodes are numbered as in
/// golden::LutLayer: node 1 is the root, node j goes to 2j, or to 2j + 1 when its element is not
/// below its threshold, and node leaves + i is leaf i.
struct DecisionTree {
    std::vector<std::uint8_t> splits;     ///< [level], the element compared
    std::vector<std::int8_t> thresholds;  ///< [node], place 0 is unused
    std::vector<double> prototypes;       ///< [leaf][element], the mean of the leaf's points
    double error = 0.0;  ///< sum of the squared distances of the points to their prototypes
};

/// Tree for points [count][dimension], count >= 1; `leaves` is a power of two.
///
/// Level by level, as in MADDNESS (arXiv 2106.10860, section 4.2): for every element each bucket
/// gets the threshold that leaves the smallest squared error of its two halves, over all elements
/// of the vector, and the element with the smallest total is taken. All elements are tried where
/// the publication picks four by a heuristic. Ties go to the lowest element and the lowest
/// threshold. A threshold is halfway between the two values that it parts. A bucket whose points
/// agree in the level's element goes right as a whole; a leaf without points has the mean of the
/// last bucket above it that has some.
DecisionTree fit_tree(std::span<const std::int8_t> points, int dimension, int leaves);

}  // namespace peforge::codesign
