// Tensors in files: NumPy .npy (version 1-3) and IDX (the MNIST container).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace peforge::codesign {

/// A tensor of numbers, widened to float (all supported element types are exact in it).
struct NumberArray {
    std::vector<int> shape;
    std::vector<float> data;
};

/// Reads .npy with elements u1, i1 or f4 in C order, or IDX with unsigned bytes; the file's first
/// bytes tell which. Throws InputError.
NumberArray read_array(const std::filesystem::path& file);

}  // namespace peforge::codesign
