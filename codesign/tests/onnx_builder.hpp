// Builds small ONNX models in tests.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace peforge::codesign::testing {

class OnnxBuilder {
public:
    /// A model with one float input "x"; dims[0] is the batch, written as the symbol N when 0.
    explicit OnnxBuilder(const std::vector<std::int64_t>& dims);

    OnnxBuilder& floats(const std::string& name, const std::vector<std::int64_t>& dims,
                        const std::vector<float>& values);
    OnnxBuilder& integers(const std::string& name, const std::vector<std::int64_t>& values);

    /// Starts a node; attributes apply to the node started last.
    OnnxBuilder& node(const std::string& op, const std::vector<std::string>& inputs,
                      const std::string& output);
    OnnxBuilder& attribute(const std::string& name, std::int64_t value);
    OnnxBuilder& attribute(const std::string& name, float value);
    OnnxBuilder& attribute(const std::string& name, const char* value);
    OnnxBuilder& attribute(const std::string& name, const std::vector<std::int64_t>& values);

    /// Names the graph's output.
    OnnxBuilder& output(const std::string& name);

    /// For changes that have no method of their own.
    onnx::ModelProto& model() { return model_; }
    onnx::NodeProto& last();

    /// Writes the model and returns its path, in the test's temporary folder.
    [[nodiscard]] std::filesystem::path save(const std::string& name = "net.onnx") const;

private:
    onnx::ModelProto model_;
};

/// A fresh folder for the running test.
std::filesystem::path test_folder();

}  // namespace peforge::codesign::testing
